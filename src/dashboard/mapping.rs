//! Mapping: which word of 1C is what in the shop, chosen from the lists of both sides.
//!
//! A choice is shown as the configuration spells it, and what nobody has touched is
//! not written anew: `category = 59` stays a number.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::dashboard::app::App;
use crate::dashboard::choices::{Choice, ConfigError};
use crate::dashboard::layout::{button, csrf, page};
use crate::dashboard::options::{Choosable, Known, Options, options};
use crate::dashboard::shop_lists::{List, ShopList};
use crate::dashboard::shown::{State, badge};
use crate::dashboard::web::{Answer, Ask, PageError};
use crate::journal::{Journal, JournalError, ReferenceKind};
use crate::pipeline::ExchangeSettings;
use crate::plan::Detail;
use crate::wording::{Message, Wording, key, message};

/// What the documents of УТ say by their marks, and how a person calls it.
const STATES: [(&str, &str); 4] = [
    ("accepted", key("map-accepted")),
    ("paid", key("map-paid")),
    ("shipped", key("map-shipped")),
    ("cancelled", key("map-cancelled")),
];

/// No name of 1C or of the shop is longer.
const MAX_CHARS: usize = 250;

/// What the files of 1C have named so far.
struct Seen {
    words: Vec<String>,
    price_types: Vec<Known>,
    warehouses: Vec<Known>,
}

fn see(journal: &Journal, exchange: &str) -> Result<Seen, JournalError> {
    let both = |kinds: [ReferenceKind; 2]| -> Result<Vec<Known>, JournalError> {
        let mut all: Vec<Known> = Vec::new();
        for (id, name) in kinds
            .map(|kind| journal.references(exchange, kind))
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?
            .concat()
        {
            // By its name it is chosen for files with ids and for lists without.
            let is_there = |known: &Known| known.name.to_lowercase() == name.to_lowercase();
            if !all.iter().any(is_there) {
                all.push(Known { id, name });
            }
        }
        Ok(all)
    };
    let words = journal.references(exchange, ReferenceKind::OrderWord)?;
    Ok(Seen {
        words: words.into_iter().map(|(_, name)| name).collect(),
        price_types: both([ReferenceKind::PriceType, ReferenceKind::ListPrice])?,
        warehouses: both([ReferenceKind::Warehouse, ReferenceKind::ListWarehouse])?,
    })
}

pub(super) fn show(app: &Arc<App>, ask: &Ask<'_>) -> Result<Answer, PageError> {
    let words = app.words();
    let title = words.text("nav-mapping");
    let name = &ask.exchange.name;
    let Some(config) = &app.settings.config else {
        let content = html! { p .empty { (words.text("mapping-no-file")) } };
        return Ok(Answer::Page(page(ask, &title, &content)));
    };
    if app.shop_lists.is_to_ask(name) {
        let (app, exchange) = (Arc::clone(app), ask.exchange.clone());
        tokio::task::spawn_blocking(move || app.shop_lists.ask(&exchange));
    }
    let Some(lists) = app.shop_lists.of(name) else {
        let asking = badge(State::Busy, &words.text("mapping-asking"));
        let content = html! { div #mapping data-live { p { (asking) } } };
        return Ok(Answer::Page(page(ask, &title, &content)));
    };
    let written = config.read(name)?;
    let seen = app.read(|journal| see(journal, name))?;
    let saved = match ask.query("saved") {
        Some("yes") => Some(key("mapping-saved")),
        Some(_) => Some(key("mapping-nothing")),
        None => None,
    };
    let content = html! {
        div #mapping {
            @if let Some(saved) = saved { p role="status" { (badge(State::Good, &words.text(saved))) } }
            p { (words.fill("mapping-intro", &[("file", config.name().into())])) }
            (button(ask, "/mapping/ask", &words.text("mapping-ask"), "small"))
            form .mapping method="post" action="/mapping" {
                (csrf(ask))
                input type="hidden" name="mark" value=(written.mark);
                (orders_part(&written.settings, &lists, &seen, words))
                (goods_part(&written.settings, &lists, &seen, words))
                p { button .primary { (words.text("mapping-save")) } }
            }
        }
    };
    Ok(Answer::Page(page(ask, &title, &content)))
}

/// The list, or why it is not there.
fn known(list: &List) -> (Vec<Known>, Option<&Message>) {
    match list {
        Ok(pairs) => {
            let pairs = pairs.iter().cloned();
            (pairs.map(|(id, name)| Known { id, name }).collect(), None)
        }
        Err(why) => (Vec::new(), Some(why)),
    }
}

fn trouble(why: Option<&Message>, words: &Wording) -> Markup {
    html! { @if let Some(why) = why { p .alert { (badge(State::Bad, &why.text(words))) } } }
}

