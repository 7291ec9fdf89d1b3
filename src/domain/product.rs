//! Goods as the shop has them, or is to have them.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::{Money, Quantity, Sku};

/// OpenCart's category id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CategoryId(pub u32);

impl fmt::Display for CategoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A category of the shop, with its path from the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub id: CategoryId,
    /// Names from the root to this category, at least one.
    pub path: Vec<String>,
}

/// What the shop is asked to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    pub sku: Sku,
    /// Not empty, at most 255 characters: the shop cuts longer names off without a word.
    pub name: String,
    pub description: Option<String>,
    pub price: Money,
    /// Whole pieces: the shop's column is an integer.
    pub quantity: i32,
    pub category: CategoryId,
    /// Keys beyond the module's own, passed along for an extended module.
    pub extra: BTreeMap<String, String>,
    /// What only our own module takes.
    pub details: Details,
}

/// What a shop shows of goods beside name, price and stock, as far as a file states it
/// and the configuration wants it told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    pub description: Option<String>,
    pub manufacturer: Option<String>,
    /// In the shop's own units.
    pub weight: Option<Quantity>,
    pub length: Option<Quantity>,
    pub width: Option<Quantity>,
    pub height: Option<Quantity>,
    pub attributes: Vec<Attribute>,
    /// 1C's ids of the groups, which are categories in the shop.
    pub groups: Vec<String>,
}

/// A property as the shop shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub text: String,
}

/// Which list of a product's prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PriceList {
    /// What customers of the group pay.
    Group,
    /// The same, shown beside the crossed-out price.
    Special,
}

/// What a product costs for one group of the shop's customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPrice {
    pub list: PriceList,
    /// OpenCart's id of the customer group.
    pub group: u32,
    /// `None` takes it away.
    pub price: Option<Money>,
}

/// `group 2: 95.50`; a price that is taken away is a dash.
impl fmt::Display for GroupPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self.list {
            PriceList::Group => "group",
            PriceList::Special => "special",
        };
        match self.price {
            Some(price) => write!(f, "{list} {}: {price}", self.group),
            None => write!(f, "{list} {}: –", self.group),
        }
    }
}

/// All of them in one line, for people, and to tell whether they have changed.
pub fn shown_group_prices(prices: &[GroupPrice]) -> String {
    let shown: Vec<String> = prices.iter().map(ToString::to_string).collect();
    shown.join(", ")
}

/// A variant of a product that the shop has as a value of one of its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    pub option: String,
    pub value: String,
    /// `None`: not stated, as for the price.
    pub quantity: Option<i32>,
    /// What it costs in all.
    pub price: Option<Money>,
}

/// `5 × 120.00`, without what is not stated.
impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quantity = self.quantity.map(|quantity| quantity.to_string());
        let price = self.price.map(|price| price.to_string());
        let parts: Vec<String> = quantity.into_iter().chain(price).collect();
        f.write_str(&parts.join(" × "))
    }
}

impl Details {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Tells these details from any others, so that a file which states the same again
    /// makes no call.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut part = |name: &str, text: &str| {
            // With its length, so that no text can run over into the next.
            hasher.update(format!("{name}{}:", text.len()).as_bytes());
            hasher.update(text.as_bytes());
        };
        for (name, text) in [
            ("description", &self.description),
            ("manufacturer", &self.manufacturer),
        ] {
            if let Some(text) = text {
                part(name, text);
            }
        }
        for (name, size) in self.sizes() {
            part(name, &size.to_string());
        }
        for attribute in &self.attributes {
            part("attribute", &attribute.name);
            part("text", &attribute.text);
        }
        for group in &self.groups {
            part("group", group);
        }
        hasher.finalize().to_hex().chars().take(32).collect()
    }

    /// Weight and dimensions by the shop's names for them.
    pub fn sizes(&self) -> impl Iterator<Item = (&'static str, Quantity)> {
        let sizes = [
            ("weight", self.weight),
            ("length", self.length),
            ("width", self.width),
            ("height", self.height),
        ];
        sizes
            .into_iter()
            .filter_map(|(name, size)| Some((name, size?)))
    }
}

/// `description, weight, 3 attributes`: what there is, for people.
impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |n: usize, name: &str| (n > 0).then(|| format!("{n} {name}"));
        let named = |is_stated: bool, name: &str| is_stated.then(|| name.to_owned());
        let parts = [
            named(self.description.is_some(), "description"),
            named(self.manufacturer.is_some(), "manufacturer"),
        ];
        let sizes = self.sizes().map(|(name, _)| Some(name.to_owned()));
        let lists = [
            counted(self.attributes.len(), "attributes"),
            counted(self.groups.len(), "categories"),
        ];
        let all: Vec<String> = parts
            .into_iter()
            .chain(sizes)
            .chain(lists)
            .flatten()
            .collect();
        f.write_str(&all.join(", "))
    }
}

/// A product as the shop's list of articles has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// As it is stored; it may be one that no file can state.
    pub article: String,
    /// `None` where the shop does not tell.
    pub price: Option<Money>,
    pub quantity: Option<i32>,
}

/// A product as the shop lists it. It does not tell the quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopProduct {
    pub sku: Sku,
    pub name: String,
    pub price: Option<Money>,
    /// A path below the shop's `image/` folder.
    pub image: Option<String>,
    pub manufacturer: Option<String>,
    pub weight: Option<Quantity>,
    pub category: Option<CategoryId>,
}
