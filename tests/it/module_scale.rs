//! A shop of 20,000 products and 2,000 orders: what takes minutes with the upstream module.

use std::time::{Duration, Instant};

use obmen::domain::{Sku, StatusId};
use obmen::shop::module::Outcome;
use serde_json::json;

use crate::opencart::{Shop, VERSIONS, is_there};

/// Measured at a tenth of it; a computer that does ten other things needs some more.
const PATIENCE: Duration = Duration::from_secs(10);

fn entries(quantity: i32) -> Vec<(Sku, i32)> {
    (1..=10_000)
        .map(|n| (Sku::parse(&format!("T{:05}", n * 2)).unwrap(), quantity))
        .collect()
}

#[test]
fn ten_thousand_changes_of_stock_take_a_moment() {
    let n = if is_there() { VERSIONS.len() } else { 0 };
    for version in VERSIONS.into_iter().take(n) {
        let shop = Shop::open(version, 20_000, 2_000);
        let client = shop.client();
        client.log_in().unwrap();
        let begun = Instant::now();
        let outcomes = client.update_quantities(&entries(77)).unwrap();
        let stock = begun.elapsed();
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

        let begun = Instant::now();
        let orders = client.orders(StatusId::parse("1").unwrap()).unwrap();
        let reading = begun.elapsed();
        assert_eq!(orders.len(), 2_002);
        let begun = Instant::now();
        assert_eq!(client.articles().unwrap().len(), 20_010);
        let listing = begun.elapsed();
        eprintln!(
            "{version}: 10,000 stock updates {stock:.2?}, 2,000 orders {reading:.2?}, 20,000 articles {listing:.2?}"
        );
        assert!(
            stock + reading + listing < PATIENCE,
            "{version}: {stock:?} {reading:?} {listing:?}"
        );

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
