//! The whole program against bare parsers and other people's, on files that it makes itself.
//!
//! `cargo bench --bench whole` takes some minutes and 4 GB of the target folder;
//! `-- --quick` uses files of a tenth, and `-- plan memory` does only these parts. Times differ from machine to machine and
//! from minute to minute; the ratios, taken in turns within one run, are what counts.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench that cannot go on stops, and it is there to print"
)]

#[path = "../generate/mod.rs"]
mod generate;
mod measure;
mod module;
mod programs;
mod roles;
mod shop;
mod table;

use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use wait4::Wait4 as _;

use generate::{Kind, Make};
use measure::{Cost, Ratio, compare, run};
use module::RealShop;
use programs::{itself, lxml, obmen, php, plan, read, send, xmllint};
use shop::Shop;
use table::{row, verdict};

/// The most that reading, planning and sending may hold, whatever the file's size.
const MAX_PEAK: u64 = 64 * 1024 * 1024;

fn main() {
    let arguments: Vec<String> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    if roles::play(&arguments) {
        return;
    }
    let is_quick = arguments.iter().any(|word| word == "--quick");
    let scale = if is_quick { 10 } else { 1 };
    let bench = Bench {
        folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join("whole"),
        n_rounds: if is_quick { 3 } else { 5 },
        n_offers: 300_000 / scale,
        n_rows: 1_000_000 / scale,
        n_huge: 1_030_000 / scale,
        idle: Duration::from_secs(if is_quick { 20 } else { 60 }),
    };
    // What an older generator made would be another file under the same name.
    if bench.folder.exists() {
        fs::remove_dir_all(&bench.folder).expect("an earlier bench is over");
    }
    fs::create_dir_all(&bench.folder).expect("the target folder can be written");
    println!("{}", table::HEAD);
    let parts: [Part; 8] = [
        ("module", Bench::module),
        ("read", Bench::read),
        ("lists", Bench::read_lists),
        ("plan", Bench::plan),
        ("growth", Bench::growth),
        ("memory", Bench::memory),
        ("nightly", Bench::nightly),
        ("idle", Bench::idle),
    ];
    let has_choice = parts
        .iter()
        .any(|(name, _)| arguments.iter().any(|word| word == name));
    for (name, measure) in parts {
        if !has_choice || arguments.iter().any(|word| word == name) {
            measure(&bench);
        }
    }
}

