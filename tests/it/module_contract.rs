//! One contract, whoever keeps it: the module over `MariaDB` in each version, the embedded shop, a real shop.

use std::collections::BTreeSet;
use std::env;

use obmen::domain::{CategoryId, Money, NewProduct, OrderId, Sku, StatusId};
use obmen::shop::module::{Outcome, source_version};
use obmen::shop::{Access, ShopError};
use serde_json::{Value, json};

use crate::opencart::{Request, Shop, embedded_shops, shops};

/// Every shop that the contract is tried on. A real one must be told that it may be
/// written into: `OBMEN_SHOP_MAY_CHANGE`, and must have the goods of the small shop.
fn all_shops() -> impl Iterator<Item = Shop> {
    let real = env::var("OBMEN_SHOP_URL")
        .ok()
        .filter(|_| env::var_os("OBMEN_SHOP_MAY_CHANGE").is_some())
        .map(|url| {
            let variable = |name: &str| env::var(name).unwrap_or_default();
            Shop::elsewhere(
                url,
                variable("OBMEN_SHOP_USERNAME"),
                variable("OBMEN_SHOP_KEY"),
            )
        });
    small_shops().chain(real)
}

/// Those that each test gets anew.
fn small_shops() -> impl Iterator<Item = Shop> {
    embedded_shops().chain(shops())
}

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

fn order(number: u32) -> OrderId {
    OrderId::parse(&number.to_string()).unwrap()
}

fn status(number: u32) -> StatusId {
    StatusId::parse(&number.to_string()).unwrap()
}

#[test]
fn the_module_is_found_and_preferred() {
    for shop in all_shops() {
        let Access::Module(greeting) = shop.client().log_in().unwrap() else {
            panic!("{}: the module was not found", shop.version);
        };
        assert_eq!(greeting.module, source_version());
        assert!(greeting.has("stock") && greeting.has("orders"));
        if shop.is_harness() {
            let told = shop.done("ping", &json!({}));
            assert_eq!(told["currency"], "USD");
            assert_eq!(greeting.opencart, shop.version);
            assert_eq!(told["transactions"], shop.version.starts_with('4'));
            assert_eq!(told["stores"][0]["name"], "Your \"Store\"");
        }
    }
}

#[test]
fn lists_are_plain_text() {
    for shop in all_shops() {
        let client = shop.client();
        assert!(
            client
                .statuses()
                .unwrap()
                .contains(&(status(3), "Shipped".to_owned()))
        );
        let articles = client.articles().unwrap();
        assert!(articles.contains(&"R&D 12\"".to_owned()), "{articles:?}");
        assert!(!articles.contains(&String::new()));
        let products = client.products().unwrap();
        let tea = products
            .iter()
            .find(|product| product.sku == sku("ЧАЙ-100"))
            .unwrap();
        assert_eq!(tea.name, "Чай \"Карпатський\" чорний, 100 г");
        assert!(
            products.iter().all(|product| product.sku != sku("OFF-1")),
            "it is disabled"
        );
        let categories = client.categories().unwrap();
        let nested = categories
            .iter()
            .find(|category| category.id == CategoryId(26))
            .unwrap();
        assert_eq!(
            (nested.path.len(), nested.path[0].as_str()),
            (2, "Desktops")
        );
    }
}

#[test]
fn stock_and_prices_tell_what_became_of_each_row() {
    for shop in all_shops() {
        let client = shop.client();
        let before = shop.article("KB-001")["quantity"]
            .as_str()
            .unwrap()
            .parse::<i32>()
            .unwrap();
        let outcomes = client
            .update_quantities(&[
                (sku("KB-001"), before + 1),
                (
                    sku("00123"),
                    shop.article("00123")["quantity"]
                        .as_str()
                        .unwrap()
                        .parse()
                        .unwrap(),
                ),
                (sku("R&D 12\""), -3),
                (sku("DUP-1"), 1),
                (sku("there is none"), 1),
            ])
            .unwrap();
        assert_eq!(
            outcomes,
            [
                Outcome::Applied,
                Outcome::Unchanged,
                Outcome::Applied,
                Outcome::Ambiguous,
                Outcome::Unknown
            ],
            "{}",
            shop.version
        );
        assert_eq!(shop.article("KB-001")["quantity"], (before + 1).to_string());
        assert_eq!(shop.article("R&D 12\"")["quantity"], "-3");
        let price = Money::parse("99999999999.9999").unwrap();
        let outcomes = client
            .update_prices(&[(sku("KB-002"), price), (sku("kb-002"), Money::ZERO)])
            .unwrap();
        assert!(
            matches!(
                outcomes.as_slice(),
                [Outcome::Applied, Outcome::Rejected(_)]
            ),
            "{outcomes:?}"
        );
        assert_eq!(shop.article("KB-002")["price"], "99999999999.9999");
        assert_eq!(client.update_quantities(&[]), Ok(Vec::new()));
    }
}

