//! `obmen run`: the service, or one pass of it.

use std::path::Path;
use std::sync::Arc;

use crate::cli::choices::KeptConfig;
use crate::cli::heartbeat::Heartbeat;
use crate::cli::output::{Out, put_message};
use crate::cli::page::{self, Page};
use crate::cli::{Common, Exit, config, exit_of_carry};
use crate::dashboard::{ConfigFile, Heart};
use crate::folders::{Fate, Lock, watch};
use crate::journal::{Journal, OutcomeKind, Tally};
use crate::notices;
use crate::pipeline::{
    self, CarryError, Event, Exchange, ExchangeSettings, FileReport, PassReport, Service,
    tally_text,
};
use crate::wording::{Worded as _, Wording, key, message};

pub(super) fn run(common: &Common, once: bool, out: &mut Out) -> anyhow::Result<Exit> {
    let config = config::load(&common.config)?;
    let _lock = Lock::take(&config.journal)?;
    let exchanges = chosen(config.exchanges, common.exchange.as_deref())?;
    let journal = Journal::open(&config.journal)?;
    if !once {
        // A scheduler may start a pass every minute; for that, once a day is enough.
        journal.examine()?;
    }
    let mut service = service(exchanges.clone(), journal, config.keep_days)?;
    let language = out.words.language();
    let notice = config
        .notice
        .map(|notice| notice.settings(&exchanges, &config.journal, language));
    if once {
        let exit = one_pass(&mut service, out);
        if let Some(notice) = notice {
            notices::tell_once(notice);
        }
        return Ok(exit);
    }
    for inbox in service.inboxes() {
        let folder = inbox.display().to_string();
        out.say(
            &out.words
                .fill("watching-folder", &[("folder", folder.into())]),
        );
    }
    let beside = Beside {
        page: config.page,
        config: Some(Arc::new(KeptConfig::at(config::place(&common.config)))),
        journal: &config.journal,
        notice,
    };
    serve(&mut service, exchanges, beside, out)?;
    Ok(Exit::Fine)
}

/// The exchanges of the configuration, or the one that was asked for.
pub(super) fn chosen(
    exchanges: Vec<ExchangeSettings>,
    name: Option<&str>,
) -> anyhow::Result<Vec<ExchangeSettings>> {
    let Some(name) = name else {
        return Ok(exchanges);
    };
    let names: Vec<String> = exchanges
        .iter()
        .map(|exchange| format!("`{}`", exchange.name))
        .collect();
    let found: Vec<ExchangeSettings> = exchanges
        .into_iter()
        .filter(|exchange| exchange.name == name)
        .collect();
    anyhow::ensure!(
        !found.is_empty(),
        message!("no-exchange", name = name, known = names.join(", "))
    );
    Ok(found)
}

pub(super) fn service(
    exchanges: Vec<ExchangeSettings>,
    journal: Journal,
    keep_days: Option<u64>,
) -> anyhow::Result<Service> {
    let exchanges = exchanges
        .into_iter()
        .map(Exchange::new)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Service::new(exchanges, journal, keep_days))
}

/// What goes beside a service that stays.
pub(super) struct Beside<'a> {
    pub(super) page: Option<Page>,
    /// What the page may change; the demo has none.
    pub(super) config: Option<Arc<dyn ConfigFile>>,
    pub(super) journal: &'a Path,
    pub(super) notice: Option<notices::Settings>,
}

/// Serves until Ctrl-C, a closed console, or a service stop; shows the page meanwhile.
pub(super) fn serve(
    service: &mut Service,
    exchanges: Vec<ExchangeSettings>,
    mut beside: Beside<'_>,
    out: &mut Out,
) -> anyhow::Result<()> {
    let waker = service.waker();
    let stop = waker.clone();
    ctrlc::set_handler(move || stop.wake(Event::Stop))?;
    service.make_folders();
    let folders: Vec<_> = service.inboxes().map(Path::to_owned).collect();
    let _watcher = watch(folders.iter().map(std::path::PathBuf::as_path), move || {
        waker.wake(Event::ScanInbox);
    });
    let heart = Arc::new(Heart::default());
    let mut heartbeat = Heartbeat::new(&exchanges, out.words);
    let notices = beside.notice.take().map(notices::start).transpose()?;
    let _page = page::show(beside, exchanges, &heart, service, out);
    out.flush();
    service.run(&mut |exchange, report| {
        heart.note(exchange, report, pipeline::now());
        heartbeat.beat(exchange, heart.trouble(exchange), pipeline::now());
        if let Some(notices) = &notices {
            notices.look();
        }
        say_report(report, out);
        out.flush();
    });
    Ok(())
}

