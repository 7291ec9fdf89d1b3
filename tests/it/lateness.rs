//! Files come late, twice, or far too small: newer knowledge stays, and a person is asked.

use obmen::demo_shop::{Catalogue, Dialect, Module};
use obmen::folders::Fate;
use obmen::formats::Column;
use obmen::journal::{Approval, OutcomeKind, RunState};
use obmen::pipeline::{Caution, Exchange, PassReport, look_ahead, send_file};
use rust_decimal::Decimal;

use crate::world::World;

/// An offers file that was formed at this time on one day.
fn offers(time: &str, price: u32, quantity: u32) -> String {
    format!(
        "<КоммерческаяИнформация ВерсияСхемы=\"2.08\" ДатаФормирования=\"2026-11-20T{time}\"><ПакетПредложений><Предложения>\
         <Предложение><Ид>t</Ид><Артикул>ЧАЙ-100</Артикул><Цены><Цена><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу></Цена></Цены>\
         <Количество>{quantity}</Количество></Предложение></Предложения></ПакетПредложений></КоммерческаяИнформация>"
    )
}

fn n_outdated(report: &PassReport) -> u64 {
    report.files[0].tally.n(OutcomeKind::Outdated)
}

#[test]
fn a_file_that_comes_late_takes_back_nothing_that_a_newer_one_said() {
    let world = World::new();
    world.drop_in("a.xml", offers("10:00:00", 300, 30)).carry();
    // The price is the same again, and that too is said at noon.
    world.drop_in("b.xml", offers("12:00:00", 300, 20)).carry();
    let report = world.drop_in("c.xml", offers("9:00:00", 310, 25)).carry();
    world.assert_product("ЧАЙ-100", "300", 20);
    assert_eq!(n_outdated(&report), 2);
    let receipt = world.read("inbox/done/c.xml.receipt.csv");
    assert!(
        receipt.contains("a newer file has spoken of it"),
        "{receipt}"
    );
    // What is as new as the newest is carried: portions of one export are.
    world.drop_in("d.xml", offers("12:00:00", 320, 20)).carry();
    world.assert_product("ЧАЙ-100", "320", 20);
}

#[test]
fn a_person_may_send_an_older_file_all_the_same() {
    let world = World::new();
    world.drop_in("a.xml", offers("10:00:00", 300, 30)).carry();
    world.drop_in("b.xml", offers("12:00:00", 320, 20)).carry();
    let old = world.inbox().join("done/a.xml");
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let journal = world.journal();
    let send = |caution| send_file(&old, &exchange, &journal, caution, &|_| {}).unwrap();
    assert_eq!(send(Caution::Heeded).tally.n(OutcomeKind::Outdated), 2);
    world.assert_product("ЧАЙ-100", "320", 20);
    assert_eq!(send(Caution::Overruled).tally.n(OutcomeKind::Applied), 2);
    world.assert_product("ЧАЙ-100", "300", 30);
}

#[test]
fn a_list_has_the_age_at_which_it_came_whenever_a_person_retries_it() {
    let world = World::new().with(|settings| settings.guard.factor = 2);
    let list = |price: u32| format!("Артикул;Цена\nЧАЙ-100;{price}\n");
    world.drop_in("a.csv", list(300)).carry();
    // The guard rails hold it; meanwhile another list comes.
    world.drop_in("b.csv", list(900));
    let report = world.pass();
    assert_eq!(report.files[0].fate, Fate::Hold);
    let held = report.files[0].run.clone().unwrap();
    world.drop_in("c.csv", list(400)).carry();
    let journal = world.journal();
    world.take_up(&held);
    let report = world.carry();
    assert_eq!(n_outdated(&report), 1);
    world.assert_product("ЧАЙ-100", "400", 46);
    assert_eq!(journal.run(held.id).unwrap().unwrap().state, RunState::Done);
}

