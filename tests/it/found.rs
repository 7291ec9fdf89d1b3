//! What a review found, each as the scenario that went wrong.

use std::fs;

use obmen::demo_shop::{Catalogue, Dialect, Fault, FaultKind, Module};
use obmen::domain::OrderId;
use obmen::folders::{Fate, Outbox};
use obmen::formats::Column;
use obmen::journal::{OrderState, OutcomeKind};
use obmen::pipeline::{Deleted, Exchange, ask_for_orders};

use rust_decimal::Decimal;

use crate::world::{World, put};

fn stock(n: i32) -> String {
    format!("Артикул;Остаток\nЧАЙ-100;{n}\n")
}

fn offers(id: &str, rest: &str) -> String {
    format!(
        "<КоммерческаяИнформация><ПакетПредложений><Предложения><Предложение><Ид>{id}</Ид>{rest}</Предложение>\
         </Предложения></ПакетПредложений></КоммерческаяИнформация>"
    )
}

#[test]
fn an_outbox_that_is_away_makes_no_order_taken() {
    let world = World::new();
    world.carry();
    let away = world.folder.path().join("away");
    fs::rename(&world.settings.outbox, &away).unwrap();
    let report = world.pass();
    assert!(
        report.errors[0]
            .to_string()
            .contains("is the share mounted?"),
        "{:?}",
        report.errors
    );
    assert_eq!(
        world
            .journal()
            .n_orders("main", OrderState::Written)
            .unwrap(),
        2
    );
    fs::remove_dir(&world.settings.outbox).unwrap();
    fs::rename(&away, &world.settings.outbox).unwrap();
    world.carry();
    assert_eq!(
        world.journal().n_orders("main", OrderState::Taken).unwrap(),
        0
    );
}

#[test]
fn orders_written_again_within_a_second_overwrite_nothing() {
    let world = World::new();
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let outbox = Outbox::open(&world.settings.outbox).unwrap();
    let journal = world.journal();
    for _ in 0..4 {
        ask_for_orders(&exchange, &journal, &outbox).unwrap();
        journal
            .write_again("main", OrderId::parse("2").unwrap())
            .unwrap();
    }
    assert_eq!(
        world
            .names_in("outbox")
            .iter()
            .filter(|name| name.starts_with("orders"))
            .count(),
        4
    );
}

#[test]
fn stock_after_a_change_of_status_has_the_last_word() {
    let world = World::new();
    world.drop_in("stock.csv", stock(40));
    world.carry();
    world.drop_in("statuses.csv", "Заказ;Статус\n1;Canceled\n");
    world.drop_in("stock.csv", stock(40));
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 40);
}

#[test]
fn stock_that_a_new_order_moved_is_stated_again() {
    let world = World::new();
    world.drop_in("stock.csv", stock(40));
    world.carry();
    let buyer = obmen::demo_shop::Buyer {
        first_name: "Анна".to_owned(),
        ..obmen::demo_shop::Buyer::default()
    };
    world
        .shop
        .place_order(obmen::demo_shop::NewOrder::by(buyer).line("ЧАЙ-100", 3));
    world.drop_in("stock.csv", stock(40));
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 40);
}

#[test]
fn an_old_file_that_waits_is_not_carried_after_a_newer_one() {
    let world = World::new();
    world
        .shop
        .inject(Fault::once(FaultKind::Status500Before).on("updatequantity"));
    world.drop_in("old.csv", stock(100));
    assert_eq!(world.pass().files[0].fate, Fate::Retry);
    world.drop_in("a-newer.csv", stock(3));
    let report = world.pass();
    assert_eq!(
        report.waiting.len(),
        2,
        "the newer one queues behind the older"
    );
    world.make_all_due();
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 3);
}

