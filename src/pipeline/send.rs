//! Sends actions: written down, done, confirmed.

use std::borrow::Cow;
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
            let done = done_of(function, actions, &outcomes);
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

/// Nearly always all of them.
fn done_of<'a>(
    function: Function,
    actions: &'a [Action],
    outcomes: &[Outcome],
) -> Cow<'a, [Action]> {
    let is_done = |outcome: &Outcome| is_done(function, outcome);
    if outcomes.len() == actions.len() && outcomes.iter().all(is_done) {
        return Cow::Borrowed(actions);
    }
    let done = actions.iter().zip(outcomes);
    done.filter(|(_, outcome)| is_done(outcome))
        .map(|(action, _)| action.clone())
        .collect()
}

/// A product that the shop has had all along was not added, and has none of its values.
pub(super) fn is_done(function: Function, outcome: &Outcome) -> bool {
    let was_there = function == Function::AddProducts && *outcome == Outcome::Unchanged;
    outcome.is_done() && !was_there
}

/// What is wanted of each action of one kind.
macro_rules! each {
    ($actions:expr, $kind:pat => $entry:expr) => {
        $actions
            .iter()
            .filter_map(|action| {
                if let $kind = action {
                    Some($entry)
                } else {
                    None
                }
            })
            .collect()
    };
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
        match function {
            Function::AddProducts => Self::NewProducts(
                each!(actions, Action::Add(product) => NewProduct::clone(product)),
            ),
            Function::UpsertCategories => {
                Self::Categories(each!(actions, Action::Category(group) => Group::clone(group)))
            }
            Function::UpdateProducts => Self::Details(each!(
                actions,
                Action::Details { sku, details } => (sku.clone(), Details::clone(details))
            )),
            Function::UpdateOrder => Self::Statuses(each!(
                actions,
                Action::Status { order, status } => (*order, *status)
            )),
            Function::UpdateNames => Self::Names(each!(
                actions,
                Action::Name { sku, name } => (sku.clone(), name.clone())
            )),
            Function::UpdatePrice => Self::Prices(each!(
                actions,
                Action::Price { sku, price } => (sku.clone(), *price)
            )),
            Function::UpdateGroupPrices => Self::GroupPrices(each!(
                actions,
                Action::GroupPrices { sku, prices } => (sku.clone(), prices.clone())
            )),
            Function::UpdateQuantity => Self::Quantities(each!(
                actions,
                Action::Quantity { sku, quantity } => (sku.clone(), *quantity)
            )),
            Function::UpdateVariants => Self::Variants(each!(
                actions,
                Action::Variant { sku, variant } => (sku.clone(), variant.clone())
            )),
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

/// The module answers "no error" even when it did nothing, so new goods are
/// looked for in the shop's list. Returns the articles that are not there.
fn missing_after(
    journal: &Journal,
    exchange: &Exchange,
    added: &[Action],
) -> Result<Vec<String>, CarryError> {
    let skus: Vec<&Sku> = each!(added, Action::Add(product) => &product.sku);
    let mut unseen: HashSet<String> = skus.iter().map(|sku| sku.match_key()).collect();
    exchange.client.each_listed(&mut |listed| {
        unseen.remove(&match_key(&listed.article));
    })?;
    let mut missing = Vec::new();
    for sku in skus {
        if !unseen.contains(&sku.match_key()) {
            continue;
        }
        journal.never_add(exchange.name(), sku, clock::now())?;
        journal.forget_listed(exchange.name(), sku)?;
        missing.push(sku.to_string());
    }
    Ok(missing)
}
