//! Runs: found by file, article or order; each with its rows and its calls; and what is decided about them.

use maud::{Markup, html};

use crate::dashboard::home::decisions;
use crate::dashboard::layout::{self, more, page};
use crate::dashboard::shown::{Come, State, badge, kind_badge, number, run_badge, time};
use crate::dashboard::web::{Answer, Ask, PageError};
use crate::formats::csv_write::Table;
use crate::journal::{
    Approval, CallLine, JournalError, OutcomeKind, RowFilter, RowLine, RunFilter, RunId, RunState,
    Tally,
};
use crate::pipeline::{self, Event, TABLE_HEADER, field_text, kind_key, table_row};
use crate::wording::{Wording, key};

/// Rows of one part of a list.
const PAGE: u32 = 50;
const ROWS_PAGE: u32 = 200;
const CALLS_PAGE: u32 = 50;

/// Rows read at once for a table.
const TABLE_PART: u32 = 5_000;

const STATES: [(&str, &str, RunState); 5] = [
    ("done", key("filter-done"), RunState::Done),
    ("held", key("filter-held"), RunState::Held),
    ("rejected", key("filter-rejected"), RunState::Rejected),
    ("retry", key("filter-retry"), RunState::Retry),
    ("open", key("filter-open"), RunState::Open),
];

pub(super) fn list(ask: &Ask<'_>) -> Result<Answer, PageError> {
    let words = ask.app.words();
    let state_name = ask.query("state").unwrap_or_default();
    let search = ask.query("q").unwrap_or_default();
    let state = STATES.iter().find(|(name, _, _)| *name == state_name);
    let filter = RunFilter {
        exchange: Some(&ask.exchange.name),
        state: state.map(|(_, _, state)| *state),
        search: Some(search).filter(|search| !search.is_empty()),
        before: ask.number("before").map(RunId),
    };
    let runs: Vec<Come> = ask.app.read(|journal| {
        let runs = journal.runs_page(&filter, PAGE)?.into_iter();
        runs.map(|run| Come::of(run, journal))
            .collect::<Result<_, JournalError>>()
    })?;
    let before = runs.last().map(|last| last.run.id.to_string());
    let values = [
        ("state", state_name),
        ("q", search),
        ("before", before.as_deref().unwrap_or_default()),
    ];
    let next = layout::next(ask, "/runs", (runs.len(), PAGE), &values);
    let content = html! {
        (layout::filter(ask, "/runs", key("runs-search"), search, &STATES.map(|(name, text, _)| (name, text))))
        div #runs data-live[filter.before.is_none()] {
            @if runs.is_empty() {
                p .empty { (words.text("runs-none")) }
            } @else {
                div .scroll tabindex="0" role="group" aria-label=(words.text("nav-runs")) {
                    table .wide {
                        thead { tr {
                            th scope="col" { (words.text("col-run")) }
                            th scope="col" { (words.text("col-begun")) }
                            th scope="col" { (words.text("col-file")) }
                            th scope="col" { (words.text("col-state")) }
                            th scope="col" { (words.text("col-rows")) }
                        } }
                        tbody {
                            @for come in &runs {
                                tr {
                                    td .num { a href=(ask.link(&format!("/runs/{}", come.run.id), &[])) { (come.run.id) } }
                                    td { (time(&come.run.started_at)) }
                                    td .name { (come.run.file) }
                                    td { (run_badge(come.run.state, &come.tally, words)) }
                                    td { (come.text(words)) }
                                }
                            }
                        }
                    }
                }
            }
            (more(ask, next))
        }
    };
    Ok(Answer::Page(page(ask, &words.text("nav-runs"), &content)))
}

/// `faulty`, or a kind by its name.
fn filter_of(name: &str) -> RowFilter {
    let kinds = KINDS.iter();
    match name {
        "faulty" => RowFilter::Faulty,
        name => kinds
            .copied()
            .find(|kind| kind.name() == name)
            .map_or(RowFilter::All, RowFilter::Kind),
    }
}

pub(super) const KINDS: [OutcomeKind; 8] = [
    OutcomeKind::Applied,
    OutcomeKind::Unchanged,
    OutcomeKind::Unknown,
    OutcomeKind::Rejected,
    OutcomeKind::Pending,
    OutcomeKind::Superseded,
    OutcomeKind::Outdated,
    OutcomeKind::Note,
];

