//! The inbox: what has arrived and is quiet, and what becomes of it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tracing::debug;

use crate::folders::FolderError;
use crate::folders::names::{is_passing, is_picture, natural_order};

const WORKING: &str = "working";
const DONE: &str = "done";
const REJECTED: &str = "rejected";
const HELD: &str = "held";
/// What lies beside a finished file, by the ending behind its name.
const RECEIPTS: [&str; 2] = [".receipt.txt", ".receipt.csv"];

/// 1C's folder trees are about five deep.
const MAX_DEPTH: usize = 10;

/// Attempts to rename a file that another program holds for a moment: an
/// antivirus scanner, the indexer, the program that wrote it.
const RENAME_ATTEMPTS: u32 = 5;

/// An inbox, and what was seen in it.
#[derive(Debug)]
pub struct Inbox {
    root: PathBuf,
    seen: HashMap<PathBuf, Seen>,
}

/// What a file looked like, and since when it has.
#[derive(Debug)]
struct Seen {
    size: u64,
    modified: Option<SystemTime>,
    since: Instant,
}

/// A file in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    pub path: PathBuf,
    /// How long it has looked the same to us. The file's own times are no
    /// measure: Explorer and copy tools keep those of the original.
    pub quiet_for: Duration,
}

/// A file that is ours: in `working`, where nobody else touches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedFile {
    path: PathBuf,
    /// Below the inbox, as it arrived: `webdata/import0_1.xml`.
    name: PathBuf,
}

