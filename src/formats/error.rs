//! What can be wrong with a file, cut by whose turn it is: the whole file's or one row's.

use std::io;

use thiserror::Error;

use crate::domain::money::BadMoney;
use crate::domain::number::BadNumber;
use crate::domain::sku::BadSku;
use crate::formats::limits;
use crate::wording::{Message, Worded, message};

/// A line of the file, counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: u64,
}

/// The file cannot be read to its end. Nothing more of it will be applied.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum FileError {
    Io(#[source] io::Error),
    Empty,
    UnknownFormat { start: String },
    OtherFormat { kind: &'static str },
    NotCommerceMl { place: Place, root: String },
    Truncated { place: Place, detail: Message },
    Broken { place: Place, detail: Message },
    Dtd { place: Place },
    Limit { place: Place, detail: Message },
    NoHeader { looked_at: usize },
}

impl Worded for FileError {
    fn message(&self) -> Message {
        let line = self.line().unwrap_or_default();
        match self {
            Self::Io(err) => message!("file-unreadable", why = Message::of_io(err)),
            Self::Empty => message!("file-empty"),
            Self::UnknownFormat { start } => message!("file-unknown-format", start = start),
            Self::OtherFormat { kind } => message!("file-other-format", kind = *kind),
            Self::NotCommerceMl { root, .. } => {
                message!("file-not-commerceml", line = line, root = root)
            }
            Self::Truncated { detail, .. } => {
                message!("file-truncated", line = line, why = detail.clone())
            }
            Self::Broken { detail, .. } => {
                message!("file-broken", line = line, why = detail.clone())
            }
            Self::Dtd { .. } => message!("file-dtd", line = line),
            Self::Limit { detail, .. } => {
                message!("file-limit", line = line, why = detail.clone())
            }
            Self::NoHeader { looked_at } => message!("file-no-header", n = *looked_at),
        }
    }
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
#[error("{}", self.message())]
pub struct RowError {
    pub place: Place,
    pub fault: RowFault,
}

impl Worded for RowError {
    fn message(&self) -> Message {
        let fault = self.fault.message();
        message!("row-at", line = self.place.line, fault = fault)
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum RowFault {
    Sku(#[from] BadSku),
    Money(#[from] BadMoney),
    Quantity(#[source] BadNumber),
    EmptyElement {
        element: &'static str,
    },
    NoKey {
        element: &'static str,
    },
    LongId(String),
    OrderNumber(String),
    NoStatus,
    PriceTwice {
        price_type: String,
    },
    Encoding {
        encoding: &'static str,
    },
    CommerceMl1Part {
        element: String,
    },
    Word {
        column: String,
        word: String,
    },
    NoLineEnd,
    OpenQuote,
    CellCount {
        found: usize,
        expected: usize,
    },
    /// Several columns may be the stock, and one was taken.
    StockColumn {
        read: String,
        others: String,
    },
    /// And none was.
    WhichStock {
        columns: String,
    },
    SoldNotStock {
        column: String,
    },
    NumbersUnread {
        columns: String,
    },
    WithoutStock {
        n: usize,
    },
}

impl Worded for RowFault {
    fn message(&self) -> Message {
        match self {
            Self::Sku(err) => err.message(),
            Self::Money(err) => message!("row-price", why = err.message()),
            Self::Quantity(err) => message!("row-quantity", why = err.message()),
            Self::EmptyElement { element } => message!("row-empty-element", element = *element),
            Self::NoKey { element } => message!("row-no-key", element = *element),
            Self::LongId(id) => message!("row-long-id", id = id, limit = limits::ID_CHARS),
            Self::OrderNumber(number) => message!("row-order-number", number = number),
            Self::NoStatus => message!("row-no-status"),
            Self::PriceTwice { price_type } => message!("row-price-twice", type = price_type),
            Self::Encoding { encoding } => message!("row-encoding", encoding = *encoding),
            Self::CommerceMl1Part { element } => {
                message!("row-commerceml1-part", element = element)
            }
            Self::Word { column, word } => message!("row-word", column = column, word = word),
            Self::NoLineEnd => message!("row-no-line-end"),
            Self::OpenQuote => message!("row-open-quote"),
            Self::CellCount { found, expected } => {
                message!("row-cell-count", found = *found, expected = *expected)
            }
            Self::StockColumn { read, others } => {
                message!("row-stock-column", read = read, others = others)
            }
            Self::WhichStock { columns } => message!("row-which-stock", columns = columns),
            Self::SoldNotStock { column } => message!("row-sold-not-stock", column = column),
            Self::NumbersUnread { columns } => message!("row-numbers-unread", columns = columns),
            Self::WithoutStock { n } => message!("row-without-stock", n = *n),
        }
    }
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
            Self::StockColumn { .. } => "stock-column",
            Self::WhichStock { .. } => "which-stock",
            Self::SoldNotStock { .. } => "sold-not-stock",
            Self::NumbersUnread { .. } => "numbers-unread",
            Self::WithoutStock { .. } => "without-stock",
        }
    }

    /// Worth a line in the receipt, but nothing was lost by it, or a cell that said no number.
    pub fn is_note(&self) -> bool {
        match self {
            Self::EmptyElement { .. }
            | Self::PriceTwice { .. }
            | Self::Word { .. }
            | Self::NoLineEnd
            | Self::OpenQuote
            | Self::StockColumn { .. }
            | Self::NumbersUnread { .. }
            | Self::WithoutStock { .. } => true,
            Self::Sku(_)
            | Self::Money(_)
            | Self::Quantity(_)
            | Self::NoKey { .. }
            | Self::LongId(_)
            | Self::OrderNumber(_)
            | Self::NoStatus
            | Self::Encoding { .. }
            | Self::CommerceMl1Part { .. }
            | Self::CellCount { .. }
            | Self::WhichStock { .. }
            | Self::SoldNotStock { .. } => false,
        }
    }
}
