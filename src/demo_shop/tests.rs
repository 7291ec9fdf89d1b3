//! What the shop does to its goods and orders, and how it goes wrong, over real HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::*;

pub(super) fn noon() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 3, 2)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap()
}

/// Sends bytes and returns all that comes back before the connection ends.
pub(super) fn exchange(shop: &DemoShop, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(shop.address).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    // A connection that is reset has simply ended, for these tests.
    stream.read_to_end(&mut answer).ok();
    answer
}

/// A client that logs in once and keeps its token.
pub(super) struct Client<'a> {
    shop: &'a DemoShop,
    pub(super) token: String,
    /// `NAME=value`
    pub(super) cookie: String,
}

impl<'a> Client<'a> {
    pub(super) fn new(shop: &'a DemoShop) -> Client<'a> {
        let mut client = Client {
            shop,
            token: String::new(),
            cookie: String::new(),
        };
        let form = format!("username={}&key={}", shop.username(), shop.key());
        let answer = client.post(login_route(shop.shop.dialect), &form);
        client.token = ["token", "api_token"]
            .into_iter()
            .find_map(|name| body_json(&answer)[name].as_str().map(str::to_owned))
            .unwrap_or_default();
        client.cookie = answer
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next())
            .unwrap_or_default()
            .to_owned();
        client
    }

    fn post(&self, route: &str, form: &str) -> String {
        let is_23 = self.shop.shop.dialect == Dialect::V23;
        let token = if is_23 { "token" } else { "api_token" };
        let cookie = if is_23 {
            format!("Cookie: {}\r\n", self.cookie)
        } else {
            String::new()
        };
        let request = format!(
            "POST /index.php?route={route}&{token}={} HTTP/1.1\r\nHost: shop\r\n{cookie}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.token,
            form.len()
        );
        String::from_utf8(exchange(self.shop, request.as_bytes())).unwrap()
    }

    fn call(&self, function: &str, form: &str) -> String {
        let separator = if self.shop.shop.dialect == Dialect::V40 {
            '|'
        } else {
            '/'
        };
        self.post(&format!("api/zstore{separator}{function}"), form)
    }
}

fn login_route(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::V23 | Dialect::V30 => "api/login",
        Dialect::V40 | Dialect::V41 => "api/account/login",
    }
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

