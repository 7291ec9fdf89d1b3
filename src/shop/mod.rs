//! The OpenCart side of the wire: the only room that makes HTTP requests.
//!
//! It promises that every function of the shop's module is called as the real
//! shops of each version want it, and that a reply is taken for success only if
//! it is exactly that. It never decides whether to try again: the error says
//! whether that makes sense ([`ShopError::is_temporary`]) and whether the shop
//! may have done what it was asked ([`ShopError::may_have_acted`]).
//!
//! A shop has one of two modules: the upstream one, or our own ([`module`]), which is
//! preferred. Whoever calls need not know which; what each can do is told as data.

mod client;
mod error;
mod escape;
mod http;
mod login;
mod long_list;
pub mod module;
mod reply;
mod session;
mod wire;

pub use client::{Access, Choice, Client, Settings};
pub use error::{ApiKey, IpHint, ShopError};
pub use login::{Dialect, LoginReply, understand_login};
pub use reply::{Reply, understand};
pub use wire::{BadOrder, ExtraField, TaxFields, count_rows};
