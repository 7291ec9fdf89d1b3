//! The way out for lists: products, categories and statuses of the shop.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::domain::{ItemKey, ShopProduct};
use crate::folders::Outbox;
use crate::formats::commerceml::{
    ListedProduct, write_catalogue, write_categories, write_offers, write_statuses,
};
use crate::formats::{Encoding, csv_write};
use crate::journal::Journal;
use crate::pipeline::lookup::path_of;
use crate::pipeline::outbound::in_memory;
use crate::pipeline::{CarryError, Exchange, clock};

/// A column of the product list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListColumn {
    Article,
    Name,
    Price,
    Category,
    Manufacturer,
    Weight,
    Image,
    Id,
}

impl ListColumn {
    pub const ALL: [Self; 8] = [
        Self::Article,
        Self::Name,
        Self::Price,
        Self::Category,
        Self::Manufacturer,
        Self::Weight,
        Self::Image,
        Self::Id,
    ];

    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// Its header, and its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Name => "name",
            Self::Price => "price",
            Self::Category => "category",
            Self::Manufacturer => "manufacturer",
            Self::Weight => "weight",
            Self::Image => "image",
            Self::Id => "id",
        }
    }

    fn cell(self, listed: &ListedProduct, category: Option<&String>) -> String {
        let ListedProduct { item, product } = listed;
        match self {
            Self::Article => Some(product.sku.to_string()),
            Self::Name => Some(product.name.clone()),
            Self::Price => product.price.map(|price| price.to_string()),
            Self::Category => category.cloned(),
            Self::Manufacturer => product.manufacturer.clone(),
            Self::Weight => product.weight.map(|weight| weight.to_string()),
            Self::Image => product.image.clone(),
            Self::Id => Some(item.to_string()),
        }
        .unwrap_or_default()
    }
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
    let header: Vec<_> = ListColumn::ALL.iter().map(|column| column.name()).collect();
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
    let rows: Vec<Vec<String>> = products
        .iter()
        .map(|listed| {
            let category = listed.product.category.and_then(|id| paths.get(&id));
            let cell = |column: &ListColumn| column.cell(listed, category);
            ListColumn::ALL.iter().map(cell).collect()
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
        let settings = &exchange.settings.lists;
        let csv = chosen(&settings.columns, &rows, settings.encoding)?;
        files.push(outbox.put("products.csv", &csv)?);
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
    let rows = statuses
        .iter()
        .map(|(id, name)| vec![id.to_string(), name.clone()])
        .collect();
    let xml = in_memory(write_statuses(Vec::new(), &statuses, clock::now()))?;
    short_list("statuses", vec!["id", "name"], rows, &xml, outbox)
}

fn categories(exchange: &Exchange, outbox: Option<&Outbox>) -> Result<ListReport, CarryError> {
    let categories = exchange.client.categories()?;
    let rows = categories
        .iter()
        .map(|category| vec![category.id.to_string(), path_of(category)])
        .collect();
    let xml = in_memory(write_categories(Vec::new(), &categories, clock::now()))?;
    short_list("categories", vec!["id", "path"], rows, &xml, outbox)
}

/// A list of choices, as XML for 1C and as a table for people.
fn short_list(
    name: &str,
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    xml: &[u8],
    outbox: Option<&Outbox>,
) -> Result<ListReport, CarryError> {
    let mut files = Vec::new();
    if let Some(outbox) = outbox {
        let csv = table(&header, &rows, Encoding::Utf8WithMark)?;
        files.push(outbox.put(&format!("{name}.xml"), xml)?);
        files.push(outbox.put(&format!("{name}.csv"), &csv)?);
    }
    Ok(ListReport {
        header,
        rows,
        files,
    })
}

/// The table of products with the columns that the configuration names, in its order.
fn chosen(
    columns: &[ListColumn],
    rows: &[Vec<String>],
    encoding: Encoding,
) -> Result<Vec<u8>, CarryError> {
    let places = columns
        .iter()
        .filter_map(|column| ListColumn::ALL.iter().position(|known| known == column));
    let places: Vec<usize> = places.collect();
    let pick = |row: &Vec<String>| {
        let cells = places.iter().filter_map(|at| row.get(*at).cloned());
        cells.collect()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(pick).collect();
    let header: Vec<_> = columns.iter().map(|column| column.name()).collect();
    table(&header, &rows, encoding)
}

fn table(header: &[&str], rows: &[Vec<String>], encoding: Encoding) -> Result<Vec<u8>, CarryError> {
    let mut content = Vec::new();
    in_memory(csv_write::write_table(&mut content, header, rows, encoding))?;
    Ok(content)
}
