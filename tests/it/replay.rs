//! Plays recorded answers back to the real client: what it makes of the shops' data.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use obmen::domain::{Order, StatusId};
use obmen::formats::commerceml::{Profile, check};
use obmen::shop::{Access, ApiKey, Client, Dialect, ExtraField, Settings, ShopError};

use crate::facts;
use crate::order_rules::faults_of;
use crate::orders_for_1c::written_in;
use crate::transcripts::{Exchange, find};

/// A shop that answers a login as recorded, and whatever comes behind it with one recorded case.
struct Replay {
    client: Client,
    /// Ends once the case was played; tells the heads of the requests it got.
    shop: JoinHandle<Vec<String>>,
}

impl Replay {
    fn of(version: &Path, case: &str) -> Self {
        let recorded = |case: &str| Exchange::read(&version.join(format!("{case}.http")));
        let login = recorded("login_ok");
        let case = recorded(case);
        let nothing = Exchange {
            request_head: String::new(),
            response: b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".to_vec(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shop = thread::spawn(move || {
            let mut heads = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let head = read_request(&mut stream);
                let is_route = |route: &Exchange| route_of(&head) == route_of(&route.request_head);
                let is_function = head.contains("route=api/zstore");
                let exchange = match (is_function, is_route(&login)) {
                    (true, _) => &case,
                    (false, true) => &login,
                    (false, false) => &nothing,
                };
                heads.push(head);
                stream.write_all(&exchange.response).unwrap();
                if is_function {
                    break;
                }
            }
            heads
        });
        let client = Client::new(Settings {
            timeout: Duration::from_secs(20),
            extra_fields: vec![ExtraField {
                column: "ip".to_owned(),
                requisite: "Адрес покупателя".to_owned(),
            }],
            ..Settings::new(
                format!("http://{address}/"),
                "zstore".to_owned(),
                ApiKey::new("key".to_owned()),
                obmen::pipeline::unix_time,
            )
        })
        .unwrap();
        Self { client, shop }
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while find(&bytes, b"\r\n\r\n").is_none() {
        stream.read_exact(&mut byte).unwrap();
        bytes.extend(byte);
    }
    let head = String::from_utf8(bytes).unwrap();
    let n_bytes = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().unwrap());
    stream.read_exact(&mut vec![0; n_bytes]).unwrap();
    head
}

fn route_of(head: &str) -> Option<&str> {
    let (_, behind) = head.split_once("route=")?;
    behind.split(['&', ' ']).next()
}

/// The folders of the versions whose module works, in all its functions or some.
fn versions() -> Option<Vec<PathBuf>> {
    let folder = facts::folder("OBMEN_TRANSCRIPTS")?;
    Some(
        ["2.3.0.2", "3.0.5.1", "4.0.2.3"]
            .map(|version| folder.join(version))
            .into(),
    )
}

/// What `ask` gets from the recorded case in each version.
fn in_each_version<T>(case: &str, ask: impl Fn(&Client) -> Result<T, ShopError>) -> Vec<T> {
    let versions = versions().unwrap_or_default();
    versions
        .iter()
        .map(|version| {
            let replay = Replay::of(version, case);
            // Before the shop is waited for, which without a call would wait forever.
            let answer =
                ask(&replay.client).unwrap_or_else(|err| panic!("{}: {err}", version.display()));
            replay.shop.join().unwrap();
            answer
        })
        .collect()
}

fn status(id: u32) -> StatusId {
    StatusId::parse(&id.to_string()).unwrap()
}

#[test]
fn the_client_speaks_to_each_version_as_the_recorded_caller_did() {
    let Some(versions) = versions() else {
        return;
    };
    for (version, n_requests, dialect, token) in [
        (
            &versions[0],
            2,
            Dialect::V23,
            "&token=VBj8CipduNjmzR4XhcmL2FjzSiQLKXr8 ",
        ),
        (
            &versions[1],
            2,
            Dialect::V30,
            "&api_token=64e6e6a952328db59138f6e87c ",
        ),
        (&versions[2], 3, Dialect::V40, "&api_token="),
    ] {
        let name = version.display();
        let replay = Replay::of(version, "statuses_ok");
        assert_eq!(
            replay.client.log_in(),
            Ok(Access::Upstream(dialect)),
            "{name}"
        );
        replay.client.statuses().unwrap();
        let mut heads = replay.shop.join().unwrap();
        // First it looks for our own module, in both places.
        let n_before = heads.len();
        heads.retain(|head| !head.contains("apizs/sync&call=ping"));
        assert_eq!(n_before - heads.len(), 2, "{name}");
        assert_eq!(heads.len(), n_requests, "{name}: {heads:#?}");
        let call = heads.last().unwrap();
        assert!(call.contains(token), "{name}: {call}");
        // Only 2.3 knows its token by the cookie of the login; elsewhere it would skip checks.
        let cookie = call.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("cookie: ")
                .map(str::to_owned)
        });
        let expected =
            (dialect == Dialect::V23).then(|| "phpsessid=qqpbtm85ah22vihnkumgfb8gh7".to_owned());
        assert_eq!(cookie, expected, "{name}");
        let route = match dialect {
            Dialect::V23 | Dialect::V30 => "api/zstore/statuses",
            Dialect::V40 => "api/zstore%7Cstatuses",
        };
        assert_eq!(route_of(call), Some(route), "{name}");
    }
}

