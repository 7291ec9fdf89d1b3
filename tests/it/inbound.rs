//! Files from 1C change the shop.

use std::fs;

use encoding_rs::WINDOWS_1251;
use obmen::demo_shop::{Catalogue, Dialect, Fault, FaultKind, Module};
use obmen::folders::Fate;
use obmen::journal::OutcomeKind;
use obmen::pipeline::{CarryError, MatchBy, look_ahead};
use obmen::shop::ShopError;
use rust_decimal::Decimal;

use crate::world::{World, small_catalogue};

const PRICES: &str =
    "Артикул;Цена;Остаток\nЧАЙ-100;1 234,50;42\nR&D 12\";13,75;7,9\n00123;199;15\nНЕТ;1;1\n";

#[test]
fn a_price_list_changes_what_differs_and_names_what_is_unknown() {
    let world = World::new();
    world.drop_in("prices.csv", WINDOWS_1251.encode(PRICES).0);
    let report = world.carry();
    world
        .assert_product("ЧАЙ-100", "1234.5", 42)
        .assert_product("R&D 12\"", "13.75", 7);
    let tally = &report.files[0].tally;
    assert_eq!(tally.n(OutcomeKind::Applied), 6);
    assert_eq!(tally.n(OutcomeKind::Unknown), 2);
    assert_eq!(world.names_in("inbox"), ["done/prices.csv"]);
    let receipt = world.read("inbox/done/prices.csv.receipt.txt");
    assert!(receipt.contains("line 5: НЕТ price: unknown"), "{receipt}");
}

#[test]
fn what_the_shop_confirmed_is_not_sent_again() {
    let world = World::new();
    world.drop_in("prices.csv", PRICES);
    world.carry();
    world.drop_in("prices.csv", PRICES);
    world.carry();
    world.drop_in("prices.csv", PRICES.replace("13,75", "14"));
    world.carry();
    world
        .assert_n_calls("updateprice", 2)
        .assert_n_calls("updatequantity", 1)
        .assert_product("R&D 12\"", "14", 7);
    assert_eq!(
        world.names_in("inbox"),
        ["done/prices.2.csv", "done/prices.3.csv", "done/prices.csv"]
    );
}

#[test]
fn new_goods_are_added_once_with_price_and_stock() {
    let world = World::new().with(|settings| {
        settings
            .goods
            .extra
            .insert("weight".to_owned(), "Вес".to_owned());
    });
    let list = "Артикул;Наименование;Цена;Остаток;Вес\nНОВ-1;Новый \"чай\" & <мёд>;15,5;4;0,25\n";
    for _ in 0..2 {
        world.drop_in("new.csv", list);
        world.carry();
    }
    world
        .assert_product("НОВ-1", "15.5", 4)
        .assert_n_calls("addproducts", 1);
    let product = world.shop.product("НОВ-1").unwrap();
    assert_eq!(product.shown_name(), "Новый \"чай\" & <мёд>");
    assert_eq!(product.category_id, 60);
    assert_eq!(
        product
            .extra
            .get("weight")
            .and_then(serde_json::Value::as_str),
        Some("0,25")
    );
}

#[test]
fn without_a_category_new_goods_are_reported_and_not_added() {
    let world = World::new().with(|settings| settings.goods.category = None);
    world.drop_in("new.csv", "Артикул;Наименование;Цена\nНОВ-1;Новый;15\n");
    let report = world.carry();
    assert_eq!(report.files[0].tally.n(OutcomeKind::Unknown), 2);
    world.assert_n_calls("addproducts", 0);
}

#[test]
fn prices_and_stock_by_id_alone_find_their_article() {
    let world = World::new();
    world.drop_in(
        "a-rests.xml",
        "<КоммерческаяИнформация><ПакетПредложений><Предложения><Предложение><Ид>g1</Ид><Остатки><Остаток>\
         <Склад><Ид>w</Ид><Количество>9</Количество></Склад></Остаток></Остатки></Предложение></Предложения>\
         </ПакетПредложений></КоммерческаяИнформация>",
    );
    world.drop_in(
        "z-import.xml",
        "<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>g1</Ид><Артикул>чай-100</Артикул>\
         <Наименование>Чай</Наименование></Товар></Товары></Каталог></КоммерческаяИнформация>",
    );
    world.carry();
    // Goods before stock, whatever the names of the files.
    world.assert_product("ЧАЙ-100", "349", 9);
}

