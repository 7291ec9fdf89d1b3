//! `obmen plan FILE…`: what would be sent and why.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::output::{Out, count, put_message};
use crate::cli::{Common, Exit, exit_of_carry, run, send};
use crate::journal::{OutcomeKind, Tally};
use crate::pipeline::{Change, kind_key, look_ahead, tally_text};
use crate::plan::Move;

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
                let calls = count(look.n_calls, "call");
                out.say(&format!(
                    "{}: would send {} in {calls}; {}",
                    path.display(),
                    count(n_sent, "change"),
                    tally_text(&look.tally, out.words)
                        .replace(&out.words.text(kind_key(OutcomeKind::Applied)), "to send")
                ));
                for (at, one) in look.largest.iter().enumerate() {
                    if at == 0 {
                        out.say("largest moves of a price:");
                    }
                    out.say(&format!("  {}", move_text(one)));
                }
                for alarm in &look.alarms {
                    exit = exit.max(Exit::Attention);
                    out.say(&format!("{}: would be HELD: {alarm}", path.display()));
                }
                if !out.is_text() {
                    let file = path.display().to_string();
                    out.json(&json!({"file": file, "calls": look.n_calls, "rows": json_rows(&look.tally), "largest_moves": look.largest.iter().map(json_move).collect::<Vec<_>>(), "alarms": look.alarms.iter().map(ToString::to_string).collect::<Vec<_>>()}));
                }
            }
            Err(err) => {
                exit = exit.max(exit_of_carry(&err));
                if out.is_text() {
                    out.failure(&format!("`{}`: {err}", path.display()));
                } else {
                    let file = path.display().to_string();
                    out.json(&json!({"file": file, "error": {"code": err.code(), "message": err.to_string()}}));
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
    let subject = [change.key.as_str(), change.field]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    out.say(&format!("line {}: {subject}: {text}", change.line));
}
