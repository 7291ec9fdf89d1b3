//! The receipt beside a finished file: what became of each row, for a person and for a table.

use std::fmt::Write as _;

use crate::domain::shown::one_line;
use crate::formats::{Encoding, Summary, csv_write};
use crate::journal::{Journal, JournalError, Outcome, OutcomeKind, Run, RunState, Tally};

/// How many rows the text lists; the table beside it has all.
const SHOWN_ROWS: usize = 200;

const KINDS: [(OutcomeKind, &str); 7] = [
    (OutcomeKind::Applied, "applied in the shop"),
    (
        OutcomeKind::Unchanged,
        "unchanged, the shop has it so already",
    ),
    (OutcomeKind::Unknown, "unknown to the shop"),
    (OutcomeKind::Rejected, "rejected"),
    (OutcomeKind::Pending, "pending"),
    (
        OutcomeKind::Superseded,
        "overtaken by a later row or a newer file",
    ),
    (OutcomeKind::Note, "worth a note"),
];

/// For a person. `error` is why the file was not carried to its end.
pub fn write_text(
    journal: &Journal,
    run: &Run,
    summary: Option<&Summary>,
    error: Option<&str>,
) -> Result<String, JournalError> {
    let tally = journal.tally(run.id)?;
    let mut text = String::new();
    let line = |text: &mut String, name: &str, value: &str| {
        writeln!(text, "{name}: {}", one_line(value)).unwrap_or_default();
    };
    line(&mut text, "file", &run.file);
    if let Some(summary) = summary {
        line(
            &mut text,
            "format",
            &format!("{}, {}", summary.format.name(), summary.encoding),
        );
    }
    line(&mut text, "exchange", &run.exchange);
    line(
        &mut text,
        "run",
        &format!("{}, begun {}", run.id, run.started_at),
    );
    line(&mut text, "result", &verdict(run.state, &tally, error));
    text.push('\n');
    for (kind, meaning) in KINDS.into_iter().filter(|(kind, _)| tally.n(*kind) > 0) {
        writeln!(text, "{:>8}  {meaning}", tally.n(kind)).unwrap_or_default();
    }
    let attention = rows_needing_attention(journal, run)?;
    if !attention.is_empty() {
        text.push_str("\nRows to look at:\n");
        for outcome in attention.iter().take(SHOWN_ROWS) {
            writeln!(text, "  {}", one_line(&row_text(outcome))).unwrap_or_default();
        }
        if attention.len() > SHOWN_ROWS {
            text.push_str("  … and more; the table beside this text has all of them\n");
        }
    }
    Ok(text)
}

fn verdict(state: RunState, tally: &Tally, error: Option<&str>) -> String {
    let error = error.unwrap_or("no reason was noted");
    match state {
        RunState::Done if tally.total() == 0 => "nothing in this file concerns the shop".to_owned(),
        RunState::Done if tally.needs_attention() => "carried; some rows need a look".to_owned(),
        RunState::Done => "carried".to_owned(),
        RunState::Rejected => format!("REJECTED: {error}"),
        RunState::Held => format!("HELD, waits for a person: {error}"),
        RunState::Retry => format!("will be tried again: {error}"),
        RunState::Open => "being carried".to_owned(),
    }
}

/// `line 5: ЧАЙ-100 price: rejected: …`.
fn row_text(outcome: &Outcome) -> String {
    let parts = [outcome.key.as_str(), outcome.field.as_str()];
    let subject = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let detail = outcome
        .detail
        .as_deref()
        .map(|detail| format!(": {detail}"))
        .unwrap_or_default();
    let subject = if subject.is_empty() {
        String::new()
    } else {
        format!("{subject}: ")
    };
    format!(
        "line {}: {subject}{}{detail}",
        outcome.line,
        outcome.kind.name()
    )
}

fn rows_needing_attention(journal: &Journal, run: &Run) -> Result<Vec<Outcome>, JournalError> {
    let mut rows = Vec::new();
    journal.for_each_outcome(run.id, |outcome| {
        if (outcome.kind.needs_attention() || outcome.kind == OutcomeKind::Note)
            && rows.len() <= SHOWN_ROWS
        {
            rows.push(outcome);
        }
        Ok::<_, JournalError>(())
    })?;
    Ok(rows)
}

/// For a table.
pub(super) fn write_table(journal: &Journal, run: &Run) -> Result<Vec<u8>, JournalError> {
    let mut rows = Vec::new();
    journal.for_each_outcome(run.id, |outcome| {
        rows.push(vec![
            outcome.line.to_string(),
            outcome.key,
            outcome.field,
            outcome.kind.name().to_owned(),
            outcome.detail.unwrap_or_default(),
        ]);
        Ok::<_, JournalError>(())
    })?;
    let mut table = Vec::new();
    // Writing into memory does not fail.
    csv_write::write_table(
        &mut table,
        &["line", "key", "field", "outcome", "detail"],
        &rows,
        Encoding::Utf8WithMark,
    )
    .unwrap_or_default();
    Ok(table)
}
