//! What a second review of the core found, each as the scenario that went wrong.

use std::fmt::Write as _;
use std::time::Duration;

use obmen::demo_shop::{Dialect, Fault, FaultKind, Module};
use obmen::folders::Fate;
use obmen::formats::Column;
use obmen::journal::OutcomeKind;
use obmen::pipeline::{
    Caution, Deleted, Exchange, ExchangeSettings, GoodsSettings, MatchBy, send_file,
};
use obmen::plan::Detail;

use crate::world::{World, put, small_catalogue};

/// A shop with our own module.
fn own() -> World {
    World::with_shop(Dialect::V30, Module::Own, small_catalogue())
}

fn own_with_pictures() -> World {
    own().with(|settings| settings.goods.details = vec![Detail::Pictures])
}

fn picture(n_bytes: usize, filling: u8) -> Vec<u8> {
    let mut picture = b"\x89PNG".to_vec();
    picture.resize(n_bytes, filling);
    picture.extend(b"IEND");
    picture
}

/// A goods file that names these pictures of one product.
fn goods_with(pictures: &[&str]) -> String {
    let pictures = pictures.join("</Картинка><Картинка>");
    format!(
        "<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>g</Ид><Артикул>ЧАЙ-100</Артикул>\
         <Наименование>Чай чёрный</Наименование><Картинка>{pictures}</Картинка></Товар></Товары></Каталог></КоммерческаяИнформация>"
    )
}

#[test]
fn pictures_go_in_calls_that_the_module_takes() {
    let world = own_with_pictures();
    put(&world.inbox().join("a.png"), &picture(2_500_000, 1));
    put(&world.inbox().join("b.png"), &picture(4_000_000, 2));
    world.drop_in("goods.xml", goods_with(&["a.png", "b.png"]));
    world.carry();
    assert_eq!(world.shop.images().len(), 2);
}

#[test]
fn a_picture_too_large_for_the_web_server_holds_up_no_file_and_no_other_picture() {
    let world = own_with_pictures();
    let limit = FaultKind::MostBytes(1 << 20);
    world.shop.inject(Fault::once(limit).on("image").for_ever());
    let names = ["1.png", "2.png", "3.png", "4.png", "5.png"];
    for (name, filling) in names.iter().zip(1..) {
        put(&world.inbox().join(name), &picture(300_000, filling));
    }
    put(&world.inbox().join("large.png"), &picture(900_000, 9));
    let all: Vec<&str> = names.into_iter().chain(["large.png"]).collect();
    world.drop_in("goods.xml", goods_with(&all));
    world.carry();
    assert_eq!(world.shop.images().len(), 5);
    let receipt = world.read("inbox/done/goods.xml.receipt.txt");
    assert!(receipt.contains("`large.png` is left out"), "{receipt}");
    assert!(receipt.contains("client_max_body_size"), "{receipt}");
    world.drop_in("stock.csv", "Артикул;Остаток\nЧАЙ-100;7\n");
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 7);
    world.shop.clear_faults();
    world.carry();
    assert_eq!(world.shop.images().len(), 6);
}

#[test]
fn a_shop_that_takes_no_picture_just_now_gets_it_later_and_every_file_at_once() {
    let world = own_with_pictures();
    let down = Fault::once(FaultKind::Status500Before);
    world.shop.inject(down.on("image").for_ever());
    put(&world.inbox().join("a.png"), &picture(100, 1));
    world.drop_in("goods.xml", goods_with(&["a.png"]));
    assert_eq!(world.pass().files[0].fate, Fate::Archive);
    let receipt = world.read("inbox/done/goods.xml.receipt.txt");
    assert!(receipt.contains("could not be shown yet"), "{receipt}");
    world.drop_in("stock.csv", "Артикул;Остаток\nЧАЙ-100;7\n");
    assert_eq!(world.pass().files[0].fate, Fate::Archive);
    world.shop.clear_faults();
    world.carry();
    assert_eq!(
        world.shop.product("ЧАЙ-100").unwrap().image,
        "catalog/1c/a.png"
    );
}

#[test]
fn a_row_without_a_name_says_so_where_goods_go_by_name() {
    let world = World::new().with(|settings| settings.goods.match_by = MatchBy::Name);
    world.drop_in("list.csv", "Артикул;Остаток\nЧАЙ-100;5\n");
    let report = world.carry();
    assert_eq!(report.files[0].tally.n(OutcomeKind::Rejected), 1);
    world.assert_product("ЧАЙ-100", "349", 46);
}

#[test]
fn a_list_by_warehouse_with_blanks_for_nothing_is_no_list_of_repetitions() {
    for (rows, price, quantity) in [
        (
            "ЧАЙ-100;W1;;100\nЧАЙ-100;W2;;100\nЧАЙ-100;W3;5;100\n",
            "100",
            5,
        ),
        ("ЧАЙ-100;W1;4;100\nЧАЙ-100;W2;;\nЧАЙ-100;W3;5;\n", "100", 9),
        // Nobody can say which is right.
        (
            "ЧАЙ-100;W1;;100\nЧАЙ-100;W2;;120\nЧАЙ-100;W3;5;100\n",
            "349",
            46,
        ),
        ("ЧАЙ-100;;5;100\nЧАЙ-100;;5;100\n", "349", 46),
    ] {
        let world = World::new();
        world.drop_in("list.csv", format!("Артикул;Склад;Остаток;Цена\n{rows}"));
        world.carry();
        world.assert_product("ЧАЙ-100", price, quantity);
    }
}

