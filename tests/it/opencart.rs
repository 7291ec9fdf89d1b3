//! Shops with the real module in PHP over a real `MariaDB`, one for each version of OpenCart.
//!
//! Needs `php` with mysqli and `pdo_mysql`, and `mariadbd`; where they are missing, the tests that ask for a
//! shop are left out, unless `OBMEN_REQUIRE_PHP` is set, as `.ci/run` does.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::NaiveDateTime;
use obmen::demo_shop::{self, DemoShop, Dialect, Module};
use obmen::shop::module::{Call, sign};
use obmen::shop::{ApiKey, Client, Settings};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Two versions whose tables know no transactions, and two whose tables do.
pub(crate) const VERSIONS: [&str; 4] = ["2.3.0.2", "3.0.5.1", "4.0.2.3", "4.1.0.4"];

pub(crate) const KEY: &str = "obmen-test-key-0123456789abcdef";

/// A shop, and whoever must not end before it does.
pub(crate) struct Shop {
    pub(crate) url: String,
    pub(crate) version: String,
    pub(crate) username: String,
    pub(crate) key: String,
    server: Option<Server>,
    images: Option<PathBuf>,
    /// Ends with the shop.
    embedded: Option<DemoShop>,
    pub(crate) database: Option<Database>,
}

/// Where a test may look behind the module's back.
pub(crate) struct Database {
    socket: String,
    name: String,
}

/// A script that runs a server until its input is closed.
struct Server {
    _child: Child,
    _input: ChildStdin,
    said: String,
}

impl Server {
    fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new("sh")
            .arg(folder().join("serve.sh"))
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        let said = said.trim().to_owned();
        assert!(!said.is_empty(), "{arguments:?}: the server did not start");
        Self {
            _child: child,
            _input: input,
            said,
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opencart")
}

fn is_installed() -> bool {
    let runs = |program: &str, arguments: &[&str]| {
        Command::new(program)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    cfg!(unix)
        && runs(
            "php",
            &[
                "-r",
                "exit(extension_loaded('mysqli') && extension_loaded('pdo_mysql') ? 0 : 1);",
            ],
        )
        && runs("mariadbd", &["--no-defaults", "--version"])
        && runs(
            "sh",
            &[
                "-c",
                "command -v mariadb-install-db && command -v mariadb-admin && command -v mariadb",
            ],
        )
}

/// Whether there can be shops; says once if not.
pub(crate) fn is_there() -> bool {
    static IS_THERE: OnceLock<bool> = OnceLock::new();
    *IS_THERE.get_or_init(|| {
        let is_there = is_installed();
        if !is_there {
            assert!(
                env::var_os("OBMEN_REQUIRE_PHP").is_none(),
                "php with mysqli and pdo_mysql, or MariaDB is missing"
            );
            // Past the capture of the test harness, so that somebody reads it.
            std::io::stderr()
                .write_all(
                    b"left out: the shop module's tests; to run them install `php-cli php-mysql mariadb-server`\n",
                )
                .unwrap();
        }
        is_there
    })
}

/// One server for all tests; it ends with their process.
fn socket() -> &'static str {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| Server::start(&["database", &new_folder()], &[]));
    &server.said
}

/// Removed by the script that runs the server in it.
fn new_folder() -> String {
    let folder = tempfile::Builder::new().prefix("obmen-").tempdir().unwrap();
    folder.keep().to_str().unwrap().to_owned()
}

pub(crate) use obmen::pipeline::unix_time;

/// A small shop of each version; none where PHP or `MariaDB` is missing.
pub(crate) fn shops() -> impl Iterator<Item = Shop> {
    let n = if is_there() { VERSIONS.len() } else { 0 };
    VERSIONS
        .into_iter()
        .take(n)
        .map(|version| Shop::open(version, 0, 0))
}

/// The shop within the program, which needs nothing installed, like each version.
pub(crate) fn embedded_shops() -> impl Iterator<Item = Shop> {
    let dialects = [Dialect::V23, Dialect::V30, Dialect::V40, Dialect::V41];
    VERSIONS
        .into_iter()
        .zip(dialects)
        .map(|(version, dialect)| Shop::embedded(version, dialect))
}

impl Shop {
    /// With so many products and orders beside the few that each shop has.
    pub(crate) fn open(version: &str, n_products: u32, n_orders: u32) -> Self {
        Self::open_with("mysqli", version, n_products, n_orders)
    }

