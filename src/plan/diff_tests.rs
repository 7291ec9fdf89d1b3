//! What is sent, what is not, and why.

use super::*;
use crate::domain::Sku;
use crate::plan::rules::Goods;

fn wanted(
    line: u64,
    sku: &str,
    price: Option<&str>,
    quantity: Option<i32>,
    name: Option<&str>,
) -> Wanted {
    Wanted {
        line,
        sku: Sku::parse(sku).unwrap(),
        price: price.map(|p| Money::parse(p).unwrap()),
        quantity,
        name: name.map(str::to_owned),
        group_prices: Vec::new(),
        goods: name.map(|_| Goods {
            description: None,
            extra: std::collections::BTreeMap::new(),
            details: crate::domain::Details::default(),
            pictures: Vec::new(),
        }),
    }
}

fn known(products: &[(&str, &str, i32)]) -> Known {
    let products = products.iter().map(|(sku, price, quantity)| {
        let product = KnownProduct {
            price: Money::parse(price).ok(),
            quantity: Some(*quantity),
            ..KnownProduct::default()
        };
        (Sku::parse(sku).unwrap().match_key(), product)
    });
    Known {
        products: products.collect(),
        ..Known::default()
    }
}

fn shown(decision: &Decision) -> Vec<String> {
    decision
        .actions
        .iter()
        .map(|a| format!("{} {} {}", a.function().name(), a.key(), a.value()))
        .collect()
}

#[test]
fn only_what_differs_is_sent() {
    let rows = [
        wanted(1, "A", Some("10"), Some(5), None),
        wanted(2, "b", Some("7"), Some(1), None),
    ];
    let decision = diff(
        &rows,
        &known(&[("a", "10", 4), ("B", "7", 1)]),
        NewGoods::Report,
        false,
    );
    assert_eq!(shown(&decision), ["updatequantity A 5"]);
    let n_unchanged = decision
        .rows
        .iter()
        .filter(|row| row.verdict == Verdict::Unchanged)
        .count();
    assert_eq!(n_unchanged, 3);
}

#[test]
fn what_the_shop_does_not_have_is_named_and_never_sent() {
    let decision = diff(
        &[wanted(3, "X", None, Some(5), None)],
        &known(&[]),
        NewGoods::Report,
        false,
    );
    assert!(decision.actions.is_empty());
    assert_eq!(decision.rows[0].verdict, Verdict::Unknown);
}

#[test]
fn a_new_product_takes_its_price_and_stock_along() {
    let rows = [
        wanted(1, "N", None, None, Some("Новый")),
        wanted(1, "N", Some("9"), Some(3), None),
    ];
    let decision = diff(&rows, &known(&[]), NewGoods::Into(CategoryId(7)), false);
    let [Action::Add(product)] = decision.actions.as_slice() else {
        panic!("{:?}", decision.actions)
    };
    assert_eq!(
        (product.price.to_string().as_str(), product.quantity),
        ("9.00", 3)
    );
    assert_eq!(decision.rows.len(), 3);
}

#[test]
fn the_last_row_about_one_thing_counts() {
    let rows = [
        wanted(1, "A", Some("11"), None, None),
        wanted(2, "A", Some("10"), None, None),
    ];
    let decision = diff(&rows, &known(&[("A", "10", 1)]), NewGoods::Report, false);
    assert_eq!(shown(&decision), ["updateprice A 10.00"]);
    assert_eq!(decision.rows[0].verdict, Verdict::Superseded);
}

#[test]
fn an_order_status_is_sent_once() {
    let id = |n: &str| OrderId::parse(n).unwrap();
    let status = |n: &str| StatusId::parse(n).unwrap();
    let mut known = Known::default();
    known.orders.insert(id("1"), status("3"));
    let wanted = [
        (1, id("1"), status("3")),
        (2, id("2"), status("3")),
        (3, id("2"), status("5")),
    ];
    assert_eq!(shown(&diff_orders(&wanted, &known)), ["updateorder 2 5"]);
}
