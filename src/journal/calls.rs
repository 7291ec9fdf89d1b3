//! Calls of the shop: written down before they are made, and what came of them.

use chrono::NaiveDateTime;
use rusqlite::params;

use crate::domain::{Sku, shown_group_prices, sku};
use crate::journal::open::{parse_stamp, stamp};
use crate::journal::told::variant_value;
use crate::journal::{Journal, JournalError, RunId};
use crate::plan::{Action, Function};
use crate::wording::Message;

/// Number of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(pub i64);

/// A call whose fate is not known: the program ended, or the answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub id: CallId,
    pub function: Function,
    pub intended_at: Option<NaiveDateTime>,
    /// When its answer was given up; of a call that the program did not live to see
    /// answered, when it was made.
    pub open_since: Option<NaiveDateTime>,
    /// Article or order, and the new value.
    pub entries: Vec<(String, String)>,
    /// As it went to the shop, where it can be repeated.
    pub batch: Option<String>,
    /// No later call of the function has been made: what it says is still what is to be.
    pub is_latest: bool,
}

impl Journal {
    /// Before the call. What it is about to change is no longer known to be what
    /// the shop has, so should nothing more be written, it will be sent again.
    pub fn intend(
        &self,
        exchange: &str,
        run: Option<RunId>,
        function: Function,
        actions: &[Action],
        now: NaiveDateTime,
    ) -> Result<CallId, JournalError> {
        self.atomically(|| {
            self.connection
                .prepare_cached(
                    "INSERT INTO call (exchange, run, function, state, intended_at) VALUES (?1, ?2, ?3, 'intended', ?4)",
                )?
                .execute(params![exchange, run.map(|run| run.0), function.name(), stamp(now)])?;
            let call = self.connection.last_insert_rowid();
            let mut insert = self
                .connection
                .prepare_cached("INSERT INTO call_entry (call, seq, key, value) VALUES (?1, ?2, ?3, ?4)")?;
            for (seq, action) in (0_i64..).zip(actions) {
                insert.execute(params![call, seq, action.key(), action.value()])?;
                self.forget(exchange, action)?;
            }
            Ok(CallId(call))
        })
    }

    /// Before the call, too: how to repeat it until its answer is known.
    pub fn keep_batch(&self, call: CallId, batch: &str) -> Result<(), JournalError> {
        self.connection
            .prepare_cached("UPDATE call SET batch = ?2 WHERE id = ?1")?
            .execute(params![call.0, batch])?;
        Ok(())
    }

