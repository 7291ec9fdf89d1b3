//! What a product has several of, as the shop last confirmed it: prices of customer groups, and variants.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use crate::domain::sku::match_key;
use crate::domain::{Money, Sku, Variant};
use crate::journal::{Journal, JournalError};
use crate::plan::{Action, Field, KnownProduct};

/// Between stock and price of a variant; either may be unknown.
const SEPARATOR: char = '|';

/// Stock and price, the latter as they are known where this call does not state them.
pub(super) fn variant_value(variant: &Variant, known: Option<&Variant>) -> String {
    let quantity = variant.quantity.or(known.and_then(|known| known.quantity));
    let price = variant.price.or(known.and_then(|known| known.price));
    let text = |value: Option<String>| value.unwrap_or_default();
    format!(
        "{}{SEPARATOR}{}",
        text(quantity.map(|quantity| quantity.to_string())),
        text(price.map(|price| price.to_string()))
    )
}

fn variant_of(value: &str) -> Option<Variant> {
    let (quantity, price) = value.split_once(SEPARATOR)?;
    Some(Variant {
        option: String::new(),
        value: String::new(),
        quantity: quantity.parse().ok(),
        price: Money::parse(price).ok(),
    })
}

impl Journal {
    /// The variants of these names that the shop is known to have, by match key; without their names.
    pub fn known_variants(
        &self,
        exchange: &str,
        names: impl Iterator<Item = String>,
    ) -> Result<HashMap<String, Variant>, JournalError> {
        let mut known = HashMap::new();
        for name in names {
            let found = self.known_variant(exchange, &name)?;
            known.extend(found.map(|variant| (match_key(&name), variant)));
        }
        Ok(known)
    }

    pub(super) fn known_variant(
        &self,
        exchange: &str,
        name: &str,
    ) -> Result<Option<Variant>, JournalError> {
        let value = self.told(exchange, Field::Variant, &match_key(name))?;
        Ok(value.as_deref().and_then(variant_of))
    }

    /// Puts the group prices that the shop is known to have to its products.
    pub fn add_group_prices(
        &self,
        exchange: &str,
        products: &mut HashMap<String, KnownProduct>,
    ) -> Result<(), JournalError> {
        for (key, product) in products {
            product.group_prices = self.told(exchange, Field::GroupPrices, key)?;
        }
        Ok(())
    }

    fn told(
        &self,
        exchange: &str,
        field: Field,
        key: &str,
    ) -> Result<Option<String>, JournalError> {
        let found: Option<Option<String>> = self
            .connection
            .prepare_cached(
                "SELECT value FROM told WHERE exchange = ?1 AND field = ?2 AND key = ?3",
            )?
            .query_row(params![exchange, field.name(), key], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    pub(super) fn remember_told(
        &self,
        exchange: &str,
        action: &Action,
        sku: &Sku,
        value: &str,
    ) -> Result<(), JournalError> {
        self.connection
            .prepare_cached(
                "INSERT INTO told (exchange, field, key, match_key, value) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute(params![
                exchange,
                action.field().name(),
                match_key(&action.key()),
                sku.match_key(),
                value
            ])?;
        Ok(())
    }

    pub(super) fn forget_told(
        &self,
        exchange: &str,
        action: &Action,
    ) -> Result<usize, JournalError> {
        Ok(self
            .connection
            .prepare_cached(
                "UPDATE told SET value = NULL WHERE exchange = ?1 AND field = ?2 AND key = ?3",
            )?
            .execute(params![
                exchange,
                action.field().name(),
                match_key(&action.key())
            ])?)
    }
}
