//! What a second review of the core found about files that come late, or in a bad moment.

use std::path::Path;

use obmen::demo_shop::{Dialect, Fault, FaultKind, Module};
use obmen::folders::Fate;
use obmen::journal::{OrderState, OutcomeKind};
use obmen::pipeline::{Caution, Exchange, Service, send_file};
use obmen::plan::Detail;

use crate::world::{World, put, small_catalogue};

/// A shop with our own module, which gets pictures and 1C's groups.
fn own() -> World {
    World::with_shop(Dialect::V30, Module::Own, small_catalogue()).with(|settings| {
        settings.goods.category = None;
        settings.goods.details = vec![Detail::Pictures, Detail::Categories];
        settings.orders.statuses.clear();
    })
}

const PICTURE: &[u8] = b"\x89PNG IEND";

fn goods(group: &str, picture: &str) -> String {
    format!(
        "<КоммерческаяИнформация><Классификатор><Группы><Группа><Ид>g-1</Ид><Наименование>{group}</Наименование></Группа>\
         </Группы></Классификатор><Каталог><Товары><Товар><Ид>t</Ид><Артикул>ЧАЙ-100</Артикул><Наименование>Чай чёрный\
         </Наименование><Группы><Ид>g-1</Ид></Группы><Картинка>{picture}</Картинка></Товар></Товары></Каталог>\
         </КоммерческаяИнформация>"
    )
}

fn send(world: &World, file: &Path) {
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    send_file(file, &exchange, &world.journal(), Caution::Heeded, &|_| {}).unwrap();
}

#[test]
fn a_late_file_takes_back_neither_a_picture_nor_the_name_of_a_group() {
    let world = own();
    put(&world.inbox().join("old.png"), PICTURE);
    let by_hand = world.folder.path().join("newer.xml");
    put(&by_hand.with_file_name("new.png"), PICTURE);
    let down = Fault::once(FaultKind::Status500Before);
    world.shop.inject(down.on("categories_upsert"));
    world.drop_in("older.xml", goods("Старое", "old.png"));
    assert_eq!(world.pass().files[0].fate, Fate::Retry);
    put(&by_hand, goods("Новое", "new.png").as_bytes());
    send(&world, &by_hand);
    world.make_all_due();
    let report = world.carry();
    let tally = &report.files[0].tally;
    assert_eq!(tally.n(OutcomeKind::Outdated), 2, "{tally:?}");
    let product = world.shop.product("ЧАЙ-100").unwrap();
    assert_eq!(product.image, "catalog/1c/new.png");
    let names = world.shop.categories().into_iter().map(|one| one.name);
    let names: Vec<String> = names.collect();
    assert_eq!(names, ["Чай", "Новое"]);
}

#[test]
fn a_broken_file_does_not_spoil_what_the_shop_has_just_told() {
    let world = World::new();
    let goods = |article: &str| {
        format!(
            "<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>g</Ид><Артикул>{article}</Артикул></Товар>"
        )
    };
    let end = "</Товары></Каталог></КоммерческаяИнформация>";
    world.drop_in("goods.xml", goods("ЧАЙ-100") + end);
    world.carry();
    // Somebody has added a product in the shop.
    world
        .shop
        .edit_product("00123", |product| product.sku = "NEW-1".to_owned());
    // The article has changed, so that the shop is asked; and then, behind more than is read
    // at once, the file is cut off.
    let more = "<Товар><Ид>n</Ид><Наименование>n</Наименование></Товар>".repeat(1_500);
    world.drop_in(
        "goods.xml",
        goods("OTHER") + &more + "</Каталог></КоммерческаяИнформация>",
    );
    world.drop_in("stock.csv", "Артикул;Остаток\nNEW-1;5\n");
    let report = world.pass();
    let fates: Vec<Fate> = report.files.iter().map(|file| file.fate).collect();
    assert_eq!(fates, [Fate::Reject, Fate::Archive]);
    world.assert_product("NEW-1", "199", 5);
}

#[test]
fn documents_behind_goods_wait_for_the_orders_also_where_they_are_sent_by_hand() {
    let world = World::new();
    let file = world.folder.path().join("all.xml");
    let content = "<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>t</Ид><Артикул>ЧАЙ-100</Артикул></Товар></Товары></Каталог>\
         <Документ><Ид>1</Ид><Номер>1</Номер><ХозОперация>Заказ товара</ХозОперация><ЗначенияРеквизитов><ЗначениеРеквизита>\
         <Наименование>Статус заказа</Наименование><Значение>Отгружен</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>\
         </Документ></КоммерческаяИнформация>";
    put(&file, content.as_bytes());
    send(&world, &file);
    assert_eq!(world.shop.orders()[0].status_id, 3);
    let written = world.journal().n_orders("main", OrderState::Written);
    let confirmed = world.journal().n_orders("main", OrderState::Confirmed);
    assert_eq!(written.unwrap() + confirmed.unwrap(), 2);
    assert_eq!(world.names_in("outbox").len(), 1);
}

#[test]
fn a_picture_that_is_never_whole_is_read_once_and_not_at_every_pass() {
    let world = own();
    put(&world.inbox().join("half.png"), b"\x89PNG");
    world.drop_in("goods.xml", goods("Чашки", "half.png"));
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let mut service = Service::new(vec![exchange], world.journal(), None);
    service.run_once();
    let n_before = world.shop.n_calls("ping");
    service.run_once();
    service.run_once();
    assert_eq!(world.shop.n_calls("ping"), n_before);
    put(&world.inbox().join("half.png"), PICTURE);
    service.run_once();
    let product = world.shop.product("ЧАЙ-100").unwrap();
    assert_eq!(product.image, "catalog/1c/half.png");
}