    /// One whose owner has chosen this of OpenCart's drivers for the database.
    pub(crate) fn open_with(driver: &str, version: &str, n_products: u32, n_orders: u32) -> Self {
        static N_SHOPS: AtomicU32 = AtomicU32::new(0);
        let name = format!("shop{}", N_SHOPS.fetch_add(1, Ordering::Relaxed));
        let socket = socket();
        let made = Command::new("php")
            .arg(folder().join("database.php"))
            .args([
                version,
                socket,
                &name,
                &n_products.to_string(),
                &n_orders.to_string(),
            ])
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{version}: {}{}",
            String::from_utf8_lossy(&made.stdout),
            String::from_utf8_lossy(&made.stderr)
        );
        let folder = new_folder();
        let server = Server::start(
            &["shop", &folder],
            &[
                ("OPENCART_VERSION", version),
                ("OPENCART_DATABASE", &name),
                ("OPENCART_DRIVER", driver),
                ("OPENCART_SOCKET", socket),
                ("OPENCART_IMAGES", &folder),
            ],
        );
        Self {
            url: format!("http://127.0.0.1:{}/", server.said),
            version: version.to_owned(),
            username: "obmen".to_owned(),
            key: KEY.to_owned(),
            server: Some(server),
            images: Some(PathBuf::from(&folder)),
            embedded: None,
            database: Some(Database {
                socket: socket.to_owned(),
                name,
            }),
        }
    }

    /// The shop within the program, with the goods of the small shop.
    fn embedded(version: &str, dialect: Dialect) -> Self {
        let goods = [
            ("KB-001", "iPhone", 101, 12),
            ("R&D 12\"", "Apple Cinema 30\"", 100, 7),
            ("KB-002", "MacBook", 500, 5),
            ("ЧАЙ-100", "Чай \"Карпатський\" чорний, 100 г", 100, 25),
            ("00123", "HP LP3065", 100, 3),
            ("DUP-1", "Palm Treo Pro", 280, 10),
            ("DUP-1", "Nikon D300", 80, 20),
        ];
        let buyer = demo_shop::Buyer::default();
        let order = demo_shop::NewOrder::by(buyer).line("KB-001", 2);
        let catalogue = demo_shop::Catalogue::empty()
            .with_category(20, None, "Desktops")
            .with_category(26, Some(20), "PC & Co");
        let catalogue = goods
            .iter()
            .fold(catalogue, |catalogue, (sku, name, price, quantity)| {
                catalogue.with_product(sku, name, Decimal::from(*price), *quantity)
            })
            .with_order(order);
        let mut settings = demo_shop::Settings::new(dialect, catalogue, NaiveDateTime::default());
        settings.module = Module::Own;
        let shop = demo_shop::start(settings).unwrap();
        Self {
            url: shop.url(),
            version: version.to_owned(),
            username: shop.username().to_owned(),
            key: shop.key().to_owned(),
            server: None,
            images: None,
            embedded: Some(shop),
            database: None,
        }
    }

    /// A shop that somebody else runs.
    pub(crate) fn elsewhere(url: String, username: String, key: String) -> Self {
        let version = url.clone();
        Self {
            url,
            version,
            username,
            key,
            server: None,
            images: None,
            embedded: None,
            database: None,
        }
    }

    /// Where the shop keeps its pictures.
    pub(crate) fn images(&self) -> Option<&Path> {
        self.images.as_deref()
    }

    /// How many batches the shop has taken.
    pub(crate) fn n_batches(&self) -> usize {
        let batches = [
            "products_upsert",
            "categories_upsert",
            "image",
            "prices",
            "stock",
            "option_stock",
        ];
        match (&self.embedded, &self.database) {
            (Some(shop), _) => batches.iter().map(|call| shop.n_calls(call)).sum(),
            (None, Some(database)) => {
                let n =
                    database.ask("SELECT COUNT(*) FROM oc_apizs_request WHERE answer IS NOT NULL");
                n.first().unwrap().parse().unwrap()
            }
            (None, None) => 0,
        }
    }

