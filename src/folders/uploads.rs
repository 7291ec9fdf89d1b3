//! Files that a person has handed over and not decided about yet: beside the journal, outside every inbox.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::domain::file_name::is_device;
use crate::folders::{FolderError, is_passing, is_picture};

/// Folders in folders; an inbox looks ten deep.
const MAX_DEPTH: usize = 8;

/// Of one part of a name; a run's number and `.receipt.txt` must still fit behind it.
const MAX_NAME_BYTES: usize = 200;

/// The inbox's own folders.
const OWN: [&str; 4] = ["working", "done", "rejected", "held"];

/// Where they lie.
#[derive(Debug)]
pub struct Uploads {
    root: PathBuf,
}

/// One that is arriving.
#[derive(Debug)]
pub struct Upload {
    file: File,
    path: PathBuf,
}

/// The name below an inbox that a file may have there; `None` if it leads
/// elsewhere, or is one that an inbox leaves alone.
pub fn name_below(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split(['/', '\\']).collect();
    let is_fine = parts.len() <= MAX_DEPTH
        && parts.iter().all(|part| is_fine(part))
        && parts
            .first()
            .is_some_and(|first| parts.len() == 1 || !OWN.contains(&first.to_lowercase().as_str()))
        && !is_picture(Path::new(name));
    is_fine.then(|| parts.join("/"))
}

fn is_fine(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= MAX_NAME_BYTES
        && !part.contains([':', '*', '?', '"', '<', '>', '|'])
        && !part.chars().any(char::is_control)
        && !part.ends_with([' ', '.'])
        && !part.starts_with(' ')
        && !is_device(part)
        && !is_passing(part)
}

impl Uploads {
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// What an earlier process was handed over is not decided about any more.
    pub fn clear(&self) {
        drop(fs::remove_dir_all(&self.root));
    }

    /// The `n`th file of a group. Its name on the disk is no word of the sender's.
    pub fn begin(&self, group: u64, n: usize) -> Result<Upload, FolderError> {
        let folder = self.folder(group);
        fs::create_dir_all(&folder).map_err(FolderError::of("make-folder", &folder))?;
        let path = folder.join(n.to_string());
        let file = File::create(&path).map_err(FolderError::of("write", &path))?;
        Ok(Upload { file, path })
    }

    /// The group is applied or not wanted.
    pub fn discard(&self, group: u64) {
        drop(fs::remove_dir_all(self.folder(group)));
    }

    fn folder(&self, group: u64) -> PathBuf {
        self.root.join(group.to_string())
    }
}

impl Upload {
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FolderError> {
        self.file
            .write_all(bytes)
            .map_err(FolderError::of("write", &self.path))
    }

    /// Whole, and on the disk.
    pub fn finish(self) -> Result<PathBuf, FolderError> {
        self.file
            .sync_all()
            .map_err(FolderError::of("write", &self.path))?;
        Ok(self.path)
    }

    /// It did not come to its end.
    pub fn give_up(self) {
        drop(self.file);
        drop(fs::remove_file(self.path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_inbox() {
        for name in [
            "",
            "..",
            "../a.csv",
            "a/../../b.csv",
            "..\\a.csv",
            "/etc/passwd",
            "C:\\a.csv",
            "c:a.csv",
            "a//b.csv",
            "a.csv ",
            "a.csv.",
            "con.csv",
            "LPT1",
            "a\n.csv",
            "a\0.csv",
            ".obmen",
            "a.tmp",
            "photo.jpg",
            "held/a.csv",
            "Working/a.csv",
            "1/2/3/4/5/6/7/8/9.csv",
        ] {
            assert_eq!(name_below(name), None, "{name:?}");
        }
        assert_eq!(name_below("console.csv").as_deref(), Some("console.csv"));
        assert_eq!(
            name_below("webdata\\import0_1.xml").as_deref(),
            Some("webdata/import0_1.xml")
        );
        assert_eq!(
            name_below("Остатки 1.csv").as_deref(),
            Some("Остатки 1.csv")
        );
    }
}
