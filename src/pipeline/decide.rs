//! What a person decides about a run or an order: one way, whoever asks for it.

use std::path::PathBuf;

use thiserror::Error;

use crate::domain::OrderId;
use crate::folders::{FolderError, Inbox};
use crate::journal::{Journal, JournalError, Run, RunId, RunState};
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
    Journal(#[from] JournalError),
}

impl Worded for DecisionError {
    fn message(&self) -> Message {
        match self {
            Self::NoRun { run } => message!("decide-no-run", run = run.to_string()),
            Self::NotHeld { run, state } => {
                message!("decide-not-held", run = run.to_string(), state = *state)
            }
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

/// Lets a held run do what the guard rails stopped it from.
pub fn approve(
    run: RunId,
    exchanges: &[ExchangeSettings],
    journal: &Journal,
) -> Result<String, DecisionError> {
    let run = find_held(run, journal)?;
    journal.approve(run.id)?;
    return_file(&run, exchanges, journal)
}

/// The file of a held run, where it lies: to see what it would do before it is decided about.
pub fn held_file(
    run: RunId,
    exchanges: &[ExchangeSettings],
    journal: &Journal,
) -> Result<(Run, PathBuf), DecisionError> {
    let run = find_held(run, journal)?;
    let place = inbox_of(&run, exchanges)?.held_file(&run.file, run.id.0);
    let place = place.ok_or_else(|| DecisionError::FileGone {
        run: run.id,
        file: run.file.clone(),
    })?;
    Ok((run, place))
}

/// Moves the file of a held run to `rejected`, and returns its place.
pub fn reject(
    run: RunId,
    exchanges: &[ExchangeSettings],
    journal: &Journal,
) -> Result<String, DecisionError> {
    let run = find_held(run, journal)?;
    let place = inbox_of(&run, exchanges)?.reject_held(&run.file, run.id.0)?;
    let place = place.ok_or_else(|| DecisionError::FileGone {
        run: run.id,
        file: run.file.clone(),
    })?;
    journal.finish(
        run.id,
        RunState::Rejected,
        Some(&message!("why-by-person")),
        None,
        clock::now(),
    )?;
    Ok(place.display().to_string())
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
        let place = inbox.take_up(&run.file, run.id.0)?;
        let place = place.ok_or_else(|| DecisionError::FileElsewhere {
            run: run.id,
            file: run.file.clone(),
            state: run.state.name(),
        })?;
        Ok(place.display().to_string())
    })
}
