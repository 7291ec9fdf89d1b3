//! Looks into calls whose fate is not known, before anything is sent again.
//!
//! A call is open when the program died between writing it down and the shop's
//! answer, or when the answer was lost. To our own module the same batch is sent once
//! more, which answers what it answered before. With the upstream module, prices, stock
//! and names may simply be sent again; new goods and order statuses must not, so the
//! shop is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;

use chrono::TimeDelta;
use tracing::info;

use crate::domain::{Money, OrderId, Sku, StatusId};
use crate::journal::{Call, Journal};
use crate::pipeline::lookup::Lookup;
use crate::pipeline::send::is_done;
use crate::pipeline::{CarryError, Exchange, clock};
use crate::plan::{Action, Function};
use crate::shop::ShopError;
use crate::shop::module::{Batch, Outcome};
use crate::wording::{Message, message};

/// The module keeps its answers for three days. What is older would be done anew.
const REPEATABLE: TimeDelta = TimeDelta::days(2);

/// Prices and stock that are older than this are better read from the next file.
const FRESH: TimeDelta = TimeDelta::hours(1);

/// Between two looks whether it is to stop.
const GLANCE: Duration = Duration::from_millis(100);

/// Settles the open calls of the exchange, until it is told to stop. Returns those that
/// could not be looked into, and why; fails where no other will fare better.
pub(super) fn settle_open_calls(
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    stopped: &mut dyn FnMut() -> bool,
) -> Result<Vec<(Function, CarryError)>, CarryError> {
    let mut failed = Vec::new();
    for call in journal.open_calls(exchange.name())? {
        match settle_call(&call, exchange, journal, lookup, stopped) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(CarryError::Shop(err)) if !err.concerns_every_call() => {
                failed.push((call.function, err.into()));
            }
            Err(err) => return Err(err),
        }
    }
    Ok(failed)
}

fn settle_call(
    call: &Call,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    stopped: &mut dyn FnMut() -> bool,
) -> Result<ControlFlow<()>, CarryError> {
    if let Some(finding) = repeat(exchange, journal, call)? {
        info!(
            call = call.id.0,
            function = call.function.name(),
            "repeated an open call: {finding}"
        );
        return Ok(ControlFlow::Continue(()));
    }
    if wait_for(call, exchange, stopped).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let finding = match call.function {
        Function::AddProducts => {
            // The list says which of them are there; the file brings the rest again.
            match lookup.refresh_articles() {
                // It stays open until a person has looked at the file that this stops.
                Err(CarryError::Guarded { .. }) => return Ok(ControlFlow::Continue(())),
                refreshed => refreshed?,
            }
            message!("call-articles-read")
        }
        Function::UpdateOrder => settle_orders(exchange, journal, call)?,
        Function::UpsertCategories
        | Function::UpdateProducts
        | Function::UpdateNames
        | Function::UpdatePrice
        | Function::UpdateGroupPrices
        | Function::UpdateQuantity
        | Function::UpdateVariants => message!("call-may-repeat"),
    };
    info!(
        call = call.id.0,
        function = call.function.name(),
        "looked into an open call: {finding}"
    );
    journal.settle(call.id, &finding, clock::now())?;
    Ok(ControlFlow::Continue(()))
}

/// Sends the batch of an open call once more and closes the call by its answer. `None`
/// where that cannot be, or is not to be: a later call may have said otherwise since.
fn repeat(
    exchange: &Exchange,
    journal: &Journal,
    call: &Call,
) -> Result<Option<String>, CarryError> {
    let most = if call.function.must_not_repeat() {
        REPEATABLE
    } else {
        FRESH
    };
    let now = clock::now();
    let is_young = call
        .intended_at
        .is_some_and(|at| now.signed_duration_since(at) < most);
    let batch = call.batch.as_deref().and_then(Batch::from_text);
    let Some(batch) = batch.filter(|_| is_young && call.is_latest) else {
        return Ok(None);
    };
    let outcomes = match exchange.client.send(&batch) {
        Ok(outcomes) => outcomes,
        // The module has gone, or does not take the batch any more.
        Err(ShopError::NoFunction { .. } | ShopError::Refused { .. }) => return Ok(None),
        Err(err) => return Err(err.into()),
    };
    let done: Vec<&(String, String)> = call
        .entries
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome != Outcome::Unsaid && is_done(call.function, outcome))
        .map(|(entry, _)| entry)
        .collect();
    let actions: Vec<Action> = done
        .iter()
        .filter_map(|(key, value)| action_of(call.function, key, value))
        .collect();
    journal.atomically(|| {
        if call.function == Function::AddProducts {
            done.iter()
                .try_for_each(|(sku, _)| journal.learn_article(exchange.name(), sku))?;
        }
        journal.confirm(exchange.name(), call.id, &actions, now)
    })?;
    Ok(Some(format!("{} of {} done", done.len(), outcomes.len())))
}

