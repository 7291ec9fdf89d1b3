//! The inbox: what has arrived and is quiet, and what becomes of it.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tracing::{debug, warn};

use crate::folders::FolderError;
use crate::folders::marker::{Found, Marker, own_marker};
use crate::folders::moves::{
    file_name, free_name, has_same_content, move_file, remove_empty_parents, with_ending, with_run,
    write_from, write_whole,
};
use crate::folders::names::{is_passing, is_picture, natural_order};

pub(super) const WORKING: &str = "working";
const DONE: &str = "done";
const REJECTED: &str = "rejected";
const HELD: &str = "held";
/// What lies beside a finished file, by the ending behind its name.
const RECEIPTS: [&str; 2] = [".receipt.txt", ".receipt.csv"];

/// 1C's folder trees are about five deep.
const MAX_DEPTH: usize = 10;

/// An inbox, and what was seen in it.
#[derive(Debug)]
pub struct Inbox {
    root: PathBuf,
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

    /// Below `working` as below the inbox. Where a file of that name is still there,
    /// in a folder `(2)`, `(3)` … of `working`: its name is then its own even after a
    /// crash, and the later one comes later.
    fn place_to_work(&self, name: &Path) -> PathBuf {
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
            fs::copy(file, &temporary).map_err(FolderError::of("write", &temporary))?;
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

    /// Moves the file to where it belongs, with its receipts beside it. `run`
    /// tells files of the same name apart. Returns the place.
    pub fn finish(
        &self,
        file: &ClaimedFile,
        fate: Fate,
        run: i64,
        receipts: &mut [(&str, &mut dyn Read)],
    ) -> Result<PathBuf, FolderError> {
        let folder = match fate {
            Fate::Archive => DONE,
            Fate::Reject => REJECTED,
            Fate::Hold => HELD,
            Fate::Retry => return Ok(file.path.clone()),
        };
        let place = self.root.join(folder).join(&file.name);
        let target = match fate {
            // The same content that waits there already: one decision is for both.
            Fate::Hold => [place.clone(), with_run(&place, run)]
                .into_iter()
                .find(|held| has_same_content(held, &file.path))
                .unwrap_or_else(|| free_name(&place, Some(run))),
            Fate::Archive | Fate::Reject | Fate::Retry => free_name(&place, Some(run)),
        };
        // Receipts first: a file in `done` always has one.
        for (ending, content) in receipts {
            write_from(&with_ending(&target, ending), content)?;
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
        let slots = slots(&self.root.join(WORKING)).into_iter();
        let in_slots = slots
            .filter(|_| folders.contains(&WORKING))
            .map(|(_, folder)| folder.join(relative));
        numbered
            .chain(plain.iter().cloned())
            .chain(in_slots)
            .find(|path| path.is_file())
    }

    /// Takes a rejected or held file up again: back into `working`, under the name that
    /// its run knows. Its receipts go. `None` as well for a name that does not lie below
    /// the inbox.
    pub fn take_up(&self, name: &str, run: i64) -> Result<Option<PathBuf>, FolderError> {
        let relative = Path::new(name);
        let is_below = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let found = is_below.then(|| self.find_finished(relative, run, &[HELD, REJECTED, WORKING]));
        let Some(path) = found.flatten() else {
            return Ok(None);
        };
        // Of one that is there already, too: at its old place the service leaves it in
        // peace until its time comes.
        let target = self.place_to_work(relative);
        move_file(&path, &target)?;
        for ending in RECEIPTS {
            // A receipt that is gone already is what was wanted.
            drop(fs::remove_file(with_ending(&path, ending)));
        }
        Ok(Some(target))
    }
}

/// Files that wait beside another of their name, by the folders' numbers.
fn slots(working: &Path) -> Vec<(u32, PathBuf)> {
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
enum Kind {
    File(fs::Metadata),
    Link,
}

/// Calls `visit` for every file below `folder` that may concern us.
fn collect(
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
                .finish(
                    &claimed,
                    Fate::Archive,
                    run,
                    &mut [(".receipt.txt", &mut "ok".as_bytes())],
                )
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
    fn files_of_one_name_keep_it_and_their_order_over_a_crash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("webdata/a.csv");
        let mut inbox = Inbox::open(folder.path()).unwrap();
        for text in ["1", "2", "3"] {
            put(&path, text);
            assert_eq!(inbox.claim(&path).unwrap().name(), "webdata/a.csv");
        }
        // Another process finds them.
        let mut inbox = Inbox::open(folder.path()).unwrap();
        let texts = |inbox: &Inbox| -> Vec<(String, String)> {
            let read = |file: &ClaimedFile| fs::read_to_string(file.path()).unwrap();
            let claimed = inbox.claimed().unwrap();
            claimed
                .iter()
                .map(|file| (file.name(), read(file)))
                .collect()
        };
        let named = |text: &str| ("webdata/a.csv".to_owned(), text.to_owned());
        assert_eq!(texts(&inbox), ["1", "2", "3"].map(named));
        // The first is done; one that comes now comes last all the same.
        let first = inbox.claimed().unwrap().remove(0);
        inbox.finish(&first, Fate::Archive, 7, &mut []).unwrap();
        put(&path, "4");
        inbox.claim(&path).unwrap();
        assert_eq!(texts(&inbox), ["2", "3", "4"].map(named));
        for (file, run) in inbox.claimed().unwrap().iter().zip(8..) {
            inbox.finish(file, Fate::Archive, run, &mut []).unwrap();
        }
        let done = |name: &str| fs::read_to_string(folder.path().join("done/webdata").join(name));
        assert_eq!(done("a.csv").unwrap(), "1");
        assert_eq!(done("a.10.csv").unwrap(), "4");
        assert!(inbox.claimed().unwrap().is_empty());
        // A folder of 1C's own that is called so is no such folder.
        put(&folder.path().join("(2)/b.csv"), "5");
        let claimed = inbox.claim(&folder.path().join("(2)/b.csv")).unwrap();
        assert_eq!(inbox.claimed().unwrap(), [claimed]);
        assert_eq!(inbox.claimed().unwrap()[0].name(), "(2)/b.csv");
    }

    #[test]
    fn a_name_as_long_as_can_be_is_put_away_twice() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        let name = format!("{}.csv", "ж".repeat(125));
        for run in [10, 11, 12] {
            put(&folder.path().join(&name), "x");
            let claimed = inbox.claim(&folder.path().join(&name)).unwrap();
            inbox.finish(&claimed, Fate::Archive, run, &mut []).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path().join("done")).unwrap().count(), 3);
    }

