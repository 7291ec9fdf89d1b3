//! What a second review found, each as the scenario that went wrong.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Cursor, Write as _};
use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveDateTime};
use obmen::demo_shop::{Buyer, Catalogue, Dialect, Fault, FaultKind, Module, NewOrder};
use obmen::folders::{Fate, Inbox};
use obmen::journal::{Approval, OutcomeKind, RunState};
use obmen::pipeline::{Caution, Event, Exchange, Service, now, send_file};
use rust_decimal::Decimal;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::served::wait_until;
use crate::world::World;

fn document(attributes: &str, inside: &str) -> String {
    format!(
        "<КоммерческаяИнформация ВерсияСхемы=\"2.08\" {attributes}>{inside}</КоммерческаяИнформация>"
    )
}

/// `ДатаФормирования` on one day.
fn formed(time: &str) -> String {
    format!("ДатаФормирования=\"2026-11-20T{time}\"")
}

fn offer(id: &str, article: Option<&str>, price: Option<u32>, stock: Option<u32>) -> String {
    let mut text = format!("<Предложение><Ид>{id}</Ид>");
    if let Some(article) = article {
        write!(text, "<Артикул>{article}</Артикул>").unwrap();
    }
    if let Some(price) = price {
        write!(
            text,
            "<Цены><Цена><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу></Цена></Цены>"
        )
        .unwrap();
    }
    if let Some(stock) = stock {
        write!(text, "<Количество>{stock}</Количество>").unwrap();
    }
    text + "</Предложение>"
}

fn package(full: Option<bool>, offers: &str) -> String {
    let mark = full.map_or_else(String::new, |full| {
        format!(" СодержитТолькоИзменения=\"{}\"", !full)
    });
    format!("<ПакетПредложений{mark}><Предложения>{offers}</Предложения></ПакетПредложений>")
}

fn goods(id: &str, article: &str) -> String {
    format!(
        "<Каталог><Товары><Товар><Ид>{id}</Ид><Артикул>{article}</Артикул><Наименование>Товар {article}</Наименование></Товар>\
         </Товары></Каталог>"
    )
}

/// A shop of `n` products, ten pieces of each at 100.
fn world_of(n: u32, module: Module) -> World {
    let catalogue = (0..n).fold(
        Catalogue::empty().with_category(60, None, "Чай"),
        |all, n| {
            all.with_product(
                &format!("A-{n}"),
                &format!("Товар {n}"),
                Decimal::from(100),
                10,
            )
        },
    );
    World::with_shop(Dialect::V30, module, catalogue)
}

fn list(column: &str, articles: std::ops::Range<u32>, value: u32) -> String {
    articles.fold(format!("Артикул;{column}\n"), |mut text, n| {
        writeln!(text, "A-{n};{value}").unwrap();
        text
    })
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn n_sold_out(world: &World) -> usize {
    world
        .shop
        .products()
        .iter()
        .filter(|product| product.quantity == 0)
        .count()
}

/// Serves for a while, as `obmen run` does.
fn serve_for(world: &World, time: Duration) {
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let mut service = Service::new(vec![exchange], world.journal(), None);
    let waker = service.waker();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(time);
            waker.wake(Event::Stop);
        });
        service.run(&mut |_, _| {});
    });
}

/// Serves until it is so, or for a minute.
fn serve_until(world: &World, is_so: impl Fn() -> bool + Send) {
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let mut service = Service::new(vec![exchange], world.journal(), None);
    let waker = service.waker();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let begun = std::time::Instant::now();
            while !is_so() && begun.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(20));
            }
            waker.wake(Event::Stop);
        });
        service.run(&mut |_, _| {});
    });
}

// --- prices and stock that are lost -----------------------------------------------------

#[test]
fn a_second_offers_file_does_not_drop_what_is_kept_for_held_goods() {
    let world =
        World::new().with(|settings| settings.goods.category = Some("Нет такой".to_owned()));
    world.drop_in("import.xml", document("", &goods("t", "НОВ-1")));
    assert_eq!(world.pass().files[0].fate, Fate::Hold);
    for price in [300, 301] {
        let text = document(
            "",
            &package(None, &offer("t", Some("НОВ-1"), Some(price), Some(30))),
        );
        let report = world.drop_in("offers.xml", text).carry();
        // The receipt promises that it is kept.
        assert!(report.files[0].tally.n(OutcomeKind::Pending) >= 2);
    }
    let world = world.with(|settings| settings.goods.category = Some("Чай".to_owned()));
    let held = world.journal().runs(None, 9).unwrap().pop().unwrap();
    world.take_up(&held);
    world.carry();
    world.assert_product("НОВ-1", "301", 30);
}

