//! `obmen check`: the doctor. Each finding says what to do about it.

use std::path::Path;

use serde_json::json;

use crate::cli::output::{Out, put_message};
use crate::cli::{Common, Exit, config, failure, run};
use crate::domain::CategoryId;
use crate::folders::{Inbox, Outbox};
use crate::journal::Journal;
use crate::notices;
use crate::pipeline::{Exchange, ExchangeSettings, ListKind, ListReport, fetch_list};
use crate::plan::Detail;
use crate::shop::{Access, Dialect, ShopError, module};
use crate::wording::{Message, Worded as _, key, message};

/// What was looked at, and how it is.
struct Finding {
    what: Message,
    health: Health,
    detail: Message,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// Works, but not everything will.
    Limited,
    Bad,
    /// The shop cannot be reached or refuses us.
    NoShop,
}

pub(super) fn check(common: &Common, sends_notice: bool, out: &mut Out) -> anyhow::Result<Exit> {
    let config = config::load(&common.config)?;
    let mut findings = vec![good(message!("check-configuration"), plain(&common.config))];
    let opened =
        Journal::open(&config.journal).and_then(|journal| journal.examine().map(|()| journal));
    let journal = match opened {
        Ok(journal) => {
            findings.push(good(message!("check-journal"), plain(&config.journal)));
            Some(journal)
        }
        Err(err) => {
            findings.push(bad(message!("check-journal"), failure::whole(&err.into())));
            None
        }
    };
    let exchanges = run::chosen(config.exchanges, common.exchange.as_deref())?;
    if sends_notice {
        let language = out.words.language();
        let notice = config
            .notice
            .map(|notice| notice.settings(&exchanges, &config.journal, language));
        findings.push(check_notice(notice.as_ref(), &exchanges));
    }
    for settings in exchanges {
        check_folders(&settings, &mut findings);
        if let Some(journal) = &journal {
            check_shop(settings, journal, &mut findings);
        }
    }
    for finding in &findings {
        print(finding, out);
    }
    let exit = |finding: &Finding| match finding.health {
        Health::Good => Exit::Fine,
        Health::Limited => Exit::Fine,
        Health::Bad => Exit::Attention,
        Health::NoShop => Exit::Shop,
    };
    Ok(findings.iter().map(exit).max().unwrap_or(Exit::Fine))
}

fn print(finding: &Finding, out: &mut Out) {
    let (mark, code) = match finding.health {
        Health::Good => (key("check-mark-good"), "ok"),
        Health::Limited => (key("check-mark-limited"), "limited"),
        Health::Bad => (key("check-mark-bad"), "bad"),
        Health::NoShop => (key("check-mark-bad"), "no-shop"),
    };
    if out.is_text() {
        let words = out.words;
        let (what, detail) = (finding.what.text(words), finding.detail.text(words));
        out.say(&format!("{:<4}  {what}: {detail}", words.text(mark)));
    } else {
        let mut value = json!({"what": finding.what.to_string(), "health": code, "detail": null});
        put_message(&mut value, "detail", Some(&finding.detail));
        out.json(&value);
    }
}

fn good(what: Message, detail: Message) -> Finding {
    finding(what, Health::Good, detail)
}

fn bad(what: Message, detail: Message) -> Finding {
    finding(what, Health::Bad, detail)
}

fn limited(what: Message, detail: Message) -> Finding {
    finding(what, Health::Limited, detail)
}

fn finding(what: Message, health: Health, detail: Message) -> Finding {
    Finding {
        what,
        health,
        detail,
    }
}

fn plain(path: &Path) -> Message {
    Message::plain(path.display().to_string())
}

/// A person must see that it arrives; here is only told that it was taken.
fn check_notice(notice: Option<&notices::Settings>, exchanges: &[ExchangeSettings]) -> Finding {
    let what = message!("check-notice");
    let Some((settings, exchange)) = notice.zip(exchanges.first()) else {
        return bad(what, message!("check-no-notice"));
    };
    match notices::send_test(settings, &exchange.name) {
        Ok(()) => good(what, message!("check-notice-taken")),
        Err(err) => bad(what, err.message()),
    }
}

