//! The outbox: files appear in it whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::folders::FolderError;
use crate::folders::moves::{sync_folder, write_whole};

/// What the name of a file that is being made ends in. Not `.tmp`: programs that clear
/// up sweep such files away, and its orders would count as taken.
const TEMPORARY: &str = ".writing";

/// Lies in every outbox that orders were written to: an empty folder without it
/// is a share that is not mounted, not an outbox that 1C has emptied.
const MARKER: &str = ".obmen";

/// An outbox.
#[derive(Debug)]
pub struct Outbox {
    root: PathBuf,
}

/// How far a file has come that was to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// There under its own name.
    Published,
    /// Ready under its temporary name, to take the place of an older one if there is one.
    Prepared,
    /// Neither: it was published, and 1C has taken it; or it never was prepared.
    Gone,
}

impl Outbox {
    /// Makes the folder if it is missing.
    pub fn open(root: &Path) -> Result<Self, FolderError> {
        let outbox = Self::at(root);
        outbox.make()?;
        Ok(outbox)
    }

    /// Touches nothing yet: the folder may be on a share that is away.
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Makes the folder if it is missing.
    pub fn make(&self) -> Result<(), FolderError> {
        fs::create_dir_all(&self.root).map_err(FolderError::of("make-folder", &self.root))
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes the file under a temporary name, down to the disk.
    pub fn prepare(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        write_whole(&self.temporary(name), content)
    }

    /// Gives a prepared file its own name. It takes the place of an older one:
    /// whoever publishes orders sees to it that none is lost by that.
    pub fn publish(&self, name: &str) -> Result<PathBuf, FolderError> {
        let target = self.root.join(name);
        fs::rename(self.temporary(name), &target).map_err(FolderError::of("publish", &target))?;
        sync_folder(&self.root);
        Ok(target)
    }

    /// Prepares and publishes.
    pub fn put(&self, name: &str, content: &[u8]) -> Result<PathBuf, FolderError> {
        self.prepare(name, content)?;
        self.publish(name)
    }

    /// Takes a prepared file back.
    pub fn discard(&self, name: &str) -> Result<(), FolderError> {
        let temporary = self.temporary(name);
        fs::remove_file(&temporary).map_err(FolderError::of("remove", &temporary))
    }

    /// Fails rather than takes a folder that is away for one that is empty.
    pub fn presence(&self, name: &str) -> Result<Presence, FolderError> {
        let exists = |path: &Path| path.try_exists().map_err(FolderError::of("look-at", path));
        if exists(&self.temporary(name))? {
            return Ok(Presence::Prepared);
        }
        Ok(if self.has(name)? {
            Presence::Published
        } else {
            Presence::Gone
        })
    }

    /// Whether a file lies under this name. `false` only if this is the outbox
    /// that orders were written to, and not the empty place of a share that is away.
    pub fn has(&self, name: &str) -> Result<bool, FolderError> {
        let exists = |path: &Path| path.try_exists().map_err(FolderError::of("look-at", path));
        if exists(&self.root.join(name))? {
            return Ok(true);
        }
        let marker = self.root.join(MARKER);
        if exists(&marker)? {
            return Ok(false);
        }
        Err(without_mark(&marker))
    }

    /// Before orders are written to it. One that was marked before and is not now is
    /// the empty place of a share that is away.
    pub fn mark(&self, was_marked: bool) -> Result<(), FolderError> {
        let marker = self.root.join(MARKER);
        let exists = marker
            .try_exists()
            .map_err(FolderError::of("look-at", &marker))?;
        if exists {
            Ok(())
        } else if was_marked {
            Err(without_mark(&marker))
        } else {
            write_whole(&marker, b"")
        }
    }

    /// Files that are ready under a temporary name, by their own names.
    pub fn prepared(&self) -> Result<Vec<String>, FolderError> {
        let entries = fs::read_dir(&self.root).map_err(FolderError::of("read", &self.root))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names
            .filter_map(|name| name.strip_suffix(TEMPORARY).map(str::to_owned))
            .collect())
    }

    /// Whether a file lies under this very name.
    pub fn holds(&self, name: &str) -> bool {
        self.root.join(name).exists()
    }

    fn temporary(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}{TEMPORARY}"))
    }
}

fn without_mark(marker: &Path) -> FolderError {
    FolderError::of("find-mark", marker)(io::ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(&folder.path().join("out")).unwrap();
        assert!(outbox.presence("a.xml").is_err(), "not an outbox yet");
        outbox.mark(false).unwrap();
        assert_eq!(outbox.presence("a.xml").unwrap(), Presence::Gone);
        outbox.prepare("a.xml", b"text").unwrap();
        assert_eq!(outbox.presence("a.xml").unwrap(), Presence::Prepared);
        let path = outbox.publish("a.xml").unwrap();
        assert_eq!(outbox.presence("a.xml").unwrap(), Presence::Published);
        assert_eq!(fs::read(path).unwrap(), b"text");
        outbox.prepare("a.xml", b"more").unwrap();
        assert_eq!(outbox.presence("a.xml").unwrap(), Presence::Prepared);
        assert!(outbox.holds("a.xml"));
        assert_eq!(outbox.prepared().unwrap(), ["a.xml"]);
    }
}
