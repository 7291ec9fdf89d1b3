//! `obmen demo`: the embedded shop, the samples, one whole cycle, and what happened.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::cli::failure::Because as _;
use crate::cli::output::Out;
use crate::cli::page::Page;
use crate::cli::{Exit, run};
use crate::demo_shop::{self, Catalogue, DemoShop, State};
use crate::folders::{Inbox, Lock, Outbox};
use crate::formats::CsvOptions;
use crate::journal::Journal;
use crate::pipeline::{
    self, Exchange, ExchangeSettings, GoodsSettings, ListKind, ListSettings, OrderSettings,
    Schedule, ask_for_orders, fetch_list,
};
use crate::plan::Guard;
use crate::shop::{self, ApiKey};
use crate::wording::{Language, Wording, message};

/// Beside the inbox, so that a second demo finds what the first one did.
const MEMORY: &str = ".obmen-demo";

/// The samples that a 1C administrator would drop, in no particular order: the
/// program sorts them by what they hold.
const SAMPLES: [(&str, &[u8]); 10] = [
    (
        "xlsx/price.xlsx",
        include_bytes!("../../samples/xlsx/price.xlsx"),
    ),
    (
        "csv/ceny-windows-1251.csv",
        include_bytes!("../../samples/csv/ceny-windows-1251.csv"),
    ),
    (
        "csv/novye-tovary.csv",
        include_bytes!("../../samples/csv/novye-tovary.csv"),
    ),
    (
        "csv/ostatki-windows-1251.csv",
        include_bytes!("../../samples/csv/ostatki-windows-1251.csv"),
    ),
    (
        "csv/statusy-zakazov.csv",
        include_bytes!("../../samples/csv/statusy-zakazov.csv"),
    ),
    (
        "bitrix31/rests___9d2f7c44-4c1a-11ee-8c90-0242ac120002.xml",
        include_bytes!(
            "../../samples/commerceml/bitrix31/rests___9d2f7c44-4c1a-11ee-8c90-0242ac120002.xml"
        ),
    ),
    (
        "unf/orders-7a31c0de-4c1a-11ee-8c90-0242ac120002.xml",
        include_bytes!(
            "../../samples/commerceml/unf/orders-7a31c0de-4c1a-11ee-8c90-0242ac120002.xml"
        ),
    ),
    (
        "ut11/import0_1.xml",
        include_bytes!("../../samples/commerceml/ut11/import0_1.xml"),
    ),
    (
        "ut11/offers0_1.xml",
        include_bytes!("../../samples/commerceml/ut11/offers0_1.xml"),
    ),
    (
        "ut11/orders-5f0d8a10-4c1a-11ee-8c90-0242ac120002_2.xml",
        include_bytes!(
            "../../samples/commerceml/ut11/orders-5f0d8a10-4c1a-11ee-8c90-0242ac120002_2.xml"
        ),
    ),
];

pub(super) fn demo(dir: &Path, once: bool, out: &mut Out) -> anyhow::Result<Exit> {
    let memory = dir.join(MEMORY);
    let journal_path = memory.join("journal.sqlite");
    let _lock = Lock::take(&journal_path)?;
    let shop = start_shop(&memory)?;
    let settings = settings(dir, &shop, out.words.language());
    out.say(&out.words.fill(
        "demo-shop",
        &[
            ("url", shop.url().into()),
            ("products", shop.products().len().into()),
            ("orders", shop.orders().len().into()),
            ("username", shop.username().into()),
        ],
    ));
    let journal = Journal::open(&journal_path)?;
    let before = state_of(&shop, out.words);
    fetch_first(&settings, &journal, out)?;
    drop_samples(&settings, out)?;
    let mut service = run::service(vec![settings.clone()], journal, None)?;
    let mut exit = Exit::Fine;
    for (_, report) in service.run_once() {
        run::say_report(&report, out);
        exit = exit.max(run::exit_of_report(&report));
    }
    say_changes(&before, &shop, out);
    if once {
        out.say(&out.words.text("demo-done"));
        return Ok(exit);
    }
    for inbox in service.inboxes() {
        let folder = inbox.display().to_string();
        out.say("");
        out.say(
            &out.words
                .fill("demo-watching", &[("folder", folder.into())]),
        );
    }
    let beside = run::Beside {
        page: Some(Page::default()),
        config: None,
        journal: &journal_path,
        notice: None,
    };
    run::serve(&mut service, vec![settings], beside, out)?;
    Ok(exit)
}

fn start_shop(memory: &Path) -> anyhow::Result<DemoShop> {
    Outbox::open(memory)?;
    let mut settings =
        demo_shop::Settings::new(demo_shop::Dialect::V30, Catalogue::demo(), pipeline::now());
    settings.state = State::Kept(memory.join("shop.sqlite"));
    demo_shop::start(settings).because(|| message!("demo-shop-not-started"))
}

