//! Files handed over on the page: looked ahead first, then applied or discarded.
//!
//! They lie outside the inbox until somebody says *apply*. A check works in a
//! private copy of what is known, so that the service never waits for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::dashboard::app::App;
use crate::folders::{FolderError, Inbox, Upload, Uploads, name_below};
use crate::journal::{Journal, JournalError, Run, RunFilter, RunId};
use crate::pipeline::{CarryError, Change, Event, Exchange, Look, look_ahead};
use crate::wording::{Message, Worded as _};

/// Changes that are kept to be shown; `obmen plan` prints all.
pub(super) const MAX_CHANGES: usize = 10_000;

/// Files in one group.
const MAX_FILES: usize = 500;

/// Groups that nobody has decided about; the oldest gives way.
const MAX_GROUPS: usize = 50;

/// A file that was handed over.
#[derive(Debug, Clone)]
pub(super) struct Handed {
    pub(super) name: String,
    pub(super) size: u64,
    hash: String,
    path: PathBuf,
    /// Its name in the inbox, once it lies there.
    placed: Option<String>,
}

/// What a check found of one file.
#[derive(Debug, Clone)]
pub(super) struct FileFound {
    pub(super) name: String,
    /// What it would do, or why it cannot be carried.
    pub(super) look: Result<Look, Message>,
}

/// What a check found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<FileFound>,
    /// File by its place in `files`, and a row that is not merely unchanged.
    pub(super) changes: Vec<(usize, Change)>,
    pub(super) n_changes: usize,
}

/// How far a group has come.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    Uploading,
    Checking,
    Checked(Arc<Found>),
    /// The check itself failed: the shop is away, or the journal.
    Failed(Message),
    /// On its way into the inbox.
    Applying,
    /// In the inbox: each file's name there, and the last run before.
    Applied {
        names: Vec<String>,
        after: RunId,
        found: Option<Arc<Found>>,
    },
}

impl Stage {
    fn is_at_work(&self) -> bool {
        match self {
            Self::Checking | Self::Applying => true,
            Self::Uploading | Self::Checked(_) | Self::Failed(_) | Self::Applied { .. } => false,
        }
    }
}

/// Files that were handed over together.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) id: u64,
    pub(super) exchange: String,
    pub(super) files: Vec<Handed>,
    pub(super) stage: Stage,
    /// Files that have begun to arrive: each has a place of its own.
    n_begun: usize,
    /// The held run whose file is looked into: it lies where it lies, and the run is decided about.
    pub(super) of_run: Option<RunId>,
}

pub(super) struct Checks {
    uploads: Uploads,
    groups: Mutex<Groups>,
    version: AtomicU64,
}

#[derive(Default)]
struct Groups {
    last: u64,
    by_id: BTreeMap<u64, Group>,
}

/// A file that is arriving.
pub(super) struct Arriving {
    group: u64,
    name: String,
    upload: Upload,
    hasher: blake3::Hasher,
    size: u64,
}

impl Arriving {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), FolderError> {
        self.hasher.update(bytes);
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.upload.write(bytes)
    }

    pub(super) fn give_up(self) {
        self.upload.give_up();
    }
}

impl Checks {
    pub(super) fn at(folder: &Path) -> Self {
        let uploads = Uploads::at(folder);
        uploads.clear();
        Self {
            uploads,
            groups: Mutex::default(),
            version: AtomicU64::default(),
        }
    }

    /// A new group without files.
    pub(super) fn begin(&self, exchange: &str) -> u64 {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.last += 1;
        let id = groups.last;
        let group = Group {
            id,
            exchange: exchange.to_owned(),
            files: Vec::new(),
            stage: Stage::Uploading,
            n_begun: 0,
            of_run: None,
        };
        groups.by_id.insert(id, group);
        while groups.by_id.len() > MAX_GROUPS {
            // What is being looked at or applied is still needed.
            let is_idle =
                |(other, group): &(&u64, &Group)| **other != id && !group.stage.is_at_work();
            let oldest = groups.by_id.iter().find(is_idle).map(|(other, _)| *other);
            let Some(oldest) = oldest else { break };
            groups.by_id.remove(&oldest);
            self.uploads.discard(oldest);
        }
        id
    }