#[test]
fn a_late_goods_file_does_not_drop_the_newer_price_that_waited_for_it() {
    let world = World::new();
    let known = document(
        &formed("10:00:00"),
        &package(None, &offer("other", Some("ЧАЙ-100"), Some(300), None)),
    );
    world.drop_in("a.xml", known).carry();
    world
        .journal()
        .forget_article(
            "main",
            &obmen::domain::ItemKey::parse("other").unwrap(),
            None,
        )
        .unwrap();
    let waits = document(
        &formed("11:00:00"),
        &package(None, &offer("t", None, Some(310), None)),
    );
    world.drop_in("b.xml", waits).carry();
    // It was written first and comes last.
    world
        .drop_in(
            "c.xml",
            document(&formed("09:00:00"), &goods("t", "ЧАЙ-100")),
        )
        .carry();
    world.assert_product("ЧАЙ-100", "310", 46);
}

#[test]
fn what_waits_longer_than_runs_are_kept_still_has_its_age() {
    let world = World::new();
    let waits = document(
        &formed("11:00:00"),
        &package(None, &offer("t", None, Some(300), None)),
    );
    world.drop_in("a.xml", waits).carry();
    world
        .drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;320\n")
        .carry();
    let later = now().checked_add_days(Days::new(100)).unwrap();
    world.journal().prune(90, later).unwrap();
    world
        .drop_in(
            "c.xml",
            document(&formed("15:00:00"), &goods("t", "ЧАЙ-100")),
        )
        .carry();
    world.assert_product("ЧАЙ-100", "320", 46);
}

// --- old values that win over newer ones --------------------------------------------------

#[test]
fn a_held_file_that_is_returned_beside_a_newer_one_of_its_name_keeps_its_age() {
    let world = World::new().with(|settings| settings.guard.factor = 2);
    let prices = |price: u32| format!("Артикул;Цена\nЧАЙ-100;{price}\n");
    world.drop_in("prices.csv", prices(300)).carry();
    world.drop_in("prices.csv", prices(900));
    let held = world.pass().files[0].run.clone().unwrap();
    assert_eq!(held.state, RunState::Held);
    // The next one comes before the service looks: the shop is away, or a scheduler starts it.
    world.drop_in("prices.csv", prices(500));
    world.take_up(&held);
    world.pass();
    world.assert_product("ЧАЙ-100", "500", 46);
    // The guard rails have looked at it again.
    assert_eq!(world.journal().run(held.id).unwrap().unwrap().attempts, 2);
}

#[test]
fn an_approval_holds_for_a_file_returned_beside_a_newer_one_of_its_name() {
    let world = World::new().with(|settings| settings.guard.factor = 2);
    let prices = |price: u32| format!("Артикул;Цена\nЧАЙ-100;{price}\n");
    world.drop_in("prices.csv", prices(300)).carry();
    world.drop_in("prices.csv", prices(900));
    let held = world.pass().files[0].run.clone().unwrap();
    world.drop_in("prices.csv", "Артикул;Цена\n00123;198\n");
    world.journal().approve(held.id, Approval::All).unwrap();
    world.take_up(&held);
    let report = world.pass();
    let fates: Vec<Fate> = report.files.iter().map(|file| file.fate).collect();
    assert_eq!(fates, [Fate::Archive, Fate::Archive]);
}

#[test]
fn an_archive_that_cannot_be_put_away_takes_nothing_back() {
    let world = World::new();
    // Stands for a file that another program holds open.
    std::fs::create_dir_all(world.inbox().join("done/old.zip.receipt.txt")).unwrap();
    world.drop_in(
        "old.zip",
        zipped(&[("stock.csv", "Артикул;Остаток\nЧАЙ-100;9\n")]),
    );
    world.pass();
    world.assert_product("ЧАЙ-100", "349", 9);
    world.drop_in("newer.csv", "Артикул;Остаток\nЧАЙ-100;3\n");
    world.pass();
    world.assert_product("ЧАЙ-100", "349", 3);
    world.pass();
    world.assert_product("ЧАЙ-100", "349", 3);
}

