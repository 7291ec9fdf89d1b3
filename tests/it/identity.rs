//! Goods, variants and prices find each other, whatever comes first.

use std::fmt::Write as _;

use obmen::demo_shop::{Catalogue, Dialect, Module};
use obmen::folders::Fate;
use obmen::journal::OutcomeKind;
use obmen::pipeline::{CarryError, Deleted, PassReport};
use rust_decimal::Decimal;

use crate::world::World;

fn file(parts: &str) -> String {
    format!("<КоммерческаяИнформация ВерсияСхемы=\"2.08\">{parts}</КоммерческаяИнформация>")
}

fn goods(rows: &[(&str, &str, &str)]) -> String {
    let mut text = String::new();
    for (id, article, name) in rows {
        write!(text, "<Товар><Ид>{id}</Ид><Артикул>{article}</Артикул><Наименование>{name}</Наименование></Товар>").unwrap();
    }
    file(&format!("<Каталог><Товары>{text}</Товары></Каталог>"))
}

/// Ид, further elements.
fn offers(rows: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (id, rest) in rows {
        write!(text, "<Предложение><Ид>{id}</Ид>{rest}</Предложение>").unwrap();
    }
    file(&format!(
        "<ПакетПредложений><Предложения>{text}</Предложения></ПакетПредложений>"
    ))
}

fn price(kind: &str, amount: &str) -> String {
    format!(
        "<Цены><Цена><ИдТипаЦены>{kind}</ИдТипаЦены><ЦенаЗаЕдиницу>{amount}</ЦенаЗаЕдиницу></Цена></Цены>"
    )
}

fn rest(warehouse: &str, quantity: &str) -> String {
    format!(
        "<Остатки><Остаток><Склад><Ид>{warehouse}</Ид><Количество>{quantity}</Количество></Склад></Остаток></Остатки>"
    )
}

#[track_caller]
fn assert_told(world: &World, receipt: &str, text: &str) {
    let receipt = world.read(receipt);
    assert!(receipt.contains(text), "{text}: {receipt}");
}

fn n(report: &PassReport, kind: OutcomeKind) -> u64 {
    report.files.iter().map(|file| file.tally.n(kind)).sum()
}

/// Classifier, goods, offers, prices, rests: an export in five files.
fn export() -> [(&'static str, String); 5] {
    let classifier = file(
        "<Классификатор><Ид>c</Ид><ТипыЦен><ТипЦены><Ид>t1</Ид><Наименование>Розничная</Наименование></ТипЦены>\
         <ТипЦены><Ид>t2</Ид><Наименование>Оптовая</Наименование></ТипЦены></ТипыЦен>\
         <Склады><Склад><Ид>w1</Ид><Наименование>Основной</Наименование></Склад>\
         <Склад><Ид>w2</Ид><Наименование>Брак</Наименование></Склад></Склады></Классификатор>",
    );
    let both = format!("{}{}", price("t2", "8"), "").replace("</Цены>", "")
        + "<Цена><ИдТипаЦены>t1</ИдТипаЦены><ЦенаЗаЕдиницу>10.50</ЦенаЗаЕдиницу></Цена></Цены>";
    let stock = "<Остатки><Остаток><Склад><Ид>w1</Ид><Количество>7</Количество></Склад></Остаток>\
                 <Остаток><Склад><Ид>w2</Ид><Количество>100</Количество></Склад></Остаток></Остатки>";
    [
        ("classifier.xml", classifier),
        (
            "goods.xml",
            goods(&[("g1", "НОВ-1", "Новый чай"), ("g2", "ЧАЙ-100", "Чай")]),
        ),
        (
            "offers.xml",
            offers(&[("g1", "<Наименование>Новый чай</Наименование>"), ("g2", "")]),
        ),
        ("prices.xml", offers(&[("g1", &both), ("g2", &both)])),
        ("rests.xml", offers(&[("g1", stock), ("g2", stock)])),
    ]
}

/// Every order of `0..n`.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    permutations(n - 1)
        .into_iter()
        .flat_map(|shorter| {
            (0..=shorter.len()).map(move |at| {
                let mut longer = shorter.clone();
                longer.insert(at, n - 1);
                longer
            })
        })
        .collect()
}

