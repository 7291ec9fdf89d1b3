//! What the shop has to choose from, asked for once and remembered for a while.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

use crate::domain::{Category, CategoryId, Sku, StatusId};
use crate::journal::{Journal, ReferenceKind};
use crate::pipeline::{CarryError, Exchange, MatchBy};
use crate::plan::{Detail, NewGoods, StatusRules};
use crate::wording::message;

/// May the shop be asked, or is the journal all there is?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Online,
    Offline,
}

/// The shop's own lists, for as long as one pass over the inbox takes.
pub(super) struct Lookup<'a> {
    exchange: &'a Exchange,
    journal: &'a Journal,
    reach: Reach,
    statuses: OnceCell<Vec<(StatusId, String)>>,
    new_goods: OnceCell<NewGoods>,
    names: OnceCell<HashMap<String, Sku>>,
    has_articles: Cell<bool>,
    /// A person said that a far shorter list of articles is right.
    accepts_fewer: Cell<bool>,
    /// The shop's new orders have been fetched in this pass.
    has_orders: Cell<bool>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(exchange: &'a Exchange, journal: &'a Journal, reach: Reach) -> Self {
        Self {
            exchange,
            journal,
            reach,
            statuses: OnceCell::new(),
            new_goods: OnceCell::new(),
            names: OnceCell::new(),
            has_articles: Cell::new(false),
            accepts_fewer: Cell::new(false),
            has_orders: Cell::new(false),
        }
    }

    /// Makes sure that the journal holds the shop's present articles.
    pub(super) fn need_articles(&self) -> Result<(), CarryError> {
        if !self.knows_articles() {
            self.refresh_articles()?;
        }
        Ok(())
    }

    /// Whether [`Self::need_articles`] has nothing to ask.
    pub(super) fn knows_articles(&self) -> bool {
        self.reach == Reach::Offline || self.has_articles.get()
    }

    /// For the file that is carried now, if it has been approved.
    pub(super) fn accept_fewer_articles(&self, is_approved: bool) {
        self.accepts_fewer.set(is_approved);
    }

    pub(super) fn note_orders_fetched(&self) {
        self.has_orders.set(true);
    }

    pub(super) fn has_orders(&self) -> bool {
        self.has_orders.get()
    }

    /// A list that has lost most of its articles is not believed: all that it lacks
    /// would be added a second time.
    pub(super) fn refresh_articles(&self) -> Result<(), CarryError> {
        let mut listing = self.journal.begin_listing()?;
        self.exchange
            .client
            .each_listed(&mut |listed| listing.take(listed))?;
        let before = self.journal.n_articles(self.exchange.name())?;
        let guard = &self.exchange.settings.guard;
        let alarm = guard.fewer_articles(listing.len(), before);
        if let Some(alarm) = alarm.filter(|_| !self.accepts_fewer.get()) {
            let alarms = vec![alarm];
            return Err(CarryError::Guarded { alarms });
        }
        listing.adopt(self.exchange.name())?;
        self.has_articles.set(true);
        Ok(())
    }

    pub(super) fn statuses(&self) -> Result<&[(StatusId, String)], CarryError> {
        if let Some(known) = self.statuses.get() {
            return Ok(known);
        }
        let name = self.exchange.name();
        let statuses = match self.reach {
            Reach::Online => {
                let statuses = self.exchange.client.statuses()?;
                let rows: Vec<_> = statuses
                    .iter()
                    .map(|(id, name)| (id.to_string(), name.clone()))
                    .collect();
                self.journal
                    .replace_references(name, ReferenceKind::Status, &rows)?;
                statuses
            }
            Reach::Offline => self
                .journal
                .references(name, ReferenceKind::Status)?
                .into_iter()
                .filter_map(|(id, name)| Some((StatusId::parse(&id)?, name)))
                .collect(),
        };
        Ok(self.statuses.get_or_init(|| statuses))
    }

    pub(super) fn status_rules(&self) -> Result<StatusRules, CarryError> {
        let map = self.exchange.settings.orders.map.clone();
        Ok(StatusRules {
            shop: self.statuses()?.to_vec(),
            map,
        })
    }

    /// The category for new goods, as the configuration names it.
    pub(super) fn new_goods(&self) -> Result<NewGoods, CarryError> {
        if let Some(known) = self.new_goods.get() {
            return Ok(*known);
        }
        let found = match &self.exchange.settings.goods.category {
            // With a tree of categories, the file says where they go.
            None if self.has_tree()? => NewGoods::Into(CategoryId(0)),
            None => NewGoods::Report,
            Some(wanted) => NewGoods::Into(self.category(wanted)?),
        };
        Ok(*self.new_goods.get_or_init(|| found))
    }

    fn has_tree(&self) -> Result<bool, CarryError> {
        let (told, _) = self.details()?;
        Ok(told.contains(&Detail::Categories))
    }

    /// What of goods goes to the shop, and what its module does not take. Offline,
    /// nothing is known of either.
    pub(super) fn details(&self) -> Result<(Vec<Detail>, Vec<Detail>), CarryError> {
        if self.reach == Reach::Offline {
            return Ok((Vec::new(), Vec::new()));
        }
        let abilities = self.exchange.client.abilities()?;
        let can = |detail: &Detail| match detail {
            Detail::Pictures => abilities.pictures,
            Detail::Categories => abilities.categories,
            Detail::Variants => abilities.variants,
            Detail::GroupPrices => abilities.group_prices,
            Detail::Description | Detail::Attributes | Detail::Manufacturer | Detail::Sizes => {
                abilities.details
            }
        };
        let wanted = self.exchange.settings.goods.details.iter().copied();
        Ok(wanted.partition(can))
    }

    fn category(&self, wanted: &str) -> Result<CategoryId, CarryError> {
        let name = self.exchange.name();
        let categories: Vec<(CategoryId, String)> = match self.reach {
            Reach::Online => {
                let categories = self.exchange.client.categories()?;
                let rows: Vec<_> = categories
                    .iter()
                    .map(|c| (c.id.to_string(), path_of(c)))
                    .collect();
                self.journal
                    .replace_references(name, ReferenceKind::Category, &rows)?;
                categories
                    .iter()
                    .map(|category| (category.id, path_of(category)))
                    .collect()
            }
            Reach::Offline => self
                .journal
                .references(name, ReferenceKind::Category)?
                .into_iter()
                .filter_map(|(id, path)| Some((CategoryId(id.parse().ok()?), path)))
                .collect(),
        };
        let lower = wanted.trim().to_lowercase();
        let is_wanted = |(id, path): &&(CategoryId, String)| {
            let path = path.to_lowercase();
            id.to_string() == lower || path == lower || path.rsplit(" > ").next() == Some(&lower)
        };
        categories
            .iter()
            .find(is_wanted)
            .map(|(id, _)| *id)
            .ok_or_else(|| CarryError::Settings(message!("carry-no-category", category = wanted)))
    }

    /// The article of the product that goes by this name in the shop.
    pub(super) fn article_by_name(&self, name: &str) -> Result<Option<Sku>, CarryError> {
        let names = if let Some(names) = self.names.get() {
            names
        } else {
            let listed = self.shop_names()?;
            self.names.get_or_init(|| listed)
        };
        Ok(names.get(&plain_name(name)).cloned())
    }

    /// Older modules have no `getnames`; the product list names the goods too.
    fn shop_names(&self) -> Result<HashMap<String, Sku>, CarryError> {
        debug_assert_eq!(self.exchange.settings.goods.match_by, MatchBy::Name);
        if self.reach == Reach::Offline {
            return Ok(HashMap::new());
        }
        let client = &self.exchange.client;
        let names = match client.names() {
            Ok(names) => names,
            Err(crate::shop::ShopError::NoFunction { .. }) => client
                .products()?
                .into_iter()
                .map(|product| (product.sku, product.name))
                .collect(),
            Err(err) => return Err(err.into()),
        };
        let mut by_name: HashMap<String, Option<Sku>> = HashMap::new();
        for (sku, name) in names {
            // A name that two products share finds neither.
            by_name
                .entry(plain_name(&name))
                .and_modify(|known| *known = None)
                .or_insert(Some(sku));
        }
        Ok(by_name
            .into_iter()
            .filter_map(|(name, sku)| Some((name, sku?)))
            .collect())
    }
}

/// `Чай > Зелёный`.
pub(super) fn path_of(category: &Category) -> String {
    category.path.join(" > ")
}

fn plain_name(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}
