//! The section `[page]` of the configuration, and the page beside the service.

use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{bail, ensure};
use serde::Deserialize;

use crate::cli::failure::Because as _;
use crate::cli::output::Out;
use crate::cli::run::Beside;
use crate::cli::{Exit, secret};
use crate::dashboard::{self, Dashboard, Heart, Password};
use crate::pipeline::{self, ExchangeSettings, Service};
use crate::wording::{Worded as _, message};

/// This computer only, so that nothing has to be set up.
const LISTEN: &str = "127.0.0.1:8765";

const UPLOAD_MB: u64 = 512;

const PASSWORD_VARIABLE: &str = "OBMEN_PAGE_PASSWORD";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PageSection {
    listen: String,
    password: Option<String>,
    password_file: Option<PathBuf>,
    names: Vec<String>,
    upload_mb: u64,
}

impl Default for PageSection {
    fn default() -> Self {
        Self {
            listen: LISTEN.to_owned(),
            password: None,
            password_file: None,
            names: Vec::new(),
            upload_mb: UPLOAD_MB,
        }
    }
}

/// Where the page is shown, and to whom.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) listen: SocketAddr,
    password: Option<Password>,
    names: Vec<String>,
    max_upload: u64,
}

impl PageSection {
    /// `None`: there is to be none.
    pub(super) fn settings(self, base: &Path) -> anyhow::Result<Option<Page>> {
        if self.listen.trim().is_empty() {
            return Ok(None);
        }
        let listen: SocketAddr = self
            .listen
            .trim()
            .parse()
            .ok()
            .because(|| message!("config-listen", value = &self.listen, example = LISTEN))?;
        let password = self.password(base)?;
        ensure!(
            password.is_some() || listen.ip().is_loopback(),
            message!(
                "config-listen-open",
                value = listen.to_string(),
                variable = PASSWORD_VARIABLE,
            )
        );
        Ok(Some(Page {
            listen,
            password,
            names: self.names,
            max_upload: self.upload_mb.saturating_mul(1024 * 1024),
        }))
    }

    /// A hash may stand anywhere; the password itself only outside of the configuration,
    /// which is shown to others and kept in copies.
    fn password(&self, base: &Path) -> anyhow::Result<Option<Password>> {
        let text = if let Some(text) = secret::from_environment(PASSWORD_VARIABLE) {
            text
        } else if let Some(path) = &self.password_file {
            secret::from_file("page.password_file", &base.join(path))?
        } else if let Some(text) = &self.password {
            if !Password::is_hash(text) {
                bail!(message!("config-password-no-hash"));
            }
            text.clone()
        } else {
            return Ok(None);
        };
        Ok(Some(Password::parse(&text)?))
    }
}

impl Default for Page {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8765)),
            password: None,
            names: Vec::new(),
            max_upload: UPLOAD_MB * 1024 * 1024,
        }
    }
}

/// Shows the page while the service runs. The exchange is what matters: where the
/// page cannot be shown, that is said, and the exchange goes on.
pub(super) fn show(
    beside: Beside<'_>,
    exchanges: Vec<ExchangeSettings>,
    heart: &Arc<Heart>,
    service: &Service,
    out: &mut Out,
) -> Option<Dashboard> {
    let page = beside.page?;
    let settings = dashboard::Settings {
        listen: page.listen,
        password: page.password,
        names: page.names,
        max_upload: page.max_upload,
        language: out.words.language(),
        journal: beside.journal.to_owned(),
        exchanges,
        config: beside.config,
        now: pipeline::now,
    };
    match dashboard::start(settings, Arc::clone(heart), service.waker()) {
        Ok(shown) => {
            out.say(&out.words.fill("page-at", &[("url", shown.url().into())]));
            Some(shown)
        }
        Err(err) => {
            let why = err.message().text(out.words);
            out.failure(&out.words.fill("no-page", &[("why", why.into())]));
            None
        }
    }
}

/// From standard input, so that it stands in no history of commands.
pub(super) fn password(out: &mut Out) -> anyhow::Result<Exit> {
    if io::stdin().is_terminal() {
        out.failure(&out.words.text("password-prompt"));
    }
    let mut text = String::new();
    io::stdin()
        .read_line(&mut text)
        .because(|| message!("password-unreadable"))?;
    let text = secret::bare(&text);
    ensure!(!Password::is_hash(text), message!("password-is-hash"));
    let password = Password::parse(text)?;
    out.say("[page]");
    out.say(&format!("password = \"{}\"", password.hash()));
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> anyhow::Result<Option<Page>> {
        toml::from_str::<PageSection>(text)?.settings(Path::new(""))
    }

    #[test]
    fn the_page_is_for_this_computer_unless_a_password_is_set() {
        assert_eq!(page("").unwrap().unwrap().listen.to_string(), LISTEN);
        assert_eq!(Page::default().listen.to_string(), LISTEN);
        assert!(page("listen = ''").unwrap().is_none());
        for (text, named) in [
            ("listen = '0.0.0.0:8765'", "password"),
            ("listen = '192.168.1.5:80'", "password"),
            ("listen = 'localhost'", "page.listen"),
            ("password_file = 'nowhere.txt'", "nowhere.txt"),
            ("password = 'correct horse'", "obmen page password"),
            ("password = '$argon2id$v=19'", "not whole"),
        ] {
            let err = format!("{:#}", page(text).unwrap_err());
            assert!(err.contains(named), "{text}: {err}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.txt");
        io::Write::write_all(
            &mut std::fs::File::create(&path).unwrap(),
            b"correct horse\n",
        )
        .unwrap();
        let section = PageSection {
            listen: "0.0.0.0:8765".to_owned(),
            password_file: Some("p.txt".into()),
            ..PageSection::default()
        };
        assert!(section.settings(folder.path()).unwrap().is_some());
        let hash = Password::parse("correct horse").unwrap();
        let text = format!("listen = '0.0.0.0:8765'\npassword = '{}'", hash.hash());
        assert!(page(&text).unwrap().is_some());
    }
}