#[test]
fn statuses_are_read_in_the_shops_words_and_order() {
    for statuses in in_each_version("statuses_ok", Client::statuses) {
        assert_eq!(statuses.len(), 14);
        assert_eq!(statuses[0], (status(7), "Canceled".to_owned()));
        assert!(statuses.contains(&(status(5), "Complete".to_owned())));
    }
    for statuses in in_each_version("lang_cookie_ru", Client::statuses)
        .iter()
        .take(2)
    {
        assert!(
            statuses.contains(&(status(16), "Аннулирован".to_owned())),
            "{statuses:?}"
        );
    }
}

#[test]
fn category_paths_are_split_into_their_names() {
    for categories in in_each_version("cats", Client::categories) {
        assert_eq!(categories.len(), 41);
        let path = |id: u32| {
            let category = categories.iter().find(|category| category.id.0 == id);
            category.unwrap().path.clone()
        };
        assert_eq!(path(33), ["Cameras"]);
        assert_eq!(path(46), ["Laptops & Notebooks", "Macs"]);
        assert_eq!(
            path(902),
            ["Электроника & техника", "Телефоны", "Чехлы 6\""]
        );
    }
}

#[test]
fn articles_are_unescaped_and_the_empty_one_is_left_out() {
    let all = [
        "00123",
        "12\"",
        "123",
        "A&B",
        "DIS-1",
        "DUP-1",
        "KB-001",
        "O'Neil",
        "R&D",
        "test 1",
        "АРТ-77",
    ];
    for mut articles in in_each_version("articles", Client::articles) {
        articles.sort();
        assert_eq!(articles, all);
    }
}

#[test]
fn products_are_read_with_price_image_weight_and_category() {
    for products in in_each_version("getproducts", Client::products) {
        assert_eq!(products.len(), 12);
        let cable = &products[1];
        assert_eq!(cable.sku.as_str(), "KB-001");
        assert_eq!(cable.name, "Кабель USB 3\" & переходник");
        assert_eq!(cable.price.unwrap().to_string(), "12.50");
        assert_eq!(
            cable.image.as_deref(),
            Some("catalog/demo/apple_cinema_30.jpg")
        );
        assert_eq!(cable.manufacturer.as_deref(), Some("Apple"));
        assert_eq!(cable.weight.unwrap().to_string(), "1.5");
        assert_eq!(cable.category.unwrap().0, 902);
        // No picture, no maker and no weight are none, not empty texts and zeros.
        let plain = &products[6];
        assert_eq!(
            (plain.sku.as_str(), plain.name.as_str()),
            ("A&B", "Tom & Jerry")
        );
        assert_eq!(
            (&plain.image, &plain.manufacturer, plain.weight),
            (&None, &None, None)
        );
        // Two products may share an article.
        assert_eq!(
            products
                .iter()
                .filter(|product| product.sku.as_str() == "DUP-1")
                .count(),
            2
        );
        // Another program stored this one unescaped.
        assert!(
            products
                .iter()
                .any(|product| product.name == "Raw & name <b>bold</b>")
        );
    }
}

#[test]
fn names_are_read_where_the_module_has_them() {
    let Some(versions) = versions() else {
        return;
    };
    for version in &versions[..2] {
        let replay = Replay::of(version, "getnames");
        let names = replay.client.names().unwrap();
        replay.shop.join().unwrap();
        assert_eq!(names.len(), 12);
        assert_eq!(
            (names[7].0.as_str(), names[7].1.as_str()),
            ("12\"", "Диск 12\"")
        );
    }
}

/// The orders of the recorded case, all of which make sense.
fn orders(case: &str) -> Vec<Vec<Order>> {
    let all = in_each_version(case, |client| client.orders(status(1)));
    let sound = |order: Result<Order, _>| {
        order.unwrap_or_else(|err: obmen::shop::BadOrder| panic!("{err}"))
    };
    all.into_iter()
        .map(|orders| orders.into_iter().map(sound).collect())
        .collect()
}

