//! What of orders is kept while their file waits for 1C: their texts, and digests to tell changes by.

use rusqlite::{OptionalExtension, params};

use crate::domain::OrderId;
use crate::journal::{Journal, JournalError};

impl Journal {
    /// Kept until the order is taken or confirmed; an older text of it is replaced.
    pub fn keep_document(
        &self,
        exchange: &str,
        order: OrderId,
        file: &str,
        xml: &str,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO order_document (exchange, order_id, file, xml) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![exchange, order.get(), file, xml])?;
        Ok(())
    }

    /// The orders that a file must go on holding, by number.
    pub fn documents_of(
        &self,
        exchange: &str,
        file: &str,
    ) -> Result<Vec<(u32, String)>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT order_id, xml FROM order_document WHERE exchange = ?1 AND file = ?2 ORDER BY order_id",
        )?;
        let rows = statement.query_map(params![exchange, file], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether obmen has ever put an order into a file of this name.
    pub fn knows_order_file(&self, exchange: &str, file: &str) -> Result<bool, JournalError> {
        let found = self.connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM order_ledger WHERE exchange = ?1 AND file = ?2)
                 OR EXISTS (SELECT 1 FROM order_document WHERE exchange = ?1 AND file = ?2)",
            params![exchange, file],
            |row| row.get(0),
        )?;
        Ok(found)
    }

    /// Of the order as it was last written; `None` where none was kept.
    pub fn order_digest(
        &self,
        exchange: &str,
        order: OrderId,
    ) -> Result<Option<String>, JournalError> {
        let digest: Option<Option<String>> = self
            .connection
            .prepare_cached(
                "SELECT digest FROM order_ledger WHERE exchange = ?1 AND order_id = ?2",
            )?
            .query_row(params![exchange, order.get()], |row| row.get(0))
            .optional()?;
        Ok(digest.flatten())
    }

    pub fn keep_order_digest(
        &self,
        exchange: &str,
        order: OrderId,
        digest: &str,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "UPDATE order_ledger SET digest = ?3 WHERE exchange = ?1 AND order_id = ?2",
            )?
            .execute(params![exchange, order.get(), digest])?;
        Ok(())
    }

    /// The documents that `condition` on `order_document` picks. Overwritten, not
    /// only unlinked: they hold names and addresses.
    pub(super) fn forget_documents(
        &self,
        condition: &str,
        values: impl rusqlite::Params,
    ) -> Result<(), JournalError> {
        self.connection.pragma_update(None, "secure_delete", true)?;
        let deleted = self.connection.execute(
            &format!("DELETE FROM order_document WHERE {condition}"),
            values,
        );
        self.connection
            .pragma_update(None, "secure_delete", false)?;
        deleted?;
        Ok(())
    }
}
