//! The configuration file: read, checked, and turned into the settings of each room.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, ensure};

use crate::cli::failure::{Because as _, choice};
use crate::cli::goods_config::goods;
use crate::cli::notice::Notice;
use crate::cli::page::Page;
use crate::cli::secret;
use crate::cli::sections::{CsvSection, ExchangeSection, File, ShopSection};
use crate::domain::Quantity;
use crate::folders::Marker;
use crate::formats::{Column, CsvOptions};
use crate::pipeline::{self, ExchangeSettings, Schedule};
use crate::plan::Guard;
use crate::shop::{self, ApiKey, Choice, Dialect};
use crate::wording::{Language, message};

/// So that the key stands in no file.
pub(super) const KEY_VARIABLE: &str = "OBMEN_SHOP_KEY";

/// The name of the exchange where the configuration does not give one.
pub(super) const ONLY_EXCHANGE: &str = "main";

/// A quarter: what happened with the goods of the last inventory can still be looked up.
const KEEP_DAYS: u64 = 90;

/// Everything that the configuration says.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) exchanges: Vec<ExchangeSettings>,
    pub(super) journal: PathBuf,
    /// How long it keeps finished runs; `None`: for ever.
    pub(super) keep_days: Option<u64>,
    pub(super) page: Option<Page>,
    /// Whom to tell when something waits for a person.
    pub(super) notice: Option<Notice>,
}

/// Reads the configuration. Folders in it are relative to the file's own.
pub(super) fn load(path: &Path) -> anyhow::Result<Config> {
    let path = &place(path);
    let text = fs::read_to_string(path)
        .because(|| message!("config-unreadable", path = path.display().to_string()))?;
    // Notepad saves a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let base = path.parent().unwrap_or(Path::new(""));
    parse(text, base).because(|| message!("config-in", path = path.display().to_string()))
}

/// What commands speak: the language of the configuration, if there is one that can be read.
pub(super) fn language(path: &Path) -> Language {
    let text = fs::read_to_string(place(path)).unwrap_or_default();
    let file: Option<toml::Table> = toml::from_str(text.trim_start_matches('\u{feff}')).ok();
    file.as_ref()
        .and_then(|file| Language::by_name(file.get("language")?.as_str()?))
        .unwrap_or_else(Language::of_system)
}

/// Files dragged onto the program start it in a folder of the system's choice:
/// where that has no configuration, the one beside the program counts.
pub(super) fn place(path: &Path) -> PathBuf {
    let program = std::env::current_exe().ok();
    let beside = program
        .as_deref()
        .and_then(Path::parent)
        .map(|folder| folder.join(path));
    match beside {
        Some(beside) if path.is_relative() && !path.exists() && beside.exists() => beside,
        Some(_) | None => path.to_owned(),
    }
}

/// `base` is the folder that relative paths start from.
pub(super) fn parse(text: &str, base: &Path) -> anyhow::Result<Config> {
    let file: File =
        toml::from_str(text).map_err(|err| anyhow::anyhow!("{}", err.to_string().trim_end()))?;
    let journal = base.join(file.journal.as_deref().unwrap_or(Path::new("obmen.sqlite")));
    let sections = if file.exchange.is_empty() {
        vec![ExchangeSection {
            name: file.name.unwrap_or_else(|| ONLY_EXCHANGE.to_owned()),
            shop: file.shop.because(|| message!("config-no-shop"))?,
            folders: file.folders.unwrap_or_default(),
            schedule: file.schedule.unwrap_or_default(),
            goods: file.goods.unwrap_or_default(),
            orders: file.orders.unwrap_or_default(),
            lists: file.lists.unwrap_or_default(),
            csv: file.csv.unwrap_or_default(),
            guard: file.guard.unwrap_or_default(),
        }]
    } else {
        let is_mixed = file.shop.is_some()
            || file.folders.is_some()
            || file.goods.is_some()
            || file.orders.is_some()
            || file.lists.is_some()
            || file.schedule.is_some()
            || file.csv.is_some()
            || file.guard.is_some();
        ensure!(!is_mixed, message!("config-mixed"));
        file.exchange
    };
    let is_only = sections.len() == 1;
    let language = match file.language.as_deref() {
        None => Language::of_system(),
        Some(name) => {
            Language::by_name(name).because(|| choice("language", name, &["ru", "en"]))?
        }
    };
    let exchanges = sections
        .into_iter()
        .map(|section| settings(section, base, is_only, language))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for (at, exchange) in exchanges.iter().enumerate() {
        for other in exchanges.iter().skip(at + 1) {
            ensure!(
                exchange.name != other.name,
                message!("config-same-name", name = &exchange.name)
            );
        }
    }
    apart(&exchanges)?;
    let keep_days = match file.keep_days {
        None => Some(KEEP_DAYS),
        Some(0) => None,
        Some(days) => Some(days),
    };
    Ok(Config {
        exchanges,
        journal,
        keep_days,
        page: file.page.settings(base)?,
        notice: file.notice.settings(base)?,
    })
}

