//! The inbox: what has arrived and is quiet, and how it is taken over.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tracing::{debug, warn};

use crate::folders::FolderError;
use crate::folders::claimed::ClaimedFile;
use crate::folders::finished::{DONE, HELD, REJECTED};
use crate::folders::marker::{Found, Marker, own_marker};
use crate::folders::moves::{
    file_name, free_name, move_file, remove_empty_parents, with_ending, with_run, write_from,
    write_whole,
};
use crate::folders::names::{is_passing, is_picture, natural_order};

pub(super) const WORKING: &str = "working";
/// 1C's folder trees are about five deep.
const MAX_DEPTH: usize = 10;

/// An inbox, and what was seen in it.
#[derive(Debug)]
pub struct Inbox {
    pub(super) root: PathBuf,
    marker: Option<Marker>,
    seen: HashMap<PathBuf, Seen>,
    /// Links, and files that could not be taken: named once, not at every look.
    told: HashSet<PathBuf>,
}

/// What a file looked like, and since when it has.
#[derive(Debug)]
struct Seen {
    size: u64,
    modified: Option<SystemTime>,
    since: Instant,
    is_marked: bool,
}

/// A file in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    pub path: PathBuf,
    /// How long it has looked the same to us. The file's own times are no
    /// measure: Explorer and copy tools keep those of the original.
    pub quiet_for: Duration,
    /// Its writer has said that it is complete, or is not asked to.
    pub is_marked: bool,
}

impl Inbox {
    /// Makes the folders that are missing.
    pub fn open(root: &Path) -> Result<Self, FolderError> {
        let inbox = Self::at(root);
        inbox.make()?;
        Ok(inbox)
    }

    /// Touches nothing yet: the folder may be on a share that is away.
    pub fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            marker: None,
            seen: HashMap::new(),
            told: HashSet::new(),
        }
    }

    /// Makes the folders that are missing.
    pub fn make(&self) -> Result<(), FolderError> {
        for folder in ["", WORKING, DONE, REJECTED, HELD] {
            let path = self.root.join(folder);
            fs::create_dir_all(&path).map_err(FolderError::of("make-folder", &path))?;
        }
        Ok(())
    }

    /// Only files that a marker speaks for count; it goes with them.
    #[must_use]
    pub fn with_marker(mut self, marker: Option<Marker>) -> Self {
        self.marker = marker;
        self
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Looks at what lies in the inbox. Passing names, pictures, links and the
    /// inbox's own folders are left alone.
    pub fn scan(&mut self, now: Instant) -> Result<Vec<Sighting>, FolderError> {
        let mut found = Vec::new();
        let mut links = Vec::new();
        let mut visit = |path: PathBuf, kind: Kind| match kind {
            Kind::File(metadata) => found.push((path, metadata.len(), metadata.modified().ok())),
            Kind::Link => links.push(path),
        };
        collect(&self.root, 0, &mut visit, true)?;
        let is_there: HashSet<&PathBuf> = links
            .iter()
            .chain(found.iter().map(|(path, ..)| path))
            .collect();
        self.told.retain(|path| is_there.contains(path));
        for link in links {
            if self.told.insert(link.clone()) {
                warn!(
                    "`{}` is a link and is left alone: put the file itself into the inbox",
                    link.display()
                );
            }
        }
        let mut before = std::mem::take(&mut self.seen);
        let mut sightings = Vec::with_capacity(found.len());
        for (path, size, modified) in found {
            let is_marked = match &self.marker {
                Some(marker) if marker.is_marker(&file_name(&path)) => continue,
                Some(marker) => marker.find(&path, &self.root).is_some(),
                None => true,
            };
            let since = match before.remove(&path) {
                Some(seen) if seen.size == size && seen.modified == modified => seen.since,
                Some(_) | None => now,
            };
            sightings.push(Sighting {
                path: path.clone(),
                quiet_for: now.saturating_duration_since(since),
                is_marked,
            });
            self.seen.insert(
                path,
                Seen {
                    size,
                    modified,
                    since,
                    is_marked,
                },
            );
        }
        sightings.sort_by(|left, right| natural_order(&left.path, &right.path));
        Ok(sightings)
    }

    /// Takes the file over by renaming it. Fails while another program holds it.
    pub fn claim(&mut self, path: &Path) -> Result<ClaimedFile, FolderError> {
        let name = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        let target = self.place_to_work(&name);
        let marker = self
            .marker
            .as_ref()
            .and_then(|marker| marker.find(path, &self.root));
        move_file(path, &target)?;
        self.seen.remove(path);
        self.told.remove(path);
        match marker {
            Some(Found::OfFile(marker)) => remove_marker(&marker),
            // The last file that it speaks for takes it along.
            Some(Found::OfFolder(marker)) => {
                let folder = marker.parent().unwrap_or(&self.root);
                let is_last = !self
                    .seen
                    .iter()
                    .any(|(path, seen)| seen.is_marked && path.starts_with(folder));
                if is_last {
                    remove_marker(&marker);
                }
            }
            None => {}
        }
        Ok(ClaimedFile { path: target, name })
    }

    /// Whether this is the first time that the file could not be taken.
    pub fn is_first_refusal(&mut self, path: &Path) -> bool {
        self.told.insert(path.to_owned())
    }

    /// Puts a part of a claimed archive beside it, as if it had arrived in a
    /// folder of the archive's name. `run` is the archive's: another archive of
    /// the same name may have parts there that wait.
    pub fn adopt(
        &self,
        archive: &ClaimedFile,
        run: i64,
        part: &Path,
        content: &mut dyn Read,
    ) -> Result<ClaimedFile, FolderError> {
        let name = with_run(&archive.name.with_extension(""), run).join(part);
        let path = self.root.join(WORKING).join(&name);
        let temporary = with_ending(&path, ".tmp");
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(FolderError::of("make-folder", parent))?;
        }
        let mut file = File::create(&temporary).map_err(FolderError::of("write", &temporary))?;
        let written = io::copy(content, &mut file).and_then(|_| file.sync_all());
        if let Err(err) = written {
            drop(file);
            // Half a file helps nobody; the archive is still there.
            drop(fs::remove_file(&temporary));
            remove_empty_parents(&temporary, &self.root.join(WORKING));
            return Err(FolderError::of("write", &temporary)(err));
        }
        drop(file);
        fs::rename(&temporary, &path).map_err(FolderError::of("write", &path))?;
        Ok(ClaimedFile { path, name })
    }

    /// Takes an adopted part back.
    pub fn discard(&self, part: &ClaimedFile) {
        // One that is gone already is what was wanted.
        drop(fs::remove_file(&part.path));
        remove_empty_parents(&part.path, &self.root.join(WORKING));
    }

    /// Puts a file of our own among those that have arrived.
    pub fn put(&self, name: &str, content: &[u8]) -> Result<(), FolderError> {
        let path = self.root.join(name);
        let temporary = with_ending(&path, ".tmp");
        write_whole(&temporary, content)?;
        let target = free_name(&path, None);
        self.mark(&target)?;
        move_file(&temporary, &target)
    }

    /// Moves a file that lies outside into the inbox, where it appears whole. A file
    /// of the same name keeps it; returns the name.
    pub fn accept(&self, file: &Path, name: &str) -> Result<String, FolderError> {
        let path = free_name(&self.root.join(name), None);
        let temporary = with_ending(&path, ".tmp");
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(FolderError::of("make-folder", parent))?;
        }
        // The inbox may lie on another disk.
        if fs::rename(file, &temporary).is_err() {
            let mut original = File::open(file).map_err(FolderError::of("open", file))?;
            write_from(&temporary, &mut original)?;
            // Windows does not remove what is open.
            drop(original);
            drop(fs::remove_file(file));
        }
        self.mark(&path)?;
        move_file(&temporary, &path)?;
        let below = path.strip_prefix(&self.root).unwrap_or(&path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        Ok(parts.join("/"))
    }

    /// Nobody else writes a marker for a file that obmen itself puts into the inbox.
    fn mark(&self, file: &Path) -> Result<(), FolderError> {
        match self.marker {
            Some(_) => write_whole(&own_marker(file), b""),
            None => Ok(()),
        }
    }
}

