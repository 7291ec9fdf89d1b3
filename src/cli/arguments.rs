//! The arguments of the commands, and their help in both languages.
//!
//! `help`, `about` and `value_name` are keys of texts here: the language is known only
//! when the program has begun, from `--language`, the configuration, or the system.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command as Clap, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::cli::output::Format;
use crate::cli::{config, shop};
use crate::wording::{Language, Wording, key};

/// Where the configuration is, unless it is said.
const CONFIG: &str = "obmen.toml";

#[derive(Debug, Parser)]
#[command(
    version,
    subcommand_precedence_over_arg = true,
    about = "help-about",
    after_help = "help-after"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[arg(value_name = "value-file", help = "help-files")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Common {
    #[arg(long, global = true, default_value = CONFIG, value_name = "value-file", help = "help-option-config")]
    pub(super) config: PathBuf,
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "value-format", help = "help-option-format")]
    pub(super) format: Format,
    #[arg(
        long,
        global = true,
        value_name = "value-name",
        help = "help-option-exchange"
    )]
    pub(super) exchange: Option<String>,
    #[arg(long, global = true, value_parser = ["ru", "en"], value_name = "value-language", help = "help-option-language")]
    pub(super) language: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    #[command(about = "help-run")]
    Run {
        #[arg(long, help = "help-run-once")]
        once: bool,
    },
    #[command(about = "help-send")]
    Send {
        #[arg(required = true, value_name = "value-file", help = "help-send-files")]
        files: Vec<PathBuf>,
        #[arg(long, help = "help-send-force")]
        force: bool,
    },
    #[command(about = "help-plan")]
    Plan {
        #[arg(required = true, value_name = "value-file", help = "help-plan-files")]
        files: Vec<PathBuf>,
        #[arg(long, help = "help-plan-offline")]
        offline: bool,
        #[arg(long, help = "help-only-counts")]
        summary: bool,
    },
    #[command(about = "help-read")]
    Read {
        #[arg(required = true, value_name = "value-file", help = "help-read-files")]
        files: Vec<PathBuf>,
        #[arg(long, help = "help-only-counts")]
        summary: bool,
    },
    #[command(about = "help-orders")]
    Orders {
        #[arg(long, value_name = "value-number", help = "help-orders-again")]
        again: Vec<u32>,
    },
    #[command(about = "help-products")]
    Products,
    #[command(about = "help-statuses")]
    Statuses,
    #[command(about = "help-categories")]
    Categories,
    #[command(about = "help-page")]
    Page {
        #[command(subcommand)]
        command: PageCommand,
    },
    #[command(about = "help-check")]
    Check {
        #[arg(long, help = "help-check-notice")]
        notice: bool,
    },
    #[command(about = "help-history")]
    History {
        #[arg(
            long,
            default_value_t = 20,
            value_name = "value-number",
            help = "help-history-limit"
        )]
        limit: u32,
    },
    #[command(about = "help-show")]
    Show {
        #[arg(value_name = "value-run", help = "help-run-number")]
        run: i64,
    },
    #[command(about = "help-retry")]
    Retry {
        #[arg(value_name = "value-run", help = "help-run-number")]
        run: i64,
    },
    #[command(about = "help-approve")]
    Approve {
        #[arg(value_name = "value-run", help = "help-run-number")]
        run: i64,
    },
    #[command(about = "help-reject")]
    Reject {
        #[arg(value_name = "value-run", help = "help-run-number")]
        run: i64,
    },
    #[command(about = "help-forget")]
    Forget {
        #[arg(value_name = "value-item", help = "help-forget-item")]
        item: String,
    },
    #[command(about = "help-init")]
    Init {
        #[arg(long, value_name = "value-url", help = "help-init-url")]
        url: Option<String>,
        #[arg(
            long,
            default_value = "",
            value_name = "value-name",
            help = "help-init-username"
        )]
        username: String,
        #[arg(long, value_name = "value-key", help = "help-init-key")]
        key: Option<String>,
        #[arg(long, help = "help-init-force")]
        force: bool,
    },
    #[command(about = "help-module")]
    Module {
        #[arg(
            default_value = ".",
            value_name = "value-dir",
            help = "help-module-dir"
        )]
        dir: PathBuf,
    },
    #[command(about = "help-shop")]
    Shop {
        #[arg(
            long,
            default_value = "127.0.0.1:8088",
            value_name = "value-address",
            help = "help-shop-listen"
        )]
        listen: std::net::SocketAddr,
        #[arg(long, value_enum, default_value_t = shop::ShopVersion::V30, value_name = "value-version", help = "help-shop-dialect")]
        dialect: shop::ShopVersion,
        #[arg(long, value_name = "value-file", help = "help-shop-state")]
        state: Option<PathBuf>,
        #[arg(
            long,
            default_value = "obmen",
            value_name = "value-name",
            help = "help-shop-username"
        )]
        username: String,
        #[arg(
            long,
            default_value = "demo-key",
            value_name = "value-key",
            help = "help-shop-key"
        )]
        key: String,
    },
    #[command(about = "help-demo")]
    Demo {
        #[arg(long, help = "help-demo-once")]
        once: bool,
        #[arg(
            long,
            default_value = ".",
            value_name = "value-dir",
            help = "help-demo-dir"
        )]
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PageCommand {
    #[command(about = "help-page-password")]
    Password,
}

