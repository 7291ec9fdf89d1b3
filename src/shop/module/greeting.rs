//! What the module says of itself and its shop when it is asked for the first time.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::shop::module::batch::Abilities;

/// Before it, `option_stock` meant by `price` what an option adds, and lists of prices were
/// written row by row.
const FIRST_WITH_VARIANTS: [u32; 3] = [1, 2, 0];

/// The answer to `ping`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Greeting {
    /// The module's own version, `1.0.0`.
    pub module: String,
    /// The shop's, `3.0.5.1`.
    pub opencart: String,
    pub customer_groups: Vec<Named>,
    /// Which calls it understands.
    pub calls: Vec<String>,
    pub limits: Limits,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Named {
    pub id: u32,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Limits {
    /// Bytes of a request.
    pub body: usize,
    /// Rows of a batch, by call.
    pub rows: BTreeMap<String, usize>,
}

impl Greeting {
    /// What a shop with this module can do beyond what every shop can.
    pub fn abilities(&self) -> Abilities {
        Abilities {
            details: self.has("products_upsert"),
            pictures: self.has("image"),
            categories: self.has("categories_upsert"),
            group_prices: self.is_since(FIRST_WITH_VARIANTS),
            variants: self.is_since(FIRST_WITH_VARIANTS),
        }
    }

    /// Whether the module is of this version or a later one.
    fn is_since(&self, version: [u32; 3]) -> bool {
        numbers_of(&self.module) >= version
    }

    /// Which of two modules is the later one, whatever else their versions say.
    pub fn is_newer_than(&self, version: &str) -> bool {
        numbers_of(&self.module) > numbers_of(version)
    }

    pub fn has(&self, call: &str) -> bool {
        self.calls.iter().any(|known| known == call)
    }
}

/// `1.2.0`; what is no number counts as none.
fn numbers_of(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}