/// A folder in another one would be eaten: orders would be read as files of 1C.
fn apart(exchanges: &[ExchangeSettings]) -> anyhow::Result<()> {
    let folders: Vec<(&Path, PathBuf)> = exchanges
        .iter()
        .flat_map(|exchange| [exchange.inbox.as_path(), exchange.outbox.as_path()])
        .map(|folder| (folder, comparable(folder)))
        .collect();
    for (at, (folder, compared)) in folders.iter().enumerate() {
        for (other, other_compared) in folders.iter().skip(at + 1) {
            let is_apart =
                !compared.starts_with(other_compared) && !other_compared.starts_with(compared);
            ensure!(
                is_apart,
                message!(
                    "config-same-folder",
                    folder = folder.display().to_string(),
                    other = other.display().to_string(),
                )
            );
        }
    }
    Ok(())
}

/// Absolute, without links where the folder exists, and without regard to case:
/// on some systems it makes no difference, and nobody needs folders that differ in it.
fn comparable(folder: &Path) -> PathBuf {
    let absolute = folder
        .canonicalize()
        .or_else(|_| std::path::absolute(folder));
    PathBuf::from(
        absolute
            .unwrap_or_else(|_| folder.to_owned())
            .to_string_lossy()
            .to_lowercase(),
    )
}

fn settings(
    section: ExchangeSection,
    base: &Path,
    is_only: bool,
    language: Language,
) -> anyhow::Result<ExchangeSettings> {
    let key = key_of(&section.shop, base, is_only)?;
    let dialect = match section.shop.dialect.as_str() {
        "auto" => None,
        name => Some(
            Dialect::by_name(name)
                .because(|| choice("shop.dialect", name, &["auto", "2.3", "3.0", "4.0"]))?,
        ),
    };
    let module = &section.shop.module;
    let module = Choice::by_name(module)
        .because(|| choice("shop.module", module, &["auto", "own", "upstream"]))?;
    at_least_one("shop.batch", section.shop.batch > 0)?;
    at_least_one("shop.timeout_s", section.shop.timeout_s > 0)?;
    at_least_one("schedule.scan_s", section.schedule.scan > 0)?;
    if let Some(language) = &section.shop.language {
        let is_code = language
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        ensure!(
            is_code && !language.is_empty(),
            message!("config-language-code", value = language)
        );
    }
    let (inbox, outbox) = (
        base.join(&section.folders.inbox),
        base.join(&section.folders.outbox),
    );
    let every = |seconds: u64| (seconds > 0).then(|| Duration::from_secs(seconds));
    Ok(ExchangeSettings {
        name: section.name,
        inbox,
        outbox,
        marker: section.folders.marker.as_deref().map(marker).transpose()?,
        shop: shop::Settings {
            url: section.shop.url,
            username: section.shop.username,
            key,
            module,
            dialect,
            timeout: Duration::from_secs(section.shop.timeout_s),
            store: section.shop.store,
            language: section.shop.language,
            extra_fields: section.orders.extra_fields(),
            tax_fields: section.orders.tax_fields()?,
            shows_new_goods: section.goods.show_new,
            makes_keywords: section.goods.seo_keywords,
            unix_time: pipeline::unix_time,
        },
        batch: section.shop.batch,
        settle: Duration::from_secs(section.shop.settle_s),
        goods: goods(section.goods)?,
        orders: section.orders.settings()?,
        lists: section.lists.settings()?,
        guard: Guard {
            zeroed_percent: section.guard.zeroed_percent,
            moved_percent: section.guard.moved_percent,
            move_percent: section.guard.move_percent,
            factor: section.guard.factor,
            shrunk_percent: section.guard.shrunk_percent,
            at_least: section.guard.at_least,
        },
        csv: csv(&section.csv)?,
        language,
        schedule: Schedule {
            scan: Duration::from_secs(section.schedule.scan),
            quiet: Duration::from_secs(section.schedule.quiet),
            orders: every(section.schedule.orders),
            products: every(section.schedule.products),
            wait: Duration::from_secs(section.schedule.wait),
        },
    })
}

fn at_least_one(option: &str, is_so: bool) -> anyhow::Result<()> {
    ensure!(is_so, message!("config-at-least-one", option = option));
    Ok(())
}

/// From the environment (services, containers), a file of its own, or the configuration.
/// With several shops the variable cannot say which it is for, and a key must not
/// travel to another shop.
fn key_of(shop: &ShopSection, base: &Path, is_only: bool) -> anyhow::Result<ApiKey> {
    let given = secret::from_environment(KEY_VARIABLE).filter(|_| is_only);
    if let Some(key) = given {
        return Ok(ApiKey::new(key));
    }
    if let Some(path) = &shop.key_file {
        let key = secret::from_file("shop.key_file", &base.join(path))?;
        return Ok(ApiKey::new(key));
    }
    match shop.key.as_deref().map(secret::bare) {
        Some(key) if !key.is_empty() => Ok(ApiKey::new(key.to_owned())),
        _ => bail!(message!("config-no-key")),
    }
}

