//! One thing that can be said to a person: a code that stays, and what fills its text in.
//!
//! A reason is decided in one place and read in another: in a receipt, on the page,
//! next year in the journal, in either language. So it travels as a code with its
//! values, and becomes a sentence where somebody reads it.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;

use fluent_bundle::FluentArgs;
use serde_json::{Map, Value as Json, json};

use crate::wording::{Language, Value, Wording};

/// Before a code in the journal; no sentence of an earlier version begins with it.
const MARK: char = '%';

/// Between the messages of a list.
const SEPARATOR: &str = "; ";

/// What is to be said, in no language yet. Made by `message!`.
///
/// `Display` says it in English, as the log and scripts have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Stands as it is: values, and what a library or an earlier version has said.
    Plain(String),
    Coded {
        code: Cow<'static, str>,
        args: Vec<(Cow<'static, str>, Arg)>,
    },
}

/// What a text is filled in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    Text(String),
    /// Chooses the plural.
    Number(u64),
    /// Said in the language of the whole.
    Message(Message),
    List(Vec<Message>),
}

/// An error that a person can read in the own language.
pub trait Worded {
    fn message(&self) -> Message;
}

/// A message of this code, whose text stands in the files of both languages:
/// `message!("why-changed", old = old, new = new)`. A test compares code and names.
macro_rules! message {
    ($code:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::wording::Message::coded(
            $code,
            vec![$((stringify!($name), $crate::wording::Arg::from($value))),*],
        )
    };
}
pub(crate) use message;

impl Message {
    pub fn plain(text: impl Into<String>) -> Self {
        Self(Kind::Plain(text.into()))
    }

    /// For `message!` alone, where the test finds the code.
    /// Without values nothing is allocated.
    pub(crate) fn coded(code: &'static str, args: Vec<(&'static str, Arg)>) -> Self {
        let args = args
            .into_iter()
            .map(|(name, arg)| (Cow::Borrowed(name), arg));
        Self(Kind::Coded {
            code: Cow::Borrowed(code),
            args: args.collect(),
        })
    }

    /// Our own word where the error carries one, else the system's.
    pub fn of_io(err: &io::Error) -> Self {
        let own = err.get_ref().and_then(|own| own.downcast_ref::<Self>());
        own.cloned().unwrap_or_else(|| Self::plain(err.to_string()))
    }

    /// A name that scripts can rely on, if it has one.
    pub fn code(&self) -> Option<&str> {
        match &self.0 {
            Kind::Plain(_) => None,
            Kind::Coded { code, .. } => Some(code),
        }
    }

    /// What fills the text in, for scripts.
    pub fn args(&self) -> Json {
        match &self.0 {
            Kind::Plain(_) => json!({}),
            Kind::Coded { args, .. } => json_args(args),
        }
    }

    pub fn text(&self, words: &Wording) -> String {
        self.shown(words).into_owned()
    }

    /// The same without a copy of what stands as it is.
    pub fn shown(&self, words: &Wording) -> Cow<'_, str> {
        let (code, args) = match &self.0 {
            Kind::Plain(text) => return Cow::Borrowed(text),
            Kind::Coded { code, args } => (code, args),
        };
        let args: FluentArgs<'_> = args
            .iter()
            .map(|(name, arg)| (&**name, arg.value(words)))
            .collect();
        // A newer version's code is all that this one can say of it.
        match words.format(code, &args) {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(code),
        }
    }

    /// For the journal: short where it is frequent.
    pub fn stored(&self) -> Cow<'_, str> {
        match &self.0 {
            Kind::Plain(text) if text.starts_with(MARK) => {
                Cow::Owned(format!("{MARK}{}", json!({ "text": text })))
            }
            Kind::Plain(text) => Cow::Borrowed(text),
            Kind::Coded { code, args } if args.is_empty() => Cow::Owned(format!("{MARK}{code}")),
            Kind::Coded { code, args } => Cow::Owned(format!("{MARK}{code}{}", json_args(args))),
        }
    }

    /// What [`stored`](Self::stored) has made, or an earlier version's sentence.
    pub fn restored(text: String) -> Self {
        match text.strip_prefix(MARK).and_then(coded_from) {
            Some(message) => message,
            None => Self::plain(text),
        }
    }

    fn json(&self) -> Json {
        match &self.0 {
            Kind::Plain(text) => json!(text),
            Kind::Coded { code, args } if args.is_empty() => json!({ "reason": code }),
            Kind::Coded { code, args } => json!({ "reason": code, "args": json_args(args) }),
        }
    }

    fn from_json(value: Json) -> Option<Self> {
        match value {
            Json::String(text) => Some(Self::plain(text)),
            Json::Object(mut object) => {
                let Some(Json::String(code)) = object.remove("reason") else {
                    return None;
                };
                let args = match object.remove("args") {
                    Some(Json::Object(args)) => args_from(args)?,
                    Some(_) => return None,
                    None => Vec::new(),
                };
                let code = Cow::Owned(code);
                Some(Self(Kind::Coded { code, args }))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => None,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English.words()))
    }
}

