//! Reads real 1C files and compares with counts made by another parser.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};

use obmen::domain::Fact;
use obmen::formats::{self, CsvOptions, Format, Summary};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::facts;

/// What was found in one file, under the names of `expected.jsonl`.
#[derive(Default)]
struct Found {
    counts: BTreeMap<&'static str, u64>,
    price_sums: BTreeMap<String, Decimal>,
    sum_total: Decimal,
    sum_warehouses: Decimal,
    keys: BTreeSet<String>,
    document_lines: usize,
    document_sum: Decimal,
    summary: Summary,
}

fn read(path: &std::path::Path) -> Found {
    let mut found = Found::default();
    let mut facts = formats::read(File::open(path).unwrap(), &CsvOptions::default()).unwrap();
    for row in &mut facts {
        match row.unwrap_or_else(|err| panic!("{}: {err}", path.display())) {
            Ok(Fact::Offer(offer)) => {
                for price in offer.prices {
                    let key = price.price_type.as_deref().unwrap_or_default().to_owned();
                    *found.price_sums.entry(key).or_default() += price.price.as_decimal();
                    *found.counts.entry("prices_total").or_default() += 1;
                }
                found.sum_total += offer
                    .quantity
                    .map(obmen::domain::Quantity::as_decimal)
                    .unwrap_or_default();
                found.sum_warehouses += offer
                    .warehouses
                    .iter()
                    .map(|w| w.quantity.as_decimal())
                    .sum::<Decimal>();
                found
                    .keys
                    .extend(offer.item.map(|item| item.as_str().to_owned()));
                *found.counts.entry("offers_deleted").or_default() += u64::from(offer.deleted);
            }
            Ok(Fact::Product(product)) => {
                *found.counts.entry("goods_with_article").or_default() +=
                    u64::from(product.sku.is_some());
                *found.counts.entry("goods_with_image").or_default() +=
                    u64::from(!product.images.is_empty());
                *found.counts.entry("goods_deleted").or_default() += u64::from(product.deleted);
            }
            Ok(Fact::Document(document)) => {
                found.document_lines += document.n_lines;
                found.document_sum += document
                    .sum
                    .map(obmen::domain::Money::as_decimal)
                    .unwrap_or_default();
            }
            Ok(Fact::Group(_)) => *found.counts.entry("groups_all").or_default() += 1,
            Ok(Fact::PriceType(_)) => *found.counts.entry("price_types").or_default() += 1,
            Ok(Fact::Warehouse(_)) => {}
            Err(err) => {
                assert_ne!(err.place.line, 0, "{}: {err}", path.display());
            }
        }
    }
    found.summary = facts.summary();
    found
}

#[test]
fn every_real_file_says_what_an_independent_reading_found() {
    let Some(corpus) = facts::folder("OBMEN_CORPUS") else {
        return;
    };
    let expected = fs::read_to_string(corpus.join("expected.jsonl")).unwrap();
    let mut n_files = 0;
    let mut wrong = Vec::new();
    for line in expected.lines() {
        let expected: Value = serde_json::from_str(line).unwrap();
        let name = expected["file"].as_str().unwrap();
        let path = corpus.join(name);
        if path.exists() {
            n_files += 1;
            let found = read(&path);
            wrong.extend(
                differences(&expected, &found)
                    .into_iter()
                    .map(|text| format!("{name}: {text}")),
            );
        }
    }
    assert!(n_files > 40, "only {n_files} files in {}", corpus.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the two readings disagree.
fn differences(expected: &Value, found: &Found) -> Vec<String> {
    let number = |field: &str| expected[field].as_u64().unwrap().to_string();
    let plain = |sum: Decimal| sum.normalize().to_string();
    let decimal = |text: &Value| Decimal::from_str_exact(text.as_str().unwrap()).unwrap();
    let summary = &found.summary;
    let mut pairs: Vec<(String, String, String)> = [
        ("offers", summary.n_offers),
        ("goods", summary.n_products),
        ("documents", summary.n_documents),
    ]
    .into_iter()
    .map(|(field, n)| (field.to_owned(), n.to_string(), number(field)))
    .collect();
    // The independent reading counts elements only; 7.7 keeps lines and sums in attributes.
    if summary.format != Format::CommerceMl1 {
        pairs.push((
            "lines".into(),
            found.document_lines.to_string(),
            number("document_lines"),
        ));
        pairs.push((
            "keys".into(),
            found.keys.len().to_string(),
            number("offers_distinct_key"),
        ));
        let sum = plain(decimal(&expected["document_sum"]));
        pairs.push(("document sum".into(), plain(found.document_sum), sum));
        for field in [
            "prices_total",
            "offers_deleted",
            "goods_with_article",
            "goods_with_image",
            "goods_deleted",
            "groups_all",
            "price_types",
        ] {
            let n = found.counts.get(field).copied().unwrap_or_default();
            pairs.push((field.to_owned(), n.to_string(), number(field)));
        }
        for (price_type, sum) in expected["price_sum_by_type"].as_object().unwrap() {
            let found = found
                .price_sums
                .get(price_type)
                .copied()
                .unwrap_or_default();
            pairs.push((
                format!("prices of {price_type}"),
                plain(found),
                plain(decimal(sum)),
            ));
        }
        let stocks = [
            "sum_Склад_КоличествоНаСкладе",
            "sum_Остатки",
            "sum_Количество",
        ];
        let stocks: Decimal = stocks
            .into_iter()
            .map(|field| decimal(&expected[field]))
            .sum();
        pairs.push((
            "stock".into(),
            plain(found.sum_total + found.sum_warehouses),
            plain(stocks),
        ));
    }
    pairs
        .into_iter()
        .filter(|(_, found, expected)| found != expected)
        .map(|(what, found, expected)| format!("{what}: found {found}, expected {expected}"))
        .collect()
}
