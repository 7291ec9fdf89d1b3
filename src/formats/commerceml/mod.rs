//! CommerceML, 1C's exchange format: goods, offers and documents in, orders and product lists out.
//!
//! Read by local name alone: version, namespace and file name contradict each
//! other in real files, so none of them is looked at.

mod catalog;
mod charge;
mod documents;
mod element;
mod groups;
mod legacy;
mod lists;
mod names;
mod offers;
mod order_lines;
mod orders;
mod parties;
mod profile;
mod reader;
mod tokens;
mod walk;

pub use lists::{
    ListedProduct, write_catalogue, write_categories, write_offers, write_sold_out, write_statuses,
};
pub use orders::{OrderFault, check, order_text, write_order_texts};
pub use profile::{Layout, Profile, UnitCode, Vat, VatMode, Version, Warehouse, WarehousePlace};

pub(super) use reader::Reader;
