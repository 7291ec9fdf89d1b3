//! What can be wrong with the journal itself.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::wording::{Message, Worded, message};

/// The journal cannot be used. A person must look; nothing is sent without it.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum JournalError {
    // Causes are printed, so they are not the `source` that a chain would print again.
    Open {
        path: PathBuf,
        reason: rusqlite::Error,
    },
    Folder {
        path: PathBuf,
        reason: io::Error,
    },
    /// The copy at `path` cannot be made or put in its place.
    Copy {
        path: PathBuf,
        reason: io::Error,
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
    Sql(rusqlite::Error),
    Content {
        value: String,
        expected: &'static str,
    },
}

impl Worded for JournalError {
    fn message(&self) -> Message {
        match self {
            Self::Open { path, reason } => message!(
                "journal-not-opened",
                path = path.display().to_string(),
                why = reason.to_string(),
            ),
            Self::Folder { path, reason } => message!(
                "journal-no-folder",
                path = path.display().to_string(),
                why = reason.to_string(),
            ),
            Self::Copy { path, reason } => message!(
                "journal-not-copied",
                path = path.display().to_string(),
                why = reason.to_string(),
            ),
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

impl From<rusqlite::Error> for JournalError {
    fn from(err: rusqlite::Error) -> Self {
        Self::Sql(err)
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
            Self::Open { reason, .. } | Self::Sql(reason) => reason.sqlite_error_code(),
            Self::Folder { .. } | Self::Copy { .. } => return true,
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
    use std::error::Error as _;

    use rusqlite::ffi;

    use super::*;

    #[test]
    fn every_cause_is_told_and_told_once() {
        let path = PathBuf::from("j.sqlite");
        let sql = || {
            let code = ffi::Error::new(ffi::SQLITE_CANTOPEN);
            rusqlite::Error::SqliteFailure(code, Some("on fire".to_owned()))
        };
        let io = || io::Error::other("on fire");
        for err in [
            JournalError::Open {
                path: path.clone(),
                reason: sql(),
            },
            JournalError::Folder {
                path: path.clone(),
                reason: io(),
            },
            JournalError::Copy {
                path: path.clone(),
                reason: io(),
            },
            JournalError::Sql(sql()),
        ] {
            assert!(err.to_string().contains("on fire"), "{err}");
            assert!(err.source().is_none(), "{err}");
            assert!(err.is_passing(), "{err}");
        }
    }

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