/// Where a file goes when it has been dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Carried; to `done`.
    Archive,
    /// The file is at fault; to `rejected`.
    Reject,
    /// Waits for a person; to `held`.
    Hold,
    /// Stays in `working` and is tried again.
    Retry,
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

    pub fn open(&self) -> Result<File, FolderError> {
        File::open(&self.path).map_err(FolderError::of("open", &self.path))
    }
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
            seen: HashMap::new(),
        }
    }

    /// Makes the folders that are missing.
    pub fn make(&self) -> Result<(), FolderError> {
        for folder in ["", WORKING, DONE, REJECTED, HELD] {
            let path = self.root.join(folder);
            fs::create_dir_all(&path).map_err(FolderError::of("make the folder", &path))?;
        }
        Ok(())
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Looks at what lies in the inbox. Passing names, pictures, links and the
    /// inbox's own folders are left alone.
    pub fn scan(&mut self, now: Instant) -> Result<Vec<Sighting>, FolderError> {
        let mut found = Vec::new();
        collect(
            &self.root,
            0,
            &mut |path, metadata| found.push((path, metadata.len(), metadata.modified().ok())),
            true,
        )?;
        let mut before = std::mem::take(&mut self.seen);
        let mut sightings = Vec::with_capacity(found.len());
        for (path, size, modified) in found {
            let since = match before.remove(&path) {
                Some(seen) if seen.size == size && seen.modified == modified => seen.since,
                Some(_) | None => now,
            };
            sightings.push(Sighting {
                path: path.clone(),
                quiet_for: now.saturating_duration_since(since),
            });
            self.seen.insert(
                path,
                Seen {
                    size,
                    modified,
                    since,
                },
            );
        }
        sightings.sort_by(|left, right| natural_order(&left.path, &right.path));
        Ok(sightings)
    }

    /// Takes the file over by renaming it. Fails while another program holds it.
    pub fn claim(&mut self, path: &Path) -> Result<ClaimedFile, FolderError> {
        let name = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        let target = free_name(&self.root.join(WORKING).join(&name), None);
        move_file(path, &target)?;
        self.seen.remove(path);
        Ok(ClaimedFile { path: target, name })
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
        let temporary = path.with_file_name(format!(
            "{}.tmp",
            path.file_name().unwrap_or_default().to_string_lossy()
        ));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(FolderError::of("make the folder", parent))?;
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
        move_file(&temporary, &free_name(&path, None))
    }

    /// Files claimed earlier: by this process and not finished, or by one that died.
    pub fn claimed(&self) -> Result<Vec<ClaimedFile>, FolderError> {
        let working = self.root.join(WORKING);
        let mut files = Vec::new();
        collect(
            &working,
            0,
            &mut |path, _| {
                let name = path.strip_prefix(&working).unwrap_or(&path).to_owned();
                files.push(ClaimedFile { path, name });
            },
            false,
        )?;
        files.sort_by(|left, right| natural_order(&left.name, &right.name));
        Ok(files)
    }

    /// Moves the file to where it belongs, with its receipts beside it. `run`
    /// tells files of the same name apart. Returns the place.
    pub fn finish(
        &self,
        file: &ClaimedFile,
        fate: Fate,
        run: i64,
        receipts: &[(&str, &[u8])],
    ) -> Result<PathBuf, FolderError> {
        let folder = match fate {
            Fate::Archive => DONE,
            Fate::Reject => REJECTED,
            Fate::Hold => HELD,
            Fate::Retry => return Ok(file.path.clone()),
        };
        let target = free_name(&self.root.join(folder).join(&file.name), Some(run));
        // Receipts first: a file in `done` always has one.
        for (ending, content) in receipts {
            write_whole(&with_ending(&target, ending), content)?;
        }
        move_file(&file.path, &target)?;
        remove_empty_parents(&file.path, &self.root.join(WORKING));
        Ok(target)
    }

    /// Moves a held file and its receipts to `rejected`.
    pub fn reject_held(&self, name: &str, run: i64) -> Result<Option<PathBuf>, FolderError> {
        let relative = Path::new(name);
        let Some(path) = self.find_finished(relative, run, &[HELD]) else {
            return Ok(None);
        };
        let target = free_name(&self.root.join(REJECTED).join(relative), Some(run));
        for ending in RECEIPTS {
            let (from, to) = (with_ending(&path, ending), with_ending(&target, ending));
            if from.exists() {
                move_file(&from, &to)?;
            }
        }
        move_file(&path, &target)?;
        Ok(Some(target))
    }

    /// The numbered name is the run's own, where a file of this name lay there already.
    fn find_finished(&self, relative: &Path, run: i64, folders: &[&str]) -> Option<PathBuf> {
        let plain: Vec<PathBuf> = folders
            .iter()
            .map(|folder| self.root.join(folder).join(relative))
            .collect();
        let numbered = plain.iter().map(|path| with_run(path, run));
        numbered
            .chain(plain.iter().cloned())
            .find(|path| path.is_file())
    }

    /// Puts a rejected or held file back into the inbox. Its receipts go.
    /// `None` as well for a name that does not lie below the inbox.
    pub fn return_to_inbox(&self, name: &str, run: i64) -> Result<Option<PathBuf>, FolderError> {
        let relative = Path::new(name);
        let is_below = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let found = is_below.then(|| self.find_finished(relative, run, &[HELD, REJECTED, WORKING]));
        let Some(path) = found.flatten() else {
            return Ok(None);
        };
        let target = free_name(&self.root.join(relative), None);
        move_file(&path, &target)?;
        for ending in RECEIPTS {
            // A receipt that is gone already is what was wanted.
            drop(fs::remove_file(with_ending(&path, ending)));
        }
        Ok(Some(target))
    }
}

/// Calls `visit` for every file below `folder` that may concern us.
fn collect(
    folder: &Path,
    depth: usize,
    visit: &mut impl FnMut(PathBuf, fs::Metadata),
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
        Err(err) => return Err(FolderError::of("list the folder", folder)(err)),
    };
    for entry in entries {
        let entry = entry.map_err(FolderError::of("list the folder", folder))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // `file_type` does not follow links, so a link is neither and is left alone.
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
        } else if kind.is_file()
            && !is_picture(&path)
            && let Ok(metadata) = entry.metadata()
        {
            visit(path, metadata);
        }
    }
    Ok(())
}

/// `path`, or with the run's number (or the next free one) before the ending.
fn free_name(path: &Path, run: Option<i64>) -> PathBuf {
    if !path.exists() {
        return path.to_owned();
    }
    let tagged = run.map_or_else(|| path.to_owned(), |run| with_run(path, run));
    let numbered = (2..i64::MAX).map(|n| with_run(&tagged, n));
    std::iter::once(tagged.clone())
        .chain(numbered)
        .find(|candidate| !candidate.exists())
        .unwrap_or(tagged)
}

