//! What the service's passes have said: whether the exchange is alive, for the page and for the status file.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::NaiveDateTime;

use crate::pipeline::{CarryError, PassReport};
use crate::wording::{Message, Worded as _};

/// Shared between the service, which tells it of each pass, and the page.
#[derive(Debug, Default)]
pub struct Heart {
    pulses: Mutex<BTreeMap<String, Pulse>>,
    version: AtomicU64,
}

/// The last word on one exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pulse {
    pub last_pass: Option<NaiveDateTime>,
    /// When the shop last answered.
    pub reached_at: Option<NaiveDateTime>,
    /// What keeps the exchange from its work.
    pub trouble: Option<Trouble>,
    /// Files in the inbox that are not complete, or wait for their turn.
    pub n_waiting: usize,
}

/// What keeps an exchange from its work, until the very thing that failed has gone well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub text: Message,
    pub with: Part,
}

/// What the trouble is with, and so what shows that it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The shop has answered since.
    Shop,
    /// A pass has looked through the inbox since.
    Inbox,
    /// Something has been carried, or orders have been asked for: the outbox, the journal and the disk took part.
    Rest,
}

impl Heart {
    /// After each pass.
    pub fn note(&self, exchange: &str, report: &PassReport, now: NaiveDateTime) {
        self.change(exchange, |pulse| {
            pulse.last_pass = Some(now);
            pulse.n_waiting = report.waiting.len();
            let has_worked = report.orders.is_some()
                || report.files.iter().any(|file| file.error.is_none())
                || !report.lists.is_empty();
            if has_worked {
                pulse.reached_at = Some(now);
            }
            let of_files = report.files.iter().filter_map(|file| file.error.as_ref());
            let mut errors = report.errors.iter().chain(of_files);
            let trouble = errors.find_map(|err| trouble_of(err, report));
            let is_over = pulse
                .trouble
                .as_ref()
                .is_some_and(|known| match known.with {
                    Part::Inbox => report.has_looked,
                    Part::Shop | Part::Rest => has_worked,
                });
            if trouble.is_some() || is_over {
                pulse.trouble = trouble;
            }
        });
    }

    /// Somebody else has asked the shop, and it has answered.
    pub(super) fn shop_answered(&self, exchange: &str, now: NaiveDateTime) {
        self.change(exchange, |pulse| {
            pulse.reached_at = Some(now);
            let is_over = |trouble: &Trouble| trouble.with == Part::Shop;
            if pulse.trouble.as_ref().is_some_and(is_over) {
                pulse.trouble = None;
            }
        });
    }

    /// What keeps the exchange from its work.
    pub fn trouble(&self, exchange: &str) -> Option<Message> {
        self.pulse(exchange).trouble.map(|trouble| trouble.text)
    }

    fn change(&self, exchange: &str, change: impl FnOnce(&mut Pulse)) {
        let mut pulses = self.lock();
        let pulse = pulses.entry(exchange.to_owned()).or_default();
        let before = (pulse.trouble.clone(), pulse.n_waiting);
        change(pulse);
        if before != (pulse.trouble.clone(), pulse.n_waiting) {
            self.version.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Another number as soon as there is something else to show.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    pub(super) fn pulse(&self, exchange: &str) -> Pulse {
        self.lock().get(exchange).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Pulse>> {
        self.pulses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pulse {
    pub(super) fn is_shop_away(&self) -> bool {
        let trouble = self.trouble.as_ref();
        trouble.is_some_and(|trouble| trouble.with == Part::Shop)
    }
}

/// `None` where the file itself, or a person's choice, is at fault.
fn trouble_of(err: &CarryError, report: &PassReport) -> Option<Trouble> {
    let with = match err {
        CarryError::Shop(err) if err.concerns_every_call() || err.is_temporary() => Part::Shop,
        // The inbox could not be looked through; else it is about some other place.
        CarryError::Folder(_) if !report.has_looked => Part::Inbox,
        CarryError::Folder(_)
        | CarryError::Journal(_)
        | CarryError::Spool(_)
        | CarryError::Composed(_) => Part::Rest,
        CarryError::Shop(_)
        | CarryError::File(_)
        | CarryError::Archive(_)
        | CarryError::Unexplained { .. }
        | CarryError::OrdersFirst
        | CarryError::Guarded { .. }
        | CarryError::Settings(_) => return None,
    };
    let text = err.message();
    Some(Trouble { text, with })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folders::Inbox;
    use crate::pipeline::OrdersReport;
    use crate::shop::ShopError;

    fn now() -> NaiveDateTime {
        NaiveDateTime::default()
    }

    fn away() -> CarryError {
        let detail = Message::plain("refused");
        CarryError::Shop(ShopError::Unreachable { detail })
    }

    fn looked() -> PassReport {
        PassReport {
            has_looked: true,
            ..PassReport::default()
        }
    }

    #[test]
    fn a_shop_that_is_away_is_not_forgotten_by_an_idle_look() {
        let heart = Heart::default();
        let report = PassReport {
            errors: vec![away()],
            ..looked()
        };
        heart.note("a", &report, now());
        assert!(heart.pulse("a").is_shop_away());
        // Nobody has asked the shop since.
        heart.note("a", &looked(), now());
        assert!(heart.trouble("a").is_some());
        let report = PassReport {
            orders: Some(OrdersReport::default()),
            ..looked()
        };
        heart.note("a", &report, now());
        assert_eq!(heart.trouble("a"), None);
        assert_eq!(heart.pulse("a").reached_at, Some(now()));
    }

    #[test]
    fn an_answer_to_somebody_else_is_an_answer() {
        let heart = Heart::default();
        let report = PassReport {
            errors: vec![away()],
            ..looked()
        };
        heart.note("a", &report, now());
        heart.shop_answered("a", now());
        assert_eq!(heart.trouble("a"), None);
    }

    #[test]
    fn an_inbox_that_is_back_needs_no_file_to_show_it() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("file");
        std::fs::File::create(&taken).unwrap();
        let lost = Inbox::open(&taken.join("inbox")).unwrap_err();
        let heart = Heart::default();
        let report = PassReport {
            errors: vec![lost.into()],
            ..PassReport::default()
        };
        heart.note("a", &report, now());
        assert!(heart.trouble("a").is_some() && !heart.pulse("a").is_shop_away());
        // A pass that looked at nothing shows nothing.
        heart.note("a", &PassReport::default(), now());
        assert!(heart.trouble("a").is_some());
        let version = heart.version();
        heart.note("a", &looked(), now());
        assert_eq!(heart.trouble("a"), None);
        assert_ne!(heart.version(), version);
    }
}
