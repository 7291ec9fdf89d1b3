//! The module behind OpenCart's other driver for the database, `pdo`, in each version.

use obmen::domain::{Money, Sku};
use obmen::shop::module::Outcome;
use serde_json::json;

use crate::opencart::{Request, Shop, VERSIONS, is_there, shops};

fn pdo_shops() -> impl Iterator<Item = Shop> {
    let n = if is_there() { VERSIONS.len() } else { 0 };
    VERSIONS
        .into_iter()
        .take(n)
        .map(|version| Shop::open_with("pdo", version, 0, 0))
}

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

#[test]
fn every_batch_succeeds_with_the_driver_pdo() {
    for shop in pdo_shops() {
        let version = &shop.version;
        let stock = json!({"rows": [
            {"sku": "R&D 12\"", "quantity": "77"},
            {"sku": "ЧАЙ-100", "quantity": "5"},
            {"sku": "o'n :1 ?", "quantity": "5"},
        ]});
        assert_eq!(
            shop.fates("stock", &stock),
            ["applied", "applied", "unknown"],
            "{version}"
        );
        assert_eq!(
            shop.fates("stock", &stock),
            ["unchanged", "unchanged", "unknown"],
            "{version}"
        );
        let prices = json!({"rows": [{"sku": "KB-001", "price": "12.50",
            "specials": [{"group": 1, "price": "9.90"}]}]});
        assert_eq!(shop.fates("prices", &prices), ["applied"], "{version}");
        assert_eq!(shop.fates("prices", &prices), ["unchanged"], "{version}");
        let name = "O'Нил \\ \":0\" ':1'";
        let names = json!({"rows": [{"sku": "KB-001", "name": name}]});
        assert_eq!(shop.fates("names", &names), ["applied"], "{version}");
        let goods = json!({"mode": "upsert", "rows": [{"guid": "g-1", "sku": "NEW-1", "name": "Новый 'чай'",
            "price": "5", "quantity": "3", "weight": "0.25", "manufacturer": "Завод",
            "attributes": [{"group": "Вкус", "name": "Сорт", "text": "':a'"}]}]});
        assert_eq!(
            shop.fates("products_upsert", &goods),
            ["applied"],
            "{version}"
        );
        assert_eq!(
            shop.fates("products_upsert", &goods),
            ["unchanged"],
            "{version}"
        );
        let groups = json!({"rows": [{"guid": "c-1", "name": "Чай ':1'"}]});
        assert_eq!(
            shop.fates("categories_upsert", &groups),
            ["applied"],
            "{version}"
        );
        let options = json!({"add": true, "sum": true,
            "rows": [{"sku": "NEW-1", "option": "Размер", "value": "M", "quantity": "4", "price": "5"}]});
        assert_eq!(
            shop.fates("option_stock", &options),
            ["applied"],
            "{version}"
        );
        let status = json!({"rows": [{"order_id": 1, "status_id": 3}]});
        assert_eq!(
            shop.fates("order_status", &status),
            ["applied"],
            "{version}"
        );
        let product = shop.product("KB-001").unwrap();
        assert_eq!(product["name"], name, "{version}");
        let product = shop.product("NEW-1").unwrap();
        assert_eq!(product["attributes"][0]["text"], "':a'", "{version}");
    }
}

#[test]
fn numbers_are_texts_with_the_driver_pdo() {
    for shop in pdo_shops() {
        let version = &shop.version;
        assert_eq!(shop.article("KB-001")["quantity"], "12", "{version}");
        let product = shop.product("KB-001").unwrap();
        for field in ["quantity", "price", "weight"] {
            assert!(product[field].is_string(), "{version}: {product}");
        }
        let order = shop.order(1);
        let line = &order["lines"][0];
        for field in ["quantity", "price", "total", "tax"] {
            assert!(line[field].is_string(), "{version}: {line}");
        }
        // And the client takes them all.
        let client = shop.client();
        let mut listed = Vec::new();
        client.each_listed(&mut |one| listed.push(one)).unwrap();
        let one = listed.iter().find(|one| one.article == "KB-001").unwrap();
        assert_eq!(one.quantity, Some(12), "{version}");
        assert_eq!(one.price, Some(Money::parse("101").unwrap()), "{version}");
        let told = client.update_quantities(&[(sku("KB-001"), 13)]).unwrap();
        assert!(told.iter().all(|one| *one == Outcome::Applied), "{version}");
    }
}

#[test]
fn a_batch_is_repeated_and_taken_back_with_the_driver_pdo() {
    for shop in pdo_shops() {
        let version = &shop.version;
        let request = Request::new("stock", r#"{"rows":[{"sku":"KB-001","quantity":"77"}]}"#);
        assert_eq!(request.send(&shop).1["applied"], 1, "{version}");
        assert_eq!(request.send(&shop).1["repeated"], true, "{version}");
        let database = shop.database.as_ref().unwrap();
        let add = |sku: &str| {
            let rows = json!([{"sku": sku, "name": "x"}]);
            shop.call("products_upsert", &json!({"mode": "add", "rows": rows}))
        };
        database.ask("RENAME TABLE oc_product_to_store TO oc_gone");
        let (status, answer) = add("F-1");
        assert_eq!((status, &answer["error"]), (500, &json!("broken")));
        database.ask("RENAME TABLE oc_gone TO oc_product_to_store");
        assert_eq!(add("F-2").1["applied"], 1, "{version}");
    }
}

/// The longest text of a column is not the longest article: `&` takes five characters there.
#[test]
fn an_article_that_the_database_would_cut_off_or_mangle_is_rejected() {
    let long = "&".repeat(60);
    for shop in shops() {
        let rows =
            json!({"rows": [{"sku": long, "quantity": "1"}, {"sku": "ЧАЙ 🍵", "quantity": "1"}]});
        let fates = shop.fates("stock", &rows);
        let of_four_bytes = if shop.version.starts_with('2') {
            "rejected"
        } else {
            "unknown"
        };
        assert_eq!(fates, ["rejected", of_four_bytes], "{}", shop.version);
    }
}
