//! Runs: one carrying of one file, and what became of its rows.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, params};

use crate::journal::open::{parse_stamp, stamp};
use crate::journal::{Journal, JournalError};
use crate::wording::Message;

/// Number of a run, as the operator sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Declares an enum that is kept in the journal by name.
macro_rules! kept_by_name {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $($(#[$variant_doc])* $variant,)* }

        impl $type {
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            pub(in crate::journal) fn by_name(name: &str) -> Result<Self, JournalError> {
                match name {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(JournalError::Content { value: name.to_owned(), expected: stringify!($type) }),
                }
            }
        }
    };
}
pub(super) use kept_by_name;

kept_by_name! {
    /// How far a run has come.
    RunState {
        /// Being carried, or interrupted while it was.
        Open = "open",
        Done = "done",
        /// The file itself was at fault.
        Rejected = "rejected",
        /// Waits for a person.
        Held = "held",
        /// Will be tried again.
        Retry = "retry",
    }
}

kept_by_name! {
    /// What became of one statement of one row.
    OutcomeKind {
        Applied = "applied",
        Unchanged = "unchanged",
        /// The shop does not have it.
        Unknown = "unknown",
        Rejected = "rejected",
        /// Waits until the article for 1C's id is known.
        Pending = "pending",
        /// A later row of the file said otherwise.
        Superseded = "superseded",
        /// A newer file has spoken of it already.
        Outdated = "outdated",
        /// Nothing lost, but worth a word.
        Note = "note",
    }
}

impl OutcomeKind {
    /// A person should look at this row.
    pub fn needs_attention(self) -> bool {
        match self {
            Self::Unknown | Self::Rejected | Self::Pending | Self::Outdated => true,
            Self::Applied | Self::Unchanged | Self::Superseded | Self::Note => false,
        }
    }
}

/// What identifies a file's content; a run is known by it and by the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    pub hash: String,
    pub size: u64,
}

/// What of a run a person takes the responsibility for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Approval {
    #[default]
    None,
    /// That the shop has far fewer articles than it had. What the file does is judged yet.
    Articles,
    /// All that the guard rails forbid.
    All,
}

impl Approval {
    /// 1 was all that there was once.
    fn stored(self) -> u8 {
        match self {
            Self::None => 0,
            Self::All => 1,
            Self::Articles => 2,
        }
    }

    fn restored(stored: u8) -> Self {
        match stored {
            0 => Self::None,
            2 => Self::Articles,
            _ => Self::All,
        }
    }
}

/// One carrying of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    pub exchange: String,
    pub file: String,
    pub state: RunState,
    pub note: Option<Message>,
    pub attempts: u32,
    pub retry_at: Option<NaiveDateTime>,
    pub approval: Approval,
    /// Of an archive: its parts are on their own way.
    pub is_unpacked: bool,
    pub started_at: String,
    pub finished_at: Option<String>,
}

impl Run {
    /// How long ago it began.
    pub fn age(&self, now: NaiveDateTime) -> Duration {
        parse_stamp(&self.started_at)
            .and_then(|begun| now.signed_duration_since(begun).to_std().ok())
            .unwrap_or_default()
    }
}

/// What became of one statement of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub line: u64,
    pub key: String,
    /// The name of a [`Field`](crate::plan::Field), or empty for a whole row.
    pub field: String,
    pub kind: OutcomeKind,
    pub detail: Option<Message>,
}

/// Number of outcomes by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(Vec<(OutcomeKind, u64)>);

impl Tally {
    pub fn n(&self, kind: OutcomeKind) -> u64 {
        self.0
            .iter()
            .find(|(known, _)| *known == kind)
            .map_or(0, |(_, n)| *n)
    }

    pub fn add(&mut self, kind: OutcomeKind, n: u64) {
        match self.0.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, sum)) => *sum += n,
            None => self.0.push((kind, n)),
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (kind, n) in &other.0 {
            self.add(*kind, *n);
        }
    }

    pub fn needs_attention(&self) -> bool {
        self.0
            .iter()
            .any(|(kind, n)| *n > 0 && kind.needs_attention())
    }

    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, n)| n).sum()
    }
}