#[test]
fn an_article_is_found_however_it_is_stored() {
    for shop in shops() {
        let fates = shop.fates(
            "stock",
            &json!({"rows": [
                {"sku": "raw \"quote\"", "quantity": "1"},
                {"sku": " kb-001 ", "quantity": 1},
                {"id": 44, "quantity": "1"},
                {"sku": "АРТ-77", "quantity": "5"},
            ]}),
        );
        assert_eq!(fates, ["applied"; 4], "{}", shop.version);
        assert_eq!(shop.article("raw \"quote\"")["quantity"], "1");
    }
}

#[test]
fn a_row_that_cannot_be_is_rejected_and_the_others_go_on() {
    for shop in small_shops() {
        let quantities = [
            json!("2.5"),
            json!("2,5"),
            json!(""),
            json!(null),
            json!(true),
            json!(1.5),
            json!("99999999999"),
            json!([1]),
            json!({"a": 1}),
        ];
        let mut rows: Vec<Value> = quantities
            .iter()
            .map(|quantity| json!({"sku": "00123", "quantity": quantity}))
            .collect();
        rows.extend([
            json!({"quantity": 1}),
            json!({"sku": "", "quantity": 1}),
            json!(5),
            json!({"sku": "00123", "quantity": "8"}),
        ]);
        let fates = shop.fates("stock", &json!({"rows": rows}));
        let (last, bad) = fates.split_last().unwrap();
        assert!(
            bad.iter().all(|fate| fate == "rejected"),
            "{}: {fates:?}",
            shop.version
        );
        assert_eq!(
            (last.as_str(), &shop.article("00123")["quantity"]),
            ("applied", &json!("8"))
        );
        for price in ["13,75", "1e5", "-1", "", "1.23456", "123456789012", "0x10"] {
            assert_eq!(
                shop.fates(
                    "prices",
                    &json!({"rows": [{"sku": "00123", "price": price}]})
                ),
                ["rejected"],
                "{price}"
            );
        }
    }
}

#[test]
fn names_are_written_in_the_language_that_is_asked_for() {
    for shop in all_shops() {
        let name = "Телефон \"12\" & <b>";
        let client = shop.client();
        assert_eq!(
            client.update_names(&[(sku("KB-001"), name.to_owned())]),
            Ok(vec![Outcome::Applied])
        );
        assert_eq!(
            client.update_names(&[(sku("KB-001"), name.to_owned())]),
            Ok(vec![Outcome::Unchanged])
        );
        assert!(
            client
                .names()
                .unwrap()
                .contains(&(sku("KB-001"), name.to_owned()))
        );
        if let Some(database) = &shop.database {
            let stored = "Телефон &quot;12&quot; &amp; &lt;b&gt;";
            assert_eq!(database.ask("SELECT name FROM oc_product_description WHERE product_id = 40 ORDER BY language_id"), [stored, "iPhone"]);
            let mut settings = shop.settings();
            settings.language = Some("ru-ru".to_owned());
            let russian = obmen::shop::Client::new(settings.clone()).unwrap();
            russian
                .update_names(&[(sku("KB-001"), "По-русски".to_owned())])
                .unwrap();
            assert_eq!(database.ask("SELECT name FROM oc_product_description WHERE product_id = 40 ORDER BY language_id"), [stored, "По-русски"]);
            assert_eq!(russian.statuses().unwrap()[0].1, "Pending по-русски");
            settings.language = Some("xx-xx".to_owned());
            let unknown = obmen::shop::Client::new(settings).unwrap();
            assert!(matches!(unknown.statuses(), Err(ShopError::Refused { .. })));
        }
    }
}

