//! A shop of 20,000 products and 2,000 orders, under the memory limit that PHP has here.
//!
//! How long it takes is for the bench to say: `cargo bench --bench whole -- module`.

use obmen::demo_shop::{Dialect, Module};
use obmen::domain::{Sku, StatusId};
use obmen::shop::module::Outcome;
use serde_json::json;

use crate::opencart::{Shop, VERSIONS, is_there};
use crate::world::{World, small_catalogue};

fn entries(quantity: i32) -> Vec<(Sku, i32)> {
    (1..=10_000)
        .map(|n| (Sku::parse(&format!("T{:05}", n * 2)).unwrap(), quantity))
        .collect()
}

#[test]
fn a_large_shop_is_served_within_64_megabytes_of_php() {
    let n = if is_there() { VERSIONS.len() } else { 0 };
    for version in VERSIONS.into_iter().take(n) {
        let shop = Shop::open(version, 20_000, 2_000);
        let client = shop.client();
        client.log_in().unwrap();
        let outcomes = client.update_quantities(&entries(77)).unwrap();
        assert!(
            outcomes.iter().all(|outcome| *outcome == Outcome::Applied),
            "{version}"
        );
        let again = client.update_quantities(&entries(77)).unwrap();
        assert!(
            again.iter().all(|outcome| *outcome == Outcome::Unchanged),
            "{version}"
        );
        let database = shop.database.as_ref().unwrap();
        assert_eq!(
            database.ask("SELECT COUNT(*) FROM oc_product WHERE quantity = 77"),
            ["10000"]
        );

        let orders = client.orders(StatusId::parse("1").unwrap()).unwrap();
        assert_eq!(orders.len(), 2_002);
        assert_eq!(client.articles().unwrap().len(), 20_010);
        // As many as one batch may have, over the 64 MB that PHP has here.
        let rows: Vec<_> = (1..=20_000)
            .map(|n| json!({"sku": format!("T{n:05}"), "quantity": n, "price": "12.5"}))
            .collect();
        for call in ["stock", "prices"] {
            let answer = shop.done(call, &json!({"rows": rows}));
            assert_eq!(
                (&answer["applied"], &answer["unknown"]),
                (&json!(20_000), &json!(0)),
                "{version}"
            );
        }
    }
}

#[test]
fn all_orders_are_written_into_one_file_in_every_version() {
    let n = if is_there() { VERSIONS.len() } else { 0 };
    for version in VERSIONS.into_iter().take(n) {
        let shop = Shop::open(version, 0, 2_000);
        let world = World::with_shop(Dialect::V30, Module::Own, small_catalogue())
            .with(|settings| settings.shop = shop.settings());
        let report = world.carry();
        let orders = report.orders.unwrap();
        assert_eq!(orders.written.len() + orders.held.len(), 2_002, "{version}");
        assert!(
            orders.written.len() >= 2_000,
            "{version}: {:?}",
            orders.held
        );
        let again = world.carry();
        assert!(again.orders.unwrap().written.is_empty(), "{version}");
    }
}
