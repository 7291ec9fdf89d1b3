//! What our own module writes: values, statuses and products, each row with its fate.

use std::collections::HashSet;

use rust_decimal::Decimal;

use serde_json::{Map, Value, json};

use super::catalogue::OrderId;
use super::escape::html_escape;
use super::module::{Fate, decimal, is, is_stated, price, quantity, rejected, text};
use super::module_goods;
use super::module_options;
use super::shop::Shop;
use super::store::{NewProduct, Store};

/// The one product that the row names. A stored article that is the same to the letter is
/// meant before others that the database takes for the same.
pub(super) fn find(store: &Store, row: &Value) -> Result<u32, Fate> {
    if let Some(id) = row.get("id").and_then(Value::as_u64) {
        let id = u32::try_from(id)
            .ok()
            .filter(|id| store.product(*id).is_some());
        return id.ok_or_else(|| is("unknown"));
    }
    let guid = text(row, "guid").filter(|guid| !guid.is_empty());
    if let Some(id) = guid.and_then(|guid| store.id_of_guid(guid)) {
        return Ok(id);
    }
    let Some(sku) = text(row, "sku").filter(|sku| !sku.is_empty()) else {
        return Err(match guid {
            Some(_) => is("unknown"),
            None => rejected("it names no product"),
        });
    };
    let stored = html_escape(sku);
    let ids = store.ids_of(&stored);
    let is_same = |id: &&u32| {
        store
            .product(**id)
            .is_some_and(|product| product.sku == stored)
    };
    match (
        ids.iter().filter(is_same).collect::<Vec<_>>().as_slice(),
        ids.as_slice(),
    ) {
        ([id], _) => Ok(**id),
        ([], [id]) => Ok(*id),
        ([], []) => Err(is("unknown")),
        _ => Err(is("ambiguous")),
    }
}

pub(super) fn set_value(
    store: &mut Store,
    call: &str,
    row: &Value,
    seen: &mut HashSet<u32>,
) -> Fate {
    let (price, quantity) = (price(row), quantity(row));
    let name = text(row, "name")
        .filter(|name| !name.is_empty())
        .map(html_escape);
    let group_prices = match module_options::group_prices(row) {
        Ok(read) => read,
        Err(fate) => return fate,
    };
    let is_sound = match call {
        "stock" => quantity.is_some(),
        "prices" if is_stated(row, "price") => price.is_some(),
        "prices" => group_prices.iter().any(|(_, prices)| !prices.is_empty()),
        _ => name.is_some(),
    };
    if !is_sound {
        return rejected("the value is none");
    }
    let id = match find(store, row) {
        Ok(id) => id,
        Err(fate) => return fate,
    };
    if !seen.insert(id) {
        return rejected("an earlier row of this batch is about the same product");
    }
    let before = store.product(id).cloned();
    match (call, name) {
        ("stock", _) => store.change_product(id, |product| {
            product.quantity = quantity.unwrap_or_default();
        }),
        ("prices", _) => {
            store.change_product(id, |product| product.price = price.unwrap_or(product.price));
            module_options::set_group_prices(store, id, &group_prices);
        }
        (_, Some(name)) => store.rename(id, &name),
        (_, None) => {}
    }
    is(if before.as_ref() == store.product(id) {
        "unchanged"
    } else {
        "applied"
    })
}

pub(super) fn set_status(shop: &Shop, store: &mut Store, row: &Value) -> Fate {
    let number = |field: &str| decimal(row, field).and_then(|n| u32::try_from(n).ok());
    let (Some(order), Some(status)) = (number("order_id"), number("status_id")) else {
        return rejected("it names no order or no status");
    };
    if !store.statuses.iter().any(|known| known.id == status) {
        return rejected("the shop has no such status");
    }
    let id = OrderId(order);
    match store.order(id).map(|order| order.status_id) {
        None | Some(0) => is("unknown"),
        Some(known) if known == status => is("unchanged"),
        Some(_) => {
            let comment = html_escape(text(row, "comment").unwrap_or_default());
            store.move_order(id, status, &comment, shop.clock.now());
            is("applied")
        }
    }
}

pub(super) fn upsert(store: &mut Store, row: &Value, mode: &str, seen: &mut HashSet<u32>) -> Fate {
    if is_stated(row, "price") && price(row).is_none()
        || is_stated(row, "quantity") && quantity(row).is_none()
        || is_stated(row, "enabled") && row.get("enabled").and_then(Value::as_bool).is_none()
    {
        return rejected("a value is none");
    }
    if let Some(why) = module_goods::fault_of(row, store.max_sku_chars()) {
        return rejected(why);
    }
    let categories = match module_goods::categories_of(store, row) {
        Ok(categories) => categories,
        Err(fate) => return fate,
    };
    let found = match find(store, row) {
        Ok(id) => Some(id),
        Err(fate) if fate.get("is") == Some(&json!("unknown")) => None,
        Err(fate) => return fate,
    };
    let (id, is_new) = match (found, mode) {
        (Some(id), _) if !seen.insert(id) => {
            return rejected("an earlier row of this batch is about the same product");
        }
        (Some(id), "add") => {
            let is_new_guid = text(row, "guid").is_some_and(|guid| store.remember(guid, id));
            return with_id(is(if is_new_guid { "applied" } else { "unchanged" }), id);
        }
        (Some(id), _) => (id, false),
        (None, "update") => return is("unknown"),
        (None, _) => {
            let (Some(sku), Some(name)) = (
                text(row, "sku"),
                text(row, "name").filter(|name| !name.is_empty()),
            ) else {
                return rejected("a new product needs `sku` and `name`");
            };
            let new = NewProduct {
                sku: &html_escape(sku),
                name: &html_escape(name),
                quantity: 0,
                price: Decimal::ZERO,
                extra: Map::new(),
            };
            let id = store.add(new);
            seen.insert(id);
            (id, true)
        }
    };
    let is_new_guid = text(row, "guid").is_some_and(|guid| store.remember(guid, id));
    let before = store.product(id).cloned();
    if let Some(name) = text(row, "name") {
        store.rename(id, &html_escape(name));
    }
    store.change_product(id, |product| {
        product.price = price(row).unwrap_or(product.price);
        product.quantity = quantity(row).unwrap_or(product.quantity);
        product.weight = decimal(row, "weight").unwrap_or(product.weight);
        if let Some(categories) = &categories {
            // The one that the shop shows it in first; all of them are told.
            product.category_id = categories.iter().copied().max().unwrap_or_default();
            product
                .extra
                .insert("categories".to_owned(), json!(categories));
        }
        product.enabled = row
            .get("enabled")
            .and_then(Value::as_bool)
            .unwrap_or(product.enabled);
        if let Some(manufacturer) = text(row, "manufacturer") {
            product.manufacturer = Some(html_escape(manufacturer));
        }
        module_goods::keep_fields(row, &mut product.extra);
        if let Some(main) = row.get("images").and_then(|list| list.get(0)) {
            main.as_str()
                .unwrap_or_default()
                .clone_into(&mut product.image);
        }
        if let Some(description) = text(row, "description") {
            product
                .extra
                .insert("description".to_owned(), json!(description));
        }
    });
    let has_changed = is_new || is_new_guid || before.as_ref() != store.product(id);
    with_id(is(if has_changed { "applied" } else { "unchanged" }), id)
}

pub(super) fn with_id(mut fate: Fate, id: u32) -> Fate {
    fate.insert("id".to_owned(), json!(id));
    fate
}
