//! What a person decides about a run or an order: one way, whoever asks for it.

use std::fs::File;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::domain::OrderId;
use crate::folders::{FolderError, Inbox};
use crate::formats::FileError;
use crate::journal::{Approval, Fingerprint, Journal, JournalError, Run, RunId, RunState};
use crate::pipeline::inbound::fingerprint;
use crate::pipeline::{ExchangeSettings, clock};
use crate::wording::{Message, Worded, message};

/// Why it cannot be done.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum DecisionError {
    NoRun {
        run: RunId,
    },
    NotHeld {
        run: RunId,
        state: &'static str,
    },
    /// The guard rails have not judged it yet, so nobody can know what he would allow.
    NotGuarded {
        run: RunId,
    },
    FileGone {
        run: RunId,
        file: String,
    },
    FileElsewhere {
        run: RunId,
        file: String,
        state: &'static str,
    },
    NoExchange {
        run: RunId,
        exchange: String,
    },
    NoOrder {
        order: u32,
    },
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Worded for DecisionError {
    fn message(&self) -> Message {
        match self {
            Self::NoRun { run } => message!("decide-no-run", run = run.to_string()),
            Self::NotHeld { run, state } => {
                message!("decide-not-held", run = run.to_string(), state = *state)
            }
            Self::NotGuarded { run } => message!("decide-not-guarded", run = run.to_string()),
            Self::FileGone { run, file } => {
                message!("decide-file-gone", run = run.to_string(), file = file)
            }
            Self::FileElsewhere { run, file, state } => message!(
                "decide-file-elsewhere",
                run = run.to_string(),
                file = file,
                state = *state,
            ),
            Self::NoExchange { run, exchange } => {
                message!(
                    "decide-no-exchange",
                    run = run.to_string(),
                    exchange = exchange
                )
            }
            Self::NoOrder { order } => message!("decide-no-order", order = order.to_string()),
            Self::Folder(err) => err.message(),
            Self::File(err) => err.message(),
            Self::Journal(err) => err.message(),
        }
    }
}

/// Takes the file of a held, rejected or waiting run up again, and returns its place.
pub fn retry(
    run: RunId,
    exchanges: &[ExchangeSettings],
    journal: &Journal,
) -> Result<String, DecisionError> {
    return_file(&find(run, journal)?, exchanges, journal)
}

/// Whether the guard rails hold it. What is held for another reason has not come as far
/// as them, and is tried again when the reason is gone.
pub fn is_guarded(run: &Run) -> bool {
    let code = run.note.as_ref().and_then(Message::code);
    run.state == RunState::Held
        && code.is_some_and(|code| code == "carry-guarded" || code.starts_with("alarm-"))
}

/// Lets a held run do what the guard rails stopped it from.
pub fn approve(
    run: RunId,
    exchanges: &[ExchangeSettings],
    journal: &Journal,
) -> Result<String, DecisionError> {
    let run = find_held(run, journal)?;
    if !is_guarded(&run) {
        return Err(DecisionError::NotGuarded { run: run.id });
    }
    // Where the list of articles was doubted, what the file does has not been judged yet.
    let approval = match run.note.as_ref().and_then(Message::code) {
        Some("alarm-fewer-articles") => Approval::Articles,
        Some(_) | None => Approval::All,
    };
    // What is not taken up is not approved: the same file may come again one day.
    journal.atomically(|| {
        journal.approve(run.id, approval)?;
        return_file(&run, exchanges, journal)
    })
}

/// The file of a held run, where it lies: to see what it would do before it is decided about.
pub fn held_file(
    run: RunId,
    exchanges: &[ExchangeSettings],
    journal: &Journal,
) -> Result<(Run, PathBuf), DecisionError> {
    let run = find_held(run, journal)?;
    let place = inbox_of(&run, exchanges)?
        .held_file(&run.file, run.id.0, &|path| is_own(path, &run, journal));
    let place = place.ok_or_else(|| DecisionError::FileGone {
        run: run.id,
        file: run.file.clone(),
    })?;
    Ok((run, place))
}

/// Moves the file of a held run to `rejected`, and returns its place; `None` where
/// somebody has taken the file away, which ends the run as well.
pub fn reject(
    run: RunId,
    exchanges: &[ExchangeSettings],
    journal: &Journal,
) -> Result<Option<String>, DecisionError> {
    let run = find_held(run, journal)?;
    let inbox = inbox_of(&run, exchanges)?;
    let place = inbox.reject_held(&run.file, run.id.0, &|path| is_own(path, &run, journal))?;
    journal.finish(
        run.id,
        RunState::Rejected,
        Some(&message!("why-by-person")),
        None,
        clock::now(),
    )?;
    Ok(place.map(|place| place.display().to_string()))
}

