//! Who is who: 1C's ids, articles and names; price types and warehouses.

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, params};

use crate::domain::{ItemKey, Sku};
use crate::journal::open::stamp;
use crate::journal::{Journal, JournalError};

/// What is known of one `Ид`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub sku: Option<Sku>,
    pub name: Option<String>,
}

/// What an id in an offer refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    PriceType,
    Warehouse,
    /// The shop's order statuses.
    Status,
    /// The shop's categories, by their paths.
    Category,
}

impl ReferenceKind {
    fn name(self) -> &'static str {
        match self {
            Self::PriceType => "price_type",
            Self::Warehouse => "warehouse",
            Self::Status => "status",
            Self::Category => "category",
        }
    }
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
        self.connection
            .prepare_cached(
                "INSERT INTO identity (exchange, item, sku, barcode, name, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET sku = coalesce(excluded.sku, sku),
                 barcode = coalesce(excluded.barcode, barcode), name = coalesce(excluded.name, name),
                 seen_at = excluded.seen_at
                 WHERE coalesce(excluded.sku, sku) IS NOT sku OR coalesce(excluded.barcode, barcode) IS NOT barcode
                 OR coalesce(excluded.name, name) IS NOT name",
            )?
            .execute(params![exchange, item.as_str(), sku.map(Sku::as_str), barcode, name, stamp(now)])?;
        Ok(())
    }

    pub fn identity(&self, exchange: &str, item: &str) -> Result<Option<Identity>, JournalError> {
        Ok(self
            .connection
            .prepare_cached("SELECT sku, name FROM identity WHERE exchange = ?1 AND item = ?2")?
            .query_row(params![exchange, item], |row| {
                let sku: Option<String> = row.get(0)?;
                Ok(Identity {
                    sku: sku.and_then(|sku| Sku::parse(&sku).ok()),
                    name: row.get(1)?,
                })
            })
            .optional()?)
    }

    /// The `Ид` that 1C gave to the product with this article; the product itself
    /// before its variants.
    pub fn item_of(&self, exchange: &str, sku: &Sku) -> Result<Option<ItemKey>, JournalError> {
        let item: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT item FROM identity WHERE exchange = ?1 AND sku = ?2 ORDER BY instr(item, '#') > 0, item LIMIT 1",
            )?
            .query_row(params![exchange, sku.as_str()], |row| row.get(0))
            .optional()?;
        Ok(item.as_deref().and_then(ItemKey::parse))
    }

    pub fn learn_reference(
        &self,
        exchange: &str,
        kind: ReferenceKind,
        id: &str,
        name: &str,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO reference (exchange, kind, id, name) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![exchange, kind.name(), id, name])?;
        Ok(())
    }

    /// Takes a whole list in place of the one known before.
    pub fn replace_references(
        &self,
        exchange: &str,
        kind: ReferenceKind,
        entries: &[(String, String)],
    ) -> Result<(), JournalError> {
        self.atomically(|| {
            self.connection.execute(
                "DELETE FROM reference WHERE exchange = ?1 AND kind = ?2",
                params![exchange, kind.name()],
            )?;
            entries
                .iter()
                .try_for_each(|(id, name)| self.learn_reference(exchange, kind, id, name))
        })
    }

    /// Id and name of everything of this kind.
    pub fn references(
        &self,
        exchange: &str,
        kind: ReferenceKind,
    ) -> Result<Vec<(String, String)>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, name FROM reference WHERE exchange = ?1 AND kind = ?2")?;
        let rows = statement.query_map(params![exchange, kind.name()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether another variant goes by the same article.
    pub fn shares_article(
        &self,
        exchange: &str,
        item: &ItemKey,
        sku: &Sku,
    ) -> Result<bool, JournalError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM identity
                 WHERE exchange = ?1 AND sku = ?2 AND item <> ?3 AND instr(item, '#') > 0)",
            )?
            .query_row(params![exchange, sku.as_str(), item.as_str()], |row| {
                row.get(0)
            })?)
    }

    /// The ids of everything of this kind that goes by `name`, or has it as its id.
    pub fn reference_ids(
        &self,
        exchange: &str,
        kind: ReferenceKind,
        name: &str,
    ) -> Result<Vec<String>, JournalError> {
        let all = self.references(exchange, kind)?;
        // SQLite folds the case of Latin letters only.
        let wanted = name.to_lowercase();
        let by_name = all
            .into_iter()
            .filter(|(_, known)| known.to_lowercase() == wanted)
            .map(|(id, _)| id);
        // The configuration may name the id itself, and CSV columns have no other.
        Ok(by_name.chain([name.to_owned()]).collect())
    }
}