#[test]
fn waiting_stock_survives_an_offer_that_states_only_a_price() {
    let world = World::new();
    world.drop_in("rests.xml", offers("g", "<Остатки><Остаток><Склад><Ид>w</Ид><Количество>5</Количество></Склад></Остаток></Остатки>"));
    assert_eq!(world.carry().files[0].tally.n(OutcomeKind::Pending), 1);
    let price =
        "<Артикул>ЧАЙ-100</Артикул><Цены><Цена><ЦенаЗаЕдиницу>7</ЦенаЗаЕдиницу></Цена></Цены>";
    world.drop_in("offers.xml", offers("g", price));
    world.carry();
    world.assert_product("ЧАЙ-100", "7", 5);
}

#[test]
fn a_misspelt_warehouse_does_not_empty_the_shop() {
    let world =
        World::new().with(|settings| settings.goods.warehouses = vec!["Основной склд".to_owned()]);
    world.drop_in(
        "list.csv",
        "Артикул;Склад;Остаток\nЧАЙ-100;Основной склад;5\n",
    );
    assert_eq!(world.pass().files[0].fate, Fate::Hold);
    world.assert_product("ЧАЙ-100", "349", 46);
}

#[test]
fn stock_without_a_warehouse_is_reported_where_warehouses_are_chosen() {
    let world =
        World::new().with(|settings| settings.goods.warehouses = vec!["Основной".to_owned()]);
    world.drop_in("list.csv", stock(5));
    assert_eq!(world.carry().files[0].tally.n(OutcomeKind::Rejected), 1);
}

#[test]
fn a_product_that_the_shop_does_not_list_is_not_added_with_every_file() {
    // To the collation of 2.3 `ї` is `і`: the list of articles shows one of the two.
    let catalogue = Catalogue::empty()
        .with_category(60, None, "Чай")
        .with_product("КІТ", "Кіт", Decimal::ONE, 1);
    let world = World::with_shop(Dialect::V23, Module::Upstream, catalogue);
    for n in 5..8 {
        world.drop_in(
            "new.csv",
            format!("Артикул;Наименование;Цена\nКЇТ;Новий;{n}\n"),
        );
        world.pass();
    }
    world.assert_n_calls("addproducts", 1);
    assert_eq!(world.shop.products().len(), 2);
}

#[test]
fn an_article_too_long_once_stored_is_refused() {
    let world = World::new();
    let article = format!("{} 12\"\"\"\"", "x".repeat(56));
    world.drop_in(
        "new.csv",
        format!("Артикул;Наименование;Цена\n\"{article}\";Новый;5\n"),
    );
    assert_eq!(world.carry().files[0].tally.n(OutcomeKind::Rejected), 1);
    world.assert_n_calls("addproducts", 0);
}

#[test]
fn parts_of_an_archive_overwrite_nothing() {
    use std::io::{Cursor, Write as _};
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file("a.csv", zip::write::SimpleFileOptions::default())
        .unwrap();
    writer
        .write_all("Артикул;Цена\n00123;5\n".as_bytes())
        .unwrap();
    let archive = writer.finish().unwrap().into_inner();
    let world = World::new();
    world
        .drop_in("webdata/a.csv", stock(9))
        .drop_in("webdata.zip", archive);
    world.carry();
    world
        .assert_product("ЧАЙ-100", "349", 9)
        .assert_product("00123", "5", 15);
}

#[test]
fn a_file_that_changes_while_it_is_carried_is_carried_again() {
    let world = World::new();
    world.shop.inject(
        Fault::once(FaultKind::Slow(std::time::Duration::from_millis(300))).on("updatequantity"),
    );
    world.drop_in("list.csv", stock(2));
    let working = world.inbox().join("working/list.csv");
    let report = std::thread::scope(|scope| {
        let pass = scope.spawn(|| world.pass());
        while world.shop.n_calls("updatequantity") == 0 {
            std::thread::yield_now();
        }
        put(&working, format!("{}00123;7\n", stock(22)).as_bytes());
        pass.join().unwrap()
    });
    assert_eq!(report.files[0].fate, Fate::Retry);
    world.make_all_due();
    world.carry();
    world
        .assert_product("ЧАЙ-100", "349", 22)
        .assert_product("00123", "199", 7);
}

