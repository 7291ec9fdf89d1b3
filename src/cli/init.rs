//! `obmen init`: a configuration with every option explained.

use std::path::Path;

use crate::cli::output::Out;
use crate::cli::{Common, Exit, exit_of_shop};
use crate::domain::{Category, StatusId};
use crate::folders::Outbox;
use crate::pipeline;
use crate::shop::{ApiKey, Client, Settings, ShopError};

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
        "`{}` exists already; `--force` replaces it",
        path.display()
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
            Ok(()) => out.say("the shop answered: its statuses and categories stand in the file"),
            Err(err) => {
                exit = exit_of_shop(&err);
                out.failure(&format!(
                    "{err}; the file is written without the shop's lists"
                ));
            }
        }
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Outbox::open(folder)?.put(&name, template(&choices).as_bytes())?;
    out.say(&format!(
        "wrote `{}`; fill it in, then run `obmen check`",
        path.display()
    ));
    Ok(exit)
}

fn ask_shop(url: &str, request: &Request, choices: &mut Choices) -> Result<(), ShopError> {
    let key = std::env::var("OBMEN_SHOP_KEY")
        .ok()
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

pub(super) fn template(choices: &Choices) -> String {
    let url = quoted(choices.url.as_deref().unwrap_or("https://shop.example/"));
    let username = quoted(if choices.username.is_empty() {
        "obmen"
    } else {
        &choices.username
    });
    let key = quoted(choices.key.as_deref().unwrap_or("put the API key here"));
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
        "The shop's statuses:",
        choices
            .statuses
            .iter()
            .map(|(id, name)| format!("{id} = {}", one_line(name)))
            .collect(),
    );
    let categories = list(
        "The shop's categories:",
        choices
            .categories
            .iter()
            .map(|category| format!("{} = {}", category.id, one_line(&category.path.join(" > "))))
            .collect(),
    );
    TEMPLATE
        .replace("{url}", &url)
        .replace("{username}", &username)
        .replace("{key}", &key)
        .replace("{statuses}", &statuses)
        .replace("{categories}", &categories)
}

/// A comment must not end before its line does.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const TEMPLATE: &str = r#"# The configuration of obmen. Lines with `#` are explanations, or options with
# their defaults. Folders are relative to this file. `obmen check` tries it all.

# The program's memory, on a local disk, and for how many days it keeps finished runs.
# journal = "obmen.sqlite"
# keep_days = 90
# "ru" or "en": what receipts, commands and the page speak; without it, the system's language.
# language = "ru"

[shop]
# The shop's address, as a visitor types it.
url = {url}
# The API user: System -> Users -> API in the shop's admin. There the address of
# this computer must be allowed, too. OpenCart 2.3 has no user name; leave it.
username = {username}
# The key of that user. Better outside this file: in the environment variable
# OBMEN_SHOP_KEY, or in a file of its own named by `key_file`.
key = {key}
# key_file = "key.txt"
# Which module the shop may have: "own", "upstream", or "auto": obmen's own, else the
# upstream one, whose login sends the key over the line.
# module = "auto"
# "2.3", "3.0", "4.0", or "auto" to find out by trying.
# dialect = "auto"
# How long one call may take, in seconds.
# timeout_s = 120
# The most entries in one call; a slow shop gets fewer by itself.
# batch = 200
# Seconds that the shop is given to finish a call whose answer was lost, before it is
# asked what came of it.
# settle_s = 30
# Which store of a multi-store shop; without it, the one of the address.
# store = 0
# OpenCart's language code, for names read and written; without it, the shop's own.
# language = "ru-ru"

# The page of the running service: what happened, what waits, files by hand.
[page]
# Address and port; other addresses than this computer's need a password. "": no page.
# listen = "127.0.0.1:8765"
# The password, as `obmen page password` prints it; never the password itself.
# password = "$argon2id$..."
# A file that holds the password or its hash; or the environment variable OBMEN_PAGE_PASSWORD.
# password_file = "page-password.txt"
# Further names that the page is called by.
# names = ["obmen.local"]
# The largest file that it takes, in MB.
# upload_mb = 512