#[test]
fn order_statuses_are_changed_once() {
    let world = World::new();
    for _ in 0..2 {
        world.drop_in("st.csv", "Номер заказа;Статус\n1;отгружен\n2;Улетел\n");
        world.pass();
    }
    let orders = world.shop.orders();
    assert_eq!((orders[0].status_id, orders[1].status_id), (3, 1));
    world.assert_n_calls("updateorder", 1);
    let receipt = world.read("inbox/done/st.csv.receipt.txt");
    assert!(
        receipt.contains("line 3: 2 status: rejected: the status `Улетел`"),
        "{receipt}"
    );
}

#[test]
fn an_order_is_fetched_before_its_status_changes() {
    let world = World::new();
    world.drop_in("st.csv", "Заказ;Статус\n1;Shipped\n");
    let report = world.carry();
    let written: Vec<u32> = report
        .orders
        .unwrap()
        .written
        .iter()
        .map(|order| order.get())
        .collect();
    assert_eq!(written, [1, 2]);
    assert_eq!(world.shop.orders()[0].status_id, 3);
}

#[test]
fn goods_can_be_matched_by_name() {
    let world = World::new().with(|settings| settings.goods.match_by = MatchBy::Name);
    world
        .shop
        .edit_product("ЧАЙ-100", |product| product.enabled = true);
    world.drop_in(
        "by-name.csv",
        "Наименование;Остаток\n чай  ЧЁРНЫЙ ;8\nНеведомое;1\n",
    );
    let report = world.carry();
    world.assert_product("ЧАЙ-100", "349", 8);
    assert_eq!(report.files[0].tally.n(OutcomeKind::Unknown), 1);
}

#[test]
fn names_are_updated_where_that_is_wanted() {
    let world = World::new().with(|settings| settings.goods.updates_names = true);
    world.drop_in(
        "names.csv",
        "Артикул;Наименование;Цена\nR&D 12\";Кабель 12\" <новый>;10\n",
    );
    world.carry();
    assert_eq!(
        world.shop.product("R&D 12\"").unwrap().shown_name(),
        "Кабель 12\" <новый>"
    );
    world.assert_n_calls("updatenames", 1);
}

#[test]
fn one_bad_row_costs_that_row() {
    let world = World::new();
    let long = "Ж".repeat(65);
    world.drop_in(
        "bad.csv",
        format!("Артикул;Цена;Остаток\nЧАЙ-100;по запросу;1\n;5;5\n{long};1;1\n00123;7;много\n"),
    );
    let report = world.carry();
    world
        .assert_product("ЧАЙ-100", "349", 1)
        .assert_product("00123", "7", 15);
    assert_eq!(report.files[0].tally.n(OutcomeKind::Rejected), 2);
    // A word among numbers costs its cell only.
    assert_eq!(report.files[0].tally.n(OutcomeKind::Note), 2);
}

#[test]
fn a_broken_file_is_rejected_untouched_with_its_reason() {
    let world = World::new();
    let broken = "<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>1</Ид></Товары></Каталог></КоммерческаяИнформация>";
    world.drop_in("broken.xml", broken);
    let report = world.pass();
    assert_eq!(report.files[0].fate, Fate::Reject);
    assert_eq!(world.read("inbox/rejected/broken.xml"), broken);
    let receipt = world.read("inbox/rejected/broken.xml.receipt.txt");
    assert!(
        receipt.contains("REJECTED: line 1: the file is broken"),
        "{receipt}"
    );
}

#[test]
fn a_file_still_being_written_stays_where_it_is() {
    let world = World::new();
    world.drop_in("half.xml", "<КоммерческаяИнформация><Каталог>");
    let report = world.pass();
    assert_eq!(report.waiting.len(), 1);
    assert_eq!(world.names_in("inbox"), ["half.xml"]);
}

#[test]
fn a_shop_out_of_reach_leaves_the_file_for_later() {
    let world = World::new();
    let mut world = world.with(|settings| settings.shop.url = "http://127.0.0.1:9/".to_owned());
    world.drop_in("prices.csv", PRICES);
    let report = world.pass();
    assert!(
        report
            .errors
            .iter()
            .all(|err| matches!(err, CarryError::Shop(ShopError::Unreachable { .. })))
    );
    assert_eq!(world.names_in("inbox"), ["prices.csv"]);
    world.settings.shop.url = world.shop.url();
    world.carry();
    world.assert_product("ЧАЙ-100", "1234.5", 42);
}

