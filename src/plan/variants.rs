//! What an offer says beyond one price and one stock: prices of customer groups, and which variant it is.

use crate::domain::sku::stored_len;
use crate::domain::{GroupPrice, Offer, PriceList, Sku, Variant};
use crate::plan::rules::{Refusal, Rules, stock_of, want_offer};

/// Where the price of a type goes beside the product's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRule {
    pub list: PriceList,
    pub group: u32,
    pub price_types: Vec<String>,
}

/// A price of zero takes it away, and so does one that an offer with prices does not have,
/// if the file names the type: 1C writes both.
pub(super) fn group_prices_of(offer: &Offer, rules: &Rules) -> Vec<GroupPrice> {
    let priced = |rule: &GroupRule| {
        let is_meant = |id: &str| rule.price_types.iter().any(|known| known == id);
        let stated = offer
            .prices
            .iter()
            .find(|price| price.price_type.as_deref().is_some_and(is_meant));
        let is_named = rules.named_price_types.iter().any(|id| is_meant(id));
        let price = match stated {
            Some(stated) => Some(stated.price).filter(|price| !price.is_zero()),
            None if is_named && !offer.prices.is_empty() => None,
            None => return None,
        };
        Some(GroupPrice {
            list: rule.list,
            group: rule.group,
            price,
        })
    };
    rules.group_prices.iter().filter_map(priced).collect()
}

/// A variant as a value of an option of its product; `None` when nothing of it concerns the shop.
pub fn want_variant(
    offer: &Offer,
    sku: Sku,
    rules: &Rules,
) -> Result<Option<WantedVariant>, Refusal> {
    let Some(wanted) = want_offer(offer, stock_of(offer, rules), sku, rules)? else {
        return Ok(None);
    };
    if wanted.price.is_none() && wanted.quantity.is_none() {
        return Ok(None);
    }
    let (option, value) = option_of(offer).ok_or(Refusal::UnnamedVariant)?;
    if [&option, &value]
        .iter()
        .any(|text| stored_len(text) > MAX_OPTION_CHARS)
    {
        return Err(Refusal::VariantTooLong);
    }
    let variant = Variant {
        option,
        value,
        quantity: wanted.quantity,
        price: wanted.price,
    };
    Ok(Some(WantedVariant {
        line: wanted.line,
        sku: wanted.sku,
        variant,
    }))
}

/// OpenCart's columns for the names of options and of their values.
const MAX_OPTION_CHARS: usize = 128;

/// What the choice is called where 1C says only what there is to choose.
const UNNAMED_OPTION: &str = "Характеристика";

/// Of a variant with several characteristics, all of them together are the choice: OpenCart
/// counts the values of each option by themselves. Where there are none, 1C writes
/// the variant behind the product's name, in brackets.
fn option_of(offer: &Offer) -> Option<(String, String)> {
    let mut characteristics: Vec<(&str, &str)> = offer
        .characteristics
        .iter()
        .map(|one| (one.name.trim(), one.text.trim()))
        .collect();
    if characteristics.is_empty() {
        let name = offer.name.as_deref()?.trim().strip_suffix(')')?;
        let (_, value) = name.rsplit_once('(')?;
        let value = value.trim();
        return (!value.is_empty()).then(|| (UNNAMED_OPTION.to_owned(), value.to_owned()));
    }
    characteristics.sort_unstable();
    let (names, values): (Vec<&str>, Vec<&str>) = characteristics.into_iter().unzip();
    Some((names.join(", "), values.join(", ")))
}

/// What a row wants of one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedVariant {
    pub line: u64,
    /// Of its product.
    pub sku: Sku,
    pub variant: Variant,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{Attribute, ItemKey, Money, OfferPrice, Quantity};

    fn offer(prices: &[(&str, &str)]) -> Offer {
        let price = |(id, price): &(&str, &str)| OfferPrice {
            price_type: Some(Arc::from(*id)),
            price: Money::parse(price).unwrap(),
            currency: None,
            line: 1,
        };
        Offer {
            item: ItemKey::parse("p#v"),
            name: Some("Кофта (синяя, M)".to_owned()),
            quantity: Quantity::parse("3").ok(),
            prices: prices.iter().map(price).collect(),
            ..Offer::default()
        }
    }

    fn rules(named: &[&str]) -> Rules {
        let rule = |list: PriceList, group: u32, id: &str| GroupRule {
            list,
            group,
            price_types: vec![id.to_owned()],
        };
        Rules {
            group_prices: vec![
                rule(PriceList::Group, 2, "whole"),
                rule(PriceList::Special, 1, "sale"),
            ],
            named_price_types: named.iter().map(|id| (*id).to_owned()).collect(),
            ..Rules::default()
        }
    }

    fn shown(offer: &Offer, rules: &Rules) -> String {
        let wanted = want_offer(offer, offer.quantity, Sku::parse("A").unwrap(), rules).unwrap();
        wanted.map_or_else(String::new, |wanted| {
            let price = wanted.price.map(|price| price.to_string());
            let groups = crate::domain::shown_group_prices(&wanted.group_prices);
            format!("{} | {groups}", price.unwrap_or_default())
        })
    }

    #[test]
    fn prices_go_to_their_groups_and_leave_the_own_price_alone() {
        for (prices, named, expected) in [
            (
                vec![("retail", "10"), ("whole", "8"), ("sale", "9")],
                vec![],
                "10.00 | group 2: 8.00, special 1: 9.00",
            ),
            // Not stated is not taken away, unless the file names the type.
            (vec![("retail", "10")], vec![], "10.00 | "),
            (
                vec![("retail", "10")],
                vec!["retail", "sale"],
                "10.00 | special 1: –",
            ),
            (
                vec![("retail", "10"), ("sale", "0")],
                vec![],
                "10.00 | special 1: –",
            ),
            (vec![("whole", "8")], vec![], " | group 2: 8.00"),
            // Of an offer without any price nothing is said of prices.
            (vec![], vec!["sale", "whole"], " | "),
        ] {
            assert_eq!(
                shown(&offer(&prices), &rules(&named)),
                expected,
                "{prices:?} {named:?}"
            );
        }
    }

    #[test]
    fn a_variant_is_named_by_its_characteristics_or_by_its_name() {
        let of = |characteristics: &[(&str, &str)], name: &str| {
            let mut offer = offer(&[("retail", "10")]);
            offer.name = Some(name.to_owned());
            offer.characteristics = characteristics
                .iter()
                .map(|(name, text)| Attribute {
                    name: (*name).to_owned(),
                    text: (*text).to_owned(),
                })
                .collect();
            want_variant(&offer, Sku::parse("A").unwrap(), &Rules::default())
                .map(|wanted| wanted.map(|wanted| (wanted.variant.option, wanted.variant.value)))
        };
        let named = |option: &str, value: &str| Ok(Some((option.to_owned(), value.to_owned())));
        assert_eq!(of(&[("Размер", "M")], "x"), named("Размер", "M"));
        assert_eq!(
            of(&[("Цвет", "синий"), ("Размер", "M")], "x"),
            named("Размер, Цвет", "M, синий")
        );
        assert_eq!(
            of(&[], "Кофта (синяя, M)"),
            named(UNNAMED_OPTION, "синяя, M")
        );
        for name in ["Кофта", "Кофта ()", ")", ""] {
            assert_eq!(of(&[], name), Err(Refusal::UnnamedVariant), "{name}");
        }
        assert_eq!(
            of(&[("Размер", &"M".repeat(129))], "x"),
            Err(Refusal::VariantTooLong)
        );
    }
}
