//! Variants as options, and prices of customer groups, from the files of 1C into the shop.

use obmen::demo_shop::{Dialect, Module};
use obmen::domain::PriceList;
use obmen::journal::OutcomeKind;
use obmen::plan::Detail;
use serde_json::{Value, json};

use crate::opencart::{Shop, embedded_shops, shops};
use crate::world::{World, small_catalogue};

fn all_shops() -> impl Iterator<Item = Shop> {
    shops().chain(embedded_shops())
}

fn world_of(shop: &Shop) -> World {
    with_lists(
        World::with_shop(Dialect::V30, Module::Own, small_catalogue())
            .with(|settings| settings.shop = shop.settings()),
    )
}

fn with_lists(world: World) -> World {
    world.with(|settings| {
        settings.goods.category = None;
        settings.goods.details = vec![Detail::Variants, Detail::GroupPrices];
        settings.goods.price_type = Some("Розничная".to_owned());
        settings.goods.group_prices = vec![
            ("Оптовая".to_owned(), PriceList::Group, 2),
            ("Акция".to_owned(), PriceList::Special, 1),
        ];
        settings.orders.statuses.clear();
    })
}

const GOODS: &str = "<КоммерческаяИнформация ВерсияСхемы=\"2.08\"><Каталог><Товары>
<Товар><Ид>p-1</Ид><Артикул>KB-001</Артикул><Наименование>iPhone</Наименование></Товар>
<Товар><Ид>p-2</Ид><Артикул>00123</Артикул><Наименование>HP LP3065</Наименование></Товар>
</Товары></Каталог></КоммерческаяИнформация>";

/// A variant's characteristics, its name, its stock and its retail price.
fn variant(
    id: &str,
    characteristics: &[(&str, &str)],
    name: &str,
    stock: &str,
    price: &str,
) -> String {
    let of = |(name, value): &(&str, &str)| {
        format!(
            "<ХарактеристикаТовара><Наименование>{name}</Наименование><Значение>{value}</Значение></ХарактеристикаТовара>"
        )
    };
    let list: String = characteristics.iter().map(of).collect();
    format!(
        "<Предложение><Ид>p-1#{id}</Ид><Артикул>KB-001</Артикул><Наименование>{name}</Наименование>
<ХарактеристикиТовара>{list}</ХарактеристикиТовара>{}<Количество>{stock}</Количество></Предложение>",
        prices(&[("t-1", price)])
    )
}

fn prices(list: &[(&str, &str)]) -> String {
    let price = |(id, price): &(&str, &str)| {
        format!("<Цена><ИдТипаЦены>{id}</ИдТипаЦены><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу></Цена>")
    };
    let list: String = list.iter().map(price).collect();
    format!("<Цены>{list}</Цены>")
}

fn offers(list: &[String]) -> String {
    let price_type = |(id, name): (&str, &str)| {
        format!("<ТипЦены><Ид>{id}</Ид><Наименование>{name}</Наименование></ТипЦены>")
    };
    let types: String = [("t-1", "Розничная"), ("t-2", "Оптовая"), ("t-3", "Акция")]
        .map(price_type)
        .concat();
    format!(
        "<КоммерческаяИнформация ВерсияСхемы=\"2.08\"><ПакетПредложений><ТипыЦен>{types}</ТипыЦен><Предложения>{}</Предложения></ПакетПредложений></КоммерческаяИнформация>",
        list.concat()
    )
}

