//! Bytes of a file to facts, and orders and lists to bytes.
//!
//! This room opens no file and knows nothing of the shop: it reads any
//! `impl Read` and writes any `impl Write`. What it promises: the bytes decide
//! (not the file's name, not its declared encoding, version or namespace), one
//! broken row costs that row, and a file that ends too early is said to.

pub mod commerceml;
mod csv_list;
pub mod csv_write;
mod decode;
mod detect;
mod error;

use std::io::{self, Read, Seek, SeekFrom};

use crate::domain::{Fact, Offer};

pub use csv_list::{Column, CsvOptions};
pub use error::{FileError, Place, RowError, RowFault};

/// What a file held, counted while it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub format: Format,
    /// The encoding of the bytes, by its usual name in lower case.
    pub encoding: &'static str,
    /// `СодержитТолькоИзменения`; `None` where the file does not say.
    pub only_changes: Option<bool>,
    /// `ДатаФормирования` as written.
    pub formed_at: Option<String>,
    pub n_groups: usize,
    /// Elements, empty ones too; the same for offers and documents.
    pub n_products: usize,
    pub n_offers: usize,
    pub n_prices: usize,
    pub n_stocks: usize,
    pub n_documents: usize,
    pub n_faults: usize,
}

/// The formats obmen reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    CommerceMl,
    /// The format of 1C 7.7, with everything in attributes: documents only.
    CommerceMl1,
    Csv,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::CommerceMl => "commerceml",
            Self::CommerceMl1 => "commerceml1",
            Self::Csv => "csv",
        }
    }
}

/// One fact, or what is wrong with one row.
pub type Row = Result<Fact, RowError>;

/// The facts of one file, in its order. After an `Err` nothing more comes.
pub struct Facts<R: Read>(Inner<R>);

enum Inner<R: Read> {
    CommerceMl(Box<commerceml::Reader<R>>),
    Csv(Box<csv_list::Reader<R>>),
}

/// Looks at the first bytes and begins to read.
pub fn read<R: Read>(source: R, csv: &CsvOptions) -> Result<Facts<R>, FileError> {
    let mut text = decode::Utf8Reader::new(source)?;
    Ok(Facts(match detect::detect(text.head()?)? {
        Format::CommerceMl | Format::CommerceMl1 => {
            Inner::CommerceMl(Box::new(commerceml::Reader::new(text)))
        }
        Format::Csv => Inner::Csv(Box::new(csv_list::Reader::new(text, csv)?)),
    }))
}

impl<R: Read> Facts<R> {
    /// Complete once the iterator has ended.
    pub fn summary(&self) -> Summary {
        match &self.0 {
            Inner::CommerceMl(reader) => reader.summary(),
            Inner::Csv(reader) => reader.summary(),
        }
    }
}

impl<R: Read> Iterator for Facts<R> {
    type Item = Result<Row, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Inner::CommerceMl(reader) => reader.next_row().transpose(),
            Inner::Csv(reader) => reader.next_row().transpose(),
        }
    }
}

/// What a file mainly holds, in the order in which files want to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Groups, properties, price types, warehouses.
    Reference,
    Goods,
    Documents,
    /// With names, articles, or prices and stock together.
    Offers,
    /// Prices alone.
    Prices,
    /// Stock alone.
    Rests,
    /// Cannot be told; it will be rejected when its turn comes.
    Unknown,
}

/// Reads as far as the first fact that settles it.
pub fn stage_of<R: Read>(source: R) -> Stage {
    let Ok(facts) = read(source, &CsvOptions::default()) else {
        return Stage::Unknown;
    };
    for row in facts {
        match row {
            Ok(Ok(Fact::Product(_))) => return Stage::Goods,
            Ok(Ok(Fact::Offer(offer))) => return offer_stage(&offer),
            Ok(Ok(Fact::Document(_))) => return Stage::Documents,
            Ok(Ok(Fact::Group(_) | Fact::PriceType(_) | Fact::Warehouse(_)) | Err(_)) => {}
            Err(_) => return Stage::Unknown,
        }
    }
    Stage::Reference
}

fn offer_stage(offer: &Offer) -> Stage {
    let has_stock = offer.quantity.is_some() || !offer.warehouses.is_empty();
    match (offer.prices.is_empty(), has_stock) {
        _ if offer.name.is_some() && offer.item.is_some() => Stage::Offers,
        (false, false) => Stage::Prices,
        (true, true) => Stage::Rests,
        (false, true) | (true, false) => Stage::Offers,
    }
}

/// Whether the end of the file is there: for XML, a closing tag. Lists have no
/// end that could be recognised.
pub fn has_end<F: Read + Seek>(mut file: F) -> io::Result<bool> {
    const LOOKED_AT: u64 = 64;
    let mut head = Vec::new();
    (&mut file).take(LOOKED_AT).read_to_end(&mut head)?;
    let is_filler = |b: &&u8| b.is_ascii_whitespace() || **b == 0;
    let is_xml = head.iter().find(|b| b.is_ascii() && !is_filler(b)) == Some(&b'<');
    if !is_xml {
        return Ok(true);
    }
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(LOOKED_AT)))?;
    let mut tail = Vec::new();
    file.take(LOOKED_AT).read_to_end(&mut tail)?;
    // In UTF-16, too, the bracket is this byte beside a zero.
    Ok(tail.iter().rev().find(|b| !is_filler(b)) == Some(&b'>'))
}
