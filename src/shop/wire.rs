//! The module's field names, and what its rows mean as values of the trade.
//!
//! Everything from the shop's database is a string or null; an empty map is an
//! empty list; text is HTML-escaped.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::domain::{
    Address, Category, CategoryId, Inn, Kpp, Method, Money, NewProduct, Order, OrderId, OrderLine,
    Party, Quantity, ShopProduct, Sku, StatusId,
};
use crate::shop::escape::{as_stored, as_written};
use crate::wording::{Message, Worded, message};

/// An order field to hand on to 1C: the shop's column and the requisite's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraField {
    pub column: String,
    pub requisite: String,
}

/// Where shops keep the numbers of a company: a column of the order, or the id
/// of a custom field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaxFields {
    pub inn: Option<String>,
    pub kpp: Option<String>,
}

/// An order that the shop sent and that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub struct BadOrder {
    pub id: Option<OrderId>,
    pub field: String,
    pub value: String,
}

impl Worded for BadOrder {
    fn message(&self) -> Message {
        let (field, value) = (&self.field, &self.value);
        match self.id {
            Some(id) => {
                let order = id.to_string();
                message!("bad-order", order = order, field = field, value = value)
            }
            None => message!("bad-order-unnumbered", field = field, value = value),
        }
    }
}

/// `{"7":"Canceled", …}`; `[]` when there are none; a list if the ids happen to be 0, 1, 2 …
fn entries(value: Option<&Value>) -> Vec<(String, String)> {
    let text = |value: &Value| as_written(value.as_str().unwrap_or_default());
    match value {
        Some(Value::Object(map)) => map
            .iter()
            .map(|(key, value)| (key.clone(), text(value)))
            .collect(),
        Some(Value::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(at, value)| (at.to_string(), text(value)))
            .collect(),
        _ => Vec::new(),
    }
}

pub(super) fn statuses(reply: &Value) -> Vec<(StatusId, String)> {
    entries(reply.get("statuses"))
        .into_iter()
        .filter_map(|(id, name)| Some((StatusId::parse(&id)?, name)))
        .collect()
}

pub(super) fn categories(reply: &Value) -> Vec<Category> {
    // The path is one text with this between its parts; it is escaped as a whole
    // by the module and stays as it is within names.
    const SEPARATOR: &str = "&nbsp;&nbsp;&gt;&nbsp;&nbsp;";
    let Some(Value::Object(map)) = reply.get("cats") else {
        return Vec::new();
    };
    map.iter()
        .filter_map(|(id, path)| {
            let path = path
                .as_str()?
                .split(SEPARATOR)
                .map(|part| as_written(part.trim()))
                .collect();
            Some(Category {
                id: CategoryId(id.parse().ok()?),
                path,
            })
        })
        .collect()
}

/// Articles that are not stored as the admin panel would, by match key: other
/// programs write quotes and ampersands as they are.
pub(super) type RawArticles = HashMap<String, String>;

/// The article of one entry of the list, as the shop's database holds it and as people
/// write it; `None` for a product that has none.
pub(super) fn article(stored: &str, raw: &mut RawArticles) -> Option<String> {
    if stored.trim().is_empty() {
        return None;
    }
    let written = as_written(stored);
    if as_stored(&written) != stored {
        raw.insert(crate::domain::sku::match_key(&written), stored.to_owned());
    }
    Some(written)
}

pub(super) fn products(reply: &Value) -> Vec<ShopProduct> {
    list(reply, "products")
        .filter_map(|row| {
            Some(ShopProduct {
                sku: Sku::parse(&text(row, "sku")).ok()?,
                name: text(row, "name"),
                price: Money::parse(&text(row, "price")).ok(),
                image: filled(text(row, "image")),
                manufacturer: filled(text(row, "manufacturer")),
                weight: Quantity::parse(&text(row, "weight"))
                    .ok()
                    .filter(|weight| !weight.is_zero()),
                category: text(row, "cat_id")
                    .parse()
                    .ok()
                    .filter(|id| *id > 0)
                    .map(CategoryId),
            })
        })
        .collect()
}

pub(super) fn names(reply: &Value) -> Vec<(Sku, String)> {
    list(reply, "names")
        .filter_map(|row| Some((Sku::parse(&text(row, "sku")).ok()?, text(row, "name"))))
        .collect()
}

pub(super) fn orders(
    reply: &Value,
    extra: &[ExtraField],
    tax: &TaxFields,
) -> Vec<Result<Order, BadOrder>> {
    list(reply, "orders")
        .map(|row| whole_order(row, extra, tax))
        .collect()
}

pub(super) fn whole_order(
    row: &Value,
    extra: &[ExtraField],
    tax: &TaxFields,
) -> Result<Order, BadOrder> {
    let mut order = order(row, extra)?;
    add_tax_ids(&mut order, row, tax);
    Ok(order)
}