/// One pass over every exchange, told in words or as JSON.
pub(super) fn one_pass(service: &mut Service, out: &mut Out) -> Exit {
    let mut exit = Exit::Fine;
    for (name, report) in service.run_once() {
        if out.is_text() {
            for path in &report.waiting {
                let file = path.display().to_string();
                out.say(
                    &out.words
                        .fill("left-for-next-pass", &[("file", file.into())]),
                );
            }
            say_report(&report, out);
        } else {
            out.json(&json_report(&name, &report));
        }
        exit = exit.max(exit_of_report(&report));
    }
    exit
}

/// The worst of what happened.
pub(super) fn exit_of_report(report: &PassReport) -> Exit {
    let errors = report.errors.iter().map(exit_of_carry);
    let files = report.files.iter().map(|file| match &file.error {
        Some(err) => exit_of_carry(err).max(Exit::Attention),
        None if file.tally.needs_attention() => Exit::Attention,
        None => Exit::Fine,
    });
    let held = report
        .orders
        .as_ref()
        .is_some_and(|orders| !orders.held.is_empty() || !orders.unreadable.is_empty());
    errors
        .chain(files)
        .chain(
            (held || !report.overdue.is_empty() || !report.waiting.is_empty())
                .then_some(Exit::Attention),
        )
        .max()
        .unwrap_or(Exit::Fine)
}

pub(super) fn say_report(report: &PassReport, out: &mut Out) {
    let words = out.words;
    if let Some(orders) = &report.orders {
        if let Some(file) = &orders.file {
            let n = n_orders(orders.written.len(), words);
            out.say(&format!("{n} → {}", file.display()));
        }
        super::lists::say_held(orders, out);
    }
    for file in &report.files {
        out.say(&file_line(file, words));
    }
    for file in &report.lists {
        let file = file.display().to_string();
        out.say(&words.fill("list-written", &[("file", file.into())]));
    }
    for item in &report.overdue {
        out.say(&words.fill("item-overdue", &[("item", item.as_str().into())]));
    }
    for err in &report.errors {
        out.say(&words.fill("not-done", &[("why", err.message().text(words).into())]));
    }
}

/// `2 new orders`.
pub(super) fn n_orders(n: usize, words: &Wording) -> String {
    words.fill("n-new-orders", &[("n", n.into())])
}

fn file_line(file: &FileReport, words: &Wording) -> String {
    let fate = words.text(match file.fate {
        Fate::Archive => key("fate-carried"),
        Fate::Reject => key("fate-rejected"),
        Fate::Hold => key("fate-held"),
        Fate::Retry => key("fate-retry"),
    });
    let run = file.run.as_ref().map(|run| {
        let run = words.fill("in-run", &[("run", run.id.to_string().into())]);
        format!(" ({run})")
    });
    let run = run.unwrap_or_default();
    let detail = match &file.error {
        Some(err) => err.message().text(words),
        None => tally_text(&file.tally, words),
    };
    format!("{}: {fate}{run}: {detail}", file.name)
}

fn json_report(exchange: &str, report: &PassReport) -> serde_json::Value {
    let files: Vec<_> = report
        .files
        .iter()
        .map(|file| {
            serde_json::json!({
                "file": file.name,
                "run": file.run.as_ref().map(|run| run.id.0),
                "state": file.run.as_ref().map(|run| run.state.name()),
                "rows": json_tally(&file.tally),
                "place": file.place.display().to_string(),
                "error": file.error.as_ref().map(ToString::to_string),
            })
        })
        .collect();
    serde_json::json!({
        "exchange": exchange,
        "files": files,
        "waiting": report.waiting.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "orders": report.orders.as_ref().map(super::lists::json_orders),
        "lists": report.lists.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "errors": report.errors.iter().map(json_error).collect::<Vec<_>>(),
    })
}

pub(super) fn json_error(err: &CarryError) -> serde_json::Value {
    let mut value = serde_json::json!({"code": err.code(), "message": null});
    put_message(&mut value, "message", Some(&err.message()));
    value
}

pub(super) fn json_tally(tally: &Tally) -> serde_json::Value {
    serde_json::json!({
        "applied": tally.n(OutcomeKind::Applied),
        "unchanged": tally.n(OutcomeKind::Unchanged),
        "unknown": tally.n(OutcomeKind::Unknown),
        "rejected": tally.n(OutcomeKind::Rejected),
        "pending": tally.n(OutcomeKind::Pending),
        "superseded": tally.n(OutcomeKind::Superseded),
        "outdated": tally.n(OutcomeKind::Outdated),
        "note": tally.n(OutcomeKind::Note),
    })
}