/// One that is gone already is what was wanted; one that stays is told.
fn remove_marker(marker: &Path) {
    match fs::remove_file(marker) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => {
            warn!("cannot remove the marker `{}`: {err}", marker.display());
        }
        Ok(()) | Err(_) => {}
    }
}

/// What lies in a folder.
pub(super) enum Kind {
    File(fs::Metadata),
    Link,
}

/// Calls `visit` for every file below `folder` that may concern us.
pub(super) fn collect(
    folder: &Path,
    depth: usize,
    visit: &mut impl FnMut(PathBuf, Kind),
    is_inbox: bool,
) -> Result<(), FolderError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // Somebody removed it while we looked.
        Err(err) if err.kind() == io::ErrorKind::NotFound && depth > 0 => return Ok(()),
        // `lost+found`, `System Volume Information`: not ours.
        Err(err) if err.kind() == io::ErrorKind::PermissionDenied && depth > 0 => {
            debug!(folder = %folder.display(), "left alone: {err}");
            return Ok(());
        }
        Err(err) => return Err(FolderError::of("list-folder", folder)(err)),
    };
    for entry in entries {
        let entry = entry.map_err(FolderError::of("list-folder", folder))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // `file_type` does not follow links.
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let is_own = is_inbox
            && depth == 0
            && [WORKING, DONE, REJECTED, HELD].contains(&name.to_lowercase().as_str());
        if is_passing(&name) || is_own {
            continue;
        }
        let path = entry.path();
        if kind.is_dir() && depth < MAX_DEPTH {
            collect(&path, depth + 1, visit, is_inbox)?;
        } else if kind.is_symlink() {
            visit(path, Kind::Link);
        } else if kind.is_file()
            && !is_picture(&path)
            && let Ok(metadata) = entry.metadata()
        {
            visit(path, Kind::File(metadata));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "inbox_tests.rs"]
mod tests;
