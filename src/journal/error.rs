//! What can be wrong with the journal itself.

use std::path::PathBuf;

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
    #[error("the journal `{path}` is damaged: {detail}")]
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
