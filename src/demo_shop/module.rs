//! Obmen's own module as the embedded shop has it: the same contract, written a second time on purpose.
//!
//! It knows the calls that the exchange uses; `ping` names them. Left out is the check of the
//! clock: the shop's time is whatever it was opened with.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Dialect;
use super::escape::html_unescape;
use super::module_goods;
use super::module_options;
use super::module_orders;
use super::module_writes::{set_status, set_value, upsert};
use super::reply::Reply;
use super::request::Request;
use super::shop::{Inner, Shop};
use super::sql::with_digits;
use super::store::Store;

pub(super) const ROUTE: &str = "apizs/sync";

const VERSION: &str = "1.2.1";

const QUESTIONS: [&str; 6] = [
    "ping",
    "statuses",
    "categories",
    "orders",
    "articles",
    "products",
];

/// Calls that change the shop, and the largest batch of each.
const BATCHES: [(&str, usize); 8] = [
    ("categories_upsert", 1_000),
    ("image", 50),
    ("stock", 20_000),
    ("prices", 20_000),
    ("option_stock", 20_000),
    ("names", 5_000),
    ("order_status", 200),
    ("products_upsert", 500),
];

/// Bytes of a request.
const MAX_BODY: usize = 8_388_608;

/// `decimal(15,4)` holds less than this.
const MAX_PRICE: Decimal = Decimal::from_parts(1_215_752_192, 23, 0, false, 0);

/// What has been asked, by request id, and what was answered to batches.
#[derive(Default)]
pub(super) struct Answers(HashMap<String, (Vec<u8>, Option<Value>)>);

