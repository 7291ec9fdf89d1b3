//! Sends actions: written down, done, confirmed.

use std::collections::HashSet;
use std::time::Instant;

use tracing::debug;

use crate::domain::sku::match_key;
use crate::domain::{
    CategoryId, Details, Group, GroupPrice, Money, NewProduct, OrderId, Sku, StatusId, Variant,
};
use crate::journal::{Journal, RunId};
use crate::pipeline::{CarryError, Exchange, clock};
use crate::plan::{Action, Function};
use crate::shop::module::{Outcome, Told};
use crate::wording::Worded as _;

/// What became of each action, by its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    Not,
    Confirmed,
    /// The shop said yes, and then did not have it.
    Missing,
    /// The shop said no to this row, and why.
    Refused(Outcome),
}

/// Sends the actions function by function, in calls that the shop can stand. On an
/// error, `sent` tells what was confirmed before.
pub(super) fn send(
    exchange: &Exchange,
    journal: &Journal,
    run: RunId,
    actions: &[Action],
    sent: &mut Vec<Sent>,
) -> Result<(), CarryError> {
    sent.clear();
    sent.resize(actions.len(), Sent::Not);
    exchange.pace.widen(exchange.client.most_rows());
    for function in Function::ALL {
        let indexes: Vec<usize> = (0..actions.len())
            .filter(|at| actions.get(*at).is_some_and(|a| a.function() == function))
            .collect();
        let mut rest = indexes.as_slice();
        while !rest.is_empty() {
            let n = exchange
                .pace
                .next(rest.iter().filter_map(|at| actions.get(*at)));
            let (chunk, behind) = rest.split_at(n);
            let part: Vec<Action> = chunk
                .iter()
                .filter_map(|at| actions.get(*at).cloned())
                .collect();
            let begun = Instant::now();
            let outcomes = match send_call(exchange, journal, run, function, &part) {
                Ok(outcomes) => {
                    exchange.pace.took(n, begun.elapsed());
                    outcomes
                }
                Err(CarryError::Shop(err)) if exchange.pace.can_split(function, n, &err) => {
                    debug!(n, "{err}; trying with less");
                    continue;
                }
                Err(err) => return Err(err),
            };
            rest = behind;
            let is_unsaid = outcomes.contains(&Outcome::Unsaid);
            let missing = if function == Function::AddProducts && is_unsaid {
                missing_after(journal, exchange, &part)?
            } else {
                Vec::new()
            };
            for ((at, action), outcome) in chunk.iter().zip(&part).zip(outcomes) {
                if let Some(state) = sent.get_mut(*at) {
                    *state = if missing.contains(&action.key()) {
                        Sent::Missing
                    } else if is_done(function, &outcome) {
                        Sent::Confirmed
                    } else {
                        Sent::Refused(outcome)
                    };
                }
            }
        }
    }
    Ok(())
}

fn send_call(
    exchange: &Exchange,
    journal: &Journal,
    run: RunId,
    function: Function,
    actions: &[Action],
) -> Result<Vec<Outcome>, CarryError> {
    let name = exchange.name();
    let entries = Entries::of(function, actions);
    let batch = exchange.client.prepare(&entries.told())?;
    // Written down before it is done, so that a crash between the two is seen.
    let call = journal.atomically(|| {
        let call = journal.intend(name, Some(run), function, actions, clock::now())?;
        if let Some(batch) = &batch {
            journal.keep_batch(call, &batch.to_text())?;
        }
        Ok::<_, CarryError>(call)
    })?;
    let result = match &batch {
        Some(batch) => exchange.client.send(batch),
        None => exchange.client.tell(&entries.told()),
    };
    match result {
        Ok(outcomes) => {
            let done = actions.iter().zip(&outcomes);
            let done: Vec<Action> = done
                .filter(|(_, outcome)| is_done(function, outcome))
                .map(|(action, _)| action.clone())
                .collect();
            journal.confirm(name, call, &done, clock::now())?;
            Ok(outcomes)
        }
        Err(err) => {
            let text = err.message();
            if err.may_have_acted() {
                journal.call_unclear(call, &text, clock::now())?;
            } else {
                journal.call_failed(call, &text, clock::now())?;
            }
            Err(err.into())
        }
    }
}

/// A product that the shop has had all along was not added, and has none of its values.
pub(super) fn is_done(function: Function, outcome: &Outcome) -> bool {
    let was_there = function == Function::AddProducts && *outcome == Outcome::Unchanged;
    outcome.is_done() && !was_there
}

