//! The way out: orders and lists from the shop into the outbox.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use tracing::warn;

use crate::domain::{ItemKey, Order, OrderId, ShopProduct, StatusId};
use crate::folders::{FolderError, Outbox, Presence};
use crate::formats::commerceml::{
    ListedProduct, Profile, check, write_catalogue, write_categories, write_offers, write_orders,
    write_statuses,
};
use crate::formats::{Encoding, csv_write};
use crate::journal::{Journal, OrderState};
use crate::pipeline::lookup::{Lookup, Reach, path_of};
use crate::pipeline::{CarryError, Exchange, clock};

/// What one asking for orders came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrdersReport {
    /// Orders in the asked statuses, written before or not.
    pub n_seen: usize,
    pub written: Vec<OrderId>,
    pub file: Option<PathBuf>,
    /// Orders that cannot be written, and why.
    pub held: Vec<(OrderId, String)>,
    /// Rows so broken that not even an order number could be read.
    pub unreadable: Vec<String>,
}

/// Asks for new orders and writes those that have not been written yet.
pub fn ask_for_orders(
    exchange: &Exchange,
    journal: &Journal,
    outbox: &Outbox,
) -> Result<OrdersReport, CarryError> {
    let name = exchange.name();
    finish_publishing(exchange, journal, outbox)?;
    note_taken(exchange, journal, outbox)?;
    let lookup = Lookup::new(exchange, journal, Reach::Online);
    let mut report = OrdersReport::default();
    // By number: one that moves to another asked status between two calls comes twice.
    let mut orders: BTreeMap<OrderId, Order> = BTreeMap::new();
    for (status, status_name) in asked_statuses(exchange, &lookup)? {
        for order in exchange.client.orders(status)? {
            match order {
                Ok(mut order) => {
                    order.status_name = Some(status_name.clone());
                    orders.insert(order.id, order);
                }
                Err(bad) => match bad.id {
                    Some(id) if journal.is_to_write(name, id, clock::now())? => {
                        report.held.push((id, bad.to_string()));
                    }
                    Some(_) => {}
                    None => report.unreadable.push(bad.to_string()),
                },
            }
        }
    }
    report.n_seen = orders.len() + report.held.len();
    let mut ready = Vec::new();
    for mut order in orders.into_values() {
        if !journal.is_to_write(name, order.id, clock::now())? {
            continue;
        }
        complete(&mut order, exchange, journal)?;
        let faults = check(&order, &Profile::default());
        if faults.is_empty() {
            ready.push(order);
        } else {
            let reasons: Vec<String> = faults.iter().map(ToString::to_string).collect();
            report.held.push((order.id, reasons.join("; ")));
        }
    }
    for (order, reason) in &report.held {
        journal.hold_order(name, *order, reason)?;
        warn!(
            order = order.get(),
            reason, "order {order} is held: {reason}"
        );
    }
    if !ready.is_empty() {
        report.written = ready.iter().map(|order| order.id).collect();
        report.file = Some(publish_orders(exchange, journal, outbox, &ready)?);
    }
    Ok(report)
}

/// The statuses of the configuration, found in the shop's list.
fn asked_statuses(
    exchange: &Exchange,
    lookup: &Lookup<'_>,
) -> Result<Vec<(StatusId, String)>, CarryError> {
    let known = lookup.statuses()?;
    let find = |wanted: &String| {
        let lower = wanted.trim().to_lowercase();
        known
            .iter()
            .find(|(id, name)| id.to_string() == lower || name.to_lowercase() == lower)
            .cloned()
            .ok_or_else(|| {
                CarryError::Settings(format!(
                    "the shop has no order status `{wanted}`, which `orders.statuses` names; `obmen statuses` lists them"
                ))
            })
    };
    exchange.settings.orders.statuses.iter().map(find).collect()
}

/// What the shop cannot know: 1C's own ids, and its word for the currency.
fn complete(order: &mut Order, exchange: &Exchange, journal: &Journal) -> Result<(), CarryError> {
    if let Some(currency) = &exchange.settings.orders.currency {
        order.currency.clone_from(currency);
    }
    for line in &mut order.lines {
        if let Some(sku) = &line.sku {
            line.item = journal.item_of(exchange.name(), sku)?;
        }
    }
    Ok(())
}

/// Prepared, written down, published, written down: whichever step a crash
/// falls behind, [`finish_publishing`] can tell.
fn publish_orders(
    exchange: &Exchange,
    journal: &Journal,
    outbox: &Outbox,
    orders: &[Order],
) -> Result<PathBuf, CarryError> {
    let now = clock::now();
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let last = ids.last().map(OrderId::to_string).unwrap_or_default();
    // Orders written again come in a file of their own: hence the time in the name.
    let file = format!("orders-{}-{last}.xml", now.format("%Y%m%d-%H%M%S"));
    let content = in_memory(write_orders(Vec::new(), orders, now, &Profile::default()))?;
    outbox.prepare(&file, &content)?;
    journal.mark_publishing(exchange.name(), &ids, &file)?;
    let path = outbox.publish(&file)?;
    journal.mark_written(exchange.name(), &file, now)?;
    Ok(path)
}

/// After a crash: a file that is there has been published; one under its
/// temporary name is published now; one that is gone has been taken already.
fn finish_publishing(
    exchange: &Exchange,
    journal: &Journal,
    outbox: &Outbox,
) -> Result<(), CarryError> {
    let name = exchange.name();
    for file in journal.order_files(name, OrderState::Publishing)? {
        match outbox.presence(&file) {
            Presence::Published => journal.mark_written(name, &file, clock::now())?,
            Presence::Prepared => {
                outbox.publish(&file)?;
                journal.mark_written(name, &file, clock::now())?;
            }
            Presence::Gone => journal.mark_taken(name, &file, clock::now())?,
        }
    }
    Ok(())
}

