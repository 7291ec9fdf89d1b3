//! How one kind of 1C wants its orders: version, encoding, layout, and where further fields go.
//!
//! What is known of each kind was read in its exchange module, or in the
//! protocol samples where the module was not to be had (УТ 10.3).

use rust_decimal::{Decimal, RoundingStrategy};

use crate::domain::Money;
use crate::formats::Encoding;

/// How orders are written. Start from [`Profile::by_name`] and change what differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub version: Version,
    pub encoding: Encoding,
    pub layout: Layout,
    pub unit_code: UnitCode,
    /// As 1C names it, to the letter.
    pub organisation: Option<String>,
    pub warehouse: Option<Warehouse>,
    pub warehouse_place: WarehousePlace,
    pub vat: Option<Vat>,
}

impl Default for Profile {
    /// УТ 11, КА, ERP and Розница, which share their exchange module.
    fn default() -> Self {
        Self {
            version: Version::V208,
            encoding: Encoding::Utf8,
            layout: Layout::Plain,
            unit_code: UnitCode::Plain,
            organisation: None,
            warehouse: None,
            warehouse_place: WarehousePlace::Document,
            vat: None,
        }
    }
}

impl Profile {
    /// `custom` is the first one under a name that promises nothing.
    pub fn by_name(name: &str) -> Option<Self> {
        let ut11 = Self::default();
        match name {
            "ut11" | "custom" => Some(ut11),
            "unf" => Some(Self {
                warehouse_place: WarehousePlace::Requisites,
                ..ut11
            }),
            // `Склады` of a document came with 2.07.
            "ut103" => Some(Self {
                version: Version::V203,
                warehouse_place: WarehousePlace::Requisites,
                ..ut11
            }),
            "bitrix31" => Some(Self {
                version: Version::V31,
                layout: Layout::Containers,
                warehouse_place: WarehousePlace::Requisites,
                ..ut11
            }),
            _ => None,
        }
    }
}

/// `ВерсияСхемы`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V203,
    V204,
    V205,
    V207,
    V208,
    V31,
}

impl Version {
    const ALL: [Self; 6] = [
        Self::V203,
        Self::V204,
        Self::V205,
        Self::V207,
        Self::V208,
        Self::V31,
    ];

    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::V203 => "2.03",
            Self::V204 => "2.04",
            Self::V205 => "2.05",
            Self::V207 => "2.07",
            Self::V208 => "2.08",
            Self::V31 => "3.1",
        }
    }
}

/// How a document and its lines are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Documents below the root; `ЦенаЗаЕдиницу`, `БазоваяЕдиница`.
    Plain,
    /// As the exchange module of Bitrix has it since version 5: each document in
    /// a `Контейнер`, which no other module looks into; `Цена`, `Единица` with parts.
    Containers,
}

/// The unit's code: 1C keeps it in a column of four characters, and some
/// modules compare it with the blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitCode {
    Plain,
    Padded,
}

impl UnitCode {
    /// Pieces are the only unit that OpenCart sells in.
    pub(super) fn pieces(self) -> &'static str {
        match self {
            Self::Plain => "796",
            Self::Padded => "796 ",
        }
    }
}

/// The warehouse that orders leave from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warehouse {
    pub name: String,
    /// 1C's own `Ид`, where known.
    pub id: Option<String>,
}

/// Where a module looks for the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarehousePlace {
    /// `Склады` of the document.
    Document,
    /// The requisite `Склад`, by its exact name.
    Requisites,
}

/// The value added tax of every line. One rate for all: the shop names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vat {
    rate: Decimal,
    pub mode: VatMode,
}

/// Whether the shop's prices hold the tax already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VatMode {
    Included,
    OnTop,
}

impl Vat {
    /// `None` unless the rate is a percentage from 0 to below 100.
    pub fn parse(rate: &str, mode: VatMode) -> Option<Self> {
        let rate = crate::domain::number::parse_decimal(rate).ok()?;
        let hundred = Decimal::ONE_HUNDRED;
        (rate >= Decimal::ZERO && rate < hundred).then(|| Self {
            rate: rate.normalize(),
            mode,
        })
    }

    pub(super) fn rate(self) -> String {
        self.rate.to_string()
    }

    /// The tax in the sum, or on top of it.
    pub(super) fn of(self, sum: Money) -> Money {
        match self.mode {
            VatMode::Included => self.within(sum),
            VatMode::OnTop => kopecks(sum.as_decimal() * self.rate / Decimal::ONE_HUNDRED),
        }
    }

    /// The tax in a sum that holds it.
    pub(super) fn within(self, sum: Money) -> Money {
        kopecks(sum.as_decimal() * self.rate / (Decimal::ONE_HUNDRED + self.rate))
    }
}

/// A tax is never above its sum, so it is never too large either.
fn kopecks(amount: Decimal) -> Money {
    let rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    Money::from_decimal(rounded).unwrap_or(Money::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tax_is_part_of_the_price_or_on_top_of_it() {
        let price = Money::parse("120").unwrap();
        for (rate, mode, tax) in [
            ("20", VatMode::Included, "20.00"),
            ("20", VatMode::OnTop, "24.00"),
            ("0", VatMode::Included, "0.00"),
            ("5,5", VatMode::OnTop, "6.60"),
        ] {
            let vat = Vat::parse(rate, mode).unwrap();
            assert_eq!(vat.of(price).to_string(), tax, "{rate} {mode:?}");
        }
        for rate in ["", "НДС", "-1", "100", "2000"] {
            assert_eq!(Vat::parse(rate, VatMode::Included), None, "{rate}");
        }
    }

    #[test]
    fn versions_are_known_by_the_names_they_are_written_by() {
        for version in Version::ALL {
            assert_eq!(Version::by_name(version.as_str()), Some(version));
        }
        assert_eq!(Profile::by_name("ut11"), Profile::by_name("custom"));
        assert_eq!(Profile::by_name("7.7"), None);
    }
}
