//! `obmen send FILE…`: carries files that stay where they are.

use std::fs;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::failure::Because as _;
use crate::cli::output::Out;
use crate::cli::{Common, Exit, config, exit_of_carry, run};
use crate::folders::Lock;
use crate::journal::Journal;
use crate::pipeline::{Caution, Exchange, rows_text, send_file, tally_text};
use crate::wording::{Worded as _, message};

/// Receipts on the screen are cut here; `obmen show` has the rest.
const MAX_RECEIPT_LINES: usize = 60;

pub(super) fn send(
    common: &Common,
    files: &[PathBuf],
    caution: Caution,
    out: &mut Out,
) -> anyhow::Result<Exit> {
    let _lock = lock(common)?;
    let (exchange, journal) = open_one(common)?;
    let mut exit = Exit::Fine;
    for path in files {
        let bar = progress_bar(path);
        let result = send_file(path, &exchange, &journal, caution, &|n| bar.inc(n));
        bar.finish_and_clear();
        match result {
            Ok(carried) => {
                if carried.tally.needs_attention() {
                    exit = exit.max(Exit::Attention);
                }
                if let Some(orders) = &carried.orders
                    && let Some(file) = &orders.file
                {
                    let n = run::n_orders(orders.written.len(), out.words);
                    out.say(&format!("{n} → {}", file.display()));
                }
                if out.is_text() {
                    let carried_text = tally_text(&carried.tally, out.words);
                    let fate = out.words.text("fate-carried");
                    out.say(&format!("{}: {fate}: {carried_text}", path.display()));
                    let rows = rows_text(&journal, &carried.run, out.words)?;
                    for line in rows.iter().take(MAX_RECEIPT_LINES) {
                        out.say(&format!("  {line}"));
                    }
                } else {
                    out.json(&serde_json::json!({
                        "file": path.display().to_string(),
                        "run": carried.run.id.0,
                        "state": carried.run.state.name(),
                        "rows": run::json_tally(&carried.tally),
                    }));
                }
            }
            Err(err) => {
                exit = exit.max(exit_of_carry(&err));
                if out.is_text() {
                    let why = err.message().text(out.words);
                    out.failure(&out.words.fill(
                        "not-carried",
                        &[
                            ("file", path.display().to_string().into()),
                            ("why", why.into()),
                        ],
                    ));
                } else {
                    out.json(&serde_json::json!({
                        "file": path.display().to_string(),
                        "error": run::json_error(&err),
                    }));
                }
            }
        }
    }
    Ok(exit)
}

/// Two at work would look into each other's open calls.
pub(super) fn lock(common: &Common) -> anyhow::Result<Lock> {
    Lock::take(&config::load(&common.config)?.journal).because(|| message!("service-has-it"))
}

/// The exchange that a command is about: the only one, or the one named.
pub(super) fn open_one(common: &Common) -> anyhow::Result<(Exchange, Journal)> {
    let config = config::load(&common.config)?;
    let mut exchanges = run::chosen(config.exchanges, common.exchange.as_deref())?;
    anyhow::ensure!(exchanges.len() == 1, message!("several-exchanges"));
    let settings = exchanges.remove(0);
    Ok((Exchange::new(settings)?, Journal::open(&config.journal)?))
}

/// Drawn only where standard error is a terminal.
fn progress_bar(path: &Path) -> ProgressBar {
    let length = fs::metadata(path)
        .map(|metadata| metadata.len())
        .unwrap_or_default();
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {percent}% {eta}");
    let bar = ProgressBar::new(length).with_message(
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    );
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