/// Makes the folders and writes into them, as the service will.
fn check_folders(settings: &ExchangeSettings, findings: &mut Vec<Finding>) {
    let is_writable = |folder: &Path| {
        let outbox = Outbox::open(folder)?;
        outbox.prepare(".obmen-check", b"")?;
        outbox.discard(".obmen-check")
    };
    let inbox = Inbox::open(&settings.inbox).and_then(|inbox| is_writable(inbox.root()));
    let outbox = is_writable(&settings.outbox);
    for (what, folder, result) in [
        (
            message!("check-inbox", exchange = &settings.name),
            &settings.inbox,
            inbox,
        ),
        (
            message!("check-outbox", exchange = &settings.name),
            &settings.outbox,
            outbox,
        ),
    ] {
        findings.push(match result {
            Ok(()) => good(what, plain(folder)),
            Err(err) => bad(what, message!("check-no-right", why = err.message())),
        });
    }
}

fn check_shop(settings: ExchangeSettings, journal: &Journal, findings: &mut Vec<Finding>) {
    let what = message!("check-shop", exchange = &settings.name);
    let url = settings.shop.url.clone();
    let exchange = match Exchange::new(settings) {
        Ok(exchange) => exchange,
        Err(err) => return findings.push(bad(what, err.message())),
    };
    let access = match exchange.client.log_in() {
        Ok(access) => access,
        Err(err) => {
            let health = if err.is_temporary() || err.concerns_every_call() {
                Health::NoShop
            } else {
                Health::Bad
            };
            let detail = message!("check-shop-fails", url = url, why = err.message());
            return findings.push(finding(what, health, detail));
        }
    };
    let version = match &access {
        Access::Module(greeting) => greeting.opencart.clone(),
        Access::Upstream(dialect) => dialect.name().to_owned(),
    };
    let detail = message!("check-shop-fine", url = url, version = version);
    findings.push(good(what, detail));
    findings.push(module_of(&access));
    check_functions(&exchange, &access, findings);
    check_choices(&exchange, &access, journal, findings);
}

/// Which module the shop has, and whether there is a better one.
fn module_of(access: &Access) -> Finding {
    let what = message!("check-module");
    let newest = module::source_version();
    match access {
        Access::Module(greeting) if greeting.module == newest => {
            good(what, message!("check-module-newest", version = newest))
        }
        // Another program has brought it; an older one over it would take its calls away.
        Access::Module(greeting) if greeting.is_newer_than(newest) => good(
            what,
            message!(
                "check-module-newer",
                version = &greeting.module,
                newest = newest,
            ),
        ),
        Access::Module(greeting) => limited(
            what,
            message!(
                "check-module-older",
                version = &greeting.module,
                newest = newest,
            ),
        ),
        Access::Upstream(_) => limited(what, message!("check-module-upstream", newest = newest)),
    }
}

/// Asks every function of the module; commands are given nothing to do.
fn check_functions(exchange: &Exchange, access: &Access, findings: &mut Vec<Finding>) {
    let client = &exchange.client;
    let answers = || message!("check-answers");
    let found: [(&str, Result<Message, ShopError>); 10] = [
        (
            "statuses",
            client
                .statuses()
                .map(|list| message!("check-n-statuses", n = list.len())),
        ),
        (
            "cats",
            client
                .categories()
                .map(|list| message!("check-n-categories", n = list.len())),
        ),
        (
            "articles",
            client
                .articles()
                .map(|list| message!("check-n-articles", n = list.len())),
        ),
        (
            "getproducts",
            client
                .products()
                .map(|list| message!("check-n-products", n = list.len())),
        ),
        (
            "getnames",
            client
                .names()
                .map(|list| message!("check-n-names", n = list.len())),
        ),
        (
            "updatequantity",
            client.update_quantities(&[]).map(|_| answers()),
        ),
        ("updateprice", client.update_prices(&[]).map(|_| answers())),
        ("updatenames", client.update_names(&[]).map(|_| answers())),
        (
            "addproducts",
            client.add_products(CategoryId(0), &[]).map(|_| answers()),
        ),
        ("updateorder", client.update_orders(&[]).map(|_| answers())),
    ];
    for (function, answer) in found {
        let what = match access {
            Access::Module(_) => message!("check-call", function = call_of(function)),
            Access::Upstream(_) => message!("check-function", function = function),
        };
        let is_optional = matches!(function, "getnames" | "updatenames");
        findings.push(match answer {
            Ok(_) if function == "updateorder" && *access == Access::Upstream(Dialect::V40) => {
                limited(what, message!("check-no-status-change"))
            }
            Ok(detail) => good(what, detail),
            Err(err @ ShopError::NoFunction { .. }) if is_optional => {
                limited(what, message!("check-no-names", why = err.message()))
            }
            Err(err) => bad(what, err.message()),
        });
    }
}

