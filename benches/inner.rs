//! The inner loops one by one: decoding, reading, numbers, and the comparison with the shop.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a bench that cannot go on stops"
)]

#[path = "generate/mod.rs"]
#[expect(dead_code, reason = "the whole-program bench asks for more")]
mod generate;

use std::collections::{HashMap, HashSet};
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use obmen::domain::{Money, Quantity, Sku};
use obmen::formats::{self, CsvOptions};
use obmen::plan::{Known, KnownProduct, NewGoods, Wanted, diff};

use generate::{Goods, Kind, Make};

const N: u32 = 2_000;

/// Decoding is the difference between the two encodings.
fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for kind in [
        Kind::Offers,
        Kind::Prices,
        Kind::Rests,
        Kind::Goods,
        Kind::Csv,
    ] {
        for make in [Make::utf8(kind, N), Make::windows_1251(kind, N)] {
            let mut file = Vec::new();
            make.write(&mut file).expect("memory takes everything");
            group.throughput(Throughput::Bytes(file.len().try_into().unwrap_or(u64::MAX)));
            group.bench_function(format!("{kind:?} {}", make.encoding.name()), |bencher| {
                bencher.iter(|| {
                    formats::read(file.as_slice(), &CsvOptions::default())
                        .expect("a file of the generator")
                        .count()
                });
            });
        }
    }
}

fn numbers(criterion: &mut Criterion) {
    for text in ["1234.50", "1 234,50 руб.", "5"] {
        criterion.bench_function(&format!("price {text}"), |bencher| {
            bencher.iter(|| Money::parse(black_box(text)).is_ok());
        });
    }
    criterion.bench_function("quantity 12.000", |bencher| {
        bencher.iter(|| Quantity::parse(black_box("12.000")).is_ok());
    });
    let sku = Sku::parse("АРТ-0000001").unwrap();
    criterion.bench_function("match key", |bencher| {
        bencher.iter(|| black_box(&sku).match_key());
    });
}

fn compare(criterion: &mut Criterion) {
    let wanted = |dearer_by: u64| -> Vec<Wanted> {
        (0..N)
            .map(|number| {
                let goods = Goods::of(number);
                Wanted {
                    line: u64::from(number),
                    sku: Sku::parse(&goods.article).unwrap(),
                    price: Money::parse(&(goods.price + dearer_by).to_string()).ok(),
                    quantity: i32::try_from(goods.stock[0]).ok(),
                    name: None,
                    group_prices: Vec::new(),
                    goods: None,
                }
            })
            .collect()
    };
    let products: HashMap<String, KnownProduct> = wanted(0)
        .into_iter()
        .map(|row| {
            let known = KnownProduct {
                price: row.price,
                quantity: row.quantity,
                name: None,
                ..KnownProduct::default()
            };
            (row.sku.match_key(), known)
        })
        .collect();
    let known = Known {
        products,
        never_add: HashSet::new(),
        ..Known::default()
    };
    for (name, wanted) in [("unchanged", wanted(0)), ("every price", wanted(1))] {
        criterion.bench_function(&format!("diff, {name}"), |bencher| {
            bencher.iter_batched(
                || wanted.clone(),
                |wanted| diff(&wanted, &known, NewGoods::Report, false),
                BatchSize::LargeInput,
            );
        });
    }
}

criterion_group!(inner, read, numbers, compare);
criterion_main!(inner);
