//! `obmen plan FILE…`: what would be sent and why.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::output::{Out, put_message};
use crate::cli::{Common, Exit, exit_of_carry, run, send};
use crate::journal::{OutcomeKind, Tally};
use crate::pipeline::{Change, field_text, kind_key, look_ahead, planned_text};
use crate::plan::Move;
use crate::wording::Worded as _;

pub(super) fn plan(
    common: &Common,
    files: &[PathBuf],
    offline: bool,
    summary: bool,
    out: &mut Out,
) -> anyhow::Result<Exit> {
    let (exchange, journal) = send::open_one(common)?;
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let mut shown: Option<PathBuf> = None;
    let looks = look_ahead(&paths, &exchange, &journal, offline, &mut |path, change| {
        if summary {
            return;
        }
        if files.len() > 1 && shown.as_deref() != Some(path) {
            out.say(&format!("{}:", path.display()));
            shown = Some(path.to_owned());
        }
        print_change(path, &change, out);
    })?;
    let mut exit = Exit::Fine;
    for (path, look) in files.iter().zip(looks) {
        match look {
            Ok(look) => {
                if look.tally.needs_attention() {
                    exit = exit.max(Exit::Attention);
                }
                let n_sent = look.tally.n(OutcomeKind::Applied);
                let words = out.words;
                out.say(&words.fill(
                    "plan-would-send",
                    &[
                        ("file", path.display().to_string().into()),
                        ("n", n_sent.into()),
                        ("calls", look.n_calls.into()),
                        ("rows", planned_text(&look.tally, words).into()),
                    ],
                ));
                for (at, one) in look.largest.iter().enumerate() {
                    if at == 0 {
                        out.say(&words.text("plan-largest-moves"));
                    }
                    out.say(&format!("  {}", move_text(one)));
                }
                for alarm in &look.alarms {
                    exit = exit.max(Exit::Attention);
                    let why = alarm.message().text(words);
                    let file = path.display().to_string();
                    out.say(&words.fill(
                        "plan-would-be-held",
                        &[("file", file.into()), ("why", why.into())],
                    ));
                }
                if !out.is_text() {
                    let file = path.display().to_string();
                    out.json(&json!({"file": file, "calls": look.n_calls, "rows": json_rows(&look.tally), "largest_moves": look.largest.iter().map(json_move).collect::<Vec<_>>(), "alarms": look.alarms.iter().map(ToString::to_string).collect::<Vec<_>>()}));
                }
            }
            Err(err) => {
                exit = exit.max(exit_of_carry(&err));
                if out.is_text() {
                    let why = err.message().text(out.words);
                    out.failure(&format!("`{}`: {why}", path.display()));
                } else {
                    let file = path.display().to_string();
                    out.json(&json!({"file": file, "error": run::json_error(&err)}));
                }
            }
        }
    }
    Ok(exit)
}

/// `ЧАЙ-100 10.00 → 15.00 (+50 %)`.
fn move_text(one: &Move) -> String {
    let Move {
        article,
        before,
        after,
    } = one;
    let percent = one.percent();
    let sign = if after > before { "+" } else { "" };
    format!("{article} {before} → {after} ({sign}{percent} %)")
}

/// As of a run, but nothing is applied yet.
fn json_rows(tally: &Tally) -> serde_json::Value {
    let mut rows = run::json_tally(tally);
    if let Some(rows) = rows.as_object_mut()
        && let Some(n) = rows.shift_remove("applied")
    {
        rows.shift_insert(0, "send".to_owned(), n);
    }
    rows
}

fn json_move(one: &Move) -> serde_json::Value {
    json!({
        "article": one.article,
        "before": one.before.to_string(),
        "after": one.after.to_string(),
    })
}

/// `line 5: ЧАЙ-100 price: 10.00 → 12.00`.
fn print_change(path: &Path, change: &Change, out: &mut Out) {
    if !out.is_text() {
        let mut value = json!({
            "file": path.display().to_string(),
            "line": change.line,
            "key": change.key,
            "field": change.field,
            "outcome": if change.kind == OutcomeKind::Applied { "send" } else { change.kind.name() },
            "before": change.before,
            "after": change.after,
            "detail": null,
        });
        put_message(&mut value, "detail", change.detail.as_ref());
        out.json(&value);
        return;
    }
    let text = match (&change.after, change.kind) {
        (_, OutcomeKind::Unchanged) => return,
        (Some(after), _) => format!("{} → {after}", change.before.as_deref().unwrap_or("?")),
        (None, kind) => {
            let detail = change.detail.as_ref().map(|detail| detail.text(out.words));
            let kind = out.words.text(kind_key(kind));
            format!("{kind}: {}", detail.unwrap_or_default())
        }
    };
    let field = field_text(change.field, out.words);
    let subject = [change.key.as_str(), field.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let line = out
        .words
        .fill("receipt-row", &[("line", change.line.to_string().into())]);
    let parts = [line, subject, text];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    out.say(&parts.join(": "));
}