/// A file that has gone from the outbox was taken by 1C.
fn note_taken(exchange: &Exchange, journal: &Journal, outbox: &Outbox) -> Result<(), CarryError> {
    for file in journal.order_files(exchange.name(), OrderState::Written)? {
        if outbox.presence(&file) == Presence::Gone {
            journal.mark_taken(exchange.name(), &file, clock::now())?;
        }
    }
    Ok(())
}

/// A list of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    Products,
    Statuses,
    Categories,
}

/// A fetched list: its rows for whoever prints them, and where it was written.
#[derive(Debug, Clone)]
pub struct ListReport {
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    pub files: Vec<PathBuf>,
}

/// Fetches a list and, given an outbox, writes it as XML and CSV.
pub fn fetch_list(
    kind: ListKind,
    exchange: &Exchange,
    journal: &Journal,
    outbox: Option<&Outbox>,
) -> Result<ListReport, CarryError> {
    match kind {
        ListKind::Products => products(exchange, journal, outbox),
        ListKind::Statuses => statuses(exchange, outbox),
        ListKind::Categories => categories(exchange, outbox),
    }
}

fn products(
    exchange: &Exchange,
    journal: &Journal,
    outbox: Option<&Outbox>,
) -> Result<ListReport, CarryError> {
    let listed = exchange.client.products()?;
    let header = vec![
        "article",
        "name",
        "price",
        "category",
        "manufacturer",
        "weight",
        "image",
        "id",
    ];
    let mut products = Vec::with_capacity(listed.len());
    for product in listed {
        let item = known_item(&product, exchange, journal)?;
        products.push(ListedProduct { item, product });
    }
    let categories = exchange.client.categories()?;
    let paths: BTreeMap<_, _> = categories
        .iter()
        .map(|category| (category.id, path_of(category)))
        .collect();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let rows: Vec<Vec<String>> = products
        .iter()
        .map(|ListedProduct { item, product }| {
            vec![
                product.sku.to_string(),
                product.name.clone(),
                product
                    .price
                    .map(|price| price.to_string())
                    .unwrap_or_default(),
                product
                    .category
                    .and_then(|id| paths.get(&id).cloned())
                    .unwrap_or_default(),
                text(&product.manufacturer),
                product
                    .weight
                    .map(|weight| weight.to_string())
                    .unwrap_or_default(),
                text(&product.image),
                item.to_string(),
            ]
        })
        .collect();
    let mut files = Vec::new();
    if let Some(outbox) = outbox {
        let now = clock::now();
        let currency = exchange
            .settings
            .orders
            .currency
            .as_deref()
            .unwrap_or("RUB");
        let catalogue = in_memory(write_catalogue(Vec::new(), &categories, &products, now))?;
        files.push(outbox.put("import.xml", &catalogue)?);
        files.push(outbox.put(
            "offers.xml",
            &in_memory(write_offers(Vec::new(), &products, currency, now))?,
        )?);
        files.push(outbox.put("products.csv", &table(&header, &rows)?)?);
    }
    Ok(ListReport {
        header,
        rows,
        files,
    })
}

/// 1C's own id, or one derived from the article, which is remembered: when 1C
/// takes it over and names the product by it, it will be known.
fn known_item(
    product: &ShopProduct,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<ItemKey, CarryError> {
    if let Some(item) = journal.item_of(exchange.name(), &product.sku)? {
        return Ok(item);
    }
    let item = ItemKey::derived_from(&product.sku.match_key());
    journal.learn_identity(
        exchange.name(),
        &item,
        Some(&product.sku),
        None,
        Some(&product.name),
        clock::now(),
    )?;
    Ok(item)
}

fn statuses(exchange: &Exchange, outbox: Option<&Outbox>) -> Result<ListReport, CarryError> {
    let statuses = exchange.client.statuses()?;
    let header = vec!["id", "name"];
    let rows: Vec<Vec<String>> = statuses
        .iter()
        .map(|(id, name)| vec![id.to_string(), name.clone()])
        .collect();
    let mut files = Vec::new();
    if let Some(outbox) = outbox {
        let xml = in_memory(write_statuses(Vec::new(), &statuses, clock::now()))?;
        files.push(outbox.put("statuses.xml", &xml)?);
        files.push(outbox.put("statuses.csv", &table(&header, &rows)?)?);
    }
    Ok(ListReport {
        header,
        rows,
        files,
    })
}

fn categories(exchange: &Exchange, outbox: Option<&Outbox>) -> Result<ListReport, CarryError> {
    let categories = exchange.client.categories()?;
    let header = vec!["id", "path"];
    let rows: Vec<Vec<String>> = categories
        .iter()
        .map(|c| vec![c.id.to_string(), path_of(c)])
        .collect();
    let mut files = Vec::new();
    if let Some(outbox) = outbox {
        let xml = in_memory(write_categories(Vec::new(), &categories, clock::now()))?;
        files.push(outbox.put("categories.xml", &xml)?);
        files.push(outbox.put("categories.csv", &table(&header, &rows)?)?);
    }
    Ok(ListReport {
        header,
        rows,
        files,
    })
}

fn table(header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, CarryError> {
    let mut content = Vec::new();
    in_memory(csv_write::write_table(
        &mut content,
        header,
        rows,
        Encoding::Utf8WithMark,
    ))?;
    Ok(content)
}

/// A writer into memory fails only where something is wrong with the values.
fn in_memory<T>(result: io::Result<T>) -> Result<T, CarryError> {
    result.map_err(|reason| {
        CarryError::Folder(FolderError {
            action: "put together",
            path: PathBuf::from("a file for the outbox"),
            reason,
        })
    })
}