fn order(row: &Value, extra: &[ExtraField]) -> Result<Order, BadOrder> {
    let id = OrderId::parse(&text(row, "order_id"));
    let bad = |field: &str, value: String| BadOrder {
        id,
        field: field.to_owned(),
        value,
    };
    let rate = match text(row, "currency_value") {
        written if written.is_empty() => Decimal::ONE,
        written => Decimal::from_str_exact(&written)
            .ok()
            .filter(|rate| *rate > Decimal::ZERO)
            .ok_or_else(|| bad("currency_value", written))?,
    };
    // The shop states amounts in its own currency; the buyer's is that times the rate.
    let amount = |row: &Value, field: &str| {
        let written = text(row, field);
        Decimal::from_str_exact(&written)
            .ok()
            .and_then(|amount| amount.checked_mul(rate))
            .and_then(|amount| Money::from_decimal(amount).ok())
            .ok_or_else(|| bad(field, written))
    };
    let placed_at = text(row, "date_added");
    let shipping = method(row, "shipping");
    Ok(Order {
        id: id.ok_or_else(|| bad("order_id", text(row, "order_id")))?,
        placed_at: NaiveDateTime::parse_from_str(&placed_at, "%Y-%m-%d %H:%M:%S")
            .map_err(|_| bad("date_added", placed_at))?,
        status: StatusId::parse(&text(row, "order_status_id")),
        status_name: None,
        currency: text(row, "currency_code"),
        total: amount(row, "total")?,
        buyer: buyer(row),
        delivery_address: address(row, "shipping"),
        payment: method(row, "payment"),
        shipping,
        shipping_cost: shipping_cost(row)
            .and_then(|cost| Money::from_decimal(cost.checked_mul(rate)?).ok()),
        parts: Vec::new(),
        comment: filled(text(row, "comment")),
        lines: list(row, "_products_")
            .map(|line| order_line(line, &amount, &bad))
            .collect::<Result<_, _>>()?,
        site: filled(text(row, "store_name")),
        extra: extra
            .iter()
            .map(|field| (field.requisite.clone(), text(row, &field.column)))
            .filter(|(_, value)| !value.trim().is_empty())
            .collect(),
        notes: Vec::new(),
    })
}

/// How many rows of every kind a reply holds: all that is ever read out of one,
/// for trying replies without a shop.
#[doc(hidden)]
pub fn count_rows(reply: &Value) -> usize {
    let tax = TaxFields {
        inn: Some("1".to_owned()),
        kpp: Some("payment_kpp".to_owned()),
    };
    let extra = ExtraField {
        column: "comment".to_owned(),
        requisite: "Комментарий".to_owned(),
    };
    statuses(reply).len()
        + categories(reply).len()
        + list(reply, "articles")
            .filter_map(|stored| article(stored.as_str()?, &mut RawArticles::new()))
            .count()
        + products(reply).len()
        + names(reply).len()
        + orders(reply, &[extra], &tax).len()
}

/// A number that cannot be one is left out: by it 1C would look for the buyer.
fn add_tax_ids(order: &mut Order, row: &Value, fields: &TaxFields) {
    let written = |field: &Option<String>| field.as_deref().and_then(|f| field_of_buyer(row, f));
    let Order { buyer, notes, .. } = order;
    if let Some(inn) = written(&fields.inn) {
        buyer.inn = Inn::parse(&inn);
        if buyer.inn.is_none() {
            notes.push(message!("note-inn-left-out"));
        }
    }
    if let Some(kpp) = written(&fields.kpp) {
        // A person has none, and without the ИНН it says nothing.
        let is_company = buyer.inn.as_ref().is_some_and(Inn::is_of_company);
        buyer.kpp = Kpp::parse(&kpp).filter(|_| is_company);
        if buyer.kpp.is_none() {
            notes.push(message!("note-kpp-left-out"));
        }
    }
}

/// A column of that name, else the custom field with that id, of the buyer or
/// of an address.
fn field_of_buyer(row: &Value, field: &str) -> Option<String> {
    let custom = [
        "custom_field",
        "payment_custom_field",
        "shipping_custom_field",
    ]
    .into_iter()
    .filter_map(|column| filled(custom_field(row.get(column)?, field)));
    filled(text(row, field)).or_else(|| custom.into_iter().next())
}

/// The column holds JSON text; its values are escaped, in some shops the whole of it is.
fn custom_field(column: &Value, field: &str) -> String {
    let parsed = match column {
        Value::String(stored) => serde_json::from_str(stored)
            .or_else(|_| serde_json::from_str(&as_written(stored)))
            .unwrap_or(Value::Null),
        other => other.clone(),
    };
    text(&parsed, field)
}

fn order_line(
    row: &Value,
    amount: &impl Fn(&Value, &str) -> Result<Money, BadOrder>,
    bad: &impl Fn(&str, String) -> BadOrder,
) -> Result<OrderLine, BadOrder> {
    let quantity = text(row, "quantity");
    Ok(OrderLine {
        id: text(row, "order_product_id").parse().ok(),
        name: text(row, "name"),
        // Today's article of the product; an empty or over-long one is none.
        sku: Sku::parse(&text(row, "sku")).ok(),
        item: None,
        price: amount(row, "price")?,
        quantity: Quantity::parse(&quantity).map_err(|_| bad("quantity", quantity))?,
        options: entries(row.get("_options_"))
            .into_iter()
            .map(|(name, value)| (as_written(&name), value))
            .collect(),
    })
}

