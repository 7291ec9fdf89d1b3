//! What the service's passes have said: the page asks here whether the exchange is alive.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

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
    pub trouble: Option<Message>,
    /// The trouble is the shop's.
    pub is_shop_away: bool,
    /// Files in the inbox that are not complete, or wait for their turn.
    pub n_waiting: usize,
}

impl Heart {
    /// After each pass.
    pub fn note(&self, exchange: &str, report: &PassReport, now: NaiveDateTime) {
        let mut pulses = self.pulses.lock().unwrap_or_else(PoisonError::into_inner);
        let pulse = pulses.entry(exchange.to_owned()).or_default();
        let before = (pulse.trouble.clone(), pulse.n_waiting);
        pulse.last_pass = Some(now);
        pulse.n_waiting = report.waiting.len();
        let of_files = report.files.iter().filter_map(|file| file.error.as_ref());
        let mut errors = report.errors.iter().chain(of_files);
        let blocking = errors.find(|err| is_blocking(err));
        let has_worked = report.orders.is_some()
            || report.files.iter().any(|file| file.error.is_none())
            || !report.lists.is_empty();
        if let Some(err) = blocking {
            pulse.trouble = Some(err.message());
            pulse.is_shop_away = matches!(err, CarryError::Shop(_));
        } else if has_worked {
            pulse.trouble = None;
            pulse.is_shop_away = false;
            pulse.reached_at = Some(now);
        }
        if before != (pulse.trouble.clone(), pulse.n_waiting) {
            self.version.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Another number as soon as there is something else to show.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    pub(super) fn pulse(&self, exchange: &str) -> Pulse {
        let pulses = self.pulses.lock().unwrap_or_else(PoisonError::into_inner);
        pulses.get(exchange).cloned().unwrap_or_default()
    }
}

/// The file is not at fault.
fn is_blocking(err: &CarryError) -> bool {
    match err {
        CarryError::Shop(err) => err.concerns_every_call() || err.is_temporary(),
        CarryError::Folder(_) | CarryError::Journal(_) | CarryError::Spool(_) => true,
        CarryError::File(_)
        | CarryError::Archive(_)
        | CarryError::Unexplained { .. }
        | CarryError::OrdersFirst
        | CarryError::Guarded { .. }
        | CarryError::Settings(_) => false,
    }
}
