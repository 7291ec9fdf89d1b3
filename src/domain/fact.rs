//! What a file states: one [`Fact`] for each element or row that says something.
//!
//! In all of them `None` means "the file does not say", never "zero" or "empty".
//! `line` is where the statement begins, counted from 1.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};

use crate::domain::{Attribute, ItemKey, Money, Quantity, Sku};

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    Group(Group),
    PriceType(Reference),
    Warehouse(Reference),
    Product(Box<Product>),
    Offer(Offer),
    Document(Box<Document>),
}

/// A group of goods (`Группа`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub parent: Option<String>,
}

/// A price type or a warehouse: what the ids in offers mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    pub id: String,
    pub name: String,
}

/// A named value of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    pub name: String,
    pub value: String,
    pub kind: PropertyKind,
}

/// Where a named value comes from, and so whether buyers are to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// A property of the classifier, or a characteristic: what buyers choose by.
    Attribute,
    /// A `ЗначениеРеквизита`, or a column of a list: the accountants' own.
    Requisite,
}

/// Goods as a catalogue describes them (`Товар`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    pub item: Option<ItemKey>,
    pub sku: Option<Sku>,
    pub barcode: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    /// The unit's short name, or its code where the file gives nothing else.
    pub unit: Option<String>,
    /// Ids of groups, the main one first.
    pub groups: Vec<String>,
    /// Paths as written, the main picture first.
    pub images: Vec<String>,
    pub manufacturer: Option<String>,
    pub properties: Vec<Property>,
    pub deleted: bool,
    pub line: u64,
}

/// Price and stock of goods or of one variant (`Предложение`, a CSV row).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    pub item: Option<ItemKey>,
    pub sku: Option<Sku>,
    pub barcode: Option<String>,
    pub name: Option<String>,
    /// What a variant is told from its siblings by (`ХарактеристикиТовара`).
    pub characteristics: Vec<Attribute>,
    pub prices: Vec<OfferPrice>,
    /// The total that the file states.
    pub quantity: Option<Quantity>,
    /// The same stock by warehouse; never to be added to the total.
    pub warehouses: Vec<WarehouseStock>,
    pub deleted: bool,
    pub line: u64,
}

/// One price of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferPrice {
    /// Id of the price type; `None` where the file has only one, unnamed.
    pub price_type: Option<Arc<str>>,
    pub price: Money,
    pub currency: Option<Arc<str>>,
    pub line: u64,
}

/// Stock in one warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseStock {
    pub warehouse: Arc<str>,
    pub quantity: Quantity,
    pub line: u64,
}

/// A document coming back from 1C (`Документ`), or a row of an order status list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// 1C's GUID, or the shop's order id: only [`number`](Self::number) is reliable.
    pub id: Option<String>,
    /// The shop's order number.
    pub number: Option<String>,
    /// 1C's own number.
    pub number_1c: Option<String>,
    pub date: Option<NaiveDate>,
    pub time: Option<NaiveTime>,
    /// `Заказ товара` is the only one that concerns orders.
    pub operation: Option<String>,
    pub role: Option<String>,
    pub sum: Option<Money>,
    pub n_lines: usize,
    pub status: Option<String>,
    pub paid: Option<bool>,
    pub shipped: Option<bool>,
    pub cancelled: Option<bool>,
    pub posted: Option<bool>,
    pub deleted: bool,
    pub line: u64,
}
