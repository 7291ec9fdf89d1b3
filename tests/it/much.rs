//! A journal in which much has happened, and its page: for a test of what it reads, and for the bench.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use obmen::dashboard::{self, Dashboard, Heart};
use obmen::domain::{Listed, Money, OrderId};
use obmen::formats::CsvOptions;
use obmen::journal::{Fingerprint, Journal, JournalError, Outcome, OutcomeKind, RunId, RunState};
use obmen::pipeline::{
    self, Exchange, ExchangeSettings, GoodsSettings, ListSettings, OrderSettings, Schedule, Service,
};
use obmen::plan::Guard;
use obmen::shop::{self, ApiKey};
use obmen::wording::{Language, Message};

/// Rows of every other run.
const N_FEW: u64 = 3;

/// Orders in the ledger.
const N_ORDERS: u32 = 2_000;

pub(crate) struct Much {
    folder: PathBuf,
    /// The run with many rows.
    pub(crate) long: RunId,
    n_rows: u64,
}

impl Much {
    /// All of it in one transaction: it is made once and read often.
    pub(crate) fn made_in(folder: &Path, n_runs: u64, n_rows: u64) -> Self {
        let journal = Journal::open(&folder.join("obmen.sqlite")).unwrap();
        let begun = pipeline::now() - TimeDelta::days(90);
        let long = journal
            .atomically(|| {
                make_products(&journal, n_rows)?;
                for order in 1..=N_ORDERS {
                    let order = OrderId::parse(&order.to_string()).unwrap();
                    journal.is_to_write("main", order, begun)?;
                }
                let long = make_run(&journal, n_runs / 2, n_rows, begun)?;
                for n in 0..n_runs {
                    // Some a quarter of an hour, as 1C exports.
                    let at = begun + TimeDelta::minutes(i64::try_from(n * 12).unwrap());
                    make_run(&journal, n, N_FEW, at)?;
                }
                Ok::<_, JournalError>(long)
            })
            .unwrap();
        Self {
            folder: folder.to_owned(),
            long,
            n_rows,
        }
    }

    /// Shown beside a service that does nothing.
    pub(crate) fn show(&self) -> Dashboard {
        let settings = settings(&self.folder);
        let journal = Journal::open(&self.folder.join("obmen.sqlite")).unwrap();
        let exchange = Exchange::new(settings.clone()).unwrap();
        let service = Service::new(vec![exchange], journal, None);
        let settings = dashboard::Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            password: None,
            names: Vec::new(),
            max_upload: 1,
            language: Language::English,
            journal: self.folder.join("obmen.sqlite"),
            exchanges: vec![settings],
            config: None,
            now: pipeline::now,
        };
        dashboard::start(settings, Arc::new(Heart::default()), service.waker()).unwrap()
    }

    /// Name and path of what can be slow.
    pub(crate) fn pages(&self) -> Vec<(&'static str, String)> {
        let (long, near_end) = (self.long, self.n_rows - 50);
        vec![
            ("home", "/".to_owned()),
            ("runs", "/runs".to_owned()),
            ("runs, the oldest", "/runs?before=60".to_owned()),
            ("runs that wait", "/runs?state=held".to_owned()),
            ("runs by article", "/runs?q=A-000800".to_owned()),
            ("runs by a name that none has", "/runs?q=nowhere".to_owned()),
            ("the long run", format!("/runs/{long}")),
            ("its last rows", format!("/runs/{long}?after={near_end}")),
            ("its rows to look at", format!("/runs/{long}?rows=faulty")),
            ("its unchanged rows", format!("/runs/{long}?rows=unchanged")),
            ("orders", "/orders".to_owned()),
            ("products", "/products".to_owned()),
            ("products by article", "/products?q=A-29".to_owned()),
            ("health", "/health".to_owned()),
            ("metrics", "/metrics".to_owned()),
        ]
    }
}

fn make_products(journal: &Journal, n: u64) -> Result<(), JournalError> {
    let articles: Vec<Listed> = (0..n)
        .map(|n| Listed {
            article: article(n),
            price: Some(Money::parse("12.50").unwrap()),
            quantity: Some(7),
        })
        .collect();
    journal.replace_articles("main", &articles)
}

fn article(n: u64) -> String {
    format!("A-{n:06}")
}

fn make_run(
    journal: &Journal,
    n: u64,
    n_rows: u64,
    at: NaiveDateTime,
) -> Result<RunId, JournalError> {
    let print = Fingerprint {
        hash: format!("{n} {n_rows}"),
        size: n_rows,
    };
    let file = format!("webdata/offers{n}_1.xml");
    let run = journal.begin("main", &file, &print, at)?;
    let rows: Vec<Outcome> = (1..=n_rows)
        .map(|line| Outcome {
            line,
            key: article(line - 1),
            field: "price".to_owned(),
            kind: match line % 100 {
                1 => OutcomeKind::Applied,
                2 => OutcomeKind::Unknown,
                _ => OutcomeKind::Unchanged,
            },
            detail: None,
        })
        .collect();
    for part in rows.chunks(5_000) {
        journal.note_outcomes(run.id, part)?;
    }
    let (state, note) = match n % 2_000 {
        3 => (RunState::Held, Some(Message::plain("it waits"))),
        _ => (RunState::Done, None),
    };
    journal.finish(run.id, state, note.as_ref(), None, at)?;
    Ok(run.id)
}

fn settings(folder: &Path) -> ExchangeSettings {
    ExchangeSettings {
        name: "main".to_owned(),
        inbox: folder.join("inbox"),
        outbox: folder.join("outbox"),
        marker: None,
        // Nobody listens there, and nobody asks.
        shop: shop::Settings::new(
            "http://127.0.0.1:9/".to_owned(),
            "obmen".to_owned(),
            ApiKey::new("key".to_owned()),
            pipeline::unix_time,
        ),
        batch: 200,
        settle: Duration::ZERO,
        goods: GoodsSettings::default(),
        orders: OrderSettings::default(),
        lists: ListSettings::default(),
        guard: Guard::default(),
        csv: CsvOptions::default(),
        language: Language::English,
        schedule: Schedule {
            scan: Duration::from_secs(5),
            quiet: Duration::ZERO,
            orders: None,
            products: None,
            wait: Duration::from_secs(3_600),
        },
    }
}