fn orders_part(
    settings: &ExchangeSettings,
    lists: &ShopList,
    seen: &Seen,
    words: &Wording,
) -> Markup {
    let (statuses, why) = known(&lists.statuses);
    let new = options(&statuses, &settings.orders.statuses, Options::Statuses);
    html! {
        section .card aria-labelledby="new-title" {
            h2 #new-title { (words.text("mapping-new-title")) }
            (trouble(why, words))
            (checkboxes("new", &new, &words.text("mapping-new-hint"), words))
        }
        section .card aria-labelledby="map-title" {
            h2 #map-title { (words.text("mapping-map-title")) }
            p .hint { (words.text("mapping-map-hint")) }
            div .scroll tabindex="0" role="group" aria-labelledby="map-title" {
                table {
                    thead { tr {
                        th scope="col" { (words.text("col-in-1c")) }
                        th scope="col" { (words.text("col-in-shop")) }
                    } }
                    tbody {
                        @for (word, status) in map_rows(settings, seen) {
                            @let shown = shown_word(&word, words);
                            @let none = none_of(&word, &statuses);
                            tr {
                                th scope="row" { (shown) }
                                td { (select(&format!("map:{word}"), &shown, status.as_slice(), &statuses, none, words)) }
                            }
                        }
                        tr {
                            th scope="row" { input name="word" maxlength="120" aria-label=(words.text("mapping-word")) placeholder=(words.text("mapping-word")); }
                            td { (select("word-to", &words.text("mapping-word-to"), &[], &statuses, key("map-none"), words)) }
                        }
                    }
                }
            }
        }
    }
}

fn shown_word(word: &str, words: &Wording) -> String {
    let state = STATES.iter().find(|(name, _)| *name == word);
    state.map_or_else(|| word.to_owned(), |(_, key)| words.text(key))
}

/// A word that the shop has a status for needs no mapping.
fn none_of(word: &str, statuses: &[Known]) -> &'static str {
    let lower = word.to_lowercase();
    if statuses
        .iter()
        .any(|known| known.name.to_lowercase() == lower)
    {
        key("map-same")
    } else {
        key("map-none")
    }
}

/// The states that 1C's marks lead to, what the configuration maps, and what files have said.
fn map_rows(settings: &ExchangeSettings, seen: &Seen) -> Vec<(String, Option<String>)> {
    let map = &settings.orders.map;
    let status_of = |word: &str| {
        let lower = word.to_lowercase();
        let entry = map.iter().find(|(from, _)| from.to_lowercase() == lower);
        entry.map(|(from, to)| (from.clone(), Some(to.clone())))
    };
    let mut rows: Vec<(String, Option<String>)> = Vec::new();
    let states = STATES.iter().map(|(name, _)| *name);
    let words = states
        .chain(map.keys().map(String::as_str))
        .chain(seen.words.iter().map(String::as_str));
    for word in words {
        let lower = word.to_lowercase();
        if !rows.iter().any(|(known, _)| known.to_lowercase() == lower) {
            rows.push(status_of(word).unwrap_or_else(|| (word.to_owned(), None)));
        }
    }
    rows
}

fn goods_part(
    settings: &ExchangeSettings,
    lists: &ShopList,
    seen: &Seen,
    words: &Wording,
) -> Markup {
    let goods = &settings.goods;
    let (categories, why) = known(&lists.categories);
    let warehouses = options(&seen.warehouses, &goods.warehouses, Options::Names);
    let has_tree = goods.details.contains(&Detail::Categories);
    html! {
        section .card aria-labelledby="goods-title" {
            h2 #goods-title { (words.text("mapping-goods-title")) }
            (trouble(why, words))
            p .field {
                span { (words.text("mapping-category")) }
                (select("category", &words.text("mapping-category"), goods.category.as_slice(), &categories, key("mapping-category-none"), words))
            }
            p {
                input type="hidden" name="has-tree" value="1";
                label { input type="checkbox" name="tree" value="1" checked[has_tree]; " " (words.text("mapping-tree")) }
            }
            p .field {
                span { (words.text("mapping-price")) }
                (select("price", &words.text("mapping-price"), goods.price_type.as_slice(), &seen.price_types, key("mapping-price-none"), words))
            }
            @if seen.price_types.is_empty() { p .hint { (words.text("mapping-none-seen")) } }
        }
        section .card aria-labelledby="warehouses-title" {
            h2 #warehouses-title { (words.text("mapping-warehouses")) }
            (checkboxes("w", &warehouses, &words.text("mapping-warehouses-hint"), words))
            @if warehouses.is_empty() { p .hint { (words.text("mapping-none-seen")) } }
        }
    }
}

