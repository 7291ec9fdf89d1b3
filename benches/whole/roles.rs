//! What the bench does as a child of itself: the bare parsers, the shop, a journal that knows.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use obmen::demo_shop::{self, Catalogue, Dialect};
use obmen::domain::{ItemKey, Listed, Money, Sku};
use obmen::journal::{Journal, JournalError};
use obmen::plan::Action;
use rust_decimal::Decimal;

use crate::generate::Goods;

pub(crate) const BARE_XML: &str = "--bare-xml";
pub(crate) const BARE_CSV: &str = "--bare-csv";
pub(crate) const SHOP: &str = "--shop";
pub(crate) const JOURNAL: &str = "--journal";

/// What the module of the shop is asked to change.
const CHANGES: [&str; 5] = [
    "addproducts",
    "updateorder",
    "updatenames",
    "updateprice",
    "updatequantity",
];

/// `true` if the arguments asked for one of the roles, which has been played.
pub(crate) fn play(arguments: &[String]) -> bool {
    let number = |text: &str| text.parse().expect("a count");
    match arguments {
        [role, file] if role == BARE_XML => bare_xml(Path::new(file)),
        [role, file] if role == BARE_CSV => bare_csv(Path::new(file)),
        [role, n] if role == SHOP => shop(number(n)),
        [role, file, n] if role == JOURNAL => {
            knowing_journal(Path::new(file), number(n)).expect("a journal can be written");
        }
        _ => return false,
    }
    true
}

/// As little as can be done with the parser: every event is read and dropped.
fn bare_xml(path: &Path) {
    let file = BufReader::with_capacity(64 * 1024, File::open(path).expect("the input"));
    let mut reader = quick_xml::Reader::from_reader(file);
    let mut buffer = Vec::new();
    let mut n_events = 0_u64;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(_) => n_events += 1,
            Err(err) => panic!("{}: {err}", path.display()),
        }
    }
    println!("{n_events}");
}

fn bare_csv(path: &Path) {
    let file = BufReader::with_capacity(64 * 1024, File::open(path).expect("the input"));
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut n_rows = 0_u64;
    while reader.read_byte_record(&mut record).expect("a list") {
        n_rows += 1;
    }
    println!("{n_rows}");
}

/// A shop with the generator's goods. Each line on its input is answered by the
/// number of calls that changed something; it closes with its input.
fn shop(n: u32) {
    let mut catalogue = Catalogue::empty().with_category(60, None, "Товары");
    for number in 0..n {
        let goods = Goods::of(number);
        let stock = i32::try_from(goods.stock[0]).unwrap_or_default();
        catalogue = catalogue.with_product(&goods.article, &goods.name, Decimal::TEN, stock);
    }
    let settings =
        demo_shop::Settings::new(Dialect::V30, catalogue, chrono::NaiveDateTime::default());
    let shop = demo_shop::start(settings).expect("the shop opens");
    println!("{}\n{}\n{}", shop.url(), shop.username(), shop.key());
    for _ in io::stdin().lock().lines() {
        let n_calls: usize = CHANGES.iter().map(|function| shop.n_calls(function)).sum();
        println!("{n_calls}");
    }
}

/// A journal as it is after the file of offers has been carried.
fn knowing_journal(path: &Path, n: u32) -> Result<(), JournalError> {
    const EXCHANGE: &str = "main";
    let now = chrono::NaiveDateTime::default();
    let journal = Journal::open(path)?;
    let listed = |number| Listed {
        article: Goods::of(number).article,
        price: None,
        quantity: None,
    };
    let articles: Vec<Listed> = (0..n).map(listed).collect();
    journal.replace_articles(EXCHANGE, &articles)?;
    journal.atomically(|| {
        for number in 0..n {
            let goods = Goods::of(number);
            let item = ItemKey::parse(&goods.id).expect("an id");
            let sku = Sku::parse(&goods.article).expect("an article");
            let barcode = goods.barcode.to_string();
            journal.learn_identity(
                EXCHANGE,
                &item,
                Some(&sku),
                Some(&barcode),
                Some(&goods.name),
                now,
            )?;
            let cents = i64::try_from(goods.price).unwrap_or_default();
            let price = Money::from_decimal(Decimal::new(cents, 2)).expect("a price");
            let quantity = i32::try_from(goods.stock[0] + goods.stock[1]).unwrap_or_default();
            let confirmed = [
                Action::Price {
                    sku: sku.clone(),
                    price,
                },
                Action::Quantity { sku, quantity },
            ];
            journal.assume(EXCHANGE, &confirmed, now)?;
        }
        Ok(())
    })
}