/// What can be asked for by name.
type Part = (&'static str, fn(&Bench));

struct Bench {
    folder: PathBuf,
    n_rounds: usize,
    n_offers: u32,
    n_rows: u32,
    n_huge: u32,
    idle: Duration,
}

impl Bench {
    /// Reading offers, against everything that can read XML here.
    fn read(&self) {
        for (name, make) in [
            ("read, UTF-8", Make::utf8(Kind::Offers, self.n_offers)),
            (
                "read, windows-1251",
                Make::windows_1251(Kind::Offers, self.n_offers),
            ),
        ] {
            let file = self.file(make);
            let is_utf8 = make.encoding == encoding_rs::UTF_8;
            let mut commands = vec![read(&file), xmllint(&file), lxml(&file), php(&file)];
            // The bare loop reads UTF-8 only.
            if is_utf8 {
                commands.push(itself(roles::BARE_XML, &[&file]));
            }
            let costs = compare(&mut commands, self.n_rounds);
            let own = costs[0].expect("obmen is there");
            if is_utf8 {
                row(name, own, "bare quick-xml", costs[4], Some(160));
            }
            row(name, own, "xmllint --stream", costs[1], Some(80));
            row(name, own, "lxml iterparse", costs[2], None);
            row(name, own, "PHP XMLReader + SimpleXML", costs[3], None);
        }
        for kind in [Kind::Goods, Kind::Prices, Kind::Rests] {
            let file = self.file(Make::utf8(kind, self.n_offers / 3));
            let costs = compare(
                &mut [read(&file), itself(roles::BARE_XML, &[&file])],
                self.n_rounds,
            );
            let own = costs[0].expect("obmen is there");
            row(
                &format!("read, {kind:?}"),
                own,
                "bare quick-xml",
                costs[1],
                None,
            );
        }
    }

    fn read_lists(&self) {
        let file = self.file(Make::windows_1251(Kind::Csv, self.n_rows));
        let costs = compare(
            &mut [read(&file), itself(roles::BARE_CSV, &[&file])],
            self.n_rounds,
        );
        let own = costs[0].expect("obmen is there");
        row(
            "read, list, windows-1251",
            own,
            "bare csv",
            costs[1],
            Some(200),
        );
    }

    /// Planning against a journal that knows every product.
    fn plan(&self) {
        let make = Make::utf8(Kind::Offers, self.n_offers);
        let (same, dearer) = (self.file(make), self.file(make.dearer(100)));
        let config = self.knowing(self.n_offers, "http://127.0.0.1:9", "nobody", "none");
        let mut commands = [plan(&config, &same), plan(&config, &dearer), xmllint(&same)];
        let costs = compare(&mut commands, self.n_rounds);
        let [unchanged, changed] = [costs[0], costs[1]].map(|cost| cost.expect("obmen is there"));
        row(
            "plan, nothing changed",
            unchanged,
            "xmllint --stream",
            costs[2],
            Some(100),
        );
        row(
            "plan, every price changed",
            changed,
            "xmllint --stream",
            costs[2],
            Some(150),
        );
    }

    fn growth(&self) {
        let n = self.n_offers;
        let files = [n / 10, n].map(|n| self.file(Make::utf8(Kind::Offers, n)));
        let costs = compare(&mut [read(&files[0]), read(&files[1])], self.n_rounds);
        row(
            "read, ten times the file",
            costs[1].expect("obmen is there"),
            "a tenth of it",
            costs[0],
            Some(1100),
        );
        let configs = [n / 10, n].map(|n| self.knowing(n, "http://127.0.0.1:9", "nobody", "none"));
        let mut commands = [plan(&configs[0], &files[0]), plan(&configs[1], &files[1])];
        let costs = compare(&mut commands, self.n_rounds);
        row(
            "plan, ten times the file",
            costs[1].expect("obmen is there"),
            "a tenth of it",
            costs[0],
            Some(1100),
        );
    }

    fn memory(&self) {
        for (size, n) in [("10 MB", 8_600), ("1.2 GB", self.n_huge)] {
            let file = self.file(Make::utf8(Kind::Offers, n));
            let shop = Shop::open(n);
            let config = self.knowing(n, &shop.url, &shop.username, &shop.key);
            for (work, mut command) in [
                ("read", read(&file)),
                ("plan", plan(&config, &file)),
                ("send", send(&config, &file)),
            ] {
                let cost = run(&mut command).expect("obmen is there");
                verdict(
                    &format!("{work}, {size}, {n} offers"),
                    cost,
                    "",
                    cost.peak <= MAX_PEAK,
                );
            }
        }
    }

    /// A real shop, a real export, and the same export again the next night.
    fn nightly(&self) {
        let n = self.n_offers / 10;
        let file = self.file(Make::utf8(Kind::Offers, n));
        let again = self.folder.join("again.xml");
        fs::copy(&file, &again).expect("the target folder can be written");
        let mut shop = Shop::open(n);
        let config = self.config("nightly", &shop.url, &shop.username, &shop.key);
        run(&mut send(&config, &file)).expect("obmen is there");
        let n_before = shop.n_changes();
        assert!(n_before > 0, "the first export must have changed the shop");
        let cost = run(&mut send(&config, &again)).expect("obmen is there");
        let n_calls = shop.n_changes() - n_before;
        verdict(
            "send, unchanged export",
            cost,
            &format!("{n_calls} calls"),
            n_calls == 0,
        );
    }

    /// Stock and orders through the shop's own module, in tables of OpenCart: of 3.0, which
    /// knows no transactions, and of 4.1, which keeps articles elsewhere.
    fn module(&self) {
        for version in ["3.0.5.1", "4.1.0.4"] {
            let folder = self.folder.join(format!("shop-{version}"));
            let Some(shop) = RealShop::open(&folder, version, 20_000, 2_000) else {
                println!(
                    "| module | left out: it needs `php-cli php-mysql mariadb-server` | | | | | |"
                );
                return;
            };
            self.module_of(&shop, version);
        }
    }

    fn module_of(&self, shop: &RealShop, version: &str) {
        const N: u32 = 10_000;
        let config = self.config(
            &format!("module-{version}"),
            &shop.url,
            "obmen",
            module::KEY,
        );
        let lists: Vec<PathBuf> = (0..self.n_rounds)
            .map(|round| {
                let list = self.folder.join(format!("stock-{version}-{round}.csv"));
                module::stock_list(&list, N, 60 + u32::try_from(round).unwrap_or_default());
                list
            })
            .collect();
        let costs = lists.iter().map(|list| run(&mut send(&config, list)));
        let own = costs.flatten().min_by_key(|cost| cost.time);
        let own = own.expect("obmen is there");
        let name = format!("{version}: send, 10,000 changes of stock in 20,000 products");
        if version.starts_with('3') {
            // A hundredth of it one by one: the rest would take as long again for each.
            let one_by_one = run(&mut shop.row_by_row(N / 100)).map(|cost| Cost {
                time: cost.time * 100,
                ..cost
            });
            row(
                &name,
                own,
                "one UPDATE for each, a hundredth measured",
                one_by_one,
                None,
            );
        }
        verdict(&name, own, "≤ 1 s", own.time <= Duration::from_secs(1));
        let mut orders = obmen(&config);
        orders.arg("orders");
        let cost = run(&mut orders).expect("obmen is there");
        let outbox = config.with_file_name("outbox");
        let n_files = fs::read_dir(outbox).map_or(0, Iterator::count);
        verdict(
            &format!("{version}: orders, 2,000 into one file"),
            cost,
            "≤ 3 s",
            n_files > 0 && cost.time <= Duration::from_secs(3),
        );
        let peak = shop.peak();
        let cost = Cost { peak, ..cost };
        verdict(
            &format!("{version}: PHP, in any of these calls"),
            cost,
            "≤ 64 MB",
            peak > 0 && peak <= MAX_PEAK,
        );
    }

    /// The service with nothing to do, beside much that it has done.
    fn idle(&self) {
        const N_DONE: u32 = 10_000;
        let shop = Shop::open(1);
        let config = self.config("idle", &shop.url, &shop.username, &shop.key);
        let done = config.with_file_name("inbox").join("done");
        fs::create_dir_all(&done).expect("the target folder can be written");
        for number in 0..N_DONE {
            File::create(done.join(format!("offers-{number}.xml"))).expect("a file can be made");
        }
        let mut service = obmen(&config)
            .arg("run")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("obmen is there");
        // Not in the hope that something has happened by then: this is what is measured.
        thread::sleep(self.idle);
        service.kill().expect("the service is still running");
        let used = service.wait4().expect("a child can be waited for").rusage;
        let share = Ratio::of((used.utime + used.stime) * 100, self.idle);
        let cost = Cost {
            time: self.idle,
            cpu: used.utime + used.stime,
            peak: used.maxrss,
        };
        verdict(
            "idle service, 10,000 files done",
            cost,
            &format!("{share} % CPU"),
            share < Ratio(50),
        );
    }

    /// Made once in a run; the same numbers make the same file.
    fn file(&self, make: Make) -> PathBuf {
        let Make {
            kind,
            encoding,
            n,
            dearer_by,
        } = make;
        let ending = if kind == Kind::Csv { "csv" } else { "xml" };
        let name = format!("{kind:?}-{n}-{dearer_by}-{}.{ending}", encoding.name());
        let path = self.folder.join(name);
        if !path.exists() {
            // Under its own name only when it is whole.
            let begun = path.with_extension("part");
            let target = BufWriter::new(File::create(&begun).expect("a file can be made"));
            make.write(target).expect("the file can be written");
            fs::rename(&begun, &path).expect("the file can be renamed");
        }
        path
    }

    /// A configuration with a fresh journal.
    fn config(&self, name: &str, url: &str, username: &str, key: &str) -> PathBuf {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an earlier bench is over");
        }
        fs::create_dir_all(&folder).expect("the target folder can be written");
        let path = folder.join("obmen.toml");
        let mut text = String::new();
        writeln!(
            text,
            "[shop]\nurl = '{url}'\nusername = '{username}'\nkey = '{key}'"
        )
        .expect("text");
        File::create(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .expect("a file can be made");
        path
    }

    /// A configuration with a journal that knows the first `n` products.
    fn knowing(&self, n: u32, url: &str, username: &str, key: &str) -> PathBuf {
        let config = self.config(&format!("knowing-{n}"), url, username, key);
        let journal = config.with_file_name("obmen.sqlite");
        let count = n.to_string();
        let mut child = itself(roles::JOURNAL, &[&journal, Path::new(&count)]);
        run(&mut child).expect("the bench is there");
        config
    }
}