fn checkboxes(group: &str, options: &[Choosable], hint: &str, words: &Wording) -> Markup {
    html! {
        input type="hidden" name=(format!("has-{group}")) value="1";
        fieldset {
            legend .hint { (hint) }
            @for option in options {
                label {
                    input type="checkbox" name=(format!("{group}:{}", option.value)) value="1" checked[option.is_chosen];
                    " " (option.label(words))
                }
            }
        }
    }
}

fn select(
    name: &str,
    label: &str,
    chosen: &[String],
    known: &[Known],
    none: &'static str,
    words: &Wording,
) -> Markup {
    let rule = match name {
        "category" => Options::Categories,
        "price" => Options::Names,
        _ => Options::Statuses,
    };
    html! {
        select name=(name) aria-label=(label) {
            option value="" { (words.text(none)) }
            @for option in options(known, chosen, rule) {
                option value=(option.value) selected[option.is_chosen] { (option.label(words)) }
            }
        }
    }
}

/// Writes what was changed, and lets the service have it.
pub(super) fn save(ask: &Ask<'_>) -> Result<Answer, PageError> {
    let config = ask.app.settings.config.as_ref();
    let config = config.ok_or(PageError::NotFound)?;
    let name = &ask.exchange.name;
    let written = config.read(name)?;
    let choices = choices_of(&ask.form, &written.settings);
    if !choices.iter().all(is_sane) {
        return Err(ConfigError::Refused(message!("mapping-bad-text")).into());
    }
    if choices.is_empty() {
        return Ok(Answer::To(ask.link("/mapping", &[("saved", "nothing")])));
    }
    let mark = ask.form.get("mark").map(String::as_str);
    let saved = config.save(name, &choices, mark.unwrap_or_default())?;
    ask.app.take_choices(saved);
    Ok(Answer::To(ask.link("/mapping", &[("saved", "yes")])))
}

/// What the form says otherwise than the configuration.
fn choices_of(form: &BTreeMap<String, String>, now: &ExchangeSettings) -> Vec<Choice> {
    let field = |name: &str| form.get(name).map(|text| text.trim());
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut choices = Vec::new();
    if field("has-new").is_some() {
        let ticked = ticked(form, "new:", &now.orders.statuses);
        choices.extend((ticked != now.orders.statuses).then_some(Choice::NewOrders(ticked)));
    }
    let typed = field("word").and_then(filled);
    let typed = typed.zip(field("word-to").and_then(filled));
    let mapped = form
        .iter()
        .filter_map(|(name, to)| Some((name.strip_prefix("map:")?.to_owned(), to.clone())));
    for (said, to) in mapped.chain(typed) {
        let status = filled(to.trim());
        if now.orders.map.get(&said) != status.as_ref() {
            choices.push(Choice::Status { said, status });
        }
    }
    if let Some(category) = field("category").map(filled)
        && category != now.goods.category
    {
        choices.push(Choice::Category(category));
    }
    let has_tree = now.goods.details.contains(&Detail::Categories);
    let wants_tree = field("tree").is_some();
    if field("has-tree").is_some() && wants_tree != has_tree {
        choices.push(Choice::CategoryTree(wants_tree));
    }
    if let Some(price_type) = field("price").map(filled)
        && price_type != now.goods.price_type
    {
        choices.push(Choice::PriceType(price_type));
    }
    if field("has-w").is_some() {
        let ticked = ticked(form, "w:", &now.goods.warehouses);
        choices.extend((ticked != now.goods.warehouses).then_some(Choice::Warehouses(ticked)));
    }
    choices
}

/// In the order of the configuration, and what is new behind it.
fn ticked(form: &BTreeMap<String, String>, prefix: &str, now: &[String]) -> Vec<String> {
    let ticked = form.keys().filter_map(|name| name.strip_prefix(prefix));
    let is_new = |name: &&str| !now.iter().any(|known| known == name);
    let kept = now
        .iter()
        .filter(|known| form.contains_key(&format!("{prefix}{known}")))
        .cloned();
    kept.chain(ticked.filter(is_new).map(str::to_owned))
        .collect()
}

/// What is typed or made up by hand must not garble the file.
fn is_sane(choice: &Choice) -> bool {
    let is_fine = |text: &String| {
        !text.is_empty() && text.chars().count() <= MAX_CHARS && !text.chars().any(char::is_control)
    };
    match choice {
        Choice::NewOrders(all) | Choice::Warehouses(all) => all.iter().all(is_fine),
        Choice::Status { said, status } => is_fine(said) && status.iter().all(is_fine),
        Choice::Category(text) | Choice::PriceType(text) => text.iter().all(is_fine),
        Choice::CategoryTree(_) => true,
    }
}
