//! Where files end up: carried, rejected, held, and taken up again.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::folders::FolderError;
use crate::folders::claimed::{ClaimedFile, slots};
use crate::folders::inbox::{Inbox, WORKING};
use crate::folders::moves::{
    free_name, has_same_content, move_file, remove_empty_parents, with_ending, with_run, write_from,
};

pub(super) const DONE: &str = "done";
pub(super) const REJECTED: &str = "rejected";
pub(super) const HELD: &str = "held";
/// What lies beside a finished file, by the ending behind its name.
const RECEIPTS: [&str; 2] = [".receipt.txt", ".receipt.csv"];

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

impl Inbox {
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

    /// Where the file of a held run lies, to be looked into. For `is_own` see
    /// [`take_up`](Self::take_up).
    pub fn held_file(
        &self,
        name: &str,
        run: i64,
        is_own: &dyn Fn(&Path) -> bool,
    ) -> Option<PathBuf> {
        self.find_finished(Path::new(name), run, &[HELD], is_own)
    }

    /// Moves a held file and its receipts to `rejected`.
    pub fn reject_held(
        &self,
        name: &str,
        run: i64,
        is_own: &dyn Fn(&Path) -> bool,
    ) -> Result<Option<PathBuf>, FolderError> {
        let relative = Path::new(name);
        let Some(path) = self.find_finished(relative, run, &[HELD], is_own) else {
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

    /// The numbered name is the run's own. Under the plain one may lie the file of another.
    /// `None` as well for a name that does not lie below the inbox.
    fn find_finished(
        &self,
        relative: &Path,
        run: i64,
        folders: &[&str],
        is_own: &dyn Fn(&Path) -> bool,
    ) -> Option<PathBuf> {
        let is_below = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !is_below {
            return None;
        }
        let plain: Vec<PathBuf> = folders
            .iter()
            .map(|folder| self.root.join(folder).join(relative))
            .collect();
        let numbered = plain.iter().map(|path| with_run(path, run));
        let mut numbered = numbered.filter(|path| path.is_file());
        let slots = slots(&self.root.join(WORKING)).into_iter();
        let in_slots = slots
            .filter(|_| folders.contains(&WORKING))
            .map(|(_, folder)| folder.join(relative));
        numbered.next().or_else(|| {
            let mut plain = plain.iter().cloned().chain(in_slots);
            plain.find(|path| path.is_file() && is_own(path))
        })
    }

    /// Takes a rejected or held file up again: back into `working`, under the name that
    /// its run knows. Its receipts go. `is_own` tells the run's file from one of the same
    /// name that is another's.
    pub fn take_up(
        &self,
        name: &str,
        run: i64,
        is_own: &dyn Fn(&Path) -> bool,
    ) -> Result<Option<PathBuf>, FolderError> {
        let relative = Path::new(name);
        let folders = [HELD, REJECTED, WORKING];
        let Some(path) = self.find_finished(relative, run, &folders, is_own) else {
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
