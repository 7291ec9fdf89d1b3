//! What a person reads, in Russian and in English; codes for programs stay English and are not here.
//!
//! The texts are Project Fluent files in the binary: plurals are theirs, not the
//! code's. A test keeps both languages complete and every key used. What is decided
//! in one place and read in another travels as a [`Message`].

mod message;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

pub(crate) use message::message;
pub use message::{Arg, Message, Worded};

/// A language that the texts exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    Russian,
    #[default]
    English,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Russian, Self::English];

    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == name)
    }

    /// As in the configuration, and as a page says of itself.
    pub fn code(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::English => "en",
        }
    }

    /// What the system speaks to its user; English where it says nothing.
    pub fn of_system() -> Self {
        sys_locale::get_locale().map_or(Self::English, |locale| Self::of_locale(&locale))
    }

    /// Russian also for those who read it beside their own language.
    fn of_locale(locale: &str) -> Self {
        let language = locale.split(['-', '_', '.']).next().unwrap_or_default();
        match language {
            "ru" | "be" | "kk" | "ky" => Self::Russian,
            _ => Self::English,
        }
    }

    pub fn words(self) -> &'static Wording {
        match self {
            Self::Russian => &RUSSIAN,
            Self::English => &ENGLISH,
        }
    }
}

/// The texts of a language, cut by who says them.
macro_rules! texts {
    ($language:literal) => {
        [
            include_str!(concat!($language, "/reasons.ftl")),
            include_str!(concat!($language, "/errors.ftl")),
            include_str!(concat!($language, "/cli.ftl")),
            include_str!(concat!($language, "/page.ftl")),
        ]
    };
}

const RU: [&str; 4] = texts!("ru");
const EN: [&str; 4] = texts!("en");

static RUSSIAN: LazyLock<Wording> = LazyLock::new(|| Wording::new(Language::Russian, RU));
static ENGLISH: LazyLock<Wording> = LazyLock::new(|| Wording::new(Language::English, EN));

/// The texts of one language.
pub struct Wording {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wording").field(&self.language).finish()
    }
}

/// What a text is filled in with.
pub type Value<'a> = FluentValue<'a>;

impl Wording {
    fn new(language: Language, sources: [&str; 4]) -> Self {
        // Decides the plurals; both codes are well formed.
        let id = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Marks of direction around each value would end up in files and searches.
        bundle.set_use_isolating(false);
        for source in sources {
            // A test reads all files without a fault; what can be read is used all the same.
            let resource = match FluentResource::try_new(source.to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
        }
        Self { language, bundle }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// A text without values.
    pub fn text(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// A text with values: numbers choose their plural.
    pub fn fill(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        let args: FluentArgs<'_> = values
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        self.format(key, &args).unwrap_or_else(|| key.to_owned())
    }

    /// `None`: there is no such text.
    fn format(&self, key: &str, args: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut faults);
        Some(text.into_owned())
    }
}

/// Marks a key that is handed on before it becomes a text, so that the test sees it.
pub const fn key(key: &'static str) -> &'static str {
    key
}
