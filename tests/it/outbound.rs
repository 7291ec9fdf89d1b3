//! Orders and lists of the shop appear in the outbox.

use std::fs;

use obmen::domain::{OrderId, StatusId};
use obmen::folders::Outbox;
use obmen::formats::Encoding;
use obmen::journal::OrderState;
use obmen::pipeline::{Exchange, ListColumn, ListKind, ListSettings, OrderFileName, fetch_list};

use crate::order_rules::faults_of;
use crate::world::World;

#[test]
fn each_order_is_written_once() {
    let world = World::new();
    let written = |world: &World| -> Vec<u32> {
        world
            .carry()
            .orders
            .unwrap()
            .written
            .iter()
            .map(|order| order.get())
            .collect()
    };
    assert_eq!(written(&world), [1, 2]);
    assert_eq!(written(&world), [0_u32; 0]);
    world
        .shop
        .place_order(obmen::demo_shop::NewOrder::by(buyer()).line("00123", 1));
    assert_eq!(written(&world), [3]);
    assert_eq!(world.names_in("outbox").len(), 2);
}

fn buyer() -> obmen::demo_shop::Buyer {
    obmen::demo_shop::Buyer {
        first_name: "Анна".to_owned(),
        ..obmen::demo_shop::Buyer::default()
    }
}

#[test]
fn written_orders_keep_to_the_rules_of_1c_and_carry_its_ids() {
    let world = World::new();
    world.drop_in(
        "import.xml",
        "<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>guid-1</Ид><Артикул>ЧАЙ-100</Артикул>\
         <Наименование>Чай</Наименование></Товар></Товары></Каталог></КоммерческаяИнформация>",
    );
    // Orders are asked for first, so the goods must be known before.
    world.shop.inject(
        obmen::demo_shop::Fault::once(obmen::demo_shop::FaultKind::Maintenance503).on("orders"),
    );
    world.pass();
    let report = world.carry();
    let file = report.orders.unwrap().file.unwrap();
    let xml = fs::read(&file).unwrap();
    assert_eq!(faults_of(&xml), Vec::<String>::new());
    let text = String::from_utf8(xml).unwrap();
    let parsed = roxmltree::Document::parse(&text).unwrap();
    let texts: Vec<&str> = parsed
        .descendants()
        .filter_map(|node| node.text())
        .collect();
    for expected in ["guid-1", "Кабель 12\" & адаптер", "ORDER_DELIVERY", "О'Нил"]
    {
        assert!(texts.contains(&expected), "{expected}: {text}");
    }
}

#[test]
fn an_order_that_1c_would_not_load_is_held_and_the_others_leave() {
    let world = World::new();
    world.shop.place_order(
        obmen::demo_shop::NewOrder::by(obmen::demo_shop::Buyer::default()).line("00123", 1),
    );
    let orders = world.carry().orders.unwrap();
    assert_eq!(orders.written.len(), 2);
    assert_eq!(orders.held.len(), 1);
    assert!(
        orders.held[0].1.to_string().contains("names no buyer"),
        "{:?}",
        orders.held
    );
}

#[test]
fn a_crash_while_publishing_neither_loses_nor_doubles_an_order() {
    let order = OrderId::parse("1").unwrap();
    // What a process may leave behind, and what must come of it.
    for (on_disk, state) in [
        (Some("x.xml"), OrderState::Written),
        (Some("x.xml.writing"), OrderState::Written),
        (None, OrderState::Taken),
    ] {
        let world = World::new();
        let journal = world.journal();
        journal
            .is_to_write("main", order, chrono::NaiveDateTime::default())
            .unwrap();
        crate::world::put(&world.settings.outbox.join(".obmen"), b"");
        journal.mark_publishing("main", &[order], "x.xml").unwrap();
        if let Some(name) = on_disk {
            crate::world::put(&world.settings.outbox.join(name), b"<x/>");
        }
        let written = world.carry().orders.unwrap().written;
        assert_eq!(
            written.iter().map(|order| order.get()).collect::<Vec<_>>(),
            [2],
            "{on_disk:?}"
        );
        assert_eq!(
            journal.n_orders("main", state).unwrap(),
            if state == OrderState::Written { 2 } else { 1 }
        );
        assert_eq!(
            world.names_in("outbox").contains(&"x.xml".to_owned()),
            on_disk.is_some()
        );
    }
}

