//! What the configuration makes of offers and products.

use super::*;
use crate::domain::{OfferPrice, WarehouseStock};

fn offer(total: Option<&str>, warehouses: &[(&str, &str)], prices: &[(&str, &str)]) -> Offer {
    Offer {
        quantity: total.map(|q| Quantity::parse(q).unwrap()),
        warehouses: warehouses
            .iter()
            .map(|(id, q)| WarehouseStock {
                warehouse: (*id).into(),
                quantity: Quantity::parse(q).unwrap(),
                line: 1,
            })
            .collect(),
        prices: prices
            .iter()
            .map(|(id, price)| OfferPrice {
                price_type: Some((*id).into()),
                price: Money::parse(price).unwrap(),
                currency: None,
                line: 1,
            })
            .collect(),
        ..Offer::default()
    }
}

fn stock(offer: &Offer, rules: &Rules) -> Option<i32> {
    want_offer(
        offer,
        stock_of(offer, rules),
        Sku::parse("a").unwrap(),
        rules,
    )
    .unwrap()
    .and_then(|wanted| wanted.quantity)
}

#[test]
fn total_and_warehouses_are_never_added_together() {
    let all = Rules::default();
    let chosen = Rules {
        warehouses: vec!["w2".to_owned()],
        ..Rules::default()
    };
    let both = offer(Some("5"), &[("w1", "3"), ("w2", "2")], &[]);
    assert_eq!(stock(&both, &all), Some(5));
    assert_eq!(stock(&both, &chosen), Some(2));
    let rows = offer(None, &[("w1", "3"), ("w2", "2.5")], &[]);
    assert_eq!(stock(&rows, &all), Some(5));
    assert_eq!(stock(&offer(None, &[("w1", "3")], &[]), &chosen), Some(0));
    assert_eq!(
        stock(&offer(None, &[], &[]), &all),
        None,
        "missing is not zero"
    );
}

#[test]
fn a_negative_stock_is_zero_unless_told_otherwise() {
    let below = offer(Some("-1.5"), &[], &[]);
    assert_eq!(stock(&below, &Rules::default()), Some(0));
    assert_eq!(
        stock(
            &below,
            &Rules {
                negative: Negative::Keep,
                ..Rules::default()
            }
        ),
        Some(-2)
    );
}

#[test]
fn among_several_price_types_somebody_must_choose() {
    let two = offer(None, &[], &[("retail", "10"), ("wholesale", "8")]);
    let sku = || Sku::parse("a").unwrap();
    let among = |types: &[(&str, &str)]| {
        let named = |(id, name): &(&str, &str)| ((*id).to_owned(), (*name).to_owned());
        let mut rules = Rules::default();
        rules.choose_among(&types.iter().map(named).collect());
        rules
    };
    let unchosen = among(&[("retail", "Розничная"), ("wholesale", "Оптовая")]);
    assert_eq!(
        refused_price(&two, &unchosen),
        Some(&Refusal::WhichPrice("Розничная, Оптовая".to_owned()))
    );
    assert_eq!(want_offer(&two, None, sku(), &unchosen).unwrap(), None);
    let in_stock = Offer {
        quantity: Quantity::parse("7").ok(),
        ..two.clone()
    };
    let wanted = want_offer(&in_stock, in_stock.quantity, sku(), &unchosen).unwrap();
    let wanted = wanted.unwrap();
    assert_eq!((wanted.price, wanted.quantity), (None, Some(7)));
    let rules = Rules {
        price_types: vec!["wholesale".to_owned()],
        ..Rules::default()
    };
    assert_eq!(
        want_offer(&two, None, sku(), &rules)
            .unwrap()
            .unwrap()
            .price,
        Some(Money::parse("8").unwrap())
    );
    let other = offer(None, &[], &[("retail", "10")]);
    assert_eq!(want_offer(&other, None, sku(), &rules).unwrap(), None);
    // Alone in its file it may go, and not among others.
    let price = |rules: &Rules| {
        want_offer(&other, None, sku(), rules)
            .unwrap()
            .map(|w| w.price)
    };
    assert!(price(&among(&[("retail", "Розничная")])).is_some());
    let unchosen = among(&[("retail", "Розничная"), ("cost", "Закупочная")]);
    assert_eq!(price(&unchosen), None);
    assert_eq!(
        refused_price(&other, &unchosen),
        Some(&Refusal::WhichPrice("Закупочная, Розничная".to_owned()))
    );
}
