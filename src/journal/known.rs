//! What the shop has, as far as it said so.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDateTime};
use rusqlite::{OptionalExtension, params};

use crate::domain::{Group, Money, OrderId, Sku, StatusId};
use crate::journal::open::stamp;
use crate::journal::{Journal, JournalError};
use crate::plan::KnownProduct;

impl Journal {
    /// The products among these articles that the shop has, by match key.
    pub fn known_products<'a>(
        &self,
        exchange: &str,
        skus: impl Iterator<Item = &'a Sku>,
    ) -> Result<HashMap<String, KnownProduct>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT s.price, s.quantity, s.name, s.last_price, s.last_quantity, s.details FROM article a
             LEFT JOIN product_state s ON s.exchange = a.exchange AND s.match_key = a.match_key
             WHERE a.exchange = ?1 AND a.match_key = ?2",
        )?;
        let mut known = HashMap::new();
        for sku in skus {
            let key = sku.match_key();
            let found = statement
                .query_row(params![exchange, key], |row| {
                    let money = |text: Option<String>| Money::parse(&text?).ok();
                    Ok(KnownProduct {
                        price: money(row.get(0)?),
                        quantity: row.get(1)?,
                        name: row.get(2)?,
                        last_price: money(row.get(3)?),
                        last_quantity: row.get(4)?,
                        details: row.get(5)?,
                        group_prices: None,
                    })
                })
                .optional()?;
            known.extend(found.map(|product| (key, product)));
        }
        Ok(known)
    }

    /// Groups of 1C that the shop has as categories, by id.
    pub fn categories(&self, exchange: &str) -> Result<HashMap<String, Group>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT guid, parent, name FROM category WHERE exchange = ?1")?;
        let rows = statement.query_map([exchange], |row| {
            Ok(Group {
                id: row.get(0)?,
                parent: row.get(1)?,
                name: row.get(2)?,
            })
        })?;
        let groups: Vec<Group> = rows.collect::<Result<_, _>>()?;
        Ok(groups
            .into_iter()
            .map(|group| (group.id.clone(), group))
            .collect())
    }

    /// The shop said that it had added the article, and does not list it: adding it
    /// again would make one product after another.
    /// It is tried again after a day.
    pub fn never_add(
        &self,
        exchange: &str,
        sku: &Sku,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO never_added (exchange, match_key, failed_at) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![exchange, sku.match_key(), stamp(now)])?;
        Ok(())
    }

    /// The shop does not have the article after all.
    pub fn forget_listed(&self, exchange: &str, sku: &Sku) -> Result<(), JournalError> {
        for table in ["article", "product_state"] {
            let sql = format!("DELETE FROM {table} WHERE exchange = ?1 AND match_key = ?2");
            self.connection
                .prepare_cached(&sql)?
                .execute(params![exchange, sku.match_key()])?;
        }
        Ok(())
    }

    /// Those of these articles that must not be added again, by match key.
    pub fn never_added<'a>(
        &self,
        exchange: &str,
        skus: impl Iterator<Item = &'a Sku>,
        now: NaiveDateTime,
    ) -> Result<HashSet<String>, JournalError> {
        let since = now.checked_sub_days(Days::new(1)).map(stamp);
        let mut statement = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM never_added WHERE exchange = ?1 AND match_key = ?2 AND failed_at > ?3)",
        )?;
        let mut found = HashSet::new();
        let has_any: bool = self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM never_added WHERE exchange = ?1)")?
            .query_row([exchange], |row| row.get(0))?;
        if !has_any {
            return Ok(found);
        }
        for sku in skus {
            let key = sku.match_key();
            if statement.query_row(params![exchange, key, since], |row| row.get(0))? {
                found.insert(key);
            }
        }
        Ok(found)
    }

    /// How many articles the shop listed last.
    pub fn n_articles(&self, exchange: &str) -> Result<u64, JournalError> {
        let n: i64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM article WHERE exchange = ?1")?
            .query_row([exchange], |row| row.get(0))?;
        Ok(u64::try_from(n).unwrap_or_default())
    }

    /// How many products the shop is known to have in stock.
    pub fn n_stocked(&self, exchange: &str) -> Result<u64, JournalError> {
        let n: i64 = self
            .connection
            .prepare_cached(
                "SELECT count(*) FROM product_state WHERE exchange = ?1 AND coalesce(quantity, last_quantity) > 0",
            )?
            .query_row([exchange], |row| row.get(0))?;
        Ok(u64::try_from(n).unwrap_or_default())
    }

    /// The statuses that the shop last confirmed for these orders.
    pub fn known_orders(
        &self,
        exchange: &str,
        orders: impl Iterator<Item = OrderId>,
    ) -> Result<HashMap<OrderId, StatusId>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT status_id FROM order_status WHERE exchange = ?1 AND order_id = ?2",
        )?;
        let mut known = HashMap::new();
        for order in orders {
            let found: Option<Option<u32>> = statement
                .query_row(params![exchange, order.get()], |row| row.get(0))
                .optional()?;
            let status = found
                .flatten()
                .and_then(|id| StatusId::parse(&id.to_string()));
            known.extend(status.map(|status| (order, status)));
        }
        Ok(known)
    }
}
