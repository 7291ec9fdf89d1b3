//! Reads real 1C files and compares with counts made by another parser.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};

use obmen::domain::Fact;
use obmen::formats::{self, Column, CsvOptions, Format, Summary};
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
        ("documents", summary.n_documents),
    ]
    .into_iter()
    .map(|(field, n)| (field.to_owned(), n.to_string(), number(field)))
    .collect();
    // The independent reading counts goods below `Товары` and what elements say
    // only; 7.7 has its goods below `Каталог`, and lines and sums in attributes.
    // What is in its files is checked by a test of its own.
    if summary.format != Format::CommerceMl1 {
        pairs.push((
            "goods".into(),
            summary.n_products.to_string(),
            number("goods"),
        ));
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

/// Counted with `grep -c '<Товар '` and `grep -c '<Группа '`.
#[test]
fn the_goods_and_groups_of_1c_7_7_are_all_there() {
    let Some(corpus) = facts::folder("OBMEN_CORPUS") else {
        return;
    };
    for (name, n_products, n_groups, n_documents) in
        [("Sale77", 52, 31, 1), ("Transformed77-Order8x", 56, 0, 1)]
    {
        let name = format!("alexander-rakov__1C-CommerceML-Exchange77-8x__{name}.xml");
        let file = File::open(corpus.join(&name)).unwrap();
        let mut facts = formats::read(file, &CsvOptions::default()).unwrap();
        let (mut groups, mut parents) = (BTreeSet::new(), BTreeSet::new());
        for row in &mut facts {
            match row.unwrap().unwrap() {
                Fact::Group(group) => {
                    assert!(groups.insert(group.id));
                    parents.extend(group.parent);
                }
                Fact::Product(product) => {
                    assert!(product.item.is_some() && product.name.is_some());
                    parents.extend(product.groups);
                }
                Fact::Document(_) => {}
                other => panic!("{name}: {other:?}"),
            }
        }
        // The padded ids find their groups.
        assert!(parents.is_subset(&groups), "{name}");
        let summary = facts.summary();
        assert_eq!(
            (
                summary.format,
                summary.n_products,
                summary.n_groups,
                summary.n_documents,
                summary.n_faults
            ),
            (Format::CommerceMl1, n_products, n_groups, n_documents, 0),
            "{name}"
        );
    }
}

/// What Python's `csv` module finds in a list of the corpus: with quoting where
/// the file is quoted, without where it is not.
struct List {
    file: &'static str,
    without_header: &'static [Column],
    n_products: usize,
    n_prices: usize,
    price_sum: &'static str,
    n_stocks: usize,
    stock_sum: &'static str,
    /// Line and article of the first row of goods.
    first: (u64, &'static str),
    faults: &'static [(u64, &'static str)],
}

const LISTS: [List; 6] = [
    List {
        file: "NGPpQr0oWJ__HOF__Остатки.csv",
        without_header: &[Column::Code, Column::Quantity],
        n_products: 0,
        n_prices: 0,
        price_sum: "0",
        n_stocks: 11,
        stock_sum: "110",
        first: (1, "80639140"),
        faults: &[],
    },
    List {
        file: "d2bapps__dft4fsf__ostatok.csv",
        without_header: &[Column::Article, Column::Quantity, Column::Price],
        n_products: 0,
        n_prices: 1_823,
        price_sum: "71993.8",
        n_stocks: 1_824,
        stock_sum: "50877",
        first: (2, "Z CZE917053 !!!"),
        // Line 1 is `34,5;`: a single cell names a group, or nothing.
        faults: &[],
    },
    List {
        file: "etozhealexey__ventilaciaAI__Номенклатура.csv",
        without_header: &[],
        n_products: 47_906,
        n_prices: 0,
        price_sum: "0",
        n_stocks: 0,
        stock_sum: "0",
        first: (2, "НФ-00043093"),
        faults: &[],
    },
    List {
        file: "mikohan__old_procenka__TDSheet-excerpt.csv",
        without_header: &[],
        n_products: 8,
        n_prices: 8,
        price_sum: "4431",
        n_stocks: 8,
        stock_sum: "111",
        first: (21, "22135-26011"),
        faults: &[],
    },
    List {
        file: "vlad-ir__el-price__price.csv",
        without_header: &[
            Column::Article,
            Column::Name,
            Column::Ignored,
            Column::Ignored,
            Column::Ignored,
            Column::Ignored,
            Column::Ignored,
            Column::Ignored,
            Column::Quantity,
            Column::Price,
            Column::Ignored,
        ],
        n_products: 4_522,
        n_prices: 4_522,
        price_sum: "139629.94",
        n_stocks: 4_522,
        // Python's 15758, and the `1 025` that is no number to it.
        stock_sum: "16783",
        first: (1, "1038"),
        // A `;` within a cell.
        faults: &[(1_203, "cell-count")],
    },
    List {
        file: "wuriken__DatalogicScorpio__Exchange_Products.csv",
        without_header: &[],
        n_products: 9_329,
        n_prices: 9_328,
        price_sum: "136082825",
        n_stocks: 9_329,
        stock_sum: "43601198",
        first: (2, "1"),
        // A line break within a cell that is not quoted.
        faults: &[(4_064, "cell-count"), (4_065, "cell-count")],
    },
];

#[test]
fn every_real_list_says_what_an_independent_reading_found() {
    let Some(corpus) = facts::folder("OBMEN_CORPUS") else {
        return;
    };
    let n_lists = corpus
        .read_dir()
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension() == Some("csv".as_ref()))
        .count();
    assert_eq!(n_lists, LISTS.len());
    for list in LISTS {
        let options = CsvOptions {
            without_header: list.without_header.to_vec(),
            ..CsvOptions::default()
        };
        let file = File::open(corpus.join(list.file)).unwrap();
        let mut facts = formats::read(file, &options).unwrap();
        let mut first = None;
        let mut faults = Vec::new();
        let (mut price_sum, mut stock_sum) = (Decimal::ZERO, Decimal::ZERO);
        for row in &mut facts {
            match row.unwrap() {
                Ok(Fact::Product(product)) => {
                    first.get_or_insert((product.line, product.sku));
                }
                Ok(Fact::Offer(offer)) => {
                    price_sum += offer
                        .prices
                        .iter()
                        .map(|price| price.price.as_decimal())
                        .sum::<Decimal>();
                    stock_sum += offer
                        .quantity
                        .map(obmen::domain::Quantity::as_decimal)
                        .unwrap_or_default();
                    first.get_or_insert((offer.line, offer.sku));
                }
                Ok(other) => panic!("{}: {other:?}", list.file),
                Err(err) => faults.push((err.place.line, err.fault.code())),
            }
        }
        let summary = facts.summary();
        let (line, sku) = first.unwrap();
        assert_eq!((line, sku.unwrap().as_str()), list.first, "{}", list.file);
        assert_eq!(faults, list.faults, "{}", list.file);
        assert_eq!(
            (summary.n_products, summary.n_prices, summary.n_stocks),
            (list.n_products, list.n_prices, list.n_stocks),
            "{}",
            list.file
        );
        assert_eq!(price_sum.normalize().to_string(), list.price_sum);
        assert_eq!(stock_sum.normalize().to_string(), list.stock_sum);
    }
}
