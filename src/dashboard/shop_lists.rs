//! What the shop has to choose from: its statuses and categories, asked for when somebody wants to choose.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::pipeline::ExchangeSettings;
use crate::shop::{Client, ShopError};
use crate::wording::{Message, Worded as _};

/// Number and name; of a category its whole path.
pub(super) type List = Result<Vec<(String, String)>, Message>;

/// What a shop has said.
#[derive(Debug)]
pub(super) struct ShopList {
    pub(super) statuses: List,
    pub(super) categories: List,
}

#[derive(Debug, Default)]
pub(super) struct ShopLists {
    /// `None` while the shop is being asked.
    known: Mutex<BTreeMap<String, Option<Arc<ShopList>>>>,
    version: AtomicU64,
}

impl ShopLists {
    /// What the shop said when it was last asked.
    pub(super) fn of(&self, exchange: &str) -> Option<Arc<ShopList>> {
        self.lock().get(exchange).cloned().flatten()
    }

    /// True for the first who wants to know: he is to ask.
    pub(super) fn is_to_ask(&self, exchange: &str) -> bool {
        let mut known = self.lock();
        let is_new = !known.contains_key(exchange);
        known.entry(exchange.to_owned()).or_default();
        is_new
    }

    /// Asks the shop now, however long it takes.
    pub(super) fn ask(&self, exchange: &ExchangeSettings) {
        let said = ask(exchange).unwrap_or_else(|err| ShopList {
            statuses: Err(err.message()),
            categories: Err(err.message()),
        });
        self.lock()
            .insert(exchange.name.clone(), Some(Arc::new(said)));
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    /// Another number as soon as a shop has answered.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Option<Arc<ShopList>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One list may be there without the other: not every module has both.
fn ask(exchange: &ExchangeSettings) -> Result<ShopList, ShopError> {
    let client = Client::new(exchange.shop.clone())?;
    let statuses = client.statuses().map(|statuses| {
        let pairs = statuses
            .into_iter()
            .map(|(id, name)| (id.to_string(), name));
        pairs.collect()
    });
    let categories = client.categories().map(|categories| {
        let pairs = categories
            .into_iter()
            .map(|category| (category.id.to_string(), category.path.join(" > ")));
        pairs.collect()
    });
    Ok(ShopList {
        statuses: statuses.map_err(|err| err.message()),
        categories: categories.map_err(|err| err.message()),
    })
}