#[test]
fn of_two_lists_that_wait_together_the_later_one_wins() {
    let world = World::new();
    world.drop_in("stock-morning.csv", "Артикул;Остаток\nЧАЙ-100;9\n");
    world.drop_in("stock-evening.csv", "Артикул;Остаток\nЧАЙ-100;3\n");
    let evening = world.inbox().join("stock-evening.csv");
    let evening = File::options().write(true).open(evening).unwrap();
    let later = evening.metadata().unwrap().modified().unwrap() + Duration::from_secs(5);
    evening.set_modified(later).unwrap();
    drop(evening);
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 3);
}

#[test]
fn a_person_is_told_when_a_fresh_file_is_taken_for_an_old_one() {
    let world = World::new();
    let text = |formed: &str, stock| {
        document(
            formed,
            &package(None, &offer("t", Some("ЧАЙ-100"), None, Some(stock))),
        )
    };
    world.drop_in("a.xml", text(&formed("10:00:00"), 9)).carry();
    // The battery of 1C's computer is empty: every file comes from 2020 now.
    let report = world
        .drop_in("b.xml", text("ДатаФормирования=\"2020-01-01T00:00:01\"", 3))
        .carry();
    world.assert_product("ЧАЙ-100", "349", 9);
    assert!(
        report.files[0].tally.needs_attention(),
        "{:?}",
        report.files[0].tally
    );
}

/// Until the shop has carried out what it had put off.
fn wait_until_late(world: &World) {
    wait_until(|| match world.shop.n_late() {
        0 => Err("the late call has not been carried out".to_owned()),
        _ => Ok(()),
    });
}

#[test]
fn a_call_that_the_shop_carries_out_late_does_not_overwrite_newer_stock() {
    // PHP goes on after a 504 or a timeout, and carries the old value out when the new one is there already.
    let world = World::new().with(|settings| {
        settings.settle = Duration::from_secs(4);
        settings.shop.timeout = Duration::from_secs(1);
    });
    let late = FaultKind::Late(Duration::from_secs(3));
    world.shop.inject(Fault::once(late).on("updatequantity"));
    world.drop_in("a.csv", "Артикул;Остаток\nЧАЙ-100;9\n");
    assert_eq!(world.pass().files[0].fate, Fate::Retry);
    // Only that call was to be given up.
    let world = world.with(|settings| settings.shop.timeout = Duration::from_secs(30));
    world.make_all_due();
    world
        .drop_in("b.csv", "Артикул;Остаток\nЧАЙ-100;3\n")
        .carry();
    wait_until_late(&world);
    // 1C says the same again: unchanged.
    world
        .drop_in("c.csv", "Артикул;Остаток\nЧАЙ-100;3\n")
        .carry();
    world.assert_product("ЧАЙ-100", "349", 3);
}

#[test]
fn the_time_to_settle_begins_when_the_answer_was_given_up() {
    let world = World::new().with(|settings| {
        settings.settle = Duration::from_secs(3);
        settings.shop.timeout = Duration::from_secs(3);
    });
    let late = FaultKind::Late(Duration::from_millis(4_500));
    world.shop.inject(Fault::once(late).on("addproducts"));
    world.drop_in("new.csv", "Артикул;Наименование;Цена\nНОВ-1;Новый;15\n");
    assert_eq!(world.pass().files[0].fate, Fate::Retry);
    // `obmen retry`, or a restart after a crash: no pause of half a minute.
    world.make_all_due();
    world.carry();
    wait_until_late(&world);
    let n = world
        .shop
        .products()
        .iter()
        .filter(|product| product.shown_sku() == "НОВ-1")
        .count();
    assert_eq!(n, 1);
}

// --- guard rails ------------------------------------------------------------------------------

#[test]
fn portions_of_one_export_do_not_empty_the_shop_together() {
    let world = world_of(40, Module::Upstream);
    world.drop_in("a.csv", list("Остаток", 0..40, 10)).carry();
    // A warehouse is lost: 1C writes an export of many portions, each of them small beside the shop.
    for part in 0..20 {
        let portion = list("Остаток", part * 2..part * 2 + 2, 0);
        world.drop_in(&format!("rests0_{part}.csv"), portion);
    }
    world.pass();
    assert!(
        n_sold_out(&world) <= 12,
        "{} of 40 are sold out",
        n_sold_out(&world)
    );
}

