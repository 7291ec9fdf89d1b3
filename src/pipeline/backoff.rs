//! Longer and longer pauses for something that does not succeed.

use std::time::{Duration, Instant};

/// Between two attempts at a shop or a share that is away.
const LONGEST: Duration = Duration::from_secs(600);

/// How often it has failed in a row, and when it is tried again.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    n_failures: u32,
    until: Option<Instant>,
}

impl Backoff {
    /// The time for another attempt has not come.
    pub(super) fn is_waiting(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Twice the pause of the last time; at first twice `unit`.
    pub(super) fn failed(&mut self, unit: Duration) -> Duration {
        self.n_failures += 1;
        let pause = unit
            .saturating_mul(1 << self.n_failures.min(16))
            .min(LONGEST);
        self.until = Some(Instant::now() + pause);
        pause
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_minutes_and_end_with_success() {
        let mut backoff = Backoff::default();
        assert!(!backoff.is_waiting(Instant::now()));
        let pauses: Vec<u64> = (0..10)
            .map(|_| backoff.failed(Duration::from_secs(5)).as_secs())
            .collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
        assert!(backoff.is_waiting(Instant::now()));
        backoff.succeeded();
        assert!(!backoff.is_waiting(Instant::now()));
    }
}
