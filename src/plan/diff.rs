//! Compares what rows want with what the shop has.

use std::collections::{HashMap, HashSet};

use crate::domain::sku::match_key;
use crate::domain::{
    CategoryId, Group, Money, NewProduct, OrderId, StatusId, Variant, shown_group_prices,
};
use crate::plan::{Action, Field, Function, Wanted, WantedVariant, variant_key};

/// What the shop has, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// By [`Sku::match_key`](crate::domain::Sku::match_key); what is not in here the shop does not have.
    pub products: HashMap<String, KnownProduct>,
    pub orders: HashMap<OrderId, StatusId>,
    /// Groups of 1C that are categories of the shop, by id.
    pub categories: HashMap<String, Group>,
    /// Articles that the shop once failed to add, by match key.
    pub never_add: HashSet<String>,
    /// What the shop last confirmed of variants, by match key.
    pub variants: HashMap<String, Variant>,
    /// What a newer file has spoken of already.
    pub said_later: Said,
}

/// Things that were spoken of: products by match key, orders by number, groups by 1C's id.
pub type Said = HashSet<(Field, String)>;

/// What the shop last confirmed of a product; `None`: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownProduct {
    pub price: Option<Money>,
    pub quantity: Option<i32>,
    pub name: Option<String>,
    /// What it was before it came into doubt: by an order, by a call without an
    /// answer. It is sent again whatever it was.
    pub last_price: Option<Money>,
    pub last_quantity: Option<i32>,
    /// [`Details::digest`](crate::domain::Details::digest).
    pub details: Option<String>,
    /// [`shown_group_prices`](crate::domain::shown_group_prices).
    pub group_prices: Option<String>,
}

/// Whether goods that the shop does not have are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewGoods {
    Into(CategoryId),
    /// The configuration names no category, or wants none added.
    Report,
}

/// What becomes of one statement of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    pub key: String,
    pub field: Field,
    pub verdict: Verdict,
}

/// See [`Row`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Index into [`Decision::actions`]; what the shop had before, if known.
    Send {
        action: usize,
        before: Option<String>,
    },
    /// The shop has it so already.
    Unchanged,
    /// The shop does not have this product.
    Unknown,
    /// A later row of the same batch says otherwise.
    Superseded,
    /// A newer file has spoken of it.
    Outdated,
    /// The shop does not have this product, but a file that waits may add it.
    Waits,
}

/// The actions, and the fate of every row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    pub actions: Vec<Action>,
    pub rows: Vec<Row>,
}

impl Decision {
    /// Puts another decision behind this one.
    pub fn append(&mut self, other: Self) {
        let n_before = self.actions.len();
        self.actions.extend(other.actions);
        self.rows.extend(other.rows.into_iter().map(|mut row| {
            if let Verdict::Send { action, .. } = &mut row.verdict {
                *action += n_before;
            }
            row
        }));
    }

    /// How many calls the actions take, with at most `batch` entries in each.
    pub fn n_calls(&self, batch: usize) -> u64 {
        let n_of = |function| {
            self.actions
                .iter()
                .filter(|action| action.function() == function)
                .count()
        };
        let n: usize = Function::ALL
            .into_iter()
            .map(|function| n_of(function).div_ceil(batch.max(1)))
            .sum();
        u64::try_from(n).unwrap_or(u64::MAX)
    }
}

/// What must be sent for these rows, in their order. A product that is added in
/// the same batch takes price and stock along.
pub fn diff(
    wanted: &[Wanted],
    known: &Known,
    new_goods: NewGoods,
    updates_names: bool,
) -> Decision {
    let mut state = State {
        known: &known.products,
        never_add: &known.never_add,
        said_later: &known.said_later,
        changed: HashMap::new(),
        decision: Decision::default(),
    };
    for row in wanted {
        state.take(row, new_goods, updates_names);
    }
    state.decision
}

struct State<'a> {
    known: &'a HashMap<String, KnownProduct>,
    never_add: &'a HashSet<String>,
    said_later: &'a Said,
    /// Actions of this batch by product, and what they are about.
    changed: HashMap<String, Vec<(Field, usize)>>,
    decision: Decision,
}

