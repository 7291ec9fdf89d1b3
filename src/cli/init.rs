//! `obmen init`: a configuration with every option explained.

use std::path::Path;

use crate::cli::output::Out;
use crate::cli::{Common, Exit, config, exit_of_shop, secret};
use crate::domain::{Category, StatusId};
use crate::folders::Outbox;
use crate::pipeline;
use crate::shop::{ApiKey, Client, Settings, ShopError};
use crate::wording::{Language, Worded as _, Wording, message};

pub(super) struct Request {
    pub(super) url: Option<String>,
    pub(super) username: String,
    pub(super) key: Option<String>,
    pub(super) force: bool,
}

/// What goes into the template.
#[derive(Debug, Default)]
pub(super) struct Choices {
    pub(super) url: Option<String>,
    pub(super) username: String,
    pub(super) key: Option<String>,
    pub(super) statuses: Vec<(StatusId, String)>,
    pub(super) categories: Vec<Category>,
}

pub(super) fn init(common: &Common, request: &Request, out: &mut Out) -> anyhow::Result<Exit> {
    let path = &common.config;
    anyhow::ensure!(
        request.force || !path.exists(),
        message!("init-exists", path = path.display().to_string())
    );
    let mut choices = Choices {
        url: request.url.clone(),
        username: request.username.clone(),
        key: request.key.clone(),
        ..Choices::default()
    };
    let mut exit = Exit::Fine;
    if let Some(url) = &request.url {
        match ask_shop(url, request, &mut choices) {
            Ok(()) => out.say(&out.words.text("init-shop-answered")),
            Err(err) => {
                exit = exit_of_shop(&err);
                let why = err.message().text(out.words);
                out.failure(&out.words.fill("init-without-lists", &[("why", why.into())]));
            }
        }
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Outbox::open(folder)?.put(&name, template(&choices, out.words).as_bytes())?;
    let path = path.display().to_string();
    out.say(&out.words.fill("init-written", &[("path", path.into())]));
    Ok(exit)
}

fn ask_shop(url: &str, request: &Request, choices: &mut Choices) -> Result<(), ShopError> {
    let key = secret::from_environment(config::KEY_VARIABLE)
        .or_else(|| request.key.clone())
        .unwrap_or_default();
    let client = Client::new(Settings::new(
        url.to_owned(),
        request.username.clone(),
        ApiKey::new(key),
        pipeline::unix_time,
    ))?;
    choices.statuses = client.statuses()?;
    choices.categories = client.categories()?;
    Ok(())
}

/// A TOML string: quotes and control characters escaped.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

pub(super) fn template(choices: &Choices, words: &Wording) -> String {
    let url = quoted(choices.url.as_deref().unwrap_or("https://shop.example/"));
    let username = quoted(if choices.username.is_empty() {
        "obmen"
    } else {
        &choices.username
    });
    let no_key = words.text("init-no-key");
    let key = quoted(choices.key.as_deref().unwrap_or(&no_key));
    let list = |title: &str, lines: Vec<String>| {
        if lines.is_empty() {
            String::new()
        } else {
            format!(
                "# {title}\n{}\n",
                lines
                    .iter()
                    .map(|line| format!("#   {line}"))
                    .collect::<Vec<_>>()
                    .join("\n")
            )
        }
    };
    let statuses = list(
        &words.text("init-statuses"),
        choices
            .statuses
            .iter()
            .map(|(id, name)| format!("{id} = {}", one_line(name)))
            .collect(),
    );
    let categories = list(
        &words.text("init-categories"),
        choices
            .categories
            .iter()
            .map(|category| format!("{} = {}", category.id, one_line(&category.path.join(" > "))))
            .collect(),
    );
    text_of(words.language())
        .replace("{url}", &url)
        .replace("{username}", &username)
        .replace("{key}", &key)
        .replace("{statuses}", &statuses)
        .replace("{categories}", &categories)
}

/// Both have the same options; only what explains them differs.
fn text_of(language: Language) -> &'static str {
    match language {
        Language::Russian => include_str!("init_ru.toml"),
        Language::English => include_str!("init_en.toml"),
    }
}

/// A comment must not end before its line does.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not explanation: sections, and options with their values.
    fn options(template: &str) -> Vec<&str> {
        let is_name = |text: &str| {
            text.starts_with('"') || text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        };
        template
            .lines()
            .map(|line| line.trim_start_matches("# "))
            .filter(|line| {
                line.starts_with('[')
                    || line
                        .split_once(" = ")
                        .is_some_and(|(name, _)| is_name(name))
            })
            .collect()
    }

    #[test]
    fn both_configurations_have_the_same_options() {
        let [ru, en] = Language::ALL.map(|language| options(text_of(language)));
        assert!(en.len() > 60, "the template was not understood");
        assert_eq!(ru, en);
    }
}
