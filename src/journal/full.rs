//! Full exports: what they have spoken of, and what they have left out.

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, params};

use crate::journal::open::{parse_stamp, stamp};
use crate::journal::{Journal, JournalError, RunId};

/// Whether all portions of a full export have been carried, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Whole,
    /// One is to be tried again.
    Waiting,
    /// One was rejected or is held: what it states is not known.
    Incomplete,
}

/// A product that a full export has left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub sku: String,
    /// As 1C calls it, where it has said so.
    pub name: Option<String>,
}

impl Journal {
    /// A file of this run speaks of these articles, by match key.
    pub fn note_stated(
        &self,
        exchange: &str,
        run: RunId,
        keys: impl Iterator<Item = String>,
    ) -> Result<(), JournalError> {
        let mut update = self.connection.prepare_cached(
            "INSERT INTO stated (exchange, match_key, run) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET run = max(run, excluded.run)",
        )?;
        for key in keys {
            update.execute(params![exchange, key, run.0])?;
        }
        Ok(())
    }

    /// A portion has been carried. A full one opens the export, unless it is open;
    /// any other goes on with it.
    pub fn note_portion(
        &self,
        exchange: &str,
        run: RunId,
        is_full: bool,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        if is_full {
            self.connection.execute(
                "INSERT OR IGNORE INTO full_export (exchange, run, at) VALUES (?1, ?2, ?3)",
                params![exchange, run.0, stamp(now)],
            )?;
        }
        self.connection.execute(
            "UPDATE full_export SET at = ?2 WHERE exchange = ?1",
            params![exchange, stamp(now)],
        )?;
        Ok(())
    }

    /// When the latest portion of an open full export was carried.
    pub fn open_export(&self, exchange: &str) -> Result<Option<NaiveDateTime>, JournalError> {
        let at: Option<String> = self
            .connection
            .query_row(
                "SELECT at FROM full_export WHERE exchange = ?1",
                [exchange],
                |row| row.get(0),
            )
            .optional()?;
        Ok(at.as_deref().and_then(parse_stamp))
    }

    /// Articles in stock that 1C knows and that the open export has left out.
    pub fn left_out(&self, exchange: &str) -> Result<Vec<LeftOut>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT min(i.sku), max(i.name) FROM full_export f
             JOIN product_state s ON s.exchange = f.exchange
             JOIN identity i ON i.exchange = s.exchange AND i.match_key = s.match_key
             LEFT JOIN stated t ON t.exchange = s.exchange AND t.match_key = s.match_key
             WHERE f.exchange = ?1 AND s.quantity > 0 AND coalesce(t.run, 0) < f.run
             GROUP BY s.match_key ORDER BY 1",
        )?;
        let goods = statement.query_map([exchange], |row| {
            Ok(LeftOut {
                sku: row.get(0)?,
                name: row.get(1)?,
            })
        })?;
        Ok(goods.collect::<Result<_, _>>()?)
    }

    /// How the files stand that have come since the open export began.
    pub fn export_standing(&self, exchange: &str) -> Result<Standing, JournalError> {
        let has = |states: &str| -> Result<bool, JournalError> {
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM run JOIN full_export f ON f.exchange = run.exchange
                 WHERE run.exchange = ?1 AND run.id >= f.run AND run.state IN ({states}))"
            );
            Ok(self
                .connection
                .query_row(&sql, [exchange], |row| row.get(0))?)
        };
        if has("'rejected', 'held'")? {
            return Ok(Standing::Incomplete);
        }
        Ok(if has("'open', 'retry'")? {
            Standing::Waiting
        } else {
            Standing::Whole
        })
    }

    /// The export has been dealt with.
    pub fn close_export(&self, exchange: &str) -> Result<(), JournalError> {
        self.connection
            .execute("DELETE FROM full_export WHERE exchange = ?1", [exchange])?;
        Ok(())
    }
}
