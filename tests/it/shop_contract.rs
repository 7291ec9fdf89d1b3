//! Every function of the shop's module, in every dialect, with the real client.

use std::collections::BTreeMap;
use std::env;

use obmen::demo_shop::Dialect as ShopDialect;
use obmen::demo_shop::{Fault, FaultKind, Module};
use obmen::domain::{CategoryId, Money, NewProduct, OrderId, Sku, StatusId};
use obmen::shop::{Access, ApiKey, Client, Dialect, IpHint, Settings, ShopError};

use crate::world::{World, small_catalogue};

const DIALECTS: [(ShopDialect, Dialect); 3] = [
    (ShopDialect::V23, Dialect::V23),
    (ShopDialect::V30, Dialect::V30),
    (ShopDialect::V40, Dialect::V40),
];

/// The world of one dialect, and a client that has to find out which it is.
fn worlds() -> impl Iterator<Item = (World, Client, Dialect)> {
    DIALECTS.into_iter().map(|(spoken, expected)| {
        let world = World::with_shop(spoken, Module::Repaired, small_catalogue());
        let client = Client::new(world.settings.shop.clone()).unwrap();
        (world, client, expected)
    })
}

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

#[test]
fn the_dialect_is_found_by_trying_and_taken_from_the_configuration() {
    for (world, client, dialect) in worlds() {
        assert_eq!(client.log_in(), Ok(Access::Upstream(dialect)));
        let mut settings = world.settings.shop.clone();
        settings.dialect = Some(dialect);
        assert_eq!(
            Client::new(settings).unwrap().log_in(),
            Ok(Access::Upstream(dialect))
        );
    }
}

#[test]
fn a_shop_that_lets_nobody_in_says_why() {
    for (world, client, _) in worlds() {
        let mut settings = world.settings.shop.clone();
        settings.key = ApiKey::new("wrong".to_owned());
        assert_eq!(
            Client::new(settings).unwrap().log_in(),
            Err(ShopError::WrongKey)
        );
        world
            .shop
            .inject(Fault::once(FaultKind::RefuseIp).on("login").for_ever());
        assert_eq!(
            client.log_in(),
            Err(ShopError::IpNotAllowed(IpHint(Some(
                "127.0.0.1".to_owned()
            ))))
        );
    }
    let world = World::with_shop(ShopDialect::V41, Module::Upstream, small_catalogue());
    let client = Client::new(world.settings.shop.clone()).unwrap();
    assert_eq!(client.log_in(), Err(ShopError::Version41));
}

#[test]
fn statuses_and_cats_are_the_choices_for_mappings() {
    for (_world, client, dialect) in worlds() {
        let statuses = client.statuses().unwrap();
        let shipped = StatusId::parse("3").unwrap();
        assert!(
            statuses.contains(&(shipped, "Shipped".to_owned())),
            "{dialect:?}"
        );
        let categories = client.categories().unwrap();
        assert_eq!(
            (categories[0].id, categories[0].path.as_slice()),
            (CategoryId(60), &["Чай".to_owned()][..])
        );
    }
}

#[test]
fn articles_are_what_the_shop_has() {
    for (_world, client, _) in worlds() {
        let mut articles = client.articles().unwrap();
        articles.sort();
        assert_eq!(articles, ["00123", "R&D 12\"", "ЧАЙ-100"]);
    }
}