#[test]
fn a_rejected_list_that_is_taken_up_again_keeps_its_age() {
    let world = World::new();
    // Its header is told to the program later.
    world.drop_in("a.csv", "Код товара у нас;Цена нам\nЧАЙ-100;300\n");
    let report = world.pass();
    assert_eq!(report.files[0].fate, Fate::Reject);
    let rejected = report.files[0].run.clone().unwrap();
    let world = world.with(|settings| {
        let columns = [
            ("Код товара у нас", Column::Article),
            ("Цена нам", Column::Price),
        ];
        let columns = columns.map(|(header, column)| (header.to_owned(), column));
        settings.csv.columns = columns.into_iter().collect();
    });
    world
        .drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;320\n")
        .carry();
    world.take_up(&rejected);
    let report = world.carry();
    assert_eq!(report.files[0].run.as_ref().unwrap().id, rejected.id);
    assert_eq!(n_outdated(&report), 1);
    world.assert_product("ЧАЙ-100", "320", 46);
}

#[test]
fn statuses_of_an_older_file_come_too_late_as_well() {
    let documents = |time: &str, status: &str| {
        format!(
            "<КоммерческаяИнформация ДатаФормирования=\"2026-11-20T{time}\"><Документ><Ид>1</Ид><Номер>1</Номер>\
             <ХозОперация>Заказ товара</ХозОперация><ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Статус заказа</Наименование>\
             <Значение>{status}</Значение></ЗначениеРеквизита></ЗначенияРеквизитов></Документ></КоммерческаяИнформация>"
        )
    };
    let world = World::new();
    world
        .drop_in("a.xml", documents("12:00:00", "Отгружен"))
        .carry();
    let shipped = world.shop.orders()[0].status_id;
    let report = world
        .drop_in("b.xml", documents("11:00:00", "Canceled"))
        .carry();
    assert_eq!(
        (world.shop.orders()[0].status_id, n_outdated(&report)),
        (shipped, 1)
    );
    world
        .drop_in("c.xml", documents("13:00:00", "Canceled"))
        .carry();
    assert_ne!(world.shop.orders()[0].status_id, shipped);
}

/// A goods file of one product, formed at this time.
fn goods(time: &str) -> String {
    format!(
        "<КоммерческаяИнформация ДатаФормирования=\"2026-11-20T{time}\"><Каталог><Товары><Товар><Ид>t</Ид>\
         <Артикул>ЧАЙ-100</Артикул><Наименование>Чай</Наименование></Товар></Товары></Каталог></КоммерческаяИнформация>"
    )
}

#[test]
fn what_waits_for_its_goods_keeps_the_age_of_its_own_file() {
    let nameless = |time, price, quantity| {
        offers(time, price, quantity).replace("<Артикул>ЧАЙ-100</Артикул>", "")
    };
    let world = World::new();
    world
        .drop_in("a.xml", nameless("11:00:00", 300, 30))
        .carry();
    let report = world.drop_in("b.xml", nameless("9:00:00", 290, 29)).carry();
    assert_eq!(n_outdated(&report), 1);
    // The goods file is the newest of all, but states no price.
    world.drop_in("c.xml", goods("15:00:00")).carry();
    world.assert_product("ЧАЙ-100", "300", 30);
    world.drop_in("d.xml", offers("10:00:00", 280, 28)).carry();
    world.assert_product("ЧАЙ-100", "300", 30);
    world.drop_in("e.xml", offers("12:00:00", 310, 31)).carry();
    world.assert_product("ЧАЙ-100", "310", 31);
}

#[test]
fn what_waits_for_its_goods_is_overtaken_by_a_newer_list() {
    let world = World::new();
    let nameless = offers("11:00:00", 300, 30).replace("<Артикул>ЧАЙ-100</Артикул>", "");
    world.drop_in("a.xml", nameless).carry();
    world
        .drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;320\n")
        .carry();
    world.drop_in("c.xml", goods("15:00:00")).carry();
    world.assert_product("ЧАЙ-100", "320", 30);
}

#[test]
fn a_clock_that_is_far_ahead_does_not_stop_the_exchange() {
    let world = World::new();
    let ahead = offers("10:00:00", 300, 30).replace("2026-", "2099-");
    world.drop_in("a.xml", ahead).carry();
    world.drop_in("b.xml", offers("10:00:00", 310, 30)).carry();
    world.assert_product("ЧАЙ-100", "310", 30);
}

