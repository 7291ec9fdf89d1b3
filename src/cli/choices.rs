//! What is chosen on the page, written into the configuration: its comments, its order and everything else stay.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::bail;
use toml_edit::{Array, Document, DocumentMut, Item, Table, TableLike, Value};

use crate::cli::config;
use crate::cli::failure::{self, Because as _};
use crate::dashboard::{Choice, ConfigError, ConfigFile, Written};
use crate::folders::replace_file;
use crate::pipeline::ExchangeSettings;
use crate::plan::Detail;
use crate::wording::{Message, message};

/// Notepad saves it, and expects it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The configuration of a running service.
#[derive(Debug)]
pub(super) struct KeptConfig {
    path: PathBuf,
    /// Two people who save at once do it one after the other.
    saving: Mutex<()>,
}

impl KeptConfig {
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            path,
            saving: Mutex::default(),
        }
    }

    fn text(&self) -> anyhow::Result<String> {
        fs::read_to_string(&self.path)
            .because(|| message!("config-unreadable", path = self.path.display().to_string()))
    }

    fn settings(&self, text: &str, exchange: &str) -> anyhow::Result<ExchangeSettings> {
        let base = self.path.parent().unwrap_or(Path::new(""));
        let config = config::parse(text.trim_start_matches(BYTE_ORDER_MARK), base)?;
        let mut exchanges = config.exchanges.into_iter();
        exchanges
            .find(|known| known.name == exchange)
            .because(|| no_exchange(exchange))
    }

    fn put(
        &self,
        exchange: &str,
        choices: &[Choice],
        text: &str,
    ) -> anyhow::Result<ExchangeSettings> {
        let changed = with_choices(text, exchange, choices)?;
        // Read by the same code as at the next start, before it takes the old one's place.
        let settings = self.settings(&changed, exchange)?;
        if let Some(lost) = choices.iter().find(|choice| !holds(&settings, choice)) {
            bail!(message!("config-not-changed", choice = format!("{lost:?}")));
        }
        if self.text()? != text {
            return Err(ConfigError::Changed.into());
        }
        replace_file(&self.path, changed.as_bytes())?;
        Ok(settings)
    }
}

impl ConfigFile for KeptConfig {
    fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn read(&self, exchange: &str) -> Result<Written, ConfigError> {
        let read = || {
            let text = self.text()?;
            let settings = self.settings(&text, exchange)?;
            anyhow::Ok(Written {
                mark: mark_of(&text),
                settings,
            })
        };
        read().map_err(refused)
    }

    fn save(
        &self,
        exchange: &str,
        choices: &[Choice],
        mark: &str,
    ) -> Result<ExchangeSettings, ConfigError> {
        let _turn = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let text = self.text().map_err(refused)?;
        if mark_of(&text) != mark {
            return Err(ConfigError::Changed);
        }
        self.put(exchange, choices, &text).map_err(refused)
    }
}

fn refused(err: anyhow::Error) -> ConfigError {
    err.downcast().unwrap_or_else(|err| {
        let cause = err.root_cause().to_string();
        ConfigError::Refused(if cause.contains('\n') {
            Message::plain(without_lines(&cause))
        } else {
            failure::whole(&err)
        })
    })
}

/// A fault in TOML is shown with its line of the file, which may be the one with the key.
fn without_lines(said: &str) -> String {
    let is_of_file = |line: &&str| {
        let rest = line.trim_start();
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.trim_start().starts_with('|')
    };
    let kept: Vec<&str> = said.lines().filter(|line| !is_of_file(line)).collect();
    kept.join(": ")
}

fn mark_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// Whether the settings say so.
fn holds(settings: &ExchangeSettings, choice: &Choice) -> bool {
    let (goods, orders) = (&settings.goods, &settings.orders);
    match choice {
        Choice::NewOrders(all) => orders.statuses == *all,
        Choice::Status { said, status } => orders.map.get(said) == status.as_ref(),
        Choice::Category(category) => goods.category == *category,
        Choice::CategoryTree(has_tree) => goods.details.contains(&Detail::Categories) == *has_tree,
        Choice::PriceType(name) => goods.price_type == *name,
        Choice::Warehouses(all) => goods.warehouses == *all,
    }
}

