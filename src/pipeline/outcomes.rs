//! What became of each row, in words for the receipt, and whose word it is that the shop has now.

use std::collections::HashSet;

use crate::journal::{Journal, Outcome, OutcomeKind, RunId};
use crate::pipeline::resolve::Batch;
use crate::pipeline::send::Sent;
use crate::pipeline::{CarryError, Exchange};
use crate::plan::{Action, Decision, Field, Verdict};
use crate::shop;
use crate::wording::{Message, message};

pub(super) fn outcomes_of(
    batch: &Batch,
    decision: &Decision,
    sent: &[Sent],
    applied_before: &HashSet<(Field, String)>,
) -> Vec<Outcome> {
    let planned = decision.rows.iter().map(|row| {
        let (kind, detail) = match &row.verdict {
            Verdict::Unchanged if applied_before.contains(&(row.field, row.key.clone())) => {
                (OutcomeKind::Applied, Some(message!("why-earlier-attempt")))
            }
            Verdict::Unchanged => (OutcomeKind::Unchanged, None),
            Verdict::Superseded => (OutcomeKind::Superseded, Some(message!("why-later-row"))),
            Verdict::Outdated => (OutcomeKind::Outdated, Some(message!("why-newer-file"))),
            Verdict::Waits => (OutcomeKind::Pending, Some(message!("why-may-come"))),
            Verdict::Unknown => (OutcomeKind::Unknown, Some(message!("why-no-article"))),
            Verdict::Send { action, before } => match sent.get(*action) {
                Some(Sent::Confirmed) => (
                    OutcomeKind::Applied,
                    Some(Message::plain(change_text(
                        before.as_deref(),
                        decision.actions.get(*action),
                        row.field,
                    ))),
                ),
                Some(Sent::Missing) => (OutcomeKind::Rejected, Some(message!("why-not-listed"))),
                Some(Sent::Refused(refusal)) => refused(refusal, row.field),
                Some(Sent::Not) | None => (OutcomeKind::Pending, Some(message!("why-not-sent"))),
            },
        };
        Outcome {
            line: row.line,
            key: row.key.clone(),
            field: row.field.name().to_owned(),
            kind,
            detail,
        }
    });
    batch.outcomes.iter().cloned().chain(planned).collect()
}

/// What the shop says of a row that it did not carry out.
fn refused(outcome: &shop::module::Outcome, field: Field) -> (OutcomeKind, Option<Message>) {
    use shop::module::Outcome;
    let (kind, detail) = match outcome {
        Outcome::Unknown if field == Field::Status => {
            (OutcomeKind::Unknown, message!("why-no-order"))
        }
        Outcome::Unknown => (OutcomeKind::Unknown, message!("why-no-article")),
        Outcome::Ambiguous => (OutcomeKind::Rejected, message!("why-ambiguous")),
        Outcome::Rejected(why) => (
            OutcomeKind::Rejected,
            message!("why-module-says", why = why),
        ),
        Outcome::Unchanged => (OutcomeKind::Rejected, message!("why-taken-for-this")),
        Outcome::Applied | Outcome::Unsaid => return (OutcomeKind::Applied, None),
    };
    (kind, Some(detail))
}

/// `12 → 7`.
fn change_text(before: Option<&str>, action: Option<&Action>, field: Field) -> String {
    let new = action
        .map(|action| action.field_value(field))
        .unwrap_or_default();
    match before {
        Some(before) => format!("{before} → {new}"),
        None => new,
    }
}

/// What is said of the file as a whole.
pub(super) fn note(detail: Message) -> Outcome {
    Outcome {
        line: 1,
        key: String::new(),
        field: String::new(),
        kind: OutcomeKind::Note,
        detail: Some(detail),
    }
}

/// Writes down whose word it is that the shop has now.
pub(super) fn note_said(
    batch: &Batch,
    decision: &Decision,
    sent: &[Sent],
    run: RunId,
    exchange: &Exchange,
    journal: &Journal,
) -> Result<(), CarryError> {
    let is_there = |verdict: &Verdict| match verdict {
        Verdict::Unchanged => true,
        Verdict::Send { action, .. } => sent.get(*action) == Some(&Sent::Confirmed),
        Verdict::Unknown | Verdict::Superseded | Verdict::Outdated | Verdict::Waits => false,
    };
    let mut added = HashSet::new();
    let mut groups = batch.groups.iter();
    for row in &decision.rows {
        let group = (row.field == Field::Category).then(|| groups.next());
        if !is_there(&row.verdict) {
            continue;
        }
        if let Some(group) = group {
            // A name may be that of two groups.
            let thing = group.map(|group| (Field::Category, group.id.as_str()));
            journal.note_said(exchange.name(), run, thing.into_iter())?;
        } else if row.field == Field::Product {
            if matches!(row.verdict, Verdict::Send { .. }) {
                added.insert((row.line, row.key.as_str()));
            }
        } else {
            let thing = std::iter::once((row.field, row.key.as_str()));
            journal.note_said(exchange.name(), run, thing)?;
        }
    }
    // A new product takes along what its row states.
    for wanted in batch.wanted.iter().filter(|_| !added.is_empty()) {
        if added.contains(&(wanted.line, wanted.sku.as_str())) {
            let things = wanted.stated().map(|field| (field, wanted.sku.as_str()));
            journal.note_said(exchange.name(), run, things)?;
        }
    }
    for (earlier, field, sku) in &batch.released_said {
        let thing = std::iter::once((*field, sku.as_str()));
        journal.note_said(exchange.name(), *earlier, thing)?;
    }
    Ok(())
}