impl Journal {
    /// Begins a run, or goes on with the one that the same content was interrupted in.
    ///
    /// Going on means from the file's beginning: what was confirmed is unchanged
    /// by then, so only the rest is sent. Rows noted before are noted anew.
    pub fn begin(
        &self,
        exchange: &str,
        file: &str,
        fingerprint: &Fingerprint,
        now: NaiveDateTime,
    ) -> Result<Run, JournalError> {
        self.atomically(|| {
            let interrupted: Option<i64> = self
                .connection
                .prepare_cached(
                    "SELECT id FROM run WHERE exchange = ?1 AND hash = ?2 AND state IN ('open', 'retry', 'held')
                     AND file = ?3 ORDER BY id DESC LIMIT 1",
                )?
                .query_row(params![exchange, fingerprint.hash, file], |row| row.get(0))
                .optional()?;
            let id = if let Some(id) = interrupted {
                self.connection.execute("DELETE FROM outcome WHERE run = ?1", [id])?;
                self.connection.execute(
                    "UPDATE run SET state = 'open', note = NULL, retry_at = NULL, finished_at = NULL,
                     attempts = attempts + 1 WHERE id = ?1",
                    [id],
                )?;
                id
            } else {
                self.connection.execute(
                    "INSERT INTO run (exchange, file, hash, size, state, started_at) VALUES (?1, ?2, ?3, ?4, 'open', ?5)",
                    params![exchange, file, fingerprint.hash, i64::try_from(fingerprint.size).unwrap_or(i64::MAX), stamp(now)],
                )?;
                self.connection.last_insert_rowid()
            };
            self.run(RunId(id))?.ok_or_else(|| JournalError::Content { value: id.to_string(), expected: "Run" })
        })
    }

