//! Who reads Russian is told everything in Russian: no English word is left in what is printed.

use std::path::Path;
use std::process::Command;

use obmen::wording::Language;

use crate::served::{Served, client, wait_until};
use crate::world::{World, put};

/// Names, units and what is typed: the same in every language.
const NAMES: [&str; 29] = [
    "JavaScript",
    "obmen",
    "OpenCart",
    "API",
    "PHP",
    "CommerceML",
    "XML",
    "CSV",
    "Excel",
    "HTTP",
    "FTP",
    "Ctrl-C",
    "URL",
    "PDF",
    "zip",
    "csv",
    "commerceml",
    "utf",
    "windows",
    "text",
    "json",
    "jsonl",
    "ru",
    "en",
    "main",
    "demo",
    "mail",
    "os",
    "error",
];

/// Words of the system and of libraries, which stand as they are behind our own.
const OUTSIDE: [&str; 4] = [
    "No such file or directory (os error 2)",
    "File not found. (os error 2)",
    "The system cannot find the file specified. (os error 2)",
    "TOML parse error",
];

/// What it prints on both streams.
fn told(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obmen"));
    if cfg!(windows) && !arguments.contains(&"--language") {
        // Windows has the language of its user, and no variable for it.
        command.args(["--language", "ru"]);
    }
    let output = command
        .args(arguments)
        .current_dir(folder)
        .env_remove("OBMEN_SHOP_KEY")
        .env("LC_ALL", "ru_RU.UTF-8")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    text(output.stdout) + &text(output.stderr)
}

/// Latin words that are neither quoted, nor parts of a path, an address, an option or a code.
fn english_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for outside in OUTSIDE {
            line = line.replace(outside, "");
        }
        // Every other piece stands between two backticks.
        let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        for word in plain.split_whitespace() {
            let is_technical = word.starts_with('-')
                || word.contains(['/', '_', '\\', '@', '#'])
                || word
                    .trim_matches(|c: char| !c.is_alphanumeric())
                    .contains(['.', ':']);
            if is_technical {
                continue;
            }
            let letters = word.split(|c: char| !(c.is_ascii_alphabetic() || c == '-'));
            let english = letters.filter(|part| {
                part.chars().filter(char::is_ascii_alphabetic).count() > 1
                    && !NAMES.contains(&part.trim_matches('-'))
            });
            words.extend(english.map(|part| format!("{part}: {line}")));
        }
    }
    words
}

#[track_caller]
fn assert_russian(what: &str, text: &str, known: &[&str]) {
    assert!(!text.trim().is_empty(), "{what} says nothing");
    let mut english = english_words(text);
    english.retain(|word| {
        !known
            .iter()
            .any(|known| word.starts_with(&format!("{known}:")))
    });
    assert!(english.is_empty(), "{what}: {english:#?}");
}

#[test]
fn an_english_word_would_be_seen() {
    assert_eq!(english_words("строка 5: carried `in full`").len(), 1);
    assert!(english_words("новых заказов 3 → outbox/orders.xml; `obmen check`").is_empty());
}

fn in_russian(world: &World) {
    let config = world.write_config();
    let before = world.read("obmen.toml");
    put(&config, format!("language = \"ru\"\n{before}").as_bytes());
}

#[test]
fn commands_speak_russian() {
    let world = World::new();
    in_russian(&world);
    let folder = world.folder.path();
    put(
        &folder.join("list.csv"),
        "Артикул;Цена;Остаток\nЧАЙ-100;355;7\nНЕТ;1;1\n;5;5\nКОФЕ;много;1\n007;-1;99999999999\n"
            .as_bytes(),
    );
    put(
        &folder.join("cut.xml"),
        "<КоммерческаяИнформация><Каталог>".as_bytes(),
    );
    put(&folder.join("page.xml"), b"<html><body></body></html>");
    put(&folder.join("none.csv"), b"");
    put(&folder.join("bytes.csv"), b"\x89PNG\r\n");
    let files = [
        "list.csv",
        "cut.xml",
        "page.xml",
        "none.csv",
        "bytes.csv",
        "away.csv",
    ];
    for arguments in [
        vec!["plan"],
        vec!["read"],
        vec!["read", "--summary"],
        vec!["send"],
    ] {
        let arguments = [arguments.as_slice(), &files].concat();
        // The facts themselves are named as in JSON.
        let facts = ["price", "stock", "sku", "quantity"];
        assert_russian(&format!("{arguments:?}"), &told(folder, &arguments), &facts);
    }
    world.drop_in("a.csv", "Артикул;Остаток\nЧАЙ-100;3\nНЕТ;1\n");
    world.drop_in("b.csv", "один;два\nтри;четыре\n");
    for arguments in [
        vec!["run", "--once"],
        vec!["history"],
        vec!["show", "1"],
        vec!["show", "99"],
        vec!["retry", "1"],
        vec!["approve", "1"],
        vec!["reject", "1"],
        vec!["forget", "x"],
        vec!["orders"],
        vec!["orders", "--again", "9"],
        vec!["products"],
        vec!["check"],
        vec!["module"],
        vec!["init", "--config", "new.toml"],
        vec!["init", "--config", "new.toml"],
        vec!["check", "--config", "away.toml"],
        vec!["check", "--exchange", "other"],
        vec!["pln", "--wrong"],
    ] {
        // The folders are named as they are.
        let folders = ["inbox", "outbox"];
        assert_russian(
            &format!("{arguments:?}"),
            &told(folder, &arguments),
            &folders,
        );
    }
    for receipt in [
        "inbox/done/a.csv.receipt.txt",
        "inbox/rejected/b.csv.receipt.txt",
    ] {
        assert_russian(receipt, &world.read(receipt), &[]);
    }
}