fn marker(pattern: &str) -> anyhow::Result<Marker> {
    Marker::parse(pattern).because(|| message!("config-marker", value = pattern))
}

fn csv(section: &CsvSection) -> anyhow::Result<CsvOptions> {
    let column = |name: &String| {
        Column::by_name(name).because(|| {
            message!(
                "config-column",
                name = name,
                known = "article, code, id, barcode, name, description, price, currency, quantity, warehouse, unit, \
                         group, manufacturer, order, status, ignore",
            )
        })
    };
    let columns = section
        .columns
        .iter()
        .map(|(header, name)| Ok((header.clone(), column(name)?)));
    Ok(CsvOptions {
        columns: columns.collect::<anyhow::Result<_>>()?,
        without_header: section
            .without_header
            .iter()
            .map(column)
            .collect::<anyhow::Result<_>>()?,
        warehouses: section.warehouses.clone(),
        words: section
            .words
            .iter()
            .map(|(word, value)| {
                let quantity = plain_text(value)
                    .ok()
                    .and_then(|text| Quantity::parse(&text).ok())
                    .because(|| message!("config-word", word = word, value = value.to_string()))?;
                Ok((word.clone(), quantity))
            })
            .collect::<anyhow::Result<_>>()?,
        prices_in_kopecks: section.prices_in_kopecks,
        needs_line_end: section.needs_line_end,
    })
}

/// Ids may be written as numbers or as text.
pub(super) fn plain_text(value: &toml::Value) -> anyhow::Result<String> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        other => bail!(message!("config-no-name", value = other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_exchange_needs_no_nesting() {
        let text = "[shop]\nurl = 'http://x/'\nkey = 'k'\n[orders]\nstatuses = [1, 'Новый']\n[goods]\ncategory = 59\n";
        let config = parse(text, Path::new("/base")).unwrap();
        let [exchange] = config.exchanges.as_slice() else {
            panic!("one exchange")
        };
        assert_eq!(exchange.name, "main");
        assert_eq!(exchange.inbox, Path::new("/base/inbox"));
        assert_eq!(exchange.orders.statuses, ["1", "Новый"]);
        assert_eq!(exchange.goods.category.as_deref(), Some("59"));
    }

    #[test]
    fn words_and_warehouses_of_lists_are_read() {
        let text = "[shop]\nurl = 'http://x/'\nkey = 'k'\n[csv]\nwords = { 'В наличии' = 1, '>10' = '10' }\n\
                    warehouses = ['Основной склад']\nprices_in_kopecks = true\n";
        let csv = &parse(text, Path::new("")).unwrap().exchanges[0].csv;
        let words: Vec<String> = csv
            .words
            .iter()
            .map(|(word, quantity)| format!("{word} = {quantity}"))
            .collect();
        assert_eq!(words, [">10 = 10", "В наличии = 1"]);
        assert_eq!(csv.warehouses, ["Основной склад"]);
        assert!(csv.prices_in_kopecks);
    }

    #[test]
    fn mistakes_are_named() {
        let shop = "[shop]\nurl = 'http://x/'\nkey = 'k'\n";
        for (text, named) in [
            ("", "[shop]"),
            ("[shop]\nurl = 'http://x/'\n", "shop.key"),
            (&format!("language = 'de'\n{shop}"), "`language` is `de`"),
            (
                "[shop]\nurl = 'u'\nkey = 'k'\nmodule = 'any'\n",
                "shop.module",
            ),
            (
                "[shop]\nurl = 'u'\nkey = 'k'\ndialect = '5'\n",
                "shop.dialect",
            ),
            (&format!("{shop}[goods]\nmatch = 'colour'\n"), "goods.match"),
            (&format!("{shop}[goods]\nprise = 1\n"), "prise"),
            (
                &format!("{shop}[csv.columns]\n'Мой' = 'x'\n"),
                "`x` is not a column",
            ),
            (&format!("{shop}[csv.words]\n'есть' = 'много'\n"), "`есть`"),
            (
                &format!("{shop}[folders]\ninbox = 'a'\noutbox = 'a'\n"),
                "same folder",
            ),
            (
                &format!("{shop}[folders]\ninbox = 'ex'\noutbox = 'EX/out'\n"),
                "one lies in the other",
            ),
        ] {
            let err = format!("{:#}", parse(text, Path::new("")).unwrap_err());
            assert!(err.contains(named), "{text}: {err}");
        }
    }

    #[test]
    fn the_template_is_a_valid_configuration() {
        for language in Language::ALL {
            let text = super::super::init::template(
                &super::super::init::Choices::default(),
                language.words(),
            );
            parse(&text, Path::new("")).unwrap();
        }
    }
}
