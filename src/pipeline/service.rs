//! The service: everything that can wake it is one [`Event`], and one pass serves all of them.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tracing::{debug, error, info, warn};

use crate::journal::{Journal, JournalError};
use crate::pipeline::post::{PassReport, Post};
use crate::pipeline::{CarryError, Exchange, ExchangeSettings, clock};

/// Everything that can wake the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Something happened in an inbox: look sooner than planned.
    ScanInbox,
    AskForOrders,
    Stop,
}

/// Sends events to a running service.
#[derive(Debug, Clone)]
pub struct Waker {
    events: Sender<Event>,
    /// What has been chosen and not taken up yet. Not an event: those that come in the
    /// middle of a pass are only looked at for the one that stops it.
    chosen: Chosen,
}

type Chosen = Arc<Mutex<Vec<ExchangeSettings>>>;

impl Waker {
    /// A service that has ended needs no waking.
    pub fn wake(&self, event: Event) {
        self.events.send(event).unwrap_or_default();
    }

    /// What a person has chosen counts from the next pass on.
    pub fn renew(&self, settings: ExchangeSettings) {
        let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        chosen.push(settings);
        drop(chosen);
        self.wake(Event::ScanInbox);
    }
}

/// One or more exchanges and their journal.
pub struct Service {
    posts: Vec<Post>,
    journal: Journal,
    /// Finished runs are kept so long; `None`: for ever.
    keep_days: Option<u64>,
    /// Before this the journal is not looked after: it has just failed.
    upkeep_from: Instant,
    /// What is wrong with the journal: with that, nothing is sent.
    damage: Option<Damage>,
    events: Receiver<Event>,
    waker: Waker,
}

/// The journal serves all exchanges, and so does what is done for it.
const EVERY_EXCHANGE: &str = "";
const UPKEEP_JOB: &str = "upkeep";

/// After it has failed: it reads the whole journal, and fills a disk that may be full.
const UPKEEP_PAUSE: Duration = Duration::from_secs(3_600);

/// Between two looks of a service whose journal is damaged: it still tells of itself.
const DAMAGED_PAUSE: Duration = Duration::from_secs(60);

/// Of the journal, as each pass tells of it.
#[derive(Debug)]
struct Damage {
    path: PathBuf,
    detail: String,
}

impl Damage {
    fn again(&self) -> CarryError {
        CarryError::Journal(JournalError::Damaged {
            path: self.path.clone(),
            detail: self.detail.clone(),
        })
    }
}

impl Service {
    /// The folders are made at the first pass: they may be on a share that is away.
    pub fn new(exchanges: Vec<Exchange>, journal: Journal, keep_days: Option<u64>) -> Self {
        let (sender, events) = channel();
        Self {
            posts: exchanges.into_iter().map(Post::new).collect(),
            journal,
            keep_days,
            upkeep_from: Instant::now(),
            damage: None,
            events,
            waker: Waker {
                events: sender,
                chosen: Chosen::default(),
            },
        }
    }

    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    pub fn inboxes(&self) -> impl Iterator<Item = &Path> {
        self.posts.iter().map(|post| post.inbox.root())
    }

    /// Once a day: is the journal whole, a copy of it, and away with what is old.
    fn look_after_journal(&mut self) {
        if Instant::now() < self.upkeep_from {
            return;
        }
        let Err(err) = self.upkeep_if_due() else {
            self.damage = None;
            return;
        };
        self.upkeep_from = Instant::now() + UPKEEP_PAUSE;
        if let JournalError::Damaged { path, detail } = err {
            let damage = Damage { path, detail };
            error!("nothing is sent any more: {}", damage.again());
            self.damage = Some(damage);
            return;
        }
        // The exchange goes on: a copy that cannot be made must not stop orders.
        let pause_s = UPKEEP_PAUSE.as_secs();
        warn!(
            pause_s,
            "the journal's daily copy was not made: {err}; will try again in {pause_s} s"
        );
    }

