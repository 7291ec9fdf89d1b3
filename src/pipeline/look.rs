//! A look ahead: what files would do, without sending anything.

use std::collections::HashSet;
use std::path::Path;

use crate::formats::Summary;
use crate::journal::{Journal, Outcome, OutcomeKind, Tally};
use crate::pipeline::lookup::{Lookup, Reach};
use crate::pipeline::outcomes::{note, outcomes_of};
use crate::pipeline::planning::{assume, decide, next_batch, recall};
use crate::pipeline::portion::{Surveyed, survey};
use crate::pipeline::rails::Rails;
use crate::pipeline::resolve::Batch;
use crate::pipeline::send::Sent;
use crate::pipeline::{CarryError, Exchange};
use crate::plan::{Alarm, Decision, Move, Moves, Verdict};
use crate::wording::Message;

/// One change that a file would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub line: u64,
    pub key: String,
    pub field: &'static str,
    pub kind: OutcomeKind,
    pub before: Option<String>,
    pub after: Option<String>,
    pub detail: Option<Message>,
}

/// What carrying a file would do.
#[derive(Debug, Clone)]
pub struct Look {
    pub tally: Tally,
    pub summary: Summary,
    pub n_calls: u64,
    /// The largest moves of a price, the largest first.
    pub largest: Vec<Move>,
    /// Guard rails that would hold it.
    pub alarms: Vec<Alarm>,
}

/// Plans a file and hands each of its rows to `visit`. Nothing is sent, and
/// nothing is kept: the files given together see what the earlier ones state.
pub fn look_ahead(
    paths: &[&Path],
    exchange: &Exchange,
    journal: &Journal,
    is_offline: bool,
    visit: &mut dyn FnMut(&Path, Change),
) -> Result<Vec<Result<Look, CarryError>>, CarryError> {
    journal.rehearse(|| {
        let reach = if is_offline {
            Reach::Offline
        } else {
            Reach::Online
        };
        let lookup = Lookup::new(exchange, journal, reach);
        Ok(paths
            .iter()
            .enumerate()
            .map(|(at, path)| {
                // What one file is assumed to have done, the next must find in the journal.
                let is_last = at + 1 == paths.len();
                look_at(path, is_last, exchange, journal, &lookup, &mut |change| {
                    visit(path, change);
                })
            })
            .collect())
    })
}

fn look_at(
    path: &Path,
    is_last: bool,
    exchange: &Exchange,
    journal: &Journal,
    lookup: &Lookup<'_>,
    visit: &mut dyn FnMut(Change),
) -> Result<Look, CarryError> {
    let Surveyed {
        mut resolver,
        mut spool,
        summary,
        portion,
    } = survey(path, exchange, journal, lookup, None)?;
    let newer = journal.formed_after(exchange.name(), portion.formed_at)?;
    let mut look = spool.look()?;
    let mut tally = Tally::default();
    let mut n_calls = 0;
    let mut moves = Moves::default();
    let rails = Rails::of(exchange, journal, None)?;
    let mut recall = if is_last {
        recall(&resolver, exchange, journal)?
    } else {
        None
    };
    while let Some(batch) = next_batch(&mut look, &mut resolver, journal, 1)? {
        let decision = decide(&batch, recall.as_ref(), exchange, journal, lookup, &newer)?;
        n_calls += decision.n_calls(exchange.settings.batch);
        moves.add(&decision, &exchange.settings.guard);
        for change in changes_of(&batch, &decision) {
            tally.add(change.kind, 1);
            visit(change);
        }
        assume(decision.actions, recall.as_mut(), exchange, journal)?;
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let alarms = rails.judge(&file, &portion, &moves, exchange, journal)?;
    if let Some(detail) = portion.left_out {
        tally.add(OutcomeKind::Note, 1);
        visit(change_of(&note(detail)));
    }
    Ok(Look {
        tally,
        summary,
        n_calls,
        largest: moves.largest().cloned().collect(),
        alarms,
    })
}

fn change_of(outcome: &Outcome) -> Change {
    Change {
        line: outcome.line,
        key: outcome.key.clone(),
        field: "",
        kind: outcome.kind,
        before: None,
        after: None,
        detail: outcome.detail.clone(),
    }
}

fn changes_of(batch: &Batch, decision: &Decision) -> Vec<Change> {
    let sent = vec![Sent::Confirmed; decision.actions.len()];
    let settled = batch.outcomes.iter().map(change_of);
    let outcomes = outcomes_of(&Batch::default(), decision, &sent, &HashSet::new());
    let planned = decision.rows.iter().zip(outcomes).map(|(row, outcome)| {
        let (before, after) = match &row.verdict {
            Verdict::Send { action, before } => (
                before.clone(),
                decision
                    .actions
                    .get(*action)
                    .map(|action| action.field_value(row.field)),
            ),
            Verdict::Unchanged
            | Verdict::Unknown
            | Verdict::Superseded
            | Verdict::Outdated
            | Verdict::Waits => (None, None),
        };
        let detail = if after.is_some() {
            None
        } else {
            outcome.detail
        };
        Change {
            line: row.line,
            key: outcome.key,
            field: row.field.name(),
            kind: outcome.kind,
            before,
            after,
            detail,
        }
    });
    settled.chain(planned).collect()
}
