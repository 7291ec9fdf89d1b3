//! The receipt beside a finished file: what became of each row, for a person and for a table.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Seek as _;

use tempfile::SpooledTempFile;

use crate::domain::shown::one_line;
use crate::formats::{Summary, csv_write};
use crate::journal::{Journal, JournalError, Outcome, OutcomeKind, Run, RunState, Tally};
use crate::pipeline::CarryError;
use crate::pipeline::spool::IN_MEMORY;
use crate::wording::{Message, Wording, key};

/// How many rows the text lists; the table beside it has all.
const SHOWN_ROWS: usize = 200;

const KINDS: [(OutcomeKind, &str); 8] = [
    (OutcomeKind::Applied, key("receipt-kind-applied")),
    (OutcomeKind::Unchanged, key("receipt-kind-unchanged")),
    (OutcomeKind::Unknown, key("receipt-kind-unknown")),
    (OutcomeKind::Rejected, key("receipt-kind-rejected")),
    (OutcomeKind::Pending, key("receipt-kind-pending")),
    (OutcomeKind::Superseded, key("receipt-kind-superseded")),
    (OutcomeKind::Outdated, key("receipt-kind-outdated")),
    (OutcomeKind::Note, key("receipt-kind-note")),
];

/// What became of a row, in one word for a person.
pub fn kind_key(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Applied => key("kind-applied"),
        OutcomeKind::Unchanged => key("kind-unchanged"),
        OutcomeKind::Unknown => key("kind-unknown"),
        OutcomeKind::Rejected => key("kind-rejected"),
        OutcomeKind::Pending => key("kind-pending"),
        OutcomeKind::Superseded => key("kind-superseded"),
        OutcomeKind::Outdated => key("kind-outdated"),
        OutcomeKind::Note => key("kind-note"),
    }
}

/// `3 applied, 1 unknown`.
pub fn tally_text(tally: &Tally, words: &Wording) -> String {
    counts_text(tally, kind_key, words)
}

/// `3 to send, 1 unknown`: as before they are sent.
pub fn planned_text(tally: &Tally, words: &Wording) -> String {
    let planned = |kind| match kind {
        OutcomeKind::Applied => key("kind-to-send"),
        other => kind_key(other),
    };
    counts_text(tally, planned, words)
}

fn counts_text(
    tally: &Tally,
    name: impl Fn(OutcomeKind) -> &'static str,
    words: &Wording,
) -> String {
    let parts: Vec<String> = KINDS
        .into_iter()
        .map(|(kind, _)| kind)
        .filter(|kind| tally.n(*kind) > 0)
        .map(|kind| format!("{} {}", tally.n(kind), words.text(name(kind))))
        .collect();
    if parts.is_empty() {
        words.text("nothing-for-the-shop")
    } else {
        parts.join(", ")
    }
}

/// What a row speaks of; as the file has it where it is none of our own words.
pub fn field_text(field: &str, words: &Wording) -> String {
    match field {
        "price" => words.text("field-price"),
        "quantity" => words.text("field-quantity"),
        "product" => words.text("field-product"),
        "name" => words.text("field-name"),
        "status" => words.text("field-status"),
        "details" => words.text("field-details"),
        "category" => words.text("field-category"),
        "group_prices" => words.text("field-group-prices"),
        "variant" => words.text("field-variant"),
        other => other.to_owned(),
    }
}

/// For a person. `error` is why the file was not carried to its end.
pub fn write_text(
    journal: &Journal,
    run: &Run,
    summary: Option<&Summary>,
    error: Option<&Message>,
    words: &Wording,
) -> Result<String, JournalError> {
    let tally = journal.tally(run.id)?;
    let mut text = String::new();
    let line = |text: &mut String, name: &str, value: &str| {
        writeln!(text, "{name}: {}", one_line(value)).unwrap_or_default();
    };
    line(&mut text, &words.text("receipt-file"), &run.file);
    if let Some(summary) = summary {
        line(
            &mut text,
            &words.text("receipt-format"),
            &format!("{}, {}", summary.format.name(), summary.encoding),
        );
    }
    line(&mut text, &words.text("receipt-exchange"), &run.exchange);
    line(
        &mut text,
        &words.text("receipt-run"),
        &words.fill(
            "receipt-begun",
            &[
                ("run", run.id.to_string().into()),
                ("at", run.started_at.as_str().into()),
            ],
        ),
    );
    let result = verdict(run.state, &tally, error, words);
    line(&mut text, &words.text("receipt-result"), &result);
    text.push('\n');
    for (kind, meaning) in KINDS.into_iter().filter(|(kind, _)| tally.n(*kind) > 0) {
        let meaning = words.text(meaning);
        writeln!(text, "{:>8}  {meaning}", tally.n(kind)).unwrap_or_default();
    }
    let rows = rows_text(journal, run, words)?;
    if !rows.is_empty() {
        writeln!(text, "\n{}", words.text("receipt-rows")).unwrap_or_default();
        for row in rows {
            writeln!(text, "  {row}").unwrap_or_default();
        }
    }
    Ok(text)
}