fn offers(is_full: bool, rows: &[(&str, &str)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(article, rest)| {
            format!(
                "<Предложение><Ид>id {article}</Ид><Артикул>{article}</Артикул><Наименование>{}</Наименование>{rest}</Предложение>",
                name_of(article)
            )
        })
        .collect();
    format!(
        "<КоммерческаяИнформация><ПакетПредложений СодержитТолькоИзменения=\"{}\"><Предложения>{}</Предложения>\
         </ПакетПредложений></КоммерческаяИнформация>",
        !is_full,
        rows.join("")
    )
}

fn name_of(article: &str) -> &str {
    match article {
        "ЧАЙ-100" => "Чай чёрный",
        "00123" => "Карандаши",
        other => other,
    }
}

const STOCK: &str = "<Количество>5</Количество>";
const PRICE: &str = "<Цены><Цена><ЦенаЗаЕдиницу>9</ЦенаЗаЕдиницу></Цена></Цены>";

/// Sells out what full exports leave out.
fn zeroing(world: World) -> World {
    world.with(|settings| settings.goods.zero_missing_after = Some(Duration::ZERO))
}

#[test]
fn what_a_full_export_leaves_out_is_sold_out_whatever_is_configured_for_lists() {
    type Change = fn(&mut ExchangeSettings);
    let changes: [(&str, Change); 5] = [
        ("nothing", |_| {}),
        ("lists have no header", |settings| {
            settings.csv.without_header = vec![Column::Article, Column::Price];
        }),
        ("a column is ignored", |settings| {
            let ignored = ("Остаток".to_owned(), Column::Ignored);
            settings.csv.columns = std::iter::once(ignored).collect();
        }),
        ("goods go by name", |settings| {
            settings.goods.match_by = MatchBy::Name;
        }),
        ("warehouses are chosen", |settings| {
            settings.goods.warehouses = vec!["Основной".to_owned()];
        }),
    ];
    for (what, change) in changes {
        for article in ["00123", "-5", "+7 (900)", "@home", "=1+1"] {
            let world = zeroing(World::new()).with(change);
            world.shop.edit_product("00123", |product| {
                product.sku = article.to_owned();
                product.name = name_of(article).to_owned();
            });
            let stock = "<Склад ИдСклада=\"w\" КоличествоНаСкладе=\"5\"/>";
            let main =
                "<Склады><Склад><Ид>w</Ид><Наименование>Основной</Наименование></Склад></Склады>";
            let file = |is_full, rows: &[(&str, &str)]| {
                let file = offers(is_full, rows);
                file.replace("<Предложения>", &format!("{main}<Предложения>"))
            };
            world.drop_in(
                "all.xml",
                file(false, &[("ЧАЙ-100", stock), (article, stock)]),
            );
            world.carry();
            world.drop_in("offers.xml", file(true, &[("ЧАЙ-100", stock)]));
            world.carry();
            world.carry();
            world.assert_product("ЧАЙ-100", "349", 5);
            let left = world.shop.product(article).map(|left| left.quantity);
            assert_eq!(left, Some(0), "{what}, {article}");
            let price = world.shop.product(article).unwrap().price;
            assert_eq!(price.normalize().to_string(), "199", "{what}");
        }
    }
}

#[test]
fn a_full_list_of_prices_sells_nothing_out() {
    let world = zeroing(World::new());
    world.drop_in(
        "all.xml",
        offers(false, &[("ЧАЙ-100", STOCK), ("00123", STOCK)]),
    );
    world.carry();
    world.drop_in("prices.xml", offers(true, &[("ЧАЙ-100", PRICE)]));
    world.carry();
    world.carry();
    world
        .assert_product("ЧАЙ-100", "9", 5)
        .assert_product("00123", "199", 5);
}

#[test]
fn an_older_file_does_not_take_out_of_an_export_what_a_newer_one_has_stated() {
    let world = zeroing(World::new());
    let both = || offers(false, &[("ЧАЙ-100", STOCK), ("00123", STOCK)]);
    world.drop_in("all.xml", both());
    world.carry();
    // The older one cannot be applied yet.
    world
        .shop
        .inject(Fault::once(FaultKind::Status500Before).on("updatequantity"));
    world.drop_in("older.xml", both().replace(">5<", ">7<"));
    assert_eq!(world.pass().files[0].fate, Fate::Retry);
    let older = world.journal().runs(None, 1).unwrap().remove(0);
    let settings = world.settings.clone();
    let world = world.with(|settings| settings.goods.zero_missing_after = Some(Duration::MAX));
    // A person puts the full one before it.
    let exchange = Exchange::new(settings).unwrap();
    let full = world.folder.path().join("full.xml");
    put(
        &full,
        offers(true, &[("ЧАЙ-100", STOCK), ("00123", STOCK)]).as_bytes(),
    );
    send_file(
        &full,
        &exchange,
        &world.journal(),
        Caution::Overruled,
        &|_| {},
    )
    .unwrap();
    world.journal().forget_retry(older.id).unwrap();
    world.carry();
    let world = zeroing(world);
    world.carry();
    world.carry();
    world
        .assert_product("ЧАЙ-100", "349", 5)
        .assert_product("00123", "199", 5);
}

