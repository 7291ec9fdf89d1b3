//! What a product has several of: prices of customer groups, specials, and variants.

use serde_json::{Value, json};

use crate::opencart::{Shop, VERSIONS, embedded_shops, is_there, shops};

fn all_shops() -> impl Iterator<Item = Shop> {
    embedded_shops().chain(shops())
}

fn prices(shop: &Shop, row: &Value) -> Vec<String> {
    shop.fates("prices", &json!({"rows": [row]}))
}

fn told(shop: &Shop, sku: &str, field: &str) -> Value {
    shop.product(sku).unwrap()[field].clone()
}

#[test]
fn specials_and_group_prices_are_set_changed_and_taken_away() {
    for shop in all_shops() {
        let version = &shop.version;
        let row = json!({"sku": "KB-001", "price": "101", "specials": [{"group": 1, "price": "90", "to": "2030-12-31"}],
            "group_prices": [{"group": 2, "price": "95.5"}]});
        assert_eq!(prices(&shop, &row), ["applied"], "{version}");
        assert_eq!(prices(&shop, &row), ["unchanged"], "{version}");
        assert_eq!(
            told(&shop, "KB-001", "specials"),
            json!([{"group": 1, "price": "90.0000", "from": null, "to": "2030-12-31"}]),
            "{version}"
        );
        assert_eq!(
            told(&shop, "KB-001", "group_prices"),
            json!([{"group": 2, "price": "95.5000", "from": null, "to": null}]),
            "{version}"
        );
        let more = json!({"sku": "KB-001", "specials": [{"group": 1, "price": "91"}]});
        assert_eq!(prices(&shop, &more), ["applied"], "{version}");
        assert_eq!(
            told(&shop, "KB-001", "specials"),
            json!([{"group": 1, "price": "91.0000", "from": null, "to": null}]),
            "{version}"
        );
        let none = json!({"sku": "KB-001", "specials": [{"group": 1, "price": null}]});
        assert_eq!(prices(&shop, &none), ["applied"], "{version}");
        assert_eq!(prices(&shop, &none), ["unchanged"], "{version}");
        assert_eq!(told(&shop, "KB-001", "specials"), json!([]), "{version}");
        assert_eq!(
            told(&shop, "KB-001", "group_prices")[0]["price"],
            "95.5000",
            "{version}: what is not spoken of stays"
        );
        for wrong in [
            json!({"sku": "KB-001", "specials": [{"group": 77, "price": "1"}]}),
            json!({"sku": "KB-001", "specials": [{"group": 1, "price": "-1"}]}),
            json!({"sku": "KB-001", "specials": [{"group": 1, "price": "1"}, {"group": 1, "price": "2"}]}),
            json!({"sku": "KB-001", "group_prices": [{"group": 1, "price": "1", "to": "31.12.2030"}]}),
            json!({"sku": "KB-001", "group_prices": "1"}),
            json!({"sku": "KB-001"}),
        ] {
            assert_eq!(prices(&shop, &wrong), ["rejected"], "{version}: {wrong}");
        }
    }
}

fn special_table(shop: &Shop) -> (&'static str, &'static str) {
    if shop.version.starts_with("4.1") {
        ("oc_product_discount", " AND special = 1")
    } else {
        ("oc_product_special", "")
    }
}

#[test]
fn the_owners_specials_stay_and_a_saved_product_does_not_get_them_twice() {
    for shop in shops() {
        let version = &shop.version;
        let database = shop.database.as_ref().unwrap();
        let (table, is_special) = special_table(&shop);
        let columns = if is_special.is_empty() {
            ("", "")
        } else {
            (", special, type, quantity", ", 1, 'F', 1")
        };
        database.ask(&format!(
            "INSERT INTO {table} (product_id, customer_group_id, priority, price, date_start, date_end{}) \
             VALUES (40, 1, 0, 50, '2026-01-01', '2026-02-01'{})",
            columns.0, columns.1
        ));
        let special =
            |price: &str| json!({"sku": "KB-001", "specials": [{"group": 1, "price": price}]});
        assert_eq!(prices(&shop, &special("90")), ["applied"], "{version}");
        // The admin panel deletes all of them and writes them anew.
        let id = format!("{}_id", table.trim_start_matches("oc_"));
        database.ask(&format!(
            "UPDATE {table} SET {id} = {id} + 1000 WHERE product_id = 40"
        ));
        assert_eq!(prices(&shop, &special("90")), ["unchanged"], "{version}");
        database.ask(&format!(
            "UPDATE {table} SET {id} = {id} + 1000 WHERE product_id = 40"
        ));
        assert_eq!(prices(&shop, &special("85")), ["applied"], "{version}");
        let found = database.ask(&format!(
            "SELECT CONCAT(price, ' ', COALESCE(date_end, '')) FROM {table} WHERE product_id = 40{is_special} ORDER BY price"
        ));
        assert_eq!(
            found,
            ["50.0000 2026-02-01", "85.0000 0000-00-00"],
            "{version}"
        );
        // The owner has taken ours away: 1C's word brings it back once.
        database.ask(&format!(
            "DELETE FROM {table} WHERE product_id = 40 AND price = 85"
        ));
        assert_eq!(prices(&shop, &special("85")), ["applied"], "{version}");
        let gone = json!({"sku": "KB-001", "specials": [{"group": 1, "price": null}]});
        assert_eq!(prices(&shop, &gone), ["applied"], "{version}");
        let n = database.ask(&format!(
            "SELECT COUNT(*) FROM {table} WHERE product_id = 40"
        ));
        assert_eq!(n, ["1"], "{version}: the owner's");
    }
}

