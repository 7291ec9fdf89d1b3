//! How much of something there is.

use std::fmt;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use thiserror::Error;

use crate::domain::number::{BadNumber, parse_decimal};
use crate::wording::{Message, Worded, message};

/// A quantity in the goods' own unit: may be fractional (metres, kilograms) and,
/// as a stock level, below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quantity(Decimal);

/// The shop's column is a 32-bit integer and clamps without a word.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub struct TooMany(Decimal);

impl Worded for TooMany {
    fn message(&self) -> Message {
        message!("quantity-too-large", quantity = self.0.to_string())
    }
}

impl Quantity {
    pub const ZERO: Self = Self(Decimal::ZERO);

    #[inline]
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        parse_decimal(text).map(Self)
    }

    pub fn from_decimal(amount: Decimal) -> Self {
        Self(amount)
    }

    pub fn as_decimal(self) -> Decimal {
        self.0
    }

    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Whole pieces, as the shop's integer column takes them.
    pub fn to_pieces(self, rounding: RoundingStrategy) -> Result<i32, TooMany> {
        self.0
            .round_dp_with_strategy(0, rounding)
            .to_i32()
            .ok_or(TooMany(self.0))
    }
}

/// Without needless zeros: `5`, `0.025`, `-70.687`.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_needless_zeros() {
        for (written, shown) in [
            ("5.000000", "5"),
            ("0,025", "0.025"),
            ("-70.687", "-70.687"),
            ("3.000", "3"),
        ] {
            assert_eq!(
                Quantity::parse(written).unwrap().to_string(),
                shown,
                "written as {written:?}"
            );
        }
    }

    #[test]
    fn whole_pieces_are_never_more_than_there_are_when_rounded_down() {
        let half = Quantity::parse("2.5").unwrap();
        assert_eq!(half.to_pieces(RoundingStrategy::ToNegativeInfinity), Ok(2));
        assert!(
            Quantity::parse("99999999999")
                .unwrap()
                .to_pieces(RoundingStrategy::ToZero)
                .is_err()
        );
    }
}
