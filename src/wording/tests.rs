//! Both languages are whole, and the code asks for what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// Key to the names of its values.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    let mut last = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" =")
            && line.starts_with(|c: char| c.is_ascii_lowercase())
        {
            name.clone_into(&mut last);
            let earlier = messages.insert(last.clone(), BTreeSet::new());
            assert!(earlier.is_none(), "`{last}` stands twice");
        }
        for found in line.split('$').skip(1) {
            let end = found
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
                .unwrap_or(found.len());
            let values = messages.get_mut(&last).unwrap();
            values.insert(found[..end].to_owned());
        }
    }
    messages
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("wording/tests.rs")
        {
            found.push(path);
        }
    }
}

/// The code that is not a test.
fn code() -> String {
    let mut files = Vec::new();
    rust_files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let texts = files.iter().map(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap()
            .to_owned()
    });
    texts.collect()
}

/// Keys that the code asks for, with the values that it gives where that can be seen.
fn asked_for(code: &str) -> Vec<(String, Option<BTreeSet<String>>)> {
    let mut asked = Vec::new();
    for (call, has_values) in [
        ("text(", false),
        ("key(", false),
        ("about = ", false),
        ("help = ", false),
        ("value_name = ", false),
        ("fill(", true),
    ] {
        for (at, found) in code.match_indices(call) {
            let rest = code[at + found.len()..].trim_start();
            let Some((key, rest)) = rest.strip_prefix('"').and_then(|r| r.split_once('"')) else {
                continue;
            };
            let is_key = key.contains('-')
                && key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            if !is_key {
                continue;
            }
            let values = match call {
                "key(" | "help = " | "about = " | "value_name = " => None,
                _ if !has_values => Some(BTreeSet::new()),
                _ => {
                    let list = rest.split_once("&[").unwrap().1;
                    let end = list.find(']').unwrap();
                    let names = list[..end].split("(\"").skip(1);
                    let names = names.filter_map(|name| Some(name.split_once("\",")?.0.to_owned()));
                    Some(names.collect())
                }
            };
            asked.push((key.to_owned(), values));
        }
    }
    asked.extend(messages_made(code));
    asked
}

/// `message!("why-changed", old = …, new = message!(…))`, with the names given to each.
fn messages_made(code: &str) -> Vec<(String, Option<BTreeSet<String>>)> {
    const CALL: &str = "message!(";
    let mut made = Vec::new();
    for (at, _) in code.match_indices(CALL) {
        let rest = code[at + CALL.len()..].trim_start();
        let Some((key, rest)) = rest.strip_prefix('"').and_then(|r| r.split_once('"')) else {
            continue;
        };
        made.push((key.to_owned(), Some(names_given(rest))));
    }
    made
}

/// The names before `=`, up to the bracket that closes the call.
fn names_given(rest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let (mut depth, mut in_text, mut word, mut is_first) = (0, false, String::new(), false);
    let mut before = ' ';
    for c in rest.chars() {
        if c == '"' && before != '\\' {
            in_text = !in_text;
        }
        before = c;
        if in_text {
            continue;
        }
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => (word, is_first) = (String::new(), true),
            '=' if depth == 0 && is_first => {
                names.insert(word.trim().to_owned());
                is_first = false;
            }
            c if depth == 0 => word.push(c),
            _ => {}
        }
    }
    names
}

#[test]
fn the_names_given_to_a_message_are_seen() {
    let code =
        r#"message!("why-a", old = f(x, y = 2), new = message!("why-b", n = 1)) message!("why-c")"#;
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(
        messages_made(code),
        [
            ("why-a".to_owned(), names(&["old", "new"])),
            ("why-b".to_owned(), names(&["n"])),
            ("why-c".to_owned(), names(&[])),
        ]
    );
}

#[test]
fn both_files_are_whole_and_say_the_same_things() {
    for source in RU.into_iter().chain(EN) {
        FluentResource::try_new(source.to_owned())
            .map_err(|(_, faults)| faults)
            .unwrap();
    }
    let (ru, en) = (messages(&RU.join("\n")), messages(&EN.join("\n")));
    let keys = |of: &BTreeMap<String, _>| of.keys().cloned().collect::<BTreeSet<_>>();
    let apart: Vec<_> = keys(&ru)
        .symmetric_difference(&keys(&en))
        .cloned()
        .collect();
    assert!(apart.is_empty(), "in one language only: {apart:?}");
    for (key, values) in &ru {
        assert_eq!(values, &en[key], "the values of `{key}`");
    }
}

#[test]
fn every_key_is_used_and_every_used_key_exists() {
    let messages = messages(&EN.join("\n"));
    let asked = asked_for(&code());
    for (key, values) in &asked {
        let known = messages
            .get(key)
            .unwrap_or_else(|| panic!("there is no text `{key}`"));
        if let Some(values) = values {
            assert_eq!(values, known, "the values given to `{key}`");
        }
    }
    let asked: BTreeSet<_> = asked.into_iter().map(|(key, _)| key).collect();
    let idle: Vec<_> = messages
        .keys()
        .filter(|key| !asked.contains(*key))
        .collect();
    assert!(idle.is_empty(), "nobody asks for {idle:?}");
}

#[test]
fn numbers_choose_their_plural() {
    let ru = Language::Russian.words();
    let shown = |n: u64| ru.fill("n-new-orders", &[("n", n.into())]);
    assert_eq!(
        [1, 2, 5, 11, 21, 104].map(shown),
        [
            "1 новый заказ",
            "2 новых заказа",
            "5 новых заказов",
            "11 новых заказов",
            "21 новый заказ",
            "104 новых заказа"
        ]
    );
    let en = Language::English.words();
    assert_eq!(en.fill("n-new-orders", &[("n", 1.into())]), "1 new order");
    assert_eq!(en.fill("n-new-orders", &[("n", 0.into())]), "0 new orders");
}

#[test]
fn the_language_is_that_of_the_locale() {
    for (locale, language) in [
        ("ru-RU", Language::Russian),
        ("ru_RU.UTF-8", Language::Russian),
        ("be-BY", Language::Russian),
        ("en-US", Language::English),
        ("C", Language::English),
    ] {
        assert_eq!(Language::of_locale(locale), language, "{locale}");
    }
}

/// What a text chooses its words by, and where the code names it.
#[test]
fn every_choice_that_the_code_names_has_words() {
    let code = code();
    let named = |marks: &[&str]| -> BTreeSet<String> {
        let rest = marks.iter().flat_map(|mark| {
            code.match_indices(mark)
                .map(|(at, mark)| &code[at + mark.len()..])
        });
        let names = rest.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
        names.map(|(name, _)| name.to_owned()).collect()
    };
    for (key, names) in [
        ("folder-failed", named(&["FolderError::of(", "action: "])),
        ("file-other-format", named(&["kind: "])),
    ] {
        assert!(names.len() > 1, "{key}: {names:?}");
        for source in RU.into_iter().chain(EN) {
            let Some((_, text)) = source.split_once(&format!("\n{key} = ")) else {
                continue;
            };
            let (text, _) = text.split_once("\n}").unwrap();
            for name in &names {
                assert!(text.contains(&format!("[{name}]")), "{key}: {name}");
            }
        }
    }
}
