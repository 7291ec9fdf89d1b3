//! The only place that asks what day and time it is.

use chrono::NaiveDateTime;

/// Local time: what the operator sees on the wall, and what stands in the journal.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub fn now() -> NaiveDateTime {
    chrono::Local::now().naive_local()
}

/// Seconds since 1970, whatever the zone: what calls of the shop are signed with.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub fn unix_time() -> i64 {
    chrono::Utc::now().timestamp()
}
