//! Bytes of a file to facts, and orders and lists to bytes.
//!
//! This room opens no file and knows nothing of the shop: it reads any
//! `impl Read` and writes any `impl Write`. What it promises: the bytes decide
//! (not the file's name, not its declared encoding, version or namespace), one
//! broken row costs that row, and a file that ends too early is said to.

mod ahead;
pub mod archive;
mod charset;
pub mod commerceml;
pub mod csv_write;
mod decode;
mod detect;
mod encode;
mod error;
mod limits;
mod pieces;
mod table;

use std::io::{self, Chain, Cursor, Read, Seek, SeekFrom};

use chrono::{NaiveDate, NaiveDateTime};

use crate::domain::shown::excerpt;
use crate::domain::{Fact, ItemKey, Offer};

use detect::Kind;
pub use encode::Encoding;
pub use error::{FileError, Place, RowError, RowFault};
pub use table::{Column, CsvOptions, price_type_key};

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

impl Summary {
    /// When the file was formed, if it says so to the second. Zones are left out: the
    /// files of one base are compared with each other, and agree on theirs.
    pub fn formed_time(&self) -> Option<NaiveDateTime> {
        let text = self.formed_at.as_deref()?.trim();
        let (date, rest) = text.split_at_checked(10)?;
        let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
        // `T9:51:39`, ` 09:51:39`, `UTC02:25:50`, and fractions and zones behind.
        let time = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
        let mut parts = time.splitn(3, ':');
        let mut next = || {
            let part = parts.next()?;
            let end = part.find(|c: char| !c.is_ascii_digit());
            part.get(..end.unwrap_or(part.len()))?.parse::<u32>().ok()
        };
        date.and_hms_opt(next()?, next()?, next()?)
    }
}

/// The formats obmen reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    CommerceMl,
    /// The format of 1C 7.7, with everything in attributes: goods, groups and documents.
    CommerceMl1,
    Csv,
    /// A zip archive of other files.
    Archive,
    /// An Excel workbook, old ones too.
    Xlsx,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::CommerceMl => "commerceml",
            Self::CommerceMl1 => "commerceml1",
            Self::Csv => "csv",
            Self::Archive => "zip",
            Self::Xlsx => "xlsx",
        }
    }
}

/// One fact, or what is wrong with one row.
pub type Row = Result<Fact, RowError>;

/// The facts of one file, in its order. After an `Err` nothing more comes.
pub struct Facts<R: Read>(Inner<R>);

/// The source, with the bytes that were looked at put back.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

enum Inner<R: Read> {
    CommerceMl(Box<commerceml::Reader<Whole<R>>>),
    Table(Box<table::Reader<Whole<R>>>),
}

/// Looks at the first bytes and begins to read. A workbook is read whole, within
/// its limits; everything else is a stream.
pub fn read<R: Read>(mut source: R, csv: &CsvOptions) -> Result<Facts<R>, FileError> {
    let mut magic = Vec::new();
    (&mut source)
        .take(detect::N_MAGIC)
        .read_to_end(&mut magic)
        .map_err(FileError::Io)?;
    let is_workbook = detect::is_workbook(&magic);
    let source = Cursor::new(magic).chain(source);
    if is_workbook {
        let reader = table::Reader::from_workbook(source, csv)?;
        return Ok(Facts(Inner::Table(Box::new(reader))));
    }
    let mut text = decode::Utf8Reader::new(source)?;
    Ok(Facts(match detect::detect(text.head()?)? {
        Kind::Xml => Inner::CommerceMl(Box::new(commerceml::Reader::new(text))),
        Kind::Table => Inner::Table(Box::new(table::Reader::new(text, csv)?)),
    }))
}

impl<R: Read + Send + 'static> Facts<R> {
    /// The same, with a thread that reads ahead: it decodes, takes XML apart and cuts lists.
    /// For whoever has nothing else for a second processor to do.
    pub fn ahead(self) -> io::Result<Self> {
        Ok(Self(match self.0 {
            Inner::CommerceMl(reader) => Inner::CommerceMl(Box::new(reader.ahead()?)),
            Inner::Table(reader) => Inner::Table(Box::new(reader.ahead()?)),
        }))
    }
}

impl<R: Read> Facts<R> {
    /// Complete once the iterator has ended.
    pub fn summary(&self) -> Summary {
        match &self.0 {
            Inner::CommerceMl(reader) => reader.summary(),
            Inner::Table(reader) => reader.summary(),
        }
    }
}

impl<R: Read> Iterator for Facts<R> {
    type Item = Result<Row, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Inner::CommerceMl(reader) => reader.next_row().transpose(),
            Inner::Table(reader) => reader.next_row(),
        }
    }
}

/// `trim`, without a look into Unicode's tables where plain or Cyrillic letters stand
/// at both ends, as they nearly always do.
fn trimmed(text: &str) -> &str {
    // Mostly indentation: `trim` alone would look at each of its bytes as a character.
    let text = text.trim_ascii();
    let is_plain = |byte: u8| byte.is_ascii_graphic();
    // The first byte of each of А to я, and of no blank.
    let is_cyrillic = |byte: u8| matches!(byte, 0xd0 | 0xd1);
    let is_clear = match text.as_bytes() {
        [] => true,
        [only] => is_plain(*only),
        [first, last] => is_cyrillic(*first) || (is_plain(*first) && is_plain(*last)),
        [first, .., before, last] => {
            (is_plain(*first) || is_cyrillic(*first)) && (is_plain(*last) || is_cyrillic(*before))
        }
    };
    if is_clear { text } else { text.trim() }
}

