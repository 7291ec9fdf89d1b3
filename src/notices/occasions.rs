//! What there is to tell of, as the journal has it.

use std::collections::HashSet;
use std::time::Duration;

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use crate::domain::shown::excerpt;
use crate::journal::{Journal, JournalError, OrderState, RunFilter, RunState};
use crate::wording::{Message, Wording};

/// What waits is read up to here; who lets more wait knows of it.
const MOST: u32 = 200;

/// Lines of one notice.
const LINES: usize = 10;

/// Discord takes 2,000, and no other chat fewer; a line about more is added to this.
const MOST_CHARS: usize = 1_800;

/// When nobody has ever handed over a file, silence counts from the first look.
const FIRST_LOOK: &str = "notices";

/// One message of an exchange, and the occasions that it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    exchange: String,
    about: About,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum About {
    Waiting(Vec<Waiting>),
    Silence {
        occasion: String,
        hours: u64,
        last: Option<String>,
    },
    Test,
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    occasion: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Run {
        run: i64,
        file: String,
        why: Option<Message>,
    },
    /// Why is not said: it could name what the buyer wrote.
    Order(i64),
}

/// All that is worth telling now, told before or not.
pub(super) fn see(
    journal: &Journal,
    exchange: &str,
    silent_after: Option<Duration>,
    now: NaiveDateTime,
) -> Result<Vec<Notice>, JournalError> {
    let filter = RunFilter {
        exchange: Some(exchange),
        state: Some(RunState::Held),
        ..RunFilter::default()
    };
    let runs = journal.runs_page(&filter, MOST)?.into_iter();
    let runs = runs.map(|run| Waiting {
        // Held again after another attempt, it is another occasion.
        occasion: format!("run {} attempt {}", run.id, run.attempts),
        what: What::Run {
            run: run.id.0,
            file: run.file,
            why: run.note,
        },
    });
    let orders = journal.orders_page(exchange, Some(OrderState::Held), i64::MAX, MOST)?;
    let orders = orders.into_iter().map(|order| Waiting {
        occasion: format!("order {}", order.order),
        what: What::Order(order.order),
    });
    let notice = |about| Notice {
        exchange: exchange.to_owned(),
        about,
    };
    let waiting: Vec<_> = runs.chain(orders).collect();
    let mut notices = Vec::new();
    if !waiting.is_empty() {
        notices.push(notice(About::Waiting(waiting)));
    }
    if let Some(limit) = silent_after {
        notices.extend(silence(journal, exchange, limit, now)?.map(notice));
    }
    Ok(notices)
}

fn silence(
    journal: &Journal,
    exchange: &str,
    limit: Duration,
    now: NaiveDateTime,
) -> Result<Option<About>, JournalError> {
    let filter = RunFilter {
        exchange: Some(exchange),
        ..RunFilter::default()
    };
    let last = journal.runs_page(&filter, 1)?.pop();
    let (since, quiet_for) = if let Some(run) = &last {
        (run.started_at.clone(), run.age(now))
    } else {
        let Some(first) = journal.last_ran(exchange, FIRST_LOOK)? else {
            journal.note_ran(exchange, FIRST_LOOK, now)?;
            return Ok(None);
        };
        let quiet_for = now.signed_duration_since(first).to_std();
        (String::new(), quiet_for.unwrap_or_default())
    };
    if quiet_for < limit {
        return Ok(None);
    }
    Ok(Some(About::Silence {
        occasion: format!("silence since {since}"),
        hours: limit.as_secs() / 3_600,
        last: last.map(|run| run.started_at),
    }))
}

impl Notice {
    pub(super) fn test(exchange: &str) -> Self {
        Self {
            exchange: exchange.to_owned(),
            about: About::Test,
        }
    }

    pub(super) fn occasions(&self) -> impl Iterator<Item = &str> {
        let (many, one) = match &self.about {
            About::Waiting(all) => (all.as_slice(), None),
            About::Silence { occasion, .. } => (&[][..], Some(occasion.as_str())),
            About::Test => (&[][..], None),
        };
        many.iter()
            .map(|waiting| waiting.occasion.as_str())
            .chain(one)
    }

    /// What is left of it when only these are told; `None` if nothing is.
    pub(super) fn only(mut self, untold: &HashSet<String>) -> Option<Self> {
        if let About::Waiting(all) = &mut self.about {
            all.retain(|waiting| untold.contains(&waiting.occasion));
        }
        let is_news = self.occasions().any(|occasion| untold.contains(occasion));
        is_news.then_some(self)
    }

    /// Ready to be shown in a chat.
    pub(super) fn text(&self, words: &Wording) -> String {
        let exchange = self.exchange.as_str();
        match &self.about {
            About::Waiting(all) => {
                let n = all.len();
                let mut text = words.fill(
                    "notice-waiting",
                    &[("exchange", exchange.into()), ("n", n.into())],
                );
                let mut n_chars = text.chars().count();
                let lines = all.iter().take(LINES).map(|waiting| waiting.line(words));
                let lines = lines.take_while(|line| {
                    n_chars += 1 + line.chars().count();
                    n_chars <= MOST_CHARS
                });
                let mut n_said = 0;
                for line in lines {
                    text.push('\n');
                    text.push_str(&line);
                    n_said += 1;
                }
                if n > n_said {
                    let more = words.fill("notice-more", &[("n", (n - n_said).into())]);
                    text.push('\n');
                    text.push_str(&more);
                }
                text
            }
            About::Silence { hours, last, .. } => {
                let h = *hours;
                match last.as_deref().and_then(|at| at.get(..16)) {
                    Some(at) => words.fill(
                        "notice-silence",
                        &[
                            ("exchange", exchange.into()),
                            ("h", h.into()),
                            ("at", at.into()),
                        ],
                    ),
                    None => words.fill(
                        "notice-silence-ever",
                        &[("exchange", exchange.into()), ("h", h.into())],
                    ),
                }
            }
            About::Test => words.fill("notice-test", &[("exchange", exchange.into())]),
        }
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Value {
        let (kind, runs, orders): (_, Vec<i64>, Vec<i64>) = match &self.about {
            About::Waiting(all) => {
                let (mut runs, mut orders) = (Vec::new(), Vec::new());
                for waiting in all {
                    match waiting.what {
                        What::Run { run, .. } => runs.push(run),
                        What::Order(order) => orders.push(order),
                    }
                }
                ("waiting", runs, orders)
            }
            About::Silence { .. } => ("silence", Vec::new(), Vec::new()),
            About::Test => ("test", Vec::new(), Vec::new()),
        };
        json!({"exchange": self.exchange, "kind": kind, "runs": runs, "orders": orders})
    }
}

impl Waiting {
    fn line(&self, words: &Wording) -> String {
        match &self.what {
            What::Run { run, file, why } => {
                let why = why.as_ref().map(|why| excerpt(&why.text(words)));
                words.fill(
                    "notice-run",
                    &[
                        ("file", excerpt(file).into()),
                        ("run", run.to_string().into()),
                        ("why", why.unwrap_or_default().into()),
                    ],
                )
            }
            What::Order(order) => {
                let order = order.to_string();
                words.fill("notice-order", &[("order", order.into())])
            }
        }
    }
}
