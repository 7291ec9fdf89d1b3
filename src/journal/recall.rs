//! Prices and stock as the journal knows them, in memory while a long file is compared with them.
//!
//! Asking the journal for 300,000 products one by one takes longer than going
//! through all of them once. It answers only for products that it is sure of;
//! whoever gets no answer asks the journal.

use std::hash::{BuildHasher as _, RandomState};

use rusqlite::types::FromSqlError;
use rust_decimal::Decimal;

use crate::domain::{Money, sku};
use crate::journal::{Journal, JournalError};
use crate::plan::{Action, KnownProduct};

/// With more products than this, each is asked for after all: 24 bytes each must fit
/// into what the whole program may take.
const MAX_PRODUCTS: u64 = 1_100_000;

/// See the module's documentation.
#[derive(Debug)]
pub struct Recall {
    /// Sorted by the hash of the match key. Nobody outside knows the hash function:
    /// with a million products, an article that is none of them passes for one once
    /// in 18 million million times.
    products: Vec<(u64, State)>,
    /// Where the hashes with each of the possible first bits begin: a search among all
    /// of them would wait for memory at every step.
    starts: Vec<usize>,
    hasher: RandomState,
    /// Of the journal, as other processes have left it.
    version: i64,
}

/// In ten-thousandths, as the shop keeps them, and in pieces.
#[derive(Debug, Clone, Copy)]
struct State {
    price: i64,
    quantity: i64,
}

/// A price or stock that is not known; neither can be so small.
const NONE: i64 = i64::MIN;

/// The state of a product that the journal must be asked for.
const DOUBTED: State = State {
    price: i64::MAX,
    quantity: NONE,
};

impl Recall {
    /// `None` where the journal must be asked.
    pub fn product(&self, match_key: &str) -> Option<KnownProduct> {
        let (_, state) = self.products.get(self.place(match_key)?)?;
        if state.price == DOUBTED.price {
            return None;
        }
        let price = (state.price != NONE).then(|| Decimal::new(state.price, 4));
        Some(KnownProduct {
            price: price.and_then(|price| Money::from_decimal(price).ok()),
            quantity: i32::try_from(state.quantity).ok(),
            ..KnownProduct::default()
        })
    }

    /// Takes it that the shop has this now; false where that must be written down.
    pub fn assume(&mut self, action: &Action) -> bool {
        match action {
            Action::Price { sku, price } => {
                let price = in_ten_thousandths(*price);
                let state = self.state(&sku.match_key());
                price.zip(state).map(|(new, state)| state.price = new)
            }
            Action::Quantity { sku, quantity } => self
                .state(&sku.match_key())
                .map(|state| state.quantity = (*quantity).into()),
            Action::Category(_)
            | Action::Add(_)
            | Action::Details { .. }
            | Action::Name { .. }
            | Action::GroupPrices { .. }
            | Action::Variant { .. }
            | Action::Status { .. } => None,
        }
        .is_some()
    }

    /// The journal may know it otherwise from now on.
    pub fn doubt(&mut self, action: &Action) {
        let place = self.place(&sku::match_key(&action.key()));
        if let Some((_, state)) = place.and_then(|at| self.products.get_mut(at)) {
            *state = DOUBTED;
        }
    }

    /// Of a product that is not doubted.
    fn state(&mut self, match_key: &str) -> Option<&mut State> {
        let place = self.place(match_key)?;
        let (_, state) = self.products.get_mut(place)?;
        (state.price != DOUBTED.price).then_some(state)
    }

    fn place(&self, match_key: &str) -> Option<usize> {
        let hash = self.hasher.hash_one(match_key);
        let bucket = bucket_of(hash);
        let (start, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        let found = self.products.get(start..end)?;
        let place = found.iter().position(|(key, _)| *key == hash)?;
        Some(start + place)
    }
}

/// So many first bits of a hash: a dozen products or so behind each at the most.
const BUCKET_BITS: u32 = 17;

fn bucket_of(hash: u64) -> usize {
    usize::try_from(hash >> (u64::BITS - BUCKET_BITS)).unwrap_or_default()
}

fn in_ten_thousandths(price: Money) -> Option<i64> {
    let amount = price.as_decimal();
    let n_missing = 4_u32.checked_sub(amount.scale())?;
    i64::try_from(amount.mantissa() * 10_i128.pow(n_missing)).ok()
}

fn wrong_type(err: FromSqlError) -> JournalError {
    rusqlite::Error::from(err).into()
}

impl Journal {
    /// What the shop is known to have, without the names; `None` where that is too much.
    pub fn recall(&self, exchange: &str) -> Result<Option<Recall>, JournalError> {
        let version = self.data_version()?;
        let n_articles = self.n_articles(exchange)?;
        if n_articles > MAX_PRODUCTS {
            return Ok(None);
        }
        let n = usize::try_from(n_articles).unwrap_or_default();
        let hasher = RandomState::new();
        // Both in the order of their keys: walked through side by side, since a join
        // would look each up.
        let mut articles = self.connection.prepare_cached(
            "SELECT match_key FROM article WHERE exchange = ?1 ORDER BY match_key",
        )?;
        let mut known = self.connection.prepare_cached(
            "SELECT match_key, price, quantity,
             (price IS NULL AND last_price IS NOT NULL) OR (quantity IS NULL AND last_quantity IS NOT NULL)
             FROM product_state WHERE exchange = ?1 ORDER BY match_key",
        )?;
        let mut articles = articles.query([exchange])?;
        let mut known = known.query([exchange])?;
        let mut next = known.next()?;
        let mut products: Vec<(u64, State)> = Vec::with_capacity(n);
        while let Some(article) = articles.next()? {
            let key = article.get_ref(0)?.as_str().map_err(wrong_type)?;
            let mut state = State {
                price: NONE,
                quantity: NONE,
            };
            while let Some(row) = next {
                let other = row.get_ref(0)?.as_str().map_err(wrong_type)?;
                if other > key {
                    break;
                }
                if other == key {
                    let price = row.get_ref(1)?.as_str_or_null().map_err(wrong_type)?;
                    let price = price.and_then(|price| Money::parse(price).ok());
                    state.price = price.and_then(in_ten_thousandths).unwrap_or(NONE);
                    state.quantity = row.get::<_, Option<i64>>(2)?.unwrap_or(NONE);
                    // What it was before is asked of the journal.
                    let is_in_doubt: bool = row.get(3)?;
                    if is_in_doubt {
                        state = DOUBTED;
                    }
                }
                next = known.next()?;
            }
            products.push((hasher.hash_one(key), state));
        }
        products.sort_unstable_by_key(|(key, _)| *key);
        let mut starts = Vec::with_capacity((1 << BUCKET_BITS) + 1);
        for (at, (hash, _)) in products.iter().enumerate() {
            while starts.len() <= bucket_of(*hash) {
                starts.push(at);
            }
        }
        starts.resize((1 << BUCKET_BITS) + 1, products.len());
        Ok(Some(Recall {
            products,
            starts,
            hasher,
            version,
        }))
    }