#[test]
fn a_call_that_did_nothing_does_not_blind_the_guard_rails() {
    let world = world_of(20, Module::Upstream);
    world.drop_in("a.csv", list("Остаток", 0..20, 10)).carry();
    world
        .shop
        .inject(Fault::once(FaultKind::RedirectToErrorPage).on("updatequantity"));
    world.drop_in("b.csv", list("Остаток", 0..20, 11));
    assert_eq!(world.pass().files[0].fate, Fate::Hold);
    world.drop_in("c.csv", list("Остаток", 0..20, 0));
    world.pass();
    assert_eq!(n_sold_out(&world), 0);
}

#[test]
fn orders_do_not_blind_the_guard_rails() {
    let world = world_of(20, Module::Upstream);
    world.drop_in("a.csv", list("Остаток", 0..20, 10)).carry();
    let buyer = Buyer {
        first_name: "Анна".to_owned(),
        ..Buyer::default()
    };
    let order = (0..12).fold(NewOrder::by(buyer), |order, n| {
        order.line(&format!("A-{n}"), 1)
    });
    world.shop.place_order(order);
    world.carry();
    world.drop_in("c.csv", list("Остаток", 0..20, 0));
    world.pass();
    assert_eq!(n_sold_out(&world), 0);
}

fn full_export(n: u32) -> String {
    let offers: String = (0..n)
        .map(|n| offer(&n.to_string(), Some(&format!("A-{n}")), Some(101), None))
        .collect();
    document("", &package(Some(true), &offers))
}

#[test]
fn a_shrunken_export_in_an_archive_is_held() {
    let world = world_of(20, Module::Upstream);
    world
        .drop_in(
            "webdata.zip",
            zipped(&[("offers0_1.xml", &full_export(20))]),
        )
        .carry();
    world.drop_in("webdata.zip", zipped(&[("offers0_1.xml", &full_export(9))]));
    let report = world.pass();
    assert!(
        report.files.iter().any(|file| file.fate == Fate::Hold),
        "{:?}",
        report.files
    );
}

// --- zero_missing_after ----------------------------------------------------------------------

#[test]
fn the_first_full_export_of_all_sells_nothing_out() {
    let world = world_of(5, Module::Upstream)
        .with(|settings| settings.goods.zero_missing_after = Some(Duration::ZERO));
    let offers: String = (0..5)
        .map(|n| offer(&n.to_string(), Some(&format!("A-{n}")), None, Some(7)))
        .collect();
    world
        .drop_in("offers0_1.xml", document("", &package(Some(true), &offers)))
        .carry();
    world.carry();
    world.carry();
    assert_eq!(n_sold_out(&world), 0);
}

#[test]
fn a_product_new_to_obmen_is_not_sold_out_by_the_export_that_states_it() {
    let world = world_of(20, Module::Upstream)
        .with(|settings| settings.goods.zero_missing_after = Some(Duration::ZERO));
    let export = |n: u32| {
        let offers: String = (0..n)
            .map(|n| offer(&n.to_string(), Some(&format!("A-{n}")), None, Some(7)))
            .collect();
        document("", &package(Some(true), &offers))
    };
    world
        .drop_in(
            "offers0_1.xml",
            export(18).replace("=\"false\"", "=\"true\""),
        )
        .carry();
    world.drop_in("offers0_1.xml", export(20)).carry();
    world.carry();
    world.carry();
    assert_eq!(n_sold_out(&world), 0);
}

#[test]
fn to_switch_zeroing_on_sells_nothing_out() {
    let world = world_of(9, Module::Upstream);
    let offers: String = (0..9)
        .map(|n| offer(&n.to_string(), Some(&format!("A-{n}")), None, Some(7)))
        .collect();
    world
        .drop_in("offers0_1.xml", document("", &package(Some(true), &offers)))
        .carry();
    world
        .drop_in(
            "offers0_1.xml",
            document("", &package(Some(true), &offers)) + " ",
        )
        .carry();
    let world = world.with(|settings| settings.goods.zero_missing_after = Some(Duration::ZERO));
    world.carry();
    world.carry();
    assert_eq!(n_sold_out(&world), 0);
}

