//! Orders as obmen's own module tells them: plain text, all options, totals.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::Dialect;
use super::catalogue::{Order, OrderLine};
use super::escape::html_unescape;
use super::order_row::columns;
use super::sql::with_digits;
use super::store::Store;

/// Columns that say how the buyer came; told only to whom names them.
const PRIVATE: [&str; 6] = [
    "ip",
    "forwarded_ip",
    "user_agent",
    "accept_language",
    "payment_address_format",
    "shipping_address_format",
];

pub(super) fn row(order: &Order, store: &Store, dialect: Dialect, named: &[&str]) -> Value {
    let mut head: Map<String, Value> = columns(order, dialect)
        .into_iter()
        .filter(|(name, _)| !PRIVATE.contains(&name.as_str()) || named.contains(&name.as_str()))
        .map(|(name, value)| (name, plain(&value)))
        .collect();
    for kind in ["payment", "shipping"] {
        head.remove(&format!("{kind}_method"));
        head.remove(&format!("{kind}_code"));
    }
    for name in [
        "custom_field",
        "payment_custom_field",
        "shipping_custom_field",
    ] {
        head.insert(name.to_owned(), json!({}));
    }
    let history: Vec<Value> = order
        .history
        .iter()
        .zip(1..)
        .map(|(row, n)| {
            json!({"id": order.id.0 * 100 + n, "status_id": row.status_id, "at": row.at.to_string(),
                "comment": html_unescape(&row.comment)})
        })
        .collect();
    json!({
        "columns": head,
        "payment": {"name": html_unescape(&order.payment.name), "code": order.payment.code},
        "shipping": {"name": html_unescape(&order.shipping.name), "code": order.shipping.code},
        "lines": order.lines.iter().map(|line| line_row(line, store)).collect::<Vec<_>>(),
        "totals": totals(order),
        "vouchers": [],
        "history": history,
    })
}

/// The product may be gone, the line stays.
fn line_row(line: &OrderLine, store: &Store) -> Value {
    let sku = store
        .product(line.product_id)
        .map(|product| html_unescape(&product.sku))
        .unwrap_or_default();
    let options: Vec<Value> = line
        .options
        .iter()
        .map(|(name, value)| {
            json!({"name": html_unescape(name), "value": html_unescape(value), "type": "text",
                "option_value_id": 0})
        })
        .collect();
    json!({
        "id": line.id, "product_id": line.product_id, "guid": null, "name": html_unescape(&line.name), "model": sku,
        "sku": sku, "quantity": line.quantity.to_string(), "price": with_digits(line.price, 4),
        "total": with_digits(line.price * Decimal::from(line.quantity), 4), "tax": "0.0000", "options": options,
    })
}

fn totals(order: &Order) -> Value {
    let goods = order.total - order.shipping_cost;
    json!([
        {"code": "sub_total", "title": "Сумма", "value": with_digits(goods, 4)},
        {"code": "shipping", "title": html_unescape(&order.shipping.name), "value": with_digits(order.shipping_cost, 4)},
        {"code": "total", "title": "Итого", "value": with_digits(order.total, 4)},
    ])
}

fn plain(value: &Value) -> Value {
    value
        .as_str()
        .map_or_else(|| value.clone(), |text| json!(html_unescape(text)))
}