fn settings(dir: &Path, shop: &DemoShop, language: Language) -> ExchangeSettings {
    let map = [
        ("shipped", "Shipped"),
        ("paid", "Processing"),
        ("accepted", "Processing"),
        ("cancelled", "Canceled"),
        ("Отгружен", "Shipped"),
        ("Выполнен", "Complete"),
    ];
    ExchangeSettings {
        name: "demo".to_owned(),
        inbox: dir.join("inbox"),
        outbox: dir.join("outbox"),
        marker: None,
        shop: shop::Settings::new(
            shop.url(),
            shop.username().to_owned(),
            ApiKey::new(shop.key().to_owned()),
            pipeline::unix_time,
        ),
        batch: 200,
        settle: Duration::from_secs(5),
        goods: GoodsSettings {
            category: Some("Чай и кофе".to_owned()),
            price_type: Some("Розничная".to_owned()),
            extra: BTreeMap::from([("weight".to_owned(), "Вес".to_owned())]),
            ..GoodsSettings::default()
        },
        orders: OrderSettings {
            statuses: vec!["Pending".to_owned()],
            map: map
                .iter()
                .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
                .collect(),
            ..OrderSettings::default()
        },
        lists: ListSettings::default(),
        guard: Guard::default(),
        csv: CsvOptions::default(),
        language,
        schedule: Schedule {
            scan: Duration::from_secs(2),
            quiet: Duration::from_millis(500),
            orders: Some(Duration::from_secs(30)),
            products: None,
            wait: Duration::from_secs(3_600),
        },
    }
}

/// What 1C would find first: new orders, and the shop's lists.
fn fetch_first(
    settings: &ExchangeSettings,
    journal: &Journal,
    out: &mut Out,
) -> anyhow::Result<()> {
    let exchange = Exchange::new(settings.clone())?;
    let outbox = Outbox::open(&settings.outbox)?;
    out.say(&out.words.text("demo-from-shop"));
    let orders = ask_for_orders(&exchange, journal, &outbox)?;
    match &orders.file {
        Some(file) => {
            let n = run::n_orders(orders.written.len(), out.words);
            out.say(&format!("   {n} → {}", file.display()));
        }
        None => out.say(&format!("   {}", out.words.text("demo-no-orders"))),
    }
    for kind in [ListKind::Products, ListKind::Categories, ListKind::Statuses] {
        for file in fetch_list(kind, &exchange, journal, Some(&outbox))?.files {
            out.say(&format!("   {}", file.display()));
        }
    }
    Ok(())
}

fn drop_samples(settings: &ExchangeSettings, out: &mut Out) -> anyhow::Result<()> {
    Inbox::open(&settings.inbox)?;
    out.say(&out.words.fill(
        "demo-samples",
        &[
            ("n", SAMPLES.len().into()),
            ("folder", settings.inbox.display().to_string().into()),
        ],
    ));
    for (name, content) in SAMPLES {
        let path = settings.inbox.join(name);
        let (Some(folder), Some(file)) = (path.parent(), path.file_name()) else {
            continue;
        };
        Outbox::open(folder)?.put(&file.to_string_lossy(), content)?;
    }
    Ok(())
}

/// Article or order, to what a person sees of it.
fn state_of(shop: &DemoShop, words: &Wording) -> BTreeMap<String, String> {
    let products = shop.products().into_iter().map(|product| {
        (
            product.shown_sku(),
            words.fill(
                "demo-product",
                &[
                    ("price", product.price.normalize().to_string().into()),
                    ("stock", product.quantity.to_string().into()),
                ],
            ),
        )
    });
    let orders = shop.orders().into_iter().map(|order| {
        (
            words.fill("demo-order", &[("order", order.id.0.to_string().into())]),
            words.fill(
                "demo-status",
                &[("status", order.status_id.to_string().into())],
            ),
        )
    });
    products.chain(orders).collect()
}

fn say_changes(before: &BTreeMap<String, String>, shop: &DemoShop, out: &mut Out) {
    let after = state_of(shop, out.words);
    let rows: Vec<Vec<String>> = after
        .iter()
        .filter(|(key, now)| before.get(*key) != Some(*now))
        .map(|(key, now)| {
            let then = before.get(key).cloned();
            vec![
                format!("   {key}"),
                then.unwrap_or_else(|| out.words.text("demo-new")),
                "→".to_owned(),
                now.clone(),
            ]
        })
        .collect();
    if rows.is_empty() {
        out.say(&out.words.text("demo-unchanged"));
        return;
    }
    out.say(&out.words.fill("demo-changes", &[("n", rows.len().into())]));
    out.table(&rows);
}