#[test]
fn a_portion_that_was_cut_off_sells_nothing_out() {
    let world = world_of(20, Module::Upstream)
        .with(|settings| settings.goods.zero_missing_after = Some(Duration::ZERO));
    let portion = |articles: std::ops::Range<u32>| {
        let offers: String = articles
            .map(|n| offer(&n.to_string(), Some(&format!("A-{n}")), None, Some(7)))
            .collect();
        document("", &package(Some(true), &offers))
    };
    world
        .drop_in("all.xml", portion(0..20).replace("=\"false\"", "=\"true\""))
        .carry();
    world.drop_in("offers0_1.xml", portion(0..15));
    let cut = portion(15..20).replace("</Предложения>", "</Предложение>");
    world.drop_in("offers0_2.xml", cut);
    let report = world.pass();
    assert!(report.files.iter().any(|file| file.fate == Fate::Reject));
    world.pass();
    world.pass();
    assert_eq!(n_sold_out(&world), 0);
}

// --- rejected, and yet --------------------------------------------------------------------

#[test]
fn a_file_that_a_person_rejects_leaves_no_rivals_behind() {
    let world = World::new().with(|settings| settings.guard.factor = 2);
    let first =
        offer("t", Some("ЧАЙ-100"), Some(300), None) + &offer("p", Some("00123"), Some(200), None);
    world
        .drop_in("a.xml", document("", &package(None, &first)))
        .carry();
    // An export of a test base: another id, and a price that the guard rails stop.
    let test =
        offer("x", Some("ЧАЙ-100"), Some(300), None) + &offer("p", Some("00123"), Some(1), None);
    world.drop_in("test.xml", document("", &package(None, &test)));
    let held = world.pass().files[0].run.clone().unwrap();
    assert_eq!(held.state, RunState::Held);
    Inbox::open(world.inbox())
        .unwrap()
        .reject_held(&held.file, held.id.0, &|_| true)
        .unwrap();
    world
        .journal()
        .finish(held.id, RunState::Rejected, None, None, now())
        .unwrap();
    let report = world
        .drop_in(
            "b.xml",
            document("", &package(None, &offer("t", None, Some(310), None))),
        )
        .carry();
    assert_eq!(report.files[0].tally.n(OutcomeKind::Rejected), 0);
    world.assert_product("ЧАЙ-100", "310", 46);
}

#[test]
fn content_that_comes_again_while_it_is_held_leaves_nothing_behind_once_decided() {
    let world = World::new().with(|settings| settings.guard.factor = 2);
    let prices = |price: u32| format!("Артикул;Цена\nЧАЙ-100;{price}\n");
    world.drop_in("prices.csv", prices(300)).carry();
    for _ in 0..3 {
        world.drop_in("prices.csv", prices(900));
        world.pass();
    }
    let held = world.journal().runs(None, 1).unwrap().remove(0);
    let inbox = Inbox::open(world.inbox()).unwrap();
    inbox.reject_held(&held.file, held.id.0, &|_| true).unwrap();
    world
        .journal()
        .finish(held.id, RunState::Rejected, None, None, now())
        .unwrap();
    assert_eq!(world.names_in("inbox/held"), [""; 0]);
}

#[test]
fn force_is_not_remembered_for_the_next_send_of_the_same_file() {
    let world = World::new().with(|settings| settings.guard.factor = 2);
    world
        .drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;300\n")
        .carry();
    let file = world.folder.path().join("by-hand.csv");
    crate::world::put(&file, "Артикул;Цена\nЧАЙ-100;900\n".as_bytes());
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let journal = world.journal();
    world
        .shop
        .inject(Fault::once(FaultKind::LoseRequest).on("updateprice"));
    send_file(&file, &exchange, &journal, Caution::Overruled, &|_| {}).unwrap_err();
    world
        .drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;310\n")
        .carry();
    let careful = send_file(&file, &exchange, &journal, Caution::Heeded, &|_| {});
    assert!(careful.is_err(), "{careful:?}");
    world.assert_product("ЧАЙ-100", "310", 46);
}

// --- orders --------------------------------------------------------------------------------

