//! From the module's orders to orders of the trade.
//!
//! The columns of an order mean the same whoever tells them, so they are read by the one
//! reader of `wire`, which wants them escaped. What only our module tells is put in afterwards.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::{Money, Order};
use crate::shop::escape::as_stored;
use crate::shop::wire::{self, BadOrder, ExtraField, TaxFields};

/// A page of orders.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub(super) orders: Vec<OrderRow>,
    pub(super) more: bool,
    pub(super) next: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OrderRow {
    columns: Map<String, Value>,
    payment: MethodRow,
    shipping: MethodRow,
    lines: Vec<Map<String, Value>>,
    totals: Vec<TotalRow>,
}

#[derive(Debug, Deserialize)]
struct MethodRow {
    name: String,
    code: String,
}

#[derive(Debug, Deserialize)]
struct TotalRow {
    code: String,
    value: String,
}

#[derive(Debug, Deserialize)]
struct OptionRow {
    name: String,
    value: String,
}

pub(super) fn order(
    row: &OrderRow,
    extra: &[ExtraField],
    tax: &TaxFields,
) -> Result<Order, BadOrder> {
    let mut order = wire::whole_order(&as_upstream(row), extra, tax)?;
    for (line, told) in order.lines.iter_mut().zip(&row.lines) {
        // As a list: two boxes that a buyer has ticked have the same name.
        let options = told.get("options").cloned().unwrap_or_default();
        let options: Vec<OptionRow> = serde_json::from_value(options).unwrap_or_default();
        line.options = options
            .into_iter()
            .map(|option| (option.name, option.value))
            .collect();
    }
    order.shipping_cost = shipping_cost(row);
    Ok(order)
}

/// What delivery costs, in the buyer's currency; without tax, like the lines.
fn shipping_cost(row: &OrderRow) -> Option<Money> {
    let rate = row.columns.get("currency_value").and_then(Value::as_str);
    let rate = rate.and_then(|rate| Decimal::from_str_exact(rate).ok())?;
    let costs = row.totals.iter().filter(|total| total.code == "shipping");
    let sum = costs
        .map(|total| Decimal::from_str_exact(&total.value).ok())
        .sum::<Option<Decimal>>()?;
    Money::from_decimal(sum.checked_mul(rate)?).ok()
}

fn as_upstream(row: &OrderRow) -> Value {
    let mut columns = row.columns.clone();
    for (kind, method) in [("payment", &row.payment), ("shipping", &row.shipping)] {
        columns.insert(format!("{kind}_method"), json!(method.name));
        columns.insert(format!("{kind}_code"), json!(method.code));
    }
    let lines = row.lines.iter().map(|line| {
        let text = |field: &str| line.get(field).cloned().unwrap_or_default();
        json!({
            "order_product_id": text("id"), "name": text("name"), "sku": text("sku"),
            "price": text("price"), "quantity": text("quantity"),
        })
    });
    columns.insert("_products_".to_owned(), lines.collect());
    escaped(&Value::Object(columns))
}

fn escaped(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(as_stored(text)),
        Value::Array(list) => list.iter().map(escaped).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), escaped(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}