pub(super) fn one(ask: &Ask<'_>, id: i64) -> Result<Answer, PageError> {
    let words = ask.app.words();
    let shown = ask.query("rows").unwrap_or_default();
    let after = ask.number("after").unwrap_or_default();
    let after_call = ask.number("call").unwrap_or_default();
    let found = ask.app.read(|journal| {
        let Some(run) = journal.run(RunId(id))? else {
            return Ok(None);
        };
        let rows = journal.rows_page(run.id, filter_of(shown), after, ROWS_PAGE)?;
        let calls = journal.calls_page(run.id, after_call, CALLS_PAGE)?;
        let come = Come::of(run, journal)?;
        Ok::<_, JournalError>(Some((come, rows, calls)))
    })?;
    let (come, rows, calls) = found.ok_or(PageError::NotFound)?;
    let Come { run, tally, .. } = &come;
    let place = format!("/runs/{id}");
    let title = words.fill("run-title", &[("run", id.to_string().into())]);
    let content = html! {
        div #run data-live {
            p .strong { (run.file) " " (run_badge(run.state, tally, words)) }
            p {
                (words.text("col-begun")) ": " (time(&run.started_at))
                @if let Some(at) = &run.finished_at { " · " (words.text("run-ended")) ": " (time(at)) }
                @if run.attempts > 1 { " · " (words.fill("run-attempts", &[("n", run.attempts.into())])) }
                @if run.approval != Approval::None { " · " (words.text("run-approved")) }
            }
            @if let Some(note) = &run.note { p .alert { (note.text(words)) } }
            (decisions(ask, run))
            @if run.state == RunState::Open { p { (come.text(words)) } }
            @else { (tallies(ask, &place, tally, shown)) }
        }
        section #rows data-live[after == 0] aria-labelledby="rows-title" {
            h2 #rows-title { (words.text("run-rows")) }
            (rows_table(ask, &rows, words))
            (more(ask, next_rows(ask, &place, shown, &rows)))
        }
        section #calls data-live[after_call == 0] aria-labelledby="calls-title" {
            h2 #calls-title { (words.text("run-calls")) }
            (calls_table(&calls, words))
            (more(ask, next_calls(ask, &place, &calls)))
        }
    };
    Ok(Answer::Page(page(ask, &title, &content)))
}

/// Counts that are the filter at the same time.
fn tallies(ask: &Ask<'_>, place: &str, tally: &Tally, shown: &str) -> Markup {
    let words = ask.app.words();
    html! {
        nav .tallies aria-label=(words.text("run-filter")) {
            a href=(ask.link(place, &[])) aria-current=[shown.is_empty().then_some("true")] {
                (words.text("filter-all")) " " strong { (number(tally.total())) }
            }
            @for kind in KINDS.into_iter().filter(|kind| tally.n(*kind) > 0) {
                a href=(ask.link(place, &[("rows", kind.name())])) aria-current=[(shown == kind.name()).then_some("true")] {
                    (words.text(kind_key(kind))) " " strong { (number(tally.n(kind))) }
                }
            }
            @if tally.needs_attention() {
                a href=(ask.link(place, &[("rows", "faulty")])) aria-current=[(shown == "faulty").then_some("true")] {
                    (words.text("show-faulty"))
                }
                a href=(ask.link(&format!("{place}/faulty.csv"), &[])) { (words.text("download-faulty")) }
            }
        }
    }
}

fn rows_table(ask: &Ask<'_>, rows: &[RowLine], words: &Wording) -> Markup {
    if rows.is_empty() {
        return html! { p .empty { (words.text("rows-none")) } };
    }
    html! {
        div .scroll tabindex="0" role="group" aria-label=(words.text("run-rows")) {
            table .wide {
                thead { tr {
                    th .num scope="col" { (words.text("col-line")) }
                    th scope="col" { (words.text("col-key")) }
                    th scope="col" { (words.text("col-field")) }
                    th scope="col" { (words.text("col-outcome")) }
                    th scope="col" { (words.text("col-detail")) }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            td .num { (row.outcome.line) }
                            td .name {
                                @if row.outcome.field == "status" || row.outcome.key.is_empty() { (row.outcome.key) }
                                @else { a href=(ask.link("/products", &[("q", &row.outcome.key)])) { (row.outcome.key) } }
                            }
                            td { (field_text(&row.outcome.field, words)) }
                            td { (kind_badge(row.outcome.kind, words)) }
                            td { @if let Some(detail) = &row.outcome.detail { (detail.text(words)) } }
                        }
                    }
                }
            }
        }
    }
}

