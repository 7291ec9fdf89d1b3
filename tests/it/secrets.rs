//! Who `obmen` is to the shop: keys as Windows writes them, and names of people.

use std::process::{Command, Output};

use chrono::NaiveDateTime;
use obmen::demo_shop::{self, Dialect, Module};
use obmen::shop::Access;

use crate::opencart::shops;
use crate::world::{World, put, small_catalogue};

fn check(world: &World, key: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obmen"));
    command
        .arg("check")
        .current_dir(world.folder.path())
        .env_remove("OBMEN_SHOP_KEY")
        .env("LC_ALL", "C");
    if let Some(key) = key {
        command.env("OBMEN_SHOP_KEY", key);
    }
    command.output().unwrap()
}

#[track_caller]
fn assert_says(output: &Output, code: i32, said: &str) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(said), "{text}");
}

/// Without its key, which is to come from elsewhere.
fn world_without_key() -> World {
    let world = World::new();
    let path = world.write_config();
    let key = format!("key = '{}'", world.shop.key());
    let config = world.read("obmen.toml");
    assert!(config.contains(&key));
    put(
        &path,
        config.replace(&key, "key_file = 'key.txt'").as_bytes(),
    );
    world
}

#[test]
fn a_key_is_read_as_windows_writes_it() {
    let world = world_without_key();
    let file = world.folder.path().join("key.txt");
    let key = world.shop.key().to_owned();
    put(&file, format!("\u{feff}{key}\r\n").as_bytes());
    assert_says(&check(&world, None), 0, "logged in");
    // `set OBMEN_SHOP_KEY=… && obmen check` adds a blank.
    put(&file, b"of another shop");
    assert_says(&check(&world, Some(&format!("{key} "))), 0, "logged in");
    put(&file, "\u{feff}\r\n".as_bytes());
    assert_says(&check(&world, None), 2, "key.txt` is empty");
}

#[test]
fn each_list_of_the_shop_is_asked_for_once() {
    let world = World::new();
    world.write_config();
    assert_says(&check(&world, None), 0, "order status");
    // Once to see whether the call works, once for all the names.
    world.assert_n_calls("statuses", 2);
    world.assert_n_calls("cats", 2);
}

#[test]
fn an_api_user_may_have_a_name_in_any_letters() {
    let mut settings =
        demo_shop::Settings::new(Dialect::V30, small_catalogue(), NaiveDateTime::default());
    settings.module = Module::Own;
    settings.username = "Обмен 1С".to_owned();
    let demo = demo_shop::start(settings).unwrap();
    let settings = obmen::shop::Settings::new(
        demo.url(),
        demo.username().to_owned(),
        obmen::shop::ApiKey::new(demo.key().to_owned()),
        obmen::pipeline::unix_time,
    );
    let client = obmen::shop::Client::new(settings).unwrap();
    assert!(matches!(client.log_in(), Ok(Access::Module(_))));
    for mut shop in shops() {
        // 2.3 has no names.
        if shop.version.starts_with('2') {
            continue;
        }
        let database = shop.database.as_ref().unwrap();
        database.ask("UPDATE oc_api SET username = 'Обмен 1С'");
        shop.username = "Обмен 1С".to_owned();
        let client = shop.client();
        assert!(
            matches!(client.log_in(), Ok(Access::Module(_))),
            "{}",
            shop.version
        );
        shop.username = "Обмен 2С".to_owned();
        assert!(shop.client().log_in().is_err(), "{}", shop.version);
    }
}