impl State<'_> {
    fn take(&mut self, row: &Wanted, new_goods: NewGoods, updates_names: bool) {
        let key = row.sku.match_key();
        let known = self.known.get(&key).cloned();
        let is_new = known.is_none();
        if is_new && self.action_of(&key, Field::Product).is_none() {
            let may_add = !self.never_add.contains(&key);
            match (&row.goods, &row.name, new_goods) {
                (Some(goods), Some(name), NewGoods::Into(category)) if may_add => {
                    let product = NewProduct {
                        sku: row.sku.clone(),
                        name: name.clone(),
                        description: goods.description.clone(),
                        price: row.price.unwrap_or(Money::ZERO),
                        quantity: row.quantity.unwrap_or_default(),
                        category,
                        extra: goods.extra.clone(),
                        details: goods.details.clone(),
                    };
                    self.send(
                        row,
                        &key,
                        Field::Product,
                        Action::Add(Box::new(product)),
                        None,
                    );
                }
                _ => self.unknown(row),
            }
            return;
        }
        if let Some(price) = row.price {
            let before = known.as_ref().and_then(|known| known.price);
            let action = || Action::Price {
                sku: row.sku.clone(),
                price,
            };
            self.compare(
                row,
                &key,
                Field::Price,
                action,
                before == Some(price),
                || {
                    before
                        .or(known.as_ref().and_then(|known| known.last_price))
                        .map(|price| price.to_string())
                },
            );
        }
        if let Some(quantity) = row.quantity {
            let before = known.as_ref().and_then(|known| known.quantity);
            let action = || Action::Quantity {
                sku: row.sku.clone(),
                quantity,
            };
            self.compare(
                row,
                &key,
                Field::Quantity,
                action,
                before == Some(quantity),
                || {
                    before
                        .or(known.as_ref().and_then(|known| known.last_quantity))
                        .map(|quantity| quantity.to_string())
                },
            );
        }
        self.take_group_prices(row, &key, known.as_ref());
        if let Some(goods) = row.goods.as_ref().filter(|goods| !goods.details.is_empty()) {
            let before = known.as_ref().and_then(|known| known.details.as_ref());
            let is_same = before.is_some_and(|before| *before == goods.details.digest());
            let action = || Action::Details {
                sku: row.sku.clone(),
                details: Box::new(goods.details.clone()),
            };
            self.compare(row, &key, Field::Details, action, is_same, || None);
        }
        match &row.name {
            Some(name) if updates_names && !is_new => {
                let before = known.and_then(|known| known.name);
                let action = || Action::Name {
                    sku: row.sku.clone(),
                    name: name.clone(),
                };
                let is_same = before.as_ref() == Some(name);
                self.compare(row, &key, Field::Name, action, is_same, || before);
            }
            // The goods are there; that is all this row says.
            Some(_) => self.push(row, Field::Product, Verdict::Unchanged),
            None => {}
        }
    }

    fn take_group_prices(&mut self, row: &Wanted, key: &str, known: Option<&KnownProduct>) {
        if row.group_prices.is_empty() {
            return;
        }
        let before = known.and_then(|known| known.group_prices.clone());
        let is_same = before.as_ref() == Some(&shown_group_prices(&row.group_prices));
        let action = || Action::GroupPrices {
            sku: row.sku.clone(),
            prices: row.group_prices.clone(),
        };
        if known.is_some() {
            self.compare(row, key, Field::GroupPrices, action, is_same, || before);
        } else {
            // The call that adds a product has no place for them; they follow it.
            self.send(row, key, Field::GroupPrices, action(), None);
        }
    }

    fn unknown(&mut self, row: &Wanted) {
        let fields = [
            (row.goods.is_some(), Field::Product),
            (row.price.is_some(), Field::Price),
            (row.quantity.is_some(), Field::Quantity),
            (!row.group_prices.is_empty(), Field::GroupPrices),
        ];
        for (_, field) in fields.into_iter().filter(|(is_stated, _)| *is_stated) {
            self.push(row, field, Verdict::Unknown);
        }
    }

    fn action_of(&self, key: &str, field: Field) -> Option<usize> {
        let actions = self.changed.get(key)?;
        let found = actions.iter().find(|(about, _)| *about == field)?;
        Some(found.1)
    }

    /// `action` and `before` are made only where they are needed: mostly nothing has changed.
    fn compare(
        &mut self,
        row: &Wanted,
        key: &str,
        field: Field,
        action: impl FnOnce() -> Action,
        is_same: bool,
        before: impl FnOnce() -> Option<String>,
    ) {
        if let Some(index) = self.action_of(key, Field::Product) {
            self.complete_new(index, &action());
            self.push(
                row,
                field,
                Verdict::Send {
                    action: index,
                    before: None,
                },
            );
        } else if !self.said_later.is_empty() && self.said_later.contains(&(field, key.to_owned()))
        {
            self.push(row, field, Verdict::Outdated);
        } else if is_same && self.action_of(key, field).is_none() {
            self.push(row, field, Verdict::Unchanged);
        } else {
            self.send(row, key, field, action(), before());
        }
    }

    /// A later row about the same thing takes the place of the earlier one.
    fn send(
        &mut self,
        row: &Wanted,
        key: &str,
        field: Field,
        action: Action,
        before: Option<String>,
    ) {
        let index = if let Some(index) = self.action_of(key, field) {
            if let Some(earlier) = self.decision.actions.get_mut(index) {
                *earlier = action;
            }
            for other in &mut self.decision.rows {
                if matches!(other.verdict, Verdict::Send { action, .. } if action == index) {
                    other.verdict = Verdict::Superseded;
                }
            }
            index
        } else {
            self.decision.actions.push(action);
            let index = self.decision.actions.len() - 1;
            let actions = self.changed.entry(key.to_owned()).or_default();
            actions.push((field, index));
            index
        };
        self.push(
            row,
            field,
            Verdict::Send {
                action: index,
                before,
            },
        );
    }

    fn complete_new(&mut self, index: usize, action: &Action) {
        let Some(Action::Add(product)) = self.decision.actions.get_mut(index) else {
            return;
        };
        match action {
            Action::Price { price, .. } => product.price = *price,
            Action::Quantity { quantity, .. } => product.quantity = *quantity,
            Action::Name { name, .. } => product.name.clone_from(name),
            Action::Details { details, .. } => product.details.clone_from(details),
            Action::Category(_)
            | Action::Add(_)
            | Action::GroupPrices { .. }
            | Action::Variant { .. }
            | Action::Status { .. } => {}
        }
    }

    fn push(&mut self, row: &Wanted, field: Field, verdict: Verdict) {
        self.decision.rows.push(Row {
            line: row.line,
            key: row.sku.to_string(),
            field,
            verdict,
        });
    }
}