fn next_rows(ask: &Ask<'_>, place: &str, shown: &str, rows: &[RowLine]) -> Option<String> {
    let last = rows.last()?.seq.to_string();
    let values = [("rows", shown), ("after", last.as_str())];
    layout::next(ask, place, (rows.len(), ROWS_PAGE), &values)
}

fn next_calls(ask: &Ask<'_>, place: &str, calls: &[CallLine]) -> Option<String> {
    let last = calls.last()?.id.to_string();
    layout::next(
        ask,
        place,
        (calls.len(), CALLS_PAGE),
        &[("call", last.as_str())],
    )
}

fn calls_table(calls: &[CallLine], words: &Wording) -> Markup {
    if calls.is_empty() {
        return html! { p .empty { (words.text("calls-none")) } };
    }
    html! {
        div .scroll tabindex="0" role="group" aria-label=(words.text("run-calls")) {
            table .wide {
                thead { tr {
                    th scope="col" { (words.text("col-begun")) }
                    th scope="col" { (words.text("col-function")) }
                    th .num scope="col" { (words.text("col-entries")) }
                    th scope="col" { (words.text("col-outcome")) }
                    th scope="col" { (words.text("col-detail")) }
                } }
                tbody {
                    @for call in calls {
                        tr {
                            td { (time(&call.intended_at)) }
                            td { code { (call.function) } }
                            td .num { (number(call.n_entries)) }
                            td { (call_badge(&call.state, words)) }
                            td { @if let Some(error) = &call.error { (error.text(words)) } }
                        }
                    }
                }
            }
        }
    }
}

fn call_badge(state: &str, words: &Wording) -> Markup {
    let (kind, text) = match state {
        "intended" => (State::Busy, key("call-intended")),
        "confirmed" => (State::Good, key("call-confirmed")),
        "failed" => (State::Bad, key("call-failed")),
        "unclear" => (State::Look, key("call-unclear")),
        _ => (State::Calm, key("call-settled")),
    };
    badge(kind, &words.text(text))
}

/// The rows to look at, as a table for Excel.
pub(super) fn faulty(ask: &Ask<'_>, id: i64) -> Result<Answer, PageError> {
    let words = ask.app.words();
    let content = ask.app.read(|journal| {
        let run = journal.run(RunId(id))?.ok_or(PageError::NotFound)?;
        // Writing into memory does not fail.
        let Ok(mut table) = Table::begin_marked(Vec::new(), &TABLE_HEADER) else {
            return Ok(Vec::new());
        };
        let mut after = 0;
        loop {
            let part = journal.rows_page(run.id, RowFilter::Faulty, after, TABLE_PART)?;
            let Some(last) = part.last() else {
                return Ok::<_, PageError>(table.finish().unwrap_or_default());
            };
            after = last.seq;
            for row in &part {
                table
                    .row(&table_row(&row.outcome, words))
                    .unwrap_or_default();
            }
        }
    })?;
    Ok(Answer::File {
        name: format!("run-{id}-faulty.csv"),
        content,
    })
}

/// What a held file would do, row by row; returns the group that is looked at.
pub(super) fn look(ask: &Ask<'_>, id: i64) -> Result<u64, PageError> {
    let found = ask
        .app
        .read(|journal| pipeline::held_file(RunId(id), ask.exchanges, journal));
    let (run, path) = found?;
    Ok(ask.app.checks.begin_held(&run, path))
}

/// What a person has decided; the same functions as the commands.
pub(super) fn decide(ask: &Ask<'_>, id: i64, decision: &str) -> Result<Answer, PageError> {
    let app = ask.app;
    let (run, exchanges, journal) = (RunId(id), ask.exchanges, app.open_journal()?);
    match decision {
        "approve" => drop(pipeline::approve(run, exchanges, &journal)?),
        "reject" => drop(pipeline::reject(run, exchanges, &journal)?),
        "retry" => drop(pipeline::retry(run, exchanges, &journal)?),
        _ => return Err(PageError::NotFound),
    }
    app.waker.wake(Event::ScanInbox);
    Ok(Answer::To(ask.link(&format!("/runs/{id}"), &[])))
}