    pub fn finish(
        &self,
        run: RunId,
        state: RunState,
        note: Option<&Message>,
        retry_at: Option<NaiveDateTime>,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            self.connection
                .prepare_cached("UPDATE run SET state = ?2, note = ?3, retry_at = ?4, finished_at = ?5 WHERE id = ?1")?
                .execute(params![run.0, state.name(), note, retry_at.map(stamp), stamp(now)])?;
            if state == RunState::Rejected {
                self.take_back_identities(run)?;
            }
            self.count_outcomes(run)
        })
    }

    /// Counted once: rows that changed nothing are forgotten before their run is.
    pub(super) fn count_outcomes(&self, run: RunId) -> Result<(), JournalError> {
        self.connection
            .prepare_cached("DELETE FROM run_tally WHERE run = ?1")?
            .execute([run.0])?;
        self.connection
            .prepare_cached(
                "INSERT INTO run_tally SELECT run, outcome, count(*) FROM outcome WHERE run = ?1 GROUP BY outcome",
            )?
            .execute([run.0])?;
        Ok(())
    }

    pub fn approve(&self, run: RunId, approval: Approval) -> Result<(), JournalError> {
        self.connection.execute(
            "UPDATE run SET is_approved = ?2 WHERE id = ?1",
            params![run.0, approval.stored()],
        )?;
        Ok(())
    }

    /// The file is carried at the next occasion, not when its time would come.
    pub fn forget_retry(&self, run: RunId) -> Result<(), JournalError> {
        self.connection.execute(
            "UPDATE run SET retry_at = started_at WHERE id = ?1 AND retry_at IS NOT NULL",
            [run.0],
        )?;
        Ok(())
    }

    /// A person lets a held or rejected file go on: its run does, and keeps its age.
    pub fn take_up(&self, run: RunId) -> Result<(), JournalError> {
        self.connection.execute(
            "UPDATE run SET state = 'retry', retry_at = started_at, finished_at = NULL WHERE id = ?1",
            [run.0],
        )?;
        Ok(())
    }

    pub fn run(&self, id: RunId) -> Result<Option<Run>, JournalError> {
        Ok(self.runs_where("id = ?1", params![id.0])?.pop())
    }

    /// Latest first.
    pub fn runs(&self, exchange: Option<&str>, limit: u32) -> Result<Vec<Run>, JournalError> {
        self.runs_where(
            "(?1 IS NULL OR exchange = ?1) ORDER BY id DESC LIMIT ?2",
            params![exchange, limit],
        )
    }

    pub fn note_unpacked(&self, run: RunId) -> Result<(), JournalError> {
        self.connection
            .execute("UPDATE run SET is_unpacked = 1 WHERE id = ?1", [run.0])?;
        Ok(())
    }

    pub fn note_zeroed(&self, run: RunId, n_products: u64) -> Result<(), JournalError> {
        self.connection
            .prepare_cached("UPDATE run SET n_zeroed = ?2 WHERE id = ?1")?
            .execute(params![
                run.0,
                i64::try_from(n_products).unwrap_or(i64::MAX)
            ])?;
        Ok(())
    }

    /// How many products other runs have sold out since then, without a person's approval.
    pub fn n_zeroed_since(
        &self,
        exchange: &str,
        run: Option<RunId>,
        since: NaiveDateTime,
    ) -> Result<u64, JournalError> {
        let n: i64 = self
            .connection
            .prepare_cached(
                "SELECT coalesce(sum(n_zeroed), 0) FROM run WHERE exchange = ?1 AND id IS NOT ?2 AND is_approved <> 1
                 AND n_zeroed > 0 AND state IN ('done', 'retry', 'open') AND started_at >= ?3",
            )?
            .query_row(params![exchange, run.map(|run| run.0), stamp(since)], |row| row.get(0))?;
        Ok(u64::try_from(n).unwrap_or_default())
    }

    /// Whether a file of the exchange waits, for its time or for a person.
    pub fn has_waiting_runs(&self, exchange: &str) -> Result<bool, JournalError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM run WHERE exchange = ?1 AND state IN ('retry', 'held'))",
            )?
            .query_row([exchange], |row| row.get(0))?)
    }

    /// Files of an exchange that wait for their time to be tried again.
    pub fn waiting_files(&self, exchange: &str) -> Result<HashSet<String>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT file FROM run WHERE exchange = ?1 AND state = 'retry' AND retry_at IS NOT NULL",
        )?;
        let files = statement.query_map([exchange], |row| row.get(0))?;
        Ok(files.collect::<Result<_, _>>()?)
    }

    /// Of a file that waits to be tried again: when, and after how many attempts.
    pub fn retry_time(
        &self,
        exchange: &str,
        file: &str,
        hash: &str,
    ) -> Result<Option<(NaiveDateTime, u32)>, JournalError> {
        let found: Option<(Option<String>, u32)> = self
            .connection
            .prepare_cached(
                "SELECT retry_at, attempts FROM run WHERE exchange = ?1 AND hash = ?2 AND file = ?3 AND state = 'retry' ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![exchange, hash, file], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let time = |stamp: Option<String>| parse_stamp(&stamp?);
        Ok(found.and_then(|(stamp, attempts)| Some((time(stamp)?, attempts))))
    }

    pub(super) fn runs_where(
        &self,
        condition: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<Run>, JournalError> {
        let sql = format!(
            "SELECT id, exchange, file, state, note, attempts, retry_at, started_at, finished_at, is_approved, is_unpacked FROM run WHERE {condition}"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(values)?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            runs.push(Run {
                id: RunId(row.get(0)?),
                exchange: row.get(1)?,
                file: row.get(2)?,
                state: RunState::by_name(&row.get::<_, String>(3)?)?,
                note: row.get(4)?,
                attempts: row.get(5)?,
                retry_at: row
                    .get::<_, Option<String>>(6)?
                    .as_deref()
                    .and_then(parse_stamp),
                approval: Approval::restored(row.get(9)?),
                is_unpacked: row.get(10)?,
                started_at: row.get(7)?,
                finished_at: row.get(8)?,
            });
        }
        Ok(runs)
    }

    pub fn note_outcomes(&self, run: RunId, outcomes: &[Outcome]) -> Result<(), JournalError> {
        self.atomically(|| {
            let mut seq: i64 = self
                .connection
                .prepare_cached("SELECT coalesce(max(seq), 0) FROM outcome WHERE run = ?1")?
                .query_row([run.0], |row| row.get(0))?;
            let mut insert = self.connection.prepare_cached(
                "INSERT INTO outcome (run, seq, line, key, field, outcome, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for outcome in outcomes {
                seq += 1;
                let line = i64::try_from(outcome.line).unwrap_or(i64::MAX);
                insert.execute(params![run.0, seq, line, outcome.key, outcome.field, outcome.kind.name(), outcome.detail])?;
            }
            Ok(())
        })
    }

    pub fn tally(&self, run: RunId) -> Result<Tally, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT outcome, count(*) FROM outcome WHERE run = ?1 GROUP BY outcome",
        )?;
        let mut rows = statement.query([run.0])?;
        let mut tally = Tally::default();
        while let Some(row) = rows.next()? {
            let n: i64 = row.get(1)?;
            tally.add(
                OutcomeKind::by_name(&row.get::<_, String>(0)?)?,
                u64::try_from(n).unwrap_or_default(),
            );
        }
        Ok(tally)
    }

    /// Hands each outcome of a run to `visit`, in the file's order.
    pub fn for_each_outcome<E: From<JournalError>>(
        &self,
        run: RunId,
        mut visit: impl FnMut(Outcome) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |err: rusqlite::Error| E::from(JournalError::from(err));
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT line, key, field, outcome, detail FROM outcome WHERE run = ?1 ORDER BY seq",
            )
            .map_err(sql)?;
        let mut rows = statement.query([run.0]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let line: i64 = row.get(0).map_err(sql)?;
            let kind: String = row.get(3).map_err(sql)?;
            visit(Outcome {
                line: u64::try_from(line).unwrap_or_default(),
                key: row.get(1).map_err(sql)?,
                field: row.get(2).map_err(sql)?,
                kind: OutcomeKind::by_name(&kind)?,
                detail: row.get(4).map_err(sql)?,
            })?;
        }
        Ok(())
    }
}