    /// The shop said that it is done: the last known state moves with it.
    pub fn confirm(
        &self,
        exchange: &str,
        call: CallId,
        actions: &[Action],
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            self.close(call, "confirmed", None, now)?;
            actions
                .iter()
                .try_for_each(|action| self.remember(exchange, action, now))
        })
    }

    /// The call certainly did nothing.
    pub fn call_failed(
        &self,
        call: CallId,
        error: &Message,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.close(call, "failed", Some(error), now)
    }

    /// The call may have done something; it stays among [`open_calls`](Self::open_calls).
    pub fn call_unclear(
        &self,
        call: CallId,
        error: &Message,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.close(call, "unclear", Some(error), now)
    }

    /// An open call that has been looked into; `finding` is for the reader.
    pub fn settle(
        &self,
        call: CallId,
        finding: &Message,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.close(call, "settled", Some(finding), now)
    }

    fn close(
        &self,
        call: CallId,
        state: &str,
        error: Option<&Message>,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "UPDATE call SET state = ?2, error = ?3, answered_at = ?4,
                 batch = iif(?2 = 'unclear', batch, NULL) WHERE id = ?1",
            )?
            .execute(params![call.0, state, error, stamp(now)])?;
        Ok(())
    }

    /// Calls whose fate is not known, oldest first.
    pub fn open_calls(&self, exchange: &str) -> Result<Vec<Call>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, function, intended_at, batch,
                    NOT EXISTS (SELECT 1 FROM call AS later WHERE later.exchange = call.exchange
                                AND later.function = call.function AND later.id > call.id),
                    coalesce(answered_at, intended_at)
             FROM call WHERE exchange = ?1 AND state IN ('intended', 'unclear') ORDER BY id",
        )?;
        let mut rows = statement.query([exchange])?;
        let mut calls = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(1)?;
            let function = Function::by_name(&name).ok_or(JournalError::Content {
                value: name,
                expected: "Function",
            })?;
            let id = CallId(row.get(0)?);
            calls.push(Call {
                id,
                function,
                intended_at: parse_stamp(&row.get::<_, String>(2)?),
                open_since: parse_stamp(&row.get::<_, String>(5)?),
                entries: self.entries(id)?,
                batch: row.get(3)?,
                is_latest: row.get(4)?,
            });
        }
        Ok(calls)
    }

    /// What the shop confirmed for a run: function, and article or order.
    pub fn confirmed_entries(&self, run: RunId) -> Result<Vec<(Function, String)>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT c.function, e.key FROM call c JOIN call_entry e ON e.call = c.id
             WHERE c.run = ?1 AND c.state = 'confirmed'",
        )?;
        let rows =
            statement.query_map([run.0], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        let entries: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        Ok(entries
            .into_iter()
            .filter_map(|(name, key)| Some((Function::by_name(&name)?, key)))
            .collect())
    }

    /// Takes it that the shop has this now, without a call of ours.
    pub fn assume(
        &self,
        exchange: &str,
        actions: &[Action],
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            actions
                .iter()
                .try_for_each(|action| self.remember(exchange, action, now))
        })
    }

    fn entries(&self, call: CallId) -> Result<Vec<(String, String)>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT key, value FROM call_entry WHERE call = ?1 ORDER BY seq")?;
        let entries = statement.query_map([call.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    fn forget(&self, exchange: &str, action: &Action) -> Result<(), JournalError> {
        let clear = |column: &str, sku: &Sku| {
            let sql = format!(
                "UPDATE product_state SET {column} = NULL WHERE exchange = ?1 AND match_key = ?2"
            );
            self.connection
                .prepare_cached(&sql)?
                .execute(params![exchange, sku.match_key()])
        };
        let doubt = |column: &str, sku: &Sku| {
            let sql = format!(
                "UPDATE product_state SET last_{column} = coalesce({column}, last_{column}), {column} = NULL
                 WHERE exchange = ?1 AND match_key = ?2"
            );
            self.connection
                .prepare_cached(&sql)?
                .execute(params![exchange, sku.match_key()])
        };
        match action {
            Action::Category(group) => self
                .connection
                .prepare_cached("DELETE FROM category WHERE exchange = ?1 AND guid = ?2")?
                .execute(params![exchange, group.id])?,
            Action::Add(_) => 0,
            Action::Details { sku, .. } => clear("details", sku)?,
            Action::Price { sku, .. } => doubt("price", sku)?,
            Action::Quantity { sku, .. } => doubt("quantity", sku)?,
            Action::Name { sku, .. } => clear("name", sku)?,
            Action::GroupPrices { .. } | Action::Variant { .. } => {
                self.forget_told(exchange, action)?
            }
            Action::Status { order, .. } => self
                .connection
                .prepare_cached("UPDATE order_status SET status_id = NULL WHERE exchange = ?1 AND order_id = ?2")?
                .execute(params![exchange, order.get()])?,
        };
        Ok(())
    }

    fn remember(
        &self,
        exchange: &str,
        action: &Action,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        let state = |column: &str| {
            format!(
                "INSERT INTO product_state (exchange, match_key, {column}, confirmed_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET {column} = excluded.{column}, confirmed_at = excluded.confirmed_at"
            )
        };
        let now = stamp(now);
        match action {
            Action::Add(product) => {
                let key = product.sku.match_key();
                self.learn_article(exchange, product.sku.as_str())?;
                self.connection
                    .prepare_cached(
                        "INSERT OR REPLACE INTO product_state (exchange, match_key, price, quantity, name, details, confirmed_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )?
                    .execute(params![exchange, key, product.price.to_string(), product.quantity, product.name, product.details.digest(), now])?;
            }
            Action::Category(group) => {
                self.connection
                    .prepare_cached(
                        "INSERT OR REPLACE INTO category (exchange, guid, parent, name) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![exchange, group.id, group.parent, group.name])?;
            }
            Action::Details { sku, details } => {
                self.connection
                    .prepare_cached(&state("details"))?
                    .execute(params![exchange, sku.match_key(), details.digest(), now])?;
            }
            Action::Price { sku, price } => {
                let value = price.to_string();
                self.connection
                    .prepare_cached(&state("price"))?
                    .execute(params![exchange, sku.match_key(), value, now])?;
            }
            Action::Quantity { sku, quantity } => {
                self.connection
                    .prepare_cached(&state("quantity"))?
                    .execute(params![exchange, sku.match_key(), quantity, now])?;
            }
            Action::Name { sku, name } => {
                self.connection
                    .prepare_cached(&state("name"))?
                    .execute(params![exchange, sku.match_key(), name, now])?;
            }
            Action::GroupPrices { sku, prices } => {
                let value = shown_group_prices(prices);
                self.remember_told(exchange, action, sku, &value)?;
            }
            Action::Variant { sku, variant } => {
                let known = self.known_variant(exchange, &action.key())?;
                let value = variant_value(variant, known.as_ref());
                self.remember_told(exchange, action, sku, &value)?;
            }
            Action::Status { order, status } => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO order_status (exchange, order_id, status_id, confirmed_at) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT DO UPDATE SET status_id = excluded.status_id, confirmed_at = excluded.confirmed_at",
                    )?
                    .execute(params![exchange, order.get(), status.get(), now])?;
                // The shop has moved the stock of its goods by itself.
                self.doubt_stock(exchange, *order)?;
            }
        }
        Ok(())
    }

    /// The shop has this article now.
    pub fn learn_article(&self, exchange: &str, article: &str) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO article (exchange, match_key, sku) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![exchange, sku::match_key(article), article])?;
        Ok(())
    }
}
