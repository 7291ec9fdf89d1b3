//! The sections of the configuration file as they are written, and their defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::cli::notice::NoticeSection;
use crate::cli::out_config::{ListsSection, OrdersSection};
use crate::cli::page::PageSection;
use crate::plan::Guard;

/// The file: either one exchange at the top, or several under `[[exchange]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) journal: Option<PathBuf>,
    pub(super) keep_days: Option<u64>,
    pub(super) language: Option<String>,
    #[serde(default)]
    pub(super) page: PageSection,
    #[serde(default)]
    pub(super) notice: NoticeSection,
    #[serde(default)]
    pub(super) exchange: Vec<ExchangeSection>,
    pub(super) name: Option<String>,
    pub(super) shop: Option<ShopSection>,
    pub(super) folders: Option<FoldersSection>,
    pub(super) schedule: Option<ScheduleSection>,
    pub(super) goods: Option<GoodsSection>,
    pub(super) orders: Option<OrdersSection>,
    pub(super) lists: Option<ListsSection>,
    pub(super) csv: Option<CsvSection>,
    pub(super) guard: Option<GuardSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExchangeSection {
    pub(super) name: String,
    pub(super) shop: ShopSection,
    pub(super) folders: FoldersSection,
    #[serde(default)]
    pub(super) schedule: ScheduleSection,
    #[serde(default)]
    pub(super) goods: GoodsSection,
    #[serde(default)]
    pub(super) orders: OrdersSection,
    #[serde(default)]
    pub(super) lists: ListsSection,
    #[serde(default)]
    pub(super) csv: CsvSection,
    #[serde(default)]
    pub(super) guard: GuardSection,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShopSection {
    pub(super) url: String,
    #[serde(default)]
    pub(super) username: String,
    pub(super) key: Option<String>,
    pub(super) key_file: Option<PathBuf>,
    #[serde(default = "auto")]
    pub(super) module: String,
    #[serde(default = "auto")]
    pub(super) dialect: String,
    #[serde(default = "two_minutes")]
    pub(super) timeout_s: u64,
    #[serde(default = "two_hundred")]
    pub(super) batch: usize,
    #[serde(default = "half_a_minute")]
    pub(super) settle_s: u64,
    pub(super) store: Option<u32>,
    pub(super) language: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FoldersSection {
    pub(super) inbox: PathBuf,
    pub(super) outbox: PathBuf,
    pub(super) marker: Option<String>,
}

impl Default for FoldersSection {
    fn default() -> Self {
        Self {
            inbox: "inbox".into(),
            outbox: "outbox".into(),
            marker: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScheduleSection {
    #[serde(rename = "scan_s")]
    pub(super) scan: u64,
    #[serde(rename = "quiet_s")]
    pub(super) quiet: u64,
    #[serde(rename = "orders_s")]
    pub(super) orders: u64,
    #[serde(rename = "products_s")]
    pub(super) products: u64,
    #[serde(rename = "wait_s")]
    pub(super) wait: u64,
}

impl Default for ScheduleSection {
    fn default() -> Self {
        Self {
            scan: 5,
            quiet: 3,
            orders: 300,
            products: 0,
            wait: 3_600,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct GoodsSection {
    #[serde(rename = "match")]
    pub(super) match_by: String,
    pub(super) category: Option<toml::Value>,
    pub(super) categories: String,
    pub(super) details: Vec<String>,
    pub(super) show_new: bool,
    pub(super) seo_keywords: bool,
    pub(super) price_type: Option<String>,
    pub(super) group_prices: BTreeMap<String, u32>,
    pub(super) specials: BTreeMap<String, u32>,
    pub(super) warehouses: Vec<String>,
    pub(super) rounding: String,
    pub(super) negative: String,
    pub(super) update_names: bool,
    pub(super) variant_article: Option<String>,
    pub(super) deleted: String,
    pub(super) zero_missing_after_s: u64,
    pub(super) extra: BTreeMap<String, String>,
}

impl Default for GoodsSection {
    fn default() -> Self {
        Self {
            match_by: "article".to_owned(),
            category: None,
            categories: "fixed".to_owned(),
            details: ["images", "attributes", "manufacturer", "weight"]
                .map(str::to_owned)
                .to_vec(),
            show_new: false,
            seo_keywords: false,
            price_type: None,
            group_prices: BTreeMap::new(),
            specials: BTreeMap::new(),
            warehouses: Vec::new(),
            rounding: "down".to_owned(),
            negative: "zero".to_owned(),
            update_names: false,
            variant_article: None,
            deleted: "ignore".to_owned(),
            zero_missing_after_s: 0,
            extra: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CsvSection {
    pub(super) columns: BTreeMap<String, String>,
    pub(super) without_header: Vec<String>,
    pub(super) warehouses: Vec<String>,
    pub(super) words: BTreeMap<String, toml::Value>,
    pub(super) prices_in_kopecks: bool,
    pub(super) needs_line_end: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct GuardSection {
    pub(super) zeroed_percent: u32,
    pub(super) moved_percent: u32,
    pub(super) move_percent: u32,
    pub(super) factor: u32,
    pub(super) shrunk_percent: u32,
    pub(super) at_least: u64,
}

impl Default for GuardSection {
    fn default() -> Self {
        let Guard {
            zeroed_percent,
            moved_percent,
            move_percent,
            factor,
            shrunk_percent,
            at_least,
        } = Guard::default();
        Self {
            zeroed_percent,
            moved_percent,
            move_percent,
            factor,
            shrunk_percent,
            at_least,
        }
    }
}

fn auto() -> String {
    "auto".to_owned()
}

fn two_minutes() -> u64 {
    120
}

fn half_a_minute() -> u64 {
    30
}

fn two_hundred() -> usize {
    200
}
