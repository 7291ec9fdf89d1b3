//! The two READMEs: what one explains the other does, and what they quote the program says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ENGLISH: &str = include_str!("../../README.md");
const RUSSIAN: &str = include_str!("../../README.ru.md");

fn is_cyrillic(c: char) -> bool {
    matches!(c, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё')
}

/// Headings by their depth, and blocks of code by their kind, in their order.
fn outline(readme: &str) -> Vec<&str> {
    readme
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let mark = line.split(' ').next().unwrap();
            let is_heading = mark.starts_with('#') && mark.chars().all(|c| c == '#');
            (is_heading || line.starts_with("```")).then_some(mark)
        })
        .collect()
}

#[test]
fn both_have_the_same_chapters() {
    assert_eq!(outline(ENGLISH), outline(RUSSIAN));
}

/// In English what is read and what is in JSON are the same words; the doctor's marks are
/// in the language of the reader.
const READ: [&str; 10] = [
    "ok",
    "BAD",
    "applied",
    "unchanged",
    "unknown",
    "rejected",
    "pending",
    "superseded",
    "outdated",
    "note",
];

/// What stands between single backticks and is no Russian example.
fn code(text: &str) -> BTreeSet<&str> {
    let mut all = BTreeSet::new();
    let mut is_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_block = !is_block;
        } else if !is_block {
            all.extend(line.split('`').skip(1).step_by(2));
        }
    }
    // An example names a category, an address or a file; a name is a word of the program.
    all.retain(|code| {
        let is_name = !code.chars().any(|c| is_cyrillic(c) || c.is_whitespace());
        is_name && *code != "DIR" && !code.contains("YYYY") && !READ.contains(code)
    });
    all
}

/// The part before the messages, and that behind them.
fn apart<'a>(readme: &'a str, chapter: &str, next: &str) -> (&'a str, &'a str, &'a str) {
    let (before, rest) = readme.split_once(chapter).unwrap();
    let (messages, after) = rest.split_once(next).unwrap();
    (before, messages, after)
}

#[test]
fn both_name_the_same_options_commands_and_files() {
    let english = apart(ENGLISH, "\n## When a file", "\n### The journal\n");
    let russian = apart(RUSSIAN, "\n## Если файл", "\n### Журнал\n");
    // The table of speed is in English alone.
    let without_speed = |text: &'static str, chapter: &str, next: &str| {
        let (before, _, after) = apart(text, chapter, next);
        &code(before) | &code(after)
    };
    let in_english: BTreeSet<&str> =
        &code(english.0) | &without_speed(english.2, "\n## Speed\n", "\n## Limits\n");
    let in_russian: BTreeSet<&str> =
        &code(russian.0) | &without_speed(russian.2, "\n## Скорость\n", "\n## Пределы\n");
    let only = |left: &BTreeSet<&'static str>, right: &BTreeSet<&'static str>| -> Vec<&str> {
        left.difference(right).copied().collect()
    };
    assert_eq!(
        only(&in_english, &in_russian),
        [""; 0],
        "missing in Russian"
    );
    assert_eq!(
        only(&in_russian, &in_english),
        [""; 0],
        "missing in English"
    );
    assert!(in_english.len() > 300, "{}", in_english.len());
}

#[test]
fn the_marks_of_the_doctor_are_those_that_he_prints() {
    const RU: &str = include_str!("../../src/wording/ru/cli.ftl");
    const EN: &str = include_str!("../../src/wording/en/cli.ftl");
    for (readme, words) in [(ENGLISH, EN), (RUSSIAN, RU)] {
        for key in ["good", "limited", "bad"] {
            let key = format!("check-mark-{key} = ");
            let mark = words.lines().find_map(|line| line.strip_prefix(&key));
            let mark = format!("`{}`", mark.unwrap());
            assert!(readme.contains(&mark), "{mark}");
        }
    }
}

#[test]
fn the_web_server_before_the_page_hands_on_the_name_with_its_port() {
    for readme in [ENGLISH, RUSSIAN] {
        assert!(readme.contains("proxy_set_header Host $http_host;"));
        assert!(!readme.contains("Host $host;"));
    }
}

#[test]
fn links_lead_somewhere() {
    for (name, readme) in [("README.md", ENGLISH), ("README.ru.md", RUSSIAN)] {
        let anchor = |heading: &str| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
            let kept: String = words.chars().filter(kept).collect();
            kept.replace(' ', "-")
        };
        let headings = readme.lines().filter(|line| line.starts_with('#'));
        let anchors: BTreeSet<String> = headings.map(anchor).collect();
        let links: Vec<&str> = readme
            .split("](#")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap())
            .collect();
        assert!(links.len() > 20, "{name}");
        for link in links {
            assert!(anchors.contains(link), "{name} has no heading #{link}");
        }
    }
}

fn words_of(language: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/wording")
        .join(language);
    let files = fs::read_dir(folder).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    texts
        .collect::<Vec<_>>()
        .join("\n")
        .replace("{ ", "{")
        .replace(" }", "}")
}

/// Whoever looks a message up must find it.
#[test]
fn the_messages_that_are_explained_are_the_program_s_own() {
    for (language, readme, chapter, next) in [
        ("en", ENGLISH, "\n## When a file", "\n### The journal\n"),
        ("ru", RUSSIAN, "\n## Если файл", "\n### Журнал\n"),
    ] {
        let words = words_of(language);
        let (_, messages, _) = apart(readme, chapter, next);
        let rows = messages.lines().filter(|line| line.starts_with("| `"));
        let mut n_found = 0;
        for row in rows {
            let quoted = row.split(" | ").next().unwrap();
            for part in quoted
                .split('`')
                .skip(1)
                .step_by(2)
                .flat_map(|message| message.split('…'))
            {
                let part = part.trim();
                // Values stand in these places.
                let is_telling = part.chars().filter(|c| c.is_alphabetic()).count() > 5;
                if is_telling && !part.contains(char::is_numeric) {
                    assert!(words.contains(part), "{language}: `{part}`");
                    n_found += 1;
                }
            }
        }
        assert!(n_found > 30, "{language}: {n_found}");
    }
}
