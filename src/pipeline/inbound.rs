//! The way in: one file into the shop.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::folders::{Fate, Outbox};
use crate::formats::{FileError, Summary};
use crate::journal::{Approval, Fingerprint, Journal, Outcome, Run, RunId, RunState, Tally};
use crate::pipeline::fate::fate_of;
use crate::pipeline::lookup::{Lookup, Reach};
use crate::pipeline::outcomes::{note, note_said, outcomes_of};
use crate::pipeline::pictures::{self, name_pictures};
use crate::pipeline::planning::{assume, decide, next_batch, recall};
use crate::pipeline::portion::{Surveyed, survey};
use crate::pipeline::rails::Rails;
use crate::pipeline::resolve::Resolver;
use crate::pipeline::send::send;
use crate::pipeline::settle::settle_open_calls;
use crate::pipeline::{CarryError, Exchange, OrdersReport, ask_for_orders, clock, spool};
use crate::plan::{Field, Moves};
use crate::wording::Worded;

/// Rows that are planned and sent together, where the shop takes so many: some megabytes.
const MOST_AT_ONCE: usize = 5_000;

/// A file that was carried to its end.
#[derive(Debug, Clone)]
pub struct Carried {
    pub run: Run,
    pub tally: Tally,
    pub summary: Summary,
    /// Of the shop's new orders, where they had to be fetched before.
    pub orders: Option<OrdersReport>,
}

/// Carries one file into the shop. Safe to run again after a crash at any line.
///
/// It is read once, to its end, before anything of it is sent; what was found then
/// is what is foreseen and carried.
pub(super) fn carry_in(
    path: &Path,
    run: &Run,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    ages: Caution,
    progress: &dyn Fn(u64),
) -> Result<Summary, CarryError> {
    let applied_before = applied_before(run, journal)?;
    lookup.accept_fewer_articles(run.approval != Approval::None);
    let Surveyed {
        mut resolver,
        mut spool,
        summary,
        portion,
    } = survey(path, exchange, journal, lookup, Some(run.id))?;
    journal.note_file(run.id, portion.formed_at, portion.all)?;
    let newer = match ages {
        Caution::Heeded => journal.newer_than(exchange.name(), run.id)?,
        Caution::Overruled => HashSet::new(),
    };
    if run.approval != Approval::All {
        let moves = journal.rehearse(|| {
            let look = spool.look()?;
            foresee(look, exchange, journal, lookup, &mut resolver, &newer)
        })?;
        let rails = Rails::of(exchange, journal, Some(run.id))?;
        let alarms = rails.judge(&run.file, &portion, &moves, exchange, journal)?;
        if !alarms.is_empty() {
            return Err(CarryError::Guarded { alarms });
        }
        journal.note_zeroed(run.id, moves.n_zeroed())?;
    }
    let mut look = spool.look()?;
    let mut sent = Vec::new();
    let mut recall = recall(&resolver, exchange, journal)?;
    let at_once = exchange.client.most_rows().min(MOST_AT_ONCE);
    while let Some(batch) = next_batch(&mut look, &mut resolver, journal, at_once)? {
        progress(look.n_bytes());
        if let Some(stale) = &recall
            && !journal.agrees_with(stale)?
        {
            recall = None;
        }
        let mut decision = decide(&batch, recall.as_ref(), exchange, journal, lookup, &newer)?;
        let mut kept = HashSet::new();
        if journal.has_waiting_runs(exchange.name())? {
            kept = resolver.keep_unknown(&batch, &mut decision)?;
        }
        if let Some(recall) = &mut recall {
            decision
                .actions
                .iter()
                .for_each(|action| recall.doubt(action));
        }
        let result = send(exchange, journal, run.id, &decision.actions, &mut sent);
        let outcomes = outcomes_of(&batch, &decision, &sent, &applied_before);
        journal.atomically(|| {
            journal.note_outcomes(run.id, &outcomes)?;
            name_pictures(&batch, &decision, &sent, run, &newer, exchange, journal)?;
            note_said(&batch, &decision, &sent, run.id, exchange, journal)
        })?;
        result?;
        let mut released = batch.released;
        released.retain(|item| !kept.contains(item));
        journal.drop_pending(exchange.name(), &released)?;
    }
    let notes: Vec<Outcome> = portion
        .left_out
        .into_iter()
        .chain(pictures::show(exchange, journal)?)
        .map(note)
        .collect();
    journal.note_outcomes(run.id, &notes)?;
    if portion.has_offers && exchange.settings.goods.zero_missing_after.is_some() {
        journal.note_portion(exchange.name(), run.id, portion.is_full, clock::now())?;
    }
    Ok(summary)
}

