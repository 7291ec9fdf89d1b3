//! One service a journal: a lock that the system takes back when its owner dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::wording::{Message, Worded, message};

/// Held as long as this value lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock was not given.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum LockError {
    Taken { owner: String },
    Io { path: PathBuf, reason: io::Error },
}

impl Worded for LockError {
    fn message(&self) -> Message {
        match self {
            Self::Taken { owner } => message!("lock-taken", owner = owner),
            Self::Io { path, reason } => message!(
                "lock-failed",
                path = path.display().to_string(),
                why = reason.to_string(),
            ),
        }
    }
}

impl Lock {
    /// Locks `<journal>.lock`, beside the journal: on a local disk, unlike the
    /// inbox, where the locks of network shares are not to be relied on.
    pub fn take(journal: &Path) -> Result<Self, LockError> {
        let mut name = journal.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let failed = |reason| LockError::Io {
            path: path.clone(),
            reason,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Taken {
                    owner: read_owner(&mut file),
                });
            }
            Err(TryLockError::Error(err)) => return Err(failed(err)),
        }
        // Only for the message above; the lock itself is the system's.
        drop(
            file.set_len(0)
                .and_then(|()| write!(file, "{}", std::process::id())),
        );
        Ok(Self { _file: file })
    }
}

/// Windows does not let others read a locked file.
fn read_owner(file: &mut File) -> String {
    let mut owner = String::new();
    match file.take(20).read_to_string(&mut owner) {
        Ok(_) if !owner.is_empty() => owner,
        Ok(_) | Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("j.sqlite");
        let first = Lock::take(&journal).unwrap();
        let refused = Lock::take(&journal).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains(&std::process::id().to_string()),
            "{refused}"
        );
        drop(first);
        Lock::take(&journal).unwrap();
    }
}
