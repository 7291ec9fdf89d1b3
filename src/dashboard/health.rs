//! For monitoring: one object that says whether all is well, and numbers as metrics.

use std::fmt::Write as _;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use tracing::warn;

use crate::dashboard::app::App;
use crate::dashboard::web::text;
use crate::journal::{JournalError, OrderState, RunFilter, RunState};

/// Name, help, and the number itself.
type Gauge<'a> = (&'static str, &'static str, &'a dyn Fn(&Counts) -> u64);

/// What is counted of an exchange.
struct Counts {
    exchange: String,
    n_held: u64,
    n_retrying: u64,
    n_orders_held: u64,
    n_orders_to_take: u64,
    n_pending: u64,
    last_run: Option<(i64, String, &'static str)>,
}

fn counts(app: &App) -> Result<Vec<Counts>, JournalError> {
    app.read(|journal| {
        let exchanges = app.exchanges();
        let exchanges = exchanges.iter().map(|exchange| {
            let name = exchange.name.as_str();
            let latest = RunFilter {
                exchange: Some(name),
                ..RunFilter::default()
            };
            let last = journal.runs_page(&latest, 1)?.pop();
            Ok(Counts {
                exchange: name.to_owned(),
                n_held: journal.n_runs(name, RunState::Held)?,
                n_retrying: journal.n_runs(name, RunState::Retry)?,
                n_orders_held: journal.n_orders(name, OrderState::Held)?,
                n_orders_to_take: journal.n_orders(name, OrderState::Written)?,
                n_pending: journal.n_pending(name)?,
                last_run: last.map(|run| (run.id.0, run.started_at, run.state.name())),
            })
        });
        exchanges.collect()
    })
}

/// 503 while something keeps an exchange from its work; what waits for a person is
/// said, but is no fault of the program.
pub(super) fn health(app: &App) -> Response {
    let counts = match counts(app) {
        Ok(counts) => counts,
        Err(err) => {
            // Whoever asks here has shown no password: paths are none of his business.
            warn!("the journal cannot be read for `/health`: {err}");
            let said = json!({"status": "failing", "error": "journal"});
            return text(
                StatusCode::SERVICE_UNAVAILABLE,
                "application/json",
                &said.to_string(),
            );
        }
    };
    let mut is_well = true;
    let exchanges: Vec<_> = counts
        .iter()
        .map(|counts| {
            let pulse = app.heart.pulse(&counts.exchange);
            is_well &= pulse.trouble.is_none();
            let stamp = |at: chrono::NaiveDateTime| at.format("%Y-%m-%d %H:%M:%S").to_string();
            json!({
                "exchange": counts.exchange,
                "status": if pulse.trouble.is_some() { "failing" } else { "ok" },
                "shop_away": pulse.is_shop_away(),
                "last_pass": pulse.last_pass.map(stamp),
                "shop_reached": pulse.reached_at.map(stamp),
                "last_run": counts.last_run.as_ref().map(|(id, at, state)| json!({"run": id, "started_at": at, "state": state})),
                "held": counts.n_held,
                "retrying": counts.n_retrying,
                "orders_held": counts.n_orders_held,
                "orders_to_take": counts.n_orders_to_take,
                "pending": counts.n_pending,
                "waiting_files": pulse.n_waiting,
            })
        })
        .collect();
    let status = if is_well {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let word = if is_well { "ok" } else { "failing" };
    let said =
        json!({"status": word, "version": env!("CARGO_PKG_VERSION"), "exchanges": exchanges});
    text(status, "application/json", &said.to_string())
}

pub(super) fn metrics(app: &App) -> Response {
    let counts = match counts(app) {
        Ok(counts) => counts,
        Err(err) => {
            warn!("the journal cannot be read for `/metrics`: {err}");
            let said = "the journal cannot be read\n";
            return text(StatusCode::SERVICE_UNAVAILABLE, "text/plain", said);
        }
    };
    let gauges: [Gauge<'_>; 8] = [
        (
            "obmen_up",
            "Whether nothing keeps the exchange from its work.",
            &|c| u64::from(app.heart.pulse(&c.exchange).trouble.is_none()),
        ),
        ("obmen_shop_up", "Whether the shop answers.", &|c| {
            u64::from(!app.heart.pulse(&c.exchange).is_shop_away())
        }),
        ("obmen_runs_held", "Runs that wait for a person.", &|c| {
            c.n_held
        }),
        (
            "obmen_runs_retrying",
            "Runs that will be tried again.",
            &|c| c.n_retrying,
        ),
        (
            "obmen_orders_held",
            "Orders that wait for a person.",
            &|c| c.n_orders_held,
        ),
        (
            "obmen_orders_to_take",
            "Orders that 1C has not taken.",
            &|c| c.n_orders_to_take,
        ),
        (
            "obmen_pending",
            "Prices and stock that wait for a goods file.",
            &|c| c.n_pending,
        ),
        ("obmen_last_run", "Number of the latest run.", &|c| {
            let run = c.last_run.as_ref().map_or(0, |(id, _, _)| *id);
            u64::try_from(run).unwrap_or_default()
        }),
    ];
    let mut said = String::new();
    for (name, help, of) in gauges {
        writeln!(said, "# HELP {name} {help}\n# TYPE {name} gauge").unwrap_or_default();
        for one in &counts {
            let exchange = one
                .exchange
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', " ");
            writeln!(said, "{name}{{exchange=\"{exchange}\"}} {}", of(one)).unwrap_or_default();
        }
    }
    said.push_str("# EOF\n");
    text(
        StatusCode::OK,
        "application/openmetrics-text; version=1.0.0",
        &said,
    )
}
