//! The section `[notice]` of the configuration: whom to tell that something waits for a person.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::cli::failure::Because as _;
use crate::cli::secret;
use crate::notices::{Settings, Webhook};
use crate::pipeline::{self, ExchangeSettings};
use crate::wording::{Language, Message};

/// The address often holds a token.
const WEBHOOK_VARIABLE: &str = "OBMEN_NOTICE_WEBHOOK";

/// Before the second attempt; each further pause is twice as long.
const PAUSE: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NoticeSection {
    webhook: Option<String>,
    webhook_file: Option<PathBuf>,
    field: String,
    silent_h: u64,
    fields: BTreeMap<String, String>,
}

impl Default for NoticeSection {
    fn default() -> Self {
        Self {
            webhook: None,
            webhook_file: None,
            field: "text".to_owned(),
            silent_h: 0,
            fields: BTreeMap::new(),
        }
    }
}

/// Where notices go, and of what.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    webhook: Webhook,
    silent_after: Option<Duration>,
}

impl NoticeSection {
    /// `None`: nobody is to be told.
    pub(super) fn settings(self, base: &Path) -> anyhow::Result<Option<Notice>> {
        let url = match (
            secret::from_environment(WEBHOOK_VARIABLE),
            &self.webhook_file,
        ) {
            (Some(url), _) => Some(url),
            (None, Some(path)) => Some(secret::from_file("notice.webhook_file", &base.join(path))?),
            (None, None) => self.webhook,
        };
        let Some(url) = url.filter(|url| !secret::bare(url).is_empty()) else {
            return Ok(None);
        };
        let webhook = Webhook::new(&url, self.field, self.fields)
            .because(|| Message::plain("`notice.webhook`"))?;
        let silent_after = Duration::from_secs(self.silent_h.saturating_mul(3_600));
        Ok(Some(Notice {
            webhook,
            silent_after: (!silent_after.is_zero()).then_some(silent_after),
        }))
    }
}

impl Notice {
    pub(super) fn settings(
        self,
        exchanges: &[ExchangeSettings],
        journal: &Path,
        language: Language,
    ) -> Settings {
        Settings {
            webhook: self.webhook,
            silent_after: self.silent_after,
            pause: PAUSE,
            language,
            journal: journal.to_owned(),
            exchanges: exchanges.iter().map(|one| one.name.clone()).collect(),
            now: pipeline::now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(text: &str) -> anyhow::Result<Option<Notice>> {
        toml::from_str::<NoticeSection>(text)?.settings(Path::new(""))
    }

    #[test]
    fn nobody_is_told_unless_the_configuration_says_whom() {
        assert!(notice("").unwrap().is_none());
        let told = notice("webhook = 'https://chat.example/T0KEN'\nsilent_h = 24").unwrap();
        let told = told.unwrap();
        assert_eq!(told.silent_after, Some(Duration::from_secs(86_400)));
        assert!(!format!("{told:?}").contains("T0KEN"));
        for (text, named) in [
            ("webhook = 'chat.example'", "notice.webhook"),
            ("webhook = 'ftp://chat.example/x'", "notice.webhook"),
            ("webhook_file = 'nowhere.txt'", "nowhere.txt"),
            ("webhok = 'x'", "webhok"),
        ] {
            let err = format!("{:#}", notice(text).unwrap_err());
            assert!(err.contains(named), "{text}: {err}");
        }
    }
}