/// So that an error of the system can carry it.
impl Error for Message {}

impl Arg {
    fn value(&self, words: &Wording) -> Value<'_> {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Number(n) => Value::from(*n),
            Self::Message(message) => Value::from(message.text(words)),
            Self::List(list) => {
                let texts: Vec<String> = list.iter().map(|one| one.text(words)).collect();
                Value::from(texts.join(SEPARATOR))
            }
        }
    }

    fn json(&self) -> Json {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(n) => json!(n),
            Self::Message(message) => message.json(),
            Self::List(list) => Json::Array(list.iter().map(Message::json).collect()),
        }
    }

    fn from_json(value: Json) -> Option<Self> {
        match value {
            Json::String(text) => Some(Self::Text(text)),
            Json::Number(n) => n.as_u64().map(Self::Number),
            Json::Array(list) => {
                let list = list.into_iter().map(Message::from_json);
                list.collect::<Option<_>>().map(Self::List)
            }
            Json::Object(_) => Message::from_json(value).map(Self::Message),
            Json::Null | Json::Bool(_) => None,
        }
    }
}

/// `why-no-article`, or a code with its values, or a text that only looks like one.
fn coded_from(stored: &str) -> Option<Message> {
    let (code, args) = stored.split_at(stored.find('{').unwrap_or(stored.len()));
    let mut args = match args {
        "" => Map::new(),
        json => serde_json::from_str(json).ok()?,
    };
    if code.is_empty() {
        let Some(Json::String(text)) = args.remove("text") else {
            return None;
        };
        return Some(Message::plain(text));
    }
    let is_code = code
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let args = args_from(args).filter(|_| is_code)?;
    let code = Cow::Owned(code.to_owned());
    Some(Message(Kind::Coded { code, args }))
}

fn json_args(args: &[(Cow<'static, str>, Arg)]) -> Json {
    let args = args
        .iter()
        .map(|(name, arg)| (name.to_string(), arg.json()));
    Json::Object(args.collect())
}

fn args_from(args: Map<String, Json>) -> Option<Vec<(Cow<'static, str>, Arg)>> {
    let args = args
        .into_iter()
        .map(|(name, value)| Some((Cow::Owned(name), Arg::from_json(value)?)));
    args.collect()
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Arg {
    fn from(n: u64) -> Self {
        Self::Number(n)
    }
}

impl From<u32> for Arg {
    fn from(n: u32) -> Self {
        Self::Number(n.into())
    }
}

impl From<usize> for Arg {
    fn from(n: usize) -> Self {
        Self::Number(u64::try_from(n).unwrap_or(u64::MAX))
    }
}

impl From<Message> for Arg {
    fn from(message: Message) -> Self {
        match message.0 {
            Kind::Plain(text) => Self::Text(text),
            Kind::Coded { .. } => Self::Message(message),
        }
    }
}

impl From<Vec<Message>> for Arg {
    fn from(list: Vec<Message>) -> Self {
        Self::List(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested() -> Message {
        let part = message!("why-no-order");
        let list = vec![part.clone(), Message::plain("%that")];
        Message::coded(
            "test-code",
            vec![
                ("text", "ЧАЙ \"100\" {".into()),
                ("n", 7_u64.into()),
                ("cause", part.into()),
                ("list", list.into()),
            ],
        )
    }

    #[test]
    fn what_the_journal_holds_comes_back() {
        for message in [
            message!("why-no-article"),
            nested(),
            Message::plain("10.00 → 12.00"),
            Message::plain("%why-no-article"),
            Message::plain("%{\"text\":1}"),
            Message::plain(""),
        ] {
            let stored = message.stored().into_owned();
            assert_eq!(Message::restored(stored.clone()), message, "{stored}");
        }
    }

    #[test]
    fn a_frequent_reason_is_short() {
        assert_eq!(message!("why-no-article").stored(), "%why-no-article");
    }

    #[test]
    fn what_is_no_message_stands_as_it_is() {
        for text in [
            "the shop said no",
            "%",
            "% 5",
            "%Code",
            "%code{",
            "%code{\"a\":null}",
            "%{}",
        ] {
            let message = Message::restored(text.to_owned());
            assert_eq!(
                (message.code(), message.to_string()),
                (None, text.to_owned())
            );
        }
    }

    #[test]
    fn a_message_speaks_the_language_of_its_reader() {
        let whole = message!("receipt-rejected", why = message!("why-no-order"));
        assert_eq!(whole.to_string(), "REJECTED: the shop has no such order");
        let ru = whole.text(Language::Russian.words());
        assert_eq!(ru, "ОТКЛОНЁН: в магазине нет такого заказа");
    }

    #[test]
    fn a_code_of_a_newer_version_is_shown_itself() {
        let message = Message::restored("%of-a-newer-version".to_owned());
        assert_eq!(message.to_string(), "of-a-newer-version");
    }
}