# A message when a file or an order waits for a person: JSON, sent to a chat or to
# whatever takes it. `obmen check --notice` tries it.
[notice]
# Where to; or in the file `webhook_file`, or the environment variable OBMEN_NOTICE_WEBHOOK.
# webhook = "https://chat.example/hooks/..."
# webhook_file = "webhook.txt"
# What the receiver calls the text: Slack, Mattermost and Telegram "text", Discord "content".
# field = "text"
# Also when no file has come for so many hours; 0: never.
# silent_h = 0
# What else the receiver wants, such as chat_id = "-100123" for Telegram.
[notice.fields]

[folders]
# Files from 1C are dropped here. May lie on a network share.
inbox = "inbox"
# Orders and lists for 1C appear here. May lie on a network share.
outbox = "outbox"
# What says that a file is complete, where its writer says so: "{name}.done" is
# a.csv.done beside a.csv, "{stem}.ok" is a.ok, and a plain name such as "ready"
# speaks for everything in its folder and below. It goes with the files.
# marker = "{name}.done"

[schedule]
# Seconds between two looks into the inbox.
# scan_s = 5
# Seconds that a file must stay the same before it is taken.
# quiet_s = 3
# Seconds between two askings for new orders; 0: only by `obmen orders`.
# orders_s = 300
# Seconds between two product lists; 0: only by `obmen products`.
# products_s = 0
# Seconds that prices and stock wait for the goods file which names their article,
# and files for one that explains a price type or warehouse named below.
# wait_s = 3600

[goods]
# How a product of 1C finds its product in the shop: by "article" or by "name".
# match = "article"
# Where new goods go, by id or by name. Without it they are reported, not added.
# category = 59
{categories}# With our own module in the shop (`obmen module`), new goods may go where 1C has them
# instead: "tree" makes 1C's groups categories of the shop; "fixed" is the one above.
# categories = "fixed"
# What else of goods our own module gets, now and when 1C has changed it: "images" (their
# files lie beside the goods file, as 1C writes them), "attributes" (properties),
# "manufacturer", "weight" (and dimensions), "description" (of goods that the shop has;
# new ones get it anyway), "variants" (характеристики become values of an option, with
# stock and price; else each variant needs an article of its own).
# details = ["images", "attributes", "manufacturer", "weight"]
# Whether our own module shows new goods at once; else they wait, disabled, for you.
# show_new = false
# Whether new goods get an address made of their name (SEO keyword) from our own module.
# seo_keywords = false
# The price type of 1C that goes to the shop, by name or Ид. A file with a single
# type needs no choice.
# price_type = "Розничная"
# Further price types, each for a customer group of the shop by its number, and specials.
# With our own module; `obmen check` names the groups. 0 in 1C takes such a price away.
# group_prices = {{ "Оптовая" = 2 }}
# specials = {{ "Акция" = 1 }}
# The warehouses that count, by name or Ид; none named: all.
# warehouses = ["Основной склад"]
# How fractional stock becomes whole pieces: "down", "nearest", "up".
# rounding = "down"
# What stock below zero becomes: "zero", or "keep" as it is.
# negative = "zero"
# What a deletion mark of 1C does: "ignore" (a note in the receipt), "zero" (the
# stock in the shop becomes 0), "report" (the row is left for you).
# deleted = "ignore"
# Seconds after the last portion of a full export (СодержитТолькоИзменения = false) when
# the stock of products that it left out becomes 0; 0: never. The guard rails apply.
# zero_missing_after_s = 0
# How a variant (Ид with `#`) without an article of its own is called in the shop.
# {sku} is its product's article, {variant} 1C's id of the variant, {barcode} its
# barcode. Without this such variants are reported.
# variant_article = "{sku}-{barcode}"
# Whether names from 1C replace those of the shop.
# update_names = false

# Extra keys for new goods, passed along to an extended module: the module's key
# and the property, requisite or column that it comes from.
[goods.extra]
# weight = "Вес"
# ean = "Штрихкод"

