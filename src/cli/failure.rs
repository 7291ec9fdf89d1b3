//! Why a command did not succeed, told cause by cause in the language of its reader.

use std::error::Error;
use std::fmt;

use crate::dashboard::{BadPassword, ConfigError, DashboardError};
use crate::demo_shop::DemoShopError;
use crate::folders::{FolderError, LockError};
use crate::formats::FileError;
use crate::journal::JournalError;
use crate::notices::WebhookError;
use crate::pipeline::{CarryError, DecisionError};
use crate::shop::ShopError;
use crate::wording::{Message, Worded, Wording, message};

/// What was being done when something went wrong below.
#[derive(Debug)]
struct Failure {
    message: Message,
    cause: anyhow::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.cause.as_ref())
    }
}

/// As `anyhow::Context`, but in both languages.
pub(super) trait Because<T> {
    fn because(self, message: impl FnOnce() -> Message) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> Because<T> for Result<T, E> {
    fn because(self, message: impl FnOnce() -> Message) -> anyhow::Result<T> {
        self.map_err(|cause| {
            let cause = cause.into();
            let message = message();
            anyhow::Error::new(Failure { message, cause })
        })
    }
}

impl<T> Because<T> for Option<T> {
    fn because(self, message: impl FnOnce() -> Message) -> anyhow::Result<T> {
        self.ok_or_else(|| anyhow::Error::new(message()))
    }
}

/// An option whose value is none of those that it can have.
pub(super) fn choice(option: &str, value: &str, known: &[&str]) -> Message {
    let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
    message!(
        "config-choice",
        option = option,
        value = value,
        known = known.join(", ")
    )
}

/// `in the configuration: `shop.key` is missing`: from what was done to the innermost cause.
pub(super) fn text_of(err: &anyhow::Error, words: &Wording) -> String {
    whole(err).text(words)
}

/// The same as one message.
pub(super) fn whole(err: &anyhow::Error) -> Message {
    let mut messages: Vec<Message> = err.chain().map(message_of).collect();
    let Some(mut whole) = messages.pop() else {
        return Message::plain("");
    };
    while let Some(message) = messages.pop() {
        whole = message!("because", message = message, why = whole);
    }
    whole
}

/// What a library says stands as it is.
fn message_of(err: &(dyn Error + 'static)) -> Message {
    if let Some(message) = err.downcast_ref::<Message>() {
        return message.clone();
    }
    if let Some(failure) = err.downcast_ref::<Failure>() {
        return failure.message.clone();
    }
    worded::<CarryError>(err)
        .or_else(|| worded::<ShopError>(err))
        .or_else(|| worded::<JournalError>(err))
        .or_else(|| worded::<FolderError>(err))
        .or_else(|| worded::<LockError>(err))
        .or_else(|| worded::<DecisionError>(err))
        .or_else(|| worded::<FileError>(err))
        .or_else(|| worded::<DashboardError>(err))
        .or_else(|| worded::<BadPassword>(err))
        .or_else(|| worded::<ConfigError>(err))
        .or_else(|| worded::<WebhookError>(err))
        .or_else(|| worded::<DemoShopError>(err))
        .unwrap_or_else(|| Message::plain(err.to_string()))
}

fn worded<E: Worded + Error + 'static>(err: &(dyn Error + 'static)) -> Option<Message> {
    err.downcast_ref::<E>().map(Worded::message)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;
    use crate::wording::Language;

    #[test]
    fn every_cause_is_told_in_the_language_of_the_reader() {
        let err: Result<(), _> = Err(CarryError::Shop(ShopError::NotOpenCart));
        let err = err.because(|| message!("why-by-person"));
        let err = err.because(|| message!("file-empty")).unwrap_err();
        assert_eq!(
            text_of(&err, Language::Russian.words()),
            "файл пуст: отклонён человеком: по этому адресу нет API OpenCart: проверьте `url`"
        );
        assert_eq!(text_of(&err, Language::English.words()), format!("{err:#}"));
    }

    #[test]
    fn a_cause_is_told_once() {
        let io = || io::Error::other("on fire");
        let path = PathBuf::from("j.sqlite.lock");
        let errors: [anyhow::Error; 3] = [
            LockError::Io { path, reason: io() }.into(),
            CarryError::Spool(io()).into(),
            CarryError::Composed(io()).into(),
        ];
        for err in errors {
            for language in [Language::Russian, Language::English] {
                let text = text_of(&err, language.words());
                assert_eq!(text.matches("on fire").count(), 1, "{text}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_told_by_itself() {
        let err = None::<()>.because(|| message!("file-empty")).unwrap_err();
        assert_eq!(
            text_of(&err, Language::English.words()),
            "the file is empty"
        );
    }
}
