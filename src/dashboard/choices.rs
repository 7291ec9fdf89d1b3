//! What an operator chooses on the page, and the configuration file that keeps it.

use std::fmt;

use thiserror::Error;

use crate::pipeline::ExchangeSettings;
use crate::wording::{Message, Worded, message};

/// One choice, as it is to stand in the configuration. Statuses and categories of
/// the shop are named by name or by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Orders in these statuses are new to 1C.
    NewOrders(Vec<String>),
    /// What an order becomes of which 1C says this; `None`: nothing.
    Status {
        said: String,
        status: Option<String>,
    },
    /// Where new goods go.
    Category(Option<String>),
    /// Whether the groups of 1C become categories.
    CategoryTree(bool),
    PriceType(Option<String>),
    /// None: all count.
    Warehouses(Vec<String>),
}

/// What the file says now.
#[derive(Debug, Clone)]
pub struct Written {
    /// Of the very text; another text has another one.
    pub mark: String,
    pub settings: ExchangeSettings,
}

/// Why nothing was saved.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum ConfigError {
    Changed,
    Refused(Message),
}

impl Worded for ConfigError {
    fn message(&self) -> Message {
        match self {
            Self::Changed => message!("mapping-changed"),
            Self::Refused(why) => why.clone(),
        }
    }
}

/// The configuration file, which belongs to the commands.
pub trait ConfigFile: fmt::Debug + Send + Sync {
    /// What it is called.
    fn name(&self) -> String;

    fn read(&self, exchange: &str) -> Result<Written, ConfigError>;

    /// Saves these choices and nothing else, unless the text has another `mark` by
    /// now. Returns what the file says then.
    fn save(
        &self,
        exchange: &str,
        choices: &[Choice],
        mark: &str,
    ) -> Result<ExchangeSettings, ConfigError>;
}