# Guard rails: a file that would do more waits for `obmen approve` or `obmen reject`.
[guard]
# Percent of the products in stock that one file may set to zero.
# zeroed_percent = 30
# Percent of its prices that may move by more than move_percent.
# moved_percent = 30
# move_percent = 50
# No price may rise or fall to this many times itself; 0: any may.
# factor = 10
# By so many percent a file that says that it is complete may be smaller than the
# last one of its name, and the shop's list of articles than it was; 100: by any.
# shrunk_percent = 50
# Percentages are looked at from this many rows on.
# at_least = 10

[orders]
# Orders in these statuses are new to 1C, by id or name.
# statuses = [1]
{statuses}# How 1C calls the currency, where it is not the shop's three-letter code.
# currency = "RUB"
# Which 1C loads the orders: "ut11" (also КА, ERP, Розница), "unf", "ut103",
# "bitrix31" (the exchange module of Bitrix, version 3.1), or "custom". It is where
# the options from `version` to `warehouse_in` start from; `custom` is as `ut11`.
# profile = "ut11"
# How files of orders are called. A name with {time} is new every time. Under a
# fixed name, such as "orders.xml", a file that 1C has not taken yet is replaced by
# one that holds its orders too; 1C should move it away before reading it.
# file = "orders-{time}-{last}.xml"
# version = "2.08"
# "utf-8", "utf-8-bom" or "windows-1251".
# encoding = "utf-8"
# Whether each order stands in a container, with prices and units as in 3.1.
# container = false
# The code of pieces, "796" or, for modules that compare it so, "796 " with a blank.
# unit_code = "796"
# Organisation and warehouse, by their exact names in 1C; none: 1C's own settings.
# organisation = "ООО Ромашка"
# warehouse = "Основной склад"
# warehouse_id = "bd72d8f9-55bc-11d9-848a-00112f43529a"
# Where 1C looks for the warehouse: "document" (ut11) or "requisites" (the others).
# warehouse_in = "document"
# VAT of every line, in percent; without it nothing is said of taxes. The shop's
# prices hold it ("included"), or it comes on top of them ("on top").
# vat = 20
# vat_is = "included"
# Where buyers state ИНН and КПП: the id of a custom field, or an order column.
# inn_field = 3
# kpp_field = 4
# Hours added to the shop's times, where its clock is in another zone than 1C's.
# shift_h = 0
# Whether an order is written again when it has changed in the shop.
# rewrite_changed = false

# What 1C says of an order, and the status that the order gets in the shop. On the
# left a status of 1C, or one of: cancelled, shipped, paid, accepted.
[orders.map]
# cancelled = 7
# shipped = "Shipped"
# "Закрыт" = "Complete"

# Further order columns of the shop for 1C: name of the requisite, column.
[orders.extra]
# "Отслеживание" = "tracking"

# The product list that `obmen products` writes as products.csv.
[lists]
# Its columns, in their order.
# columns = ["article", "name", "price", "category", "manufacturer", "weight", "image", "id"]
# "utf-8" (with a byte order mark, for Excel) or "windows-1251".
# encoding = "utf-8"

# Columns of CSV files and workbooks with headers of your own: header, and what it is (article,
# code, id, barcode, name, description, price, currency, quantity, warehouse, unit,
# group, manufacturer, order, status, ignore).
[csv.columns]
# "Наш код" = "article"

# What words in columns of stock mean. Without an entry a word is reported, and
# its cell left out.
[csv.words]
# "в наличии" = 1
# "нет" = 0
# ">10" = 10

[csv]
# For lists without a header row: the columns in their order.
# without_header = ["article", "quantity"]
# Warehouses that have a column of stock of their own, by the header of that column.
# warehouses = ["Основной склад"]
# Whether prices are written in kopecks: 31030 for 310.30.
# prices_in_kopecks = false
# Whether the last line of a list must have a line end, as Excel writes it: a
# list without one waits as unfinished, and counts as cut off after a minute.
# needs_line_end = false
"#;