pub(crate) fn orders_in(world: &World, name: &str) -> Vec<String> {
    let text = world.read(&format!("outbox/{name}"));
    assert_eq!(faults_of(text.as_bytes()), Vec::<String>::new(), "{text}");
    let parsed = roxmltree::Document::parse(&text).unwrap();
    let numbers = parsed
        .descendants()
        .filter(|node| node.has_tag_name("Номер"))
        .map(|node| node.text().unwrap().to_owned());
    numbers.collect()
}

pub(crate) fn with_fixed_name() -> World {
    World::new().with(|settings| {
        settings.orders.file = OrderFileName::parse("orders.xml").unwrap();
    })
}

pub(crate) fn another_order(world: &World) {
    let order = obmen::demo_shop::NewOrder::by(buyer()).line("00123", 1);
    world.shop.place_order(order);
}

fn documents(world: &World) -> usize {
    let journal = world.journal();
    journal.documents_of("main", "orders.xml").unwrap().len()
}

/// What the shop no longer lists must be in the file all the same.
fn cancel_in_the_shop(world: &World, order: &str) {
    let client = Exchange::new(world.settings.clone()).unwrap().client;
    let change = (
        OrderId::parse(order).unwrap(),
        StatusId::parse("7").unwrap(),
    );
    client.update_orders(&[change]).unwrap();
}

#[test]
fn a_file_of_a_fixed_name_keeps_what_1c_has_not_taken() {
    let world = with_fixed_name();
    world.carry();
    assert_eq!(orders_in(&world, "orders.xml"), ["1", "2"]);
    cancel_in_the_shop(&world, "1");
    another_order(&world);
    let report = world.carry().orders.unwrap();
    assert_eq!(report.written.len(), 1);
    assert_eq!(orders_in(&world, "orders.xml"), ["1", "2", "3"]);
    assert_eq!(documents(&world), 3);
    // An order that 1C has spoken of need not be there any more.
    world.drop_in("st.csv", "Заказ;Статус\n2;Shipped\n");
    world.carry();
    another_order(&world);
    world.carry();
    assert_eq!(orders_in(&world, "orders.xml"), ["1", "3", "4"]);
    fs::remove_file(world.settings.outbox.join("orders.xml")).unwrap();
    another_order(&world);
    world.carry();
    assert_eq!(orders_in(&world, "orders.xml"), ["5"]);
    assert_eq!(documents(&world), 1);
    fs::remove_file(world.settings.outbox.join("orders.xml")).unwrap();
    world.carry();
    // Nothing of the buyers stays behind.
    assert_eq!(documents(&world), 0);
    assert_eq!(
        world.journal().n_orders("main", OrderState::Taken).unwrap(),
        4
    );
}

#[test]
fn an_order_asked_for_again_stays_in_the_file_meanwhile() {
    let world = with_fixed_name();
    world.carry();
    let order = OrderId::parse("1").unwrap();
    assert!(world.journal().write_again("main", order).unwrap());
    cancel_in_the_shop(&world, "1");
    another_order(&world);
    world.carry();
    assert_eq!(orders_in(&world, "orders.xml"), ["1", "2", "3"]);
}

#[test]
fn a_file_of_orders_that_nobody_knows_is_not_overwritten() {
    let world = with_fixed_name();
    let path = world.settings.outbox.join("orders.xml");
    crate::world::put(&path, b"<x/>");
    let report = world.pass();
    assert!(
        report
            .errors
            .iter()
            .any(|err| err.to_string().contains("orders.xml")),
        "{:?}",
        report.errors
    );
    assert_eq!(fs::read(&path).unwrap(), b"<x/>");
    fs::remove_file(&path).unwrap();
    world.carry();
    assert_eq!(orders_in(&world, "orders.xml"), ["1", "2"]);
}

/// How much of the new file was ready under its temporary name.
#[derive(Debug, Clone, Copy)]
enum Prepared {
    Not,
    Half,
    Whole,
}

/// Orders 1 and 2 are in the file, 3 is to join them, and the process dies.
#[derive(Debug)]
struct Crash {
    prepared: Prepared,
    /// Whether 3 was written down as about to appear.
    is_noted: bool,
    is_old_taken: bool,
    /// What must lie in the outbox afterwards, and how many orders have been taken.
    left: &'static [&'static str],
    n_taken: u64,
}

