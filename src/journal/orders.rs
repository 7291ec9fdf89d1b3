//! The order ledger: seen → written → taken → confirmed.

use std::path::Path;

use chrono::NaiveDateTime;
use rusqlite::params;

use crate::domain::{OrderId, Sku};
use crate::journal::open::stamp;
use crate::journal::runs::kept_by_name;
use crate::journal::{Journal, JournalError};
use crate::wording::Message;

kept_by_name! {
    /// How far an order has come on its way to 1C.
    OrderState {
        Seen = "seen",
        /// Cannot be written; the reason is in the ledger.
        Held = "held",
        /// Its file is ready under a temporary name and about to appear.
        Publishing = "publishing",
        /// In a file that 1C can take.
        Written = "written",
        /// The file is gone from the outbox.
        Taken = "taken",
        /// 1C has spoken of it.
        Confirmed = "confirmed",
    }
}

/// What is known of the stock of an order's goods, and of their variants: which of a
/// product's variants it was the journal does not know.
const DOUBT_STOCK: [&str; 2] = [
    "UPDATE product_state SET last_quantity = coalesce(quantity, last_quantity), quantity = NULL
     WHERE exchange = ?1 AND match_key IN
     (SELECT match_key FROM order_goods WHERE exchange = ?1 AND order_id = ?2)",
    // Left alone, SQLite would rather read all variants than look each product up.
    "UPDATE told INDEXED BY told_by_product SET value = NULL
     WHERE exchange = ?1 AND field = 'variant' AND match_key IN
     (SELECT match_key FROM order_goods WHERE exchange = ?1 AND order_id = ?2)",
];

