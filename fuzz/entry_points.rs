//! What a stranger's bytes reach first. Each function must come to an end, soon
//! and without a panic, whatever it is given.
//!
//! The fuzz targets feed them at length; a test of the program replays the corpus
//! and some thousand mutations of it.
#![allow(dead_code, reason = "each fuzz target uses one of them")]

use std::io::{self, Cursor, Read};

use obmen::domain::{Fact, Sku};
use obmen::formats::{self, CsvOptions, archive};
use obmen::shop::{self, Reply};

/// Every charset and every version of CommerceML.
pub(crate) fn commerceml(data: &[u8]) {
    let at_once = reading_of(data, &CsvOptions::default());
    let slowly = reading_of(Dripping(data), &CsvOptions::default());
    assert_eq!(at_once, slowly, "how the bytes arrive must not matter");
    formats::stage_of(data, &CsvOptions::default());
    formats::has_end(Cursor::new(data), &CsvOptions::default()).unwrap();
}

/// The first byte chooses the configuration.
pub(crate) fn list(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    let mut options = CsvOptions {
        prices_in_kopecks: choice & 1 != 0,
        ..CsvOptions::default()
    };
    if choice & 2 != 0 {
        options.without_header = ["article", "name", "price", "quantity"]
            .into_iter()
            .filter_map(formats::Column::by_name)
            .collect();
    }
    if choice & 4 != 0 {
        options.warehouses = vec!["Основной".to_owned(), "2".to_owned()];
    }
    let at_once = reading_of(data, &options);
    assert_eq!(at_once, reading_of(Dripping(data), &options));
}

/// New and old workbooks.
pub(crate) fn workbook(data: &[u8]) {
    reading_of(data, &CsvOptions::default());
}

/// Archives of an export.
pub(crate) fn archive(data: &[u8]) {
    archive::holds_an_export(Cursor::new(data));
    let unpacked = archive::unpack(
        Cursor::new(data),
        |path| path.extension().is_none_or(|ending| ending != "jpg"),
        |path, content| {
            let is_below = path
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            assert!(is_below, "{} leaves the archive's folder", path.display());
            io::copy(content, &mut io::sink()).map_err(archive::ArchiveError::Io)?;
            Ok::<_, archive::ArchiveError>(())
        },
    );
    drop(unpacked);
}

/// Answers of a shop. The first byte chooses status and redirect.
pub(crate) fn reply(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    let status = [200, 200, 200, 200, 302, 403, 404, 500][usize::from(choice & 7)];
    let location = (choice & 8 != 0).then_some("http://shop.example/error.html?token=secret");
    let body = String::from_utf8_lossy(data);
    drop(shop::understand_login(status, location, &body));
    let (Reply::Done(value) | Reply::NoisyDone { value, .. }) =
        shop::understand("orders", status, location, &body)
    else {
        return;
    };
    shop::count_rows(&value);
}

/// What came of a reading, as far as two readings can be compared.
fn reading_of(source: impl Read, options: &CsvOptions) -> (Vec<String>, String) {
    let mut facts = match formats::read(source, options) {
        Ok(facts) => facts,
        Err(err) => return (Vec::new(), err.to_string()),
    };
    let mut rows = Vec::new();
    let mut end = String::new();
    for row in &mut facts {
        match row {
            Ok(Ok(fact)) => {
                check(&fact);
                rows.push(format!("{fact:?}"));
            }
            Ok(Err(fault)) => rows.push(fault.to_string()),
            Err(err) => end = err.to_string(),
        }
    }
    assert!(facts.next().is_none(), "nothing comes behind the end");
    (rows, format!("{end} {:?}", facts.summary()))
}

/// An article is one to the shop, too.
fn check(fact: &Fact) {
    let sku = match fact {
        Fact::Product(product) => product.sku.as_ref(),
        Fact::Offer(offer) => offer.sku.as_ref(),
        _ => None,
    };
    if let Some(sku) = sku {
        assert_eq!(Sku::parse(sku.as_str()).as_ref(), Ok(sku));
    }
}

/// Bytes as a slow network brings them.
struct Dripping<'a>(&'a [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let n = target.len().min(self.0.len()).min(1 + self.0.len() % 7);
        let (now, later) = self.0.split_at(n);
        target[..n].copy_from_slice(now);
        self.0 = later;
        Ok(n)
    }
}
