//! The other side of our own module in the shop, `opencart_module/sync.php`: one contract, two ends.
//!
//! What each call takes and answers is told in `opencart_module/CONTRACT.md`. A call is
//! carried out only if it is signed, and a batch only once, however often its request id
//! comes: so an answer that was lost is simply asked for again.

mod base64;
mod batch;
mod calls;
mod greeting;
mod line;
mod orders;
mod outcome;
mod rows;
mod signature;

pub use batch::{Abilities, Batch, Picture, Told};
pub(super) use calls::Module;
pub use greeting::Greeting;
pub use outcome::Outcome;
pub use signature::{Call, sign};

/// The module itself, as it is copied into a shop.
pub const SOURCE: &str = include_str!("../opencart_module/sync.php");

/// Where it lies in a shop, with `/` on every system.
pub const PLACE: &str = "catalog/controller/apizs/sync.php";

/// Where the installers of OpenCart 2.3 and 3.0 can put it. There it does not answer during maintenance.
pub const PACKED_PLACE: &str = "catalog/controller/extension/apizs/sync.php";

/// The routes that lead there, the better one first.
const ROUTES: [&str; 2] = ["apizs/sync", "extension/apizs/sync"];

/// The version that [`SOURCE`] states.
pub fn source_version() -> &'static str {
    SOURCE
        .split_once("const MODULE_VERSION = '")
        .and_then(|(_, rest)| rest.split_once('\''))
        .map_or("", |(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_states_its_version() {
        assert_eq!(source_version().split('.').count(), 3);
    }
}
