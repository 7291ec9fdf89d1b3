//! Tells a person elsewhere that something waits for him: a message to a chat, or to whatever takes JSON.
//!
//! Each occasion is told once; what has been told stands in the journal. Nothing of
//! a buyer and no key is in a notice, and the receiver's address, which often holds
//! a token, is in no log.

mod occasions;
mod webhook;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use tracing::{info, warn};

use self::occasions::{Notice, see};
use crate::journal::{Journal, JournalError};
use crate::wording::Language;

pub use self::webhook::{Webhook, WebhookError};

/// What a notice needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    pub webhook: Webhook,
    /// Without a file for so long, that is told; `None`: never.
    pub silent_after: Option<Duration>,
    /// Between two attempts at a receiver that does not answer; then ever longer.
    pub pause: Duration,
    pub language: Language,
    pub journal: PathBuf,
    pub exchanges: Vec<String>,
    pub now: fn() -> NaiveDateTime,
}

/// No pause between two attempts is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// Silence begins without a pass that tells of it.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// A thread that tells; dropping it ends it, after the call in flight.
pub struct Notices {
    looks: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Begins to look for occasions.
pub fn start(settings: Settings) -> std::io::Result<Notices> {
    let (looks, asked) = channel();
    let thread = thread::Builder::new()
        .name("notices".to_owned())
        .spawn(move || Teller::new(settings).run(&asked))?;
    Ok(Notices {
        looks: Some(looks),
        thread: Some(thread),
    })
}

impl Notices {
    /// Something may have happened.
    pub fn look(&self) {
        if let Some(looks) = &self.looks {
            looks.send(()).unwrap_or_default();
        }
    }
}

impl Drop for Notices {
    fn drop(&mut self) {
        drop(self.looks.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap_or_default();
        }
    }
}

/// Looks once, and tells what there is: for a single pass.
pub fn tell_once(settings: Settings) {
    Teller::new(settings).tell();
}

/// Whether notices arrive.
pub fn send_test(settings: &Settings, exchange: &str) -> Result<(), WebhookError> {
    let notice = Notice::test(exchange);
    settings.webhook.post(&notice, settings.language.words())
}

struct Teller {
    settings: Settings,
    journal: Option<Journal>,
    n_failures: u32,
    not_before: Option<Instant>,
}

impl Teller {
    fn new(settings: Settings) -> Self {
        Self {
            settings,
            journal: None,
            n_failures: 0,
            not_before: None,
        }
    }

    fn run(&mut self, asked: &Receiver<()>) {
        loop {
            let now = Instant::now();
            if self.not_before.is_none_or(|until| until <= now) {
                self.tell();
            }
            let wait = self
                .not_before
                .map_or(LOOK_EVERY, |until| until.saturating_duration_since(now));
            match asked.recv_timeout(wait.min(LOOK_EVERY)) {
                // Many passes are one look.
                Ok(()) => while asked.try_recv().is_ok() {},
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn tell(&mut self) {
        let now = (self.settings.now)();
        for exchange in self.settings.exchanges.clone() {
            let told = self.tell_of(&exchange, now);
            if let Err(err) = told {
                // The exchange goes on without it, and so do the other exchanges.
                warn!(exchange, "no notice was prepared: {err}");
                self.journal = None;
            }
        }
    }

    fn tell_of(&mut self, exchange: &str, now: NaiveDateTime) -> Result<(), JournalError> {
        let journal = match &self.journal {
            Some(journal) => journal,
            None => self.journal.insert(Journal::open(&self.settings.journal)?),
        };
        let notices = see(journal, exchange, self.settings.silent_after, now)?;
        let occasions: Vec<String> = notices
            .iter()
            .flat_map(Notice::occasions)
            .map(str::to_owned)
            .collect();
        let untold = journal.untold(exchange, &occasions, now)?;
        for notice in notices {
            let Some(notice) = notice.only(&untold) else {
                continue;
            };
            let posted = self
                .settings
                .webhook
                .post(&notice, self.settings.language.words());
            match posted {
                Ok(()) => {
                    let told = notice.occasions().map(str::to_owned).collect();
                    journal.note_told(exchange, &told, now)?;
                    info!(exchange, "told of what waits for a person");
                    self.n_failures = 0;
                    self.not_before = None;
                }
                Err(err) => {
                    self.n_failures += 1;
                    let factor = 1 << self.n_failures.saturating_sub(1).min(16);
                    let pause = self.settings.pause.saturating_mul(factor);
                    let pause = pause.min(LONGEST_PAUSE);
                    self.not_before = Some(Instant::now() + pause);
                    let pause_s = pause.as_secs();
                    warn!(
                        exchange,
                        pause_s, "a notice did not arrive: {err}; will try again in {pause_s} s"
                    );
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
