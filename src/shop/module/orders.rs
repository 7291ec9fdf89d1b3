//! From the module's orders to orders of the trade.
//!
//! The columns of an order mean the same whoever tells them, so they are read by the one
//! reader of `wire`, which wants them escaped. What only our module tells is put in afterwards.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::{Money, Order, TotalPart};
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
    #[serde(default)]
    vouchers: Vec<VoucherRow>,
    #[serde(default)]
    history: Vec<HistoryRow>,
}

/// A gift voucher that the buyer has bought: no product, but part of the sum of goods.
#[derive(Debug, Deserialize)]
struct VoucherRow {
    description: String,
    amount: String,
}

/// What happened to the order, and when.
#[derive(Debug, Deserialize)]
struct HistoryRow {
    at: String,
    #[serde(default)]
    comment: String,
}

#[derive(Debug, Deserialize)]
struct MethodRow {
    name: String,
    code: String,
}

#[derive(Debug, Deserialize)]
struct TotalRow {
    code: String,
    #[serde(default)]
    title: String,
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
    order.parts = parts(row).unwrap_or_default();
    Ok(order)
}

/// What is no part of its own: goods and delivery are told elsewhere.
const OTHER_TOTALS: [&str; 3] = ["sub_total", "shipping", "total"];

/// In the buyer's currency; several of one kind are one part. `None` where an amount is none.
fn parts(row: &OrderRow) -> Option<Vec<TotalPart>> {
    let rate = rate(row)?;
    let totals = row
        .totals
        .iter()
        .filter(|total| !OTHER_TOTALS.contains(&total.code.as_str()))
        .map(|total| (total.code.as_str(), &total.title, &total.value));
    let vouchers = row
        .vouchers
        .iter()
        .map(|voucher| ("gift", &voucher.description, &voucher.amount));
    let mut parts: Vec<TotalPart> = Vec::new();
    for (code, title, value) in totals.chain(vouchers) {
        let amount = Decimal::from_str_exact(value).ok()?.checked_mul(rate)?;
        let amount = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let is_alike = |known: &&mut TotalPart| {
            known.code == code && known.amount.is_sign_negative() == amount.is_sign_negative()
        };
        if let Some(known) = parts.iter_mut().find(is_alike) {
            known.amount = known.amount.checked_add(amount)?;
            known.title = format!("{}, {}", known.title, title.trim());
        } else if !amount.is_zero() {
            parts.push(TotalPart {
                code: code.to_owned(),
                title: title.trim().to_owned(),
                amount,
            });
        }
    }
    Some(parts)
}

fn rate(row: &OrderRow) -> Option<Decimal> {
    let rate = row.columns.get("currency_value").and_then(Value::as_str)?;
    Decimal::from_str_exact(rate).ok()
}

/// What delivery costs, in the buyer's currency; without tax, like the lines.
fn shipping_cost(row: &OrderRow) -> Option<Money> {
    let rate = rate(row)?;
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
    add_further_columns(&mut columns, &row.history);
    escaped(&Value::Object(columns))
}

/// What `orders.extra` can name beyond the columns of the table: each custom field, and
/// what the shop's staff has written about the order.
fn add_further_columns(columns: &mut Map<String, Value>, history: &[HistoryRow]) {
    for kind in [
        "custom_field",
        "payment_custom_field",
        "shipping_custom_field",
    ] {
        let fields = columns.get(kind).and_then(Value::as_object).cloned();
        for (id, value) in fields.into_iter().flatten() {
            columns.insert(format!("{kind}.{id}"), value);
        }
    }
    let comments: Vec<String> = history
        .iter()
        .filter(|row| !row.comment.trim().is_empty())
        .map(|row| format!("{}: {}", row.at, row.comment.trim()))
        .collect();
    columns.insert("history".to_owned(), json!(comments.join("\n")));
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
