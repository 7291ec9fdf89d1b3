//! A world to try the program in: a shop that answers HTTP, an inbox, an outbox and a journal.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDateTime;
use obmen::demo_shop::{self, Catalogue, DemoShop, Dialect, Module};
use obmen::formats::CsvOptions;
use obmen::journal::{Journal, Run};
use obmen::pipeline::{
    self, Exchange, ExchangeSettings, GoodsSettings, ListSettings, OrderSettings, PassReport,
    Schedule, Service, retry,
};
use obmen::plan::Guard;
use obmen::shop::{self, ApiKey};
use obmen::wording::Language;
use rust_decimal::Decimal;
use tempfile::TempDir;

/// See the module's documentation. Everything in it ends with it.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) shop: DemoShop,
    pub(crate) settings: ExchangeSettings,
}

impl World {
    /// A 3.0 shop with three products, two orders and nothing else.
    pub(crate) fn new() -> Self {
        Self::with_shop(Dialect::V30, Module::Upstream, small_catalogue())
    }

    pub(crate) fn with_shop(dialect: Dialect, module: Module, catalogue: Catalogue) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = demo_shop::Settings::new(dialect, catalogue, NaiveDateTime::default());
        settings.module = module;
        let shop = demo_shop::start(settings).unwrap();
        let settings = exchange_settings(folder.path(), &shop);
        Self {
            folder,
            shop,
            settings,
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut ExchangeSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub(crate) fn inbox(&self) -> &Path {
        &self.settings.inbox
    }

    /// Puts a file into the inbox, as 1C would.
    pub(crate) fn drop_in(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        put(&self.inbox().join(name), content.as_ref());
        self
    }

    /// Where the program itself has it, too.
    pub(crate) fn journal_path(&self) -> PathBuf {
        self.folder.path().join("obmen.sqlite")
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::open(&self.journal_path()).unwrap()
    }

    /// One pass of a service that has just been started.
    pub(crate) fn pass(&self) -> PassReport {
        let exchange = Exchange::new(self.settings.clone()).unwrap();
        let mut service = Service::new(vec![exchange], self.journal(), None);
        service.run_once().remove(0).1
    }

    /// What waits for its time is due now.
    pub(crate) fn make_all_due(&self) {
        let journal = self.journal();
        for run in journal.runs(None, 100).unwrap() {
            journal.forget_retry(run.id).unwrap();
        }
    }

    /// A person has seen to it that the file can go on.
    pub(crate) fn take_up(&self, held: &Run) {
        let exchanges = std::slice::from_ref(&self.settings);
        retry(held.id, exchanges, &self.journal()).unwrap();
    }

    /// One pass that must leave nothing behind.
    #[track_caller]
    pub(crate) fn carry(&self) -> PassReport {
        let report = self.pass();
        assert!(report.errors.is_empty(), "{:?}", report.errors);
        for file in &report.files {
            assert!(file.error.is_none(), "{}: {:?}", file.name, file.error);
        }
        report
    }

    #[track_caller]
    pub(crate) fn assert_product(&self, sku: &str, price: &str, quantity: i32) -> &Self {
        let product = self
            .shop
            .product(sku)
            .unwrap_or_else(|| panic!("the shop has no `{sku}`"));
        let found = (product.price.normalize().to_string(), product.quantity);
        assert_eq!(
            found,
            (price.to_owned(), quantity),
            "price and quantity of `{sku}`"
        );
        self
    }

    #[track_caller]
    pub(crate) fn assert_n_calls(&self, function: &str, n: usize) -> &Self {
        assert_eq!(self.shop.n_calls(function), n, "calls of `{function}`");
        self
    }

    /// Names below a folder of the inbox or the outbox, receipts and the outbox's mark left out.
    pub(crate) fn names_in(&self, folder: &str) -> Vec<String> {
        let mut names = names_below(&self.folder.path().join(folder));
        names.retain(|name| !name.contains(".receipt.") && name != ".obmen");
        names
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name))
            .unwrap_or_else(|err| panic!("{name}: {err}"))
    }

    /// A configuration file that says what `settings` says, for the program itself.
    pub(crate) fn write_config(&self) -> PathBuf {
        let path = self.folder.path().join("obmen.toml");
        let text = format!(
            "[shop]\nurl = '{}'\nusername = '{}'\nkey = '{}'\nsettle_s = 0\n[schedule]\nquiet_s = 0\nscan_s = 1\n\
             [goods]\ncategory = 60\n[orders]\nstatuses = [1]\n[orders.map]\n'Отгружен' = 'Shipped'\nshipped = 3\n\
             cancelled = 7\n",
            self.shop.url(),
            self.shop.username(),
            self.shop.key()
        );
        put(&path, text.as_bytes());
        path
    }
}

pub(crate) fn small_catalogue() -> Catalogue {
    let buyer = demo_shop::Buyer {
        first_name: "Иван".to_owned(),
        last_name: "О'Нил".to_owned(),
        email: "ivan@example.com".to_owned(),
        telephone: "+7 900 000-00-00".to_owned(),
        city: "Тверь".to_owned(),
        ..demo_shop::Buyer::default()
    };
    let order = || {
        demo_shop::NewOrder::by(buyer.clone())
            .line("ЧАЙ-100", 2)
            .line("R&D 12\"", 1)
    };
    Catalogue::empty()
        .with_category(60, None, "Чай")
        .with_product("ЧАЙ-100", "Чай чёрный", Decimal::new(34_900, 2), 50)
        .with_product(
            "R&D 12\"",
            "Кабель 12\" & адаптер",
            Decimal::new(1_000, 2),
            5,
        )
        .with_product("00123", "Карандаши", Decimal::new(19_900, 2), 15)
        .with_order(order())
        .with_order(order().shipping(Decimal::new(30_000, 2)))
}

fn exchange_settings(folder: &Path, shop: &DemoShop) -> ExchangeSettings {
    let map = [
        ("Отгружен", "Shipped"),
        ("shipped", "3"),
        ("cancelled", "Canceled"),
    ];
    ExchangeSettings {
        name: "main".to_owned(),
        inbox: folder.join("inbox"),
        outbox: folder.join("outbox"),
        marker: None,
        shop: shop::Settings::new(
            shop.url(),
            shop.username().to_owned(),
            ApiKey::new(shop.key().to_owned()),
            pipeline::unix_time,
        ),
        batch: 200,
        settle: Duration::ZERO,
        goods: GoodsSettings {
            category: Some("Чай".to_owned()),
            ..GoodsSettings::default()
        },
        orders: OrderSettings {
            statuses: vec!["1".to_owned()],
            map: map
                .iter()
                .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
                .collect(),
            ..OrderSettings::default()
        },
        lists: ListSettings::default(),
        guard: Guard::default(),
        csv: CsvOptions::default(),
        language: Language::English,
        schedule: Schedule {
            scan: Duration::from_millis(200),
            quiet: Duration::ZERO,
            orders: Some(Duration::from_secs(1)),
            products: None,
            wait: Duration::from_secs(3_600),
        },
    }
}

#[expect(clippy::disallowed_methods, reason = "tests lay out their own files")]
pub(crate) fn put(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn names_below(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = next.read_dir() else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                names.push(
                    path.strip_prefix(folder)
                        .unwrap()
                        .to_string_lossy()
                        .replace('\\', "/"),
                );
            }
        }
    }
    names.sort();
    names
}
