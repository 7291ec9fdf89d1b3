//! Who is who: 1C's ids, articles and names; what waits for an article to be named.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, params};

use crate::domain::{ItemKey, Money, Sku};
use crate::journal::open::stamp;
use crate::journal::{Journal, JournalError, RunId};

/// What is known of one `Ид`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub sku: Option<Sku>,
    pub barcode: Option<String>,
    pub name: Option<String>,
}

impl Identity {
    /// Whether a file that says this says nothing new.
    pub fn holds(&self, sku: Option<&Sku>, barcode: Option<&str>, name: Option<&str>) -> bool {
        (sku.is_none() || sku == self.sku.as_ref())
            && (barcode.is_none() || barcode == self.barcode.as_deref())
            && (name.is_none() || name == self.name.as_deref())
    }
}

/// Price and stock that wait until the article of their `Ид` is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pending {
    pub price: Option<Money>,
    /// The run whose file stated it.
    pub price_by: Option<RunId>,
    pub quantity: Option<i32>,
    pub quantity_by: Option<RunId>,
}

impl Journal {
    /// Remembers what a file says of an `Ид`. What it does not say stays.
    pub fn learn_identity(
        &self,
        exchange: &str,
        item: &ItemKey,
        sku: Option<&Sku>,
        barcode: Option<&str>,
        name: Option<&str>,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        let key = sku.map(Sku::match_key);
        self.connection
            .prepare_cached(
                "INSERT INTO identity (exchange, item, sku, match_key, barcode, name, seen_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT DO UPDATE SET sku = coalesce(excluded.sku, sku),
                 match_key = coalesce(excluded.match_key, match_key),
                 barcode = coalesce(excluded.barcode, barcode), name = coalesce(excluded.name, name),
                 seen_at = excluded.seen_at
                 WHERE coalesce(excluded.sku, sku) IS NOT sku
                 OR coalesce(excluded.barcode, barcode) IS NOT barcode
                 OR coalesce(excluded.name, name) IS NOT name",
            )?
            .execute(params![exchange, item.as_str(), sku.map(Sku::as_str), key, barcode, name, stamp(now)])?;
        Ok(())
    }

    /// The run has brought this id.
    pub fn note_first_named(
        &self,
        exchange: &str,
        item: &ItemKey,
        run: RunId,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached("UPDATE identity SET first_run = ?3 WHERE exchange = ?1 AND item = ?2")?
            .execute(params![exchange, item.as_str(), run.0])?;
        Ok(())
    }

