//! The whole exchange through our own module, also on 4.1, where nothing else works.

use std::time::Duration;

use obmen::demo_shop::{Dialect, Fault, FaultKind, Module};
use obmen::journal::OutcomeKind;
use obmen::pipeline::CarryError;
use obmen::shop::{Choice, ShopError};

use crate::world::{World, small_catalogue};

const GOODS: &str =
    "Артикул;Наименование;Цена;Остаток\nЧАЙ-100;Чай чёрный;1 234,50;42\nНОВ-1;Новый \"чай\";5;3\n";

const STATUSES: &str = "Заказ;Статус\n1;shipped\n999;shipped\n";

#[test]
fn files_and_orders_go_both_ways_in_every_version() {
    for dialect in [Dialect::V23, Dialect::V30, Dialect::V40, Dialect::V41] {
        let world = World::with_shop(dialect, Module::Own, small_catalogue());
        world.drop_in("goods.csv", GOODS);
        let report = world.carry();
        assert_eq!(report.orders.unwrap().written.len(), 2, "{dialect:?}");
        world
            .assert_product("ЧАЙ-100", "1234.5", 42)
            .assert_product("НОВ-1", "5", 3)
            .assert_n_calls("login", 0)
            .assert_n_calls("stock", 1);
        world.drop_in("statuses.csv", STATUSES);
        let report = world.carry();
        assert_eq!(world.shop.orders()[0].status_id, 3, "{dialect:?}");
        let tally = &report.files[0].tally;
        assert_eq!(
            (tally.n(OutcomeKind::Applied), tally.n(OutcomeKind::Unknown)),
            (1, 1),
            "{tally:?}"
        );
    }
}

#[test]
fn a_lost_answer_is_asked_for_and_nothing_is_done_twice() {
    for fault in [
        FaultKind::LoseAnswer,
        FaultKind::JsonCut,
        FaultKind::GatewayTimeout504,
    ] {
        let world = World::with_shop(Dialect::V41, Module::Own, small_catalogue());
        for call in ["products_upsert", "order_status", "stock"] {
            world.shop.inject(Fault::once(fault).on(call));
        }
        world
            .drop_in("goods.csv", GOODS)
            .drop_in("statuses.csv", STATUSES);
        world.carry();
        world.assert_product("НОВ-1", "5", 3);
        let n_new = world
            .shop
            .products()
            .iter()
            .filter(|product| product.sku == "НОВ-1")
            .count();
        assert_eq!(n_new, 1, "{fault:?}");
        let history = world.shop.orders()[0].history.len();
        assert_eq!(history, 2, "{fault:?}: placed, and shipped once");
    }
}

#[test]
fn an_open_call_is_repeated_and_nobody_waits_for_it() {
    let world = World::with_shop(Dialect::V41, Module::Own, small_catalogue())
        .with(|settings| settings.settle = Duration::from_secs(3_600));
    for call in ["products_upsert", "order_status", "stock"] {
        let fault = Fault::once(FaultKind::LoseAnswer);
        world.shop.inject(fault.on(call).for_ever());
    }
    world
        .drop_in("goods.csv", GOODS)
        .drop_in("statuses.csv", STATUSES);
    world.pass();
    let journal = world.journal();
    let open = journal.open_calls("main").unwrap();
    assert!(!open.is_empty());
    world.shop.clear_faults();
    world.make_all_due();
    // A file that waits is tried again at each pass.
    for _ in 0..3 {
        world.carry();
    }
    assert!(journal.open_calls("main").unwrap().is_empty());
    world
        .assert_product("ЧАЙ-100", "1234.5", 42)
        .assert_product("НОВ-1", "5", 3);
    let n_new = world
        .shop
        .products()
        .iter()
        .filter(|product| product.sku == "НОВ-1")
        .count();
    assert_eq!(n_new, 1);
    assert_eq!(world.shop.orders()[0].history.len(), 2);
}

#[test]
fn what_somebody_has_changed_in_the_shop_is_put_right_by_the_next_file() {
    const LIST: &str = "Артикул;Цена;Остаток\nЧАЙ-100;349;46\n00123;199;15\n";
    let world = World::with_shop(Dialect::V30, Module::Own, small_catalogue())
        .with(|settings| settings.orders.statuses.clear());
    // The shop has all of it already, and says so.
    world.drop_in("first.csv", LIST);
    world.carry();
    world
        .assert_n_calls("articles", 1)
        .assert_n_calls("prices", 0)
        .assert_n_calls("stock", 0);
    world.shop.edit_product("ЧАЙ-100", |product| {
        product.quantity = 7;
        product.price = 300.into();
    });
    world.drop_in("second.csv", format!("{LIST}\n"));
    world.carry();
    world
        .assert_product("ЧАЙ-100", "349", 46)
        .assert_n_calls("articles", 2)
        .assert_n_calls("prices", 1)
        .assert_n_calls("stock", 1);
    let receipt = world.read("inbox/done/second.csv.receipt.csv");
    assert!(receipt.contains("7 → 46"), "{receipt}");
}

#[test]
fn a_receipt_says_what_the_shop_has_said() {
    let world = World::with_shop(Dialect::V30, Module::Own, small_catalogue());
    // Since the list of articles was read, a twin has come.
    world.drop_in("first.csv", "Артикул;Цена\n00123;190\n");
    world.carry();
    world
        .shop
        .edit_product("R&D 12\"", |product| product.sku = "00123".to_owned());
    world.drop_in("second.csv", "Артикул;Остаток\n00123;5\n");
    world.carry();
    let receipt = world.read("inbox/done/second.csv.receipt.txt");
    assert!(
        receipt.contains("several products of the shop have this article"),
        "{receipt}"
    );
}

#[test]
fn the_key_goes_to_no_other_module_where_only_our_own_may_be() {
    let world = World::with_shop(Dialect::V30, Module::Upstream, small_catalogue())
        .with(|settings| settings.shop.module = Choice::Own);
    world.drop_in("goods.csv", GOODS);
    let report = world.pass();
    assert!(
        report
            .errors
            .iter()
            .any(|err| matches!(err, CarryError::Shop(ShopError::NoOwnModule))),
        "{:?}",
        report.errors
    );
    world.assert_n_calls("login", 0);
    assert_eq!(world.names_in("inbox"), ["goods.csv"]);
    let world = World::with_shop(Dialect::V30, Module::Own, small_catalogue())
        .with(|settings| settings.shop.module = Choice::Upstream);
    world.drop_in("goods.csv", GOODS);
    world.pass();
    world
        .assert_n_calls("ping", 0)
        .assert_product("ЧАЙ-100", "1234.5", 42);
}
