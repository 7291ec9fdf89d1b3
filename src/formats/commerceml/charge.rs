//! Sums of an order with the tax in them or on top of them.

use std::io::{self, Write};

use rust_decimal::Decimal;

use crate::domain::Money;
use crate::formats::commerceml::element::{Document, MAX_ID, MAX_NAME};
use crate::formats::commerceml::profile::{Vat, VatMode};

pub(super) const VAT_NAME: &str = "НДС";

/// A sum as it is written, and the tax in it or on top of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge {
    pub(super) sum: Money,
    pub(super) tax: Option<Money>,
}

impl Charge {
    /// Of a price of the shop.
    pub(super) fn of_price(sum: Money, vat: Option<Vat>) -> Self {
        let tax = vat.map(|vat| vat.of(sum));
        Self { sum, tax }
    }

    /// Of a part of the order's total, which holds all taxes.
    pub(super) fn of_total(amount: Money, vat: Option<Vat>) -> Self {
        Self::holding(amount, vat.map(|vat| (vat, vat.within(amount))))
    }

    /// Rounded line by line, the taxes may come to less than the part that a
    /// discount takes off; no tax is below zero.
    pub(super) fn of_discount(amount: Money, charged: Option<(Vat, Money)>) -> Self {
        let part = charged.map(|(vat, charged)| (vat, vat.within(amount).min(charged)));
        Self::holding(amount, part)
    }

    fn holding(amount: Money, tax: Option<(Vat, Money)>) -> Self {
        let sum = match tax {
            Some((vat, tax)) if vat.mode == VatMode::OnTop => less(amount, tax),
            Some(_) | None => amount,
        };
        let tax = tax.map(|(_, tax)| tax);
        Self { sum, tax }
    }

    pub(super) fn with_tax(self, vat: Option<Vat>) -> Decimal {
        let is_on_top = vat.is_some_and(|vat| vat.mode == VatMode::OnTop);
        let on_top = self.tax.filter(|_| is_on_top).unwrap_or(Money::ZERO);
        self.sum.as_decimal() + on_top.as_decimal()
    }
}

pub(super) fn less(amount: Money, part: Money) -> Money {
    Money::from_decimal(amount.as_decimal() - part.as_decimal()).unwrap_or(Money::ZERO)
}

/// Of a line, and of the document; `УчтеноВСумме` of the latter tells 1C whether
/// prices hold the tax.
pub(super) fn write_tax<W: Write>(d: &mut Document<W>, vat: Vat, tax: Money) -> io::Result<()> {
    let is_included = match vat.mode {
        VatMode::Included => "true",
        VatMode::OnTop => "false",
    };
    d.element("Налог", |d| {
        d.text("Наименование", VAT_NAME, MAX_NAME)?;
        d.text("УчтеноВСумме", is_included, MAX_ID)?;
        d.text("Сумма", &tax.to_string(), MAX_ID)?;
        d.text("Ставка", &vat.rate(), MAX_ID)
    })
}
