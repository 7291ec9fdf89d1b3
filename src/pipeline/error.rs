//! Why a file could not be carried, or a list not be fetched.

use std::io;

use thiserror::Error;

use crate::folders::FolderError;
use crate::formats::FileError;
use crate::formats::archive::ArchiveError;
use crate::journal::JournalError;
use crate::plan::Alarm;
use crate::shop::ShopError;
use crate::wording::{Message, Worded, message};

/// Whose turn it is decides what follows; see [`Fate`](crate::folders::Fate).
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum CarryError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Shop(#[from] ShopError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// What has been read of a file has no room beside the journal, or cannot be read back.
    Spool(io::Error),
    /// What is to lie in the outbox cannot be put together.
    Composed(io::Error),
    /// The configuration names a price type or warehouse that no file has
    /// explained yet: the one that does may be on its way.
    Unexplained { what: &'static str, name: String },
    /// A status takes an order out of the list of new ones: it must have been written before.
    OrdersFirst,
    /// The guard rails were hit; a person must say whether it is meant.
    Guarded { alarms: Vec<Alarm> },
    /// The configuration names something that the shop does not have.
    Settings(Message),
}

impl Worded for CarryError {
    fn message(&self) -> Message {
        match self {
            Self::File(err) => err.message(),
            Self::Archive(err) => err.message(),
            Self::Shop(err) => err.message(),
            Self::Journal(err) => err.message(),
            Self::Folder(err) => err.message(),
            Self::Spool(err) => message!("carry-spool", why = err.to_string()),
            Self::Composed(err) => message!("carry-not-composed", why = err.to_string()),
            Self::Unexplained { what, name } => {
                message!("carry-unexplained", what = *what, name = name)
            }
            Self::OrdersFirst => message!("carry-orders-first"),
            Self::Guarded { alarms } => match alarms.as_slice() {
                [alarm] => alarm.message(),
                alarms => {
                    let alarms: Vec<Message> = alarms.iter().map(Worded::message).collect();
                    message!("carry-guarded", alarms = alarms)
                }
            },
            Self::Settings(message) => message.clone(),
        }
    }
}

impl CarryError {
    /// A name that scripts can rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(err) => err.code(),
            Self::Archive(_) => "archive",
            Self::Shop(_) => "shop",
            Self::Journal(_) => "journal",
            Self::Folder(_) => "folder",
            Self::Spool(_) => "spool",
            Self::Composed(_) => "composition",
            Self::Unexplained { .. } => "unexplained",
            Self::OrdersFirst => "orders_first",
            Self::Guarded { .. } => "guard",
            Self::Settings(_) => "configuration",
        }
    }
}