#[test]
fn orders_come_by_status() {
    for (_world, client, dialect) in worlds() {
        let orders = client.orders(StatusId::parse("1").unwrap()).unwrap();
        let orders: Vec<_> = orders.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            orders
                .iter()
                .map(|order| order.id.get())
                .collect::<Vec<_>>(),
            [1, 2],
            "{dialect:?}"
        );
        assert_eq!(orders[0].buyer.person_name(), "О'Нил Иван");
        assert_eq!(orders[0].lines[1].sku, Some(sku("R&D 12\"")));
        let lines = orders[1].lines.iter().map(|line| line.sum().as_decimal());
        let settlement = orders[1].settlement(lines.sum(), orders[1].shipping_cost, |_| true);
        assert_eq!(settlement.delivery.to_string(), "300.00");
        assert_eq!(
            orders[1].shipping_cost.is_some(),
            dialect == Dialect::V40,
            "only 4.0 tells it"
        );
        assert!(
            client
                .orders(StatusId::parse("5").unwrap())
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn updateorder_changes_the_status_and_says_where_it_cannot() {
    let change = [(OrderId::parse("1").unwrap(), StatusId::parse("3").unwrap())];
    for (world, client, _) in worlds() {
        client.update_orders(&change).unwrap();
        assert_eq!(world.shop.orders()[0].status_id, 3);
    }
    let upstream = World::with_shop(ShopDialect::V40, Module::Upstream, small_catalogue());
    let client = Client::new(upstream.settings.shop.clone()).unwrap();
    assert!(matches!(
        client.update_orders(&change),
        Err(ShopError::FunctionBroken { .. })
    ));
}

#[test]
fn addproducts_adds_to_the_category_with_extra_keys() {
    for (world, client, _) in worlds() {
        let product = NewProduct {
            sku: sku("12\" <&>"),
            name: "Новый \"чай\" & <мёд>".to_owned(),
            description: Some("Описание".to_owned()),
            price: Money::parse("15.5").unwrap(),
            quantity: 4,
            category: CategoryId(60),
            extra: BTreeMap::from([("weight".to_owned(), "0,25".to_owned())]),
            details: obmen::domain::Details::default(),
        };
        client.add_products(CategoryId(60), &[product]).unwrap();
        let added = world.shop.product("12\" <&>").unwrap();
        assert_eq!(
            (added.shown_name().as_str(), added.quantity),
            ("Новый \"чай\" & <мёд>", 4)
        );
        let extra = |key: &str| added.extra.get(key).and_then(serde_json::Value::as_str);
        assert_eq!(
            (extra("weight"), extra("description")),
            (Some("0,25"), Some("Описание"))
        );
    }
}

#[test]
fn updatequantity_and_updateprice_set_absolute_values() {
    for (world, client, _) in worlds() {
        client
            .update_quantities(&[(sku("R&D 12\""), 7), (sku("00123"), -2)])
            .unwrap();
        client
            .update_prices(&[(sku("R&D 12\""), Money::parse("99999999999.9999").unwrap())])
            .unwrap();
        world.assert_product("R&D 12\"", "99999999999.9999", 7);
        assert_eq!(world.shop.product("00123").unwrap().quantity, -2);
    }
}

#[test]
fn getproducts_lists_what_is_enabled() {
    for (_world, client, _) in worlds() {
        let products = client.products().unwrap();
        let cable = products
            .iter()
            .find(|product| product.sku == sku("R&D 12\""))
            .unwrap();
        assert_eq!(cable.name, "Кабель 12\" & адаптер");
        assert_eq!(
            cable.price.map(|price| price.to_string()).as_deref(),
            Some("10.00")
        );
    }
}

#[test]
fn getnames_and_updatenames_where_the_module_has_them() {
    for (world, client, dialect) in worlds() {
        let renamed = client.update_names(&[(sku("00123"), "Карандаши \"12\"".to_owned())]);
        if dialect == Dialect::V40 {
            assert!(matches!(renamed, Err(ShopError::NoFunction { .. })));
            assert!(matches!(client.names(), Err(ShopError::NoFunction { .. })));
            continue;
        }
        renamed.unwrap();
        assert_eq!(
            world.shop.product("00123").unwrap().shown_name(),
            "Карандаши \"12\""
        );
        assert!(
            client
                .names()
                .unwrap()
                .contains(&(sku("00123"), "Карандаши \"12\"".to_owned()))
        );
    }
}

#[test]
fn every_way_to_fail_is_told_from_success() {
    for (kind, is_temporary, may_have_acted) in [
        (FaultKind::LoseAnswer, true, true),
        (FaultKind::LoseRequest, true, true),
        (FaultKind::Status500After, true, true),
        (FaultKind::GatewayTimeout504, true, true),
        (FaultKind::TooLarge413, true, false),
        (FaultKind::WarningPrefix, true, true),
        (FaultKind::HtmlInstead, true, true),
        (FaultKind::BodyCut, true, true),
        (FaultKind::JsonCut, true, true),
        (FaultKind::RedirectToHttps, true, false),
        (FaultKind::RedirectToErrorPage, false, true),
        (FaultKind::ModuleMissing, false, false),
    ] {
        let world = World::new();
        let client = Client::new(world.settings.shop.clone()).unwrap();
        client.log_in().unwrap();
        let shown = format!("{kind:?}");
        world
            .shop
            .inject(Fault::once(kind).on("updateprice").for_ever());
        let err = client
            .update_prices(&[(sku("00123"), Money::ZERO)])
            .unwrap_err();
        assert_eq!(
            (err.is_temporary(), err.may_have_acted()),
            (is_temporary, may_have_acted),
            "{shown}: {err}"
        );
    }
    let world = World::new();
    let client = Client::new(world.settings.shop.clone()).unwrap();
    world
        .shop
        .inject(Fault::once(FaultKind::Bom).on("statuses"));
    assert!(
        !client.statuses().unwrap().is_empty(),
        "a byte order mark does no harm"
    );
}

/// Changes nothing: each command repeats what the shop has.
#[test]
fn a_real_shop_keeps_the_contract() {
    let Ok(url) = env::var("OBMEN_SHOP_URL") else {
        eprintln!(
            "left out: set OBMEN_SHOP_URL, OBMEN_SHOP_USERNAME and OBMEN_SHOP_KEY to try a real shop"
        );
        return;
    };
    let client = Client::new(Settings::new(
        url,
        env::var("OBMEN_SHOP_USERNAME").unwrap_or_default(),
        ApiKey::new(env::var("OBMEN_SHOP_KEY").unwrap()),
        obmen::pipeline::unix_time,
    ))
    .unwrap();
    let access = client.log_in().unwrap();
    assert!(!client.statuses().unwrap().is_empty());
    assert!(!client.categories().unwrap().is_empty());
    let articles = client.articles().unwrap();
    let product = client
        .products()
        .unwrap()
        .into_iter()
        .find(|product| product.price.is_some())
        .unwrap();
    assert!(
        articles
            .iter()
            .any(|article| product.sku.match_key() == obmen::domain::sku::match_key(article))
    );
    client
        .update_prices(&[(product.sku.clone(), product.price.unwrap())])
        .unwrap();
    client
        .update_quantities(&[(sku("obmen: no such article"), 1)])
        .unwrap();
    if access != Access::Upstream(Dialect::V40) {
        client
            .update_names(&[(product.sku.clone(), product.name.clone())])
            .unwrap();
        assert!(
            client
                .names()
                .unwrap()
                .contains(&(product.sku, product.name))
        );
    }
    for (status, _) in client.statuses().unwrap() {
        for order in client.orders(status).unwrap() {
            order.unwrap();
        }
    }
    client.update_orders(&[]).unwrap();
    client.add_products(CategoryId(0), &[]).unwrap();
}
