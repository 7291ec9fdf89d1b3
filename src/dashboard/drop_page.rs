//! The drop zone: hand files over, see what they would do, apply or discard; then watch them go.

use maud::{Markup, html};

use crate::dashboard::checks::{self, FileFound, Found, Group, MAX_CHANGES, Stage};
use crate::dashboard::home::decisions;
use crate::dashboard::layout::{button, page};
use crate::dashboard::runs::KINDS;
use crate::dashboard::shown::{State, badge, kind_badge, number, run_badge, size};
use crate::dashboard::web::{Answer, Ask, PageError};
use crate::journal::{JournalError, OutcomeKind, Run, RunId, RunState, Tally};
use crate::pipeline::{field_text, kind_key, tally_text};
use crate::plan::Move;
use crate::wording::Worded as _;
use crate::wording::{Wording, key};

/// Changes of one part of the list.
const PAGE: usize = 200;

/// Where files are dropped or chosen; of use without a mouse as well.
pub(super) fn zone(ask: &Ask<'_>) -> Markup {
    let words = ask.app.words();
    html! {
        section .zone aria-labelledby="zone-title" data-exchange=(ask.exchange.name) data-failed=(words.text("upload-failed")) {
            h2 #zone-title { (words.text("zone-title")) }
            p { (words.text("zone-text")) }
            div .buttons {
                label .button .primary {
                    (words.text("choose-files"))
                    input .hidden type="file" multiple;
                }
                label .button {
                    (words.text("choose-folder"))
                    input .hidden type="file" multiple webkitdirectory;
                }
            }
            progress max="1" value="0" hidden aria-label=(words.text("upload-progress")) {}
            p .said role="status" {}
            noscript { p { (words.text("zone-noscript")) } }
        }
    }
}

pub(super) fn list(ask: &Ask<'_>) -> Answer {
    let words = ask.app.words();
    let groups = ask.app.checks.groups();
    let groups: Vec<_> = groups
        .iter()
        .filter(|group| group.exchange == ask.exchange.name)
        .collect();
    let content = html! {
        (zone(ask))
        section #groups data-live aria-labelledby="groups-title" {
            h2 #groups-title { (words.text("groups-title")) }
            @if groups.is_empty() {
                p .empty { (words.text("groups-none")) }
            } @else {
                ul .plain {
                    @for group in groups {
                        li .task {
                            a href=(ask.link(&format!("/drop/{}", group.id), &[])) { (names(group)) }
                            (stage_badge(&group.stage, words))
                        }
                    }
                }
            }
        }
    };
    Answer::Page(page(ask, &words.text("nav-drop"), &content))
}

fn names(group: &Group) -> String {
    const SHOWN: usize = 3;
    let names = group
        .files
        .iter()
        .take(SHOWN)
        .map(|file| file.name.as_str());
    let mut text = names.collect::<Vec<_>>().join(", ");
    if group.files.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

fn stage_badge(stage: &Stage, words: &Wording) -> Markup {
    let (look, text) = match stage {
        Stage::Uploading => (State::Busy, key("stage-uploading")),
        Stage::Checking => (State::Busy, key("stage-checking")),
        Stage::Checked(found) if is_clean(found) => (State::Good, key("stage-checked")),
        Stage::Checked(_) => (State::Look, key("stage-checked-look")),
        Stage::Failed(_) => (State::Bad, key("stage-failed")),
        Stage::Applying => (State::Busy, key("stage-applying")),
        Stage::Applied { .. } => (State::Good, key("stage-applied")),
    };
    badge(look, &words.text(text))
}

fn is_clean(found: &Found) -> bool {
    let is_fine = |file: &FileFound| match &file.look {
        Ok(look) => look.alarms.is_empty() && !look.tally.needs_attention(),
        Err(_) => false,
    };
    found.files.iter().all(is_fine)
}

pub(super) fn one(ask: &Ask<'_>, id: u64) -> Result<Answer, PageError> {
    let words = ask.app.words();
    let group = ask.app.checks.group(id).ok_or(PageError::NotFound)?;
    let content = html! {
        section #refused .alert role="status" hidden {
            p { (words.text("refused-title")) }
            pre {}
        }
        div #group data-live {
            p { (stage_badge(&group.stage, words)) }
            @match &group.stage {
                Stage::Uploading | Stage::Checking | Stage::Applying => {
                    @if !matches!(group.stage, Stage::Applying) { p { (words.text("checking-text")) } }
                    ul { @for file in &group.files { li { (file.name) " · " (size(file.size, words)) } } }
                }
                Stage::Failed(why) => {
                    p .alert role="alert" { (why.text(words)) }
                    (choices(ask, &group, true)?)
                }
                Stage::Checked(found) => (checked(ask, &group, found)?),
                Stage::Applied { names, after, found } => (applied(ask, &group, names, *after, found.as_deref())?),
            }
        }
    };
    Ok(Answer::Page(page(
        ask,
        &words.text("check-title"),
        &content,
    )))
}