#[test]
fn a_set_in_any_order_of_its_files_ends_in_the_same_shop() {
    let world = || {
        World::new().with(|settings| {
            settings.goods.price_type = Some("Розничная".to_owned());
            settings.goods.warehouses = vec!["Основной".to_owned()];
            settings.orders.statuses.clear();
        })
    };
    let export = export();
    let orders = permutations(export.len());
    assert_eq!(orders.len(), 120);
    for (at, order) in orders.into_iter().enumerate() {
        // One by one, each in a pass of its own; and some of them together, where
        // the program has to find the order.
        for together in [false, true]
            .into_iter()
            .take(if at % 8 == 0 { 2 } else { 1 })
        {
            let world = world();
            for (position, at) in order.iter().enumerate() {
                let (name, content) = &export[*at];
                // The name must not matter either.
                world.drop_in(&format!("{position}-{name}"), content);
                if !together {
                    world.pass();
                }
            }
            world.pass();
            world.pass();
            world
                .assert_product("ЧАЙ-100", "10.5", 7)
                .assert_product("НОВ-1", "10.5", 7)
                .assert_n_calls("addproducts", 1);
            assert!(
                world
                    .names_in("inbox")
                    .iter()
                    .all(|name| name.starts_with("done/")),
                "{order:?} {together}"
            );
        }
    }
}

#[test]
fn a_price_type_that_nobody_has_explained_holds_nothing_back_for_ever() {
    let world = World::new().with(|settings| {
        settings.goods.price_type = Some("Розничная".to_owned());
        settings.schedule.wait = std::time::Duration::ZERO;
    });
    world.drop_in("a.xml", goods(&[("g2", "ЧАЙ-100", "Чай")]));
    world.drop_in("b.xml", offers(&[("g2", &price("t1", "10"))]));
    let waits = world.pass();
    let file = waits
        .files
        .iter()
        .find(|file| file.name == "b.xml")
        .unwrap();
    assert!(matches!(file.error, Some(CarryError::Settings(_))));
    assert_eq!(file.fate, Fate::Hold);
    world.assert_product("ЧАЙ-100", "349", 46);
}

#[test]
fn a_warehouse_that_nobody_has_explained_does_not_empty_the_shop() {
    let world =
        World::new().with(|settings| settings.goods.warehouses = vec!["Основной".to_owned()]);
    world.drop_in("a.xml", goods(&[("g2", "ЧАЙ-100", "Чай")]));
    world.drop_in("b.xml", offers(&[("g2", &rest("w1", "9"))]));
    let report = world.pass();
    assert_eq!(report.files[1].fate, Fate::Retry);
    world.assert_product("ЧАЙ-100", "349", 46);
}

#[test]
fn prices_before_their_goods_wait_and_are_told_when_overdue() {
    let world = World::new();
    world.drop_in(
        "prices.xml",
        offers(&[("g2", &price("t", "11")), ("g9", &price("t", "12"))]),
    );
    assert_eq!(n(&world.carry(), OutcomeKind::Pending), 2);
    world.assert_product("ЧАЙ-100", "349", 46);
    world.drop_in("goods.xml", goods(&[("g2", "ЧАЙ-100", "Чай")]));
    world.carry();
    world.assert_product("ЧАЙ-100", "11", 46);
    let journal = world.journal();
    let later = chrono::NaiveDate::from_ymd_opt(2100, 1, 1).unwrap().into();
    assert_eq!(journal.take_overdue("main", later).unwrap(), ["g9"]);
    assert!(
        journal.take_overdue("main", later).unwrap().is_empty(),
        "told once"
    );
}

#[test]
fn products_that_share_an_article_are_reported_before_anything_is_sent() {
    let world = World::new();
    world.drop_in(
        "goods.xml",
        goods(&[
            ("g1", "чай-100", "Чай"),
            ("g2", "ЧАЙ-100", "Другой чай"),
            ("g3", "НОВ", "Новый"),
        ]),
    );
    world.drop_in(
        "offers.xml",
        offers(&[
            ("g1", &price("t", "1")),
            ("g2", &price("t", "2")),
            ("g3", &price("t", "3")),
        ]),
    );
    let report = world.carry();
    assert_eq!(n(&report, OutcomeKind::Rejected), 4);
    world
        .assert_product("ЧАЙ-100", "349", 46)
        .assert_product("НОВ", "3", 0);
    assert_told(
        &world,
        "inbox/done/goods.xml.receipt.txt",
        "the shop cannot tell its article from that of another product in 1C (Ид g2)",
    );
}

