//! One exchange: a shop, its inbox and its outbox, and how they are to be treated.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::PriceList;
use crate::folders::Marker;
use crate::formats::commerceml::Profile;
use crate::formats::{CsvOptions, Encoding};
use crate::pipeline::lists::ListColumn;
use crate::pipeline::pace::Pace;
use crate::pipeline::publishing::OrderFileName;
use crate::plan::{Detail, Guard, Negative, Rounding};
use crate::shop;
use crate::wording::Language;

/// What the configuration says of one exchange.
#[derive(Debug, Clone)]
pub struct ExchangeSettings {
    pub name: String,
    pub inbox: PathBuf,
    pub outbox: PathBuf,
    /// What says that a file in the inbox is complete, where its writer says so.
    pub marker: Option<Marker>,
    pub shop: shop::Settings,
    /// The most entries in one call; a shop that is slow gets fewer.
    pub batch: usize,
    /// How long a call whose answer was lost may still be at work in the shop.
    pub settle: Duration,
    pub goods: GoodsSettings,
    pub orders: OrderSettings,
    pub lists: ListSettings,
    pub guard: Guard,
    pub csv: CsvOptions,
    /// Of the receipts.
    pub language: Language,
    pub schedule: Schedule,
}

impl ExchangeSettings {
    /// Takes over what a person chooses while the service runs: nothing that was set
    /// up when it started, such as folders, the shop or the schedule.
    pub fn take_choices(&mut self, chosen: &Self) {
        self.goods.category.clone_from(&chosen.goods.category);
        self.goods.price_type.clone_from(&chosen.goods.price_type);
        self.goods.warehouses.clone_from(&chosen.goods.warehouses);
        let has_tree = chosen.goods.details.contains(&Detail::Categories);
        self.goods
            .details
            .retain(|detail| *detail != Detail::Categories);
        self.goods
            .details
            .extend(has_tree.then_some(Detail::Categories));
        self.orders.statuses.clone_from(&chosen.orders.statuses);
        self.orders.map.clone_from(&chosen.orders.map);
    }
}

/// What happens with goods, prices and stock.
#[derive(Debug, Clone, Default)]
pub struct GoodsSettings {
    pub match_by: MatchBy,
    /// Category for new goods, by id or by name; `None`: new goods are only reported.
    pub category: Option<String>,
    /// What of goods goes to the shop beside name, price and stock, where its module takes it.
    pub details: Vec<Detail>,
    pub price_type: Option<String>,
    /// Price types of 1C, by id or name, and the list and customer group that each goes to.
    pub group_prices: Vec<(String, PriceList, u32)>,
    /// Warehouses that count, by id or name; empty: all.
    pub warehouses: Vec<String>,
    pub rounding: Rounding,
    pub negative: Negative,
    pub updates_names: bool,
    /// `{sku}`, `{variant}`, `{barcode}`: how a variant without an article of its own
    /// is called in the shop; `None`: it is not.
    pub variant_article: Option<String>,
    pub deleted: Deleted,
    /// What happens to the stock of products that a full export leaves out, this long
    /// after its last portion; `None`: nothing.
    pub zero_missing_after: Option<Duration>,
    /// The module's key to the name of a property, a requisite or a column.
    pub extra: BTreeMap<String, String>,
}

/// What a deletion mark of 1C does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Deleted {
    #[default]
    Ignore,
    /// The stock in the shop becomes zero.
    Zero,
    /// The row is left for a person.
    Report,
}

/// How a product of 1C finds its product in the shop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MatchBy {
    #[default]
    Article,
    Name,
}

/// What happens with orders.
#[derive(Debug, Clone, Default)]
pub struct OrderSettings {
    /// Orders in these statuses are new to 1C; by name or id.
    pub statuses: Vec<String>,
    /// 1C's words, or `cancelled`, `shipped`, `paid`, `accepted`, to the shop's statuses.
    pub map: BTreeMap<String, String>,
    /// How 1C calls the currency, where it is not the shop's code.
    pub currency: Option<String>,
    pub profile: Profile,
    pub file: OrderFileName,
    /// Added to the shop's local times.
    pub shift: TimeDelta,
    /// Whether an order that has changed in the shop is written again.
    pub rewrites_changed: bool,
}

/// What the product list for 1C's table loader looks like.
#[derive(Debug, Clone)]
pub struct ListSettings {
    pub columns: Vec<ListColumn>,
    pub encoding: Encoding,
}

impl Default for ListSettings {
    fn default() -> Self {
        Self {
            columns: ListColumn::ALL.to_vec(),
            encoding: Encoding::Utf8WithMark,
        }
    }
}

/// When the service does what.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub scan: Duration,
    /// How long a file must look the same before it is taken.
    pub quiet: Duration,
    pub orders: Option<Duration>,
    pub products: Option<Duration>,
    /// How long goods, price types and warehouses are waited for that other files speak of.
    pub wait: Duration,
}

/// An exchange at work: its settings and its shop.
pub struct Exchange {
    pub settings: ExchangeSettings,
    pub client: shop::Client,
    pub(super) pace: Pace,
}

impl Exchange {
    pub fn new(settings: ExchangeSettings) -> Result<Self, shop::ShopError> {
        let client = shop::Client::new(settings.shop.clone())?;
        let pace = Pace::new(settings.batch);
        Ok(Self {
            settings,
            client,
            pace,
        })
    }

    pub fn name(&self) -> &str {
        &self.settings.name
    }
}