#[test]
fn thousands_of_group_prices_are_written_as_a_set() {
    const N: u32 = 3_000;
    let n_versions = if is_there() { VERSIONS.len() } else { 0 };
    for version in VERSIONS.into_iter().take(n_versions) {
        let shop = Shop::open(version, N, 0);
        let database = shop.database.as_ref().unwrap();
        let n_statements = || {
            let said = database.ask("SHOW GLOBAL STATUS LIKE 'Questions'");
            let n = said[0].split_whitespace().last().unwrap();
            n.parse::<u64>().unwrap()
        };
        let price =
            |n: u32| json!([{"group": 1, "price": "5"}, {"group": 2, "price": format!("{n}.25")}]);
        let rows: Vec<Value> = (1..=N)
            .map(|n| json!({"sku": format!("T{n:05}"), "group_prices": price(n)}))
            .collect();
        for is in ["applied", "unchanged"] {
            let before = n_statements();
            let answer = shop.done("prices", &json!({"rows": rows}));
            assert_eq!(answer[is], N, "{version}");
            // The database serves other tests as well, which ask far less than row by row.
            let n = n_statements() - before;
            assert!(n < u64::from(N), "{version}: {n} statements");
        }
    }
}

fn options(shop: &Shop, sku: &str) -> Vec<(String, String, String, String)> {
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    let mut found: Vec<_> = told(shop, sku, "options")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                text(one, "option"),
                text(one, "value"),
                text(one, "quantity"),
                text(one, "price"),
            )
        })
        .collect();
    found.sort();
    found
}

fn four(
    option: &str,
    value: &str,
    quantity: &str,
    price: &str,
) -> (String, String, String, String) {
    let [option, value, quantity, price] = [option, value, quantity, price].map(str::to_owned);
    (option, value, quantity, price)
}

#[test]
fn variants_are_values_of_an_option() {
    for shop in all_shops() {
        let version = &shop.version;
        let row = |value: &str, quantity: i32, price: &str| json!({"sku": "KB-001", "option": "Размер <\"см\">", "value": value, "quantity": quantity, "price": price});
        let rows = [
            row("M", 5, "120"),
            row("L & XL", 2, "150.5"),
            row("S", 0, "110"),
        ];
        let set = |rows: &[Value], add: bool| {
            shop.fates(
                "option_stock",
                &json!({"rows": rows, "add": add, "sum": true}),
            )
        };
        assert_eq!(
            set(&rows, false),
            ["unknown"; 3],
            "{version}: not asked to make them"
        );
        assert_eq!(set(&rows, true), ["applied"; 3], "{version}");
        assert_eq!(set(&rows, true), ["unchanged"; 3], "{version}");
        let name = "Размер <\"см\">";
        assert_eq!(
            options(&shop, "KB-001"),
            [
                four(name, "L & XL", "2", "40.5000"),
                four(name, "M", "5", "10.0000"),
                four(name, "S", "0", "0.0000")
            ],
            "{version}"
        );
        let product = shop.product("KB-001").unwrap();
        assert_eq!(
            (&product["quantity"], &product["price"]),
            (&json!("7"), &json!("110.0000")),
            "{version}: together, and the cheapest"
        );
        // A part of them: the others keep their price and count along.
        let part = [
            json!({"sku": "kb-001", "option": name.to_lowercase(), "value": "m", "quantity": 1, "price": "99"}),
        ];
        assert_eq!(set(&part, true), ["applied"], "{version}");
        assert_eq!(
            options(&shop, "KB-001"),
            [
                four(name, "L & XL", "2", "51.5000"),
                four(name, "M", "1", "0.0000"),
                four(name, "S", "0", "11.0000")
            ],
            "{version}"
        );
        let product = shop.product("KB-001").unwrap();
        assert_eq!(
            (&product["quantity"], &product["price"]),
            (&json!("3"), &json!("99.0000")),
            "{version}"
        );
        let wrong = [
            json!({"sku": "none", "option": "a", "value": "b", "quantity": 1}),
            json!({"sku": "DUP-1", "option": "a", "value": "b", "quantity": 1}),
            json!({"sku": "KB-002", "option": "a", "value": "b"}),
            json!({"sku": "KB-002", "option": "a", "value": "", "quantity": 1}),
            json!({"sku": "KB-002", "option": "a", "value": "b", "quantity": "1.5"}),
            json!({"sku": "KB-002", "option": "a", "value": "b", "quantity": 1}),
            json!({"sku": "KB-002", "option": "A", "value": "B", "quantity": 2}),
        ];
        let expected = [
            "unknown",
            "ambiguous",
            "rejected",
            "rejected",
            "rejected",
            "applied",
            "rejected",
        ];
        assert_eq!(set(&wrong, true), expected, "{version}");
    }
}