    fn upkeep_if_due(&self) -> Result<(), JournalError> {
        let now = clock::now();
        let last = self.journal.last_ran(EVERY_EXCHANGE, UPKEEP_JOB)?;
        // A time ahead of now was written by a clock that was wrong.
        let today = TimeDelta::zero()..TimeDelta::days(1);
        if last.is_some_and(|last| today.contains(&now.signed_duration_since(last))) {
            return Ok(());
        }
        // At the first start there is nothing to keep yet, but its time is noted.
        if last.is_some() {
            self.journal.examine()?;
            if let Some(days) = self.keep_days {
                let n_runs = self.journal.prune(days, now)?;
                debug!(n_runs, "forgot old runs");
            }
            let copy = self.journal.back_up()?;
            info!("copied the journal to `{}`", copy.display());
        }
        self.journal.note_ran(EVERY_EXCHANGE, UPKEEP_JOB, now)
    }

    /// Makes the folders that are missing, so that they can be watched. One that
    /// cannot be made yet is named by the first pass.
    pub fn make_folders(&mut self) {
        for post in &mut self.posts {
            drop(post.make_folders());
        }
    }

    /// Between two passes: each file is carried by one and the same choice.
    fn take_up_choices(&mut self) {
        let mut chosen = self
            .waker
            .chosen
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for settings in chosen.drain(..) {
            let posts = self.posts.iter_mut();
            for post in posts.filter(|post| post.exchange.name() == settings.name) {
                post.exchange.settings.take_choices(&settings);
                info!(exchange = settings.name, "took up what was chosen anew");
            }
        }
    }

    /// One pass over everything: the whole inbox, one asking for orders, lists if due.
    pub fn run_once(&mut self) -> Vec<(String, PassReport)> {
        self.look_after_journal();
        let Self {
            posts,
            journal,
            damage,
            events,
            ..
        } = self;
        let mut must_stop = false;
        posts
            .iter_mut()
            .map(|post| {
                let mut report = PassReport::default();
                let mut stopped = || {
                    must_stop |= is_stopped(events);
                    must_stop
                };
                match damage {
                    Some(damage) => report.errors.push(damage.again()),
                    None => post.serve_once(journal, &mut report, &mut stopped),
                }
                (post.exchange.name().to_owned(), report)
            })
            .collect()
    }

    /// Serves until [`Event::Stop`]; the call in flight is finished first.
    pub fn run(&mut self, on_report: &mut dyn FnMut(&str, &PassReport)) {
        loop {
            self.look_after_journal();
            self.take_up_choices();
            let now = Instant::now();
            let mut must_stop = false;
            for post in &mut self.posts {
                let mut report = PassReport::default();
                let mut stopped = || {
                    must_stop |= is_stopped(&self.events);
                    must_stop
                };
                match &self.damage {
                    Some(damage) => report.errors.push(damage.again()),
                    None => post.serve(&self.journal, now, &mut report, &mut stopped),
                }
                on_report(post.exchange.name(), &report);
            }
            let next = match self.damage {
                Some(_) => now + DAMAGED_PAUSE,
                None => self.posts.iter().map(Post::next_due).min().unwrap_or(now),
            };
            if must_stop || self.wait_until(next) {
                info!("stopped");
                return;
            }
        }
    }

    /// True when told to stop.
    fn wait_until(&mut self, next: Instant) -> bool {
        let first = match self
            .events
            .recv_timeout(next.saturating_duration_since(Instant::now()))
        {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
        };
        // One burst of file events is one scan.
        for event in std::iter::once(first).chain(self.events.try_iter()) {
            match event {
                Event::Stop => return true,
                Event::ScanInbox => self
                    .posts
                    .iter_mut()
                    .for_each(|post| post.next_scan = Instant::now()),
                Event::AskForOrders => self
                    .posts
                    .iter_mut()
                    .for_each(|post| post.next_orders = Instant::now()),
            }
        }
        false
    }
}

fn is_stopped(events: &Receiver<Event>) -> bool {
    events.try_iter().any(|event| event == Event::Stop)
}
