//! Questions that only a reader asks: when jobs last ran, what waits for a person.

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, params};

use crate::journal::open::{parse_stamp, stamp};
use crate::journal::{Journal, JournalError};

impl Journal {
    /// When `job` last ran for this exchange.
    pub fn last_ran(
        &self,
        exchange: &str,
        job: &str,
    ) -> Result<Option<NaiveDateTime>, JournalError> {
        let ran_at: Option<String> = self
            .connection
            .prepare_cached("SELECT ran_at FROM schedule WHERE exchange = ?1 AND job = ?2")?
            .query_row(params![exchange, job], |row| row.get(0))
            .optional()?;
        Ok(ran_at.as_deref().and_then(parse_stamp))
    }

    pub fn note_ran(
        &self,
        exchange: &str,
        job: &str,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO schedule (exchange, job, ran_at) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![exchange, job, stamp(now)])?;
        Ok(())
    }

    /// Number of runs in this state, counted by the index.
    pub fn n_runs(
        &self,
        exchange: &str,
        state: crate::journal::RunState,
    ) -> Result<u64, JournalError> {
        let n: i64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM run WHERE exchange = ?1 AND state = ?2")?
            .query_row(params![exchange, state.name()], |row| row.get(0))?;
        Ok(u64::try_from(n).unwrap_or_default())
    }

    /// Number of orders in each state of the ledger.
    pub fn n_orders(
        &self,
        exchange: &str,
        state: crate::journal::OrderState,
    ) -> Result<u64, JournalError> {
        let n: i64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM order_ledger WHERE exchange = ?1 AND state = ?2")?
            .query_row(params![exchange, state.name()], |row| row.get(0))?;
        Ok(u64::try_from(n).unwrap_or_default())
    }
}
