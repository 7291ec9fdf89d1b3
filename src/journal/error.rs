//! What can be wrong with the journal itself.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::wording::{Message, Worded, message};

/// The journal cannot be used. A person must look; nothing is sent without it.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum JournalError {
    Open {
        path: PathBuf,
        source: rusqlite::Error,
    },
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    OnNetwork {
        path: PathBuf,
    },
    Damaged {
        path: PathBuf,
        detail: String,
    },
    TooNew {
        found: i64,
        known: i64,
    },
    Sql(#[from] rusqlite::Error),
    Content {
        value: String,
        expected: &'static str,
    },
}

impl Worded for JournalError {
    fn message(&self) -> Message {
        match self {
            Self::Open { path, .. } => {
                message!("journal-not-opened", path = path.display().to_string())
            }
            Self::Folder { path, .. } => {
                message!("journal-no-folder", path = path.display().to_string())
            }
            Self::OnNetwork { path } => {
                message!("journal-on-network", path = path.display().to_string())
            }
            Self::Damaged { path, detail } => {
                let path = path.display().to_string();
                message!("journal-damaged", path = path, why = detail)
            }
            Self::TooNew { found, known } => message!(
                "journal-too-new",
                found = found.to_string(),
                known = known.to_string(),
            ),
            Self::Sql(err) => message!("journal-failed", why = err.to_string()),
            Self::Content { value, expected } => {
                message!("journal-content", value = value, expected = *expected)
            }
        }
    }
}

impl JournalError {
    /// The disk or another process stands in the way, and may be out of it soon:
    /// nothing is wrong with what the journal holds.
    pub fn is_passing(&self) -> bool {
        const PASSING: [ErrorCode; 6] = [
            ErrorCode::DatabaseBusy,
            ErrorCode::DatabaseLocked,
            ErrorCode::DiskFull,
            ErrorCode::SystemIoFailure,
            ErrorCode::ReadOnly,
            ErrorCode::CannotOpen,
        ];
        let code = match self {
            Self::Open { source, .. } | Self::Sql(source) => source.sqlite_error_code(),
            Self::Folder { .. } => return true,
            Self::OnNetwork { .. }
            | Self::Damaged { .. }
            | Self::TooNew { .. }
            | Self::Content { .. } => None,
        };
        code.is_some_and(|code| PASSING.contains(&code))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn what_may_pass_is_told_from_what_does_not() {
        let sql = |code| {
            let failure = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            JournalError::Sql(failure).is_passing()
        };
        for code in [
            ffi::SQLITE_BUSY,
            ffi::SQLITE_FULL,
            ffi::SQLITE_IOERR,
            ffi::SQLITE_READONLY,
            ffi::SQLITE_CANTOPEN,
        ] {
            assert!(sql(code), "{code}");
        }
        for code in [
            ffi::SQLITE_CORRUPT,
            ffi::SQLITE_NOTADB,
            ffi::SQLITE_CONSTRAINT,
        ] {
            assert!(!sql(code), "{code}");
        }
        let newer = JournalError::TooNew { found: 9, known: 3 };
        assert!(!newer.is_passing());
    }
}