#[test]
fn orders_written_while_the_share_is_not_mounted_are_not_taken_for_loaded() {
    let world = World::new();
    world.carry();
    // 1C takes the files: nothing is open in the outbox, as on most days.
    for name in world.names_in("outbox") {
        std::fs::remove_file(world.settings.outbox.join(name)).unwrap();
    }
    world.carry();
    // The computer starts, and the share is not there yet: its place is an empty folder.
    let away = world.folder.path().join("away");
    std::fs::rename(&world.settings.outbox, &away).unwrap();
    let buyer = Buyer {
        first_name: "Анна".to_owned(),
        last_name: "К".to_owned(),
        ..Buyer::default()
    };
    let order = world
        .shop
        .place_order(NewOrder::by(buyer).line("ЧАЙ-100", 3));
    world.pass();
    // It is mounted over whatever was written there.
    drop(std::fs::remove_dir_all(&world.settings.outbox));
    std::fs::rename(&away, &world.settings.outbox).unwrap();
    world.pass();
    let file = world.names_in("outbox");
    assert!(
        !file.is_empty(),
        "order {order} lies nowhere, and the ledger has {} taken",
        world
            .journal()
            .n_orders("main", obmen::journal::OrderState::Taken)
            .unwrap()
    );
}

#[test]
fn a_status_in_a_file_that_begins_with_goods_waits_for_the_orders() {
    let world = World::new();
    let status = "<Документ><Ид>1</Ид><Номер>1</Номер><ХозОперация>Заказ товара</ХозОперация><ЗначенияРеквизитов>\
         <ЗначениеРеквизита><Наименование>Статус заказа</Наименование><Значение>Отгружен</Значение></ЗначениеРеквизита>\
         </ЗначенияРеквизитов></Документ>";
    world.drop_in("all.xml", document("", &(goods("t", "ЧАЙ-100") + status)));
    serve_until(&world, || world.shop.orders()[0].status_id == 3);
    assert_eq!(world.shop.orders()[0].status_id, 3, "carried");
    let order = obmen::domain::OrderId::parse("1").unwrap();
    assert!(
        !world.journal().is_to_write("main", order, now()).unwrap(),
        "order 1 has never been written"
    );
}

// --- stuck, or hammering ------------------------------------------------------------------

#[test]
fn a_shop_whose_login_answers_503_is_left_alone_longer_and_longer() {
    let world = World::new().with(|settings| {
        settings.schedule.scan = Duration::from_millis(50);
        settings.schedule.orders = None;
    });
    world.shop.inject(
        Fault::once(FaultKind::Maintenance503)
            .on("login")
            .for_ever(),
    );
    world.drop_in("a.csv", "Артикул;Остаток\nЧАЙ-100;9\n");
    serve_for(&world, Duration::from_secs(3));
    assert!(
        world.shop.n_calls("login") <= 10,
        "{} logins in 3 s",
        world.shop.n_calls("login")
    );
}

#[test]
fn a_product_list_that_cannot_be_had_is_not_asked_for_at_every_look() {
    let world = World::new().with(|settings| {
        settings.schedule.scan = Duration::from_millis(50);
        settings.schedule.products = Some(Duration::from_secs(86_400));
    });
    world.shop.inject(
        Fault::once(FaultKind::GatewayTimeout504)
            .on("getproducts")
            .for_ever(),
    );
    serve_for(&world, Duration::from_secs(3));
    assert!(
        world.shop.n_calls("getproducts") <= 10,
        "{} in 3 s",
        world.shop.n_calls("getproducts")
    );
}

#[test]
fn an_open_call_that_cannot_be_looked_into_is_not_asked_about_at_every_look() {
    let world = World::new().with(|settings| settings.schedule.scan = Duration::from_millis(50));
    world.carry();
    world
        .shop
        .inject(Fault::once(FaultKind::LoseAnswer).on("updateorder"));
    world.drop_in("st.csv", "Заказ;Статус\n1;Shipped\n");
    world.pass();
    // The list of all shipped orders is more than the shop's PHP can stand.
    let before = world.shop.n_calls("orders");
    world.shop.inject(
        Fault::once(FaultKind::GatewayTimeout504)
            .on("orders")
            .for_ever(),
    );
    let world = world.with(|settings| settings.schedule.orders = None);
    world.drop_in("a.csv", "Артикул;Остаток\nЧАЙ-100;9\n");
    serve_until(&world, || {
        world.shop.product("ЧАЙ-100").unwrap().quantity == 9
    });
    serve_for(&world, Duration::from_secs(3));
    let n = world.shop.n_calls("orders") - before;
    assert!(n <= 20, "{n} in some seconds");
    world.assert_product("ЧАЙ-100", "349", 9);
}