impl Arguments {
    pub(super) fn parse_from(
        arguments: Vec<OsString>,
        words: &Wording,
    ) -> Result<Self, clap::Error> {
        let mut command = command(words);
        let matches = command.try_get_matches_from_mut(arguments)?;
        Self::from_arg_matches(&matches).map_err(|err| err.format(&mut command))
    }
}

/// What is spoken to whoever gives these arguments: it must be known before they are understood.
pub(super) fn language(arguments: &[OsString]) -> Language {
    let option = |name: &str| {
        let mut rest = arguments
            .iter()
            .skip(1)
            .take_while(|argument| *argument != "--");
        let with_value = format!("{name}=");
        while let Some(argument) = rest.next() {
            if *argument == name {
                return rest.next().cloned();
            }
            if let Some(value) = argument
                .to_str()
                .and_then(|it| it.strip_prefix(&with_value))
            {
                return Some(OsString::from(value));
            }
        }
        None
    };
    let said = option("--language");
    said.and_then(|name| Language::by_name(name.to_str()?))
        .unwrap_or_else(|| {
            let path = option("--config").unwrap_or_else(|| CONFIG.into());
            config::language(Path::new(&path))
        })
}

fn command(words: &Wording) -> Clap {
    let mut command = Arguments::command();
    // Adds the options and the command for help, which have texts, too.
    command.build();
    translated(command, words)
}

fn translated(command: Clap, words: &Wording) -> Clap {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
    let said = |key: &clap::builder::StyledStr| words.text(&key.to_string());
    let about = match command.get_name() {
        "help" => Some(words.text("help-command-help")),
        _ => command.get_about().map(said),
    };
    let after = command.get_after_help().map(said);
    let template = format!(
        "{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}",
        words.text("help-usage")
    );
    let mut command = command
        .mut_args(|arg| translated_arg(arg, words))
        .mut_subcommands(|command| translated(command, words))
        .subcommand_help_heading(words.text("help-commands"))
        .help_template(template);
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(after) = after {
        command = command.after_help(after);
    }
    let usage = value_names(&usage)
        .into_iter()
        .fold(usage.clone(), |usage, key| {
            usage.replace(&key, &words.text(&key))
        })
        .replace("[OPTIONS]", &words.text("help-usage-options"))
        .replace("COMMAND", &words.text("help-usage-command"));
    command.override_usage(usage)
}

/// The keys of texts among the words of a usage.
fn value_names(usage: &str) -> Vec<String> {
    let words = usage.split(|c: char| !(c.is_ascii_lowercase() || c == '-'));
    let names = words.filter(|word| word.starts_with("value-"));
    names.map(str::to_owned).collect()
}

