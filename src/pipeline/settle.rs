//! Looks into calls whose fate is not known, before anything is sent again.
//!
//! A call is open when the program died between writing it down and the shop's
//! answer, or when the answer was lost. Prices, stock and names may simply be
//! sent again; new goods and order statuses must not, so the shop is asked.

use std::collections::{BTreeMap, BTreeSet};

use tracing::info;

use crate::domain::{OrderId, StatusId};
use crate::journal::{Call, Journal};
use crate::pipeline::lookup::Lookup;
use crate::pipeline::{CarryError, Exchange, clock};
use crate::plan::{Action, Function};

/// Settles every open call of the exchange, or fails because the shop cannot be asked.
pub(super) fn settle_open_calls(
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
) -> Result<(), CarryError> {
    for call in journal.open_calls(exchange.name())? {
        wait_for(&call, exchange);
        let finding = match call.function {
            Function::AddProducts => {
                // The list says which of them are there; the file brings the rest again.
                match lookup.refresh_articles() {
                    // It stays open until a person has looked at the file that this stops.
                    Err(CarryError::Guarded { .. }) => continue,
                    refreshed => refreshed?,
                }
                "the shop's list of articles was read again".to_owned()
            }
            Function::UpdateOrder => settle_orders(exchange, journal, &call)?,
            Function::UpdateNames | Function::UpdatePrice | Function::UpdateQuantity => {
                "it may be sent again".to_owned()
            }
        };
        info!(
            call = call.id.0,
            function = call.function.name(),
            "looked into an open call: {finding}"
        );
        journal.settle(call.id, &finding, clock::now())?;
    }
    Ok(())
}

/// PHP goes on after its caller is gone: asked too early, the shop does not have
/// yet what it is about to add.
fn wait_for(call: &Call, exchange: &Exchange) {
    let age = call.intended_at.and_then(|intended_at| {
        clock::now()
            .signed_duration_since(intended_at)
            .to_std()
            .ok()
    });
    let left = exchange
        .settings
        .settle
        .saturating_sub(age.unwrap_or_default());
    if call.function.must_not_repeat() && !left.is_zero() {
        std::thread::sleep(left);
    }
}

/// The order's own status tells: it is in the list of the new status, or it is not.
fn settle_orders(
    exchange: &Exchange,
    journal: &Journal,
    call: &Call,
) -> Result<String, CarryError> {
    let mut by_status: BTreeMap<StatusId, BTreeSet<OrderId>> = BTreeMap::new();
    for (order, status) in &call.entries {
        if let (Some(order), Some(status)) = (OrderId::parse(order), StatusId::parse(status)) {
            by_status.entry(status).or_default().insert(order);
        }
    }
    let mut n_done = 0;
    for (status, orders) in by_status {
        let listed: BTreeSet<OrderId> = exchange
            .client
            .orders(status)?
            .into_iter()
            .filter_map(|order| order.map_or_else(|bad| bad.id, |order| Some(order.id)))
            .collect();
        let done: Vec<Action> = orders
            .intersection(&listed)
            .map(|order| Action::Status {
                order: *order,
                status,
            })
            .collect();
        n_done += done.len();
        journal.assume(exchange.name(), &done, clock::now())?;
    }
    Ok(format!(
        "{n_done} of {} orders have their new status",
        call.entries.len()
    ))
}