    fn marked(inbox: &mut Inbox) -> Vec<String> {
        let sightings = inbox.scan(Instant::now()).unwrap();
        sightings
            .iter()
            .filter(|sighting| sighting.is_marked)
            .map(|sighting| file_name(&sighting.path))
            .collect()
    }

    #[test]
    fn a_file_counts_when_its_marker_is_there_and_takes_it_along() {
        for (pattern, marker) in [("{name}.done", "a.csv.done"), ("{stem}.OK", "a.OK")] {
            let folder = tempfile::tempdir().unwrap();
            let mut inbox = Inbox::open(folder.path())
                .unwrap()
                .with_marker(Marker::parse(pattern));
            let path = folder.path().join("x/a.csv");
            put(&path, "1");
            put(&folder.path().join("x/b.csv"), "1");
            assert_eq!(inbox.scan(Instant::now()).unwrap().len(), 2);
            assert!(marked(&mut inbox).is_empty());
            put(&folder.path().join("x").join(marker), "");
            assert_eq!(marked(&mut inbox), ["a.csv"]);
            inbox.claim(&path).unwrap();
            assert!(!folder.path().join("x").join(marker).exists());
            put(&path, "2");
            assert!(marked(&mut inbox).is_empty(), "the next needs its own");
        }
    }

    #[test]
    fn the_last_file_of_a_folder_takes_its_marker_along() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path())
            .unwrap()
            .with_marker(Marker::parse("ready"));
        let at = |name: &str| folder.path().join(name);
        put(&at("x/a.csv"), "1");
        put(&at("x/deep/b.csv"), "1");
        put(&at("c.csv"), "1");
        assert!(marked(&mut inbox).is_empty());
        put(&at("x/ready"), "");
        assert_eq!(marked(&mut inbox), ["a.csv", "b.csv"]);
        inbox.claim(&at("x/a.csv")).unwrap();
        assert!(at("x/ready").exists());
        inbox.claim(&at("x/deep/b.csv")).unwrap();
        assert!(!at("x/ready").exists());
        assert!(marked(&mut inbox).is_empty());
    }

    /// Whoever writes markers has none for what obmen itself puts there.
    #[test]
    fn a_file_of_our_own_needs_no_marker() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path())
            .unwrap()
            .with_marker(Marker::parse("{name}.done"));
        inbox.put("own.csv", b"2").unwrap();
        assert_eq!(marked(&mut inbox), ["own.csv"]);
        let path = folder.path().join("own.csv");
        inbox.claim(&path).unwrap();
        assert!(!own_marker(&path).exists());
    }

    #[test]
    fn a_file_taken_up_again_goes_on_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Inbox::open(folder.path()).unwrap();
        put(&folder.path().join("held/a.csv"), "1");
        put(&folder.path().join("a.csv"), "a newer one");
        inbox.take_up("a.csv", 1).unwrap().unwrap();
        let claimed = inbox.claimed().unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].name(), "a.csv");
        assert!(folder.path().join("a.csv").exists());
    }

    /// As one that Excel holds open on Windows; here its place is taken instead.
    #[test]
    fn a_file_that_cannot_be_taken_is_told_once_until_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        let path = folder.path().join("x/a.csv");
        put(&path, "1");
        put(&folder.path().join("working/x"), "in the way");
        let told: Vec<bool> = (0..3)
            .map(|_| {
                inbox.scan(Instant::now()).unwrap();
                inbox.claim(&path).unwrap_err();
                inbox.is_first_refusal(&path)
            })
            .collect();
        assert_eq!(told, [true, false, false]);
        fs::remove_file(folder.path().join("working/x")).unwrap();
        inbox.scan(Instant::now()).unwrap();
        assert_eq!(inbox.claim(&path).unwrap().name(), "x/a.csv");
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