impl Journal {
    /// Whether the order is still to be written; one seen for the first time is entered.
    pub fn is_to_write(
        &self,
        exchange: &str,
        order: OrderId,
        now: NaiveDateTime,
    ) -> Result<bool, JournalError> {
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO order_ledger (exchange, order_id, state, seen_at) VALUES (?1, ?2, 'seen', ?3)",
            )?
            .execute(params![exchange, order.get(), stamp(now)])?;
        let state: String = self
            .connection
            .prepare_cached("SELECT state FROM order_ledger WHERE exchange = ?1 AND order_id = ?2")?
            .query_row(params![exchange, order.get()], |row| row.get(0))?;
        Ok(match OrderState::by_name(&state)? {
            // What held it may have been mended in the shop.
            OrderState::Seen | OrderState::Held => true,
            OrderState::Publishing
            | OrderState::Written
            | OrderState::Taken
            | OrderState::Confirmed => false,
        })
    }

    pub fn hold_order(
        &self,
        exchange: &str,
        order: OrderId,
        reason: &Message,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached("UPDATE order_ledger SET state = 'held', reason = ?3 WHERE exchange = ?1 AND order_id = ?2")?
            .execute(params![exchange, order.get(), reason])?;
        Ok(())
    }

    /// Exactly the orders that are in the file, never a second look at the shop.
    pub fn mark_publishing(
        &self,
        exchange: &str,
        orders: &[OrderId],
        file: &str,
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            let mut update = self.connection.prepare_cached(
                "UPDATE order_ledger SET state = 'publishing', file = ?3, reason = NULL
                 WHERE exchange = ?1 AND order_id = ?2",
            )?;
            for order in orders {
                update.execute(params![exchange, order.get(), file])?;
            }
            Ok(())
        })
    }

    pub fn mark_written(
        &self,
        exchange: &str,
        file: &str,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.connection.execute(
            "UPDATE order_ledger SET state = 'written', written_at = ?3 WHERE exchange = ?1 AND file = ?2
             AND state = 'publishing'",
            params![exchange, file, stamp(now)],
        )?;
        Ok(())
    }

    pub fn mark_taken(
        &self,
        exchange: &str,
        file: &str,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            self.connection.execute(
                "UPDATE order_ledger SET state = 'taken', taken_at = ?3, written_at = coalesce(written_at, ?3)
                 WHERE exchange = ?1 AND file = ?2 AND state IN ('publishing', 'written')",
                params![exchange, file, stamp(now)],
            )?;
            self.forget_documents("exchange = ?1 AND file = ?2", params![exchange, file])
        })
    }

    /// The file that was to be replaced has been taken: its orders have gone,
    /// those that are still publishing have not.
    pub fn mark_replaced_taken(
        &self,
        exchange: &str,
        file: &str,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            self.connection.execute(
                "UPDATE order_ledger SET state = 'taken', taken_at = ?3
                 WHERE exchange = ?1 AND file = ?2 AND state = 'written'",
                params![exchange, file, stamp(now)],
            )?;
            self.forget_documents(
                "exchange = ?1 AND file = ?2 AND NOT EXISTS (
                     SELECT 1 FROM order_ledger l WHERE l.exchange = ?1
                     AND l.order_id = order_document.order_id AND l.state = 'publishing')",
                params![exchange, file],
            )
        })
    }

    /// 1C sent a document about this order. False if the ledger does not have it.
    pub fn mark_confirmed(
        &self,
        exchange: &str,
        order: OrderId,
        now: NaiveDateTime,
    ) -> Result<bool, JournalError> {
        let n = self
            .connection
            .prepare_cached(
                "UPDATE order_ledger SET state = 'confirmed', confirmed_at = ?3 WHERE exchange = ?1 AND order_id = ?2
                 AND state IN ('written', 'taken', 'confirmed')",
            )?
            .execute(params![exchange, order.get(), stamp(now)])?;
        if n > 0 {
            self.forget_documents(
                "exchange = ?1 AND order_id = ?2",
                params![exchange, order.get()],
            )?;
        }
        Ok(n > 0)
    }

    /// The order will be written again. False if the ledger does not have it.
    pub fn write_again(&self, exchange: &str, order: OrderId) -> Result<bool, JournalError> {
        let n = self.connection.execute(
            "UPDATE order_ledger SET state = 'seen', file = NULL WHERE exchange = ?1 AND order_id = ?2",
            params![exchange, order.get()],
        )?;
        Ok(n > 0)
    }

    /// Files that 1C is still to take.
    pub fn open_order_files(&self, exchange: &str) -> Result<Vec<String>, JournalError> {
        // An order to be written again has left its file by the ledger, not by its text.
        let mut statement = self.connection.prepare_cached(
            "SELECT file FROM order_ledger WHERE exchange = ?1 AND state = 'written' AND file IS NOT NULL
             UNION SELECT file FROM order_document WHERE exchange = ?1 ORDER BY file",
        )?;
        let files = statement.query_map(params![exchange], |row| row.get(0))?;
        Ok(files.collect::<Result<_, _>>()?)
    }

    /// Files whose orders are in this state.
    pub fn order_files(
        &self,
        exchange: &str,
        state: OrderState,
    ) -> Result<Vec<String>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT file FROM order_ledger WHERE exchange = ?1 AND state = ?2 AND file IS NOT NULL ORDER BY file",
        )?;
        let files = statement.query_map(params![exchange, state.name()], |row| row.get(0))?;
        Ok(files.collect::<Result<_, _>>()?)
    }

    /// Whether orders have been written to this folder before.
    pub fn is_outbox(&self, exchange: &str, path: &Path) -> Result<bool, JournalError> {
        let path = path.display().to_string();
        Ok(self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE exchange = ?1 AND path = ?2)",
            )?
            .query_row(params![exchange, path], |row| row.get(0))?)
    }

    pub fn note_outbox(&self, exchange: &str, path: &Path) -> Result<(), JournalError> {
        let path = path.display().to_string();
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO outbox (exchange, path) VALUES (?1, ?2)")?
            .execute(params![exchange, path])?;
        Ok(())
    }

    /// Remembers what an order is about. An order placed has moved the stock of
    /// its goods, so what was known of it is in doubt.
    pub fn note_order_goods<'a>(
        &self,
        exchange: &str,
        order: OrderId,
        skus: impl Iterator<Item = &'a Sku>,
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            let mut insert = self
                .connection
                .prepare_cached("INSERT OR IGNORE INTO order_goods (exchange, order_id, match_key) VALUES (?1, ?2, ?3)")?;
            for sku in skus {
                insert.execute(params![exchange, order.get(), sku.match_key()])?;
            }
            self.doubt_stock(exchange, order)
        })
    }

    /// The stock of an order's goods is what 1C says next, even if that is what
    /// it said before.
    pub(super) fn doubt_stock(&self, exchange: &str, order: OrderId) -> Result<(), JournalError> {
        for sql in DOUBT_STOCK {
            self.connection
                .prepare_cached(sql)?
                .execute(params![exchange, order.get()])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An order comes every few minutes; an exchange may have a hundred thousand variants.
    #[test]
    fn an_order_reads_no_more_than_its_own_goods() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        for sql in DOUBT_STOCK {
            let mut plan = journal
                .connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let steps = plan.query_map(params!["main", 7], |row| row.get::<_, String>(3));
            let steps: Vec<String> = steps.unwrap().collect::<Result<_, _>>().unwrap();
            assert!(
                steps.iter().any(|step| step.contains("match_key=?")),
                "{steps:?}"
            );
            assert!(
                steps.iter().all(|step| !step.starts_with("SCAN")),
                "{steps:?}"
            );
        }
    }
}