/// Positions in a batch are kept as 32 bits.
fn to_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// What is longer is no id, but would be kept as one.
fn check_id(item: Option<&ItemKey>) -> Result<(), RowFault> {
    match item {
        // Never more characters than bytes, which are known.
        Some(item)
            if item.as_str().len() > limits::ID_CHARS
                && item.as_str().chars().count() > limits::ID_CHARS =>
        {
            Err(RowFault::LongId(excerpt(item.as_str())))
        }
        Some(_) | None => Ok(()),
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
pub fn stage_of<R: Read>(source: R, csv: &CsvOptions) -> Stage {
    let Ok(facts) = read(source, csv) else {
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

/// Whether the end of the file is there: for XML, the closing tag of its root;
/// for an archive, its list of contents.
/// Lists have none that could be relied on, unless the configuration says that their
/// last lines have ends.
pub fn has_end<F: Read + Seek>(mut file: F, csv: &CsvOptions) -> io::Result<bool> {
    const HEAD: u64 = 4_096;
    const TAIL: u64 = 512;
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head)?;
    let length = file.seek(SeekFrom::End(0))?;
    // A whole number of UTF-16 units from the beginning.
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL) / 2 * 2))?;
    let mut tail = Vec::new();
    file.take(TAIL + 1).read_to_end(&mut tail)?;
    if archive::is_archive(&head) {
        return Ok(archive::has_end(&tail));
    }
    // UTF-8 and the one-byte code pages agree on `<`, `/` and `>`; UTF-16 does not.
    let utf16 = charset::utf16_of(&head);
    let plain = |bytes: Vec<u8>| match utf16 {
        Some(encoding) => encoding
            .decode_without_bom_handling(&bytes)
            .0
            .into_owned()
            .into_bytes(),
        None => bytes,
    };
    // Not empty, and more than a byte order mark.
    let has_begun = head.len() > 3;
    let is_all = head.len() < usize::try_from(HEAD).unwrap_or(usize::MAX);
    let (head, tail) = (plain(head), plain(tail));
    if !is_xml(&head) {
        let has_line_end = tail.ends_with(b"\n") || tail.ends_with(b"\r");
        return Ok(has_begun && (has_line_end || !csv.needs_line_end));
    }
    let Some(root) = root_name(&head) else {
        // Cut off before it, or it begins behind a very long comment.
        return Ok(!is_all);
    };
    let tail = tail.trim_ascii_end();
    let closing = [b"</", root.as_slice()].concat();
    let is_closed = tail
        .strip_suffix(b">")
        .is_some_and(|rest| rest.trim_ascii_end().ends_with(&closing));
    // An empty root: the last tag is the first one, too.
    let is_empty = tail.ends_with(b"/>")
        && tail
            .rsplit(|b| *b == b'<')
            .next()
            .is_some_and(|last| last.starts_with(&root));
    Ok(is_closed || is_empty)
}

fn is_xml(head: &[u8]) -> bool {
    let mut marks = head
        .iter()
        .filter(|b| b.is_ascii() && !b.is_ascii_whitespace());
    marks.next() == Some(&b'<')
}

/// The bytes of the first element's name; `None` where there is none yet.
fn root_name(head: &[u8]) -> Option<Vec<u8>> {
    head.split(|b| *b == b'<')
        .skip(1)
        .find(|tag| !tag.is_empty() && !tag.starts_with(b"?") && !tag.starts_with(b"!"))
        .map(|tag| {
            tag.iter()
                .copied()
                .take_while(|b| !b.is_ascii_whitespace() && !b"/>".contains(b))
                .collect()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_file_is_understood_as_real_files_write_it() {
        let time = |text: &str| {
            let summary = Summary {
                formed_at: Some(text.to_owned()),
                ..Summary::default()
            };
            summary.formed_time().map(|time| time.to_string())
        };
        for text in [
            "2014-07-15T09:51:39",
            "2014-07-15T9:51:39",
            "2014-07-15 09:51:39",
            "2014-07-15UTC09:51:39",
            "2014-07-15T09:51:39.123+00:00",
        ] {
            assert_eq!(time(text).as_deref(), Some("2014-07-15 09:51:39"), "{text}");
        }
        for text in [
            "",
            "2020-10-03",
            "15.07.2014 9:51:39",
            "2014-07-15T",
            "2014-07-15T99:00:00",
            "сегодня",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn the_short_cut_for_common_letters_trims_as_the_long_way_does() {
        let parts = [
            "", " ", "\u{b}", "\u{85}", "\u{a0}", "\u{2009}", "\u{3000}", "a", "я", "№", "\u{1}",
            "€",
        ];
        for first in parts {
            for middle in parts {
                for last in parts {
                    let text = format!("{first}{middle}{last}");
                    assert_eq!(trimmed(&text), text.trim(), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn the_end_of_a_file_is_seen_in_every_encoding() {
        let whole = "<?xml version=\"1.0\"?>\n<Корень a='1'><x/></Корень>\r\n";
        let utf16 = |text: &str| -> Vec<u8> {
            [0xff, 0xfe]
                .into_iter()
                .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
                .collect()
        };
        let cp1251 = |text: &str| encoding_rs::WINDOWS_1251.encode(text).0.into_owned();
        let ends = |bytes: Vec<u8>| has_end(Cursor::new(bytes), &CsvOptions::default()).unwrap();
        for encode in [|text: &str| text.as_bytes().to_vec(), utf16, cp1251] {
            assert!(ends(encode(whole)));
            assert!(!ends(encode("<Корень><x></x>")));
            assert!(!ends(encode("<Корень><x>")));
            assert!(!ends(encode("<Корень><x>Цена")));
            assert!(!ends(encode("<?xml version='1.0'")));
            assert!(!ends(encode("<Корень><x/>")));
            assert!(!ends(encode("")));
            assert!(ends(encode("<Корень/>")));
            assert!(ends(encode("Артикул;Цена\nx")));
        }
    }
}
