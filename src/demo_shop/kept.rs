//! The SQLite file in which a shop is kept over restarts.
//!
//! Rows are JSON documents by id: nothing but this shop ever queries them.

use std::path::Path;

use rusqlite::{Connection, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::catalogue::{Catalogue, Category, Order, Product, Status};

use crate::wording::{Message, Worded, message};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS row (
        kind TEXT NOT NULL,
        id INTEGER NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) WITHOUT ROWID;";

/// The file cannot be used as the memory of a shop.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum KeptError {
    Sqlite(#[from] rusqlite::Error),
    Document(#[from] serde_json::Error),
}

impl Worded for KeptError {
    fn message(&self) -> Message {
        match self {
            Self::Sqlite(_) => message!("demo-shop-file"),
            Self::Document(_) => message!("demo-shop-row"),
        }
    }
}

pub(super) struct Kept(Connection);

impl Kept {
    pub(super) fn open(path: &Path) -> Result<Kept, KeptError> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Kept(connection))
    }

    /// What the file holds, or `None` when it is new.
    pub(super) fn load(&self) -> Result<Option<Catalogue>, KeptError> {
        let found = Catalogue {
            statuses: self.rows("status")?,
            categories: self.rows("category")?,
            products: self.rows("product")?,
            orders: self.rows("order")?,
            new_orders: Vec::new(),
        };
        Ok(if found.statuses.is_empty() {
            None
        } else {
            Some(found)
        })
    }

    /// Writes what hardly any call changes.
    pub(super) fn save_frame(
        &mut self,
        statuses: &[Status],
        categories: &[Category],
    ) -> Result<(), KeptError> {
        let tx = self.0.transaction()?;
        for status in statuses {
            put(&tx, "status", status.id, status)?;
        }
        for category in categories {
            put(&tx, "category", category.id, category)?;
        }
        Ok(tx.commit()?)
    }

    pub(super) fn save<'a>(
        &mut self,
        products: impl Iterator<Item = &'a Product>,
        orders: impl Iterator<Item = &'a Order>,
    ) -> Result<(), KeptError> {
        let tx = self.0.transaction()?;
        for product in products {
            put(&tx, "product", product.id, product)?;
        }
        for order in orders {
            put(&tx, "order", order.id.0, order)?;
        }
        Ok(tx.commit()?)
    }

    fn rows<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<T>, KeptError> {
        let mut select = self
            .0
            .prepare("SELECT document FROM row WHERE kind = ? ORDER BY id")?;
        let documents = select.query_map([kind], |row| row.get::<_, String>(0))?;
        documents
            .map(|document| Ok(serde_json::from_str(&document?)?))
            .collect()
    }
}

fn put(
    tx: &Transaction<'_>,
    kind: &str,
    id: u32,
    document: &impl Serialize,
) -> Result<(), KeptError> {
    let document = serde_json::to_string(document)?;
    tx.prepare_cached("INSERT OR REPLACE INTO row VALUES (?, ?, ?)")?
        .execute(params![kind, id, document])?;
    Ok(())
}
