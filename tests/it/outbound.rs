//! Orders and lists of the shop appear in the outbox.

use std::fs;

use obmen::domain::OrderId;
use obmen::folders::Outbox;
use obmen::journal::OrderState;
use obmen::pipeline::{Exchange, ListKind, fetch_list};

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
        orders.held[0].1.contains("names no buyer"),
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
        (Some("x.xml.tmp"), OrderState::Written),
        (None, OrderState::Taken),
    ] {
        let world = World::new();
        let journal = world.journal();
        journal
            .is_to_write("main", order, chrono::NaiveDateTime::default())
            .unwrap();
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