#[test]
fn a_product_made_anew_in_1c_takes_over_the_article_of_one_that_is_gone() {
    let world = World::new();
    let stock = |id: &str, n: &str| {
        offers(&[(
            id,
            &format!("<Артикул>ЧАЙ-100</Артикул><Количество>{n}</Количество>"),
        )])
    };
    world.drop_in("offers.xml", stock("old", "5"));
    world.carry();
    world.drop_in("offers.xml", stock("new", "6"));
    assert_eq!(
        n(&world.carry(), OutcomeKind::Rejected),
        1,
        "both may exist"
    );
    let old = obmen::domain::ItemKey::parse("old").unwrap();
    world.journal().forget_article("main", &old, None).unwrap();
    world.drop_in("offers.xml", stock("new", "7"));
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 7);
}

#[test]
fn a_changed_article_is_reported_and_makes_no_new_product() {
    let world = World::new();
    world.drop_in("goods.xml", goods(&[("g2", "ЧАЙ-100", "Чай")]));
    world.carry();
    world.drop_in("goods.xml", goods(&[("g2", "ЧАЙ-200", "Чай")]));
    world.drop_in("offers.xml", offers(&[("g2", &price("t", "5"))]));
    let report = world.carry();
    assert_eq!(n(&report, OutcomeKind::Rejected), 1);
    world
        .assert_n_calls("addproducts", 0)
        .assert_product("ЧАЙ-100", "5", 46);
    // Renamed in the shop as well: from now on they agree again.
    world
        .shop
        .edit_product("ЧАЙ-100", |product| product.sku = "ЧАЙ-200".to_owned());
    world.drop_in("goods.xml", goods(&[("g2", "ЧАЙ-200", "Чай")]));
    world.drop_in("offers.xml", offers(&[("g2", &price("t", "6"))]));
    world.carry();
    world.assert_product("ЧАЙ-200", "6", 46);
}

fn variant_shop() -> World {
    let catalogue = Catalogue::empty()
        .with_category(60, None, "Обувь")
        .with_product("БОТ", "Ботинки", Decimal::new(100, 0), 1)
        .with_product("БОТ-40", "Ботинки 40", Decimal::new(100, 0), 1)
        .with_product("БОТ-41", "Ботинки 41", Decimal::new(100, 0), 1);
    World::with_shop(Dialect::V30, Module::Upstream, catalogue).with(|settings| {
        settings.goods.category = Some("60".to_owned());
        settings.orders.statuses.clear();
    })
}

fn variant(article: &str, barcode: &str, quantity: &str) -> String {
    format!(
        "<Артикул>{article}</Артикул><Штрихкод>{barcode}</Штрихкод><Наименование>Ботинки</Наименование><Количество>{quantity}</Количество>"
    )
}

#[test]
fn variants_with_articles_of_their_own_are_products_of_their_own() {
    let world = variant_shop();
    world.drop_in("goods.xml", goods(&[("b", "БОТ", "Ботинки")]));
    world.drop_in(
        "offers.xml",
        offers(&[
            ("b#40", &variant("БОТ-40", "1", "5")),
            ("b#41", &variant("БОТ-41", "2", "6")),
        ]),
    );
    world.carry();
    world.drop_in("rests.xml", offers(&[("b#41", &rest("w", "3"))]));
    world.carry();
    world
        .assert_product("БОТ-40", "100", 5)
        .assert_product("БОТ-41", "100", 3)
        .assert_product("БОТ", "100", 1);
}

#[test]
fn variants_with_only_their_product_s_article_are_reported_or_named_by_the_pattern() {
    let set = |world: &World| {
        world.drop_in("goods.xml", goods(&[("b", "БОТ", "Ботинки")]));
        world.drop_in(
            "offers.xml",
            offers(&[
                ("b#x", &variant("БОТ", "40", "5")),
                ("b#y", &variant("БОТ", "41", "6")),
            ]),
        );
        world.carry()
    };
    let world = variant_shop();
    assert_eq!(n(&set(&world), OutcomeKind::Rejected), 2);
    world.assert_product("БОТ", "100", 1);

    let world = variant_shop()
        .with(|settings| settings.goods.variant_article = Some("{sku}-{barcode}".to_owned()));
    set(&world);
    world
        .assert_product("БОТ-40", "100", 5)
        .assert_product("БОТ-41", "100", 6)
        .assert_product("БОТ", "100", 1);
    world.drop_in("rests.xml", offers(&[("b#y", &rest("w", "2"))]));
    world.carry();
    world.assert_product("БОТ-41", "100", 2);
}