#[test]
fn orders_are_whole() {
    for shop in shops() {
        let mut settings = shop.settings();
        let extra = |column: &str, requisite: &str| obmen::shop::ExtraField {
            column: column.to_owned(),
            requisite: requisite.to_owned(),
        };
        settings.extra_fields = vec![
            extra("ip", "IP"),
            extra("custom_field.3", "Поле"),
            extra("history", "История"),
        ];
        let database = shop.database.as_ref().unwrap();
        database.ask(
            "UPDATE oc_order_history SET comment = 'Call &quot;back&quot;' WHERE order_id = 1",
        );
        settings.tax_fields.inn = Some("3".to_owned());
        let client = obmen::shop::Client::new(settings).unwrap();
        let orders: Vec<_> = client
            .orders(status(1))
            .unwrap()
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let numbers: Vec<u32> = orders.iter().map(|order| order.id.get()).collect();
        assert_eq!(
            numbers,
            [1, 2],
            "{}: not those of another store, nor abandoned carts",
            shop.version
        );
        let [first, second] = <[_; 2]>::try_from(orders).unwrap();
        assert_eq!(
            first.buyer.company.as_deref(),
            Some("ТОВ \"Роги & копита\"")
        );
        assert_eq!(
            first.buyer.inn.as_ref().map(obmen::domain::Inn::as_str),
            Some("7707083893")
        );
        assert_eq!(first.comment.as_deref(), Some("two\nlines <b>"));
        let told: Vec<(&str, &str)> = first
            .extra
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("IP", "10.1.2.3"),
                ("Поле", "7707083893"),
                ("История", "2026-02-02 10:11:12: Call \"back\"")
            ],
            "{}",
            shop.version
        );
        let shipping = first.shipping.as_ref().unwrap();
        assert_eq!(
            (shipping.name.as_str(), shipping.code.as_deref()),
            ("Flat & fast", Some("flat.flat"))
        );
        assert_eq!(first.lines[1].sku, Some(sku("ЧАЙ-100")));
        let lines = first.lines.iter().map(|line| line.sum().as_decimal());
        let settlement = first.settlement(lines.sum(), first.shipping_cost, |_| true);
        let told = [settlement.delivery, settlement.other, settlement.discount]
            .map(|money| money.to_string());
        assert_eq!(told, ["5.00", "0.00", "0.00"], "{}", shop.version);
        let named = |parts: &[obmen::domain::Part]| -> Vec<String> {
            let shown = |part: &obmen::domain::Part| format!("{} {}", part.title, part.amount);
            parts.iter().map(shown).collect()
        };
        assert_eq!(named(&settlement.charges), ["VAT 20.00"]);
        assert_eq!(named(&settlement.discounts), ["Coupon (A&B) 10.00"]);
        assert_eq!(
            second.shipping_cost.unwrap().to_string(),
            "206.25",
            "in hryvnias"
        );
        let options: Vec<&str> = second.lines[0]
            .options
            .iter()
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(
            options,
            ["One", "Two & more"],
            "both boxes that were ticked"
        );
        assert_eq!(
            (second.lines[1].name.as_str(), &second.lines[1].sku),
            ("Gone for good", &None),
            "a deleted product"
        );
    }
}

