//! The process is killed, again and again, at any moment; what comes of it in the
//! end is what comes of an undisturbed run.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use obmen::demo_shop::{Dialect, Fault, FaultKind, Module};

use crate::world::{World, small_catalogue};

/// Kills over all scenarios together.
const N_KILLS: usize = 500;

/// A scenario is left in peace after this many, so that it ends.
const KILLS_EACH: usize = 12;

/// What must not depend on any kill.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Article, price, stock; a doubled product shows as a second row.
    products: Vec<(String, String, i32)>,
    /// Status and history rows by order.
    orders: BTreeMap<u32, (u32, usize)>,
    /// How often each order stands in the outbox.
    written: BTreeMap<String, usize>,
    inbox: Vec<String>,
}

/// Goods, prices, stock, statuses and two orders.
pub(crate) fn world() -> World {
    world_with(Module::Upstream)
}

fn world_with(module: Module) -> World {
    let world = World::with_shop(Dialect::V30, module, small_catalogue());
    world.write_config();
    world.drop_in(
        "webdata/import0_1.xml",
        "<КоммерческаяИнформация><Каталог><Товары>\
         <Товар><Ид>n1</Ид><Артикул>НОВ-1</Артикул><Наименование>Первый</Наименование></Товар>\
         <Товар><Ид>n2</Ид><Артикул>НОВ-2</Артикул><Наименование>Второй</Наименование></Товар>\
         <Товар><Ид>t</Ид><Артикул>ЧАЙ-100</Артикул><Наименование>Чай</Наименование></Товар>\
         </Товары></Каталог></КоммерческаяИнформация>",
    );
    world.drop_in(
        "webdata/offers0_1.xml",
        "<КоммерческаяИнформация><ПакетПредложений><Предложения>\
         <Предложение><Ид>n1</Ид><Цены><Цена><ЦенаЗаЕдиницу>10</ЦенаЗаЕдиницу></Цена></Цены><Количество>1</Количество></Предложение>\
         <Предложение><Ид>n2</Ид><Цены><Цена><ЦенаЗаЕдиницу>20</ЦенаЗаЕдиницу></Цена></Цены><Количество>2</Количество></Предложение>\
         <Предложение><Ид>t</Ид><Цены><Цена><ЦенаЗаЕдиницу>300</ЦенаЗаЕдиницу></Цена></Цены><Количество>3</Количество></Предложение>\
         </Предложения></ПакетПредложений></КоммерческаяИнформация>",
    );
    world.drop_in(
        "new.csv",
        "Артикул;Наименование;Цена;Остаток\nНОВ-3;Третий;7;8\n",
    );
    world.drop_in("statuses.csv", "Заказ;Статус\n1;Shipped\n2;Complete\n");
    world
}

/// `obmen run --once`, which is killed or left to its end.
fn pass(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obmen"));
    command
        .args(["run", "--once"])
        .current_dir(folder)
        .env_remove("OBMEN_SHOP_KEY");
    command
}

/// Wine fails to make one process of some thousands, with an error of its own inside, which
/// proves nothing of ours.
fn made<T>(mut make: impl FnMut() -> io::Result<T>) -> T {
    const ERROR_INTERNAL_ERROR: i32 = 1359;
    for _ in 0..3 {
        match make() {
            Err(err) if cfg!(windows) && err.raw_os_error() == Some(ERROR_INTERNAL_ERROR) => {}
            result => return result.unwrap(),
        }
    }
    make().unwrap()
}

