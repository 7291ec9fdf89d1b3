//! What must be done so that the shop agrees with a file.
//!
//! No I/O and no state: the same arguments give the same answer. What the shop
//! already has is dropped here, what it does not know is named, and an empty
//! article cannot come out, because [`Sku`](crate::domain::Sku) has none.

mod action;
mod categories;
mod diff;
mod guard;
mod rules;
mod status;
mod variants;

pub use action::{Action, Field, Function, variant_key};
pub use categories::diff_categories;
pub use diff::{
    Decision, Known, KnownProduct, NewGoods, Row, Said, Verdict, diff, diff_orders, diff_variants,
};
pub use guard::{Alarm, Guard, Move, Moves};
pub use rules::{
    Detail, Negative, Refusal, Rounding, Rules, Wanted, is_size, refused_price, stock_of,
    want_offer, want_product,
};
pub use status::{StatusRules, Unmapped, order_status};
pub use variants::{GroupRule, WantedVariant, want_variant};
