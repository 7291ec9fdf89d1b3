//! A price or a sum.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use thiserror::Error;

use crate::domain::number::{BadNumber, parse_decimal};
use crate::wording::{Message, Worded, message};

/// OpenCart keeps prices as `decimal(15,4)` and clamps what is larger without a word.
const MAX: Decimal = Decimal::from_parts(2_764_472_319, 232_830, 0, false, 4);

/// An amount of money: zero or more, at most four decimals, below 10¹¹.
///
/// It carries no currency: the files and the shop state it beside the amount,
/// in spellings that do not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Money(Decimal);

/// Why a number is not a price.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum BadMoney {
    #[error(transparent)]
    Number(#[from] BadNumber),
    Negative(Decimal),
    TooLarge(Decimal),
}

impl Worded for BadMoney {
    fn message(&self) -> Message {
        match self {
            Self::Number(err) => err.message(),
            Self::Negative(amount) => message!("money-negative", amount = amount.to_string()),
            Self::TooLarge(amount) => message!("money-too-large", amount = amount.to_string()),
        }
    }
}

impl Money {
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Reads an amount as people write it; a fifth decimal is rounded half away from zero.
    pub fn parse(text: &str) -> Result<Self, BadMoney> {
        Self::from_decimal(parse_decimal(text)?)
    }

    pub fn from_decimal(amount: Decimal) -> Result<Self, BadMoney> {
        if amount.is_sign_negative() && !amount.is_zero() {
            return Err(BadMoney::Negative(amount));
        }
        if amount > MAX {
            return Err(BadMoney::TooLarge(amount));
        }
        Ok(Self(amount.round_dp_with_strategy(
            4,
            RoundingStrategy::MidpointAwayFromZero,
        )))
    }

    pub fn as_decimal(self) -> Decimal {
        self.0
    }

    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The amount as a document shows it: two decimals, rounded half away from zero.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self(
            self.0
                .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero),
        )
    }
}

/// At least two decimals, more only where they say something: `12.50`, `0.1234`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.normalize();
        if shown.scale() < 2 {
            shown.rescale(2);
        }
        write!(f, "{shown}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_two_decimals_and_keeps_four() {
        for (written, shown) in [
            ("1234,5", "1234.50"),
            ("0.1234", "0.1234"),
            ("7", "7.00"),
            ("1.23456", "1.2346"),
        ] {
            assert_eq!(
                Money::parse(written).unwrap().to_string(),
                shown,
                "written as {written:?}"
            );
        }
    }

    #[test]
    fn refuses_what_a_shop_would_clamp() {
        assert!(matches!(Money::parse("-1"), Err(BadMoney::Negative(_))));
        assert!(Money::parse("99999999999.9999").is_ok());
        assert!(matches!(
            Money::parse("100000000000"),
            Err(BadMoney::TooLarge(_))
        ));
        assert_eq!(
            Money::parse("99999999999").unwrap().to_string(),
            "99999999999.00"
        );
    }
}