    /// Whether no other process has written since; of what this one writes, whoever
    /// writes must tell.
    pub fn agrees_with(&self, recall: &Recall) -> Result<bool, JournalError> {
        Ok(self.data_version()? == recall.version)
    }

    pub fn data_version(&self) -> Result<i64, JournalError> {
        Ok(self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;

    use super::*;
    use crate::domain::{Listed, Sku};

    fn sku(text: &str) -> Sku {
        Sku::parse(text).unwrap()
    }

    fn price(article: &str, price: &str) -> Action {
        Action::Price {
            sku: sku(article),
            price: Money::parse(price).unwrap(),
        }
    }

    fn quantity(article: &str, quantity: i32) -> Action {
        let sku = sku(article);
        Action::Quantity { sku, quantity }
    }

    /// A thousand articles, with prices, stock, both or neither.
    fn journal(folder: &std::path::Path) -> (Journal, Vec<Sku>) {
        let journal = Journal::open(&folder.join("j.sqlite")).unwrap();
        let articles: Vec<String> = (0..1_000).map(|n| format!("Чай-{n}")).collect();
        let listed: Vec<Listed> = articles
            .iter()
            .map(|article| Listed {
                article: article.clone(),
                price: None,
                quantity: None,
            })
            .collect();
        journal.replace_articles("main", &listed).unwrap();
        let mut known = Vec::new();
        for (n, article) in (0..).zip(&articles) {
            if n % 2 == 0 {
                known.push(price(article, &format!("{n}.{n}")));
            }
            if n % 3 == 0 {
                known.push(quantity(article, n - 500));
            }
        }
        // Of an article that the shop has lost since, and of another shop.
        known.push(price("Чай", "1"));
        journal
            .assume("main", &known, NaiveDateTime::default())
            .unwrap();
        journal
            .assume("other", &[price("Чай-1", "1")], NaiveDateTime::default())
            .unwrap();
        (
            journal,
            articles.iter().map(|article| sku(article)).collect(),
        )
    }

    #[test]
    fn it_knows_what_the_journal_knows() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, skus) = journal(folder.path());
        let recall = journal.recall("main").unwrap().unwrap();
        let known = journal.known_products("main", skus.iter()).unwrap();
        assert_eq!(known.len(), skus.len());
        for (key, product) in known {
            assert_eq!(recall.product(&key), Some(product), "{key}");
        }
        assert_eq!(recall.product("чай"), None);
        assert_eq!(recall.product("кофе"), None);
        let empty = journal.recall("nobody").unwrap().unwrap();
        assert_eq!(empty.product("чай-1"), None);
    }

    #[test]
    fn what_is_assumed_is_known_and_what_is_doubted_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = journal(folder.path());
        let mut recall = journal.recall("main").unwrap().unwrap();
        assert!(recall.assume(&price("ЧАЙ-5", "7.1234")));
        assert!(recall.assume(&quantity("чай-5", -3)));
        let product = recall.product("чай-5").unwrap();
        assert_eq!(product.price, Money::parse("7.1234").ok());
        assert_eq!(product.quantity, Some(-3));
        assert!(!recall.assume(&price("Кофе", "1")));
        recall.doubt(&quantity("ЧАЙ-5", 1));
        assert_eq!(recall.product("чай-5"), None);
        assert!(!recall.assume(&price("чай-5", "1")));
    }

    #[test]
    fn what_another_process_writes_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = journal(folder.path());
        let recall = journal.recall("main").unwrap().unwrap();
        assert!(journal.agrees_with(&recall).unwrap());
        let other = Journal::open(&folder.path().join("j.sqlite")).unwrap();
        let change = [price("Чай-5", "8")];
        other
            .assume("main", &change, NaiveDateTime::default())
            .unwrap();
        assert!(!journal.agrees_with(&recall).unwrap());
    }
}
