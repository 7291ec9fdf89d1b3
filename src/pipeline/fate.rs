//! What becomes of a file: one function, one table.

use std::time::Duration;

use crate::folders::Fate;
use crate::formats::FileError;
use crate::formats::archive::ArchiveError;
use crate::pipeline::CarryError;

/// Decides by whose turn it is: the file's writer, the shop, or a person.
pub(super) fn fate_of<T>(result: &Result<T, CarryError>) -> Fate {
    match result {
        Ok(_) => Fate::Archive,
        Err(CarryError::File(FileError::Io(_))) => Fate::Retry,
        Err(CarryError::File(_)) => Fate::Reject,
        Err(CarryError::Archive(ArchiveError::Io(_))) => Fate::Retry,
        Err(CarryError::Archive(_)) => Fate::Reject,
        Err(CarryError::Shop(err)) if err.is_temporary() => Fate::Retry,
        // A refused key is no fault of the file.
        Err(CarryError::Shop(_)) => Fate::Hold,
        Err(CarryError::Folder(_)) => Fate::Retry,
        Err(CarryError::Spool(_)) => Fate::Retry,
        Err(CarryError::Composed(_)) => Fate::Retry,
        Err(CarryError::Journal(err)) if err.is_passing() => Fate::Retry,
        Err(CarryError::Journal(_)) => Fate::Hold,
        Err(CarryError::Unexplained { .. }) => Fate::Retry,
        Err(CarryError::OrdersFirst) => Fate::Retry,
        Err(CarryError::Guarded { .. }) => Fate::Hold,
        Err(CarryError::Settings(_)) => Fate::Hold,
    }
}

/// Half a minute, doubled with each attempt, at most an hour. `seed` spreads
/// files that failed together over a quarter of the pause, so that a shop
/// coming back is not met by all of them at once.
pub(super) fn pause_before(attempt: u32, seed: u64) -> Duration {
    const FIRST: u64 = 30;
    const LONGEST: u64 = 3_600;
    let doubled = FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(10));
    let pause = doubled.min(LONGEST);
    let spread = (seed.wrapping_mul(2_654_435_761) >> 7) % (pause / 4).max(1);
    Duration::from_secs(pause + spread)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::formats::Place;
    use crate::journal::JournalError;
    use crate::shop::ShopError;
    use crate::wording::{Message, message};

    #[test]
    fn whose_turn_it_is_decides() {
        let truncated = || FileError::Truncated {
            place: Place { line: 1 },
            detail: message!("xml-no-element"),
        };
        for (err, fate) in [
            (
                CarryError::File(FileError::Io(io::Error::other("gone"))),
                Fate::Retry,
            ),
            (CarryError::File(truncated()), Fate::Reject),
            (
                CarryError::Shop(ShopError::Unreachable {
                    detail: Message::plain(""),
                }),
                Fate::Retry,
            ),
            (
                CarryError::Shop(ShopError::NoAnswer {
                    function: "orders",
                    detail: Message::plain(""),
                }),
                Fate::Retry,
            ),
            (
                CarryError::Shop(ShopError::Server {
                    function: "orders",
                    status: 503,
                }),
                Fate::Retry,
            ),
            (
                CarryError::Shop(ShopError::Redirected { to: String::new() }),
                Fate::Retry,
            ),
            (CarryError::Shop(ShopError::WrongKey), Fate::Hold),
            (CarryError::Shop(ShopError::Version41), Fate::Hold),
            (
                CarryError::Journal(JournalError::TooNew { found: 2, known: 1 }),
                Fate::Hold,
            ),
            (
                CarryError::Settings(message!("carry-no-warehouse")),
                Fate::Hold,
            ),
        ] {
            let shown = err.to_string();
            assert_eq!(fate_of::<()>(&Err(err)), fate, "{shown}");
        }
        assert_eq!(fate_of(&Ok(())), Fate::Archive);
    }

    #[test]
    fn pauses_grow_up_to_an_hour_and_a_quarter() {
        assert!((30..38).contains(&pause_before(1, 7).as_secs()));
        assert!((60..75).contains(&pause_before(2, 7).as_secs()));
        assert!((3_600..4_500).contains(&pause_before(60, 7).as_secs()));
        assert_ne!(pause_before(5, 1), pause_before(5, 2));
    }
}