/// The text with these choices in it.
fn with_choices(text: &str, exchange: &str, choices: &[Choice]) -> anyhow::Result<String> {
    let plain = text.trim_start_matches(BYTE_ORDER_MARK);
    let mut plain = plain.to_owned();
    for choice in choices {
        plain = match choice {
            Choice::Status { said, status: None } => without_status(&plain, exchange, said)?,
            other => with_choice(&plain, exchange, other)?,
        };
    }
    if text.contains("\r\n") {
        plain = plain.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    if text.starts_with(BYTE_ORDER_MARK) {
        plain.insert(0, BYTE_ORDER_MARK);
    }
    Ok(plain)
}

fn with_choice(text: &str, exchange: &str, choice: &Choice) -> anyhow::Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let top = exchange_of(document.as_table_mut(), exchange)?;
    match choice {
        Choice::NewOrders(all) => {
            let all = all.iter().map(|text| number_or_text(text));
            set(
                section(top, "orders")?,
                "statuses",
                Value::Array(all.collect()),
            );
        }
        Choice::Status { said, status } => {
            let status = number_or_text(status.as_deref().unwrap_or_default());
            let map = section(section(top, "orders")?, "map")?;
            set(map, said, status);
        }
        // An empty text is no choice; taken out, the line would take the comments above it along.
        Choice::Category(category) => {
            let category = number_or_text(category.as_deref().unwrap_or_default());
            set(section(top, "goods")?, "category", category);
        }
        Choice::CategoryTree(has_tree) => {
            let word = if *has_tree { "tree" } else { "fixed" };
            set(section(top, "goods")?, "categories", word.into());
        }
        Choice::PriceType(name) => {
            let name = name.as_deref().unwrap_or_default();
            set(section(top, "goods")?, "price_type", name.into());
        }
        Choice::Warehouses(all) => {
            let all: Array = all.iter().map(String::as_str).collect();
            set(section(top, "goods")?, "warehouses", Value::Array(all));
        }
    }
    Ok(document.to_string())
}

/// Numbers of the shop stand without quotation marks, as people write them.
fn number_or_text(text: &str) -> Value {
    text.parse::<u32>()
        .map_or_else(|_| text.into(), |number| i64::from(number).into())
}

/// The part of the file that speaks of this exchange: all of it, where there is only one.
fn exchange_of<'a>(root: &'a mut Table, exchange: &str) -> anyhow::Result<&'a mut dyn TableLike> {
    if !root.contains_key("exchange") {
        return Ok(root);
    }
    let Some(Item::ArrayOfTables(all)) = root.get_mut("exchange") else {
        bail!(message!("config-no-tables"));
    };
    let mut all = all.iter_mut();
    let found = all.find(|table| table.get("name").and_then(Item::as_str) == Some(exchange));
    found
        .map(|table| -> &mut dyn TableLike { table })
        .because(|| no_exchange(exchange))
}

fn no_exchange(exchange: &str) -> Message {
    message!("config-no-exchange", name = exchange)
}

/// Made where it is missing.
fn section<'a>(parent: &'a mut dyn TableLike, name: &str) -> anyhow::Result<&'a mut dyn TableLike> {
    parent
        .entry(name)
        .or_insert_with(toml_edit::table)
        .as_table_like_mut()
        .because(|| message!("config-no-section", name = name))
}

/// In its old place, with what stands around it.
fn set(section: &mut dyn TableLike, name: &str, mut value: Value) {
    if let Some(Item::Value(old)) = section.get_mut(name) {
        *value.decor_mut() = old.decor().clone();
        *old = value;
    } else {
        section.insert(name, Item::Value(value));
    }
}

