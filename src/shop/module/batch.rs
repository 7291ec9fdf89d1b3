//! A batch as it goes over the line, kept to the letter so that it can be sent a second time.

use serde::{Deserialize, Serialize};

use crate::domain::{
    CategoryId, Details, Group, GroupPrice, Money, NewProduct, OrderId, Sku, StatusId, Variant,
};

/// What the shop is told in one call.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    Statuses(&'a [(OrderId, StatusId)]),
    NewProducts(CategoryId, &'a [NewProduct]),
    /// Only our own module has categories, details and pictures.
    Categories(&'a [Group]),
    Details(&'a [(Sku, Details)]),
    Pictures(&'a [(Sku, Vec<String>)]),
    Names(&'a [(Sku, String)]),
    Prices(&'a [(Sku, Money)]),
    /// Only our own module has prices of customer groups, and variants.
    GroupPrices(&'a [(Sku, Vec<GroupPrice>)]),
    Variants(&'a [(Sku, Variant)]),
    Quantities(&'a [(Sku, i32)]),
}

/// What the shop's module can do beyond what both modules can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each can be had without the others"
)]
pub struct Abilities {
    pub details: bool,
    pub pictures: bool,
    pub categories: bool,
    pub group_prices: bool,
    pub variants: bool,
}

/// A picture for the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// As the file of 1C calls it.
    pub name: String,
    pub content: Vec<u8>,
}

/// A batch under its request id. However often it comes, the module does it once and
/// answers the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub(super) call: String,
    pub(super) request_id: String,
    /// One for each request: the module takes so many rows at a time.
    pub(super) bodies: Vec<String>,
    pub(super) n_rows: Vec<usize>,
}

impl Batch {
    /// For the journal.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// `None` for what another version has written.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Each request has an id of its own, always the same.
    pub(super) fn requests(&self) -> impl Iterator<Item = (String, &str, usize)> {
        let parts = self.bodies.iter().zip(&self.n_rows).enumerate();
        parts.map(|(at, (body, n_rows))| {
            (format!("{}-{at}", self.request_id), body.as_str(), *n_rows)
        })
    }
}