fn world_of_twenty() -> World {
    let catalogue = (0..20).fold(
        Catalogue::empty().with_category(60, None, "Чай"),
        |all, n| {
            all.with_product(
                &format!("A-{n}"),
                &format!("Товар {n}"),
                Decimal::from(100),
                5,
            )
        },
    );
    World::with_shop(Dialect::V30, Module::Upstream, catalogue)
}

fn full_export(n: u32, price: u32) -> String {
    let offer = |n| {
        format!(
            "<Предложение><Ид>{n}</Ид><Артикул>A-{n}</Артикул><Цены><Цена><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу></Цена></Цены></Предложение>"
        )
    };
    let offers = (0..n).map(offer).collect::<Vec<_>>().concat();
    format!(
        "<КоммерческаяИнформация><ПакетПредложений СодержитТолькоИзменения=\"false\"><Предложения>{offers}</Предложения>\
         </ПакетПредложений></КоммерческаяИнформация>"
    )
}

#[test]
fn a_complete_file_that_is_far_smaller_than_the_last_waits_for_a_person() {
    let world = world_of_twenty();
    world.drop_in("offers0_1.xml", full_export(20, 100)).carry();
    world.drop_in("offers0_1.xml", full_export(9, 101));
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let path = world.inbox().join("offers0_1.xml");
    let plan = look_ahead(
        &[path.as_path()],
        &exchange,
        &world.journal(),
        false,
        &mut |_, _| {},
    );
    let foreseen = plan.unwrap().remove(0).unwrap().alarms;
    let report = world.pass();
    assert_eq!(report.files[0].fate, Fate::Hold);
    let said = report.files[0].error.as_ref().unwrap().to_string();
    assert_eq!(
        said,
        "it says that it is complete, and holds 9 offers where the last one held 20"
    );
    assert_eq!(foreseen[0].to_string(), said, "plan says so before");
    world.assert_product("A-1", "100", 5);
    // The last portion of an export may be of any size.
    world.drop_in("offers0_2.xml", full_export(20, 100)).carry();
    world.drop_in("offers0_2.xml", full_export(1, 102)).carry();
    world.assert_product("A-0", "102", 5);
}

#[test]
fn a_shop_that_suddenly_lists_almost_nothing_is_not_filled_anew() {
    let world = world_of_twenty();
    let rows: Vec<String> = (0..20).map(|n| format!("A-{n};Товар {n};101")).collect();
    let list = format!("Артикул;Наименование;Цена\n{}\n", rows.join("\n"));
    world.drop_in("a.csv", &list).carry();
    for n in 0..15 {
        world
            .shop
            .edit_product(&format!("A-{n}"), |product| product.sku = String::new());
    }
    world.drop_in("b.csv", list.replace(";101", ";102"));
    let report = world.pass();
    let file = &report.files[0];
    let said = file.error.as_ref().unwrap().to_string();
    assert_eq!(file.fate, Fate::Hold, "{said}");
    assert!(
        said.starts_with("the shop lists 5 articles, and listed 20 before"),
        "{said}"
    );
    world.assert_n_calls("addproducts", 0);
    // It is as it should be, a person says.
    let run = file.run.clone().unwrap();
    world.journal().approve(run.id, Approval::All).unwrap();
    world.take_up(&run);
    world.carry();
    world
        .assert_n_calls("addproducts", 1)
        .assert_product("A-1", "102", 0);
    world.assert_product("A-17", "102", 5);
}

#[test]
fn prices_of_goods_whose_file_is_held_are_kept_for_it() {
    let world =
        World::new().with(|settings| settings.goods.category = Some("Нет такой".to_owned()));
    let new_goods = goods("10:00:00").replace("ЧАЙ-100", "НОВ-1");
    world.drop_in("import.xml", new_goods);
    assert_eq!(world.pass().files[0].fate, Fate::Hold);
    let prices = offers("10:00:00", 300, 30).replace("ЧАЙ-100", "НОВ-1");
    let report = world.drop_in("offers.xml", prices).carry();
    assert_eq!(report.files[0].tally.n(OutcomeKind::Pending), 2);
    let world = world.with(|settings| settings.goods.category = Some("Чай".to_owned()));
    let held = world.journal().runs(None, 9).unwrap().pop().unwrap();
    world.take_up(&held);
    world.carry();
    world.assert_product("НОВ-1", "300", 30);
}
