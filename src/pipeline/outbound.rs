//! The way out for orders: asked for, checked, and handed to publishing.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use tracing::warn;

use crate::domain::{Order, OrderId, StatusId};
use crate::folders::Outbox;
use crate::formats::commerceml::{Profile, check, order_text};
use crate::journal::Journal;
use crate::pipeline::lookup::{Lookup, Reach};
use crate::pipeline::{CarryError, Exchange, clock, publishing};
use crate::wording::{Message, Worded, message};

/// What one asking for orders came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrdersReport {
    /// Orders in the asked statuses, written before or not.
    pub n_seen: usize,
    pub written: Vec<OrderId>,
    pub file: Option<PathBuf>,
    /// Orders that cannot be written, and why.
    pub held: Vec<(OrderId, Message)>,
    /// Rows so broken that not even an order number could be read.
    pub unreadable: Vec<Message>,
    /// What was left out of an order, or why it was not written again.
    pub notes: Vec<(OrderId, Message)>,
}

/// An order ready to be written, and what tells later whether it has changed.
pub(super) struct Outgoing {
    pub(super) order: Order,
    pub(super) digest: String,
}

/// Asks for new orders and writes those that have not been written yet.
pub fn ask_for_orders(
    exchange: &Exchange,
    journal: &Journal,
    outbox: &Outbox,
) -> Result<OrdersReport, CarryError> {
    publishing::finish(exchange, journal, outbox)?;
    publishing::note_taken(exchange, journal, outbox)?;
    let mut report = OrdersReport::default();
    let mut ready = Vec::new();
    let fetched = fetch(exchange, journal, &mut report)?;
    // Together: a disk takes longer for each order's own transaction than for its order.
    journal.atomically(|| {
        fetched.into_values().try_for_each(|order| {
            ready.extend(prepare(order, exchange, journal, &mut report)?);
            Ok::<_, CarryError>(())
        })
    })?;
    for (order, reason) in &report.held {
        journal.hold_order(exchange.name(), *order, reason)?;
        warn!(
            order = order.get(),
            %reason, "order {order} is held: {reason}"
        );
    }
    for (order, note) in &report.notes {
        warn!(order = order.get(), %note, "order {order}: {note}");
    }
    report.written = ready.iter().map(|outgoing| outgoing.order.id).collect();
    report.file = publishing::publish(exchange, journal, outbox, &ready)?;
    Ok(report)
}

/// The orders in the asked statuses, by number: one that moves to another asked
/// status between two calls comes twice.
fn fetch(
    exchange: &Exchange,
    journal: &Journal,
    report: &mut OrdersReport,
) -> Result<BTreeMap<OrderId, Order>, CarryError> {
    let lookup = Lookup::new(exchange, journal, Reach::Online);
    let mut orders = BTreeMap::new();
    for (status, status_name) in asked_statuses(exchange, &lookup)? {
        for order in exchange.client.orders(status)? {
            match order {
                Ok(mut order) => {
                    order.status_name = Some(status_name.clone());
                    orders.insert(order.id, order);
                }
                Err(bad) => match bad.id {
                    Some(id) if journal.is_to_write(exchange.name(), id, clock::now())? => {
                        report.held.push((id, bad.message()));
                    }
                    Some(_) => {}
                    None => report.unreadable.push(bad.message()),
                },
            }
        }
    }
    report.n_seen = orders.len() + report.held.len();
    Ok(orders)
}

/// `None` for an order that is not to be written, now or ever again.
fn prepare(
    mut order: Order,
    exchange: &Exchange,
    journal: &Journal,
    report: &mut OrdersReport,
) -> Result<Option<Outgoing>, CarryError> {
    let digest = digest_of(&order)?;
    let is_new = journal.is_to_write(exchange.name(), order.id, clock::now())?;
    if !is_new && !is_changed(order.id, &digest, exchange, journal)? {
        return Ok(None);
    }
    if is_new {
        let skus = order.lines.iter().filter_map(|line| line.sku.as_ref());
        journal.note_order_goods(exchange.name(), order.id, skus)?;
    }
    complete(&mut order, exchange, journal)?;
    let faults = check(&order, &exchange.settings.orders.profile);
    if faults.is_empty() {
        let notes = order.notes.iter().map(|note| (order.id, note.clone()));
        report.notes.extend(notes);
        return Ok(Some(Outgoing { order, digest }));
    }
    let mut reasons: Vec<Message> = faults.iter().map(Worded::message).collect();
    if is_new {
        let reason = match reasons.len() {
            1 => reasons.remove(0),
            _ => message!("order-faults", list = reasons),
        };
        report.held.push((order.id, reason));
    } else {
        // Not held: what was written of it before still counts.
        let note = message!("order-not-again", list = reasons);
        report.notes.push((order.id, note));
    }
    Ok(None)
}

/// Says how digests are made. Raised when orders come to be written in another
/// way, so that a new obmen does not take every order for changed.
const DIGEST_SCHEME: &str = "2:";

/// Of everything that 1C is told, in whatever profile, but for the status: that
/// one changes at 1C's own word.
fn digest_of(order: &Order) -> Result<String, CarryError> {
    let mut order = order.clone();
    order.status = None;
    order.status_name = None;
    let text = in_memory(order_text(&order, &Profile::default()))?;
    Ok(format!(
        "{DIGEST_SCHEME}{}",
        blake3::hash(text.as_bytes()).to_hex()
    ))
}

/// Whether an order has changed since it was written, and that matters.
fn is_changed(
    order: OrderId,
    digest: &str,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<bool, CarryError> {
    if !exchange.settings.orders.rewrites_changed {
        return Ok(false);
    }
    let known = journal
        .order_digest(exchange.name(), order)?
        .filter(|known| known.starts_with(DIGEST_SCHEME));
    if let Some(known) = known {
        return Ok(known != digest);
    }
    // Written by an older obmen: changes are seen from now on.
    journal.keep_order_digest(exchange.name(), order, digest)?;
    Ok(false)
}

/// The statuses of the configuration, found in the shop's list.
fn asked_statuses(
    exchange: &Exchange,
    lookup: &Lookup<'_>,
) -> Result<Vec<(StatusId, String)>, CarryError> {
    let known = lookup.statuses()?;
    let find = |wanted: &String| {
        let lower = wanted.trim().to_lowercase();
        known
            .iter()
            .find(|(id, name)| id.to_string() == lower || name.to_lowercase() == lower)
            .cloned()
            .ok_or_else(|| CarryError::Settings(message!("carry-no-status", status = wanted)))
    };
    exchange.settings.orders.statuses.iter().map(find).collect()
}

/// What the shop cannot know: 1C's own ids, its word for the currency, its time.
fn complete(order: &mut Order, exchange: &Exchange, journal: &Journal) -> Result<(), CarryError> {
    let settings = &exchange.settings.orders;
    if let Some(currency) = &settings.currency {
        order.currency.clone_from(currency);
    }
    order.placed_at = order
        .placed_at
        .checked_add_signed(settings.shift)
        .unwrap_or(order.placed_at);
    for line in &mut order.lines {
        if let Some(sku) = &line.sku {
            line.item = journal.item_of(exchange.name(), sku)?;
        }
    }
    Ok(())
}

/// A writer into memory fails only where something is wrong with the values.
pub(super) fn in_memory<T>(result: io::Result<T>) -> Result<T, CarryError> {
    result.map_err(CarryError::Composed)
}
