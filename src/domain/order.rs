//! An order that a buyer placed in the shop.

use std::fmt;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;

use crate::domain::{Inn, ItemKey, Kpp, Money, Quantity, Sku};
use crate::wording::Message;

/// OpenCart's order id: what ties the order on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(u32);

impl OrderId {
    /// `None` unless the text is a positive number that OpenCart can have given.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // 1C's own numbers are padded with zeros: `00000000002` is not the shop's 2.
        let plain =
            !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        plain
            .then(|| text.parse().ok())
            .flatten()
            .filter(|n| *n > 0)
            .map(Self)
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// OpenCart's order status id; never 0, which would turn an order into an
/// abandoned cart and put its stock back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusId(u32);

impl StatusId {
    pub fn parse(text: &str) -> Option<Self> {
        OrderId::parse(text).map(|id| Self(id.0))
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for StatusId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An order as 1C is to load it. All amounts are in [`currency`](Self::currency).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    /// The shop's local time; OpenCart states no zone.
    pub placed_at: NaiveDateTime,
    pub status: Option<StatusId>,
    /// The status in the shop's words.
    pub status_name: Option<String>,
    /// Three letters.
    pub currency: String,
    /// What the buyer pays: goods, delivery, taxes, less discounts.
    pub total: Money,
    pub buyer: Party,
    pub delivery_address: Address,
    pub payment: Option<Method>,
    pub shipping: Option<Method>,
    /// What the shop says delivery costs, if it does.
    pub shipping_cost: Option<Money>,
    /// The other parts of the total, as far as the shop names them.
    pub parts: Vec<TotalPart>,
    pub comment: Option<String>,
    pub lines: Vec<OrderLine>,
    pub site: Option<String>,
    /// Further order fields that the configuration names.
    pub extra: Vec<(String, String)>,
    /// What of the shop's order was left out, in words and without the buyer's data.
    pub notes: Vec<Message>,
}

/// Who buys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// OpenCart's customer id; `None` for a guest.
    pub customer: Option<u32>,
    pub first_name: String,
    pub last_name: String,
    /// Set for most companies; see [`is_company`](Self::is_company).
    pub company: Option<String>,
    pub inn: Option<Inn>,
    pub kpp: Option<Kpp>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub address: Address,
}

impl Party {
    /// How the buyer is called in 1C: the company, else the person, else the
    /// e-mail or phone. `None` when the order names nobody.
    pub fn display_name(&self) -> Option<String> {
        self.company
            .clone()
            .or_else(|| Some(self.person_name()).filter(|n| !n.is_empty()))
            .or_else(|| self.email.clone())
            .or_else(|| self.phone.clone())
    }

    /// A company names itself, or has the two numbers that only companies have.
    pub fn is_company(&self) -> bool {
        let is_registered = self.inn.as_ref().is_some_and(Inn::is_of_company) && self.kpp.is_some();
        self.company.is_some() || is_registered
    }

    /// `Last First`, the order 1C uses.
    pub fn person_name(&self) -> String {
        [self.last_name.trim(), self.first_name.trim()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A postal address in its parts, each possibly empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    pub postcode: String,
    pub country: String,
    pub region: String,
    pub city: String,
    pub street: String,
}

impl Address {
    /// The parts that say something, joined by `, `; `None` if none does.
    pub fn one_line(&self) -> Option<String> {
        let parts: Vec<&str> = [
            &self.postcode,
            &self.country,
            &self.region,
            &self.city,
            &self.street,
        ]
        .into_iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// A way to pay or to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    pub name: String,
    /// The extension's code, `cod` or `flat.flat`.
    pub code: Option<String>,
}

/// One position of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// OpenCart's `order_product_id`.
    pub id: Option<u32>,
    pub name: String,
    pub sku: Option<Sku>,
    /// 1C's own id, where the journal knows it.
    pub item: Option<ItemKey>,
    pub price: Money,
    pub quantity: Quantity,
    pub options: Vec<(String, String)>,
}

impl OrderLine {
    /// Price times quantity, to the kopeck.
    pub fn sum(&self) -> Money {
        self.price
            .as_decimal()
            .checked_mul(self.quantity.as_decimal())
            .and_then(|sum| Money::from_decimal(sum).ok())
            .unwrap_or(Money::ZERO)
            .rounded()
    }
}

/// A part of the total that the shop names, beside goods and delivery: a tax, a coupon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalPart {
    /// OpenCart's word for its kind: `tax`, `coupon`.
    pub code: String,
    pub title: String,
    /// Below zero: it is taken off.
    pub amount: Decimal,
}

/// How the total follows from the lines:
/// `lines + delivery + charges + other − discounts − discount = total`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    pub delivery: Money,
    /// What the shop names, each above zero.
    pub charges: Vec<Part>,
    pub discounts: Vec<Part>,
    /// What nobody has a name for.
    pub other: Money,
    pub discount: Money,
}

/// A named part of a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub code: String,
    pub title: String,
    pub amount: Money,
}

