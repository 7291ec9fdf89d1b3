//! Guard rails: changes that a healthy export does not make.
//!
//! A truncated report, a wrong price type, a lost warehouse: each is a perfectly
//! readable file that would wreck the shop. Such a run waits for a person.

use std::fmt;

use rust_decimal::Decimal;

use crate::domain::Money;
use crate::plan::{Action, Decision, Field, Verdict};
use crate::wording::{Message, Worded, message};

/// What one file may do without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// Percent of the products in stock that may become sold out.
    pub zeroed_percent: u32,
    /// Percent of the prices that may move by more than [`move_percent`](Self::move_percent).
    pub moved_percent: u32,
    pub move_percent: u32,
    /// No single price may rise or fall to this many times itself; 0: any may.
    pub factor: u32,
    /// By so many percent a file that says that it is complete may be smaller than
    /// the last, and the shop's list of articles than it was.
    pub shrunk_percent: u32,
    /// Percentages mean little below this many rows, and are not looked at.
    pub at_least: u64,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            zeroed_percent: 30,
            moved_percent: 30,
            move_percent: 50,
            factor: 10,
            shrunk_percent: 50,
            at_least: 10,
        }
    }
}

impl Guard {
    /// Whether `n` is far less than there was before.
    fn is_shrunk(&self, n: u64, before: u64) -> bool {
        let kept_percent = u64::from(100_u32.saturating_sub(self.shrunk_percent));
        before >= self.at_least && n.saturating_mul(100) < before.saturating_mul(kept_percent)
    }

    /// What a complete file states, and what the last one did.
    pub fn shrunk(&self, what: &'static str, n: u64, before: u64) -> Option<Alarm> {
        self.is_shrunk(n, before)
            .then_some(Alarm::Shrunk { what, n, before })
    }

    /// How many articles the shop lists, and how many it did.
    pub fn fewer_articles(&self, n: u64, before: u64) -> Option<Alarm> {
        self.is_shrunk(n, before)
            .then_some(Alarm::FewerArticles { n, before })
    }
}

/// What a file would do, counted over all its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    n_zeroed: u64,
    n_prices: u64,
    n_moved: u64,
    /// Prices beyond the factor: article, before, after.
    leaps: Vec<(String, Money, Money)>,
    n_leaps: u64,
    /// The largest moves of a price by their size in percent, the largest first.
    largest: Vec<(Decimal, Move)>,
}

/// A price that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub article: String,
    pub before: Money,
    pub after: Money,
}

impl Move {
    /// By how much of its old price, in whole percent; the old one is not zero.
    pub fn percent(&self) -> Decimal {
        percent(self.before, self.after)
    }
}

fn percent(before: Money, after: Money) -> Decimal {
    let (old, new) = (before.as_decimal(), after.as_decimal());
    let part = (new - old).checked_div(old).unwrap_or_default();
    part.saturating_mul(Decimal::ONE_HUNDRED).round()
}

/// Examples kept of prices beyond the factor.
const MAX_LEAPS: usize = 5;

/// Kept of the largest moves.
const MAX_LARGEST: usize = 10;

/// A rail that was hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    Zeroed {
        n: u64,
        of: u64,
        allowed_percent: u32,
    },
    Moved {
        n: u64,
        of: u64,
        by_percent: u32,
        allowed_percent: u32,
    },
    Leaps {
        n: u64,
        factor: u32,
        examples: Vec<(String, Money, Money)>,
    },
    /// A complete file is far smaller than the last.
    Shrunk {
        what: &'static str,
        n: u64,
        before: u64,
    },
    /// The shop suddenly lists far fewer articles.
    FewerArticles { n: u64, before: u64 },
}