fn choices(ask: &Ask<'_>, group: &Group, may_check_again: bool) -> Result<Markup, PageError> {
    let words = ask.app.words();
    let id = group.id;
    // A held run is decided about, wherever its buttons stand.
    if let Some(run) = group.of_run {
        let run = ask.app.read(|journal| journal.run(run))?;
        return Ok(html! { @if let Some(run) = run { (decisions(ask, &run)) } });
    }
    Ok(html! {
        div .buttons {
            (button(ask, &format!("/drop/{id}/apply"), &words.text("apply-button"), "primary"))
            (button(ask, &format!("/drop/{id}/discard"), &words.text("discard-button"), ""))
            @if may_check_again {
                (button(ask, &format!("/drop/{id}/check"), &words.text("check-again-button"), ""))
            }
        }
    })
}

fn checked(ask: &Ask<'_>, group: &Group, found: &Found) -> Result<Markup, PageError> {
    let words = ask.app.words();
    let choices = choices(ask, group, false)?;
    Ok(html! {
        (choices)
        @for file in &found.files { (file_card(file, words)) }
        (changes(ask, group.id, found))
    })
}

/// What one file would do.
fn file_card(file: &FileFound, words: &Wording) -> Markup {
    html! {
        section .card {
            h2 { (file.name) }
            @match &file.look {
                Err(why) => {
                    p .alert { (badge(State::Bad, &words.text("file-cannot"))) " " (why.text(words)) }
                }
                Ok(look) => {
                    (counts(&look.tally, words))
                    @for alarm in &look.alarms {
                        p .alert { (badge(State::Look, &words.text("would-be-held"))) " " (alarm.message().text(words)) }
                    }
                    @if !look.largest.is_empty() {
                        h3 { (words.text("largest-moves")) }
                        ul .moves { @for one in look.largest.iter().take(5) { li { (move_text(one)) } } }
                    }
                }
            }
        }
    }
}

/// As of a run, but nothing is applied yet.
fn counts(tally: &Tally, words: &Wording) -> Markup {
    let name = |kind| match kind {
        OutcomeKind::Applied => words.text("kind-to-send"),
        other => words.text(kind_key(other)),
    };
    html! {
        ul .counts {
            @for kind in KINDS.into_iter().filter(|kind| tally.n(*kind) > 0) {
                li { strong { (number(tally.n(kind))) } " " (name(kind)) }
            }
            @if tally.total() == 0 { li { (words.text("nothing-for-the-shop")) } }
        }
    }
}

fn move_text(one: &Move) -> String {
    let percent = one.percent();
    let sign = if one.after > one.before { "+" } else { "" };
    format!(
        "{}: {} → {} ({sign}{percent} %)",
        one.article, one.before, one.after
    )
}