/// The rows to look at, a line each; cut where they are too many to read.
pub fn rows_text(
    journal: &Journal,
    run: &Run,
    words: &Wording,
) -> Result<Vec<String>, JournalError> {
    let attention = rows_needing_attention(journal, run)?;
    let shown = attention.iter().take(SHOWN_ROWS);
    let mut rows: Vec<String> = shown
        .map(|outcome| one_line(&row_text(outcome, words)))
        .collect();
    if attention.len() > SHOWN_ROWS {
        rows.push(words.text("receipt-more"));
    }
    Ok(rows)
}

fn verdict(state: RunState, tally: &Tally, error: Option<&Message>, words: &Wording) -> String {
    let why = error.map_or_else(|| words.text("receipt-no-reason"), |why| why.text(words));
    let why = why.as_str();
    match state {
        RunState::Done if tally.total() == 0 => words.text("receipt-nothing"),
        RunState::Done if tally.needs_attention() => words.text("receipt-done-look"),
        RunState::Done => words.text("receipt-done"),
        RunState::Rejected => words.fill("receipt-rejected", &[("why", why.into())]),
        RunState::Held => words.fill("receipt-held", &[("why", why.into())]),
        RunState::Retry => words.fill("receipt-retry", &[("why", why.into())]),
        RunState::Open => words.text("receipt-open"),
    }
}

/// `line 5: ЧАЙ-100 price: rejected: …`.
fn row_text(outcome: &Outcome, words: &Wording) -> String {
    let field = field_text(&outcome.field, words);
    let parts = [outcome.key.as_str(), field.as_str()];
    let subject = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let detail = outcome
        .detail
        .as_ref()
        .map(|detail| format!(": {}", detail.text(words)))
        .unwrap_or_default();
    let subject = if subject.is_empty() {
        String::new()
    } else {
        format!("{subject}: ")
    };
    let line = words.fill("receipt-row", &[("line", outcome.line.to_string().into())]);
    let kind = words.text(kind_key(outcome.kind));
    format!("{line}: {subject}{kind}{detail}")
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

/// The columns of the table, by the names that scripts know; what stands in `detail` is for a person.
pub const TABLE_HEADER: [&str; 6] = ["line", "key", "field", "outcome", "detail", "reason"];

/// The cells of one row of the table.
pub fn table_row<'a>(outcome: &'a Outcome, words: &Wording) -> [Cow<'a, str>; 6] {
    let detail = outcome.detail.as_ref();
    let code = detail.and_then(Message::code).unwrap_or_default();
    [
        outcome.line.to_string().into(),
        outcome.key.as_str().into(),
        outcome.field.as_str().into(),
        outcome.kind.name().into(),
        detail.map(|detail| detail.shown(words)).unwrap_or_default(),
        code.into(),
    ]
}

/// For a table, to be read from its beginning. It has a row for each statement of a
/// file, so it is not put together in memory.
pub(super) fn write_table(
    journal: &Journal,
    run: &Run,
    words: &Wording,
) -> Result<SpooledTempFile, CarryError> {
    let file = tempfile::spooled_tempfile_in(IN_MEMORY, journal.folder());
    let mut table =
        csv_write::Table::begin_marked(file, &TABLE_HEADER).map_err(CarryError::Spool)?;
    journal.for_each_outcome(run.id, |outcome| {
        let cells = table_row(&outcome, words);
        table
            .row(&cells.each_ref().map(|cell| &**cell))
            .map_err(CarryError::Spool)
    })?;
    let mut file = table.finish().map_err(CarryError::Spool)?;
    file.rewind().map_err(CarryError::Spool)?;
    Ok(file)
}
