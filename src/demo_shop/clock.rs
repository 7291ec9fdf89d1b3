//! The shop's own time, so that tests can wait an hour in no time.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};

use super::shop::guard;

/// Goes on from a given moment, and faster when pushed.
pub(super) struct Clock {
    start: NaiveDateTime,
    opened: Instant,
    advanced: Mutex<Duration>,
}

impl Clock {
    pub(super) fn starting_at(start: NaiveDateTime) -> Clock {
        Clock {
            start,
            opened: Instant::now(),
            advanced: Mutex::new(Duration::ZERO),
        }
    }

    pub(super) fn now(&self) -> NaiveDateTime {
        let passed = self.opened.elapsed() + *guard(&self.advanced);
        TimeDelta::from_std(passed)
            .ok()
            .and_then(|passed| self.start.checked_add_signed(passed))
            .unwrap_or(NaiveDateTime::MAX)
    }

    pub(super) fn advance(&self, by: Duration) {
        let mut advanced = guard(&self.advanced);
        *advanced = advanced.saturating_add(by);
    }
}