#[test]
fn a_long_name_ends_in_done_with_its_receipt() {
    let world = World::new();
    let name = format!("{}.csv", "ж".repeat(123));
    world.drop_in(&name, stock(5));
    world.carry();
    assert_eq!(world.names_in("inbox"), [format!("done/{name}")]);
}

#[test]
fn trouble_with_orders_holds_up_no_stock() {
    let world = World::new().with(|settings| settings.orders.statuses = vec!["Nope".to_owned()]);
    world
        .drop_in("st.csv", "Заказ;Статус\n1;Shipped\n")
        .drop_in("stock.csv", stock(5));
    world.pass();
    world.assert_product("ЧАЙ-100", "349", 5);
    assert_eq!(world.shop.orders()[0].status_id, 1);
}

#[test]
fn one_s_own_number_is_not_an_order_of_the_shop() {
    let world = World::new();
    world.drop_in(
        "doc.xml",
        "<КоммерческаяИнформация><Документ><Ид>x</Ид><Номер>00000000002</Номер><ХозОперация>Заказ товара</ХозОперация>\
         <ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Отменен</Наименование><Значение>true</Значение>\
         </ЗначениеРеквизита></ЗначенияРеквизитов></Документ></КоммерческаяИнформация>",
    );
    world.carry();
    world.assert_n_calls("updateorder", 0);
}

#[test]
fn a_deleted_product_without_an_article_is_zeroed_by_the_one_it_had() {
    let world = World::new().with(|settings| settings.goods.deleted = Deleted::Zero);
    let goods = |rest: &str| {
        format!(
            "<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>g</Ид><Наименование>Чай</Наименование>{rest}</Товар>\
             </Товары></Каталог></КоммерческаяИнформация>"
        )
    };
    world.drop_in("goods.xml", goods("<Артикул>ЧАЙ-100</Артикул>"));
    world.carry();
    world.drop_in(
        "goods.xml",
        goods("<ПометкаУдаления>true</ПометкаУдаления>"),
    );
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 0);
}

#[test]
fn articles_that_another_program_stored_raw_are_reached() {
    let world = World::new();
    for (article, raw) in [("ЧАЙ-100", "ТРУБА 12\" & Ко"), ("00123", "R<1>")] {
        world
            .shop
            .edit_product(article, |product| product.sku = raw.to_owned());
    }
    world.drop_in(
        "list.csv",
        "Артикул;Остаток\n\"ТРУБА 12\"\" & Ко\";9\nR<1>;8\n\"R&D 12\"\"\";7\n",
    );
    world.carry();
    let stock: Vec<i32> = world
        .shop
        .products()
        .into_iter()
        .map(|product| product.quantity)
        .collect();
    assert_eq!(stock, [9, 7, 8]);
}

#[test]
fn statuses_under_a_header_of_one_s_own_still_wait_for_the_orders() {
    let world = World::new().with(|settings| {
        let columns = [("Накладная", Column::Order), ("Что с ним", Column::Status)];
        settings.csv.columns = columns
            .into_iter()
            .map(|(header, column)| (header.to_owned(), column))
            .collect();
    });
    world.shop.inject(
        Fault::once(FaultKind::Status500Before)
            .on("orders")
            .for_ever(),
    );
    world.drop_in("st.csv", "Накладная;Что с ним\n1;Shipped\n");
    let report = world.pass();
    assert_eq!(
        report.waiting.len(),
        1,
        "the order has not been fetched yet"
    );
    world.assert_n_calls("updateorder", 0);
}