/// Why a call is refused: status and reason.
struct Refusal(u16, &'static str);

pub(super) type Fate = Map<String, Value>;

pub(super) fn n_rows(request: &Request) -> usize {
    serde_json::from_slice::<Value>(&request.raw)
        .ok()
        .and_then(|body| Some(body.get("rows")?.as_array()?.len()))
        .unwrap_or_default()
}

pub(super) fn answer(shop: &Shop, inner: &mut Inner, request: &Request) -> Reply {
    let request_id = request.header("x-obmen-request").to_owned();
    let (status, mut body) = match carry_out(shop, inner, request, &request_id) {
        Ok(body) => (200, body),
        Err(Refusal(status, reason)) => {
            let refused = json!({"ok": false, "error": reason, "message": reason});
            (status, refused.as_object().cloned().unwrap_or_default())
        }
    };
    if status == 200 {
        body.insert("ok".to_owned(), json!(true));
    }
    body.insert("v".to_owned(), json!(1));
    body.insert("request_id".to_owned(), json!(request_id));
    let text = Value::Object(body).to_string();
    Reply::new(status, super::reply::JSON, text)
}

fn carry_out(
    shop: &Shop,
    inner: &mut Inner,
    request: &Request,
    request_id: &str,
) -> Result<Map<String, Value>, Refusal> {
    let call = request.query("call").unwrap_or_default();
    let is_id = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !(8..=64).contains(&request_id.len()) || !request_id.chars().all(is_id) {
        return Err(Refusal(400, "malformed"));
    }
    if request.raw.len() > MAX_BODY {
        return Err(Refusal(413, "too_large"));
    }
    check_signature(shop, request, call, request_id)?;
    let input = match request.raw.as_slice() {
        b"" => Map::new(),
        raw => serde_json::from_slice(raw).map_err(|_| Refusal(400, "malformed"))?,
    };
    let digest = [call.as_bytes(), b"\n", &request.raw].concat();
    if QUESTIONS.contains(&call) {
        if inner.answers.0.contains_key(request_id) {
            return Err(Refusal(409, "replay"));
        }
        let asked = (digest, None);
        inner.answers.0.insert(request_id.to_owned(), asked);
        return ask(shop, &inner.store, call, &input);
    }
    let Some((_, most)) = BATCHES.iter().find(|(known, _)| *known == call) else {
        return Err(Refusal(400, "unknown_call"));
    };
    let rows = input
        .get("rows")
        .and_then(Value::as_array)
        .ok_or(Refusal(422, "rejected"))?;
    if rows.len() > *most {
        return Err(Refusal(413, "too_large"));
    }
    match inner.answers.0.get(request_id) {
        Some((known, Some(answer))) if *known == digest => {
            let mut answer = answer.as_object().cloned().unwrap_or_default();
            answer.insert("repeated".to_owned(), json!(true));
            return Ok(answer);
        }
        Some(_) => return Err(Refusal(409, "conflict")),
        None => {}
    }
    let fates = change(shop, &mut inner.store, call, rows, &input)?;
    let answer = report(&fates);
    let kept = Some(Value::Object(answer.clone()));
    inner
        .answers
        .0
        .insert(request_id.to_owned(), (digest, kept));
    Ok(answer)
}

fn check_signature(
    shop: &Shop,
    request: &Request,
    call: &str,
    request_id: &str,
) -> Result<(), Refusal> {
    let refused = || Refusal(401, "credentials");
    let body = hex(&Sha256::digest(&request.raw));
    let text = [
        "obmen1",
        "POST",
        call,
        request.query("store_id").unwrap_or_default(),
        request.header("x-obmen-time"),
        request_id,
        &body,
    ]
    .join("\n");
    let signature = bytes_of(request.header("x-obmen-signature")).ok_or_else(refused)?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(shop.credentials.key.as_bytes()).map_err(|_| refused())?;
    mac.update(text.as_bytes());
    mac.verify_slice(&signature).map_err(|_| refused())?;
    // 2.3 has no user names.
    if shop.dialect != Dialect::V23 && request.header("x-obmen-user") != shop.credentials.username {
        return Err(refused());
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        write!(hex, "{byte:02x}").unwrap_or_default();
        hex
    })
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

fn ask(
    shop: &Shop,
    store: &Store,
    call: &str,
    input: &Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    let is_russian = match input.get("language").and_then(Value::as_str) {
        Some("ru-ru") => true,
        None | Some("en-gb") => false,
        Some(_) => return Err(Refusal(422, "rejected")),
    };
    let answer = match call {
        "ping" => ping(shop),
        "statuses" => {
            let name = |status: &super::Status| {
                if is_russian {
                    status.russian.clone()
                } else {
                    status.english.clone()
                }
            };
            let list: Vec<Value> = store
                .statuses
                .iter()
                .map(|status| json!({"id": status.id, "name": name(status)}))
                .collect();
            json!({"statuses": list})
        }
        "categories" => {
            let list: Vec<Value> = store
                .categories
                .iter()
                .map(module_goods::category_row)
                .collect();
            json!({"categories": list})
        }
        "orders" => orders(shop, store, input),
        "articles" => page(
            input,
            "articles",
            store.products().map(|product| (product.id, product)),
            50_000,
            |product| {
                json!({"id": product.id, "sku": html_unescape(&product.sku), "quantity": product.quantity.to_string(),
                "price": with_digits(product.price, 4), "enabled": product.enabled})
            },
        ),
        _ => products(store, input),
    };
    Ok(answer.as_object().cloned().unwrap_or_default())
}

fn ping(shop: &Shop) -> Value {
    let opencart = match shop.dialect {
        Dialect::V23 => "2.3.0.2",
        Dialect::V30 => "3.0.5.1",
        Dialect::V40 => "4.0.2.3",
        Dialect::V41 => "4.1.0.4",
    };
    let calls: Vec<&str> = QUESTIONS
        .into_iter()
        .chain(BATCHES.map(|(call, _)| call))
        .collect();
    let rows: Map<String, Value> = BATCHES
        .map(|(call, most)| (call.to_owned(), json!(most)))
        .into_iter()
        .collect();
    let groups: Vec<Value> = module_options::GROUPS
        .into_iter()
        .map(|(id, name)| json!({"id": id, "name": name}))
        .collect();
    json!({
        "module": VERSION, "opencart": opencart, "php": "8.2.36", "time": shop.clock.now().and_utc().timestamp(), "time_zone": "UTC",
        "store_id": 0, "stores": [{"id": 0, "name": "Demo"}], "currency": "RUB",
        "currencies": [{"code": "RUB", "rate": "1.00000000", "enabled": true}], "language": "en-gb",
        "languages": [{"code": "ru-ru", "name": "Русский", "enabled": true}, {"code": "en-gb", "name": "English", "enabled": true}],
        "customer_groups": groups, "calls": calls, "transactions": true, "emoji": true,
        "limits": {"body": MAX_BODY, "rows": rows, "pages": {"orders": 200, "products": 2_000, "articles": 50_000}},
    })
}

/// A part of a list, in the order of its numbers, from `after` on.
fn page<T>(
    input: &Map<String, Value>,
    name: &str,
    all: impl Iterator<Item = (u32, T)>,
    most: usize,
    row: impl Fn(T) -> Value,
) -> Value {
    let number = |field: &str| input.get(field).and_then(Value::as_u64);
    let after = number("after").unwrap_or_default();
    let limit = number("limit")
        .and_then(|n| usize::try_from(n).ok())
        .filter(|n| *n > 0)
        .map_or(most, |n| n.min(most));
    let mut rest = all.filter(|(id, _)| u64::from(*id) > after).peekable();
    let mut last = None;
    let mut rows = Vec::new();
    while let Some((id, item)) = rest.next_if(|_| rows.len() < limit) {
        last = Some(id);
        rows.push(row(item));
    }
    json!({name: rows, "more": rest.peek().is_some(), "next": last})
}

fn orders(shop: &Shop, store: &Store, input: &Map<String, Value>) -> Value {
    let numbers = |field: &str| -> Option<Vec<u64>> {
        Some(
            input
                .get(field)?
                .as_array()?
                .iter()
                .filter_map(Value::as_u64)
                .collect(),
        )
    };
    let (statuses, ids) = (numbers("statuses"), numbers("ids"));
    let named: Vec<&str> = input
        .get("columns")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let wanted = store.orders().filter(|order| {
        order.status_id > 0
            && statuses
                .as_ref()
                .is_none_or(|list| list.contains(&u64::from(order.status_id)))
            && ids
                .as_ref()
                .is_none_or(|list| list.contains(&u64::from(order.id.0)))
    });
    page(
        input,
        "orders",
        wanted.map(|order| (order.id.0, order)),
        200,
        |order| module_orders::row(order, store, shop.dialect, &named),
    )
}

fn products(store: &Store, input: &Map<String, Value>) -> Value {
    let only_enabled = input.get("only_enabled") == Some(&json!(true));
    let wanted = store
        .products()
        .filter(|product| product.enabled || !only_enabled);
    page(
        input,
        "products",
        wanted.map(|product| (product.id, product)),
        2_000,
        |product| {
            let category = Some(product.category_id).filter(|id| *id > 0);
            let categories = product.extra.get("categories").cloned();
            let categories = categories.unwrap_or_else(|| json!(category.as_slice()));
            let text = |field: &str| product.extra.get(field).cloned().unwrap_or_default();
            let list = |field: &str| module_goods::told(field, &product.extra);
            json!({"id": product.id, "guid": store.guid_of(product.id), "sku": html_unescape(&product.sku), "model": html_unescape(&product.sku),
            "name": html_unescape(&product.name), "price": with_digits(product.price, 4),
            "quantity": product.quantity.to_string(), "enabled": product.enabled, "image": product.image,
            "manufacturer": product.manufacturer.as_deref().map(html_unescape).unwrap_or_default(),
            "weight": with_digits(product.weight, 8), "weight_class_id": 1, "categories": categories,
            "images": list("images"), "attributes": list("attributes"), "options": list("options"),
            "specials": list("specials"), "group_prices": list("group_prices"), "description": text("description")})
        },
    )
}

fn report(fates: &[Fate]) -> Map<String, Value> {
    let mut answer = Map::new();
    for state in ["applied", "unchanged", "unknown", "ambiguous", "rejected"] {
        let n = fates
            .iter()
            .filter(|fate| fate.get("is") == Some(&json!(state)))
            .count();
        answer.insert(state.to_owned(), json!(n));
    }
    answer.insert("rows".to_owned(), json!(fates));
    answer
}

pub(super) fn is(state: &str) -> Fate {
    [("is".to_owned(), json!(state))].into_iter().collect()
}

pub(super) fn rejected(why: &str) -> Fate {
    let mut fate = is("rejected");
    fate.insert("why".to_owned(), json!(why));
    fate
}

fn change(
    shop: &Shop,
    store: &mut Store,
    call: &str,
    rows: &[Value],
    input: &Map<String, Value>,
) -> Result<Vec<Fate>, Refusal> {
    let mode = input
        .get("mode")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if call == "products_upsert" && !matches!(mode, "add" | "update" | "upsert") {
        return Err(Refusal(422, "rejected"));
    }
    let mut seen = HashSet::new();
    let mut seen_variants = module_options::Seen::new();
    let is_set = |field: &str| input.get(field) == Some(&json!(true));
    let how = (is_set("add"), is_set("sum"));
    if call == "categories_upsert" {
        return Ok(module_goods::upsert_categories(store, rows));
    }
    Ok(rows
        .iter()
        .map(|row| match call {
            "order_status" => set_status(shop, store, row),
            "products_upsert" => upsert(store, row, mode, &mut seen),
            "image" => module_goods::store_image(store, row),
            "option_stock" => module_options::set_variant(store, row, how, &mut seen_variants),
            _ => set_value(store, call, row, &mut seen),
        })
        .collect())
}

/// A number as text or as a JSON integer, never as a binary float.
pub(super) fn decimal(row: &Value, field: &str) -> Option<Decimal> {
    match row.get(field)? {
        Value::String(text) => Decimal::from_str_exact(text).ok(),
        Value::Number(number) => number.as_i64().map(Decimal::from),
        _ => None,
    }
}

pub(super) fn is_price(price: &Decimal) -> bool {
    !price.is_sign_negative() && price.normalize().scale() <= 4 && *price < MAX_PRICE
}

pub(super) fn price(row: &Value) -> Option<Decimal> {
    decimal(row, "price").filter(is_price)
}

/// Whether the row says anything about it.
pub(super) fn is_stated(row: &Value, field: &str) -> bool {
    row.get(field).is_some_and(|value| !value.is_null())
}

pub(super) fn quantity(row: &Value) -> Option<i32> {
    let quantity = decimal(row, "quantity").filter(|quantity| quantity.scale() == 0)?;
    i32::try_from(quantity).ok()
}

pub(super) fn text<'a>(row: &'a Value, field: &str) -> Option<&'a str> {
    row.get(field)?.as_str().map(str::trim)
}