/// What an entry of the journal says. Goods and categories have more values than are
/// written down; their file states them again.
fn action_of(function: Function, key: &str, value: &str) -> Option<Action> {
    let sku = || Sku::parse(key).ok();
    Some(match function {
        Function::UpsertCategories
        | Function::AddProducts
        | Function::UpdateProducts
        | Function::UpdateGroupPrices
        | Function::UpdateVariants => {
            return None;
        }
        Function::UpdateOrder => Action::Status {
            order: OrderId::parse(key)?,
            status: StatusId::parse(value)?,
        },
        Function::UpdateNames => Action::Name {
            sku: sku()?,
            name: value.to_owned(),
        },
        Function::UpdatePrice => Action::Price {
            sku: sku()?,
            price: Money::parse(value).ok()?,
        },
        Function::UpdateQuantity => Action::Quantity {
            sku: sku()?,
            quantity: value.parse().ok()?,
        },
    })
}

/// PHP goes on after its caller is gone: asked too early, the shop does not have yet
/// what it is about to add, and an old value may still come after a new one.
fn wait_for(
    call: &Call,
    exchange: &Exchange,
    stopped: &mut dyn FnMut() -> bool,
) -> ControlFlow<()> {
    let left = time_left(exchange.settings.settle, call.open_since, clock::now());
    let until = Instant::now() + left;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return ControlFlow::Continue(());
        }
        if stopped() {
            return ControlFlow::Break(());
        }
        std::thread::sleep(left.min(GLANCE));
    }
}

fn time_left(settle: Duration, since: Option<NaiveDateTime>, now: NaiveDateTime) -> Duration {
    let age = since.and_then(|since| now.signed_duration_since(since).to_std().ok());
    // The journal keeps whole seconds: the call may be younger by nearly one.
    let age = age
        .unwrap_or_default()
        .saturating_sub(Duration::from_secs(1));
    settle.saturating_sub(age)
}

/// The order's own status tells: it is in the list of the new status, or it is not.
fn settle_orders(
    exchange: &Exchange,
    journal: &Journal,
    call: &Call,
) -> Result<Message, CarryError> {
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
    Ok(message!(
        "call-orders-done",
        n = n_done,
        of = call.entries.len()
    ))
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeDelta};

    use super::*;

    /// A call of 12:00:00.9 is kept as one of 12:00:00.
    #[test]
    fn the_shop_has_its_time_though_the_journal_keeps_whole_seconds() {
        let kept = NaiveDate::from_ymd_opt(2026, 11, 23)
            .and_then(|date| date.and_hms_opt(12, 0, 0))
            .unwrap();
        let begun = kept + TimeDelta::milliseconds(900);
        let settle = Duration::from_secs(2);
        for passed in [0, 500, 1_500, 1_900] {
            let left = time_left(settle, Some(kept), begun + TimeDelta::milliseconds(passed));
            let whole = left + Duration::from_millis(passed.try_into().unwrap());
            assert!(whole >= settle, "asked {whole:?} after the call");
        }
        let late = begun + TimeDelta::seconds(3);
        assert_eq!(time_left(settle, Some(kept), late), Duration::ZERO);
        assert_eq!(time_left(Duration::ZERO, Some(kept), begun), Duration::ZERO);
    }
}
