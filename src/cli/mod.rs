//! The commands: arguments, configuration, wiring, what is printed.
//!
//! No rule of the trade here. The commands, their options and the exit codes are
//! a contract: schedulers and scripts depend on them.

mod check;
mod choices;
mod config;
mod demo;
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
mod send;
mod shop;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::fmt::time::ChronoLocal;

use self::output::{Format, Out};
use crate::domain::shown::one_line;
use crate::pipeline::Caution;

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

/// Carries stock, prices, goods and orders between 1C and OpenCart shops through folders.
#[derive(Debug, Parser)]
#[command(
    version,
    subcommand_precedence_over_arg = true,
    after_help = "Without a command: `obmen FILE…` carries these files, `obmen` alone runs the service.\n\
                  Exit codes: 0 all applied, 1 something was rejected, held or left for a person,\n\
                  2 usage or configuration, 3 the shop could not be reached or refuses us."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: Common,
    /// Files to carry now, left where they are.
    files: Vec<PathBuf>,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
struct Common {
    /// The configuration.
    #[arg(long, global = true, default_value = "obmen.toml", value_name = "FILE")]
    config: PathBuf,
    /// How facts are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Only this exchange, where the configuration has several.
    #[arg(long, global = true, value_name = "NAME")]
    exchange: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watches the inbox and asks for orders on its schedule, until Ctrl-C
    Run {
        /// One pass, then exit: for a scheduler
        #[arg(long)]
        once: bool,
    },
    /// Carries these files now, leaving them where they are
    Send {
        /// Files to carry
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Send what guard rails or newer files forbid, too
        #[arg(long)]
        force: bool,
    },
    /// Shows what would be sent and why, sending nothing
    Plan {
        /// Files to look at
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Compare with the journal alone, without asking the shop
        #[arg(long)]
        offline: bool,
        /// Only the counts
        #[arg(long)]
        summary: bool,
    },
    /// Shows what files state; needs no configuration and no network
    Read {
        /// Files to read
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only the counts
        #[arg(long)]
        summary: bool,
    },
    /// Fetches new orders into the outbox now
    Orders {
        /// Write this order once more, whatever became of it before
        #[arg(long, value_name = "N")]
        again: Vec<u32>,
    },
    /// Fetches the product list into the outbox now
    Products,
    /// Fetches the order statuses into the outbox now
    Statuses,
    /// Fetches the categories into the outbox now
    Categories,
    /// The page of the running service
    Page {
        #[command(subcommand)]
        command: PageCommand,
    },
    /// Looks whether everything is in order, and says what to do where it is not
    Check {
        /// Send a test notice to where notices go, too
        #[arg(long)]
        notice: bool,
    },
    /// Lists the latest runs
    History {
        /// How many, the latest first
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Shows one run and its rows to look at (every row with `--format json`)
    Show {
        /// Its number, as `history` lists it
        run: i64,
    },
    /// Puts the file of a held, rejected or waiting run back into the inbox
    Retry {
        /// Its number, as `history` lists it
        run: i64,
    },
    /// Lets a held run do what the guard rails stopped it from
    Approve {
        /// Its number, as `history` lists it
        run: i64,
    },
    /// Moves the file of a held run to `rejected`
    Reject {
        /// Its number, as `history` lists it
        run: i64,
    },
    /// Takes the article from a product that 1C does not have any more
    Forget {
        /// Its Ид in 1C, as a receipt names it
        item: String,
    },
    /// Writes a configuration with every option explained
    Init {
        /// The shop's address: asks it for its statuses and categories
        #[arg(long)]
        url: Option<String>,
        /// The API user
        #[arg(long, default_value = "")]
        username: String,
        /// The API key; better given by the environment variable `OBMEN_SHOP_KEY`
        #[arg(long)]
        key: Option<String>,
        /// Replace an existing file
        #[arg(long)]
        force: bool,
    },
    /// Writes the module for the shop: one PHP file, and a package for the installer of OpenCart 3.0
    Module {
        /// Where to
        #[arg(default_value = ".", value_name = "DIR")]
        dir: PathBuf,
    },
    /// Runs the embedded shop alone
    Shop {
        /// Address and port
        #[arg(long, default_value = "127.0.0.1:8088")]
        listen: std::net::SocketAddr,
        /// The version whose answers it gives
        #[arg(long, value_enum, default_value_t = shop::ShopVersion::V30)]
        dialect: shop::ShopVersion,
        /// Keep the shop's state in this file
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        /// The API user that it lets in
        #[arg(long, default_value = "obmen")]
        username: String,
        /// The key of that user
        #[arg(long, default_value = "demo-key")]
        key: String,
    },
    /// Shows one whole cycle with the embedded shop and the samples, then keeps running
    Demo {
        /// End after the cycle
        #[arg(long)]
        once: bool,
        /// Where `inbox` and `outbox` are
        #[arg(long, default_value = ".", value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum PageCommand {
    /// Reads a password from standard input, and prints the line for the configuration
    Password,
}

/// Runs the program with these arguments.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(err) => {
            let exit = if err.use_stderr() {
                Exit::Usage
            } else {
                Exit::Fine
            };
            // Nobody is left to tell if this cannot be printed.
            err.print().unwrap_or_default();
            return ExitCode::from(exit.code());
        }
    };
    let words = config::language(&arguments.common.config).words();
    let mut out = Out::stdout(arguments.common.format, words);
    let exit = match dispatch(arguments, &mut out) {
        Ok(exit) => exit,
        Err(err) => {
            out.failure(&format!("{err:#}"));
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
        None => send::send(&common, &files, Caution::Heeded, out),
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
    if let Some(err) = err.downcast_ref::<CarryError>() {
        return exit_of_carry(err);
    }
    if let Some(err) = err.downcast_ref::<ShopError>() {
        return exit_of_shop(err);
    }
    Exit::Usage
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
        | CarryError::Spool(_) => Exit::Attention,
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn files_alone_are_carried() {
        let arguments =
            Arguments::try_parse_from(["obmen", "a.xml", "b.csv", "--config", "c.toml"]).unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.files.len(), 2);
    }
}
