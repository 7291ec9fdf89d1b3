//! `obmen history`, `show`, `retry`: the journal, for a person.

use serde_json::json;

use crate::cli::failure::Because as _;
use crate::cli::output::{Out, put_message};
use crate::cli::{Common, Exit, config, run, send};
use crate::domain::ItemKey;
use crate::journal::{Journal, Outcome, Run, RunId, RunState};
use crate::pipeline::{self, tally_text, write_receipt};
use crate::wording::{key, message};

fn open(common: &Common) -> anyhow::Result<(config::Config, Journal)> {
    let config = config::load(&common.config)?;
    let journal = Journal::open(&config.journal)?;
    Ok((config, journal))
}

fn json_run(run: &Run, journal: &Journal) -> anyhow::Result<serde_json::Value> {
    let mut value = json!({
        "run": run.id.0,
        "exchange": run.exchange,
        "file": run.file,
        "state": run.state.name(),
        "note": null,
        "attempts": run.attempts,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "rows": run::json_tally(&journal.tally(run.id)?),
    });
    put_message(&mut value, "note", run.note.as_ref());
    Ok(value)
}

pub(super) fn history(common: &Common, limit: u32, out: &mut Out) -> anyhow::Result<Exit> {
    let (_, journal) = open(common)?;
    let runs = journal.runs(common.exchange.as_deref(), limit)?;
    if !out.is_text() {
        for run in &runs {
            let value = json_run(run, &journal)?;
            out.json(&value);
        }
        return Ok(Exit::Fine);
    }
    if runs.is_empty() {
        out.say(&out.words.text("no-runs-yet"));
        return Ok(Exit::Fine);
    }
    let is_one = runs
        .iter()
        .all(|run| Some(&run.exchange) == runs.first().map(|run| &run.exchange));
    let words = out.words;
    let header = [
        words.text("history-run"),
        words.text("history-begun"),
        words.text("history-exchange"),
        words.text("history-state"),
        words.text("history-file"),
        words.text("history-rows"),
    ];
    let mut rows = vec![header.to_vec()];
    for run in &runs {
        let what = match &run.note {
            Some(note) => note.text(out.words),
            None => tally_text(&journal.tally(run.id)?, out.words),
        };
        rows.push(vec![
            run.id.to_string(),
            run.started_at.clone(),
            run.exchange.clone(),
            words.text(state_key(run.state)),
            run.file.clone(),
            what,
        ]);
    }
    if is_one {
        // Where all is of one exchange, its name says nothing.
        for row in &mut rows {
            row.remove(2);
        }
    }
    out.table(&rows);
    Ok(Exit::Fine)
}

pub(super) fn show(common: &Common, id: i64, out: &mut Out) -> anyhow::Result<Exit> {
    let (_, journal) = open(common)?;
    let run = find(&journal, id)?;
    if out.is_text() {
        let receipt = write_receipt(&journal, &run, None, run.note.as_ref(), out.words)?;
        out.say_lines(receipt.trim_end());
        return Ok(Exit::Fine);
    }
    let value = json_run(&run, &journal)?;
    out.json(&value);
    journal.for_each_outcome(run.id, |outcome: Outcome| {
        let mut value = json!({
            "line": outcome.line,
            "key": outcome.key,
            "field": outcome.field,
            "outcome": outcome.kind.name(),
            "detail": null,
        });
        put_message(&mut value, "detail", outcome.detail.as_ref());
        out.json(&value);
        Ok::<_, crate::journal::JournalError>(())
    })?;
    Ok(Exit::Fine)
}

fn state_key(state: RunState) -> &'static str {
    match state {
        RunState::Open => key("state-open"),
        RunState::Done => key("state-done"),
        RunState::Rejected => key("state-rejected"),
        RunState::Held => key("state-held"),
        RunState::Retry => key("state-retry"),
    }
}

fn find(journal: &Journal, id: i64) -> anyhow::Result<Run> {
    journal
        .run(RunId(id))?
        .because(|| message!("decide-no-run", run = id.to_string()))
}

pub(super) fn retry(common: &Common, id: i64, out: &mut Out) -> anyhow::Result<Exit> {
    let (config, journal) = open(common)?;
    let file = pipeline::retry(RunId(id), &config.exchanges, &journal)?;
    say_returned(&file, out);
    Ok(Exit::Fine)
}

pub(super) fn approve(common: &Common, id: i64, out: &mut Out) -> anyhow::Result<Exit> {
    let (config, journal) = open(common)?;
    let file = pipeline::approve(RunId(id), &config.exchanges, &journal)?;
    say_returned(&file, out);
    Ok(Exit::Fine)
}

fn say_returned(file: &str, out: &mut Out) {
    out.say(&out.words.fill("back-in-inbox", &[("file", file.into())]));
}

pub(super) fn reject(common: &Common, id: i64, out: &mut Out) -> anyhow::Result<Exit> {
    let (config, journal) = open(common)?;
    let place = pipeline::reject(RunId(id), &config.exchanges, &journal)?;
    let run = id.to_string();
    out.say(&match place {
        Some(file) => out.words.fill(
            "rejected-by-you",
            &[("run", run.into()), ("file", file.into())],
        ),
        None => out
            .words
            .fill("rejected-without-file", &[("run", run.into())]),
    });
    Ok(Exit::Fine)
}

pub(super) fn forget(common: &Common, item: &str, out: &mut Out) -> anyhow::Result<Exit> {
    let (exchange, journal) = send::open_one(common)?;
    let key = ItemKey::parse(item).because(|| message!("no-item"))?;
    let known = journal
        .identity(exchange.name(), key.as_str())?
        .and_then(|known| known.sku);
    let sku = known.because(|| message!("no-article-of-item", item = item))?;
    journal.forget_article(exchange.name(), &key, None)?;
    out.say(&out.words.fill(
        "article-forgotten",
        &[("sku", sku.to_string().into()), ("item", item.into())],
    ));
    Ok(Exit::Fine)
}