fn body_json(answer: &str) -> Value {
    serde_json::from_str(body(answer)).unwrap_or(Value::Null)
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

fn open(dialect: Dialect) -> DemoShop {
    start(Settings::new(dialect, Catalogue::demo(), noon())).unwrap()
}

const OK: &str = r#"{"error":""}"#;

#[test]
fn carries_the_same_changes_into_all_versions() {
    for dialect in [Dialect::V23, Dialect::V30, Dialect::V40] {
        let shop = open(dialect);
        let client = Client::new(&shop);
        assert_eq!(
            body(&client.call("updatequantity", r#"data={"чай-100 ":7.5,"НЕТ":1}"#)),
            OK
        );
        assert_eq!(
            body(&client.call("updateprice", r#"data={"ЧАЙ-100":"350.50"}"#)),
            OK
        );
        let product = shop.product("ЧАЙ-100").unwrap();
        assert_eq!(
            (product.quantity, product.price),
            (8, Decimal::new(35050, 2)),
            "{dialect:?}"
        );
    }
}

#[test]
fn applies_the_entries_before_a_bad_one() {
    let shop = open(Dialect::V30);
    let client = Client::new(&shop);
    let answer = client.call(
        "updatequantity",
        r#"data={"ЧАЙ-100":1,"ЧАЙ-250":"x","КОФЕ-250":3}"#,
    );
    assert!(
        body(&answer).ends_with(r#"'\u0427\u0410\u0419-250'"}"#),
        "{answer}"
    );
    let stock = |sku| shop.product(sku).unwrap().quantity;
    assert_eq!((stock("ЧАЙ-100"), stock("КОФЕ-250")), (1, 35));
}

#[test]
fn adds_products_that_are_off_and_never_twice_the_same() {
    let shop = open(Dialect::V30);
    let client = Client::new(&shop);
    let form =
        r#"cat=21&data=[{"name":"Чай 😀","sku":"НОВ-1","quantity":2,"price":9.99,"brand":"X"}]"#;
    client.call("addproducts", form);
    client.call("addproducts", form);
    let added: Vec<_> = shop
        .products()
        .into_iter()
        .filter(|product| product.sku == "НОВ-1")
        .collect();
    assert_eq!(added.len(), 2);
    assert_eq!(added[0].name, "Чай ????");
    assert_eq!(added[0].extra["brand"], "X");
    assert_eq!((added[0].enabled, added[0].category_id), (false, 21));
}

#[test]
fn moves_stock_only_across_the_border_of_open_statuses() {
    let shop = open(Dialect::V23);
    let client = Client::new(&shop);
    let order = shop.orders()[0].id;
    let stock = || shop.product("ЧАЙ-100").unwrap().quantity;
    // The demo order took two of the forty-eight when it came in.
    for (status_id, left) in [(2, 46), (7, 48), (7, 48), (999, 48), (5, 46)] {
        client.call("updateorder", &format!(r#"data={{"{order}":{status_id}}}"#));
        assert_eq!(stock(), left, "after status {status_id}");
    }
    let order = shop.order(order).unwrap();
    let statuses: Vec<_> = order.history.iter().map(|row| row.status_id).collect();
    assert_eq!(statuses, [1, 2, 7, 7, 999, 5]);
    assert_eq!(order.history[1].comment, "By ZStore API");
}

#[test]
fn changes_no_order_with_the_upstream_module_on_40() {
    for (module, status_id) in [(Module::Upstream, 1), (Module::Repaired, 5)] {
        let settings = Settings::new(Dialect::V40, Catalogue::demo(), noon());
        let shop = start(Settings { module, ..settings }).unwrap();
        Client::new(&shop).call("updateorder", r#"data={"1":5}"#);
        assert_eq!(shop.orders()[0].status_id, status_id, "{module:?}");
    }
}

#[test]
fn shows_orders_with_their_shipping_in_the_total() {
    let shop = open(Dialect::V30);
    let orders = body_json(&Client::new(&shop).call("orders", "status_id=1"));
    let order = &orders["orders"][1];
    assert_eq!(order["firstname"], "Ольга");
    assert_eq!(
        order["payment_company"],
        "ООО &quot;Рога &amp; копыта&quot;"
    );
    assert_eq!(order["total"], "10970.0000");
    assert_eq!(
        order["_products_"][0]["_options_"]["Упаковка"],
        "крафт &quot;эко&quot;"
    );
}

#[test]
fn forgets_tokens_when_their_time_is_over() {
    for (dialect, idle_min, is_alive) in [
        (Dialect::V23, 59, true),
        (Dialect::V23, 61, false),
        (Dialect::V30, 23, true),
        (Dialect::V30, 25, false),
        (Dialect::V40, 59, true),
        (Dialect::V40, 61, false),
    ] {
        let shop = open(dialect);
        let client = Client::new(&shop);
        shop.advance_clock(Duration::from_secs(idle_min * 60));
        let is_good = body_json(&client.call("articles", ""))["error"] == "";
        assert_eq!(is_good, is_alive, "{dialect:?} after {idle_min} minutes");
    }
}

#[test]
fn goes_wrong_as_asked() {
    for (kind, status_seen, is_applied) in [
        (FaultKind::LoseAnswer, "", true),
        (FaultKind::LoseRequest, "", false),
        (FaultKind::Status500Before, "500", false),
        (FaultKind::Status500After, "500", true),
        (FaultKind::StopAfter(0), "", false),
        (FaultKind::StopAfter(1), "", true),
        (FaultKind::WarningPrefix, "200", true),
        (FaultKind::HtmlInstead, "200", false),
        (FaultKind::RedirectToHttps, "301", false),
        (FaultKind::RedirectToErrorPage, "302", false),
        (FaultKind::BodyCut, "200", true),
        (FaultKind::JsonCut, "200", true),
        (FaultKind::BadGateway502, "502", false),
        (FaultKind::GatewayTimeout504, "504", true),
        (FaultKind::TooLarge413, "413", false),
        (FaultKind::MostBytes(10), "413", false),
        (FaultKind::MostBytes(1_000), "200", true),
        (FaultKind::Maintenance503, "503", false),
        (FaultKind::ExpireToken, "200", false),
        (FaultKind::Slow(Duration::from_millis(1)), "200", true),
        (FaultKind::Late(Duration::from_millis(1)), "200", true),
        (FaultKind::EmptyAnswer, "200", false),
        (FaultKind::ModuleMissing, "404", false),
        (FaultKind::Bom, "200", true),
        (FaultKind::RefuseIp, "200", false),
    ] {
        let shop = open(Dialect::V30);
        let client = Client::new(&shop);
        shop.inject(Fault::once(kind).on("updatequantity"));
        let answer = client.call("updatequantity", r#"data={"ЧАЙ-100":1}"#);
        assert_eq!(status(&answer), status_seen, "{kind:?}: {answer}");
        assert_eq!(
            shop.product("ЧАЙ-100").unwrap().quantity == 1,
            is_applied,
            "{kind:?}"
        );
        assert_eq!(
            body(&client.call("updatequantity", "data={}")) == OK,
            kind != FaultKind::ExpireToken
        );
    }
}

#[test]
fn cuts_a_body_after_announcing_all_of_it() {
    let shop = open(Dialect::V30);
    let client = Client::new(&shop);
    shop.inject(Fault::once(FaultKind::BodyCut));
    let answer = client.call("updatequantity", "data={}");
    assert!(answer.contains("content-length: 12"), "{answer}");
    assert_eq!(body(&answer), r#"{"erro"#);
}

#[test]
fn refuses_logins_on_request() {
    for (dialect, kind, answer) in [
        (Dialect::V30, FaultKind::RefuseKey, "[]"),
        (
            Dialect::V40,
            FaultKind::RefuseKey,
            r#"{"error":"Warning: Incorrect API Key!"}"#,
        ),
    ] {
        let shop = open(dialect);
        shop.inject(Fault::once(kind).on("login"));
        let client = Client {
            shop: &shop,
            token: String::new(),
            cookie: String::new(),
        };
        let form = format!("username={}&key={}", shop.username(), shop.key());
        assert_eq!(body(&client.post(login_route(dialect), &form)), answer);
    }
}

#[test]
fn keeps_its_state_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        state: State::Kept(folder.path().join("shop.sqlite")),
        ..Settings::new(Dialect::V30, Catalogue::demo(), noon())
    };
    let shop = start(settings.clone()).unwrap();
    Client::new(&shop).call("updatequantity", r#"data={"ЧАЙ-100":3}"#);
    shop.place_order(NewOrder::by(Buyer::default()).line("ЧАЙ-250", 1));
    let (products, orders) = (shop.products(), shop.orders());
    shop.stop();
    let shop = start(settings).unwrap();
    assert_eq!(shop.products(), products);
    assert_eq!(shop.orders(), orders);
}

#[test]
fn is_controlled_over_http_by_other_processes() {
    let shop = open(Dialect::V30);
    let send = |method: &str, path: &str, body: &Value| {
        let body = body.to_string();
        let request = format!(
            "{method} /_demo/{path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        String::from_utf8(exchange(&shop, request.as_bytes())).unwrap()
    };
    let order = json!({"lines": [{"sku": "ЧАЙ-250", "quantity": 2}]});
    assert_eq!(
        body_json(&send("POST", "orders", &order)),
        json!({"order_id": 5})
    );
    send(
        "POST",
        "faults",
        &json!({"kind": "lose_answer", "function": "cats"}),
    );
    Client::new(&shop).call("articles", "");
    let state = body_json(&send("GET", "state", &json!({})));
    assert_eq!(state["orders"][4]["total"], "1230.00");
    assert_eq!(state["faults"][0]["kind"], "lose_answer");
    assert_eq!(
        state["calls"][1],
        json!({"function": "articles", "n_entries": 0})
    );
    assert_eq!(state["products"][0]["sku"], "ЧАЙ-100");
    assert_eq!(shop.n_calls("login"), 1);
}
