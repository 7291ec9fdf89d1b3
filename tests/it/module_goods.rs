//! What only our own module takes: pictures, attributes, categories, manufacturer, weight.

use obmen::demo_shop::{Dialect, Module};
use obmen::journal::OutcomeKind;
use obmen::plan::Detail;
use obmen::shop::module::Picture;
use serde_json::{Value, json};

use crate::opencart::{Shop, embedded_shops, shops};
use crate::world::{World, put, small_catalogue};

/// One grey pixel.
const PNG: [u8; 67] = *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
\0\0\0\nIDATx\x9cch\0\0\0\x82\0\x81w\xcdr\xb6\0\0\0\0IEND\xaeB`\x82";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\0;";

const PLACE: &str = "webdata/import0_1.xml";

fn goods(colour: &str) -> String {
    format!(
        "<КоммерческаяИнформация ВерсияСхемы=\"2.08\"><Классификатор><Ид>c</Ид>
<Группы><Группа><Ид>g-1</Ид><Наименование>Посуда &amp; чай</Наименование><Группы>
<Группа><Ид>g-2</Ид><Наименование>Чашки \"большие\"</Наименование></Группа></Группы></Группа>
<Группа><Ид>g-3</Ид><Наименование>Desktops</Наименование></Группа></Группы>
<Свойства><Свойство><Ид>p-1</Ид><Наименование>Цвет</Наименование><ВариантыЗначений>
<Справочник><ИдЗначения>v-1</ИдЗначения><Значение>Белый</Значение></Справочник>
<Справочник><ИдЗначения>v-2</ИдЗначения><Значение>Синий</Значение></Справочник></ВариантыЗначений></Свойство>
<Свойство><Ид>p-2</Ид><Наименование>Объём, мл</Наименование></Свойство></Свойства></Классификатор>
<Каталог><Товары>
<Товар><Ид>1</Ид><Артикул>ЧАШ-1</Артикул><Наименование>Чашка</Наименование>
<Группы><Ид>g-2</Ид></Группы><Описание>С ручкой &lt;b&gt;</Описание>
<Картинка>import_files/1c/cup.png</Картинка><Картинка>import_files/1c/side.gif</Картинка>
<Изготовитель><Ид>m</Ид><Наименование>Фарфор &amp; Ко</Наименование></Изготовитель>
<ЗначенияСвойств><ЗначенияСвойства><Ид>p-1</Ид><Значение>{colour}</Значение></ЗначенияСвойства>
<ЗначенияСвойства><Ид>p-2</Ид><Значение>350</Значение></ЗначенияСвойства></ЗначенияСвойств>
<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Вес</Наименование><Значение>0,25</Значение></ЗначениеРеквизита>
<ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование><Значение>Товар</Значение></ЗначениеРеквизита></ЗначенияРеквизитов></Товар>
<Товар><Ид>2</Ид><Артикул>KB-001</Артикул><Наименование>iPhone</Наименование>
<Группы><Ид>g-3</Ид></Группы><Картинка>import_files/late.png</Картинка></Товар>
</Товары></Каталог></КоммерческаяИнформация>"
    )
}

/// An exchange with that shop.
fn world_of(shop: &Shop) -> World {
    World::with_shop(Dialect::V30, Module::Own, small_catalogue()).with(|settings| {
        settings.shop = shop.settings();
        settings.goods.category = None;
        settings.goods.details = vec![
            Detail::Pictures,
            Detail::Attributes,
            Detail::Manufacturer,
            Detail::Sizes,
            Detail::Categories,
        ];
        settings.orders.statuses.clear();
    })
}

fn put_pictures(world: &World) {
    put(&world.inbox().join("webdata/import_files/1c/cup.png"), &PNG);
    put(&world.inbox().join("webdata/import_files/1c/side.gif"), GIF);
}

#[track_caller]
fn attributes(product: &Value) -> Vec<(String, String)> {
    let mut attributes: Vec<_> = product["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |field: &str| one[field].as_str().unwrap().to_owned();
            (text("name"), text("text"))
        })
        .collect();
    attributes.sort();
    attributes
}

/// Names from the root on, by number.
fn paths(shop: &Shop) -> Vec<(u64, String)> {
    let told = shop.done("categories", &json!({}));
    let list = told["categories"].as_array().unwrap();
    let by_id = |id: &Value| list.iter().find(|one| one["id"] == *id);
    list.iter()
        .map(|one| {
            let mut path = one["name"].as_str().unwrap().to_owned();
            let mut above = by_id(&one["parent_id"]);
            while let Some(parent) = above {
                path = format!("{} > {path}", parent["name"].as_str().unwrap());
                above = by_id(&parent["parent_id"]);
            }
            (one["id"].as_u64().unwrap(), path)
        })
        .collect()
}

#[test]
fn a_catalogue_arrives_complete_and_an_unchanged_one_makes_no_call() {
    for shop in shops().chain(embedded_shops()) {
        let version = &shop.version;
        let world = world_of(&shop);
        put_pictures(&world);
        world.drop_in(PLACE, goods("v-1"));
        let report = world.carry();
        let tally = &report.files[0].tally;
        assert!(!tally.needs_attention(), "{version}: {tally:?}");

        let cup = shop.product("ЧАШ-1").unwrap();
        assert_eq!(cup["manufacturer"], "Фарфор & Ко", "{version}");
        assert!(cup["weight"].as_str().unwrap().starts_with("0.25"), "{cup}");
        assert_eq!(cup["image"], "catalog/1c/import_files/1c/cup.png");
        assert_eq!(
            cup["images"],
            json!(["catalog/1c/import_files/1c/side.gif"]),
            "{version}"
        );
        assert_eq!(
            attributes(&cup),
            [
                ("Объём, мл".to_owned(), "350".to_owned()),
                ("Цвет".to_owned(), "Белый".to_owned())
            ]
        );
        assert_eq!(cup["description"], "С ручкой <b>");
        assert_eq!(cup["enabled"], false);
        let path_of = |product: &Value| {
            let id = product["categories"][0].as_u64().unwrap();
            let paths = paths(&shop);
            paths.into_iter().find(|(known, _)| *known == id).unwrap().1
        };
        assert_eq!(
            path_of(&cup),
            "Посуда & чай > Чашки \"большие\"",
            "{version}"
        );
        // The shop's own category of that name is taken, not doubled.
        assert_eq!(path_of(&shop.product("KB-001").unwrap()), "Desktops");
        let n_desktops = paths(&shop).iter().filter(|(_, p)| p == "Desktops").count();
        assert_eq!(n_desktops, 1);
        if let Some(database) = &shop.database {
            let levels = database.ask(
                "SELECT MAX(level) FROM oc_category_path WHERE category_id IN
                 (SELECT category_id FROM oc_category_description WHERE name LIKE 'Чашки%')",
            );
            assert_eq!(levels, ["1"], "{version}");
            let image = shop
                .images()
                .unwrap()
                .join("catalog/1c/import_files/1c/cup.png");
            assert_eq!(std::fs::read(image).unwrap(), PNG);
        }

        // The same again under another name: nothing is sent.
        let n_before = shop.n_batches();
        world.drop_in("webdata/import0_2.xml", goods("v-1") + "\n");
        world.carry();
        assert_eq!(shop.n_batches(), n_before, "{version}");

        // A property, a picture that has come, and one that has changed.
        put(&world.inbox().join("webdata/import_files/late.png"), &PNG);
        put(
            &world.inbox().join("webdata/import_files/1c/side.gif"),
            &PNG,
        );
        world.drop_in("webdata/import0_3.xml", goods("v-2"));
        world.carry();
        let cup = shop.product("ЧАШ-1").unwrap();
        assert_eq!(attributes(&cup)[1].1, "Синий", "{version}");
        // It is a PNG now, and `side.png` would be another picture.
        let side = cup["images"][0].as_str().unwrap();
        assert!(
            side.starts_with("catalog/1c/import_files/1c/side-")
                && side.rsplit('.').next() == Some("png"),
            "{version}: {side}"
        );
        assert_eq!(
            shop.product("KB-001").unwrap()["image"],
            "catalog/1c/import_files/late.png"
        );
    }
}

#[test]
fn a_picture_that_comes_later_is_picked_up_and_one_outside_is_not() {
    for shop in embedded_shops() {
        let world = world_of(&shop);
        put(&world.folder.path().join("secret.png"), &PNG);
        let file = goods("v-1").replace("import_files/1c/side.gif", "../../secret.png");
        world.drop_in(PLACE, file);
        let report = world.carry();
        assert_eq!(report.files[0].tally.n(OutcomeKind::Note), 1);
        let receipt = world.read("inbox/done/webdata/import0_1.xml.receipt.csv");
        assert!(
            receipt.contains("3 pictures are not there yet"),
            "{receipt}"
        );
        assert_eq!(shop.product("ЧАШ-1").unwrap()["image"], "");
        // Half of it is not taken.
        let place = world.inbox().join("webdata/import_files/1c/cup.png");
        put(&place, &PNG[..40]);
        world.carry();
        assert_eq!(shop.product("ЧАШ-1").unwrap()["image"], "");
        put(&place, &PNG);
        world.carry();
        let cup = shop.product("ЧАШ-1").unwrap();
        assert_eq!(cup["image"], "catalog/1c/import_files/1c/cup.png");
        assert_eq!(cup["images"], json!([]));
    }
}

#[test]
fn the_pictures_of_an_archive_arrive_and_leave_nothing_behind() {
    let shop = embedded_shops().next().unwrap();
    let world = world_of(&shop);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let xml = goods("v-1");
    for (name, content) in [
        ("import0_1.xml", xml.as_bytes()),
        ("import_files/1c/cup.png", &PNG),
        ("import_files/1c/side.gif", GIF),
        ("import_files/late.png", &PNG),
    ] {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(name, options).unwrap();
        std::io::Write::write_all(&mut archive, content).unwrap();
    }
    let archive = archive.finish().unwrap().into_inner();
    for name in ["export.zip", "again.zip"] {
        world.drop_in(name, &archive);
        world.carry();
        let cup = shop.product("ЧАШ-1").unwrap();
        assert_eq!(cup["image"], "catalog/1c/import_files/1c/cup.png");
        assert_eq!(world.names_in("inbox/working"), [""; 0]);
    }
}

#[test]
fn what_the_upstream_module_does_not_take_is_said_once() {
    let world = World::with_shop(Dialect::V30, Module::Upstream, small_catalogue()).with(|s| {
        s.goods.details = vec![Detail::Pictures, Detail::Attributes];
    });
    put_pictures(&world);
    world.drop_in(PLACE, goods("v-1"));
    let report = world.carry();
    assert_eq!(report.files[0].tally.n(OutcomeKind::Note), 1);
    let receipt = world.read("inbox/done/webdata/import0_1.xml.receipt.csv");
    assert!(
        receipt.contains("images of 2 products; attributes of 1 product"),
        "{receipt}"
    );
}

#[test]
fn no_name_of_a_picture_leads_out_of_its_folder() {
    for shop in shops() {
        let client = shop.client();
        for name in [
            "../../index.php",
            "/etc/passwd.png",
            "..\\..\\config.png",
            "a/../../../b.png",
            ".htaccess",
            "a/.b/c.png",
            "x.php\0.png",
            "x.php",
            "'; DROP TABLE oc_product; --",
        ] {
            let picture = Picture {
                name: name.to_owned(),
                content: PNG.to_vec(),
            };
            let places = client.upload(&[picture]).unwrap();
            let Some(Ok(path)) = places.first() else {
                continue;
            };
            assert!(path.starts_with("catalog/1c/"), "{name}: {path}");
            assert_eq!(path.rsplit('.').next(), Some("png"), "{name}: {path}");
            assert!(!path.contains("/."), "{name}: {path}");
            let stored = shop.images().unwrap().join(path);
            assert_eq!(std::fs::read(stored).unwrap(), PNG, "{name}");
        }
        let text = Picture {
            name: "a.png".to_owned(),
            content: b"<?php echo 1;".to_vec(),
        };
        assert!(client.upload(&[text]).unwrap()[0].is_err());
    }
}
