//! The shop's own module over a real database, from `obmen`'s start to its end.
//!
//! Needs `php` with mysqli and `mariadbd`, as the tests of the module do.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// How PHP changes one article after the other, as a module without sets does: the column
/// of articles has no index. Written for this comparison.
const ROW_BY_ROW: &str = r#"
list(, $socket, $name, $n) = $argv;
$db = new mysqli('localhost', 'root', '', $name, 0, $socket);
for ($i = 1; $i <= $n; $i++) {
    $sku = $db->real_escape_string(sprintf('T%05d', $i * 2));
    $db->query("UPDATE oc_product SET quantity = " . ($i % 50 + 1) . " WHERE sku = '$sku'");
}
"#;

/// A script that runs a server until its input is closed.
struct Server {
    child: Child,
    input: Option<ChildStdin>,
    said: String,
}

impl Server {
    fn start(what: &str, folder: &Path, variables: &[(&str, &str)]) -> Option<Self> {
        fs::create_dir_all(folder).ok()?;
        let mut child = Command::new("sh")
            .arg(scripts().join("serve.sh"))
            .args([what.as_ref(), folder.as_os_str()])
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let input = child.stdin.take();
        let mut said = String::new();
        BufReader::new(child.stdout.take()?)
            .read_line(&mut said)
            .ok()?;
        let said = said.trim().to_owned();
        (!said.is_empty()).then_some(Self { child, input, said })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.input = None;
        self.child.wait().map(drop).unwrap_or_default();
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opencart")
}

/// A shop of one version, with so many products and orders.
pub(crate) struct RealShop {
    pub(crate) url: String,
    name: String,
    peaks: PathBuf,
    database: Server,
    _shop: Server,
}

pub(crate) const KEY: &str = "obmen-test-key-0123456789abcdef";

impl RealShop {
    /// `None` where PHP or the database is missing.
    pub(crate) fn open(
        folder: &Path,
        version: &str,
        n_products: u32,
        n_orders: u32,
    ) -> Option<Self> {
        // A socket's path may be no longer than 107 bytes.
        let short = std::env::temp_dir().join(format!("obmen-bench-{}", std::process::id()));
        let database = Server::start("database", &short, &[])?;
        let name = "shop";
        let made = Command::new("php")
            .arg(scripts().join("database.php"))
            .args([version, &database.said, name])
            .args([n_products.to_string(), n_orders.to_string()])
            .status()
            .ok()?;
        let images = folder.join("images");
        let peaks = folder.join("peaks.txt");
        let variables = [
            ("OPENCART_VERSION", version),
            ("OPENCART_DATABASE", name),
            ("OPENCART_SOCKET", database.said.as_str()),
            ("OPENCART_IMAGES", images.to_str()?),
            ("OPENCART_PEAK", peaks.to_str()?),
        ];
        let shop = Server::start("shop", &images, &variables)?;
        made.success().then(|| Self {
            url: format!("http://127.0.0.1:{}/", shop.said),
            name: name.to_owned(),
            peaks,
            database,
            _shop: shop,
        })
    }

    /// The most memory that PHP has taken for a call, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        let peaks = fs::read_to_string(&self.peaks).unwrap_or_default();
        peaks
            .lines()
            .filter_map(|line| line.parse().ok())
            .max()
            .unwrap_or_default()
    }

    /// The same changes one by one, in PHP, in the same tables.
    pub(crate) fn row_by_row(&self, n: u32) -> Command {
        let mut command = Command::new("php");
        command
            .args(["-r", ROW_BY_ROW, "--", &self.database.said, &self.name])
            .arg(n.to_string());
        command
    }
}

/// A list that states a stock for every other article.
pub(crate) fn stock_list(path: &Path, n: u32, quantity: u32) {
    let mut text = "Артикул;Остаток\n".to_owned();
    for number in 1..=n {
        let article = number * 2;
        std::fmt::Write::write_fmt(&mut text, format_args!("T{article:05};{quantity}\n"))
            .expect("text");
    }
    File::create(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .expect("a file can be made");
}