#[test]
fn orders_come_in_pages_and_by_change() {
    for shop in shops() {
        let page = shop.done("orders", &json!({"limit": 2}));
        assert_eq!((&page["more"], &page["next"]), (&json!(true), &json!(2)));
        let rest = shop.done("orders", &json!({"limit": 2, "after": 2}));
        assert_eq!(
            (&rest["more"], &rest["orders"][0]["columns"]["order_id"]),
            (&json!(false), &json!("3"))
        );
        let all = shop.done("orders", &json!({"after_change": 0}));
        let last = all["next"].as_u64().unwrap();
        assert_eq!(
            shop.done("orders", &json!({"after_change": last}))["orders"],
            json!([])
        );
        shop.client()
            .update_orders(&[(order(1), status(2))])
            .unwrap();
        let changed = shop.done("orders", &json!({"after_change": last}));
        assert_eq!(
            changed["orders"][0]["columns"]["order_id"], "1",
            "{}",
            shop.version
        );
        assert!(
            changed["orders"][0]["columns"].get("ip").is_none(),
            "nobody asked for it"
        );
        let totals = changed["orders"][0]["totals"].as_array().unwrap();
        assert_eq!(
            (totals.len(), &totals[2]["title"]),
            (4, &json!("Coupon (A&B)"))
        );
        let second_store = Request {
            store: Some(1),
            ..Request::new("orders", "{}")
        }
        .send(&shop)
        .1;
        assert_eq!(second_store["orders"][0]["columns"]["order_id"], "4");
        assert_eq!(second_store["orders"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_status_is_set_once() {
    for shop in shops() {
        let client = shop.client();
        let stock = || shop.article("KB-001")["quantity"].clone();
        let changes = [
            (order(1), status(7)),
            (order(999), status(2)),
            (order(4), status(2)),
            (order(5), status(2)),
        ];
        let expected = [
            Outcome::Applied,
            Outcome::Unknown,
            Outcome::Unknown,
            Outcome::Unknown,
        ];
        assert_eq!(
            client.update_orders(&changes).unwrap(),
            expected,
            "{}",
            shop.version
        );
        assert_eq!(stock(), "14", "cancelled goods are back");
        assert_eq!(
            client.update_orders(&changes[..1]),
            Ok(vec![Outcome::Unchanged])
        );
        assert_eq!(shop.order(1)["history"].as_array().unwrap().len(), 2);
        let row = json!({"order_id": 2, "status_id": 99});
        assert_eq!(
            shop.fates("order_status", &json!({"rows": [row]})),
            ["rejected"]
        );
        let row = json!({"order_id": 2, "status_id": 3, "comment": "ТТН <59>", "notify": true});
        assert_eq!(
            shop.fates("order_status", &json!({"rows": [row]})),
            ["applied"]
        );
        let history = shop.order(2)["history"].clone();
        assert_eq!(
            (&history[1]["comment"], &history[1]["notify"]),
            (&json!("ТТН <59>"), &json!(true))
        );
    }
}

#[test]
fn goods_are_added_once_and_whole() {
    for shop in all_shops() {
        let new = NewProduct {
            sku: sku("НОВ-1 \"<&>\""),
            name: "Новый \"чай\" & <мёд>".to_owned(),
            description: Some("Описание & <b>".to_owned()),
            price: Money::parse("15.5").unwrap(),
            quantity: 4,
            category: CategoryId(26),
            extra: [
                ("weight".to_owned(), "0,25".to_owned()),
                ("manufacturer".to_owned(), "Завод & Ко".to_owned()),
            ]
            .into(),
            details: obmen::domain::Details::default(),
        };
        let client = shop.client();
        assert_eq!(
            client.add_products(CategoryId(26), std::slice::from_ref(&new)),
            Ok(vec![Outcome::Applied])
        );
        assert_eq!(
            client.add_products(CategoryId(26), &[new]),
            Ok(vec![Outcome::Unchanged]),
            "it is there"
        );
        let product = shop.product("НОВ-1 \"<&>\"").unwrap();
        for (field, value) in [
            ("name", json!("Новый \"чай\" & <мёд>")),
            ("description", json!("Описание & <b>")),
            ("price", json!("15.5000")),
            ("quantity", json!("4")),
            ("enabled", json!(false)),
            ("categories", json!([26])),
            ("weight", json!("0.25000000")),
            ("manufacturer", json!("Завод & Ко")),
        ] {
            assert_eq!(product[field], value, "{}: {field}", shop.version);
        }
        if let Some(database) = &shop.database {
            let id = &product["id"];
            assert_eq!(
                database.ask(&format!(
                    "SELECT COUNT(*) FROM oc_product_description WHERE product_id = {id}"
                )),
                ["2"],
                "each language"
            );
            assert_eq!(
                database.ask(&format!(
                    "SELECT date_available = CURDATE() FROM oc_product WHERE product_id = {id}"
                )),
                ["1"]
            );
        }
    }
}

/// What CommerceML states of one product.
fn whole_product() -> Value {
    json!({"guid": "g-1", "sku": "G-1", "name": "Товар", "price": "5", "quantity": 3, "enabled": true,
        "category_guids": ["c-2"], "manufacturer": "Завод", "images": ["catalog/1c/a.jpg", "catalog/1c/b.jpg"],
        "attributes": [{"name": "Цвет", "text": "красный & <белый>"}, {"group": "Размеры", "name": "Вес", "text": "5"}],
        "keyword": "Новый товар", "weight": "0.25", "ean": "4601234567890", "description": "<p>x</p>"})
}

#[test]
fn a_catalogue_arrives_complete_and_is_remembered_by_its_ids() {
    for shop in small_shops() {
        let tree = json!({"rows": [{"guid": "c-2", "parent_guid": "c-1", "name": "Зелёный"}, {"guid": "c-1", "name": "Чай & Ко"},
            {"guid": "c-3", "parent_guid": "no such", "name": "x"}]});
        assert_eq!(
            shop.fates("categories_upsert", &tree),
            ["applied", "applied", "rejected"],
            "{}",
            shop.version
        );
        assert_eq!(
            shop.fates("categories_upsert", &tree)[..2],
            ["unchanged", "unchanged"]
        );
        let upsert =
            |row: Value| shop.fates("products_upsert", &json!({"mode": "upsert", "rows": [row]}));
        assert_eq!(upsert(whole_product()), ["applied"]);
        assert_eq!(upsert(whole_product()), ["unchanged"], "{}", shop.version);
        let product = shop.product("G-1").unwrap();
        assert_eq!(product["guid"], "g-1");
        assert_eq!(
            (&product["image"], &product["images"]),
            (&json!("catalog/1c/a.jpg"), &json!(["catalog/1c/b.jpg"]))
        );
        assert_eq!(
            product["attributes"],
            json!([{"name": "Цвет", "text": "красный & <белый>"}, {"name": "Вес", "text": "5"}])
        );
        let categories = shop.client().categories().unwrap();
        let category = categories
            .iter()
            .find(|category| json!([category.id.0]) == product["categories"])
            .unwrap();
        assert_eq!(category.path, ["Чай & Ко", "Зелёный"]);
        // 1C has changed the article: its own id still finds the product.
        assert_eq!(
            upsert(json!({"guid": "g-1", "sku": "G-1", "name": "Товар 2", "quantity": 3})),
            ["applied"]
        );
        assert_eq!(
            shop.fates("stock", &json!({"rows": [{"guid": "g-1", "quantity": 9}]})),
            ["applied"]
        );
        let product = shop.product("G-1").unwrap();
        assert_eq!(
            (&product["name"], &product["quantity"], &product["price"]),
            (&json!("Товар 2"), &json!("9"), &json!("5.0000"))
        );
        assert_eq!(
            shop.fates(
                "products_upsert",
                &json!({"mode": "update", "rows": [{"sku": "no", "name": "x"}]})
            ),
            ["unknown"]
        );
        for bad in [
            json!({"sku": "B", "name": ""}),
            json!({"sku": "B"}),
            json!({"sku": "B", "name": "x", "categories": [999]}),
            json!({"sku": "B", "name": "x", "category_guids": ["no such"]}),
            json!({"sku": "B", "name": "x", "images": ["../../config.php"]}),
            json!({"sku": "B", "name": "x".repeat(256)}),
            json!({"sku": "B", "name": "x", "enabled": "yes"}),
            json!({"sku": "\"".repeat(40), "name": "x"}),
        ] {
            let fate = upsert(bad.clone());
            let is_long_sku =
                bad["sku"].as_str().unwrap().len() == 40 && shop.version.starts_with("4.1");
            assert_eq!(
                fate,
                [if is_long_sku { "applied" } else { "rejected" }],
                "{}: {bad}",
                shop.version
            );
        }
        // A category moves with everything below it.
        let moved = json!({"rows": [{"guid": "c-1", "name": "Чай & Ко"}, {"guid": "c-2", "name": "Зелёный"}]});
        assert_eq!(
            shop.fates("categories_upsert", &moved),
            ["unchanged", "applied"]
        );
        let circle = json!({"rows": [{"guid": "c-1", "parent_guid": "c-2", "name": "Чай & Ко"}]});
        assert_eq!(shop.fates("categories_upsert", &circle), ["applied"]);
        let circle = json!({"rows": [{"guid": "c-2", "parent_guid": "c-1", "name": "Зелёный"}]});
        assert_eq!(shop.fates("categories_upsert", &circle), ["rejected"]);
    }
}

#[test]
fn a_batch_speaks_of_a_product_once_and_of_nothing_that_is_not_there() {
    for shop in small_shops() {
        let upsert =
            |row: Value| shop.fates("products_upsert", &json!({"mode": "upsert", "rows": [row]}));
        let tree = json!({"rows": [{"guid": "c-2", "parent_guid": "c-1", "name": "b"}, {"guid": "c-1", "name": "a"}]});
        assert_eq!(shop.fates("categories_upsert", &tree), ["applied"; 2]);
        assert_eq!(upsert(whole_product()), ["applied"]);
        // Whatever names a product names it once in a batch.
        for twins in [
            json!([{"sku": "TWIN", "name": "x"}, {"sku": "twin", "name": "y"}]),
            json!([{"guid": "g-1", "name": "Товар 2"}, {"sku": "G-1", "name": "Товар 2"}]),
        ] {
            let fates = shop.fates("products_upsert", &json!({"mode": "upsert", "rows": twins}));
            assert_eq!(fates[1], "rejected", "{}: {twins}", shop.version);
        }
        assert_eq!(
            upsert(json!({"guid": "no such", "name": "x"})),
            ["rejected"],
            "{}: an id alone makes nothing",
            shop.version
        );
        assert_eq!(
            shop.fates(
                "stock",
                &json!({"rows": [{"guid": "no such", "quantity": 9}]})
            ),
            ["unknown"]
        );
        assert_eq!(
            upsert(json!({"sku": "G-1", "price": "1,5"})),
            ["rejected"],
            "{}",
            shop.version
        );
        assert_eq!(
            upsert(json!({"sku": "G-1", "category_guids": ["c-1", "c-2"]})),
            ["applied"]
        );
        let n = shop.product("G-1").unwrap()["categories"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(n, 2, "{}", shop.version);
    }
}

/// Of the shops over a database, where each language has a row of its own.
#[test]
fn what_is_told_of_goods_in_other_languages_and_codes_is_kept_and_changed() {
    for shop in shops() {
        let version = &shop.version;
        let database = shop.database.as_ref().unwrap();
        let upsert =
            |row: Value| shop.fates("products_upsert", &json!({"mode": "upsert", "rows": [row]}));
        let row = json!({"sku": "L-1", "name": "Tea", "ean": "111", "keyword": "Green tea",
            "texts": {"ru-ru": {"name": "Чай & <мёд>", "description": "Вкусный"}}});
        assert_eq!(upsert(row.clone()), ["applied"], "{version}");
        assert_eq!(upsert(row), ["unchanged"], "{version}");
        let id = shop.product("L-1").unwrap()["id"].to_string();
        let texts = || {
            database.ask(&format!(
                "SELECT CONCAT(name, '|', description, '|', meta_title) FROM oc_product_description WHERE product_id = {id} ORDER BY language_id"
            ))
        };
        let russian = "Чай &amp; &lt;мёд&gt;";
        assert_eq!(
            texts(),
            [
                "Tea||Tea".to_owned(),
                format!("{russian}|Вкусный|{russian}")
            ],
            "{version}"
        );
        let code = || {
            database.ask(&if version.starts_with("4.1") {
                format!(
                    "SELECT value FROM oc_product_code WHERE product_id = {id} AND code = 'EAN'"
                )
            } else {
                format!("SELECT ean FROM oc_product WHERE product_id = {id} AND ean <> ''")
            })
        };
        let keywords = || {
            let (table, is_own) = match version.get(..3) {
                Some("2.3") => ("url_alias", format!("query = 'product_id={id}'")),
                Some("3.0") => ("seo_url", format!("query = 'product_id={id}'")),
                _ => (
                    "seo_url",
                    format!("`key` = 'product_id' AND value = '{id}'"),
                ),
            };
            database.ask(&format!(
                "SELECT DISTINCT keyword FROM oc_{table} WHERE {is_own}"
            ))
        };
        assert_eq!(
            (code(), keywords()),
            (vec!["111".to_owned()], vec!["green-tea".to_owned()]),
            "{version}"
        );
        let changed = json!({"sku": "L-1", "ean": "222", "keyword": "white-tea",
            "texts": {"ru-ru": {"description": "Очень вкусный"}}});
        assert_eq!(upsert(changed.clone()), ["applied"], "{version}");
        assert_eq!(upsert(changed), ["unchanged"], "{version}");
        assert_eq!(
            (code(), keywords()),
            (vec!["222".to_owned()], vec!["white-tea".to_owned()]),
            "{version}"
        );
        assert_eq!(
            texts()[1],
            format!("{russian}|Очень вкусный|{russian}"),
            "{version}"
        );
        assert_eq!(
            upsert(json!({"sku": "L-1", "ean": ""})),
            ["applied"],
            "{version}"
        );
        assert_eq!(code(), [""; 0], "{version}");
        // Another product's address is not taken.
        assert_eq!(
            upsert(json!({"sku": "L-2", "name": "x", "keyword": "White tea"})),
            ["applied"]
        );
        assert_eq!(keywords(), ["white-tea"], "{version}");
        let unknown = json!({"sku": "L-1", "texts": {"xx-xx": {"name": "x"}}});
        assert_eq!(upsert(unknown), ["rejected"], "{version}");
    }
}

/// The smallest PNG there is.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn pictures_are_pictures_and_stay_in_their_folder() {
    for shop in small_shops() {
        let names = [
            "import_files/ab/photo.jpg",
            "фото №1.png",
            "../../../evil.php",
            "/etc/passwd",
            "a\\..\\b.png",
            "x.php.png",
            ".htaccess",
            ".png",
            "../x.png",
            "x.png",
            "x.jpg",
            "X/../x.png",
        ];
        let rows: Vec<Value> = names
            .iter()
            .map(|name| json!({"name": name, "data": PNG}))
            .collect();
        let answer = shop.done("image", &json!({"rows": rows}));
        let paths: BTreeSet<&str> = answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["path"].as_str().unwrap())
            .collect();
        assert_eq!(paths.len(), names.len(), "{paths:?}");
        for path in &paths {
            assert!(
                path.starts_with("catalog/1c/")
                    && path.rsplit('.').next() == Some("png")
                    && !path.contains("..")
                    && !path.contains(".php"),
                "{path}"
            );
        }
        let path_of = |at: usize| answer["rows"][at]["path"].as_str().unwrap();
        assert!(
            path_of(0).starts_with("catalog/1c/import_files/ab/photo-"),
            "it is a PNG, and photo.png is another picture"
        );
        assert_eq!(path_of(9), "catalog/1c/x.png", "{}", shop.version);
        assert_eq!(
            shop.fates("image", &json!({"rows": [rows[0]]})),
            ["unchanged"]
        );
        for data in ["PD9waHAgZWNobyAxOw==", "not base64!", ""] {
            assert_eq!(
                shop.fates("image", &json!({"rows": [{"name": "a.png", "data": data}]})),
                ["rejected"],
                "{data}"
            );
        }
    }
}

#[test]
fn the_same_request_is_done_once() {
    for shop in small_shops() {
        let request = Request::new("stock", r#"{"rows":[{"sku":"KB-001","quantity":"77"}]}"#);
        let (_, first) = request.send(&shop);
        assert_eq!(first["applied"], 1);
        shop.fates(
            "stock",
            &json!({"rows": [{"sku": "KB-001", "quantity": "5"}]}),
        );
        let (status, again) = request.send(&shop);
        assert_eq!(
            (status, &again["applied"], &again["repeated"]),
            (200, &json!(1), &json!(true)),
            "{}",
            shop.version
        );
        assert_eq!(
            shop.article("KB-001")["quantity"],
            "5",
            "it was not done twice"
        );
        // Asked as a question, the id of a batch changes nothing of what is kept.
        let question = Request {
            call: "statuses".to_owned(),
            body: b"{}".to_vec(),
            ..request.clone()
        };
        assert_eq!(
            question.send(&shop).1["error"],
            "replay",
            "{}",
            shop.version
        );
        assert_eq!(request.send(&shop).1["repeated"], true, "{}", shop.version);
        let another = Request {
            body: br#"{"rows":[]}"#.to_vec(),
            ..request
        };
        let (status, answer) = another.send(&shop);
        assert_eq!((status, &answer["error"]), (409, &json!("conflict")));
    }
}

#[test]
fn a_batch_that_fails_is_taken_back_and_the_next_goes_on() {
    for shop in shops() {
        let version = &shop.version;
        let database = shop.database.as_ref().unwrap();
        let add = |sku: &str| {
            let rows = json!([{"sku": sku, "name": "x"}]);
            shop.call("products_upsert", &json!({"mode": "add", "rows": rows}))
        };
        let n_products = || database.ask("SELECT COUNT(*) FROM oc_product");
        let before = n_products();
        database.ask("RENAME TABLE oc_product_to_store TO oc_gone");
        let (status, answer) = add("F-1");
        assert_eq!(
            (status, &answer["error"]),
            (500, &json!("broken")),
            "{version}"
        );
        if version.starts_with('4') {
            assert_eq!(n_products(), before, "{version}: tables with transactions");
        }
        database.ask("RENAME TABLE oc_gone TO oc_product_to_store");
        assert_eq!(add("F-2").1["applied"], 1, "{version}");
    }
}