/// What one call is about.
enum Entries {
    /// All in one category: the configuration names one.
    NewProducts(Vec<NewProduct>),
    Statuses(Vec<(OrderId, StatusId)>),
    Categories(Vec<Group>),
    Details(Vec<(Sku, Details)>),
    Names(Vec<(Sku, String)>),
    Prices(Vec<(Sku, Money)>),
    GroupPrices(Vec<(Sku, Vec<GroupPrice>)>),
    Quantities(Vec<(Sku, i32)>),
    Variants(Vec<(Sku, Variant)>),
}

impl Entries {
    fn of(function: Function, actions: &[Action]) -> Self {
        let actions = actions.iter();
        match function {
            Function::AddProducts => {
                Self::NewProducts(actions.filter_map(as_new_product).cloned().collect())
            }
            Function::UpsertCategories => {
                Self::Categories(actions.filter_map(as_category).cloned().collect())
            }
            Function::UpdateProducts => Self::Details(actions.filter_map(as_details).collect()),
            Function::UpdateOrder => Self::Statuses(actions.filter_map(as_status).collect()),
            Function::UpdateNames => Self::Names(actions.filter_map(as_name).collect()),
            Function::UpdatePrice => Self::Prices(actions.filter_map(as_price).collect()),
            Function::UpdateGroupPrices => {
                Self::GroupPrices(actions.filter_map(as_group_prices).collect())
            }
            Function::UpdateQuantity => Self::Quantities(actions.filter_map(as_quantity).collect()),
            Function::UpdateVariants => Self::Variants(actions.filter_map(as_variant).collect()),
        }
    }

    fn told(&self) -> Told<'_> {
        match self {
            Self::NewProducts(products) => {
                let category = products
                    .first()
                    .map_or(CategoryId(0), |first| first.category);
                Told::NewProducts(category, products)
            }
            Self::Categories(groups) => Told::Categories(groups),
            Self::Details(entries) => Told::Details(entries),
            Self::Statuses(changes) => Told::Statuses(changes),
            Self::Names(entries) => Told::Names(entries),
            Self::Prices(entries) => Told::Prices(entries),
            Self::GroupPrices(entries) => Told::GroupPrices(entries),
            Self::Quantities(entries) => Told::Quantities(entries),
            Self::Variants(entries) => Told::Variants(entries),
        }
    }
}

fn as_new_product(action: &Action) -> Option<&NewProduct> {
    if let Action::Add(product) = action {
        return Some(product);
    }
    None
}

fn as_category(action: &Action) -> Option<&Group> {
    if let Action::Category(group) = action {
        return Some(group);
    }
    None
}

fn as_details(action: &Action) -> Option<(Sku, Details)> {
    if let Action::Details { sku, details } = action {
        return Some((sku.clone(), Details::clone(details)));
    }
    None
}

fn as_status(action: &Action) -> Option<(OrderId, StatusId)> {
    if let Action::Status { order, status } = action {
        return Some((*order, *status));
    }
    None
}

fn as_name(action: &Action) -> Option<(Sku, String)> {
    if let Action::Name { sku, name } = action {
        return Some((sku.clone(), name.clone()));
    }
    None
}

fn as_price(action: &Action) -> Option<(Sku, Money)> {
    if let Action::Price { sku, price } = action {
        return Some((sku.clone(), *price));
    }
    None
}

fn as_group_prices(action: &Action) -> Option<(Sku, Vec<GroupPrice>)> {
    if let Action::GroupPrices { sku, prices } = action {
        return Some((sku.clone(), prices.clone()));
    }
    None
}

fn as_variant(action: &Action) -> Option<(Sku, Variant)> {
    if let Action::Variant { sku, variant } = action {
        return Some((sku.clone(), variant.clone()));
    }
    None
}

fn as_quantity(action: &Action) -> Option<(Sku, i32)> {
    if let Action::Quantity { sku, quantity } = action {
        return Some((sku.clone(), *quantity));
    }
    None
}

/// The module answers "no error" even when it did nothing, so new goods are
/// looked for in the shop's list. Returns the articles that are not there.
fn missing_after(
    journal: &Journal,
    exchange: &Exchange,
    added: &[Action],
) -> Result<Vec<String>, CarryError> {
    let skus = || {
        let products = added.iter().filter_map(as_new_product);
        products.map(|product| &product.sku)
    };
    let mut unseen: HashSet<String> = skus().map(Sku::match_key).collect();
    exchange.client.each_listed(&mut |listed| {
        unseen.remove(&match_key(&listed.article));
    })?;
    let mut missing = Vec::new();
    for sku in skus().filter(|sku| unseen.contains(&sku.match_key())) {
        journal.never_add(exchange.name(), sku, clock::now())?;
        journal.forget_listed(exchange.name(), sku)?;
        missing.push(sku.to_string());
    }
    Ok(missing)
}
