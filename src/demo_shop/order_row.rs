//! One order as `orders` writes it: the whole row of `oc_order`, and its lines.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::Dialect;
use super::catalogue::{Buyer, Method, Order, OrderLine};
use super::escape::php_json;
use super::sql::with_digits;
use super::store::Store;

/// The row, or `None` when none of its products is in the catalogue any more:
/// the module joins the lines to the products and drops an order without lines.
pub(super) fn order_row(order: &Order, store: &Store, dialect: Dialect) -> Option<Value> {
    let lines: Vec<Value> = order
        .lines
        .iter()
        .filter_map(|line| line_row(line, store))
        .collect();
    if lines.is_empty() {
        return None;
    }
    let mut columns = columns(order, dialect);
    columns.insert("_products_".to_owned(), Value::Array(lines));
    Some(Value::Object(columns))
}

/// All columns of `oc_order`.
pub(super) fn columns(order: &Order, dialect: Dialect) -> Map<String, Value> {
    let mut row = Row {
        dialect,
        columns: Map::new(),
    };
    row.head(order);
    row.address(
        "payment",
        &order.buyer,
        payment_method(order, dialect),
        &order.payment.code,
    );
    row.address(
        "shipping",
        &order.buyer,
        shipping_method(order, dialect),
        &order.shipping.code,
    );
    row.tail(order);
    row.columns
}

/// The columns in the order of the table; numbers are texts, as PHP gets them from the database.
struct Row {
    dialect: Dialect,
    columns: Map<String, Value>,
}

impl Row {
    fn set(&mut self, name: &str, value: impl Into<String>) {
        self.columns
            .insert(name.to_owned(), Value::String(value.into()));
    }

    /// A column that came with 4.0.
    fn set_new(&mut self, name: &str, value: &str) {
        if is_new(self.dialect) {
            self.set(name, value);
        }
    }

    /// A column that went with 4.0.
    fn set_old(&mut self, name: &str, value: &str) {
        if !is_new(self.dialect) {
            self.set(name, value);
        }
    }

    fn head(&mut self, order: &Order) {
        self.set("order_id", order.id.to_string());
        self.set_new("subscription_id", "0");
        self.set("invoice_no", "0");
        self.set("invoice_prefix", "INV-2026-00");
        self.set_new("transaction_id", "");
        self.set("store_id", order.store_id.to_string());
        self.set("store_name", "Your Store");
        self.set("store_url", "http://127.0.0.1/");
        self.set("customer_id", order.customer_id.to_string());
        self.set("customer_group_id", "1");
        self.set("firstname", &order.buyer.first_name);
        self.set("lastname", &order.buyer.last_name);
        self.set("email", &order.buyer.email);
        self.set("telephone", &order.buyer.telephone);
        self.set_old("fax", "");
        self.set("custom_field", "[]");
    }

    fn address(&mut self, side: &str, buyer: &Buyer, method: String, code: &str) {
        self.set_new(&format!("{side}_address_id"), "0");
        for (name, value) in [
            ("firstname", buyer.first_name.clone()),
            ("lastname", buyer.last_name.clone()),
            ("company", buyer.company.clone()),
            ("address_1", buyer.address_1.clone()),
            ("address_2", buyer.address_2.clone()),
            ("city", buyer.city.clone()),
            ("postcode", buyer.postcode.clone()),
            ("country", buyer.country.clone()),
            ("country_id", buyer.country_id.to_string()),
            ("zone", buyer.zone.clone()),
            ("zone_id", buyer.zone_id.to_string()),
            ("address_format", String::new()),
            ("custom_field", "[]".to_owned()),
            ("method", method),
        ] {
            self.set(&format!("{side}_{name}"), value);
        }
        self.set_old(&format!("{side}_code"), code);
    }

    fn tail(&mut self, order: &Order) {
        self.set("comment", &order.comment);
        self.set("total", with_digits(order.total, 4));
        self.set("order_status_id", order.status_id.to_string());
        self.set("affiliate_id", "0");
        self.set("commission", with_digits(Decimal::ZERO, 4));
        self.set("marketing_id", "0");
        self.set("tracking", "");
        self.set("language_id", "1");
        self.set_new("language_code", "en-gb");
        self.set("currency_id", order.currency.id.to_string());
        self.set("currency_code", &order.currency.code);
        self.set("currency_value", with_digits(order.currency.value, 8));
        self.set("ip", "203.0.113.9");
        self.set("forwarded_ip", "");
        self.set("user_agent", "Mozilla/5.0");
        self.set("accept_language", "uk-UA");
        self.set("date_added", date(order.added));
        self.set("date_modified", date(order.modified));
    }
}

fn is_new(dialect: Dialect) -> bool {
    match dialect {
        Dialect::V23 | Dialect::V30 => false,
        Dialect::V40 | Dialect::V41 => true,
    }
}

/// 4.0 keeps the method as JSON text inside the column.
fn payment_method(order: &Order, dialect: Dialect) -> String {
    let Method { name, code } = &order.payment;
    if is_new(dialect) {
        php_json(&json!({"name": name, "code": format!("{code}.{code}")}))
    } else {
        name.clone()
    }
}

fn shipping_method(order: &Order, dialect: Dialect) -> String {
    let Method { name, code } = &order.shipping;
    if is_new(dialect) {
        let cost = with_digits(order.shipping_cost, 2);
        let text = format!("${cost}");
        php_json(&json!({
            "name": name, "code": code, "cost": cost, "tax_class_id": "9", "text": text,
        }))
    } else {
        name.clone()
    }
}

fn line_row(line: &OrderLine, store: &Store) -> Option<Value> {
    let product = store.product(line.product_id)?;
    // The module indexes options by name, so the last of two checkboxes wins.
    let options: Map<String, Value> = line
        .options
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    Some(json!({
        "name": line.name,
        "sku": product.sku,
        "price": with_digits(line.price, 4),
        "quantity": line.quantity.to_string(),
        "order_product_id": line.id.to_string(),
        "_options_": options,
    }))
}

/// The shop's local time, without an offset.
fn date(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}