    pub fn identity(&self, exchange: &str, item: &str) -> Result<Option<Identity>, JournalError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT sku, barcode, name FROM identity WHERE exchange = ?1 AND item = ?2",
            )?
            .query_row(params![exchange, item], |row| {
                let sku: Option<String> = row.get(0)?;
                Ok(Identity {
                    sku: sku.and_then(|sku| Sku::parse(&sku).ok()),
                    barcode: row.get(1)?,
                    name: row.get(2)?,
                })
            })
            .optional()?)
    }

    /// The `Ид` that 1C gave to the product with this article; the product itself
    /// before its variants, and an id of our own making only where there is no other.
    pub fn item_of(&self, exchange: &str, sku: &Sku) -> Result<Option<ItemKey>, JournalError> {
        let found = self.identity_of(exchange, &sku.match_key())?;
        Ok(found.and_then(|(item, _)| ItemKey::parse(&item)))
    }

    /// The `Ид` and the name that 1C gave to the product with this article.
    pub(super) fn identity_of(
        &self,
        exchange: &str,
        match_key: &str,
    ) -> Result<Option<(String, Option<String>)>, JournalError> {
        let derived = ItemKey::derived_from(match_key);
        Ok(self
            .connection
            .prepare_cached(
                "SELECT item, name FROM identity WHERE exchange = ?1 AND match_key = ?2
                 ORDER BY item = ?3, instr(item, '#') > 0, item LIMIT 1",
            )?
            .query_row(params![exchange, match_key, derived.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?)
    }

    /// 1C does not use this article for this `Ид` any more. If a run's file says so and is
    /// rejected, it has said nothing.
    pub fn forget_article(
        &self,
        exchange: &str,
        item: &ItemKey,
        run: Option<RunId>,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "UPDATE identity SET had_sku = sku, had_match_key = match_key, forgotten_by = ?3,
                 sku = NULL, match_key = NULL
                 WHERE exchange = ?1 AND item = ?2 AND sku IS NOT NULL",
            )?
            .execute(params![exchange, item.as_str(), run.map(|run| run.0)])?;
        Ok(())
    }

    /// The article that the `Ид` had before the run, in this attempt or an earlier one,
    /// made [`Journal::forget_article`] of it.
    pub fn article_before(
        &self,
        exchange: &str,
        item: &ItemKey,
        run: Option<RunId>,
    ) -> Result<Option<Sku>, JournalError> {
        let had: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT had_sku FROM identity WHERE exchange = ?1 AND item = ?2 AND forgotten_by IS ?3",
            )?
            .query_row(params![exchange, item.as_str(), run.map(|run| run.0)], |row| row.get(0))
            .optional()?
            .flatten();
        Ok(had.and_then(|sku| Sku::parse(&sku).ok()))
    }

    /// Nothing that the run's file said of who is who holds any longer: ids of another
    /// base would be rivals of the right ones.
    pub(super) fn take_back_identities(&self, run: RunId) -> Result<(), JournalError> {
        self.connection
            .prepare_cached("DELETE FROM identity WHERE first_run = ?1")?
            .execute([run.0])?;
        // Unless another product goes by the article now.
        self.connection
            .prepare_cached(
                "UPDATE identity AS i SET sku = had_sku, match_key = had_match_key, had_sku = NULL,
                 had_match_key = NULL, forgotten_by = NULL
                 WHERE forgotten_by = ?1 AND sku IS NULL AND NOT EXISTS
                 (SELECT 1 FROM identity AS o WHERE o.exchange = i.exchange AND o.match_key = i.had_match_key)",
            )?
            .execute([run.0])?;
        Ok(())
    }

    /// Other ids that go by an article which the shop cannot tell from this one.
    ///
    /// A product and its own variants do not count: a variant may well carry its
    /// product's article. Neither does the id that our own product list made up
    /// before 1C gave one.
    pub fn rivals(
        &self,
        exchange: &str,
        item: &ItemKey,
        sku: &Sku,
    ) -> Result<Vec<ItemKey>, JournalError> {
        let key = sku.match_key();
        let derived = ItemKey::derived_from(&key);
        let mut statement = self
            .connection
            .prepare_cached("SELECT item FROM identity WHERE exchange = ?1 AND match_key = ?2 AND item <> ?3 ORDER BY item")?;
        let mut rows = statement.query(params![exchange, key, item.as_str()])?;
        let mut rivals = Vec::new();
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            let Some(other) = ItemKey::parse(&text) else {
                continue;
            };
            let is_family = other.product() == item.product();
            let are_both_variants = other.variant().is_some() && item.variant().is_some();
            if other != derived && (!is_family || are_both_variants) {
                rivals.push(other);
            }
        }
        Ok(rivals)
    }

    /// Match keys that more than one id goes by: only their products can have
    /// [rivals](Self::rivals). `None` if there are more than `limit`.
    pub fn shared_articles(
        &self,
        exchange: &str,
        limit: usize,
    ) -> Result<Option<HashSet<String>>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT match_key FROM identity WHERE exchange = ?1 AND match_key IS NOT NULL
             GROUP BY match_key HAVING count(*) > 1 LIMIT ?2",
        )?;
        let at_most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let keys = statement.query_map(params![exchange, at_most], |row| row.get(0))?;
        let shared: HashSet<String> = keys.collect::<Result<_, _>>()?;
        Ok((shared.len() <= limit).then_some(shared))
    }

    /// Keeps price and stock until the article is known; later values replace earlier ones.
    pub fn set_pending(
        &self,
        exchange: &str,
        item: &ItemKey,
        pending: Pending,
        now: NaiveDateTime,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "INSERT INTO pending (exchange, item, price, price_by, quantity, quantity_by, since)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT DO UPDATE SET price = coalesce(excluded.price, price),
                 price_by = iif(excluded.price IS NULL, price_by, excluded.price_by),
                 quantity = coalesce(excluded.quantity, quantity),
                 quantity_by = iif(excluded.quantity IS NULL, quantity_by, excluded.quantity_by)",
            )?
            .execute(params![
                exchange,
                item.as_str(),
                pending.price.map(|price| price.to_string()),
                pending.price_by.map(|run| run.0),
                pending.quantity,
                pending.quantity_by.map(|run| run.0),
                stamp(now)
            ])?;
        Ok(())
    }

    /// Whether anything waits at all.
    pub fn has_pending(&self, exchange: &str) -> Result<bool, JournalError> {
        Ok(self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM pending WHERE exchange = ?1)")?
            .query_row([exchange], |row| row.get(0))?)
    }

    pub fn pending(&self, exchange: &str, item: &ItemKey) -> Result<Option<Pending>, JournalError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT price, price_by, quantity, quantity_by FROM pending WHERE exchange = ?1 AND item = ?2",
            )?
            .query_row(params![exchange, item.as_str()], |row| {
                let price: Option<String> = row.get(0)?;
                Ok(Pending {
                    price: price.and_then(|price| Money::parse(&price).ok()),
                    price_by: row.get::<_, Option<i64>>(1)?.map(RunId),
                    quantity: row.get(2)?,
                    quantity_by: row.get::<_, Option<i64>>(3)?.map(RunId),
                })
            })
            .optional()?)
    }

    /// They have reached the shop.
    pub fn drop_pending(&self, exchange: &str, items: &[ItemKey]) -> Result<(), JournalError> {
        self.atomically(|| {
            let mut delete = self
                .connection
                .prepare_cached("DELETE FROM pending WHERE exchange = ?1 AND item = ?2")?;
            for item in items {
                delete.execute(params![exchange, item.as_str()])?;
            }
            Ok(())
        })
    }

    /// Ids that have waited since before `deadline` and of which nobody was told
    /// yet; they count as told from now on.
    pub fn take_overdue(
        &self,
        exchange: &str,
        deadline: NaiveDateTime,
    ) -> Result<Vec<String>, JournalError> {
        self.atomically(|| {
            let mut statement = self
                .connection
                .prepare_cached("SELECT item FROM pending WHERE exchange = ?1 AND since < ?2 AND is_told = 0 ORDER BY item")?;
            let items = statement.query_map(params![exchange, stamp(deadline)], |row| row.get(0))?;
            let items: Vec<String> = items.collect::<Result<_, _>>()?;
            if !items.is_empty() {
                self.connection.execute(
                    "UPDATE pending SET is_told = 1 WHERE exchange = ?1 AND since < ?2",
                    params![exchange, stamp(deadline)],
                )?;
            }
            Ok(items)
        })
    }
}