fn translated_arg(arg: Arg, words: &Wording) -> Arg {
    let text = match arg.get_id().as_str() {
        "help" => Some(words.text("help-option-help")),
        "version" => Some(words.text("help-option-version")),
        "subcommand" => Some(words.text("help-command-help")),
        _ => arg.get_help().map(|key| words.text(&key.to_string())),
    };
    let mut text = text.unwrap_or_default();
    let mut note = |key: &str, values: Vec<String>| {
        if !values.is_empty() && values != [""] {
            text.push(' ');
            text.push_str(&words.fill(key, &[("value", values.join(", ").into())]));
        }
    };
    if arg.get_action().takes_values() {
        let defaults = arg.get_default_values().iter();
        note(
            key("help-default"),
            defaults
                .map(|one| one.to_string_lossy().into_owned())
                .collect(),
        );
        let possible = arg.get_possible_values();
        note(
            key("help-possible"),
            possible
                .iter()
                .map(|one| one.get_name().to_owned())
                .collect(),
        );
    }
    let heading = words.text(if arg.is_positional() {
        key("help-arguments")
    } else {
        key("help-options")
    });
    let names: Vec<String> = arg
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .filter(|name| name.starts_with("value-"))
        .map(|name| words.text(name))
        .collect();
    let arg = arg
        .help(text)
        .help_heading(heading)
        .hide_default_value(true)
        .hide_possible_values(true);
    if names.is_empty() {
        arg
    } else {
        arg.value_names(names)
    }
}

/// What is wrong with the arguments; `None`: in clap's own words, which are English.
pub(super) fn fault(err: &clap::Error, words: &Wording) -> Option<String> {
    if words.language() == Language::English || !err.use_stderr() {
        return None;
    }
    let context = |kind| match err.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(_) | None => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let why = match err.kind() {
        ErrorKind::UnknownArgument => {
            words.fill("usage-unknown-argument", &[("argument", argument.into())])
        }
        ErrorKind::MissingRequiredArgument => {
            words.fill("usage-missing-argument", &[("argument", argument.into())])
        }
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue).is_empty() => {
            words.fill("usage-no-value", &[("argument", argument.into())])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => words.fill(
            "usage-bad-value",
            &[
                ("argument", argument.into()),
                ("value", context(ContextKind::InvalidValue).into()),
            ],
        ),
        ErrorKind::ArgumentConflict => words.fill("usage-twice", &[("argument", argument.into())]),
        ErrorKind::InvalidSubcommand => words.fill(
            "usage-unknown-command",
            &[("command", context(ContextKind::InvalidSubcommand).into())],
        ),
        // Nothing that these arguments can lead to.
        _ => return None,
    };
    Some(format!("{why}\n{}", words.text("usage-see-help")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str) -> &'static Wording {
        Language::by_name(name).unwrap().words()
    }

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
        for language in Language::ALL {
            command(language.words()).debug_assert();
        }
    }

    #[test]
    fn files_alone_are_carried() {
        let arguments = ["obmen", "a.xml", "b.csv", "--config", "c.toml"];
        let arguments = arguments.map(OsString::from).to_vec();
        let arguments = Arguments::parse_from(arguments, words("en")).unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.files.len(), 2);
    }

    #[test]
    fn the_language_is_known_before_the_arguments_are() {
        for (arguments, name) in [
            (vec!["obmen", "--language", "ru", "--wrong"], "ru"),
            (vec!["obmen", "run", "--language=en"], "en"),
        ] {
            let arguments: Vec<OsString> = arguments.into_iter().map(OsString::from).collect();
            assert_eq!(language(&arguments), Language::by_name(name).unwrap());
        }
    }

    /// A key that has stayed one would be seen.
    #[test]
    fn every_help_is_a_text() {
        fn look(command: &mut Clap) {
            let help = command.render_long_help().to_string();
            for mark in ["help-", "value-"] {
                assert!(!help.contains(mark), "{help}");
            }
            for command in command.get_subcommands_mut() {
                look(command);
            }
        }
        for language in Language::ALL {
            look(&mut command(language.words()));
        }
    }

    #[test]
    fn a_mistake_is_told_in_russian_too() {
        for (arguments, named) in [
            (vec!["run", "--wrong"], "`--wrong`"),
            (vec!["retry", "x"], "`x`"),
            (vec!["plan"], "ФАЙЛ"),
            (vec!["--format", "xml"], "`xml`"),
            (vec!["--config"], "--config"),
        ] {
            let arguments = std::iter::once("obmen").chain(arguments);
            let arguments = arguments.map(OsString::from).collect();
            let err = Arguments::parse_from(arguments, words("ru")).unwrap_err();
            let told = fault(&err, words("ru")).unwrap();
            assert!(told.contains(named), "{told}");
        }
    }
}
