//! Reads recordings of real shops, and the goods and orders they held.

use std::collections::HashMap;
use std::fs;
use std::mem;
use std::path::Path;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::*;

/// One request and the answer it got.
pub(super) struct Recorded {
    pub(super) request: Vec<u8>,
    pub(super) response: String,
}

/// The file format: a line about the case, then parts `### REQUEST n` of n bytes each.
pub(super) fn read_case(path: &Path) -> Option<(String, Recorded)> {
    let name = path
        .file_name()?
        .to_str()?
        .strip_suffix(".http")?
        .to_owned();
    let file = fs::read(path).unwrap();
    let request = part(&file, "### REQUEST ")?;
    let response = String::from_utf8_lossy(part(&file, "### RESPONSE ")?).into_owned();
    Some((
        name,
        Recorded {
            request: request.to_vec(),
            response,
        },
    ))
}

fn part<'a>(file: &'a [u8], heading: &str) -> Option<&'a [u8]> {
    let start = memchr::memmem::find(file, heading.as_bytes())? + heading.len();
    let line_end = start + memchr::memchr(b'\n', &file[start..])?;
    let n_bytes: usize = std::str::from_utf8(&file[start..line_end])
        .ok()?
        .trim()
        .parse()
        .ok()?;
    file.get(line_end + 1..line_end + 1 + n_bytes)
}

/// What the recorded shop held, read from its own answers.
pub(super) fn recorded_catalogue(cases: &HashMap<String, Recorded>) -> Catalogue {
    let rows = |name: &str, key: &str| -> Value {
        cases
            .get(name)
            .and_then(|case| case.response.split_once("\r\n\r\n"))
            .and_then(|(_, body)| serde_json::from_str::<Value>(body).ok())
            .map_or(Value::Null, |reply| reply[key].clone())
    };
    let mut catalogue = Catalogue::empty();
    if let Value::Object(paths) = rows("cats", "cats") {
        catalogue.categories = categories(&paths);
    }
    let none = Vec::new();
    for product in rows("getproducts", "products").as_array().unwrap_or(&none) {
        add_recorded_product(&mut catalogue, product);
    }
    // A disabled product and one without an article, of which only the articles speak.
    catalogue = catalogue.with_product("DIS-1", "Off", Decimal::ONE, 0);
    catalogue.products.last_mut().unwrap().enabled = false;
    catalogue = catalogue.with_product("", "Без артикула", Decimal::ONE, 0);
    catalogue.orders = rows("orders_sqli", "orders")
        .as_array()
        .unwrap_or(&none)
        .iter()
        .map(|row| recorded_order(row, &catalogue))
        .collect();
    catalogue
}

fn categories(paths: &Map<String, Value>) -> Vec<Category> {
    let id_of: HashMap<&str, u32> = paths
        .iter()
        .map(|(id, path)| (path.as_str().unwrap(), id.parse().unwrap()))
        .collect();
    id_of
        .iter()
        .map(|(path, id)| {
            let (parent, name) = path
                .rsplit_once("&nbsp;&nbsp;&gt;&nbsp;&nbsp;")
                .unwrap_or(("", path));
            Category {
                id: *id,
                parent_id: id_of.get(parent).copied(),
                name: name.to_owned(),
                guid: None,
            }
        })
        .collect()
}

fn add_recorded_product(catalogue: &mut Catalogue, row: &Value) {
    *catalogue = mem::take(catalogue).with_product("", "", number(row, "price"), 0);
    let product = catalogue.products.last_mut().unwrap();
    product.sku = text(row, "sku");
    product.name = text(row, "name");
    product.image = text(row, "image");
    product.weight = number(row, "weight");
    product.manufacturer = row["manufacturer"].as_str().map(str::to_owned);
    product.category_id = id(row, "cat_id");
}

fn recorded_order(row: &Value, catalogue: &Catalogue) -> Order {
    let (payment, _) = method(row, "payment");
    let (shipping, shipping_cost) = method(row, "shipping");
    let lines = row["_products_"].as_array().unwrap();
    Order {
        id: OrderId(id(row, "order_id")),
        store_id: id(row, "store_id"),
        customer_id: id(row, "customer_id"),
        buyer: recorded_buyer(row),
        payment,
        shipping,
        shipping_cost,
        comment: text(row, "comment"),
        total: number(row, "total"),
        currency: Currency {
            id: id(row, "currency_id"),
            code: text(row, "currency_code"),
            value: number(row, "currency_value"),
        },
        status_id: id(row, "order_status_id"),
        added: date(row, "date_added"),
        modified: date(row, "date_modified"),
        lines: lines
            .iter()
            .map(|line| recorded_line(line, catalogue))
            .collect(),
        history: Vec::new(),
    }
}

fn recorded_buyer(row: &Value) -> Buyer {
    Buyer {
        first_name: text(row, "firstname"),
        last_name: text(row, "lastname"),
        company: text(row, "payment_company"),
        email: text(row, "email"),
        telephone: text(row, "telephone"),
        address_1: text(row, "payment_address_1"),
        address_2: text(row, "payment_address_2"),
        city: text(row, "payment_city"),
        postcode: text(row, "payment_postcode"),
        country: text(row, "payment_country"),
        country_id: id(row, "payment_country_id"),
        zone: text(row, "payment_zone"),
        zone_id: id(row, "payment_zone_id"),
    }
}

fn recorded_line(line: &Value, catalogue: &Catalogue) -> OrderLine {
    let product = catalogue
        .products
        .iter()
        .find(|product| product.sku == text(line, "sku"));
    let options = line["_options_"].as_object().cloned().unwrap_or_default();
    OrderLine {
        id: id(line, "order_product_id"),
        product_id: product.unwrap().id,
        name: text(line, "name"),
        price: number(line, "price"),
        quantity: text(line, "quantity").parse().unwrap(),
        options: options
            .into_iter()
            .map(|(name, value)| (name, value.as_str().unwrap().to_owned()))
            .collect(),
    }
}

fn method(row: &Value, side: &str) -> (Method, Decimal) {
    let column = text(row, &format!("{side}_method"));
    let Ok(inside) = serde_json::from_str::<Value>(&column) else {
        let code = text(row, &format!("{side}_code"));
        return (Method { name: column, code }, Decimal::ZERO);
    };
    let code = text(&inside, "code").replace("cod.cod", "cod");
    let cost = inside["cost"]
        .as_str()
        .map_or(Decimal::ZERO, |cost| cost.parse().unwrap());
    (
        Method {
            name: text(&inside, "name"),
            code,
        },
        cost,
    )
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}

fn number(row: &Value, key: &str) -> Decimal {
    text(row, key).parse().unwrap()
}

fn id(row: &Value, key: &str) -> u32 {
    text(row, key).parse().unwrap()
}

fn date(row: &Value, key: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(&text(row, key), "%Y-%m-%d %H:%M:%S").unwrap()
}