fn start(folder: &Path) -> Child {
    let mut command = pass(folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    made(|| command.spawn())
}

pub(crate) fn ending(world: &World) -> Ending {
    let mut products: Vec<_> = world
        .shop
        .products()
        .into_iter()
        .map(|product| {
            (
                product.shown_sku(),
                product.price.normalize().to_string(),
                product.quantity,
            )
        })
        .collect();
    products.sort();
    let orders = world
        .shop
        .orders()
        .into_iter()
        .map(|order| (order.id.0, (order.status_id, order.history.len())));
    let mut written = BTreeMap::new();
    let is_order_file = |name: &String| name.starts_with("orders-");
    for name in world.names_in("outbox").into_iter().filter(is_order_file) {
        let text = world.read(&format!("outbox/{name}"));
        let parsed = roxmltree::Document::parse(&text).unwrap();
        for document in parsed
            .descendants()
            .filter(|node| node.has_tag_name("Документ"))
        {
            let number = document
                .children()
                .find(|node| node.has_tag_name("Номер"))
                .unwrap();
            *written
                .entry(number.text().unwrap().to_owned())
                .or_insert(0) += 1;
        }
    }
    Ending {
        products,
        orders: orders.collect(),
        written,
        inbox: world.names_in("inbox"),
    }
}

/// Passes until nothing is left to do.
pub(crate) fn finish(world: &World) {
    for _ in 0..3 {
        let mut command = pass(world.folder.path());
        let output = made(|| command.output());
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            output.status.code(),
            Some(0),
            "a pass after the kills: {told}"
        );
    }
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Kills the child after `delay`, or finds that it was done before.
fn killed_after(mut child: Child, delay: Duration) -> bool {
    let start = Instant::now();
    while start.elapsed() < delay {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    let was_running = child.try_wait().unwrap().is_none();
    // Gone already, perhaps, a moment ago.
    child.kill().unwrap_or_default();
    child.wait().unwrap();
    was_running
}

#[test]
fn kills_at_random_moments_leave_no_trace() {
    kill_at_random(Module::Upstream, N_KILLS);
}

#[test]
fn kills_at_random_moments_with_our_own_module_leave_no_trace() {
    kill_at_random(Module::Own, N_KILLS / 5);
}

fn kill_at_random(module: Module, n_wanted: usize) {
    let undisturbed = world_with(module);
    let begun = Instant::now();
    finish(&undisturbed);
    let one_pass = begun.elapsed() / 3;
    let expected = ending(&undisturbed);
    assert_eq!(
        expected.written.values().copied().collect::<Vec<_>>(),
        [1, 1]
    );
    let mut dice = Dice(20_261_123);
    let mut n_kills = 0;
    while n_kills < n_wanted {
        let world = world_with(module);
        for _ in 0..KILLS_EACH {
            let longest = u64::try_from(one_pass.as_micros()).unwrap() * 2;
            let delay = Duration::from_micros(dice.below(longest));
            n_kills += usize::from(killed_after(start(world.folder.path()), delay));
        }
        finish(&world);
        assert_eq!(ending(&world), expected, "after {n_kills} kills");
    }
}

#[test]
fn kills_at_every_call_of_the_shop_leave_no_trace() {
    kill_at_calls(
        Module::Upstream,
        &[
            "login",
            "statuses",
            "orders",
            "articles",
            "cats",
            "addproducts",
            "updateorder",
            "updateprice",
            "updatequantity",
        ],
    );
}

#[test]
fn kills_at_every_call_of_our_own_module_leave_no_trace() {
    kill_at_calls(
        Module::Own,
        &[
            "ping",
            "statuses",
            "orders",
            "articles",
            "categories",
            "products_upsert",
            "order_status",
            "prices",
            "stock",
        ],
    );
}

fn kill_at_calls(module: Module, functions: &[&str]) {
    let undisturbed = world_with(module);
    finish(&undisturbed);
    let expected = ending(&undisturbed);
    for function in functions {
        // The shop has the call and has, or has not yet, done it.
        for kind in [
            FaultKind::LoseRequest,
            FaultKind::LoseAnswer,
            FaultKind::Slow(Duration::from_secs(20)),
        ] {
            let world = world_with(module);
            let shown = format!("{module:?} {function} {kind:?}");
            world.shop.inject(Fault::once(kind).on(function).for_ever());
            let mut child = start(world.folder.path());
            while world.shop.n_calls(function) == 0 && child.try_wait().unwrap().is_none() {
                std::thread::yield_now();
            }
            child.kill().unwrap_or_default();
            child.wait().unwrap();
            assert!(world.shop.n_calls(function) > 0, "{shown}: not called");
            world.shop.clear_faults();
            // What was lost on the way waits half a minute before it is tried again.
            world.make_all_due();
            finish(&world);
            assert_eq!(ending(&world), expected, "{shown}");
        }
    }
}

/// What the program writes for good: commits of the journal, files flushed, moved
/// and removed. Each is a step that a crash can fall before.
const STEPS: [&str; 3] = [
    "fsync,fdatasync",
    "rename,renameat,renameat2",
    "unlink,unlinkat",
];

/// Runs a pass that the system kills at the `at`th such step. `false`: it has not so many.
fn killed_at(folder: &Path, steps: &str, at: usize) -> bool {
    let status = Command::new("strace")
        .args(["-f", "--quiet=all", "-o", "/dev/null", "-e"])
        .arg(format!("trace={steps}"))
        .arg("-e")
        .arg(format!("inject={steps}:signal=SIGKILL:when={at}"))
        .arg(env!("CARGO_BIN_EXE_obmen"))
        .args(["run", "--once"])
        .current_dir(folder)
        .env_remove("OBMEN_SHOP_KEY")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    status.code() != Some(0)
}

/// Tracing is Linux's alone, and may be forbidden there.
pub(crate) fn can_trace() -> bool {
    let probe = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status();
    if probe.is_ok_and(|status| status.success()) {
        return true;
    }
    assert!(
        std::env::var_os("OBMEN_REQUIRE_STRACE").is_none(),
        "strace is required and does not work here"
    );
    eprintln!("left out: kills at every step on the disk; they need Linux and `strace`");
    false
}

#[test]
fn kills_at_every_step_on_the_disk_leave_no_trace() {
    if !can_trace() {
        return;
    }
    let undisturbed = world();
    finish(&undisturbed);
    let expected = ending(&undisturbed);
    let mut n_kills = 0;
    for steps in STEPS {
        for at in 1.. {
            let world = world();
            if !killed_at(world.folder.path(), steps, at) {
                break;
            }
            n_kills += 1;
            finish(&world);
            assert_eq!(ending(&world), expected, "{steps}: step {at}");
        }
    }
    // The journal's commits alone are more than that.
    assert!(n_kills > 50, "{n_kills}");
}