#[test]
fn an_order_of_a_company_is_read_whole() {
    for (version, orders) in orders("orders_status1").iter().enumerate() {
        let ids: Vec<u32> = orders.iter().map(|order| order.id.get()).collect();
        assert_eq!(ids, [1, 2, 8, 9]);
        let order = &orders[0];
        assert_eq!(order.placed_at.to_string(), "2026-02-02 10:11:12");
        assert_eq!(order.status, Some(status(1)));
        assert_eq!(
            (order.currency.as_str(), order.total.to_string().as_str()),
            ("USD", "38.40")
        );
        let buyer = &order.buyer;
        assert_eq!(buyer.company.as_deref(), Some("ООО \"Рога & копыта\""));
        assert_eq!(buyer.person_name(), "О'Брайен Иван");
        assert_eq!(buyer.customer, None);
        assert_eq!(buyer.email.as_deref(), Some("ivan@example.com"));
        assert_eq!(buyer.phone.as_deref(), Some("+380 (44) 123-45-67"));
        let address = "01001, Ukraine, Kiev, Київ, ул. Ленина, д. 5 \"А\", кв. 7";
        assert_eq!(buyer.address.one_line().as_deref(), Some(address));
        assert_eq!(order.delivery_address.one_line().as_deref(), Some(address));
        assert_eq!(
            (&order.comment, order.site.as_deref()),
            (&None, Some("Your Store"))
        );
        assert_eq!(
            order.extra,
            [("Адрес покупателя".to_owned(), "203.0.113.9".to_owned())]
        );

        let [cable, nameless] = &order.lines[..] else {
            panic!("{:?}", order.lines);
        };
        assert_eq!(cable.id, Some(101));
        assert_eq!(cable.name, "Кабель USB 3\" & переходник");
        assert_eq!(cable.sku.as_ref().unwrap().as_str(), "KB-001");
        assert_eq!(
            (cable.price.to_string(), cable.quantity.to_string()),
            ("12.50".to_owned(), "2".to_owned())
        );
        let options = [("Размер", "XL"), ("Цвет & тон", "Красный \"мак\"")];
        assert_eq!(
            cable.options,
            options.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(
            (&nameless.sku, nameless.name.as_str()),
            (&None, "Без артикула")
        );

        // 4.0 keeps the methods as JSON text, with the cost of delivery.
        let is_v40 = version == 2;
        let (payment, payment_code, cost) = if is_v40 {
            ("Cash On Delivery", "cod.cod", Some("5.00"))
        } else {
            ("Оплата при доставке", "cod", None)
        };
        let paid = order.payment.as_ref().unwrap();
        assert_eq!(
            (paid.name.as_str(), paid.code.as_deref()),
            (payment, Some(payment_code))
        );
        let sent = order.shipping.as_ref().unwrap();
        assert_eq!(
            (sent.name.as_str(), sent.code.as_deref()),
            ("Flat Shipping Rate", Some("flat.flat"))
        );
        assert_eq!(
            order.shipping_cost.map(|cost| cost.to_string()).as_deref(),
            cost
        );
    }
}

#[test]
fn amounts_are_turned_into_the_buyers_currency() {
    for (version, orders) in orders("orders_status1").iter().enumerate() {
        // The shop counts in dollars; a dollar is 0.90 euros.
        let order = &orders[1];
        assert_eq!(
            (order.currency.as_str(), order.total.to_string().as_str()),
            ("EUR", "90.00")
        );
        assert_eq!(order.lines[0].price.to_string(), "90.00");
        let cost = order.shipping_cost.map(|cost| cost.to_string());
        assert_eq!(cost.as_deref(), (version == 2).then_some("4.50"));
        assert_eq!(order.buyer.company, None);
        assert_eq!(
            (order.buyer.customer, order.buyer.last_name.as_str()),
            (Some(1), "Smith <jr>")
        );
    }
}

#[test]
fn a_comment_keeps_its_lines() {
    for orders in orders("orders_status1") {
        let comment = orders[2].comment.as_deref();
        assert_eq!(
            comment,
            Some("Позвонить до 18:00\nКод: \"12<34\"\tапостроф: '")
        );
    }
}

#[test]
fn no_orders_are_an_empty_list() {
    for orders in orders("orders_status_none") {
        assert_eq!(orders, []);
    }
}

#[test]
fn an_answer_cut_in_its_middle_is_not_taken_for_a_shorter_list() {
    let Some(versions) = versions() else {
        return;
    };
    for version in versions {
        let replay = Replay::of(&version, "big_orders_2000");
        let err = replay.client.orders(status(1)).unwrap_err();
        replay.shop.join().unwrap();
        assert!(matches!(err, ShopError::Unintelligible { .. }), "{err}");
    }
}

#[test]
fn recorded_orders_are_written_by_the_rules_of_1c() {
    for case in [
        "orders_status1",
        "orders_status2",
        "orders_status5",
        "orders_store1",
    ] {
        for orders in orders(case) {
            for order in &orders {
                assert_eq!(
                    check(order, &Profile::default()),
                    [],
                    "{case}, order {}",
                    order.id
                );
            }
            let xml = written_in(&Profile::default(), &orders);
            assert_eq!(faults_of(&xml), [""; 0], "{case}");
        }
    }
}
