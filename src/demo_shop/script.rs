//! How a PHP script speaks and ends: warnings in front of the answer, an
//! exception in place of it, or a redirect.

use serde_json::{Map, Value, json};

use super::Dialect;
use super::reply::{self, PHP_TEXT, Reply};
use super::sql::SqlError;

/// Why a script stopped before its end.
#[derive(Debug)]
pub(super) enum Halt {
    Sql(SqlError),
    /// An error that PHP cannot go on from.
    Died {
        message: String,
        file: &'static str,
        line: u32,
    },
    /// 4.0 with the error display off sends the client away at the first warning.
    SentAway,
    /// The server was stopped in the middle of the work.
    Stopped,
}

pub(super) type Step<T = ()> = Result<T, Halt>;

/// What reaches the client.
pub(super) enum Ending {
    Answered(Reply),
    Stopped,
}

/// One run of the module.
pub(super) struct Script {
    dialect: Dialect,
    error_display: bool,
    printed: String,
    reply: Map<String, Value>,
}

impl Script {
    pub(super) fn new(dialect: Dialect, error_display: bool) -> Script {
        let mut reply = Map::new();
        reply.insert("error".to_owned(), json!(""));
        Script {
            dialect,
            error_display,
            printed: String::new(),
            reply,
        }
    }

    pub(super) fn set(&mut self, key: &str, value: Value) {
        self.reply.insert(key.to_owned(), value);
    }

    pub(super) fn warn(&mut self, message: &str, file: &str, line: u32) -> Step {
        self.print("Warning", message, file, line)
    }

    /// OpenCart's error handler knows the level of a deprecation only as `Unknown`.
    pub(super) fn deprecated(&mut self, message: &str, file: &str, line: u32) -> Step {
        self.print("Unknown", message, file, line)
    }

    fn print(&mut self, level: &str, message: &str, file: &str, line: u32) -> Step {
        match (self.error_display, self.dialect) {
            (true, _) => {
                self.printed
                    .push_str(&reply::notice(level, message, file, line));
                Ok(())
            }
            (false, Dialect::V23 | Dialect::V30) => Ok(()),
            (false, Dialect::V40 | Dialect::V41) => Err(Halt::SentAway),
        }
    }

    pub(super) fn end(mut self, outcome: Step) -> Ending {
        Ending::Answered(match outcome {
            Ok(()) => self.answer(),
            Err(Halt::Sql(error)) => self.end_with_sql_error(&error),
            Err(Halt::Died {
                message,
                file,
                line,
            }) => self.die(&message, file, line),
            Err(Halt::SentAway) => sent_away(),
            Err(Halt::Stopped) => return Ending::Stopped,
        })
    }

    /// The `catch` of the 4.x module names a class that does not exist there, so it catches nothing.
    fn end_with_sql_error(&mut self, error: &SqlError) -> Reply {
        const DRIVER: &str = "system/library/db/mysqli.php";
        let text = reply::database_error(error, self.dialect);
        match self.dialect {
            Dialect::V40 | Dialect::V41 => return self.die(&text, DRIVER, 76),
            Dialect::V30 if self.error_display => {
                let SqlError {
                    state,
                    number,
                    message,
                    ..
                } = error;
                let message = format!("mysqli::query(): ({state}/{number}): {message}");
                self.printed
                    .push_str(&reply::notice("Warning", &message, DRIVER, 25));
            }
            Dialect::V30 | Dialect::V23 => {}
        }
        self.set("error", json!(text));
        self.answer()
    }

    fn die(&self, message: &str, file: &str, line: u32) -> Reply {
        let text = match self.dialect {
            Dialect::V23 | Dialect::V30 => reply::fatal(message, file, line),
            Dialect::V40 | Dialect::V41 if !self.error_display => return sent_away(),
            Dialect::V40 | Dialect::V41 => reply::uncaught(message, file, line),
        };
        Reply::new(200, PHP_TEXT, text).with_prefix(&self.printed)
    }

    fn answer(&mut self) -> Reply {
        Reply::json(&Value::Object(self.reply.clone())).with_prefix(&self.printed)
    }
}

fn sent_away() -> Reply {
    Reply::redirect(302, "error.html")
}
