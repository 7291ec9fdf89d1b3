//! Files that have been taken: in `working`, where they wait for their turn under names of their own.

use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use crate::folders::FolderError;
use crate::folders::inbox::{Inbox, Kind, WORKING, collect};
use crate::folders::names::natural_order;

/// A file that is ours: in `working`, where nobody else touches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedFile {
    pub(super) path: PathBuf,
    /// Below the inbox, as it arrived: `webdata/import0_1.xml`.
    pub(super) name: PathBuf,
}

impl ClaimedFile {
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// As a person knows it, with `/` on every system.
    pub fn name(&self) -> String {
        let parts: Vec<_> = self
            .name
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        parts.join("/")
    }

    /// Whether its name is that of a list, which says nothing of its own age.
    pub fn is_list(&self) -> bool {
        const ENDINGS: [&str; 5] = ["csv", "txt", "tsv", "xlsx", "xls"];
        let ending = self.path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.to_lowercase().as_str()))
    }

    /// The later of its times: a copy keeps the original's time of change.
    pub fn came_at(&self) -> Option<SystemTime> {
        let metadata = fs::metadata(&self.path).ok()?;
        metadata
            .created()
            .into_iter()
            .chain(metadata.modified())
            .max()
    }

    pub fn open(&self) -> Result<File, FolderError> {
        File::open(&self.path).map_err(FolderError::of("open", &self.path))
    }
}

impl Inbox {
    /// Below `working` as below the inbox. Where a file of that name is still there,
    /// in a folder `(2)`, `(3)` … of `working`: its name is then its own even after a
    /// crash, and the later one comes later.
    pub(super) fn place_to_work(&self, name: &Path) -> PathBuf {
        let working = self.root.join(WORKING);
        let latest = slots(&working)
            .into_iter()
            .filter(|(_, folder)| folder.join(name).exists())
            .map(|(n, _)| n)
            .max();
        let plain = working.join(name);
        let may_be_plain = without_slot(name) == name && !plain.exists();
        match latest {
            None if may_be_plain => plain,
            latest => working
                .join(format!("({})", latest.map_or(2, |n| n + 1)))
                .join(name),
        }
    }

    /// Files claimed earlier: by this process and not finished, or by one that died.
    pub fn claimed(&self) -> Result<Vec<ClaimedFile>, FolderError> {
        let working = self.root.join(WORKING);
        let mut files = Vec::new();
        collect(
            &working,
            0,
            &mut |path, kind| {
                let below = path.strip_prefix(&working).unwrap_or(&path);
                let name = without_slot(below).to_owned();
                if matches!(kind, Kind::File(_)) {
                    files.push(ClaimedFile { path, name });
                }
            },
            false,
        )?;
        // Of one name, the earlier first.
        files.sort_by(|left, right| {
            natural_order(&left.name, &right.name)
                .then_with(|| left.path.iter().count().cmp(&right.path.iter().count()))
                .then_with(|| natural_order(&left.path, &right.path))
        });
        Ok(files)
    }
}

/// Files that wait beside another of their name, by the folders' numbers.
pub(super) fn slots(working: &Path) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(working).into_iter().flatten().flatten();
    let mut slots: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            Some((slot_number(name.to_str()?)?, entry.path()))
        })
        .collect();
    slots.sort();
    slots
}

/// `2` of `(2)`.
fn slot_number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('(')?.strip_suffix(')')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// `webdata/a.csv` of `(2)/webdata/a.csv`.
fn without_slot(below_working: &Path) -> &Path {
    let mut parts = below_working.components();
    let first = parts.next().map(Component::as_os_str);
    let is_slot = first
        .and_then(|first| first.to_str())
        .is_some_and(|first| slot_number(first).is_some());
    if is_slot && parts.as_path().file_name().is_some() {
        parts.as_path()
    } else {
        below_working
    }
}
