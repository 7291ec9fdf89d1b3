//! Who said it last: files come late, and an older one must not take back what a newer one said.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDateTime;
use rusqlite::{CachedStatement, OptionalExtension, params};

use crate::domain::sku::match_key;
use crate::journal::open::stamp;
use crate::journal::{Journal, JournalError, RunId};
use crate::plan::{Field, Said};

/// What a file that says that it is complete has stated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    pub n_goods: u64,
    pub n_offers: u64,
}

impl Journal {
    /// What was read of the run's file. `all` is for one that says that it states
    /// everything that 1C has.
    pub fn note_file(
        &self,
        run: RunId,
        formed_at: Option<NaiveDateTime>,
        all: Option<Extent>,
    ) -> Result<(), JournalError> {
        let n = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.connection
            .prepare_cached(
                "UPDATE run SET formed_at = ?2, n_all_goods = ?3, n_all_offers = ?4 WHERE id = ?1",
            )?
            .execute(params![
                run.0,
                formed_at.map(stamp),
                all.map(|all| n(all.n_goods)),
                all.map(|all| n(all.n_offers))
            ])?;
        Ok(())
    }

    /// What the last complete file of this name has stated that was carried. Its
    /// folder does not count: parts of archives have one of their own each time.
    pub fn last_extent(&self, exchange: &str, file: &str) -> Result<Option<Extent>, JournalError> {
        let n = |n: i64| u64::try_from(n).unwrap_or_default();
        let mut statement = self.connection.prepare_cached(
            "SELECT file, n_all_goods, n_all_offers FROM run
             WHERE exchange = ?1 AND state = 'done' AND n_all_goods IS NOT NULL ORDER BY id DESC",
        )?;
        let mut rows = statement.query([exchange])?;
        while let Some(row) = rows.next()? {
            let other: String = row.get(0)?;
            if last_part(&other) == last_part(file) {
                return Ok(Some(Extent {
                    n_goods: n(row.get(1)?),
                    n_offers: n(row.get(2)?),
                }));
            }
        }
        Ok(None)
    }

    /// The runs whose files are newer than that of this one: by what the files say of
    /// their making where both do, else by when they were first seen.
    pub fn newer_than(&self, exchange: &str, run: RunId) -> Result<HashSet<RunId>, JournalError> {
        self.runs_of(
            "SELECT other.id FROM run AS other LEFT JOIN run AS this ON this.id = ?2
             WHERE other.exchange = ?1 AND
             CASE WHEN other.formed_at IS NULL OR this.formed_at IS NULL THEN other.id > ?2
             ELSE other.formed_at > this.formed_at END",
            params![exchange, run.0],
        )
    }

    /// The same for a file that has no run, and has come just now.
    pub fn formed_after(
        &self,
        exchange: &str,
        formed_at: Option<NaiveDateTime>,
    ) -> Result<HashSet<RunId>, JournalError> {
        self.runs_of(
            "SELECT id FROM run WHERE exchange = ?1 AND formed_at > ?2",
            params![exchange, formed_at.map(stamp)],
        )
    }

    fn runs_of(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<HashSet<RunId>, JournalError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let runs = statement.query_map(values, |row| Ok(RunId(row.get(0)?)))?;
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// Which of these things one of `runs` was the last to speak of.
    pub fn said_by(
        &self,
        exchange: &str,
        things: impl Iterator<Item = (Field, String)>,
        runs: &HashSet<RunId>,
    ) -> Result<Said, JournalError> {
        let mut said = Said::default();
        let mut statements = HashMap::new();
        for (field, key) in things {
            let Some(statement) = self.once_for(&mut statements, field, select_of)? else {
                continue;
            };
            let key = key_of(field, &key);
            let by: Option<i64> = statement
                .query_row(params![exchange, key], |row| row.get(0))
                .optional()?
                .flatten();
            if by.is_some_and(|by| runs.contains(&RunId(by))) {
                said.insert((field, key));
            }
        }
        Ok(said)
    }

    /// The run has stated these values, and they are in the shop.
    pub fn note_said<'a>(
        &self,
        exchange: &str,
        run: RunId,
        things: impl Iterator<Item = (Field, &'a str)>,
    ) -> Result<(), JournalError> {
        let mut statements = HashMap::new();
        for (field, key) in things {
            if let Some(statement) = self.once_for(&mut statements, field, update_of)? {
                statement.execute(params![exchange, key_of(field, key), run.0])?;
            }
        }
        Ok(())
    }

    /// The field's statement, prepared at its first use: the rows are many, the fields few.
    fn once_for<'a, 'c>(
        &'c self,
        statements: &'a mut HashMap<Field, CachedStatement<'c>>,
        field: Field,
        sql_of: fn(Field) -> Option<String>,
    ) -> Result<Option<&'a mut CachedStatement<'c>>, JournalError> {
        Ok(match statements.entry(field) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(new) => match sql_of(field) {
                Some(sql) => Some(new.insert(self.connection.prepare_cached(&sql)?)),
                None => None,
            },
        })
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// As the tables have it.
fn key_of(field: Field, key: &str) -> String {
    match field {
        Field::Status | Field::Category => key.to_owned(),
        Field::Product
        | Field::Details
        | Field::Name
        | Field::Price
        | Field::GroupPrices
        | Field::Quantity
        | Field::Variant => match_key(key),
    }
}

/// Where it stands whose word a value is: the table, its column and the row. That a
/// product exists cannot be outdated.
fn place_of(field: Field) -> Option<(&'static str, &'static str, &'static str)> {
    const PRODUCT: &str = "match_key = ?2";
    match field {
        Field::Product => None,
        Field::Category => Some(("told", "said_by", "field = 'category' AND key = ?2")),
        Field::Details => Some(("product_state", "details_by", PRODUCT)),
        Field::Price => Some(("product_state", "price_by", PRODUCT)),
        Field::Quantity => Some(("product_state", "quantity_by", PRODUCT)),
        Field::Name => Some(("product_state", "name_by", PRODUCT)),
        Field::GroupPrices => Some(("told", "said_by", "field = 'group_prices' AND key = ?2")),
        Field::Variant => Some(("told", "said_by", "field = 'variant' AND key = ?2")),
        Field::Status => Some(("order_status", "status_by", "order_id = ?2")),
    }
}

fn select_of(field: Field) -> Option<String> {
    let (table, by, row) = place_of(field)?;
    Some(format!(
        "SELECT {by} FROM {table} WHERE exchange = ?1 AND {row}"
    ))
}

fn update_of(field: Field) -> Option<String> {
    let (table, by, row) = place_of(field)?;
    if field == Field::Category {
        // What the shop has of it stands elsewhere, and is forgotten while a call is open.
        let insert = format!(
            "INSERT INTO {table} (exchange, field, key, match_key, {by}) VALUES (?1, 'category', ?2, '', ?3)
             ON CONFLICT DO UPDATE SET {by} = excluded.{by} WHERE {by} IS NOT excluded.{by}"
        );
        return Some(insert);
    }
    Some(format!(
        "UPDATE {table} SET {by} = ?3 WHERE exchange = ?1 AND {row} AND {by} IS NOT ?3"
    ))
}