impl Settlement {
    /// All that is charged beside lines and delivery.
    pub fn charged(&self) -> Decimal {
        let named: Decimal = self
            .charges
            .iter()
            .map(|part| part.amount.as_decimal())
            .sum();
        named + self.other.as_decimal()
    }

    /// All that is taken off.
    pub fn discounted(&self) -> Decimal {
        let named: Decimal = self
            .discounts
            .iter()
            .map(|part| part.amount.as_decimal())
            .sum();
        named + self.discount.as_decimal()
    }
}

impl Order {
    /// Explains the difference between the total and the lines, so that no
    /// kopeck is lost on the way.
    ///
    /// The upstream module sends no order totals. Where the shop does not tell
    /// the cost of delivery either, a surplus can only be delivery.
    ///
    /// Lines and delivery may cost more than they say, as with a tax on top; then only some
    /// parts count.
    ///
    /// The parts are believed if they bring the sum closer to the total: an extension may
    /// show amounts among them that are not to be added.
    pub fn settlement(
        &self,
        lines: Decimal,
        shipping_cost: Option<Money>,
        counts: impl Fn(&TotalPart) -> bool,
    ) -> Settlement {
        let difference = self.total.rounded().as_decimal() - lines;
        let positive =
            |amount: Decimal| Money::from_decimal(amount.max(Decimal::ZERO)).unwrap_or(Money::ZERO);
        let Some(cost) = shipping_cost.map(Money::rounded) else {
            return Settlement {
                delivery: positive(difference),
                charges: Vec::new(),
                discounts: Vec::new(),
                other: Money::ZERO,
                discount: positive(-difference),
            };
        };
        let unexplained = difference - cost.as_decimal();
        let counted = || self.parts.iter().filter(|part| counts(part));
        let named: Decimal = counted().map(|part| part.amount).sum();
        let is_believed = (unexplained - named).abs() < unexplained.abs()
            || (unexplained.is_zero() && named.is_zero());
        let of_sign = |sign: Decimal| -> Vec<Part> {
            counted()
                .filter(|part| is_believed && part.amount * sign > Decimal::ZERO)
                .map(|part| Part {
                    code: part.code.clone(),
                    title: part.title.clone(),
                    amount: positive(part.amount * sign),
                })
                .collect()
        };
        let rest = if is_believed {
            unexplained - named
        } else {
            unexplained
        };
        Settlement {
            delivery: cost,
            charges: of_sign(Decimal::ONE),
            discounts: of_sign(Decimal::NEGATIVE_ONE),
            other: positive(rest),
            discount: positive(-rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(total: &str, shipping_cost: Option<&str>, lines: &[(&str, &str)]) -> Order {
        Order {
            id: OrderId::parse("7").unwrap(),
            placed_at: NaiveDateTime::default(),
            status: None,
            status_name: None,
            currency: "RUB".to_owned(),
            total: Money::parse(total).unwrap(),
            buyer: Party::default(),
            delivery_address: Address::default(),
            payment: None,
            shipping: None,
            shipping_cost: shipping_cost.map(|cost| Money::parse(cost).unwrap()),
            parts: Vec::new(),
            comment: None,
            lines: lines
                .iter()
                .map(|(price, quantity)| OrderLine {
                    id: None,
                    name: "x".to_owned(),
                    sku: None,
                    item: None,
                    price: Money::parse(price).unwrap(),
                    quantity: Quantity::parse(quantity).unwrap(),
                    options: Vec::new(),
                })
                .collect(),
            site: None,
            extra: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Without a tax on top.
    fn settlement(order: &Order) -> Settlement {
        let lines = order.lines.iter().map(|line| line.sum().as_decimal());
        order.settlement(lines.sum(), order.shipping_cost, |_| true)
    }

    #[test]
    fn explains_every_kopeck_between_lines_and_total() {
        for (total, cost, delivery, other, discount) in [
            ("38.40", None, "8.40", "0.00", "0.00"),
            ("25.00", None, "0.00", "0.00", "5.00"),
            ("38.40", Some("5"), "5.00", "3.40", "0.00"),
            ("33.00", Some("5"), "5.00", "0.00", "2.00"),
            ("30.00", None, "0.00", "0.00", "0.00"),
        ] {
            let found = settlement(&order(total, cost, &[("12.5", "2"), ("5", "1")]));
            let shown = (
                found.delivery.to_string(),
                found.other.to_string(),
                found.discount.to_string(),
            );
            assert_eq!(
                shown,
                (delivery.to_owned(), other.to_owned(), discount.to_owned()),
                "{total} {cost:?}"
            );
        }
    }

    #[test]
    fn named_parts_are_believed_if_they_explain_the_total() {
        let part = |code: &str, amount: &str| TotalPart {
            code: code.to_owned(),
            title: code.to_owned(),
            amount: amount.parse().unwrap(),
        };
        for (parts, total, expected) in [
            (
                vec![part("tax", "6"), part("coupon", "-3")],
                "38.00",
                "+tax 6.00 -coupon 3.00 | 0.00 0.00",
            ),
            // They cancel out.
            (
                vec![part("tax", "3"), part("coupon", "-3")],
                "35.00",
                "+tax 3.00 -coupon 3.00 | 0.00 0.00",
            ),
            // A kopeck is lost in rounding.
            (vec![part("tax", "5.99")], "41.00", "+tax 5.99 | 0.01 0.00"),
            // An amount that is only shown.
            (vec![part("sub_total_2", "30")], "35.00", " | 0.00 0.00"),
            (vec![part("before_discount", "50")], "33.00", " | 0.00 2.00"),
        ] {
            let mut order = order(total, Some("5"), &[("12.5", "2"), ("5", "1")]);
            order.parts = parts;
            let found = settlement(&order);
            let named: Vec<String> = found
                .charges
                .iter()
                .map(|part| format!("+{} {}", part.code, part.amount))
                .chain(
                    found
                        .discounts
                        .iter()
                        .map(|part| format!("-{} {}", part.code, part.amount)),
                )
                .collect();
            let shown = format!("{} | {} {}", named.join(" "), found.other, found.discount);
            assert_eq!(shown, expected, "{total}");
            let sum = Decimal::from(35) + found.charged() - found.discounted();
            assert_eq!(sum, order.total.as_decimal(), "{total}");
        }
    }

    #[test]
    fn order_numbers_are_positive_whole_numbers() {
        assert_eq!(OrderId::parse(" 17 ").map(OrderId::get), Some(17));
        for text in ["0", "00000000002", "-1", "", "А-12", "1.5", "99999999999"] {
            assert_eq!(OrderId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_buyer_always_has_a_name_if_the_order_names_anybody() {
        let mut party = Party {
            last_name: "Иванов".to_owned(),
            first_name: " ".to_owned(),
            ..Party::default()
        };
        assert_eq!(party.display_name().as_deref(), Some("Иванов"));
        party.last_name.clear();
        assert_eq!(party.display_name(), None);
        party.phone = Some("+7".to_owned());
        assert_eq!(party.display_name().as_deref(), Some("+7"));
    }
}
