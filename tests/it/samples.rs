//! Every file of `samples/` is what it claims to be.

use std::fs::File;
use std::path::{Path, PathBuf};

use obmen::domain::Fact;
use obmen::formats::{self, CsvOptions, Format};

/// Faults of a file, rows and the file itself alike.
fn faults(path: &Path) -> Vec<String> {
    let facts = match formats::read(File::open(path).unwrap(), &CsvOptions::default()) {
        Ok(facts) => facts,
        Err(err) => return vec![err.code().to_owned()],
    };
    let mut faults = Vec::new();
    for row in facts {
        match row {
            Ok(Ok(_)) => {}
            Ok(Err(err)) => faults.push(err.fault.code().to_owned()),
            Err(err) => faults.push(err.code().to_owned()),
        }
    }
    faults
}

fn files_in(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let list = if path.is_dir() {
                &mut folders
            } else {
                &mut found
            };
            list.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn good_samples_have_no_fault() {
    let files: Vec<PathBuf> = files_in("commerceml")
        .into_iter()
        .chain(files_in("csv"))
        .chain(files_in("xlsx"))
        .collect();
    assert_eq!(files.len(), 10);
    for path in files {
        assert_eq!(faults(&path), Vec::<String>::new(), "{}", path.display());
    }
}

/// A first sheet without a list, title rows, numbers with binary noise, a
/// number as an article, a formula, a total.
#[test]
fn the_workbook_says_what_excel_shows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/xlsx/price.xlsx");
    let mut facts = formats::read(File::open(path).unwrap(), &CsvOptions::default()).unwrap();
    let mut found = Vec::new();
    for row in &mut facts {
        if let Fact::Offer(offer) = row.unwrap().unwrap() {
            found.push(format!(
                "{} {} = {} / {}",
                offer.line,
                offer.sku.unwrap(),
                offer.prices[0].price,
                offer.quantity.unwrap()
            ));
        }
    }
    assert_eq!(
        found,
        [
            "6 ЧАЙ-КРС-50 = 349.50 / 40",
            "7 00456 = 62.10 / 0.3",
            "8 4600000000017 = 1200.00 / 1.5",
            "9 МЁД-1 = 250.00 / 5",
        ]
    );
    assert_eq!(facts.summary().format, Format::Xlsx);
    assert_eq!(facts.summary().n_products, 4);
}

#[test]
fn broken_samples_are_broken_as_they_say() {
    let found: Vec<(String, Vec<String>)> = files_in("broken")
        .iter()
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                faults(path),
            )
        })
        .collect();
    let expected: [(&str, &[&str]); 6] = [
        ("bez-zagolovka.csv", &["no-header"]),
        ("entity-bomb.xml", &["dtd"]),
        ("ne-commerceml.xml", &["not-commerceml"]),
        ("obryv.xml", &["truncated"]),
        (
            "plohie-stroki.csv",
            &[
                "word-for-number",
                "price-negative",
                "no-key",
                "article-too-long",
                "word-for-number",
            ],
        ),
        ("statusy.csv", &["order-number", "no-status"]),
    ];
    assert_eq!(found.len(), expected.len());
    for ((name, faults), (expected_name, expected_faults)) in found.iter().zip(expected) {
        assert_eq!(name, expected_name);
        assert_eq!(faults, expected_faults, "{name}");
    }
}