/// Variants that differ from what the shop last confirmed. The last word on each counts.
pub fn diff_variants(wanted: &[WantedVariant], known: &Known) -> Decision {
    let mut decision = Decision::default();
    let mut latest: HashMap<String, (usize, usize)> = HashMap::new();
    for one in wanted {
        let name = variant_key(&one.sku, &one.variant);
        let key = match_key(&name);
        let before = known.variants.get(&key);
        let mut row = Row {
            line: one.line,
            key: name,
            field: Field::Variant,
            verdict: Verdict::Unchanged,
        };
        let is_same = before.is_some_and(|before| {
            let is_known = |stated: Option<i32>| stated.is_none() || stated == before.quantity;
            is_known(one.variant.quantity)
                && (one.variant.price.is_none() || one.variant.price == before.price)
        });
        if !known.products.contains_key(&one.sku.match_key()) {
            row.verdict = Verdict::Unknown;
        } else if known.said_later.contains(&(Field::Variant, key.clone())) {
            row.verdict = Verdict::Outdated;
        } else if !is_same || latest.contains_key(&key) {
            let action = Action::Variant {
                sku: one.sku.clone(),
                variant: one.variant.clone(),
            };
            let at = if let Some((at, earlier)) = latest.get(&key) {
                if let Some(known) = decision.actions.get_mut(*at) {
                    *known = action;
                }
                if let Some(earlier) = decision.rows.get_mut(*earlier) {
                    earlier.verdict = Verdict::Superseded;
                }
                *at
            } else {
                decision.actions.push(action);
                decision.actions.len() - 1
            };
            latest.insert(key, (at, decision.rows.len()));
            row.verdict = Verdict::Send {
                action: at,
                before: before.map(ToString::to_string),
            };
        }
        decision.rows.push(row);
    }
    decision
}

/// Order statuses that differ from what the shop last confirmed, in the file's order.
pub fn diff_orders(wanted: &[(u64, OrderId, StatusId)], known: &Known) -> Decision {
    let mut decision = Decision::default();
    let mut latest: HashMap<OrderId, (usize, usize)> = HashMap::new();
    for (line, order, status) in wanted {
        let before = known.orders.get(order).copied();
        let mut row = Row {
            line: *line,
            key: order.to_string(),
            field: Field::Status,
            verdict: Verdict::Unchanged,
        };
        if known.said_later.contains(&(Field::Status, row.key.clone())) {
            row.verdict = Verdict::Outdated;
        } else if let Some((action, earlier_row)) = latest.get(order).copied() {
            if let Some(earlier) = decision.rows.get_mut(earlier_row) {
                earlier.verdict = Verdict::Superseded;
            }
            if let Some(known_action) = decision.actions.get_mut(action) {
                *known_action = Action::Status {
                    order: *order,
                    status: *status,
                };
            }
            row.verdict = Verdict::Send {
                action,
                before: before.map(|b| b.to_string()),
            };
            latest.insert(*order, (action, decision.rows.len()));
        } else if before != Some(*status) {
            decision.actions.push(Action::Status {
                order: *order,
                status: *status,
            });
            let action = decision.actions.len() - 1;
            row.verdict = Verdict::Send {
                action,
                before: before.map(|b| b.to_string()),
            };
            latest.insert(*order, (action, decision.rows.len()));
        }
        decision.rows.push(row);
    }
    decision
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
