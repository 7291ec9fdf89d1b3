//! What a person reads, in Russian and in English; codes for programs stay English and are not here.
//!
//! The texts are Project Fluent files in the binary: plurals are theirs, not the
//! code's. A test keeps both files complete and every key used.

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

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

static RUSSIAN: LazyLock<Wording> =
    LazyLock::new(|| Wording::new(Language::Russian, include_str!("ru.ftl")));
static ENGLISH: LazyLock<Wording> =
    LazyLock::new(|| Wording::new(Language::English, include_str!("en.ftl")));

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
    fn new(language: Language, source: &str) -> Self {
        // Decides the plurals; both codes are well formed.
        let id = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Marks of direction around each value would end up in files and searches.
        bundle.set_use_isolating(false);
        // A test reads both files without a fault; what can be read is used all the same.
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
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
        let pattern = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value());
        let Some(pattern) = pattern else {
            return key.to_owned();
        };
        let args: FluentArgs<'_> = values
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        let mut faults = Vec::new();
        self.bundle
            .format_pattern(pattern, Some(&args), &mut faults)
            .into_owned()
    }
}

/// Marks a key that is handed on before it becomes a text, so that the test sees it.
pub const fn key(key: &'static str) -> &'static str {
    key
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Key to the names of its values.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut messages = BTreeMap::new();
        let mut last = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                name.clone_into(&mut last);
                let earlier = messages.insert(last.clone(), BTreeSet::new());
                assert!(earlier.is_none(), "`{last}` stands twice");
            }
            for found in line.split('$').skip(1) {
                let end = found
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
                    .unwrap_or(found.len());
                let values = messages.get_mut(&last).unwrap();
                values.insert(found[..end].to_owned());
            }
        }
        messages
    }

    fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rust_files(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }

    /// The code that is not a test.
    fn code() -> String {
        let mut files = Vec::new();
        rust_files(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut files,
        );
        let texts = files.iter().map(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.split("#[cfg(test)]").next().unwrap().to_owned()
        });
        texts.collect()
    }

    /// Keys that the code asks for, with the values that it gives where that can be seen.
    fn asked_for(code: &str) -> Vec<(String, Option<BTreeSet<String>>)> {
        let mut asked = Vec::new();
        for (call, has_values) in [("text(", false), ("key(", false), ("fill(", true)] {
            for (at, found) in code.match_indices(call) {
                let rest = code[at + found.len()..].trim_start();
                let Some((key, rest)) = rest.strip_prefix('"').and_then(|r| r.split_once('"'))
                else {
                    continue;
                };
                let is_key = key.contains('-')
                    && key
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                if !is_key {
                    continue;
                }
                let values = match call {
                    "key(" => None,
                    _ if !has_values => Some(BTreeSet::new()),
                    _ => {
                        let list = rest.split_once("&[").unwrap().1;
                        let end = list.find(']').unwrap();
                        let names = list[..end].split("(\"").skip(1);
                        let names =
                            names.filter_map(|name| Some(name.split_once("\",")?.0.to_owned()));
                        Some(names.collect())
                    }
                };
                asked.push((key.to_owned(), values));
            }
        }
        asked
    }

    #[test]
    fn both_files_are_whole_and_say_the_same_things() {
        for source in [include_str!("ru.ftl"), include_str!("en.ftl")] {
            FluentResource::try_new(source.to_owned())
                .map_err(|(_, faults)| faults)
                .unwrap();
        }
        let (ru, en) = (
            messages(include_str!("ru.ftl")),
            messages(include_str!("en.ftl")),
        );
        let keys = |of: &BTreeMap<String, _>| of.keys().cloned().collect::<BTreeSet<_>>();
        let apart: Vec<_> = keys(&ru)
            .symmetric_difference(&keys(&en))
            .cloned()
            .collect();
        assert!(apart.is_empty(), "in one language only: {apart:?}");
        for (key, values) in &ru {
            assert_eq!(values, &en[key], "the values of `{key}`");
        }
    }

    #[test]
    fn every_key_is_used_and_every_used_key_exists() {
        let messages = messages(include_str!("en.ftl"));
        let asked = asked_for(&code());
        for (key, values) in &asked {
            let known = messages
                .get(key)
                .unwrap_or_else(|| panic!("there is no text `{key}`"));
            if let Some(values) = values {
                assert_eq!(values, known, "the values given to `{key}`");
            }
        }
        let asked: BTreeSet<_> = asked.into_iter().map(|(key, _)| key).collect();
        let idle: Vec<_> = messages
            .keys()
            .filter(|key| !asked.contains(*key))
            .collect();
        assert!(idle.is_empty(), "nobody asks for {idle:?}");
    }

    #[test]
    fn numbers_choose_their_plural() {
        let ru = Language::Russian.words();
        let shown = |n: u64| ru.fill("n-new-orders", &[("n", n.into())]);
        assert_eq!(
            [1, 2, 5, 11, 21, 104].map(shown),
            [
                "1 новый заказ",
                "2 новых заказа",
                "5 новых заказов",
                "11 новых заказов",
                "21 новый заказ",
                "104 новых заказа"
            ]
        );
        let en = Language::English.words();
        assert_eq!(en.fill("n-new-orders", &[("n", 1.into())]), "1 new order");
        assert_eq!(en.fill("n-new-orders", &[("n", 0.into())]), "0 new orders");
    }

    #[test]
    fn the_language_is_that_of_the_locale() {
        for (locale, language) in [
            ("ru-RU", Language::Russian),
            ("ru_RU.UTF-8", Language::Russian),
            ("be-BY", Language::Russian),
            ("en-US", Language::English),
            ("C", Language::English),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }
}
