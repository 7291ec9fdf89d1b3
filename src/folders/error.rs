//! What can go wrong with the exchange folders.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A folder or a file in it cannot be used. Often temporary: a share that is
/// away, a disk that is full, a file that another program holds.
#[derive(Debug, Error)]
#[error("cannot {action} `{}`: {source}", path.display())]
pub struct FolderError {
    pub action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

impl FolderError {
    pub(super) fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self {
            action,
            path: path.to_owned(),
            source,
        }
    }
}
