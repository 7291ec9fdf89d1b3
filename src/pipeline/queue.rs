//! The queue of claimed files in one pass: which comes first, which must wait, behind what and until when.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use chrono::{NaiveDateTime, TimeDelta};

use crate::folders::ClaimedFile;
use crate::formats::{self, CsvOptions, Stage};
use crate::pipeline::post::FileReport;
use crate::pipeline::turn::retry_time;
use crate::pipeline::{CarryError, clock};
use crate::plan::Function;

/// So often a file that fails holds up those that came after it. What an older file
/// says cannot take back what a newer one has said, so the order is not all.
pub(super) const ATTEMPTS_IN_LINE: u32 = 3;

/// For a file that cannot even be opened just now.
const MOMENT: TimeDelta = TimeDelta::seconds(30);

/// Files about the same things are carried in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    Goods,
    Orders,
}

impl Lane {
    pub(super) fn about(function: Function) -> Self {
        match function {
            Function::UpdateOrder => Self::Orders,
            Function::UpsertCategories
            | Function::AddProducts
            | Function::UpdateProducts
            | Function::UpdateNames
            | Function::UpdatePrice
            | Function::UpdateGroupPrices
            | Function::UpdateQuantity
            | Function::UpdateVariants => Self::Goods,
        }
    }

    pub(super) fn of(stage: Option<Stage>) -> Self {
        match stage {
            Some(Stage::Documents) => Self::Orders,
            Some(
                Stage::Reference
                | Stage::Goods
                | Stage::Offers
                | Stage::Prices
                | Stage::Rests
                | Stage::Unknown,
            )
            | None => Self::Goods,
        }
    }
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Queue {
    /// Until when newer files about the same things queue behind an older one.
    blocked: HashMap<Lane, NaiveDateTime>,
    not_before: HashMap<PathBuf, NaiveDateTime>,
    /// Files that wait for another one, and when to look whether it has come some other way.
    unexplained: Vec<(PathBuf, NaiveDateTime)>,
    has_carried: bool,
}

impl Queue {
    /// `not_before` is what an earlier pass has put off.
    pub(super) fn new(not_before: HashMap<PathBuf, NaiveDateTime>) -> Self {
        Self {
            blocked: HashMap::new(),
            not_before,
            unexplained: Vec::new(),
            has_carried: false,
        }
    }

    pub(super) fn block(&mut self, lane: Lane, until: NaiveDateTime) {
        self.blocked.insert(lane, until);
    }

    pub(super) fn blocked_until(&self, lane: Lane) -> Option<NaiveDateTime> {
        self.blocked.get(&lane).copied()
    }

    pub(super) fn put_off(&mut self, file: &ClaimedFile, until: NaiveDateTime) {
        self.not_before.insert(file.path().to_owned(), until);
    }

    /// What came of a file's turn decides who waits behind it.
    pub(super) fn note(&mut self, lane: Lane, file: &ClaimedFile, carried: &FileReport) {
        let now = clock::now();
        self.not_before.remove(file.path());
        let retry_at = carried.run.as_ref().and_then(|run| run.retry_at);
        let in_line = match &carried.run {
            Some(run) => retry_at.filter(|_| run.attempts <= ATTEMPTS_IN_LINE),
            None => now.checked_add_signed(MOMENT),
        };
        if let Some(due) = in_line {
            self.block(lane, due);
        }
        if let Some(due) = retry_at {
            self.put_off(file, due);
        }
        if let (Some(CarryError::Unexplained { .. }), Some(run)) = (&carried.error, &carried.run) {
            let due = retry_time(run, now);
            self.unexplained
                .extend(due.map(|due| (file.path().to_owned(), due)));
        }
        self.has_carried |= carried.error.is_none();
    }

    /// When each file that waits may be tried again.
    pub(super) fn close(mut self) -> HashMap<PathBuf, NaiveDateTime> {
        // What was carried may have explained them; else they need not be read at every scan.
        if !self.has_carried {
            self.not_before.extend(self.unexplained);
        }
        // Somebody may have taken a file away.
        self.not_before.retain(|path, _| path.exists());
        self.not_before
    }
}

/// Files that were tried before first. Then classifier before goods, goods before
/// statuses, statuses before stock (a new status moves stock by itself); within
/// that lists as they came, and the rest by portion number.
pub(super) fn in_order(
    files: Vec<ClaimedFile>,
    waiting: &HashSet<String>,
    csv: &CsvOptions,
) -> Vec<(Option<Stage>, ClaimedFile)> {
    let stage = |file: &ClaimedFile| Some(formats::stage_of(file.open().ok()?, csv));
    let mut staged: Vec<_> = files.into_iter().map(|file| (stage(&file), file)).collect();
    // Stable: `claimed` gives them in the order of their names.
    staged.sort_by_cached_key(|(stage, file)| {
        let came_at = file.is_list().then(|| file.came_at()).flatten();
        (!waiting.contains(&file.name()), *stage, came_at)
    });
    staged
}