/// The order is written once more at the next asking, whatever became of it before.
pub fn write_order_again(
    order: u32,
    exchange: &str,
    journal: &Journal,
) -> Result<(), DecisionError> {
    let known = match OrderId::parse(&order.to_string()) {
        Some(id) => journal.write_again(exchange, id)?,
        None => false,
    };
    if known {
        Ok(())
    } else {
        Err(DecisionError::NoOrder { order })
    }
}

fn find(run: RunId, journal: &Journal) -> Result<Run, DecisionError> {
    journal.run(run)?.ok_or(DecisionError::NoRun { run })
}

fn find_held(run: RunId, journal: &Journal) -> Result<Run, DecisionError> {
    let run = find(run, journal)?;
    if run.state == RunState::Held {
        return Ok(run);
    }
    Err(DecisionError::NotHeld {
        run: run.id,
        state: run.state.name(),
    })
}

fn inbox_of(run: &Run, exchanges: &[ExchangeSettings]) -> Result<Inbox, DecisionError> {
    let exchange = exchanges
        .iter()
        .find(|exchange| exchange.name == run.exchange)
        .ok_or_else(|| DecisionError::NoExchange {
            run: run.id,
            exchange: run.exchange.clone(),
        })?;
    Ok(Inbox::open(&exchange.inbox)?.with_marker(exchange.marker.clone()))
}

fn return_file(
    run: &Run,
    exchanges: &[ExchangeSettings],
    journal: &Journal,
) -> Result<String, DecisionError> {
    let inbox = inbox_of(run, exchanges)?;
    // Whoever finds the file in its new place finds its run to go on with.
    journal.atomically(|| {
        journal.take_up(run.id)?;
        let place = inbox.take_up(&run.file, run.id.0, &|path| is_own(path, run, journal))?;
        let place = place.ok_or_else(|| DecisionError::FileElsewhere {
            run: run.id,
            file: run.file.clone(),
            state: run.state.name(),
        })?;
        // A person may have mended it; what was approved is not this.
        journal.note_content(run.id, &fingerprint_of(&place)?)?;
        Ok(place.display().to_string())
    })
}

fn fingerprint_of(path: &Path) -> Result<Fingerprint, FileError> {
    fingerprint(File::open(path).map_err(FileError::Io)?)
}

/// Whether a file of the run's name is the run's: another run may have one of that name
/// where this one's has been taken away. One that cannot be read is not decided about.
fn is_own(path: &Path, run: &Run, journal: &Journal) -> bool {
    fingerprint_of(path)
        .is_ok_and(|print| journal.is_content_of(run.id, &print).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Money;
    use crate::pipeline::CarryError;
    use crate::plan::Alarm;

    fn run(state: RunState, err: &CarryError) -> Run {
        Run {
            id: RunId(1),
            exchange: "main".to_owned(),
            file: "a.csv".to_owned(),
            state,
            note: Some(Message::restored(err.message().stored().into_owned())),
            attempts: 1,
            retry_at: None,
            approval: Approval::None,
            is_unpacked: false,
            started_at: String::new(),
            finished_at: None,
        }
    }

    #[test]
    fn only_alarms_are_the_guard_rails() {
        let alarms = [
            Alarm::Zeroed {
                n: 9,
                of: 10,
                allowed_percent: 30,
            },
            Alarm::Moved {
                n: 9,
                of: 10,
                by_percent: 50,
                allowed_percent: 30,
            },
            Alarm::Shrunk {
                what: "products",
                n: 1,
                before: 10,
            },
            Alarm::FewerArticles { n: 1, before: 10 },
            Alarm::Leaps {
                n: 1,
                factor: 10,
                examples: vec![("A".to_owned(), Money::ZERO, Money::ZERO)],
            },
        ];
        for alarm in &alarms {
            let alarms = vec![alarm.clone()];
            let err = CarryError::Guarded { alarms };
            assert!(is_guarded(&run(RunState::Held, &err)), "{alarm}");
            assert!(!is_guarded(&run(RunState::Rejected, &err)), "{alarm}");
        }
        let alarms = alarms.to_vec();
        assert!(is_guarded(&run(
            RunState::Held,
            &CarryError::Guarded { alarms }
        )));
        let other = CarryError::Settings(message!("carry-no-warehouse"));
        assert!(!is_guarded(&run(RunState::Held, &other)));
    }
}