const ALL: &[&str] = &["1", "2", "3"];

#[rustfmt::skip]
const CRASHES: [Crash; 7] = [
    Crash { prepared: Prepared::Half, is_noted: false, is_old_taken: false, left: ALL, n_taken: 0 },
    Crash { prepared: Prepared::Whole, is_noted: false, is_old_taken: false, left: ALL, n_taken: 0 },
    Crash { prepared: Prepared::Whole, is_noted: false, is_old_taken: true, left: &["3"], n_taken: 2 },
    Crash { prepared: Prepared::Whole, is_noted: true, is_old_taken: false, left: ALL, n_taken: 0 },
    Crash { prepared: Prepared::Whole, is_noted: true, is_old_taken: true, left: &["3"], n_taken: 2 },
    // A second crash, while the first one was mended.
    Crash { prepared: Prepared::Half, is_noted: true, is_old_taken: false, left: ALL, n_taken: 0 },
    // Published and taken before the journal heard of it.
    Crash { prepared: Prepared::Not, is_noted: true, is_old_taken: true, left: &[], n_taken: 3 },
];

/// The file that holds all three orders, and the text of the third.
fn whole_file() -> (String, String) {
    let world = with_fixed_name();
    world.carry();
    another_order(&world);
    world.carry();
    let mut texts = world.journal().documents_of("main", "orders.xml").unwrap();
    (world.read("outbox/orders.xml"), texts.remove(2).1)
}