/// What our own module calls it.
fn call_of(function: &'static str) -> &'static str {
    match function {
        "cats" => "categories",
        "getproducts" | "getnames" => "products",
        "updatequantity" => "stock",
        "updateprice" => "prices",
        "updatenames" => "names",
        "addproducts" => "products_upsert",
        "updateorder" => "order_status",
        other => other,
    }
}

/// Whether the shop has the customer groups that price types go to.
fn check_groups(exchange: &Exchange, access: &Access, findings: &mut Vec<Finding>) {
    let Access::Module(greeting) = access else {
        return;
    };
    let groups = &greeting.customer_groups;
    for (name, _, group) in &exchange.settings.goods.group_prices {
        let what = message!("check-group", name = name);
        let known = groups.iter().find(|known| known.id == *group);
        findings.push(if let Some(known) = known {
            good(what, Message::plain(format!("{group}, `{}`", known.name)))
        } else {
            let known: Vec<String> = groups
                .iter()
                .map(|known| format!("{} `{}`", known.id, known.name))
                .collect();
            let known = known.join(", ");
            bad(
                what,
                message!("check-no-group", group = group.to_string(), known = known),
            )
        });
    }
}

/// By number, name, or the last name of a path.
fn has(list: &ListReport, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    list.rows.iter().flatten().any(|cell| {
        let cell = cell.to_lowercase();
        cell == wanted || cell.rsplit(" > ").next() == Some(&wanted)
    })
}

/// Whether the shop has what the configuration names.
fn check_choices(
    exchange: &Exchange,
    access: &Access,
    journal: &Journal,
    findings: &mut Vec<Finding>,
) {
    let (orders, goods) = (&exchange.settings.orders, &exchange.settings.goods);
    let statuses: Vec<&String> = orders.statuses.iter().chain(orders.map.values()).collect();
    let categories: Vec<&String> = goods.category.iter().collect();
    for (kind, what, names) in [
        (ListKind::Statuses, message!("check-status"), statuses),
        (ListKind::Categories, message!("check-category"), categories),
    ] {
        if names.is_empty() {
            continue;
        }
        let list = fetch_list(kind, exchange, journal, None);
        findings.extend(names.into_iter().map(|name| match &list {
            Ok(list) if has(list, name) => good(what.clone(), Message::plain(format!("`{name}`"))),
            Ok(_) => bad(what.clone(), message!("check-none-called", name = name)),
            Err(err) => bad(what.clone(), err.message()),
        }));
    }
    check_groups(exchange, access, findings);
    let has_tree = goods.details.contains(&Detail::Categories)
        && exchange
            .client
            .abilities()
            .is_ok_and(|able| able.categories);
    if goods.category.is_none() && !has_tree {
        findings.push(limited(
            message!("check-new-goods"),
            message!("check-no-category"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health_of(version: &str) -> Health {
        let greeting = json!({"module": version, "opencart": "3.0.5.1", "language": "ru-ru",
            "customer_groups": [], "calls": [], "limits": {"body": 1, "rows": {}}});
        let greeting = serde_json::from_value(greeting).unwrap();
        module_of(&Access::Module(greeting)).health
    }

    #[test]
    fn nobody_is_told_to_put_an_older_module_over_a_newer_one() {
        let newest = module::source_version();
        assert!(health_of(newest) == Health::Good);
        assert!(health_of("1.0.9") == Health::Limited);
        for newer in ["99.0.0", "1.100.0"] {
            assert!(health_of(newer) == Health::Good, "{newer}");
        }
    }
}