#[test]
fn a_deletion_mark_does_what_the_configuration_says() {
    let goods = goods(&[("g2", "ЧАЙ-100", "Чай")]).replace("<Товар>", "<Товар Статус=\"Удален\">");
    let marked = offers(&[(
        "g2",
        "<Артикул>ЧАЙ-100</Артикул><ПометкаУдаления>true</ПометкаУдаления><Количество>5</Количество>",
    )]);
    for (deleted, kind, quantity) in [
        (Deleted::Ignore, OutcomeKind::Note, 46),
        (Deleted::Zero, OutcomeKind::Applied, 0),
        (Deleted::Report, OutcomeKind::Rejected, 46),
    ] {
        for file in [&marked, &goods] {
            let world = World::new().with(|settings| settings.goods.deleted = deleted);
            world.drop_in("marked.xml", file);
            assert_eq!(n(&world.carry(), kind), 1, "{deleted:?}");
            world.assert_product("ЧАЙ-100", "349", quantity);
        }
    }
}

#[test]
fn an_article_stated_twice_in_a_list_is_reported_and_neither_is_sent() {
    let world = World::new();
    world.drop_in(
        "list.csv",
        "Артикул;Остаток\nЧАЙ-100;5\n00123;7\nчай-100;6\n",
    );
    assert_eq!(n(&world.carry(), OutcomeKind::Rejected), 2);
    world
        .assert_product("ЧАЙ-100", "349", 46)
        .assert_product("00123", "199", 7);
    assert_told(&world, "inbox/done/list.csv.receipt.txt", "first in line 2");
}

#[test]
fn rows_by_warehouse_are_summed_over_those_that_count() {
    let list = "Артикул;Склад;Остаток\nЧАЙ-100;Основной;5\n00123;Основной;1\nЧАЙ-100;Брак;100\nЧАЙ-100;Розница;2,5\n";
    for (warehouses, quantity) in [
        (vec![], 107),
        (vec!["основной".to_owned(), "Розница".to_owned()], 7),
    ] {
        let world = World::new().with(|settings| settings.goods.warehouses = warehouses);
        world.drop_in("list.csv", list);
        world.carry();
        world
            .assert_product("ЧАЙ-100", "349", quantity)
            .assert_product("00123", "199", 1)
            .assert_n_calls("updatequantity", 1);
    }
}

#[test]
fn a_file_that_breaks_in_its_middle_changes_nothing() {
    let world = World::new();
    let whole = offers(&[("g2", "<Артикул>ЧАЙ-100</Артикул><Количество>5</Количество>")]);
    world.drop_in(
        "broken.xml",
        whole.replace("</Предложения>", "</Предложение>"),
    );
    let report = world.pass();
    assert_eq!(report.files[0].fate, Fate::Reject);
    world
        .assert_product("ЧАЙ-100", "349", 46)
        .assert_n_calls("updatequantity", 0);
}

#[test]
fn what_a_full_export_leaves_out_is_sold_out_only_if_so_configured() {
    let portion = |rows: &[(&str, &str)], full: &str| {
        offers(rows).replace(
            "<ПакетПредложений>",
            &format!("<ПакетПредложений СодержитТолькоИзменения=\"{full}\">"),
        )
    };
    let tea = ("a", "<Артикул>ЧАЙ-100</Артикул><Количество>5</Количество>");
    let pencils = ("b", "<Артикул>00123</Артикул><Количество>6</Количество>");
    let cable = (
        "c",
        "<Артикул>R&amp;D 12&quot;</Артикул><Количество>7</Количество>",
    );
    for (after, full, pencils_left) in [
        (None, "false", 6),
        (Some(std::time::Duration::ZERO), "true", 6),
        (Some(std::time::Duration::ZERO), "false", 0),
    ] {
        let world = World::new().with(|settings| settings.goods.zero_missing_after = after);
        world.drop_in("all.xml", portion(&[tea, pencils, cable], "true"));
        world.carry();
        // Two portions of an export, the second marked as changes, as УТ marks it.
        world
            .drop_in("offers0_1.xml", portion(&[tea], full))
            .drop_in("offers0_2.xml", portion(&[cable], "true"));
        world.carry();
        world.carry();
        world
            .assert_product("ЧАЙ-100", "349", 5)
            .assert_product("R&D 12\"", "10", 7);
        world.assert_product("00123", "199", pencils_left);
    }
}