    /// A group that looks into the file of a held run.
    pub(super) fn begin_held(&self, run: &Run, path: PathBuf) -> u64 {
        let id = self.begin(&run.exchange);
        let handed = Handed {
            name: run.file.clone(),
            size: path.metadata().map_or(0, |data| data.len()),
            hash: String::new(),
            path,
            placed: None,
        };
        self.change(id, |group| {
            group.of_run = Some(run.id);
            group.files.push(handed);
        });
        id
    }

    /// `None` for a name that an inbox does not take, or a group that takes no more.
    pub(super) fn begin_file(
        &self,
        group: u64,
        name: &str,
    ) -> Option<Result<Arriving, FolderError>> {
        let name = name_below(name)?;
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let known = groups.by_id.get_mut(&group)?;
        let takes_more = matches!(known.stage, Stage::Uploading) && known.n_begun < MAX_FILES;
        let n = known.n_begun;
        known.n_begun += usize::from(takes_more);
        drop(groups);
        let begun = takes_more.then(|| self.uploads.begin(group, n))?;
        Some(begun.map(|upload| Arriving {
            group,
            name,
            upload,
            hasher: blake3::Hasher::new(),
            size: 0,
        }))
    }

    /// The file is whole. False if its group is gone meanwhile, or goes on without it.
    pub(super) fn keep(&self, arriving: Arriving) -> Result<bool, FolderError> {
        let handed = Handed {
            name: arriving.name,
            size: arriving.size,
            hash: arriving.hasher.finalize().to_hex().to_string(),
            path: arriving.upload.finish()?,
            placed: None,
        };
        // What ends after the check has begun has not been looked at.
        let mut is_kept = false;
        self.change(arriving.group, |group| {
            is_kept = matches!(group.stage, Stage::Uploading);
            if is_kept {
                group.files.push(handed);
            }
        });
        Ok(is_kept)
    }

    pub(super) fn group(&self, id: u64) -> Option<Group> {
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.by_id.get(&id).cloned()
    }

    /// The latest first.
    pub(super) fn groups(&self) -> Vec<Group> {
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let known = groups.by_id.values().rev();
        known
            .filter(|group| !group.files.is_empty())
            .cloned()
            .collect()
    }

    fn change(&self, id: u64, change: impl FnOnce(&mut Group)) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = groups.by_id.get_mut(&id) {
            change(group);
            self.version.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Another number as soon as a group has come further.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    /// False if the group has come further already.
    pub(super) fn begin_check(&self, id: u64) -> bool {
        let mut may = false;
        self.change(id, |group| {
            may = matches!(group.stage, Stage::Uploading | Stage::Failed(_))
                && !group.files.is_empty();
            if may {
                group.stage = Stage::Checking;
            }
        });
        may
    }

    /// False if somebody applies it already.
    fn begin_apply(&self, id: u64) -> bool {
        let mut may = false;
        self.change(id, |group| {
            may = matches!(group.stage, Stage::Checked(_) | Stage::Failed(_));
            if may {
                group.stage = Stage::Applying;
            }
        });
        may
    }

    pub(super) fn discard(&self, id: u64) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.by_id.remove(&id);
        self.uploads.discard(id);
    }
}

/// Looks what the files would do. Takes as long as reading them twice.
pub(super) fn check(app: &App, id: u64) {
    let Some(group) = app.checks.group(id) else {
        return;
    };
    let stage = match look(app, &group) {
        Ok(found) => Stage::Checked(Arc::new(found)),
        Err(err) => Stage::Failed(err.message()),
    };
    app.checks.change(id, |group| {
        // Applied or discarded meanwhile: then nobody wants to know.
        if matches!(group.stage, Stage::Checking) {
            group.stage = stage;
        }
    });
}

fn look(app: &App, group: &Group) -> Result<Found, CarryError> {
    let settings = app.exchange(&group.exchange);
    let settings = settings.ok_or_else(|| CarryError::Settings(Message::plain(&group.exchange)))?;
    let exchange = Exchange::new(settings)?;
    let journal = Journal::scratch(&app.settings.journal)?;
    let paths: Vec<&Path> = group.files.iter().map(|file| file.path.as_path()).collect();
    let mut found = Found::default();
    let looks = look_ahead(&paths, &exchange, &journal, false, &mut |path, change| {
        if change.kind == crate::journal::OutcomeKind::Unchanged {
            return;
        }
        found.n_changes += 1;
        if found.changes.len() < MAX_CHANGES {
            let at = paths.iter().position(|known| *known == path);
            found.changes.push((at.unwrap_or_default(), change));
        }
    })?;
    let files = group.files.iter().zip(looks).map(|(file, look)| FileFound {
        name: file.name.clone(),
        look: look.map_err(|err| err.message()),
    });
    found.files = files.collect();
    Ok(found)
}

