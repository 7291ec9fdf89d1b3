//! What can go wrong with the exchange folders.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::wording::{Message, Worded, message};

/// A folder or a file in it cannot be used. Often temporary: a share that is
/// away, a disk that is full, a file that another program holds.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub struct FolderError {
    /// Of those that the text `folder-failed` knows.
    pub action: &'static str,
    pub path: PathBuf,
    /// Printed above, so it is not the `source` that a chain would print again.
    pub reason: io::Error,
}

impl Worded for FolderError {
    fn message(&self) -> Message {
        message!(
            "folder-failed",
            action = self.action,
            path = self.path.display().to_string(),
            why = self.reason.to_string(),
        )
    }
}

impl FolderError {
    pub(super) fn of(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |reason| Self {
            action,
            path: path.to_owned(),
            reason,
        }
    }
}
