//! Which file is a run's, by its content, and runs whose file is gone.

use chrono::NaiveDateTime;
use rusqlite::params;

use crate::journal::open::stamp;
use crate::journal::{Fingerprint, Journal, JournalError, RunId};
use crate::wording::Message;

/// A run that is to go on, and whose time has come long since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    pub id: RunId,
    pub file: String,
    pub hash: String,
}

impl Journal {
    /// The run's file says something else by now: it goes on as that, and what a person
    /// has approved is not what it does.
    pub fn note_content(&self, run: RunId, now_is: &Fingerprint) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "UPDATE run SET hash = ?2, size = ?3, is_approved = 0 WHERE id = ?1 AND hash <> ?2",
            )?
            .execute(params![
                run.0,
                now_is.hash,
                i64::try_from(now_is.size).unwrap_or(i64::MAX)
            ])?;
        Ok(())
    }

    /// Whether this is what the run's file says, or something that no other run of that
    /// name knows either.
    pub fn is_content_of(&self, run: RunId, content: &Fingerprint) -> Result<bool, JournalError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1 AND hash = ?2) OR NOT EXISTS
                     (SELECT 1 FROM run AS other JOIN run AS this ON this.id = ?1
                      WHERE other.exchange = this.exchange AND other.hash = ?2 AND other.file = this.file
                      AND other.state <> 'done')",
            )?
            .query_row(params![run.0, content.hash], |row| row.get(0))?)
    }

    /// Runs that are to go on, and whose time had come before then.
    pub fn overdue_runs(
        &self,
        exchange: &str,
        before: NaiveDateTime,
    ) -> Result<Vec<Overdue>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, file, hash FROM run WHERE exchange = ?1 AND state IN ('open', 'retry')
             AND coalesce(retry_at, finished_at, started_at) < ?2 ORDER BY id",
        )?;
        let runs = statement.query_map(params![exchange, stamp(before)], |row| {
            Ok(Overdue {
                id: RunId(row.get(0)?),
                file: row.get(1)?,
                hash: row.get(2)?,
            })
        })?;
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// The run cannot go on. Unlike one that is rejected it may have been carried in
    /// part, so who is who stays.
    pub fn end(&self, run: RunId, note: &Message, now: NaiveDateTime) -> Result<(), JournalError> {
        self.atomically(|| {
            self.connection.execute(
                "UPDATE run SET state = 'rejected', note = ?2, retry_at = NULL, finished_at = ?3 WHERE id = ?1",
                params![run.0, note, stamp(now)],
            )?;
            self.count_outcomes(run)
        })
    }
}