#[test]
fn the_journal_keeps_codes_and_shows_the_sentences_of_earlier_versions() {
    let world = World::new();
    in_russian(&world);
    world.drop_in("a.csv", "Артикул;Остаток\nНЕТ;1\n");
    let folder = world.folder.path();
    told(folder, &["run", "--once"]);
    let journal = rusqlite::Connection::open(folder.join("obmen.sqlite")).unwrap();
    let kept: String = journal
        .query_row("SELECT detail FROM outcome", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, "%why-no-article");
    let shown = |arguments: &[&str]| told(folder, arguments);
    assert!(shown(&["show", "1"]).contains("в магазине нет товара с этим артикулом"));
    let english = shown(&["show", "1", "--language", "en"]);
    assert!(english.contains("the shop has no product with this article"));
    let json = shown(&["show", "1", "--format", "jsonl"]);
    assert!(
        json.contains(r#""detail":"the shop has no product with this article","reason":"why-no-article","args":{}"#),
        "{json}"
    );
    let earlier = "the shop has no product with that article";
    journal
        .execute("UPDATE outcome SET detail = ?1", [earlier])
        .unwrap();
    drop(journal);
    assert!(shown(&["show", "1"]).contains(earlier));
}

#[test]
fn the_demo_speaks_russian() {
    let folder = tempfile::tempdir().unwrap();
    for what in ["first", "again"] {
        let told = told(folder.path(), &["demo", "--once"]);
        assert_russian(what, &told, &[]);
    }
}

/// What stands between the tags.
fn text_of(page: &str) -> String {
    let pieces = page.split('<').skip(1);
    let texts = pieces.filter_map(|piece| Some(piece.split_once('>')?.1));
    let lines: Vec<&str> = texts.filter(|text| !text.trim().is_empty()).collect();
    lines.join("\n")
}

#[test]
fn the_pages_speak_russian() {
    let world = World::new();
    world.drop_in("a.csv", "Артикул;Цена;Остаток\nЧАЙ-100;355;3\nНЕТ;1;1\n");
    world.drop_in("b.csv", "один;два\nтри;четыре\n");
    let served = Served::speaking(Language::Russian, world, "");
    wait_until(|| {
        let runs = served.world.journal().runs(None, 10).unwrap();
        let n_over = runs.iter().filter(|run| run.finished_at.is_some()).count();
        if n_over == 2 {
            Ok(())
        } else {
            Err(format!("{runs:?}"))
        }
    });
    let get = |path: &str| {
        let answer = client().get(format!("{}{path}", served.url())).send();
        text_of(&answer.unwrap().text().unwrap())
    };
    for path in [
        "/",
        "/runs",
        "/runs/1",
        "/runs/2",
        "/runs/99",
        "/orders",
        "/products",
        "/drop",
        "/mapping",
        "/nowhere",
    ] {
        // Functions of the shop, and names that it gives.
        let names = ["updateprice", "updatequantity", "amp", "quot"];
        assert_russian(path, &get(path), &names);
    }
}

#[test]
fn the_help_speaks_russian() {
    let folder = tempfile::tempdir().unwrap();
    let help = told(folder.path(), &["--help"]);
    let (_, commands) = help.split_once("Команды:\n").unwrap();
    let commands: Vec<&str> = commands
        .lines()
        .map_while(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    assert!(commands.len() > 15, "{help}");
    assert_russian("--help", &help, &commands);
    for command in &commands {
        let help = told(folder.path(), &[command, "--help"]);
        let known = [commands.as_slice(), &["demo-key", "password"]].concat();
        assert_russian(&format!("{command} --help"), &help, &known);
    }
}

#[test]
fn the_explained_configuration_is_russian() {
    let folder = tempfile::tempdir().unwrap();
    told(folder.path(), &["init"]);
    let config = std::fs::read_to_string(folder.path().join("obmen.toml")).unwrap();
    let comments: Vec<&str> = config
        .lines()
        .filter(|line| line.starts_with('#') && !line.contains(" = "))
        .collect();
    assert!(comments.len() > 80, "{config}");
    let words: Vec<&str> = comments
        .iter()
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphabetic()))
        .filter(|word| ["the", "and", "of", "is", "for", "to"].contains(word))
        .collect();
    assert!(words.is_empty(), "{words:?}");
}

#[test]
fn a_mistake_in_the_configuration_is_told_in_russian() {
    let world = World::new();
    in_russian(&world);
    let folder = world.folder.path();
    let good = world.read("obmen.toml");
    for (from, to) in [
        ("[goods]", "[folders]\nmarker = \"a/b\"\n[goods]"),
        ("url =", "dialect = \"5\"\nurl ="),
        ("url =", "batch = 0\nurl ="),
        ("[shop]", "[page]\nlisten = \"0.0.0.0:1\"\n[shop]"),
        (
            "[shop]",
            "[guard]\nfactor = 1\n[csv.columns]\nx = \"y\"\n[shop]",
        ),
        ("statuses = [1]", "statuses = [1]\nvat = \"x\""),
    ] {
        assert!(good.contains(from), "{good}");
        put(
            &folder.join("obmen.toml"),
            good.replacen(from, to, 1).as_bytes(),
        );
        let text = told(folder, &["check"]);
        assert!(text.contains("в настройках"), "{to}: {text}");
    }
}
