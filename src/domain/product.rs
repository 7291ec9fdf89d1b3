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