/// Before and after, of each row that is not merely unchanged.
fn changes(ask: &Ask<'_>, id: u64, found: &Found) -> Markup {
    let words = ask.app.words();
    let from = ask
        .number("from")
        .and_then(|from| usize::try_from(from).ok());
    let from = from.unwrap_or_default();
    let shown = found.changes.iter().skip(from).take(PAGE);
    let place = format!("/drop/{id}");
    let has_several = found.files.len() > 1;
    html! {
        @if !found.changes.is_empty() {
            section aria-labelledby="changes-title" {
                h2 #changes-title { (words.text("changes-title")) }
                div .scroll tabindex="0" role="group" aria-label=(words.text("changes-title")) {
                    table .wide {
                        thead { tr {
                            @if has_several { th scope="col" { (words.text("col-file")) } }
                            th .num scope="col" { (words.text("col-line")) }
                            th scope="col" { (words.text("col-key")) }
                            th scope="col" { (words.text("col-field")) }
                            th .num scope="col" { (words.text("col-before")) }
                            th .num scope="col" { (words.text("col-after")) }
                            th scope="col" { (words.text("col-outcome")) }
                        } }
                        tbody {
                            @for (at, change) in shown {
                                tr {
                                    @if has_several { td .name { @if let Some(file) = found.files.get(*at) { (file.name) } } }
                                    td .num { (change.line) }
                                    td .name { (change.key) }
                                    td { (field_text(change.field, words)) }
                                    td .num { @if change.after.is_some() { (change.before.as_deref().unwrap_or("?")) } }
                                    td .num { @if let Some(after) = &change.after { strong { (after) } } }
                                    td {
                                        @if change.kind == OutcomeKind::Applied { (badge(State::Busy, &words.text("kind-to-send"))) }
                                        @else { (kind_badge(change.kind, words)) }
                                        @if let Some(detail) = &change.detail { " · " (detail.text(words)) }
                                    }
                                }
                            }
                        }
                    }
                }
                @if found.n_changes > MAX_CHANGES {
                    p .hint { (words.fill("changes-cut", &[("n", found.n_changes.into()), ("shown", MAX_CHANGES.into())])) }
                }
                @if found.changes.len() > from + PAGE {
                    p .more { a .button rel="next" href=(ask.link(&place, &[("from", &(from + PAGE).to_string())])) { (words.text("more-button")) } }
                }
            }
        }
    }
}

/// Each file on its way, then its receipt.
fn applied(
    ask: &Ask<'_>,
    group: &Group,
    names: &[String],
    after: RunId,
    found: Option<&Found>,
) -> Result<Markup, PageError> {
    let words = ask.app.words();
    let mut parts = Vec::new();
    for (at, (file, name)) in group.files.iter().zip(names).enumerate() {
        let seen = ask.app.read(|journal| {
            let Some(run) = checks::run_of(journal, group, file, after)? else {
                return Ok(None);
            };
            let n_rows = journal.n_rows_so_far(run.id)?;
            let tally = if run.state == RunState::Open {
                Tally::default()
            } else {
                journal.noted_tally(&run)?
            };
            Ok::<_, JournalError>(Some((run, tally, n_rows)))
        })?;
        let expected = found
            .and_then(|found| found.files.get(at))
            .and_then(|file| file.look.as_ref().ok())
            .map(|look| look.tally.total());
        parts.push(if let Some((run, tally, n_rows)) = seen {
            progress_of(ask, name, &run, &tally, n_rows, expected)
        } else {
            let waits = badge(State::Busy, &words.text("waits-for-pass"));
            html! { section .card { h2 { (name) } p { (waits) } } }
        });
    }
    Ok(html! {
        @for part in &parts { (part) }
        p { a href=(ask.link("/drop", &[])) { (words.text("drop-more")) } }
    })
}

fn progress_of(
    ask: &Ask<'_>,
    name: &str,
    run: &Run,
    tally: &Tally,
    n_rows: u64,
    expected: Option<u64>,
) -> Markup {
    let words = ask.app.words();
    let place = format!("/runs/{}", run.id);
    html! {
        section .card {
            h2 { a href=(ask.link(&place, &[])) { (name) } }
            p { (run_badge(run.state, tally, words)) }
            @if run.state == RunState::Open {
                p { (words.fill("rows-so-far", &[("n", n_rows.into())])) }
                @if let Some(total) = expected.filter(|total| *total > 0) {
                    progress max=(total) value=(n_rows.min(total)) aria-label=(words.text("run-progress")) {}
                }
            } @else {
                @match &run.note {
                    Some(note) => p { (note.text(words)) },
                    None => p { (tally_text(tally, words)) },
                }
                @if tally.needs_attention() {
                    p {
                        a .button href=(ask.link(&place, &[("rows", "faulty")])) { (words.text("show-faulty")) }
                        " "
                        a .button href=(ask.link(&format!("{place}/faulty.csv"), &[])) { (words.text("download-faulty")) }
                    }
                }
                (decisions(ask, run))
            }
        }
    }
}
