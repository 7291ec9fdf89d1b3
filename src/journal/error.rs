//! What can be wrong with the journal itself.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;

/// The journal cannot be used. A person must look; nothing is sent without it.
#[derive(Debug, Error)]
pub enum JournalError {
    #[error("the journal `{path}` cannot be opened")]
    Open {
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("the folder of the journal `{path}` cannot be made")]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "the journal `{path}` lies on a network share, where it would be damaged: put it on a local disk"
    )]
    OnNetwork { path: PathBuf },
    #[error(
        "the journal `{path}` is damaged ({detail}): put its backup in its place, see the README"
    )]
    Damaged { path: PathBuf, detail: String },
    #[error(
        "the journal was written by a newer version of obmen (schema {found}, this one knows {known})"
    )]
    TooNew { found: i64, known: i64 },
    #[error("the journal failed: {0}")]
    Sql(#[from] rusqlite::Error),
    #[error("the journal holds `{value}` where {expected} belongs")]
    Content {
        value: String,
        expected: &'static str,
    },
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