#[test]
fn a_lost_answer_is_looked_into_before_goods_are_added_again() {
    let world = World::new();
    world
        .shop
        .inject(Fault::once(FaultKind::LoseAnswer).on("addproducts"));
    world.drop_in(
        "new.csv",
        "Артикул;Наименование;Цена;Остаток\nНОВ-1;Новый;15;4\n",
    );
    let report = world.pass();
    assert_eq!(report.files[0].fate, Fate::Retry);
    world.make_all_due();
    world.carry();
    let n_added = world
        .shop
        .products()
        .iter()
        .filter(|product| product.shown_sku() == "НОВ-1")
        .count();
    assert_eq!(n_added, 1);
    world
        .assert_product("НОВ-1", "15", 4)
        .assert_n_calls("addproducts", 1);
    assert_eq!(world.names_in("inbox"), ["done/new.csv"]);
}

#[test]
fn a_lost_answer_is_looked_into_before_a_status_is_set_again() {
    let world = World::new();
    world
        .shop
        .inject(Fault::once(FaultKind::LoseAnswer).on("updateorder"));
    world.drop_in("st.csv", "Заказ;Статус\n1;Shipped\n");
    world.pass();
    world.make_all_due();
    world.carry();
    let order = &world.shop.orders()[0];
    let n_rows = order
        .history
        .iter()
        .filter(|row| row.status_id == 3)
        .count();
    assert_eq!((order.status_id, n_rows), (3, 1));
}

#[test]
fn a_lost_session_is_renewed_in_the_middle_of_a_file() {
    let world = World::new().with(|settings| settings.batch = 1);
    world
        .shop
        .inject(Fault::once(FaultKind::ExpireToken).on("updateprice"));
    world.drop_in("prices.csv", PRICES);
    world.carry();
    world
        .assert_product("ЧАЙ-100", "1234.5", 42)
        .assert_product("R&D 12\"", "13.75", 7);
}

#[test]
fn status_changes_on_4_0_are_held_with_the_reason() {
    let world = World::with_shop(Dialect::V40, Module::Upstream, small_catalogue());
    world.drop_in("st.csv", "Заказ;Статус\n1;Shipped\n");
    world.drop_in("prices.csv", PRICES);
    let report = world.pass();
    let fates: Vec<_> = report
        .files
        .iter()
        .map(|file| (file.name.as_str(), file.fate))
        .collect();
    assert_eq!(
        fates,
        [("st.csv", Fate::Hold), ("prices.csv", Fate::Archive)]
    );
    world.assert_product("ЧАЙ-100", "1234.5", 42);
}

#[test]
fn any_batch_size_gives_the_same_shop() {
    let rows: Vec<String> = (1..=57)
        .map(|n| format!("T{n:05};{n},50;{}", n * 3))
        .collect();
    let list = format!("Артикул;Цена;Остаток\n{}\n", rows.join("\n"));
    let shops: Vec<_> = [1, 7, 57, 1_000]
        .into_iter()
        .map(|batch| {
            let catalogue = Catalogue::empty().with_products(57);
            let world =
                World::with_shop(Dialect::V30, Module::Upstream, catalogue).with(|settings| {
                    settings.batch = batch;
                    settings.goods.category = None;
                });
            world.drop_in("list.csv", &list);
            world.carry();
            world.assert_n_calls("updateprice", 57_usize.div_ceil(batch));
            world
                .shop
                .products()
                .into_iter()
                .map(|p| (p.sku, p.price.normalize(), p.quantity))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(shops[0][4], ("T00005".to_owned(), Decimal::new(55, 1), 15));
    assert!(shops.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn looking_ahead_sends_nothing_and_keeps_nothing() {
    let world = World::new();
    world.drop_in("prices.csv", PRICES);
    let path = world.inbox().join("prices.csv");
    let exchange = obmen::pipeline::Exchange::new(world.settings.clone()).unwrap();
    let journal = world.journal();
    let mut lines = Vec::new();
    let looks = look_ahead(&[&path], &exchange, &journal, false, &mut |_, change| {
        lines.push(format!(
            "{} {} {:?} {}",
            change.key,
            change.field,
            change.after,
            change.kind.name()
        ));
    })
    .unwrap();
    assert_eq!(looks[0].as_ref().unwrap().n_calls, 2);
    assert!(
        lines.contains(&"ЧАЙ-100 price Some(\"1234.50\") applied".to_owned()),
        "{lines:?}"
    );
    world
        .assert_n_calls("updateprice", 0)
        .assert_product("ЧАЙ-100", "349", 46);
    assert!(journal.runs(None, 10).unwrap().is_empty());
    assert!(fs::exists(&path).unwrap());
}
