//! The commands: arguments, configuration, wiring, what is printed.
//!
//! No rule of the trade here. The commands, their options and the exit codes are
//! a contract: schedulers and scripts depend on them.

mod arguments;
mod check;
mod choices;
mod config;
mod demo;
mod failure;
mod goods_config;
mod heartbeat;
mod history;
mod init;
mod lists;
mod module;
mod notice;
mod out_config;
mod output;
mod page;
mod plan;
mod read;
mod run;
mod secret;
mod sections;
mod send;
mod shop;

use std::ffi::OsString;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::fmt::time::ChronoLocal;

use self::arguments::{Arguments, Command, Common, PageCommand};
use self::output::{Format, Out};
use crate::domain::shown::one_line;
use crate::pipeline::Caution;
use crate::wording::message;

/// How a command ended; the numbers are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All applied.
    Fine,
    /// Something was rejected, held or left for a person.
    Attention,
    /// Usage or configuration.
    Usage,
    /// The shop could not be reached or refuses us.
    Shop,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Attention => 1,
            Self::Usage => 2,
            Self::Shop => 3,
        }
    }
}

/// Runs the program with these arguments.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let words = arguments::language(&arguments).words();
    let arguments = match Arguments::parse_from(arguments, words) {
        Ok(arguments) => arguments,
        Err(err) => {
            let exit = if err.use_stderr() {
                Exit::Usage
            } else {
                Exit::Fine
            };
            match arguments::fault(&err, words) {
                Some(text) => Out::stdout(Format::Text, words).failure(&text),
                // Nobody is left to tell if this cannot be printed.
                None => err.print().unwrap_or_default(),
            }
            return ExitCode::from(exit.code());
        }
    };
    let mut out = Out::stdout(arguments.common.format, words);
    let exit = match dispatch(arguments, &mut out) {
        Ok(exit) => exit,
        Err(err) => {
            out.failure(&failure::text_of(&err, words));
            exit_of(&err)
        }
    };
    ExitCode::from(exit.code())
}

fn dispatch(arguments: Arguments, out: &mut Out) -> anyhow::Result<Exit> {
    let Arguments {
        command,
        common,
        files,
    } = arguments;
    let is_service = matches!(
        command,
        Some(Command::Run { once: false } | Command::Demo { once: false, .. })
    ) || (command.is_none() && files.is_empty());
    // What a single pass does is printed as its report; the log would say it twice.
    start_logging(if is_service { "info" } else { "off" });
    match command {
        None if files.is_empty() => run::run(&common, false, out),
        None => {
            // One word that is no file was meant for a command.
            if let [word] = files.as_slice()
                && word.extension().is_none()
                && !word.exists()
            {
                anyhow::bail!(message!(
                    "neither-command-nor-file",
                    word = word.display().to_string()
                ));
            }
            send::send(&common, &files, Caution::Heeded, out)
        }
        Some(Command::Run { once }) => run::run(&common, once, out),
        Some(Command::Send { files, force }) => {
            let caution = if force {
                Caution::Overruled
            } else {
                Caution::Heeded
            };
            send::send(&common, &files, caution, out)
        }
        Some(Command::Plan {
            files,
            offline,
            summary,
        }) => plan::plan(&common, &files, offline, summary, out),
        Some(Command::Read { files, summary }) => Ok(read::read(&common, &files, summary, out)),
        Some(Command::Orders { again }) => lists::orders(&common, &again, out),
        Some(Command::Products) => lists::list(&common, crate::pipeline::ListKind::Products, out),
        Some(Command::Statuses) => lists::list(&common, crate::pipeline::ListKind::Statuses, out),
        Some(Command::Categories) => {
            lists::list(&common, crate::pipeline::ListKind::Categories, out)
        }
        Some(Command::Page {
            command: PageCommand::Password,
        }) => page::password(out),
        Some(Command::Check { notice }) => check::check(&common, notice, out),
        Some(Command::History { limit }) => history::history(&common, limit, out),
        Some(Command::Show { run }) => history::show(&common, run, out),
        Some(Command::Retry { run }) => history::retry(&common, run, out),
        Some(Command::Forget { item }) => history::forget(&common, &item, out),
        Some(Command::Approve { run }) => history::approve(&common, run, out),
        Some(Command::Reject { run }) => history::reject(&common, run, out),
        Some(Command::Module { dir }) => module::module(&dir, out),
        Some(Command::Init {
            url,
            username,
            key,
            force,
        }) => init::init(
            &common,
            &init::Request {
                url,
                username,
                key,
                force,
            },
            out,
        ),
        Some(Command::Shop {
            listen,
            dialect,
            state,
            username,
            key,
        }) => shop::shop(
            &shop::Request {
                listen,
                dialect,
                state,
                username,
                key,
            },
            out,
        ),
        Some(Command::Demo { once, dir }) => demo::demo(&dir, once, out),
    }
}

/// To standard error; `OBMEN_LOG` (as in `debug` or `obmen=debug`) changes the level.
fn start_logging(level: &str) {
    let filter = EnvFilter::try_from_env("OBMEN_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A file's name must not forge a line of the log, nor steer the terminal.
        .fmt_fields(
            debug_fn(|writer, field, value| {
                let text = one_line(&format!("{value:?}"));
                match field.name() {
                    "message" => write!(writer, "{text}"),
                    name => write!(writer, "{name}={text}"),
                }
            })
            .delimited(" "),
        )
        // Local time, as in the journal and in receipts.
        .with_timer(ChronoLocal::new("%Y-%m-%d %H:%M:%S".to_owned()))
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false);
    // Set already only where several commands share a process, as in tests.
    logging.try_init().unwrap_or_default();
}

/// Whose turn it is after an error.
fn exit_of(err: &anyhow::Error) -> Exit {
    use crate::pipeline::CarryError;
    use crate::shop::ShopError;
    let of_cause = |err: &(dyn std::error::Error + 'static)| {
        let of_shop = err.downcast_ref::<ShopError>().map(exit_of_shop);
        err.downcast_ref::<CarryError>()
            .map(exit_of_carry)
            .or(of_shop)
    };
    err.chain().find_map(of_cause).unwrap_or(Exit::Usage)
}

fn exit_of_carry(err: &crate::pipeline::CarryError) -> Exit {
    use crate::pipeline::CarryError;
    match err {
        CarryError::Shop(err) => exit_of_shop(err),
        CarryError::Settings(_) => Exit::Usage,
        CarryError::Guarded { .. } | CarryError::Unexplained { .. } | CarryError::OrdersFirst => {
            Exit::Attention
        }
        CarryError::Archive(_)
        | CarryError::File(_)
        | CarryError::Journal(_)
        | CarryError::Folder(_)
        | CarryError::Spool(_)
        | CarryError::Composed(_) => Exit::Attention,
    }
}

fn exit_of_shop(err: &crate::shop::ShopError) -> Exit {
    if matches!(err, crate::shop::ShopError::Address(_)) {
        Exit::Usage
    } else if err.is_temporary() || err.concerns_every_call() {
        Exit::Shop
    } else {
        Exit::Attention
    }
}
