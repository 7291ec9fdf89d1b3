//! What can be wrong with a file, cut by whose turn it is: the whole file's or one row's.

use std::fmt;
use std::io;

use thiserror::Error;

use crate::domain::money::BadMoney;
use crate::domain::number::BadNumber;
use crate::domain::sku::BadSku;
use crate::formats::limits;

/// A line of the file, counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)
    }
}

/// The file cannot be read to its end. Nothing more of it will be applied.
#[derive(Debug, Error)]
pub enum FileError {
    #[error("cannot read the file: {0}")]
    Io(#[source] io::Error),
    #[error("the file is empty")]
    Empty,
    #[error("not a CommerceML, CSV or Excel file: it starts with `{start}`")]
    UnknownFormat { start: String },
    #[error("{kind} cannot be read: save it as CSV or XML and drop that file")]
    OtherFormat { kind: &'static str },
    #[error("{place}: the file is XML but not CommerceML: its root is `{root}`")]
    NotCommerceMl { place: Place, root: String },
    #[error("{place}: the file ends too early: {detail}")]
    Truncated { place: Place, detail: String },
    #[error("{place}: the file is broken: {detail}")]
    Broken { place: Place, detail: String },
    #[error("{place}: a document type definition is not accepted in an exchange file")]
    Dtd { place: Place },
    #[error("{place}: {detail}")]
    Limit { place: Place, detail: String },
    #[error(
        "no header row was found in the first {looked_at} rows: \
         name the columns (Артикул; Цена; Остаток …) or map them in the configuration"
    )]
    NoHeader { looked_at: usize },
}

impl FileError {
    /// A name that scripts can rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "unreadable",
            Self::Empty => "empty-file",
            Self::UnknownFormat { .. } => "unknown-format",
            Self::OtherFormat { .. } => "other-format",
            Self::NotCommerceMl { .. } => "not-commerceml",
            Self::Truncated { .. } => "truncated",
            Self::Broken { .. } => "broken",
            Self::Dtd { .. } => "dtd",
            Self::Limit { .. } => "limit",
            Self::NoHeader { .. } => "no-header",
        }
    }

    pub fn line(&self) -> Option<u64> {
        match self {
            Self::NotCommerceMl { place, .. }
            | Self::Truncated { place, .. }
            | Self::Broken { place, .. }
            | Self::Dtd { place }
            | Self::Limit { place, .. } => Some(place.line),
            Self::Io(_)
            | Self::Empty
            | Self::UnknownFormat { .. }
            | Self::OtherFormat { .. }
            | Self::NoHeader { .. } => None,
        }
    }
}

/// One row or element is wrong. It is reported and skipped; the rest goes on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {fault}")]
pub struct RowError {
    pub place: Place,
    pub fault: RowFault,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RowFault {
    #[error("{0}")]
    Sku(#[from] BadSku),
    #[error("price: {0}")]
    Money(#[from] BadMoney),
    #[error("quantity: {0}")]
    Quantity(#[source] BadNumber),
    #[error("`{element}` is empty")]
    EmptyElement { element: &'static str },
    #[error("{element} has neither an Ид nor an Артикул, so nothing can be matched")]
    NoKey { element: &'static str },
    #[error("the Ид `{0}` is longer than {limit} characters", limit = limits::ID_CHARS)]
    LongId(String),
    #[error("`{0}` is not an order number of the shop")]
    OrderNumber(String),
    #[error("the order row states no status")]
    NoStatus,
    #[error("two prices of type `{price_type}` for one offer; the last one counts")]
    PriceTwice { price_type: String },
    #[error("bytes that are not {encoding} were replaced")]
    Encoding { encoding: &'static str },
    #[error(
        "`{element}` of CommerceML 1 (1C 7.7) is not understood and left out, here and below; \
         have 1C export CommerceML 2"
    )]
    CommerceMl1Part { element: String },
    #[error("`{word}` in the column `{column}` is not a number; only that cell is left out")]
    Word { column: String, word: String },
    #[error(
        "the last line has no line end; if the file was cut off, the last value of the row is too short"
    )]
    NoLineEnd,
    #[error("a quotation mark is never closed; the line is read as plain text")]
    OpenQuote,
    #[error(
        "the row has {found} cells where {expected} belong: is a delimiter or a line break in one of them?"
    )]
    CellCount { found: usize, expected: usize },
}

impl RowFault {
    /// A name that scripts can rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Sku(BadSku::Empty) => "article-empty",
            Self::Sku(BadSku::TooLong(_)) => "article-too-long",
            Self::Sku(BadSku::Unprintable(_)) => "article-unprintable",
            Self::Money(BadMoney::Number(_)) => "price-not-a-number",
            Self::Money(BadMoney::Negative(_)) => "price-negative",
            Self::Money(BadMoney::TooLarge(_)) => "price-too-large",
            Self::Quantity(_) => "quantity-not-a-number",
            Self::EmptyElement { .. } => "empty-element",
            Self::NoKey { .. } => "no-key",
            Self::LongId(_) => "id-too-long",
            Self::OrderNumber(_) => "order-number",
            Self::NoStatus => "no-status",
            Self::PriceTwice { .. } => "price-twice",
            Self::Encoding { .. } => "encoding",
            Self::CommerceMl1Part { .. } => "commerceml1-part",
            Self::Word { .. } => "word-for-number",
            Self::NoLineEnd => "no-line-end",
            Self::OpenQuote => "open-quote",
            Self::CellCount { .. } => "cell-count",
        }
    }

    /// Worth a line in the receipt, but nothing was lost by it, or a cell that said no number.
    pub fn is_note(&self) -> bool {
        match self {
            Self::EmptyElement { .. }
            | Self::PriceTwice { .. }
            | Self::Word { .. }
            | Self::NoLineEnd
            | Self::OpenQuote => true,
            Self::Sku(_)
            | Self::Money(_)
            | Self::Quantity(_)
            | Self::NoKey { .. }
            | Self::LongId(_)
            | Self::OrderNumber(_)
            | Self::NoStatus
            | Self::Encoding { .. }
            | Self::CommerceMl1Part { .. }
            | Self::CellCount { .. } => false,
        }
    }
}