fn options(shop: &Shop) -> Vec<String> {
    let product = shop.product("KB-001").unwrap();
    let mut found: Vec<String> = product["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |field: &str| one[field].as_str().unwrap().to_owned();
            format!(
                "{}={}: {} +{}",
                text("option"),
                text("value"),
                text("quantity"),
                text("price")
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn variants_of_1c_are_the_values_of_an_option() {
    for shop in all_shops() {
        let version = &shop.version;
        let world = world_of(&shop);
        world.drop_in("import0_1.xml", GOODS);
        let size = |id: &str, value: &str, stock: &str, price: &str| {
            variant(id, &[("Размер", value)], "iPhone", stock, price)
        };
        let first = [
            size("v-1", "M", "5", "120"),
            size("v-2", "L &amp; XL", "2.7", "150"),
        ];
        world.drop_in("offers0_1.xml", offers(&first));
        let report = world.carry();
        for file in &report.files {
            assert!(
                !file.tally.needs_attention(),
                "{version}: {}: {:?}",
                file.name,
                file.tally
            );
        }
        assert_eq!(
            options(&shop),
            ["Размер=L & XL: 2 +30.0000", "Размер=M: 5 +0.0000"],
            "{version}"
        );
        let product = shop.product("KB-001").unwrap();
        assert_eq!(
            (&product["price"], &product["quantity"]),
            (&json!("120.0000"), &json!("7")),
            "{version}"
        );
        // The same again makes no call; a part of it one.
        let n = shop.n_batches();
        world.drop_in("offers0_2.xml", offers(&first) + "\n");
        world.carry();
        assert_eq!(shop.n_batches(), n, "{version}");
        world.drop_in("offers0_3.xml", offers(&[size("v-1", "M", "1", "120")]));
        world.carry();
        assert_eq!(
            options(&shop),
            ["Размер=L & XL: 2 +30.0000", "Размер=M: 1 +0.0000"],
            "{version}"
        );
        assert_eq!(
            shop.product("KB-001").unwrap()["quantity"],
            "3",
            "{version}"
        );
        let receipt = world.read("inbox/done/offers0_3.xml.receipt.csv");
        assert!(
            receipt.contains("KB-001 / Размер: M") && receipt.contains("5 × 120.00 → 1 × 120.00"),
            "{receipt}"
        );
    }
}

#[test]
fn a_variant_that_cannot_be_chosen_is_named() {
    let shop = embedded_shops().next().unwrap();
    let world = world_of(&shop);
    let orphan = variant("v-9", &[("Размер", "M")], "x", "5", "1");
    world.drop_in("offers0_1.xml", offers(&[orphan]));
    world.carry();
    let receipt = world.read("inbox/done/offers0_1.xml.receipt.txt");
    assert!(
        receipt.contains("no goods file has named the article of the product"),
        "{receipt}"
    );
    world.drop_in("import0_1.xml", GOODS);
    world.drop_in(
        "offers0_2.xml",
        offers(&[
            variant("v-1", &[], "iPhone", "5", "120"),
            variant("v-2", &[], "iPhone (синий)", "4", "120"),
            variant(
                "v-3",
                &[("Цвет", "красный"), ("Размер", "M")],
                "iPhone",
                "3",
                "120",
            ),
        ]),
    );
    let report = world.carry();
    let tally = &report.files.last().unwrap().tally;
    assert_eq!(
        (
            tally.n(OutcomeKind::Rejected),
            tally.n(OutcomeKind::Applied)
        ),
        (1, 2),
        "{tally:?}"
    );
    assert_eq!(
        options(&shop),
        [
            "Размер, Цвет=M, красный: 3 +0.0000",
            "Характеристика=синий: 4 +0.0000"
        ]
    );
}

#[test]
fn an_order_brings_the_stock_of_variants_into_doubt() {
    let shop = embedded_shops().next().unwrap();
    let world = world_of(&shop);
    let file = offers(&[variant("v-1", &[("Размер", "M")], "iPhone", "5", "120")]);
    world
        .drop_in("import0_1.xml", GOODS)
        .drop_in("offers0_1.xml", &file);
    world.carry();
    let n = shop.n_batches();
    let journal = world.journal();
    let sku = obmen::domain::Sku::parse("KB-001").unwrap();
    let order = obmen::domain::OrderId::parse("9").unwrap();
    journal
        .note_order_goods("main", order, [&sku].into_iter())
        .unwrap();
    world.drop_in("offers0_2.xml", file + "\n");
    world.carry();
    assert_eq!(shop.n_batches(), n + 1, "1C's word is sent again");
}

fn prices_of(shop: &Shop) -> (Value, Value) {
    let product = shop.product("00123").unwrap();
    (product["group_prices"].clone(), product["specials"].clone())
}

#[test]
fn price_types_go_to_customer_groups_and_specials() {
    for shop in all_shops() {
        let version = &shop.version;
        let world = world_of(&shop);
        world.drop_in("import0_1.xml", GOODS);
        let offer = |list: &[(&str, &str)]| {
            format!(
                "<Предложение><Ид>p-2</Ид><Наименование>HP</Наименование>{}</Предложение>",
                prices(list)
            )
        };
        let all = [("t-1", "100"), ("t-2", "80.5"), ("t-3", "90")];
        world.drop_in("offers0_1.xml", offers(&[offer(&all)]));
        let report = world.carry();
        for file in &report.files {
            assert!(
                !file.tally.needs_attention(),
                "{version}: {}: {:?}",
                file.name,
                file.tally
            );
        }
        let told = |group: u32, price: &str| json!([{"group": group, "price": price, "from": null, "to": null}]);
        assert_eq!(
            prices_of(&shop),
            (told(2, "80.5000"), told(1, "90.0000")),
            "{version}"
        );
        assert_eq!(
            shop.product("00123").unwrap()["price"],
            "100.0000",
            "{version}"
        );
        let n = shop.n_batches();
        world.drop_in("offers0_2.xml", offers(&[offer(&all)]) + "\n");
        world.carry();
        assert_eq!(shop.n_batches(), n, "{version}: nothing has changed");
        // The file names the type and gives no price of it: the special is over.
        world.drop_in("offers0_3.xml", offers(&[offer(&all[..2])]));
        world.carry();
        assert_eq!(
            prices_of(&shop),
            (told(2, "80.5000"), json!([])),
            "{version}"
        );
        let receipt = world.read("inbox/done/offers0_3.xml.receipt.csv");
        assert!(receipt.contains("special 1: –"), "{receipt}");
        // An older file cannot bring it back.
        assert_eq!(shop.n_batches(), n + 1, "{version}");
    }
}

#[test]
fn with_the_upstream_module_what_is_left_out_is_said() {
    let world = with_lists(World::with_shop(
        Dialect::V30,
        Module::Upstream,
        small_catalogue(),
    ));
    world.drop_in("import0_1.xml", GOODS.replace("KB-001", "ЧАЙ-100"));
    let file = offers(&[
        variant("v-1", &[("Размер", "M")], "x", "5", "120").replace("KB-001", "ЧАЙ-100"),
        format!(
            "<Предложение><Ид>p-2</Ид>{}</Предложение>",
            prices(&[("t-1", "100"), ("t-2", "80")])
        ),
    ]);
    world.drop_in("offers0_1.xml", file);
    world.carry();
    let receipt = world.read("inbox/done/offers0_1.xml.receipt.csv");
    assert!(
        receipt.contains("variants of 1 product")
            && receipt.contains("prices of customer groups of 1 product"),
        "{receipt}"
    );
    world.assert_n_calls("option_stock", 0);
}