#[test]
fn a_shop_that_is_still_at_work_is_given_its_time_before_it_is_asked() {
    // PHP goes on after the answer is lost: what was asked too early would be added twice.
    let world = World::new().with(|settings| {
        settings.settle = std::time::Duration::from_secs(2);
        settings.shop.timeout = std::time::Duration::from_millis(300);
    });
    let late = FaultKind::Late(std::time::Duration::from_millis(1_500));
    world.shop.inject(Fault::once(late).on("addproducts"));
    world.drop_in("new.csv", "Артикул;Наименование;Цена\nНОВ-1;Новый;15\n");
    assert_eq!(world.pass().files[0].fate, Fate::Retry);
    world.make_all_due();
    world.carry();
    assert_eq!(
        world
            .shop
            .products()
            .iter()
            .filter(|p| p.shown_sku() == "НОВ-1")
            .count(),
        1
    );
}

#[test]
fn an_answer_without_its_list_is_no_empty_list() {
    let world = World::new();
    world.drop_in("a.csv", "Артикул;Наименование;Цена\nЧАЙ-100;Чай;350\n");
    world
        .shop
        .inject(Fault::once(FaultKind::EmptyAnswer).on("articles"));
    let report = world.pass();
    assert_eq!(
        report.files[0].fate,
        Fate::Retry,
        "{:?}",
        report.files[0].error
    );
    world.assert_n_calls("addproducts", 0);
}

/// In a real export goods had a retail and a purchase price, and one the latter alone.
#[test]
fn goods_with_a_purchase_price_alone_are_not_sold_for_it() {
    let price = |kind: &str, price: &str| {
        format!(
            "<Цена><ИдТипаЦены>{kind}</ИдТипаЦены><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу></Цена>"
        )
    };
    let offer = |id: &str, sku: &str, prices: &str| {
        format!(
            "<Предложение><Ид>{id}</Ид><Артикул>{sku}</Артикул><Цены>{prices}</Цены><Количество>7</Количество></Предложение>"
        )
    };
    let kind = |id: &str, name: &str| {
        format!("<ТипЦены><Ид>{id}</Ид><Наименование>{name}</Наименование></ТипЦены>")
    };
    let file = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><КоммерческаяИнформация ВерсияСхемы=\"2.05\"><ПакетПредложений><ТипыЦен>{}{}</ТипыЦен><Предложения>{}{}</Предложения></ПакетПредложений></КоммерческаяИнформация>",
        kind("r", "Розничная"),
        kind("z", "Закупочная"),
        offer("1", "ЧАЙ-100", &(price("r", "350") + &price("z", "200"))),
        offer("2", "00123", &price("z", "110")),
    );
    let world = World::new();
    world.drop_in("offers.xml", &file);
    let report = world.carry();
    // The stock does not wait for somebody to choose a price.
    world
        .assert_product("ЧАЙ-100", "349", 7)
        .assert_product("00123", "199", 7);
    assert_eq!(report.files[0].tally.n(OutcomeKind::Rejected), 2);
    let receipt = world.read("inbox/done/offers.xml.receipt.txt");
    let n_told = receipt.matches("(Розничная, Закупочная)").count();
    assert_eq!(n_told, 2, "{receipt}");
    let world = World::new().with(|settings| {
        settings.goods.price_type = Some("Розничная".to_owned());
    });
    world.drop_in("offers.xml", &file).carry();
    world
        .assert_product("ЧАЙ-100", "350", 7)
        .assert_product("00123", "199", 7);
}

#[test]
fn a_list_with_another_price_than_the_chosen_one_changes_no_price() {
    for (header, is_chosen) in [
        ("Цена закупки", false),
        ("Оптовая цена", false),
        ("Цена розничная, руб.", true),
        ("Розничная", true),
        ("Цена", true),
    ] {
        let world = World::new().with(|settings| {
            settings.goods.price_type = Some("Розничная".to_owned());
        });
        world.drop_in("a.csv", format!("Артикул;{header}\nЧАЙ-100;210\n"));
        world.carry();
        world.assert_product("ЧАЙ-100", if is_chosen { "210" } else { "349" }, 46);
    }
}
