//! What a document of 1C means for the status of the shop's order.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::domain::{Document, StatusId};
use crate::wording::{Message, Worded, message};

/// The shop's statuses, and the configuration's mapping onto them.
#[derive(Debug, Clone, Default)]
pub struct StatusRules {
    /// The shop's own names.
    pub shop: Vec<(StatusId, String)>,
    /// 1C's words (or one of the derived states below) to a name or id of the shop.
    pub map: BTreeMap<String, String>,
}

/// УТ 11 writes no status at all: it follows from what has happened to the order.
const CANCELLED: &str = "cancelled";
const SHIPPED: &str = "shipped";
const PAID: &str = "paid";
const ACCEPTED: &str = "accepted";

/// Why a document does not lead to a status.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum Unmapped {
    Operation(String),
    NoNumber,
    NothingStated,
    StateNotMapped(&'static str),
    Unknown(String),
    NotInShop { from: String, to: String },
}

impl Worded for Unmapped {
    fn message(&self) -> Message {
        match self {
            Self::Operation(operation) => message!("why-other-operation", operation = operation),
            Self::NoNumber => message!("why-no-order-number"),
            Self::NothingStated => message!("why-no-state"),
            Self::StateNotMapped(state) => message!("why-state-not-mapped", state = *state),
            Self::Unknown(status) => message!("why-status-unknown", status = status),
            Self::NotInShop { from, to } => {
                message!("why-status-not-in-shop", from = from, to = to)
            }
        }
    }
}

impl Unmapped {
    /// A document that simply does not concern the shop.
    pub fn is_note(&self) -> bool {
        match self {
            Self::Operation(_) | Self::NoNumber | Self::NothingStated | Self::StateNotMapped(_) => {
                true
            }
            Self::Unknown(_) | Self::NotInShop { .. } => false,
        }
    }
}

/// The status that the shop's order is to have.
pub fn order_status(document: &Document, rules: &StatusRules) -> Result<StatusId, Unmapped> {
    if let Some(operation) = document.operation.as_deref().filter(|name| !is_order(name)) {
        return Err(Unmapped::Operation(operation.to_owned()));
    }
    let states = derived_states(document);
    // A cancellation outweighs whatever the status field still says.
    if states.contains(&CANCELLED)
        && let Some(found) = mapped(CANCELLED, rules)
    {
        return found;
    }
    if let Some(status) = &document.status {
        return mapped(status, rules)
            .or_else(|| in_shop(status, rules).map(Ok))
            .unwrap_or_else(|| Err(Unmapped::Unknown(status.clone())));
    }
    let furthest = states.first().ok_or(Unmapped::NothingStated)?;
    // The furthest state that the configuration has a status for.
    states
        .iter()
        .find_map(|state| mapped(state, rules))
        .unwrap_or(Err(Unmapped::StateNotMapped(furthest)))
}

fn is_order(operation: &str) -> bool {
    let plain: String = operation
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    plain == "заказтовара"
}

/// What has happened to the order, the furthest first.
fn derived_states(document: &Document) -> Vec<&'static str> {
    let is_cancelled = document.deleted || document.cancelled == Some(true);
    [
        (is_cancelled, CANCELLED),
        (document.shipped == Some(true), SHIPPED),
        (document.paid == Some(true), PAID),
        (document.posted == Some(true), ACCEPTED),
    ]
    .into_iter()
    .filter(|(is_so, _)| *is_so)
    .map(|(_, state)| state)
    .collect()
}

/// By the configuration; names are compared without regard to case.
fn mapped(from: &str, rules: &StatusRules) -> Option<Result<StatusId, Unmapped>> {
    let wanted = from.to_lowercase();
    let (_, to) = rules
        .map
        .iter()
        .find(|(name, _)| name.to_lowercase() == wanted)?;
    Some(in_shop(to, rules).ok_or_else(|| Unmapped::NotInShop {
        from: from.to_owned(),
        to: to.clone(),
    }))
}

fn in_shop(status: &str, rules: &StatusRules) -> Option<StatusId> {
    let wanted = status.trim().to_lowercase();
    let by_id =
        StatusId::parse(&wanted).filter(|id| rules.shop.iter().any(|(known, _)| known == id));
    by_id.or_else(|| {
        rules
            .shop
            .iter()
            .find(|(_, name)| name.to_lowercase() == wanted)
            .map(|(id, _)| *id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> StatusRules {
        let shop = [
            ("1", "Pending"),
            ("3", "Shipped"),
            ("5", "Complete"),
            ("7", "Canceled"),
        ];
        let map = [
            ("cancelled", "Canceled"),
            ("shipped", "3"),
            ("paid", "Complete"),
            ("Отгружен", "Shipped"),
            ("К сборке", "Lost"),
        ];
        StatusRules {
            shop: shop
                .iter()
                .map(|(id, name)| (StatusId::parse(id).unwrap(), (*name).to_owned()))
                .collect(),
            map: map
                .iter()
                .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn finds_the_status_that_a_document_means() {
        let named = |status: &str| Document {
            status: Some(status.to_owned()),
            ..Document::default()
        };
        for (document, expected) in [
            (named("отгружен"), Ok(3)),
            (named("Complete"), Ok(5)),
            (named("7"), Ok(7)),
            (named("99"), Err(Unmapped::Unknown("99".to_owned()))),
            (
                named("К сборке"),
                Err(Unmapped::NotInShop {
                    from: "К сборке".to_owned(),
                    to: "Lost".to_owned(),
                }),
            ),
            (
                Document {
                    shipped: Some(true),
                    paid: Some(true),
                    ..Document::default()
                },
                Ok(3),
            ),
            (
                Document {
                    paid: Some(true),
                    ..Document::default()
                },
                Ok(5),
            ),
            (
                Document {
                    cancelled: Some(true),
                    ..named("Отгружен")
                },
                Ok(7),
            ),
            (
                Document {
                    posted: Some(true),
                    ..Document::default()
                },
                Err(Unmapped::StateNotMapped("accepted")),
            ),
            (Document::default(), Err(Unmapped::NothingStated)),
            (
                Document {
                    operation: Some("Отпуск товара".to_owned()),
                    ..named("Отгружен")
                },
                Err(Unmapped::Operation("Отпуск товара".to_owned())),
            ),
        ] {
            assert_eq!(
                order_status(&document, &rules()).map(StatusId::get),
                expected,
                "{document:?}"
            );
        }
    }
}
