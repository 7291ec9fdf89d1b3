//! What the rows of a list say together: an article may stand in it once, or once for each warehouse.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use crate::domain::{Offer, Quantity};
use crate::journal::{Journal, ReferenceKind};
use crate::pipeline::{CarryError, Exchange};
use crate::wording::message;

/// Warehouses that need not be asked for again; nobody has more.
const MAX_WAREHOUSES: usize = 1_000;
const MAX_WAREHOUSE_BYTES: usize = 500;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct ListRows {
    /// Rows of a list by warehouse, and those of them that count.
    n_warehouse_rows: u64,
    n_counted_rows: u64,
    warehouses: HashMap<String, bool>,
    /// Headers over prices, in a list with several.
    price_columns: HashSet<Arc<str>>,
    /// Articles of a list without ids, by hash.
    first_rows: HashMap<u64, FirstRow>,
    repeated: HashSet<u64>,
    /// Stock of articles that a list states warehouse by warehouse.
    sums: HashMap<u64, Quantity>,
    hasher: RandomState,
}

/// What a list has said of an article so far, in rows that name no warehouse.
#[derive(Debug)]
struct FirstRow {
    line: u64,
    /// A hash of name and prices, where a row has had such.
    says: Option<u64>,
    has_stock: bool,
}

impl ListRows {
    /// A list may state an article once, or once for each warehouse.
    pub(super) fn count(
        &mut self,
        offer: &Offer,
        exchange: &Exchange,
        journal: &Journal,
    ) -> Result<(), CarryError> {
        for column in offer
            .prices
            .iter()
            .filter_map(|price| price.price_type.as_ref())
        {
            if !self.price_columns.contains(column) {
                journal.note_seen(exchange.name(), ReferenceKind::ListPrice, column)?;
                self.price_columns.insert(Arc::clone(column));
            }
        }
        let Some(sku) = &offer.sku else { return Ok(()) };
        let key = self.hasher.hash_one(sku.match_key());
        if offer.warehouses.is_empty() {
            self.count_first_row(key, offer);
            return Ok(());
        }
        for stock in &offer.warehouses {
            let is_counted = self.is_counted(&stock.warehouse, exchange, journal)?;
            self.n_warehouse_rows += 1;
            self.n_counted_rows += u64::from(is_counted);
            let sum = self.sums.entry(key).or_insert(Quantity::ZERO);
            if is_counted {
                *sum = sum.plus(stock.quantity).unwrap_or(*sum);
            }
        }
        Ok(())
    }

    /// Two rows of one article contradict each other, unless one says nothing new: a report
    /// by warehouse leaves the cell of a warehouse blank that has nothing.
    fn count_first_row(&mut self, key: u64, offer: &Offer) {
        let prices: Vec<_> = offer
            .prices
            .iter()
            .map(|price| (&price.price_type, price.price))
            .collect();
        let says = (!prices.is_empty()).then(|| self.hasher.hash_one((&offer.name, prices)));
        let has_stock = offer.quantity.is_some();
        let row = self.first_rows.entry(key).or_insert(FirstRow {
            line: offer.line,
            says: None,
            has_stock: false,
        });
        let says_otherwise = row.says.zip(says).is_some_and(|(one, other)| one != other);
        if says_otherwise || (row.has_stock && has_stock) {
            self.repeated.insert(key);
        }
        row.says = row.says.or(says);
        row.has_stock |= has_stock;
    }

    /// Lists name warehouses; the configuration may name them or their ids.
    fn is_counted(
        &mut self,
        warehouse: &str,
        exchange: &Exchange,
        journal: &Journal,
    ) -> Result<bool, CarryError> {
        if let Some(known) = self.warehouses.get(warehouse) {
            return Ok(*known);
        }
        let chosen = &exchange.settings.goods.warehouses;
        let ids = journal.reference_ids(exchange.name(), ReferenceKind::Warehouse, warehouse)?;
        let lower = warehouse.to_lowercase();
        let is_counted = chosen.is_empty()
            || chosen
                .iter()
                .any(|name| name.to_lowercase() == lower || ids.contains(name));
        journal.note_seen(exchange.name(), ReferenceKind::ListWarehouse, warehouse)?;
        if self.warehouses.len() < MAX_WAREHOUSES && warehouse.len() <= MAX_WAREHOUSE_BYTES {
            self.warehouses.insert(warehouse.to_owned(), is_counted);
        }
        Ok(is_counted)
    }

    /// A misspelt warehouse in the configuration must not empty the shop.
    pub(super) fn check_warehouses(&self) -> Result<(), CarryError> {
        if self.n_warehouse_rows > 0 && self.n_counted_rows == 0 {
            return Err(CarryError::Settings(message!("carry-no-warehouse")));
        }
        Ok(())
    }

    /// The line that stated the article of this row first, if several do.
    pub(super) fn repeated_since(&self, offer: &Offer) -> Option<u64> {
        let sku = offer.sku.as_ref().filter(|_| offer.item.is_none())?;
        let key = self.hasher.hash_one(sku.match_key());
        self.repeated
            .contains(&key)
            .then(|| self.first_rows.get(&key).map(|row| row.line))
            .flatten()
    }

    /// The stock of the row's article over all its rows, where warehouses have rows of their own.
    pub(super) fn sum_of(&self, offer: &Offer) -> Option<Quantity> {
        let sku = offer
            .sku
            .as_ref()
            .filter(|_| offer.item.is_none() && !offer.warehouses.is_empty())?;
        self.sums
            .get(&self.hasher.hash_one(sku.match_key()))
            .copied()
    }
}