/// `prices.csv.receipt.txt`. A name that would be too long for the file system
/// loses its end.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    const MAX_BYTES: usize = 255;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let room = MAX_BYTES.saturating_sub(ending.len());
    let end = name
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take_while(|end| *end <= room)
        .last();
    let kept = name.get(..end.unwrap_or_default()).unwrap_or_default();
    path.with_file_name(format!("{kept}{ending}"))
}

/// `prices.17.csv`.
fn with_run(path: &Path, run: i64) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path
        .extension()
        .map(|ending| format!(".{}", ending.to_string_lossy()));
    path.with_file_name(format!("{stem}.{run}{}", ending.unwrap_or_default()))
}

/// Renames; never over an existing file, because `to` is a free name.
fn move_file(from: &Path, to: &Path) -> Result<(), FolderError> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(FolderError::of("make the folder", parent))?;
    }
    let mut pause = Duration::from_millis(20);
    for _ in 1..RENAME_ATTEMPTS {
        match fs::rename(from, to) {
            Ok(()) => return Ok(()),
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::of("move", from)(err));
            }
            Err(_) => std::thread::sleep(pause),
        }
        pause *= 2;
    }
    fs::rename(from, to).map_err(FolderError::of("move", from))
}

pub(super) fn write_whole(path: &Path, content: &[u8]) -> Result<(), FolderError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(FolderError::of("make the folder", parent))?;
    }
    let mut file = File::create(path).map_err(FolderError::of("write", path))?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(FolderError::of("write", path))
}

/// The folders that a claimed file brought along.
fn remove_empty_parents(path: &Path, stop: &Path) {
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| folder.starts_with(stop) && *folder != stop) {
        if fs::remove_dir(empty).is_err() {
            return;
        }
        folder = empty.parent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, text: &str) {
        write_whole(path, text.as_bytes()).unwrap();
    }

    #[test]
    fn a_file_that_grows_is_not_quiet() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        let path = folder.path().join("webdata").join("import.xml");
        put(&path, "a");
        let start = Instant::now();
        let quiet = |inbox: &mut Inbox, after| {
            inbox.scan(start + Duration::from_secs(after)).unwrap()[0]
                .quiet_for
                .as_secs()
        };
        assert_eq!(quiet(&mut inbox, 0), 0);
        assert_eq!(quiet(&mut inbox, 3), 3);
        put(&path, "ab");
        assert_eq!(quiet(&mut inbox, 5), 0);
        assert_eq!(quiet(&mut inbox, 9), 4);
    }

    #[test]
    fn a_claimed_file_ends_beside_its_receipt_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        for (run, text) in [(1, "first"), (2, "second")] {
            put(&folder.path().join("webdata/a.xml"), text);
            let claimed = inbox.claim(&folder.path().join("webdata/a.xml")).unwrap();
            assert_eq!(claimed.name(), "webdata/a.xml");
            assert_eq!(inbox.claimed().unwrap(), std::slice::from_ref(&claimed));
            inbox
                .finish(&claimed, Fate::Archive, run, &[(".receipt.txt", b"ok")])
                .unwrap();
        }
        let read =
            |name: &str| fs::read_to_string(folder.path().join("done/webdata").join(name)).unwrap();
        assert_eq!(
            (read("a.xml").as_str(), read("a.2.xml").as_str()),
            ("first", "second")
        );
        assert_eq!(read("a.2.xml.receipt.txt"), "ok");
        assert!(inbox.claimed().unwrap().is_empty());
        assert!(!folder.path().join("working/webdata").exists());
        assert!(inbox.scan(Instant::now()).unwrap().is_empty());
    }

    #[test]
    fn pictures_and_passing_names_stay_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        for name in [
            "import_files/ab/x.jpg",
            "a.xml.part",
            ".hidden",
            "done/old.xml",
        ] {
            put(&folder.path().join(name), "x");
        }
        assert_eq!(inbox.scan(Instant::now()).unwrap(), []);
    }
}
