//! Sends actions: written down, done, confirmed.

use std::collections::HashSet;
use std::time::Instant;

use tracing::debug;

use crate::domain::sku::match_key;
use crate::domain::{Money, NewProduct, OrderId, Sku, StatusId};
use crate::journal::{Journal, RunId};
use crate::pipeline::{CarryError, Exchange, clock};
use crate::plan::{Action, Function};
use crate::shop::ShopError;
use crate::shop::module::Outcome;

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
                    } else if outcome.is_done() {
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
    // Written down before it is done, so that a crash between the two is seen.
    let call = journal.intend(name, Some(run), function, actions, clock::now())?;
    match call_shop(exchange, function, actions) {
        Ok(outcomes) => {
            let done = actions.iter().zip(&outcomes);
            let done: Vec<Action> = done
                .filter(|(_, outcome)| outcome.is_done())
                .map(|(action, _)| action.clone())
                .collect();
            journal.confirm(name, call, &done, clock::now())?;
            Ok(outcomes)
        }
        Err(err) => {
            let text = err.to_string();
            if err.may_have_acted() {
                journal.call_unclear(call, &text, clock::now())?;
            } else {
                journal.call_failed(call, &text, clock::now())?;
            }
            Err(err.into())
        }
    }
}

fn call_shop(
    exchange: &Exchange,
    function: Function,
    actions: &[Action],
) -> Result<Vec<Outcome>, ShopError> {
    let client = &exchange.client;
    match function {
        Function::AddProducts => {
            let products: Vec<NewProduct> =
                actions.iter().filter_map(as_new_product).cloned().collect();
            match products.first() {
                // All in one category: the configuration names one.
                Some(first) => client.add_products(first.category, &products),
                None => Ok(Vec::new()),
            }
        }
        Function::UpdateOrder => {
            client.update_orders(&actions.iter().filter_map(as_status).collect::<Vec<_>>())
        }
        Function::UpdateNames => {
            client.update_names(&actions.iter().filter_map(as_name).collect::<Vec<_>>())
        }
        Function::UpdatePrice => {
            client.update_prices(&actions.iter().filter_map(as_price).collect::<Vec<_>>())
        }
        Function::UpdateQuantity => {
            client.update_quantities(&actions.iter().filter_map(as_quantity).collect::<Vec<_>>())
        }
    }
}

fn as_new_product(action: &Action) -> Option<&NewProduct> {
    match action {
        Action::Add(product) => Some(product),
        Action::Name { .. }
        | Action::Price { .. }
        | Action::Quantity { .. }
        | Action::Status { .. } => None,
    }
}

fn as_status(action: &Action) -> Option<(OrderId, StatusId)> {
    match action {
        Action::Status { order, status } => Some((*order, *status)),
        Action::Add(_) | Action::Name { .. } | Action::Price { .. } | Action::Quantity { .. } => {
            None
        }
    }
}

fn as_name(action: &Action) -> Option<(Sku, String)> {
    match action {
        Action::Name { sku, name } => Some((sku.clone(), name.clone())),
        Action::Add(_) | Action::Price { .. } | Action::Quantity { .. } | Action::Status { .. } => {
            None
        }
    }
}

fn as_price(action: &Action) -> Option<(Sku, Money)> {
    match action {
        Action::Price { sku, price } => Some((sku.clone(), *price)),
        Action::Add(_) | Action::Name { .. } | Action::Quantity { .. } | Action::Status { .. } => {
            None
        }
    }
}

fn as_quantity(action: &Action) -> Option<(Sku, i32)> {
    match action {
        Action::Quantity { sku, quantity } => Some((sku.clone(), *quantity)),
        Action::Add(_) | Action::Name { .. } | Action::Price { .. } | Action::Status { .. } => None,
    }
}

/// The module answers "no error" even when it did nothing, so new goods are
/// looked for in the shop's list. Returns the articles that are not there.
fn missing_after(
    journal: &Journal,
    exchange: &Exchange,
    added: &[Action],
) -> Result<Vec<String>, CarryError> {
    let listed: HashSet<String> = exchange
        .client
        .articles()?
        .iter()
        .map(|article| match_key(article))
        .collect();
    let skus = added
        .iter()
        .filter_map(as_new_product)
        .map(|product| &product.sku);
    let mut missing = Vec::new();
    for sku in skus.filter(|sku| !listed.contains(&sku.match_key())) {
        journal.never_add(exchange.name(), sku)?;
        journal.forget_listed(exchange.name(), sku)?;
        missing.push(sku.to_string());
    }
    Ok(missing)
}