#[test]
fn an_option_that_is_there_is_taken_and_one_is_made_in_every_language() {
    for shop in shops() {
        let version = &shop.version;
        let database = shop.database.as_ref().unwrap();
        let rows = json!({"rows": [
            {"sku": "R&D 12\"", "option": "size", "value": "Large & wide", "quantity": 5},
            {"option_value_id": 6, "quantity": "9", "price": "101.5"},
            {"sku": "R&D 12\"", "option": "Size", "value": "Huge", "quantity": 5},
            {"sku": "none", "option": "Size", "value": "Small", "quantity": 5},
            {"option_value_id": 999, "quantity": "9"},
        ]});
        assert_eq!(
            shop.fates("option_stock", &rows),
            ["applied", "applied", "unknown", "unknown", "unknown"],
            "{version}"
        );
        assert_eq!(
            options(&shop, "R&D 12\""),
            [
                four("Size", "Large & wide", "5", "0.0000"),
                four("Size", "Small", "9", "1.5000")
            ],
            "{version}"
        );
        let rows = json!({"add": true, "rows": [
            {"sku": "R&D 12\"", "option": "size", "value": "Huge", "quantity": 5},
            {"sku": "KB-002", "option": "Size", "value": "small", "quantity": 5},
            {"sku": "KB-002", "option": "Новая", "value": "значение", "quantity": 5},
        ]});
        assert_eq!(
            shop.fates("option_stock", &rows),
            ["applied"; 3],
            "{version}"
        );
        for (table, n) in [
            ("option", "2"),
            ("option_value", "4"),
            ("product_option", "3"),
            ("option_description", "3"),
            ("option_value_description", "6"),
        ] {
            let found = database.ask(&format!("SELECT COUNT(*) FROM oc_{table}"));
            assert_eq!(found, [n], "{version}: {table}");
        }
        assert_eq!(
            database.ask("SELECT COUNT(*) FROM oc_product_option_value WHERE subtract = 1 AND price_prefix = '+' AND points_prefix = '+' AND product_option_id > 0"),
            ["5"],
            "{version}"
        );
    }
}

#[test]
fn a_variant_that_costs_less_is_understood() {
    for shop in shops() {
        let database = shop.database.as_ref().unwrap();
        database.ask("UPDATE oc_product_option_value SET price = 30, price_prefix = '-' WHERE product_option_value_id = 6");
        let same = json!({"rows": [{"option_value_id": 6, "price": "70"}]});
        assert_eq!(
            shop.fates("option_stock", &same),
            ["unchanged"],
            "{}",
            shop.version
        );
        let other = json!({"rows": [{"option_value_id": 7, "price": "90"}]});
        assert_eq!(
            shop.fates("option_stock", &other),
            ["applied"],
            "{}",
            shop.version
        );
        assert_eq!(
            options(&shop, "R&D 12\""),
            [
                four("Size", "Large & wide", "9", "20.0000"),
                four("Size", "Small", "9", "0.0000")
            ],
            "{}",
            shop.version
        );
        assert_eq!(
            shop.article("R&D 12\"")["price"],
            "70.0000",
            "{}",
            shop.version
        );
    }
}
