//! The program itself: commands, what they print, and exit codes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use obmen::wording::Language;

use crate::paged::{PASSWORD, Paged};
use crate::served::client;
use crate::world::{World, put};

fn obmen(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_obmen"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("OBMEN_SHOP_KEY")
        .env("LC_ALL", "C")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Number of files below a folder.
fn walk(folder: &Path) -> usize {
    let entries = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { walk(&path) } else { 1 })
        .sum()
}

#[track_caller]
fn assert_exit(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

#[test]
fn the_demo_carries_every_good_sample_and_then_has_nothing_left_to_send() {
    let folder = tempfile::tempdir().unwrap();
    let first = obmen(folder.path(), &["demo", "--once"]);
    assert_exit(&first, 0);
    let n_files = walk(&folder.path().join("inbox/done")) / 3;
    assert_eq!(n_files, 10, "every good sample, each with two receipts");
    assert!(
        text(&first.stdout).contains("4 new orders →"),
        "{}",
        text(&first.stdout)
    );
    let second = obmen(folder.path(), &["demo", "--once"]);
    assert_exit(&second, 0);
    let told = text(&second.stdout);
    assert!(
        told.contains("The shop has not changed") && !told.contains("applied"),
        "{told}"
    );
}

#[test]
fn exit_codes_tell_whose_turn_it_is() {
    let world = World::new();
    world.write_config();
    let folder = world.folder.path();
    put(
        &folder.join("good.csv"),
        "Артикул;Остаток\nЧАЙ-100;3\n".as_bytes(),
    );
    put(
        &folder.join("unknown.csv"),
        "Артикул;Остаток\nНЕТ;3\n".as_bytes(),
    );
    put(&folder.join("broken.xml"), b"<a/>");
    for (arguments, code) in [
        (&["send", "good.csv"][..], 0),
        (&["good.csv"], 0),
        (&["send", "unknown.csv"], 1),
        (&["send", "broken.xml"], 1),
        (&["send", "nowhere.csv"], 1),
        (&["plan", "good.csv"], 0),
        (&["plan", "good.csv", "--offline"], 0),
        (&["read", "good.csv"], 0),
        (&["read", "broken.xml"], 1),
        (&["orders"], 0),
        (&["orders", "--again", "1"], 0),
        (&["orders", "--again", "77"], 2),
        (&["products"], 0),
        (&["statuses", "--format", "json"], 0),
        (&["categories", "--format", "jsonl"], 0),
        (&["check"], 0),
        (&["run", "--once"], 0),
        (&["history"], 0),
        (&["show", "1"], 0),
        (&["show", "99"], 2),
        (&["--config", "none.toml", "check"], 2),
        (&["frobnicate", "--now"], 2),
    ] {
        let output = obmen(folder, arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
    }
    let config = world.read("obmen.toml");
    put(
        &folder.join("obmen.toml"),
        config.replace(world.shop.key(), "wrong").as_bytes(),
    );
    assert_exit(&obmen(folder, &["send", "good.csv"]), 3);
    put(
        &folder.join("obmen.toml"),
        config
            .replace(&world.shop.url(), "http://127.0.0.1:9/")
            .as_bytes(),
    );
    let output = obmen(folder, &["run", "--once"]);
    assert_exit(&output, 3);
    assert!(
        text(&output.stdout).contains("cannot be reached"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn what_a_file_states_is_printed_as_facts() {
    let folder = tempfile::tempdir().unwrap();
    put(
        &folder.path().join("f.xml"),
        "<КоммерческаяИнформация ВерсияСхемы='2.07'><ПакетПредложений СодержитТолькоИзменения='true'><Предложения>\n\
         <Предложение><Ид>p#v</Ид><Артикул> 007 </Артикул><Цены><Цена><ИдТипаЦены>t</ИдТипаЦены>\
         <ЦенаЗаЕдиницу>12.50</ЦенаЗаЕдиницу><Валюта>руб</Валюта></Цена></Цены><Количество>0.025</Количество></Предложение>\n\
         <Предложение/></Предложения></ПакетПредложений></КоммерческаяИнформация>"
            .as_bytes(),
    );
    let output = obmen(folder.path(), &["read", "--format", "jsonl", "f.xml"]);
    assert_exit(&output, 0);
    assert_eq!(
        text(&output.stdout),
        "{\"fact\":\"price\",\"id\":\"p\",\"variant\":\"v\",\"sku\":\"007\",\"type\":\"t\",\"price\":\"12.50\",\"currency\":\"руб\",\"line\":2}\n\
         {\"fact\":\"stock\",\"id\":\"p\",\"variant\":\"v\",\"sku\":\"007\",\"warehouse\":null,\"quantity\":\"0.025\",\"line\":2}\n\
         {\"fault\":\"empty-element\",\"line\":3,\"message\":\"`Предложение` is empty\",\"reason\":\"row-empty-element\",\"args\":{\"element\":\"Предложение\"}}\n\
         {\"summary\":{\"format\":\"commerceml\",\"encoding\":\"utf-8\",\"only_changes\":true,\"groups\":0,\"products\":0,\
         \"offers\":2,\"prices\":1,\"stocks\":1,\"documents\":0,\"faults\":1}}\n"
    );
}

#[test]
fn no_key_and_no_buyer_appear_in_logs() {
    let world = World::new();
    let folder = world.folder.path();
    world.write_config();
    world.drop_in("st.csv", "Заказ;Статус\n1;Shipped\n");
    let output = Command::new(env!("CARGO_BIN_EXE_obmen"))
        .args(["run", "--once"])
        .current_dir(folder)
        .env("OBMEN_LOG", "trace")
        .output()
        .unwrap();
    assert_exit(&output, 0);
    let log = text(&output.stderr);
    assert!(log.contains("the shop answered"), "{log}");
    for secret in [
        world.shop.key(),
        "О'Нил",
        "ivan@example.com",
        "+7 900",
        "Тверь",
    ] {
        assert!(!log.contains(secret), "`{secret}` in {log}");
    }
}

#[test]
fn a_run_that_the_guard_rails_hold_waits_for_a_decision() {
    let world = World::new();
    world.write_config();
    let folder = world.folder.path();
    let list = |price: &str| format!("Артикул;Цена\nЧАЙ-100;{price}\n00123;{price}\n");
    world.drop_in("a.csv", list("20"));
    assert_exit(&obmen(folder, &["run", "--once"]), 0);
    for (run, command) in [("2", "reject"), ("3", "approve")] {
        world.drop_in("a.csv", list("2000"));
        let held = obmen(folder, &["run", "--once"]);
        assert_exit(&held, 1);
        assert!(
            text(&held.stdout).contains("ЧАЙ-100 20.00 → 2000.00"),
            "{}",
            text(&held.stdout)
        );
        world.assert_product("ЧАЙ-100", "20", 46);
        assert!(world.names_in("inbox").contains(&"held/a.csv".to_owned()));
        let plan = obmen(folder, &["plan", "inbox/held/a.csv"]);
        assert!(
            text(&plan.stdout).contains("would be HELD"),
            "{}",
            text(&plan.stdout)
        );
        assert_exit(&obmen(folder, &[command, run]), 0);
    }
    assert_exit(&obmen(folder, &["approve", "1"]), 2);
    assert_exit(&obmen(folder, &["run", "--once"]), 0);
    world.assert_product("ЧАЙ-100", "2000", 46);
    assert_eq!(
        world.names_in("inbox"),
        ["done/a.3.csv", "done/a.csv", "rejected/a.csv"]
    );
}

#[test]
fn a_held_file_can_be_tried_again() {
    let world = World::new();
    world.write_config();
    let folder = world.folder.path();
    world.drop_in("bad.csv", "a;b\n1;2\n");
    assert_exit(&obmen(folder, &["run", "--once"]), 1);
    assert_eq!(world.names_in("inbox"), ["rejected/bad.csv"]);
    assert_exit(&obmen(folder, &["retry", "1"]), 0);
    assert_eq!(world.names_in("inbox"), ["working/bad.csv"]);
    assert_exit(&obmen(folder, &["run", "--once"]), 1);
    assert_eq!(world.names_in("inbox"), ["rejected/bad.csv"]);
    assert_exit(&obmen(folder, &["retry", "7"]), 2);
}

#[test]
fn plan_names_its_files_and_the_largest_moves_and_applies_nothing() {
    let world = World::new();
    world.write_config();
    let folder = world.folder.path();
    for (name, price) in [("a.csv", "100"), ("b.csv", "150"), ("c.csv", "90")] {
        let list = format!("Артикул;Цена\nЧАЙ-100;{price}\n");
        put(&folder.join(name), list.as_bytes());
    }
    assert_eq!(obmen(folder, &["send", "a.csv"]).status.code(), Some(0));
    let told = text(&obmen(folder, &["plan", "b.csv", "c.csv"]).stdout);
    assert_eq!(
        told,
        "b.csv:\nline 2: ЧАЙ-100 price: 100.00 → 150.00\n\
         c.csv:\nline 2: ЧАЙ-100 price: 150.00 → 90.00\n\
         b.csv: would send 1 change in 1 call; 1 to send\n\
         largest moves of a price:\n  ЧАЙ-100 100.00 → 150.00 (+50 %)\n\
         c.csv: would send 1 change in 1 call; 1 to send\n\
         largest moves of a price:\n  ЧАЙ-100 150.00 → 90.00 (-40 %)\n"
    );
    let told = text(&obmen(folder, &["plan", "b.csv", "--summary", "--format", "jsonl"]).stdout);
    let value: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(value["rows"]["send"], 1);
    assert_eq!(value["rows"].get("applied"), None);
    assert_eq!(value["largest_moves"][0]["after"], "150.00");
    let history = text(&obmen(folder, &["history"]).stdout);
    assert!(history.starts_with("run  begun "), "{history}");
    assert_eq!(history.lines().count(), 2, "{history}");
    world.assert_product("ЧАЙ-100", "100", 46);
}

#[test]
fn receipts_and_commands_speak_the_configured_language() {
    let world = World::new();
    let config = world.write_config();
    let folder = world.folder.path();
    let text_before = world.read("obmen.toml");
    put(
        &config,
        format!("language = \"ru\"\n{text_before}").as_bytes(),
    );
    world.drop_in("a.csv", "Артикул;Остаток\nЧАЙ-100;3\nНЕТ;1\n");
    let told = text(&obmen(folder, &["run", "--once"]).stdout);
    assert!(told.contains("2 новых заказа →"), "{told}");
    assert!(
        told.contains("a.csv: загружен (загрузка 1): 1 применено, 1 не найдено"),
        "{told}"
    );
    let receipt = world.read("inbox/done/a.csv.receipt.txt");
    assert!(
        receipt.contains("итог: загружен; некоторые строки нужно посмотреть")
            && receipt.contains(
                "строка 3: НЕТ остаток: не найдено: в магазине нет товара с этим артикулом"
            ),
        "{receipt}"
    );
    // Programs read the same words whatever people do.
    let table = world.read("inbox/done/a.csv.receipt.csv");
    assert!(
        table.contains(
            "3;НЕТ;quantity;unknown;в магазине нет товара с этим артикулом;why-no-article"
        ),
        "{table}"
    );
}

#[test]
fn the_line_that_a_password_becomes_lets_its_owner_in() {
    let ask = |password: &str| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_obmen"))
            .args(["page", "password"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = process.stdin.take().unwrap();
        input.write_all(format!("{password}\n").as_bytes()).unwrap();
        drop(input);
        process.wait_with_output().unwrap()
    };
    let output = ask(PASSWORD);
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!said.contains(PASSWORD), "{said}");
    let config: toml::Table = toml::from_str(&said).unwrap();
    let hash = config["page"]["password"].as_str().unwrap().to_owned();
    let paged = Paged::new(World::new(), Language::English, Some(&hash));
    let log_in = |password: &str| {
        let form = [("password", password)];
        let request = client().post(format!("{}/login", paged.url())).form(&form);
        request.send().unwrap().status().as_u16()
    };
    assert_eq!(log_in(&hash), 403, "who has read the configuration");
    assert_eq!(log_in(PASSWORD), 303);
    let short = ask("short");
    assert!(!short.status.success());
    let said = String::from_utf8(short.stderr).unwrap();
    assert!(said.contains("10"), "{said}");
}

#[test]
fn a_word_that_is_neither_command_nor_file_is_called_that() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_obmen"))
        .args(["--language", "en", "chek"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("`chek` is neither a command nor a file"),
        "{told}"
    );
    assert_eq!(output.status.code(), Some(2));
}