/// Puts the files into the inbox and wakes the service.
pub(super) fn apply(app: &App, id: u64) -> Result<(), CarryError> {
    // The file of a held run is in the inbox already; its run is what is decided about.
    let group = app.checks.group(id);
    let Some(group) = group.filter(|group| group.of_run.is_none()) else {
        return Ok(());
    };
    let found = match &group.stage {
        Stage::Checked(found) => Some(Arc::clone(found)),
        Stage::Failed(_) => None,
        Stage::Uploading | Stage::Checking | Stage::Applying | Stage::Applied { .. } => {
            return Ok(());
        }
    };
    let settings = app.exchange(&group.exchange);
    let settings = settings.ok_or_else(|| CarryError::Settings(Message::plain(&group.exchange)))?;
    let latest = app.read(|journal| journal.runs_page(&RunFilter::default(), 1))?;
    let after = latest.first().map_or(RunId(0), |run| run.id);
    let inbox = Inbox::open(&settings.inbox)?.with_marker(settings.marker.clone());
    // Who asks a second time meanwhile finds it begun.
    if !app.checks.begin_apply(id) {
        return Ok(());
    }
    let mut names = Vec::new();
    for (at, file) in group.files.iter().enumerate() {
        let name = match &file.placed {
            Some(name) => Ok(name.clone()),
            None => inbox.accept(&file.path, &file.name),
        };
        match name {
            Ok(name) => {
                app.checks.change(id, |group| {
                    if let Some(file) = group.files.get_mut(at) {
                        file.placed = Some(name.clone());
                    }
                });
                names.push(name);
            }
            Err(err) => {
                // Asked again, it goes on with this one.
                app.checks.change(id, |known| known.stage = group.stage);
                return Err(err.into());
            }
        }
    }
    app.checks.change(id, |group| {
        group.stage = Stage::Applied {
            names,
            after,
            found,
        };
    });
    app.checks.uploads.discard(id);
    app.waker.wake(Event::ScanInbox);
    Ok(())
}

/// The run that carries a file which was applied, once it has begun.
pub(super) fn run_of(
    journal: &Journal,
    group: &Group,
    file: &Handed,
    after: RunId,
) -> Result<Option<Run>, JournalError> {
    journal.run_of_content(&group.exchange, &file.hash, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arriving(checks: &Checks, group: u64) -> Arriving {
        let mut arriving = checks.begin_file(group, "a.csv").unwrap().unwrap();
        arriving.write(b"a;b\n").unwrap();
        arriving
    }

    #[test]
    fn what_is_being_looked_at_or_applied_is_not_thrown_out() {
        let folder = tempfile::tempdir().unwrap();
        let checks = Checks::at(&folder.path().join("uploads"));
        let ids: Vec<u64> = (0..3).map(|_| checks.begin("main")).collect();
        for id in &ids {
            assert!(checks.keep(arriving(&checks, *id)).unwrap());
        }
        assert!(checks.begin_check(ids[0]) && checks.begin_check(ids[1]));
        checks.change(ids[1], |group| group.stage = Stage::Applying);
        for _ in 0..MAX_GROUPS {
            checks.begin("main");
        }
        for id in &ids[..2] {
            let group = checks.group(*id).unwrap();
            assert!(group.files[0].path.is_file());
        }
        assert!(
            checks.group(ids[2]).is_none(),
            "idle, and the oldest of them"
        );
        // All at work: another one is taken all the same.
        for id in 0..=u64::try_from(MAX_GROUPS).unwrap() * 2 {
            checks.change(id, |group| group.stage = Stage::Applying);
        }
        let last = checks.begin("main");
        assert!(checks.group(last).is_some());
    }

    #[test]
    fn a_file_whose_group_is_gone_is_not_said_to_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        let checks = Checks::at(&folder.path().join("uploads"));
        let gone = checks.begin("main");
        let late = arriving(&checks, gone);
        checks.discard(gone);
        assert!(!matches!(checks.keep(late), Ok(true)));
        let busy = checks.begin("main");
        let (first, late) = (arriving(&checks, busy), arriving(&checks, busy));
        assert!(checks.keep(first).unwrap());
        assert!(checks.begin_check(busy));
        assert!(!checks.keep(late).unwrap());
    }
}