#[test]
fn a_list_that_excel_holds_open_does_not_stop_the_rest() {
    let world = World::new().with(|settings| {
        settings.schedule.scan = Duration::from_secs(1);
        settings.schedule.orders = Some(Duration::from_millis(100));
        settings.schedule.products = Some(Duration::from_secs(86_400));
    });
    // Stands for a file that cannot be replaced.
    std::fs::create_dir_all(world.settings.outbox.join("products.csv/x")).unwrap();
    serve_for(&world, Duration::from_secs(6));
    // With pauses of two and four seconds between all attempts there were three.
    let n = world.shop.n_calls("orders");
    assert!(n >= 8, "orders were asked for {n} times in 6 s");
}

#[test]
fn a_clock_that_was_ahead_for_a_moment_stops_nothing() {
    let world = World::new();
    world
        .shop
        .inject(Fault::once(FaultKind::Status500Before).on("updatequantity"));
    world.drop_in("a.csv", "Артикул;Остаток\nЧАЙ-100;9\n");
    let run = world.pass().files[0].run.clone().unwrap();
    assert_eq!(run.state, RunState::Retry);
    // What would have been written at that moment by a clock ten years ahead.
    let ahead: NaiveDateTime = NaiveDate::from_ymd_opt(2036, 1, 1)
        .unwrap()
        .and_hms_opt(0, 0, 30)
        .unwrap();
    world
        .journal()
        .finish(run.id, RunState::Retry, None, Some(ahead), now())
        .unwrap();
    world.drop_in("b.csv", "Артикул;Остаток\nЧАЙ-100;3\n");
    world.pass();
    world.assert_product("ЧАЙ-100", "349", 3);
}

#[test]
fn a_job_that_ran_in_a_wrong_future_runs_again() {
    let world =
        World::new().with(|settings| settings.schedule.products = Some(Duration::from_secs(3_600)));
    let ahead = NaiveDate::from_ymd_opt(2036, 1, 1)
        .unwrap()
        .and_hms_opt(0, 0, 30)
        .unwrap();
    world.journal().note_ran("main", "products", ahead).unwrap();
    assert!(!world.pass().lists.is_empty());
}

#[test]
fn one_row_that_the_shop_cannot_stand_holds_up_no_stock() {
    let world = World::new();
    world.shop.inject(
        Fault::once(FaultKind::Status500Before)
            .on("addproducts")
            .for_ever(),
    );
    world.drop_in("new.csv", "Артикул;Наименование;Цена\nНОВ-1;Новый;5\n");
    world.pass();
    // Five attempts take some seven minutes; all twenty take most of a day.
    for n in 0..5 {
        world.make_all_due();
        world.drop_in("stock.csv", format!("Артикул;Остаток\nЧАЙ-100;{n}\n"));
        world.pass();
    }
    assert_ne!(
        world.shop.product("ЧАЙ-100").unwrap().quantity,
        46,
        "no stock is carried at all"
    );
}

// --- what is told --------------------------------------------------------------------------

#[test]
fn a_failed_send_by_hand_does_not_make_unknown_goods_wait_for_ever() {
    let world = World::new();
    let file = world.folder.path().join("by-hand.csv");
    crate::world::put(&file, "Артикул;Остаток\nЧАЙ-100;9\n".as_bytes());
    world
        .shop
        .inject(Fault::once(FaultKind::Status500Before).on("updatequantity"));
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let journal = world.journal();
    send_file(&file, &exchange, &journal, Caution::Heeded, &|_| {}).unwrap_err();
    std::fs::remove_file(&file).unwrap();
    // Months later.
    world.drop_in("import.xml", document("", &goods("n", "НЕТ-1")));
    let world = world.with(|settings| settings.goods.category = None);
    world.carry();
    let report = world
        .drop_in(
            "offers.xml",
            document(
                "",
                &package(None, &offer("n", Some("НЕТ-1"), Some(5), None)),
            ),
        )
        .carry();
    assert_eq!(
        report.files[0].tally.n(OutcomeKind::Unknown),
        1,
        "{:?}",
        report.files[0].tally
    );
}

