//! Why a file could not be carried, or a list not be fetched.

use std::io;

use thiserror::Error;

use crate::folders::FolderError;
use crate::formats::FileError;
use crate::formats::archive::ArchiveError;
use crate::journal::JournalError;
use crate::plan::Alarm;
use crate::shop::ShopError;

/// Whose turn it is decides what follows; see [`Fate`](crate::folders::Fate).
#[derive(Debug, Error)]
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
    #[error("cannot keep what was read of the file beside the journal: {0}")]
    Spool(#[source] io::Error),
    /// The configuration names a price type or warehouse that no file has
    /// explained yet: the one that does may be on its way.
    #[error("no file has said yet which {what} `{name}` is; the file waits for one that does")]
    Unexplained { what: &'static str, name: String },
    /// A status takes an order out of the list of new ones: it must have been written before.
    #[error("it holds order documents, and the shop's new orders have not been fetched before")]
    OrdersFirst,
    /// The guard rails were hit; a person must say whether it is meant.
    #[error("{}", alarms.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Guarded { alarms: Vec<Alarm> },
    /// The configuration names something that the shop does not have.
    #[error("{0}")]
    Settings(String),
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
            Self::Unexplained { .. } => "unexplained",
            Self::OrdersFirst => "orders_first",
            Self::Guarded { .. } => "guard",
            Self::Settings(_) => "configuration",
        }
    }
}