    pub(crate) fn is_harness(&self) -> bool {
        self.server.is_some()
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings::new(
            self.url.clone(),
            self.username.clone(),
            ApiKey::new(self.key.clone()),
            unix_time,
        )
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.settings()).unwrap()
    }

    /// A signed call, as a program of one's own would make it.
    pub(crate) fn call(&self, call: &str, body: &Value) -> (u16, Value) {
        Request::new(call, body.to_string()).send(self)
    }

    /// A call that must succeed.
    #[track_caller]
    pub(crate) fn done(&self, call: &str, body: &Value) -> Value {
        let (status, answer) = self.call(call, body);
        assert_eq!(
            (status, &answer["ok"]),
            (200, &json!(true)),
            "{}: {call}: {answer}",
            self.version
        );
        answer
    }

    /// What became of each row of a batch.
    #[track_caller]
    pub(crate) fn fates(&self, call: &str, body: &Value) -> Vec<String> {
        let answer = self.done(call, body);
        let rows = answer["rows"].as_array().unwrap();
        rows.iter()
            .map(|row| row["is"].as_str().unwrap().to_owned())
            .collect()
    }

    #[track_caller]
    pub(crate) fn article(&self, sku: &str) -> Value {
        let articles = self.done("articles", &json!({}));
        let articles = articles["articles"].as_array().unwrap().clone();
        articles
            .into_iter()
            .find(|row| row["sku"] == sku)
            .unwrap_or_else(|| panic!("{}: there is no `{sku}`", self.version))
    }

    pub(crate) fn product(&self, sku: &str) -> Option<Value> {
        let products = self.done("products", &json!({"descriptions": true}));
        let products = products["products"].as_array().unwrap().clone();
        products.into_iter().find(|row| row["sku"] == sku)
    }

    pub(crate) fn order(&self, id: u32) -> Value {
        self.done("orders", &json!({"ids": [id]}))["orders"][0].clone()
    }
}

impl Database {
    /// Each row as a line, its columns apart by tabs.
    pub(crate) fn ask(&self, sql: &str) -> Vec<String> {
        let output = Command::new("mariadb")
            .args([
                "--no-defaults",
                "-uroot",
                "-N",
                "-B",
                "--raw",
                "--default-character-set=utf8mb4",
                "--socket",
                &self.socket,
            ])
            .args([&self.name, "-e", sql])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }
}

/// A call in all its parts, each of which a test may spoil.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) call: String,
    pub(crate) body: Vec<u8>,
    pub(crate) username: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) unix_time: i64,
    pub(crate) id: String,
    pub(crate) store: Option<u32>,
    /// Put behind the query, unsigned.
    pub(crate) query: &'static str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) signature: Option<String>,
}

impl Request {
    pub(crate) fn new(call: &str, body: impl Into<Vec<u8>>) -> Self {
        static N_REQUESTS: AtomicU32 = AtomicU32::new(0);
        let n = N_REQUESTS.fetch_add(1, Ordering::Relaxed);
        Self {
            call: call.to_owned(),
            body: body.into(),
            username: None,
            key: None,
            unix_time: unix_time(),
            id: format!("test-{}-{}-{n}", std::process::id(), unix_time()),
            store: None,
            query: "",
            headers: Vec::new(),
            signature: None,
        }
    }

    pub(crate) fn send(&self, shop: &Shop) -> (u16, Value) {
        let key = ApiKey::new(self.key.clone().unwrap_or_else(|| shop.key.clone()));
        let signature = self.signature.clone().unwrap_or_else(|| {
            sign(
                &key,
                &Call {
                    call: &self.call,
                    store: self.store,
                    unix_time: self.unix_time,
                    request_id: &self.id,
                    body: &self.body,
                },
            )
        });
        let store = self
            .store
            .map(|id| format!("&store_id={id}"))
            .unwrap_or_default();
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::blocking::Client::builder()
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        let mut request = http
            .post(format!(
                "{}index.php?route=apizs/sync&call={}{store}{}",
                shop.url, self.call, self.query
            ))
            .header(
                "X-Obmen-User",
                self.username.as_ref().unwrap_or(&shop.username),
            )
            .header("X-Obmen-Time", self.unix_time.to_string())
            .header("X-Obmen-Request", &self.id)
            .header("X-Obmen-Signature", signature)
            .body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = request.send().unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().unwrap();
        let json = serde_json::from_str(&text)
            .unwrap_or_else(|err| panic!("{}: {}: {err}: {text}", shop.version, self.call));
        (status, json)
    }
}
