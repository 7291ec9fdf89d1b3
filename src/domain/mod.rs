//! The nouns of the trade: articles, money, quantities, goods, orders, and the facts that a file states.
//!
//! Nothing here reads a file, asks a clock or knows of SQL: a value is checked
//! once, where it is made, and cannot fail afterwards.

pub mod fact;
pub mod file_name;
pub mod item;
pub mod money;
pub mod number;
pub mod order;
pub mod product;
pub mod quantity;
pub mod shown;
pub mod sku;
pub mod tax_id;

pub use fact::{
    Document, Fact, Group, Offer, OfferPrice, Product, Property, PropertyKind, Reference,
    WarehouseStock,
};
pub use item::ItemKey;
pub use money::Money;
pub use order::{
    Address, Method, Order, OrderId, OrderLine, Part, Party, Settlement, StatusId, TotalPart,
};
pub use product::{
    Attribute, Category, CategoryId, Details, GroupPrice, Listed, NewProduct, PriceList,
    ShopProduct, Variant, shown_group_prices,
};
pub use quantity::Quantity;
pub use sku::Sku;
pub use tax_id::{Inn, Kpp};
