//! `obmen check`: the doctor. Each finding says what to do about it.

use std::path::Path;

use serde_json::json;

use crate::cli::output::Out;
use crate::cli::{Common, Exit, config, run};
use crate::domain::CategoryId;
use crate::folders::{Inbox, Outbox};
use crate::journal::Journal;
use crate::notices;
use crate::pipeline::{Exchange, ExchangeSettings, ListKind, fetch_list};
use crate::plan::Detail;
use crate::shop::{Access, Dialect, ShopError, module};

/// What was looked at, and how it is.
struct Finding {
    what: String,
    health: Health,
    detail: String,
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
    let mut findings = vec![good("configuration", common.config.display().to_string())];
    let opened =
        Journal::open(&config.journal).and_then(|journal| journal.examine().map(|()| journal));
    let journal = match opened {
        Ok(journal) => {
            findings.push(good("journal", config.journal.display().to_string()));
            Some(journal)
        }
        Err(err) => {
            findings.push(bad("journal", format!("{:#}", anyhow::Error::from(err))));
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
        Health::Good => ("ok  ", "ok"),
        Health::Limited => ("note", "limited"),
        Health::Bad => ("BAD ", "bad"),
        Health::NoShop => ("BAD ", "no-shop"),
    };
    if out.is_text() {
        out.say(&format!("{mark}  {}: {}", finding.what, finding.detail));
    } else {
        out.json(&json!({"what": finding.what, "health": code, "detail": finding.detail}));
    }
}

fn good(what: &str, detail: String) -> Finding {
    Finding {
        what: what.to_owned(),
        health: Health::Good,
        detail,
    }
}

fn bad(what: &str, detail: String) -> Finding {
    Finding {
        what: what.to_owned(),
        health: Health::Bad,
        detail,
    }
}

/// A person must see that it arrives; here is only told that it was taken.
fn check_notice(notice: Option<&notices::Settings>, exchanges: &[ExchangeSettings]) -> Finding {
    let what = "notice";
    let Some((settings, exchange)) = notice.zip(exchanges.first()) else {
        let detail = "`notice.webhook` is not set: nobody is told when something waits";
        return bad(what, detail.to_owned());
    };
    match notices::send_test(settings, &exchange.name) {
        Ok(()) => good(what, "the receiver has taken a test notice".to_owned()),
        Err(err) => bad(what, err.to_string()),
    }
}

/// Makes the folders and writes into them, as the service will.
fn check_folders(settings: &ExchangeSettings, findings: &mut Vec<Finding>) {
    let is_writable = |folder: &Path| {
        let outbox = Outbox::open(folder)?;
        outbox.prepare(".obmen-check", b"")?;
        outbox.discard(".obmen-check")
    };
    let what = format!("inbox of `{}`", settings.name);
    findings.push(
        match Inbox::open(&settings.inbox).and_then(|inbox| is_writable(inbox.root())) {
            Ok(()) => good(&what, settings.inbox.display().to_string()),
            Err(err) => bad(
                &what,
                format!("{err}: give the account that runs obmen the right to change it"),
            ),
        },
    );
    let what = format!("outbox of `{}`", settings.name);
    findings.push(match is_writable(&settings.outbox) {
        Ok(()) => good(&what, settings.outbox.display().to_string()),
        Err(err) => bad(
            &what,
            format!("{err}: give the account that runs obmen the right to change it"),
        ),
    });
}

fn check_shop(settings: ExchangeSettings, journal: &Journal, findings: &mut Vec<Finding>) {
    let what = format!("shop of `{}`", settings.name);
    let url = settings.shop.url.clone();
    let exchange = match Exchange::new(settings) {
        Ok(exchange) => exchange,
        Err(err) => return findings.push(bad(&what, err.to_string())),
    };
    let access = match exchange.client.log_in() {
        Ok(access) => access,
        Err(err) => {
            let health = if err.is_temporary() || err.concerns_every_call() {
                Health::NoShop
            } else {
                Health::Bad
            };
            return findings.push(Finding {
                what,
                health,
                detail: format!("{url}: {err}"),
            });
        }
    };
    let version = match &access {
        Access::Module(greeting) => greeting.opencart.clone(),
        Access::Upstream(dialect) => dialect.name().to_owned(),
    };
    findings.push(good(
        &what,
        format!("{url}: logged in; it speaks like OpenCart {version}"),
    ));
    findings.push(module_of(&access));
    check_functions(&exchange, &access, findings);
    check_choices(&exchange, &access, journal, findings);
}

/// Which module the shop has, and whether there is a better one.
fn module_of(access: &Access) -> Finding {
    let what = "module".to_owned();
    let newest = module::source_version();
    match access {
        Access::Module(greeting) if greeting.module == newest => {
            good(&what, format!("obmen's own, version {newest}"))
        }
        Access::Module(greeting) => Finding {
            what,
            health: Health::Limited,
            detail: format!(
                "obmen's own, version {}; this program brings {newest}: copy the file that `obmen module` \
                 writes over the shop's",
                greeting.module
            ),
        },
        Access::Upstream(_) => Finding {
            what,
            health: Health::Limited,
            detail: format!(
                "the upstream one, slow and silent about what it did; `obmen module` writes obmen's own, \
                 version {newest}, which is one file to copy into the shop"
            ),
        },
    }
}

/// Asks every function of the module; commands are given nothing to do.
fn check_functions(exchange: &Exchange, access: &Access, findings: &mut Vec<Finding>) {
    let client = &exchange.client;
    let answers: [(&str, Result<String, ShopError>); 10] = [
        (
            "statuses",
            client
                .statuses()
                .map(|list| format!("{} statuses", list.len())),
        ),
        (
            "cats",
            client
                .categories()
                .map(|list| format!("{} categories", list.len())),
        ),
        (
            "articles",
            client
                .articles()
                .map(|list| format!("{} articles", list.len())),
        ),
        (
            "getproducts",
            client
                .products()
                .map(|list| format!("{} enabled products with an article", list.len())),
        ),
        (
            "getnames",
            client.names().map(|list| format!("{} names", list.len())),
        ),
        (
            "updatequantity",
            client.update_quantities(&[]).map(|_| "answers".to_owned()),
        ),
        (
            "updateprice",
            client.update_prices(&[]).map(|_| "answers".to_owned()),
        ),
        (
            "updatenames",
            client.update_names(&[]).map(|_| "answers".to_owned()),
        ),
        (
            "addproducts",
            client
                .add_products(CategoryId(0), &[])
                .map(|_| "answers".to_owned()),
        ),
        (
            "updateorder",
            client.update_orders(&[]).map(|_| "answers".to_owned()),
        ),
    ];
    for (function, answer) in answers {
        let what = match access {
            Access::Module(_) => format!("call `{}`", call_of(function)),
            Access::Upstream(_) => format!("function `{function}`"),
        };
        let is_optional = matches!(function, "getnames" | "updatenames");
        findings.push(match answer {
            Ok(_) if function == "updateorder" && *access == Access::Upstream(Dialect::V40) => Finding {
                what,
                health: Health::Limited,
                detail: "answers, but the upstream module for 4.0 cannot change the status of an order: \
                         files with statuses will be held"
                    .to_owned(),
            },
            Ok(detail) => good(&what, detail),
            Err(err @ ShopError::NoFunction { .. }) if is_optional => {
                Finding { what, health: Health::Limited, detail: format!("{err}; names are not exchanged without it") }
            }
            Err(err) => bad(&what, err.to_string()),
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

/// Whether the shop has what the configuration names.
/// Whether the shop has the customer groups that price types go to.
fn check_groups(exchange: &Exchange, access: &Access, findings: &mut Vec<Finding>) {
    let Access::Module(greeting) = access else {
        return;
    };
    let groups = &greeting.customer_groups;
    for (name, _, group) in &exchange.settings.goods.group_prices {
        let what = format!("customer group for `{name}`");
        let known = groups.iter().find(|known| known.id == *group);
        findings.push(if let Some(known) = known {
            good(&what, format!("{group}, `{}`", known.name))
        } else {
            let known: Vec<String> = groups
                .iter()
                .map(|known| format!("{} `{}`", known.id, known.name))
                .collect();
            let known = known.join(", ");
            bad(
                &what,
                format!("the shop has no group {group}; it has {known}"),
            )
        });
    }
}

fn check_choices(
    exchange: &Exchange,
    access: &Access,
    journal: &Journal,
    findings: &mut Vec<Finding>,
) {
    let has = |kind, wanted: &str| -> Result<bool, crate::pipeline::CarryError> {
        let lower = wanted.to_lowercase();
        let list = fetch_list(kind, exchange, journal, None)?;
        Ok(list.rows.iter().any(|row| {
            row.iter().any(|cell| {
                let cell = cell.to_lowercase();
                cell == lower || cell.rsplit(" > ").next() == Some(&lower)
            })
        }))
    };
    let wanted_statuses = exchange
        .settings
        .orders
        .statuses
        .iter()
        .chain(exchange.settings.orders.map.values());
    let wanted = wanted_statuses
        .map(|name| (ListKind::Statuses, "order status", name))
        .chain(
            exchange
                .settings
                .goods
                .category
                .iter()
                .map(|name| (ListKind::Categories, "category", name)),
        );
    for (kind, what, name) in wanted {
        match has(kind, name) {
            Ok(true) => findings.push(good(what, format!("`{name}`"))),
            Ok(false) => findings.push(bad(
                what,
                format!("the shop has none that is called `{name}`; `obmen statuses` and `obmen categories` list them"),
            )),
            Err(err) => findings.push(bad(what, err.to_string())),
        }
    }
    let goods = &exchange.settings.goods;
    check_groups(exchange, access, findings);
    let has_tree = goods.details.contains(&Detail::Categories)
        && exchange
            .client
            .abilities()
            .is_ok_and(|able| able.categories);
    if goods.category.is_none() && !has_tree {
        let detail =
            "`goods.category` is not set: new goods are reported, but not added".to_owned();
        findings.push(Finding {
            what: "new goods".to_owned(),
            health: Health::Limited,
            detail,
        });
    }
}