/// The line goes, and the comments above it stay.
fn without_status(text: &str, exchange: &str, said: &str) -> anyhow::Result<String> {
    let document = Document::parse(text)?;
    let mut top: &dyn TableLike = document.as_table();
    if let Some(Item::ArrayOfTables(all)) = top.get("exchange") {
        let found = all
            .iter()
            .find(|table| table.get("name").and_then(Item::as_str) == Some(exchange));
        top = found.because(|| no_exchange(exchange))?;
    }
    let map = top
        .get("orders")
        .and_then(|orders| orders.as_table_like()?.get("map"))
        .and_then(Item::as_table_like);
    let entry = map.and_then(|map| map.get_key_value(said));
    let Some((key, item)) = entry else {
        return Ok(text.to_owned());
    };
    let lines = key
        .span()
        .zip(item.span())
        .and_then(|(key, value)| lines_of(text, key.start..value.end));
    if let Some(lines) = lines {
        let mut kept = text.to_owned();
        kept.replace_range(lines, "");
        return Ok(kept);
    }
    // Within a line, as in `map = { … }`, there are no comments to lose.
    let mut document: DocumentMut = text.parse()?;
    let top = exchange_of(document.as_table_mut(), exchange)?;
    section(section(top, "orders")?, "map")?.remove(said);
    Ok(document.to_string())
}