/// Leaves behind what the process would have.
fn crash(world: &World, crash: &Crash) {
    let (whole, third) = whole_file();
    let path = world.settings.outbox.join("orders.xml");
    let n_bytes = match crash.prepared {
        Prepared::Not => None,
        Prepared::Half => Some(whole.len() / 2),
        Prepared::Whole => Some(whole.len()),
    };
    if let Some(n_bytes) = n_bytes {
        let temporary = path.with_extension("xml.writing");
        crate::world::put(&temporary, &whole.as_bytes()[..n_bytes]);
    }
    if crash.is_noted {
        let (journal, order) = (world.journal(), OrderId::parse("3").unwrap());
        let now = chrono::NaiveDateTime::default();
        journal.is_to_write("main", order, now).unwrap();
        journal
            .mark_publishing("main", &[order], "orders.xml")
            .unwrap();
        journal
            .keep_document("main", order, "orders.xml", &third)
            .unwrap();
    }
    if crash.is_old_taken {
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_crash_while_replacing_a_file_neither_loses_nor_doubles_an_order() {
    for case in CRASHES {
        let world = with_fixed_name();
        world.carry();
        another_order(&world);
        crash(&world, &case);
        world.carry();
        let names = world.names_in("outbox");
        if case.left.is_empty() {
            assert_eq!(names, [""; 0], "{case:?}");
        } else {
            assert_eq!(names, ["orders.xml"], "{case:?}");
            assert_eq!(orders_in(&world, "orders.xml"), case.left, "{case:?}");
        }
        let n_taken = world.journal().n_orders("main", OrderState::Taken).unwrap();
        assert_eq!(n_taken, case.n_taken, "{case:?}");
        assert_eq!(documents(&world), case.left.len(), "{case:?}");
    }
}

#[test]
fn a_changed_order_is_written_again_only_if_asked_for() {
    for (rewrites, n_files) in [(false, 1), (true, 2)] {
        let world = World::new().with(|settings| {
            settings.orders.rewrites_changed = rewrites;
        });
        world.carry();
        // Its lines are told by today's articles.
        world
            .shop
            .edit_product("R&D 12\"", |product| product.sku = "R&D 13\"".to_owned());
        let report = world.carry().orders.unwrap();
        let written: Vec<u32> = report.written.iter().map(|order| order.get()).collect();
        assert_eq!(written, if rewrites { vec![1, 2] } else { vec![] });
        assert_eq!(world.names_in("outbox").len(), n_files);
        assert_eq!(world.carry().orders.unwrap().written, []);
    }
}

#[test]
fn a_changed_order_takes_the_place_of_its_older_self() {
    let world = with_fixed_name().with(|settings| settings.orders.rewrites_changed = true);
    world.carry();
    world
        .shop
        .edit_product("R&D 12\"", |product| product.sku = "R&D 13\"".to_owned());
    assert_eq!(world.carry().orders.unwrap().written.len(), 2);
    assert_eq!(orders_in(&world, "orders.xml"), ["1", "2"]);
    let text = world.read("outbox/orders.xml");
    assert!(text.contains("R&amp;D 13") && !text.contains("R&amp;D 12"));
    // A status that 1C itself has set is no change.
    world.drop_in("st.csv", "Заказ;Статус\n1;Pending\n");
    world.carry();
    assert_eq!(world.carry().orders.unwrap().written, []);
}

#[test]
fn times_are_told_in_the_zone_of_1c() {
    let world = with_fixed_name().with(|settings| {
        settings.orders.shift = chrono::TimeDelta::hours(25);
    });
    let placed = world.shop.orders()[0].added + chrono::TimeDelta::hours(25);
    world.carry();
    let text = world.read("outbox/orders.xml");
    let date = placed.format("<Дата>%Y-%m-%d</Дата>").to_string();
    let time = placed.format("<Время>%H:%M:%S</Время>").to_string();
    assert!(text.contains(&date) && text.contains(&time), "{text}");
}

#[test]
fn the_product_list_has_the_columns_and_the_encoding_that_are_asked_for() {
    let world = World::new().with(|settings| {
        settings.lists = ListSettings {
            columns: vec![ListColumn::Price, ListColumn::Article],
            encoding: Encoding::Windows1251,
        };
    });
    world
        .shop
        .edit_product("ЧАЙ-100", |product| product.enabled = true);
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let outbox = Outbox::open(&world.settings.outbox).unwrap();
    let report = fetch_list(
        ListKind::Products,
        &exchange,
        &world.journal(),
        Some(&outbox),
    )
    .unwrap();
    assert_eq!(report.header.len(), 8);
    let bytes = fs::read(world.settings.outbox.join("products.csv")).unwrap();
    let (text, _, _) = encoding_rs::WINDOWS_1251.decode(&bytes);
    assert!(text.starts_with("price;article\r\n"), "{text}");
    assert!(text.contains("349.00;ЧАЙ-100\r\n"), "{text}");
}

#[test]
fn a_file_that_1c_took_is_noted_and_1c_s_word_confirms() {
    let world = World::new();
    let file = world.carry().orders.unwrap().file.unwrap();
    fs::remove_file(file).unwrap();
    world.carry();
    assert_eq!(
        world.journal().n_orders("main", OrderState::Taken).unwrap(),
        2
    );
    world.drop_in("st.csv", "Заказ;Статус\n1;Shipped\n");
    world.carry();
    assert_eq!(
        world
            .journal()
            .n_orders("main", OrderState::Confirmed)
            .unwrap(),
        1
    );
}

#[test]
fn lists_are_written_for_a_1c_that_starts_later() {
    let world = World::new();
    for sku in ["ЧАЙ-100", "R&D 12\""] {
        world
            .shop
            .edit_product(sku, |product| product.enabled = true);
    }
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let outbox = Outbox::open(&world.settings.outbox).unwrap();
    for kind in [ListKind::Products, ListKind::Statuses, ListKind::Categories] {
        fetch_list(kind, &exchange, &world.journal(), Some(&outbox)).unwrap();
    }
    assert_eq!(
        world.names_in("outbox"),
        [
            "categories.csv",
            "categories.xml",
            "import.xml",
            "offers.xml",
            "products.csv",
            "statuses.csv",
            "statuses.xml"
        ]
    );
    assert!(
        world
            .read("outbox/products.csv")
            .starts_with("\u{feff}article;name;price;")
    );
    let import = world.read("outbox/import.xml");
    let parsed = roxmltree::Document::parse(&import).unwrap();
    let goods: Vec<&str> = parsed
        .descendants()
        .filter(|node| node.has_tag_name("Товар"))
        .map(|node| {
            node.children()
                .find(|child| child.has_tag_name("Артикул"))
                .unwrap()
                .text()
                .unwrap()
        })
        .collect();
    assert!(goods.contains(&"R&D 12\""), "{goods:?}");
    // What was written is read back as what it was.
    world.drop_in("offers.xml", world.read("outbox/offers.xml"));
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 46);
}