fn goods(rows: &[(&str, &str)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(id, rest)| {
            format!("<Товар><Ид>{id}</Ид><Наименование>{id}</Наименование>{rest}</Товар>")
        })
        .collect();
    format!(
        "<КоммерческаяИнформация><Каталог><Товары>{}</Товары></Каталог></КоммерческаяИнформация>",
        rows.join("")
    )
}

fn stock_of(id: &str, n: i32) -> String {
    format!(
        "<КоммерческаяИнформация><ПакетПредложений><Предложения><Предложение><Ид>{id}</Ид><Количество>{n}</Количество>\
         </Предложение></Предложения></ПакетПредложений></КоммерческаяИнформация>"
    )
}

#[test]
fn a_rejected_file_has_deleted_nothing() {
    let world = World::new();
    world.drop_in("goods.xml", goods(&[("g", "<Артикул>ЧАЙ-100</Артикул>")]));
    world.carry();
    // More than is learned together, and then it is cut off.
    let many: Vec<String> = (0..6_000).map(|n| format!("n{n}")).collect();
    let mut rows = vec![("g", "<ПометкаУдаления>true</ПометкаУдаления>")];
    rows.extend(many.iter().map(|id| (id.as_str(), "")));
    let cut = goods(&rows).replace("</Каталог>", "");
    world.drop_in("goods.xml", cut);
    assert_eq!(world.pass().files[0].fate, Fate::Reject);
    world.drop_in("stock.xml", stock_of("g", 7));
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 7);
}

#[test]
fn a_deleted_product_is_zeroed_also_at_the_second_attempt() {
    let world = World::new().with(|settings| settings.goods.deleted = Deleted::Zero);
    world.drop_in("goods.xml", goods(&[("g", "<Артикул>ЧАЙ-100</Артикул>")]));
    world.carry();
    world
        .shop
        .inject(Fault::once(FaultKind::Status500Before).on("updatequantity"));
    let mark = "<ПометкаУдаления>true</ПометкаУдаления>";
    world.drop_in("goods.xml", goods(&[("g", mark)]));
    assert_eq!(world.pass().files[0].fate, Fate::Retry);
    world.make_all_due();
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 0);
}

#[test]
fn stock_of_no_chosen_warehouse_is_reported_also_where_the_price_waits() {
    let world =
        World::new().with(|settings| settings.goods.warehouses = vec!["Основной".to_owned()]);
    let main = "<Склады><Склад><Ид>w</Ид><Наименование>Основной</Наименование></Склад></Склады>";
    let file = offers(false, &[("x", &format!("{PRICE}{STOCK}"))]);
    let file = file
        .replace("<Артикул>x</Артикул>", "")
        .replace("<Предложения>", &format!("{main}<Предложения>"));
    world.drop_in("offers.xml", file);
    let report = world.carry();
    let tally = &report.files[0].tally;
    assert_eq!(tally.n(OutcomeKind::Pending), 1, "{tally:?}");
    assert_eq!(tally.n(OutcomeKind::Rejected), 1, "{tally:?}");
}

#[test]
fn a_shop_that_fails_half_way_makes_nobody_forget_whose_goods_it_has() {
    let world = World::new();
    let file = world.folder.path().join("goods.xml");
    put(
        &file,
        goods(&[("g", "<Артикул>ЧАЙ-100</Артикул>")]).as_bytes(),
    );
    let exchange = world.settings.clone();
    let exchange = Exchange::new(ExchangeSettings {
        goods: GoodsSettings {
            updates_names: true,
            ..exchange.goods.clone()
        },
        ..exchange
    })
    .unwrap();
    world.shop.inject(
        Fault::once(FaultKind::Status500Before)
            .on("updatenames")
            .for_ever(),
    );
    let sent = send_file(&file, &exchange, &world.journal(), Caution::Heeded, &|_| {});
    assert!(sent.is_err());
    world.drop_in("stock.xml", stock_of("g", 7));
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 7);
}

#[test]
fn a_list_of_more_warehouses_than_are_remembered_counts_those_that_are_chosen() {
    let world = World::new().with(|settings| settings.goods.warehouses = vec!["Итог".to_owned()]);
    // One has a name that nobody would keep in memory.
    let mut list = format!("Артикул;Склад;Остаток\nЧАЙ-100;{};9\n", "x".repeat(9_000));
    for n in 0..1_500 {
        writeln!(list, "ЧАЙ-100;Склад {n};9").unwrap();
    }
    list += "ЧАЙ-100;итог;3\nЧАЙ-100;Итог;4\n";
    world.drop_in("list.csv", list);
    world.carry();
    world.assert_product("ЧАЙ-100", "349", 7);
}