#[test]
fn a_new_product_that_the_shop_confuses_with_another_is_not_called_applied() {
    // To the collation of 2.3 `ї` is `і`.
    let catalogue = Catalogue::empty()
        .with_category(60, None, "Чай")
        .with_product("КІТ", "Кіт", Decimal::ONE, 1);
    let world = World::with_shop(Dialect::V23, Module::Own, catalogue);
    let report = world
        .drop_in("new.csv", "Артикул;Наименование;Цена\nКЇТ;Новий;5\n")
        .carry();
    assert_eq!(world.shop.products().len(), 1);
    let tally = &report.files[0].tally;
    assert_eq!(tally.n(OutcomeKind::Applied), 0, "{tally:?}");
}

#[test]
fn a_product_that_was_there_all_along_gets_its_price() {
    // Between the shop's list of articles and the call somebody adds the product by hand.
    let world = World::with_shop(Dialect::V30, Module::Own, crate::world::small_catalogue());
    world
        .shop
        .edit_product("00123", |product| product.sku = "ЕЩЁ-НЕТ".to_owned());
    world
        .shop
        .inject(Fault::once(FaultKind::Slow(Duration::from_millis(800))).on("categories"));
    world.drop_in("new.csv", "Артикул;Наименование;Цена\n00123;Карандаши;77\n");
    std::thread::scope(|scope| {
        let pass = scope.spawn(|| world.pass());
        while world.shop.n_calls("categories") == 0 {
            std::thread::yield_now();
        }
        world
            .shop
            .edit_product("ЕЩЁ-НЕТ", |product| product.sku = "00123".to_owned());
        pass.join().unwrap();
    });
    for _ in 0..2 {
        world
            .drop_in("new.csv", "Артикул;Наименование;Цена\n00123;Карандаши;77\n")
            .carry();
    }
    assert_eq!(
        world.shop.products().len(),
        3,
        "the race was won as planned"
    );
    world.assert_product("00123", "77", 15);
}

#[test]
fn after_a_restored_journal_everything_is_sent_again() {
    let world = World::new();
    let prices = |price: u32| format!("Артикул;Цена\nЧАЙ-100;{price}\n");
    world.drop_in("a.csv", prices(300)).carry();
    let copy = world.journal().back_up().unwrap();
    world.drop_in("b.csv", prices(320)).carry();
    // As the README says: the journal is moved aside, the copy takes its place.
    for ending in ["sqlite", "sqlite-wal", "sqlite-shm"] {
        drop(std::fs::remove_file(
            world.journal_path().with_extension(ending),
        ));
    }
    std::fs::rename(copy, world.journal_path()).unwrap();
    world.drop_in("c.csv", prices(300)).carry();
    world.assert_product("ЧАЙ-100", "300", 46);
}

#[test]
fn a_document_without_a_status_still_says_that_1c_has_the_order() {
    let world = World::new().with(|settings| {
        settings.orders.file = obmen::pipeline::OrderFileName::parse("orders.xml").unwrap();
    });
    world.carry();
    let silent =
        "<Документ><Ид>1</Ид><Номер>1</Номер><ХозОперация>Заказ товара</ХозОперация></Документ>";
    world.drop_in("a.xml", document("", silent)).carry();
    let confirmed = world
        .journal()
        .n_orders("main", obmen::journal::OrderState::Confirmed)
        .unwrap();
    assert_eq!(
        confirmed, 1,
        "README: left out as soon as 1C has sent a document about it"
    );
}

#[test]
fn one_moment_of_403_in_front_of_our_own_module_needs_no_person() {
    // A web application firewall, or a limit of the hosting company.
    let world = World::with_shop(Dialect::V30, Module::Own, crate::world::small_catalogue());
    world
        .shop
        .inject(Fault::once(FaultKind::ModuleMissing).on("stock"));
    world.drop_in("a.csv", "Артикул;Остаток\nЧАЙ-100;9\n");
    let report = world.pass();
    assert_eq!(
        report.files[0].fate,
        Fate::Retry,
        "{:?}",
        report.files[0].error
    );
}