impl Worded for Alarm {
    fn message(&self) -> Message {
        match self {
            Self::Zeroed {
                n,
                of,
                allowed_percent,
            } => message!("alarm-zeroed", n = *n, of = *of, allowed = *allowed_percent,),
            Self::Moved {
                n,
                of,
                by_percent,
                allowed_percent,
            } => message!(
                "alarm-moved",
                n = *n,
                of = *of,
                percent = *by_percent,
                allowed = *allowed_percent,
            ),
            Self::Shrunk { what, n, before } => {
                message!("alarm-shrunk", what = *what, n = *n, before = *before)
            }
            Self::FewerArticles { n, before } => {
                message!("alarm-fewer-articles", n = *n, before = *before)
            }
            Self::Leaps {
                n,
                factor,
                examples,
            } => message!(
                "alarm-leaps",
                n = *n,
                factor = *factor,
                examples = examples_text(examples),
            ),
        }
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

/// `ЧАЙ-100 10.00 → 100.00, …`.
fn examples_text(examples: &[(String, Money, Money)]) -> String {
    let texts = examples
        .iter()
        .map(|(article, before, after)| format!("{article} {before} → {after}"));
    texts.collect::<Vec<_>>().join(", ")
}

impl Moves {
    /// Counts what one batch would do. Only what the shop is known to have had
    /// can be compared, so a first export passes.
    pub fn add(&mut self, decision: &Decision, guard: &Guard) {
        for row in &decision.rows {
            let Verdict::Send {
                action,
                before: Some(before),
            } = &row.verdict
            else {
                self.n_prices +=
                    u64::from(row.field == Field::Price && row.verdict == Verdict::Unchanged);
                continue;
            };
            let action = decision.actions.get(*action);
            match action {
                Some(Action::Quantity { quantity, .. }) if *quantity <= 0 => {
                    self.n_zeroed +=
                        u64::from(before.parse::<i32>().is_ok_and(|before| before > 0));
                }
                Some(Action::Price { price, .. }) => {
                    if let Ok(before) = Money::parse(before) {
                        self.add_price(&row.key, before, *price, guard);
                    }
                }
                Some(
                    Action::Category(_)
                    | Action::Add(_)
                    | Action::Details { .. }
                    | Action::Name { .. }
                    | Action::GroupPrices { .. }
                    | Action::Variant { .. }
                    | Action::Quantity { .. }
                    | Action::Status { .. },
                )
                | None => {}
            }
        }
    }

    fn add_price(&mut self, key: &str, before: Money, after: Money, guard: &Guard) {
        self.n_prices += 1;
        // New goods have no price until their first offer.
        if before.is_zero() {
            return;
        }
        self.add_largest(key, before, after);
        let (old, new) = (before.as_decimal(), after.as_decimal());
        let limit = old * Decimal::from(guard.move_percent);
        self.n_moved += u64::from((new - old).abs() * Decimal::ONE_HUNDRED > limit);
        let factor = Decimal::from(guard.factor);
        let (low, high) = (old.min(new), old.max(new));
        // A price that becomes zero is a leap of any size.
        if guard.factor > 0 && high >= low * factor && high > low {
            self.n_leaps += 1;
            if self.leaps.len() < MAX_LEAPS {
                self.leaps.push((key.to_owned(), before, after));
            }
        }
    }

    fn add_largest(&mut self, key: &str, before: Money, after: Money) {
        let size = percent(before, after).abs();
        let place = self.largest.partition_point(|(other, _)| *other >= size);
        if place < MAX_LARGEST && before != after {
            let article = key.to_owned();
            let one = Move {
                article,
                before,
                after,
            };
            self.largest.insert(place, (size, one));
            self.largest.truncate(MAX_LARGEST);
        }
    }

    /// The largest moves of a price, at most ten, the largest first.
    pub fn largest(&self) -> impl Iterator<Item = &Move> {
        self.largest.iter().map(|(_, one)| one)
    }

    /// Products in stock that become sold out.
    pub fn n_zeroed(&self) -> u64 {
        self.n_zeroed
    }

    /// The rails hit; `n_stocked` is how many products the shop is known to have in
    /// stock, `n_zeroed_before` how many more it had before the files of the last hour.
    pub fn judge(&self, guard: &Guard, n_stocked: u64, n_zeroed_before: u64) -> Vec<Alarm> {
        let exceeds = |n: u64, of: u64, percent: u32| {
            of >= guard.at_least && n.saturating_mul(100) > of.saturating_mul(u64::from(percent))
        };
        let mut alarms = Vec::new();
        let (n_zeroed, of) = (self.n_zeroed + n_zeroed_before, n_stocked + n_zeroed_before);
        // A file that sells nothing out is no part of it.
        if self.n_zeroed > 0 && exceeds(n_zeroed, of, guard.zeroed_percent) {
            let allowed_percent = guard.zeroed_percent;
            alarms.push(Alarm::Zeroed {
                n: n_zeroed,
                of,
                allowed_percent,
            });
        }
        if exceeds(self.n_moved, self.n_prices, guard.moved_percent) {
            alarms.push(Alarm::Moved {
                n: self.n_moved,
                of: self.n_prices,
                by_percent: guard.move_percent,
                allowed_percent: guard.moved_percent,
            });
        }
        if self.n_leaps > 0 {
            let examples = self.leaps.clone();
            alarms.push(Alarm::Leaps {
                n: self.n_leaps,
                factor: guard.factor,
                examples,
            });
        }
        alarms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sku;
    use crate::plan::Row;

    fn decision(changes: &[(&str, Action)]) -> Decision {
        let mut decision = Decision::default();
        for (before, action) in changes {
            decision.rows.push(Row {
                line: 1,
                key: action.key(),
                field: action.field(),
                verdict: Verdict::Send {
                    action: decision.actions.len(),
                    before: Some((*before).to_owned()),
                },
            });
            decision.actions.push(action.clone());
        }
        decision
    }

    fn price(amount: &str) -> Action {
        Action::Price {
            sku: Sku::parse("A").unwrap(),
            price: Money::parse(amount).unwrap(),
        }
    }

    fn quantity(quantity: i32) -> Action {
        Action::Quantity {
            sku: Sku::parse("A").unwrap(),
            quantity,
        }
    }

    fn alarms(changes: &[(&str, Action)], n_stocked: u64) -> Vec<String> {
        let guard = Guard::default();
        let mut moves = Moves::default();
        moves.add(&decision(changes), &guard);
        moves
            .judge(&guard, n_stocked, 0)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn what_shrinks_by_half_is_noticed() {
        let guard = Guard::default();
        assert_eq!(guard.shrunk("offers", 50, 100), None);
        assert_eq!(guard.shrunk("offers", 0, 9), None, "too few to judge");
        assert_eq!(
            guard.shrunk("offers", 49, 100).unwrap().to_string(),
            "it says that it is complete, and holds 49 offers where the last one held 100"
        );
        let any = Guard {
            shrunk_percent: 100,
            ..guard
        };
        assert_eq!(any.shrunk("offers", 0, 100), None, "switched off");
    }

    #[test]
    fn ordinary_changes_pass() {
        let mut changes = vec![
            ("5", quantity(0)),
            ("0", quantity(0)),
            ("100", price("149.99")),
            ("100", price("15")),
        ];
        changes.extend((0..20).map(|_| ("100", price("110"))));
        assert_eq!(alarms(&changes, 20), [""; 0]);
    }

    #[test]
    fn the_largest_moves_are_kept_in_order() {
        let mut moves = Moves::default();
        let changes: Vec<_> = (100..120)
            .map(|after| ("100", price(&after.to_string())))
            .chain([("100", price("40")), ("0", price("5"))])
            .collect();
        moves.add(&decision(&changes), &Guard::default());
        let percents: Vec<String> = moves
            .largest()
            .map(|one| one.percent().to_string())
            .collect();
        assert_eq!(
            percents,
            ["-60", "19", "18", "17", "16", "15", "14", "13", "12", "11"]
        );
    }

    #[test]
    fn an_emptied_shop_is_noticed() {
        let changes: Vec<_> = (0..7).map(|_| ("5", quantity(0))).collect();
        assert_eq!(
            alarms(&changes, 20),
            ["it would set 7 of 20 products in stock to zero, more than 30 %"]
        );
        assert_eq!(alarms(&changes, 9), [""; 0], "too few to judge");
    }

    #[test]
    fn prices_that_all_move_are_noticed() {
        let changes: Vec<_> = (0..10).map(|_| ("100", price("151"))).collect();
        assert_eq!(
            alarms(&changes, 0),
            ["it would move 10 of 10 prices by more than 50 %, more than 30 % of them"]
        );
    }

    #[test]
    fn one_price_in_kopecks_is_noticed() {
        assert_eq!(
            alarms(&[("34.90", price("3490"))], 0),
            ["it would change 1 price 10 times or more: A 34.90 → 3490.00"]
        );
        assert_eq!(alarms(&[("34.90", price("0"))], 0).len(), 1);
        assert_eq!(alarms(&[("0", price("5"))], 0), [""; 0], "its first price");
    }
}