/// The lines that hold this entry and nothing but a comment behind it.
fn lines_of(text: &str, entry: Range<usize>) -> Option<Range<usize>> {
    let (before, after) = (text.get(..entry.start)?, text.get(entry.end..)?);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').map_or(text.len(), |at| entry.end + at + 1);
    let rest = text.get(entry.end..end)?.trim();
    let is_alone = text.get(start..entry.start)?.trim().is_empty()
        && (rest.is_empty() || rest.starts_with('#'));
    is_alone.then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const TEXT: &str = "\
# Ours, since 2024.
[shop]
url = 'http://x/'   # behind the proxy
key = 'k'

[orders]
# New ones.
statuses = [1]
[orders.map]
# What the warehouse says.
'Отгружен' = \"Shipped\"  # by hand
# УТ:
paid = 2
cancelled = 7

[goods]
# Where they go: ask Anna.
category = 59 # tea
# warehouses = []
";

    fn changed(text: &str, choices: &[Choice]) -> String {
        with_choices(text, "main", choices).unwrap()
    }

    /// Lines that are gone, and lines that are new.
    fn difference<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
        let gone = before
            .lines()
            .filter(|line| !after.lines().any(|l| l == *line));
        let new = after
            .lines()
            .filter(|line| !before.lines().any(|l| l == *line));
        (gone.collect(), new.collect())
    }

    fn status(said: &str, status: Option<&str>) -> Choice {
        Choice::Status {
            said: said.to_owned(),
            status: status.map(str::to_owned),
        }
    }

    #[test]
    fn only_what_is_chosen_changes() {
        let after = changed(
            TEXT,
            &[
                Choice::NewOrders(vec!["1".to_owned(), "Новый".to_owned()]),
                status("Отгружен", Some("Complete")),
                status("Готов \"к выдаче\"", Some("5")),
                Choice::Category(Some("Чай > Зелёный".to_owned())),
                Choice::Warehouses(vec!["Основной склад".to_owned()]),
                Choice::PriceType(Some("Розничная".to_owned())),
                Choice::CategoryTree(true),
            ],
        );
        let (gone, new) = difference(TEXT, &after);
        assert_eq!(
            gone,
            [
                "statuses = [1]",
                "'Отгружен' = \"Shipped\"  # by hand",
                "category = 59 # tea"
            ]
        );
        assert_eq!(
            new,
            [
                "statuses = [1, \"Новый\"]",
                "'Отгружен' = \"Complete\"  # by hand",
                "'Готов \"к выдаче\"' = 5",
                "category = \"Чай > Зелёный\" # tea",
                "warehouses = [\"Основной склад\"]",
                "price_type = \"Розничная\"",
                "categories = \"tree\"",
            ]
        );
    }

    #[test]
    fn what_is_taken_back_leaves_the_comments_above_it() {
        for said in ["Отгружен", "paid", "cancelled"] {
            let after = changed(TEXT, &[status(said, None)]);
            let (gone, new) = difference(TEXT, &after);
            assert!(gone.len() == 1 && gone[0].contains(said), "{gone:?}");
            assert!(new.is_empty(), "{new:?}");
        }
        let after = changed(TEXT, &[Choice::Category(None), status("nobody", None)]);
        assert_eq!(difference(TEXT, &after).1, ["category = \"\" # tea"]);
        let inline =
            "[shop]\nurl='u'\nkey='k'\n[orders]\nmap = { paid = 2, 'Отгружен' = 3 } # all\n";
        let after = changed(inline, &[status("paid", None)]);
        assert_eq!(
            difference(inline, &after).1,
            ["map = { 'Отгружен' = 3 } # all"]
        );
    }

    #[test]
    fn notepads_line_ends_and_mark_stay() {
        let windows = format!("\u{feff}{}", TEXT.replace('\n', "\r\n"));
        let after = changed(&windows, &[status("new", Some("5")), status("paid", None)]);
        assert!(after.starts_with("\u{feff}# Ours"));
        assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
        let (gone, new) = difference(&windows, &after);
        assert_eq!((gone, new), (vec!["paid = 2"], vec!["new = 5"]));
    }

    #[test]
    fn each_exchange_has_its_own() {
        let text = "[[exchange]]\nname = 'a'\n[exchange.shop]\nurl = 'u'\nkey = 'k'\n[exchange.folders]\ninbox = 'ai'\n\
                    outbox = 'ao'\n\n[[exchange]]\nname = 'b'\n[exchange.shop]\nurl = 'u'\nkey = 'k'\n\
                    [exchange.folders]\ninbox = 'bi'\noutbox = 'bo'\n[exchange.goods]\ncategory = 1\n";
        let choices = [
            Choice::Category(Some("2".to_owned())),
            status("paid", Some("3")),
        ];
        let after = with_choices(text, "b", &choices).unwrap();
        let config = config::parse(&after, Path::new("")).unwrap();
        let [a, b] = config.exchanges.as_slice() else {
            panic!("{after}")
        };
        assert_eq!(
            (a.goods.category.as_deref(), b.goods.category.as_deref()),
            (None, Some("2"))
        );
        assert!(
            a.orders.map.is_empty() && b.orders.map["paid"] == "3",
            "{after}"
        );
        assert!(with_choices(text, "c", &choices).is_err());
    }

    #[test]
    fn a_fault_is_named_without_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("obmen.toml");
        let kept = KeptConfig::at(path.clone());
        for key in ["'s3cret", "['s3cret']"] {
            let text = format!("[shop]\nurl = 'u'\nkey = {key}\n");
            let mut file = fs::File::create(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let said = kept.read("main").unwrap_err().to_string();
            assert!(
                said.contains("line 3") && !said.contains("s3cret"),
                "{said}"
            );
        }
    }

    #[test]
    fn nothing_is_saved_over_a_change_or_to_a_file_that_could_not_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("obmen.toml");
        let put = |text: &str| {
            let mut file = fs::File::create(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        };
        put(TEXT);
        let kept = KeptConfig::at(path.clone());
        let category = [Choice::Category(Some("60".to_owned()))];
        let seen = kept.read("main").unwrap();
        assert_eq!(seen.settings.goods.category.as_deref(), Some("59"));
        let saved = kept.save("main", &category, &seen.mark).unwrap();
        assert_eq!(saved.goods.category.as_deref(), Some("60"));
        let again = kept.save("main", &category, &seen.mark);
        assert!(matches!(again, Err(ConfigError::Changed)), "{again:?}");
        // What the next start would refuse is refused now.
        let broken = TEXT.replace("[orders.map]", "[orders.mop]");
        put(&broken);
        assert!(matches!(kept.read("main"), Err(ConfigError::Refused(_))));
        let refused = kept.save("main", &category, &mark_of(&broken));
        assert!(
            matches!(refused, Err(ConfigError::Refused(_))),
            "{refused:?}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
        // Inside of braces a new section has no place.
        let dense = "shop = { url = 'u', key = 'k' }\norders = { statuses = [1] }\n";
        put(dense);
        let choices = [status("paid", Some("2"))];
        match kept.save("main", &choices, &mark_of(dense)) {
            Ok(settings) => assert_eq!(settings.orders.map["paid"], "2"),
            Err(_) => assert_eq!(fs::read_to_string(&path).unwrap(), dense),
        }
    }
}