/// What the file would do, by all of its changes together.
fn foresee(
    mut look: spool::Look<'_>,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    resolver: &mut Resolver<'_>,
    newer: &HashSet<RunId>,
) -> Result<Moves, CarryError> {
    let mut moves = Moves::default();
    let mut recall = recall(resolver, exchange, journal)?;
    while let Some(batch) = next_batch(&mut look, resolver, journal, 1)? {
        let decision = decide(&batch, recall.as_ref(), exchange, journal, lookup, newer)?;
        moves.add(&decision, &exchange.settings.guard);
        assume(decision.actions, recall.as_mut(), exchange, journal)?;
    }
    Ok(moves)
}

fn open(path: &Path) -> Result<File, CarryError> {
    File::open(path).map_err(|err| CarryError::File(FileError::Io(err)))
}

/// What an earlier attempt at this run has done already: it would now look unchanged.
fn applied_before(run: &Run, journal: &Journal) -> Result<HashSet<(Field, String)>, CarryError> {
    if run.attempts < 2 {
        return Ok(HashSet::new());
    }
    Ok(journal
        .confirmed_entries(run.id)?
        .into_iter()
        .map(|(function, key)| (function.field(), key))
        .collect())
}

/// Whether guard rails and newer files can stop a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    Heeded,
    /// A person has taken the responsibility.
    Overruled,
}

/// Carries a file that stays where it is.
pub fn send_file(
    path: &Path,
    exchange: &Exchange,
    journal: &Journal,
    caution: Caution,
    progress: &dyn Fn(u64),
) -> Result<Carried, CarryError> {
    let lookup = Lookup::new(exchange, journal, Reach::Online);
    if let Some((_, err)) = settle_open_calls(exchange, journal, &lookup, &mut || false)?.pop() {
        return Err(err);
    }
    // The path, not the name: a file of the same name in the inbox is another run.
    let name = std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string();
    let mut run = journal.begin(
        exchange.name(),
        &name,
        &fingerprint(open(path)?)?,
        clock::now(),
    )?;
    // What was forced once is not forced the next time.
    run.approval = match caution {
        Caution::Heeded => Approval::None,
        Caution::Overruled => Approval::All,
    };
    journal.approve(run.id, run.approval)?;
    let carry = || carry_in(path, &run, exchange, journal, &lookup, caution, progress);
    let mut orders = None;
    let mut result = carry();
    if let Err(CarryError::OrdersFirst) = result {
        result = fetch_orders(exchange, journal).and_then(|report| {
            orders = Some(report);
            lookup.note_orders_fetched();
            carry()
        });
    }
    let note = result.as_ref().err().map(Worded::message);
    let now = clock::now();
    match (fate_of(&result), &note) {
        // Nobody tries a file again that lies somewhere else: whoever sent it sends it
        // again. Some of it may be in the shop by now.
        (Fate::Hold | Fate::Retry, Some(why)) => journal.end(run.id, why, now)?,
        (Fate::Archive, _) => journal.finish(run.id, RunState::Done, None, None, now)?,
        (Fate::Reject | Fate::Hold | Fate::Retry, why) => {
            journal.finish(run.id, RunState::Rejected, why.as_ref(), None, now)?;
        }
    }
    let summary = result?;
    let tally = journal.tally(run.id)?;
    let run = journal.run(run.id)?.unwrap_or(run);
    Ok(Carried {
        run,
        tally,
        summary,
        orders,
    })
}

/// An order whose status changes is no longer among the new ones: were it not fetched
/// before, it would never be.
fn fetch_orders(exchange: &Exchange, journal: &Journal) -> Result<OrdersReport, CarryError> {
    let outbox = Outbox::open(&exchange.settings.outbox)?;
    ask_for_orders(exchange, journal, &outbox)
}

/// Hash and size of a file's content.
pub(super) fn fingerprint(mut file: File) -> Result<Fingerprint, FileError> {
    let mut hasher = blake3::Hasher::new();
    let size = io::copy(&mut file, &mut hasher).map_err(FileError::Io)?;
    Ok(Fingerprint {
        hash: hasher.finalize().to_hex().to_string(),
        size,
    })
}