fn buyer(row: &Value) -> Party {
    let either = |field: &str| {
        filled(text(row, field))
            .or_else(|| filled(text(row, &format!("payment_{field}"))))
            .or_else(|| filled(text(row, &format!("shipping_{field}"))))
    };
    let payment_address = address(row, "payment");
    Party {
        customer: text(row, "customer_id").parse().ok().filter(|id| *id > 0),
        first_name: either("firstname").unwrap_or_default(),
        last_name: either("lastname").unwrap_or_default(),
        company: filled(text(row, "payment_company"))
            .or_else(|| filled(text(row, "shipping_company"))),
        inn: None,
        kpp: None,
        email: filled(text(row, "email")),
        phone: filled(text(row, "telephone")),
        address: payment_address,
    }
}

fn address(row: &Value, kind: &str) -> Address {
    let part = |field: &str| text(row, &format!("{kind}_{field}"));
    let street = [part("address_1"), part("address_2")]
        .into_iter()
        .filter(|line| !line.trim().is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    Address {
        postcode: part("postcode"),
        country: part("country"),
        region: part("zone"),
        city: part("city"),
        street,
    }
}

/// A plain name with the code beside it up to 3.0; JSON text from 4.0.2 on.
fn method(row: &Value, kind: &str) -> Option<Method> {
    let written = text(row, &format!("{kind}_method"));
    if let Ok(Value::Object(method)) = serde_json::from_str::<Value>(&written) {
        let part = |field: &str| method.get(field).and_then(Value::as_str).map(as_written);
        return Some(Method {
            name: filled(part("name")?)?,
            code: part("code").and_then(filled),
        });
    }
    Some(Method {
        name: filled(written)?,
        code: filled(text(row, &format!("{kind}_code"))),
    })
}

/// Known from 4.0.2 on only; without tax.
fn shipping_cost(row: &Value) -> Option<Decimal> {
    let method: Value = serde_json::from_str(&text(row, "shipping_method")).ok()?;
    let cost = method.get("cost")?;
    Decimal::from_str_exact(
        cost.as_str()
            .map_or_else(|| cost.to_string(), str::to_owned)
            .as_str(),
    )
    .ok()
}

fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The field as text, unescaped; missing and null are empty.
fn text(row: &Value, field: &str) -> String {
    match row.get(field) {
        Some(Value::String(stored)) => as_written(stored),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn filled(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

pub(super) fn order_statuses(changes: &[(OrderId, StatusId)]) -> Value {
    Value::Object(
        changes
            .iter()
            .map(|(order, status)| (order.to_string(), json!(status.get())))
            .collect(),
    )
}

pub(super) fn quantities(entries: &[(Sku, i32)], raw: &RawArticles) -> Value {
    by_article(
        entries.iter().map(|(sku, quantity)| (sku, json!(quantity))),
        raw,
    )
}

/// Prices travel as text: PHP would carry a number as a binary float.
pub(super) fn prices(entries: &[(Sku, Money)], raw: &RawArticles) -> Value {
    by_article(
        entries
            .iter()
            .map(|(sku, price)| (sku, json!(price.to_string()))),
        raw,
    )
}

pub(super) fn new_names(entries: &[(Sku, String)], raw: &RawArticles) -> Value {
    by_article(
        entries
            .iter()
            .map(|(sku, name)| (sku, json!(as_stored(name)))),
        raw,
    )
}

/// A key must be what the database holds, to the letter.
fn by_article<'a>(entries: impl Iterator<Item = (&'a Sku, Value)>, raw: &RawArticles) -> Value {
    let stored = |sku: &Sku| {
        raw.get(&sku.match_key())
            .cloned()
            .unwrap_or_else(|| as_stored(sku.as_str()))
    };
    Value::Object(entries.map(|(sku, value)| (stored(sku), value)).collect())
}

pub(super) fn new_products(products: &[NewProduct]) -> Value {
    products.iter().map(new_product).collect()
}

fn new_product(product: &NewProduct) -> Value {
    let mut row = Map::new();
    // First, so that no configured key can replace the module's own.
    for (key, value) in &product.extra {
        row.insert(key.clone(), json!(as_stored(value)));
    }
    row.insert("name".to_owned(), json!(as_stored(&product.name)));
    row.insert("sku".to_owned(), json!(as_stored(product.sku.as_str())));
    row.insert("quantity".to_owned(), json!(product.quantity.to_string()));
    row.insert("price".to_owned(), json!(product.price.to_string()));
    // Not read by the upstream module; an extended one may.
    if let Some(description) = &product.description {
        row.entry("description")
            .or_insert_with(|| json!(as_stored(description)));
    }
    Value::Object(row)
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
