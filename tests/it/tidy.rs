//! Keeps absent what the papers say is absent, and the papers true of the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ARCHITECTURE: &str = include_str!("../../src/ARCHITECTURE.md");
const README: &str = include_str!("../../README.md");
const TEMPLATE: &str = include_str!("../../src/cli/init_en.toml");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the project, in a stable order.
fn files_below(folder: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    assert!(!found.is_empty(), "`{folder}` is empty");
    found
}

/// As it is written in the project, with `/` on every system.
fn short(path: &Path) -> String {
    let parts: Vec<_> = path
        .strip_prefix(root())
        .unwrap()
        .iter()
        .map(|part| part.to_str().unwrap())
        .collect();
    parts.join("/")
}

/// A source file, without its comments.
struct Source {
    name: String,
    /// The folder of `src`; `None` for the files directly in it.
    room: Option<String>,
    text: String,
}

fn sources(folder: &str) -> Vec<Source> {
    let is_code = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rs");
    files_below(folder)
        .iter()
        .filter(|path| is_code(path))
        .map(|path| {
            let name = short(path);
            let room = match name.split('/').collect::<Vec<_>>().as_slice() {
                ["src", room, _, ..] => Some((*room).to_owned()),
                _ => None,
            };
            Source {
                name,
                room,
                text: fs::read_to_string(path).unwrap(),
            }
        })
        .collect()
}

impl Source {
    /// Lines of code with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate();
        lines
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Words of code: names, with the `!` of a macro.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '!'))
}

/// Room to floor, from the table of the map.
fn floors() -> BTreeMap<String, u32> {
    let floors: BTreeMap<String, u32> = ARCHITECTURE
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
            let floor = cells.next()?.parse().ok()?;
            Some((cells.next()?.trim_matches('`').to_owned(), floor))
        })
        .collect();
    assert_ne!(
        floors.len(),
        0,
        "the floor table is gone from ARCHITECTURE.md"
    );
    floors
}

/// Rooms named by `crate::room` in a line of code.
fn rooms_named(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::")
        // `$crate::`, and names that merely end in `crate`, are not meant.
        .filter(|(at, _)| {
            !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$')
        })
        .map(|(at, found)| {
            let rest = &line[at + found.len()..];
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            &rest[..end]
        })
}

#[test]
fn the_map_names_every_room_and_no_other() {
    let rooms: BTreeSet<String> = fs::read_to_string(root().join("src/lib.rs"))
        .unwrap()
        .lines()
        .filter_map(|line| {
            Some(
                line.trim()
                    .strip_prefix("pub mod ")?
                    .strip_suffix(';')?
                    .to_owned(),
            )
        })
        .collect();
    assert_eq!(floors().into_keys().collect::<BTreeSet<_>>(), rooms);
}

#[test]
fn a_room_uses_lower_floors_only() {
    let floors = floors();
    let mut violations = Vec::new();
    for source in sources("src") {
        let Some(room) = &source.room else { continue };
        let floor = floors[room];
        for (line_number, line) in source.code() {
            for named in rooms_named(line) {
                let place = format!("{}:{line_number}", source.name);
                match floors.get(named) {
                    _ if named == room => {}
                    Some(other) if *other < floor => {}
                    Some(other) => violations.push(format!(
                        "{place}: `{room}` (floor {floor}) must not use `{named}` (floor {other})"
                    )),
                    // `use crate::{…}` hides what this test looks for.
                    None => violations.push(format!(
                        "{place}: `crate::{named}` is no room: name the room in the path"
                    )),
                }
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn planted_violations_are_seen() {
    assert_eq!(
        rooms_named("use crate::journal::{Journal, Run};").collect::<Vec<_>>(),
        ["journal"]
    );
    assert_eq!(
        rooms_named("let x: crate::shop::Client = crate::cli::f();").collect::<Vec<_>>(),
        ["shop", "cli"]
    );
    assert_eq!(
        rooms_named("use crate::{plan, shop};").collect::<Vec<_>>(),
        [""]
    );
    assert_eq!(rooms_named("$crate::journal::x, mycrate::shop").count(), 0);
    assert!(words("let n: f64 = 1.0;").any(|word| word == "f64"));
    assert!(!words("number.is_f64()").any(|word| word == "f64"));
    assert!(words("    println!(\"x\");").any(|word| word == "println!"));
}

#[test]
fn every_source_file_begins_with_its_purpose() {
    let folders = ["benches", "src", "tests"];
    for source in folders.into_iter().flat_map(sources) {
        let first = source.text.lines().next().unwrap_or_default();
        let is_map = source.name == "src/lib.rs" && first.starts_with("#![doc = include_str!");
        let is_purpose = first
            .strip_prefix("//! ")
            .is_some_and(|purpose| purpose.len() > 10);
        assert!(
            is_map || is_purpose,
            "{}: the first line is no purpose: `{first}`",
            source.name
        );
    }
}

/// A word of code, and the rooms (or the files) that may use it.
const CONFINED: [(&str, &[&str]); 17] = [
    ("rusqlite", &["journal", "demo_shop"]),
    ("reqwest", &["notices", "shop"]),
    ("axum", &["dashboard", "demo_shop"]),
    ("tokio", &["dashboard", "demo_shop"]),
    ("quick_xml", &["formats"]),
    ("encoding_rs", &["formats"]),
    ("notify", &["folders"]),
    ("anyhow", &["cli"]),
    ("clap", &["cli"]),
    ("toml", &["cli"]),
    ("toml_edit", &["cli"]),
    // What clippy would see as well, but only where clippy is run.
    ("println!", &[]),
    ("print!", &[]),
    ("dbg!", &[]),
    ("todo!", &[]),
    ("f32", &[]),
    ("f64", &[]),
];

#[test]
fn what_is_absent_stays_absent() {
    let mut violations = Vec::new();
    for source in sources("src") {
        let room = source.room.as_deref().unwrap_or_default();
        for (line_number, line) in source.code() {
            for word in words(line) {
                let rule = CONFINED.iter().find(|(confined, _)| *confined == word);
                if rule.is_some_and(|(_, rooms)| !rooms.contains(&room)) {
                    violations.push(format!(
                        "{}:{line_number}: `{word}` does not belong here",
                        source.name
                    ));
                }
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn one_place_reads_the_wall_clock() {
    for source in sources("src") {
        for (line_number, line) in source.code() {
            let reads = ["Local::now", "Utc::now", "SystemTime::now"]
                .iter()
                .any(|call| line.contains(call));
            assert!(
                !reads || source.name == "src/pipeline/clock.rs",
                "{}:{line_number}: take `now` as an argument",
                source.name
            );
        }
    }
}

/// An option of the configuration: its name, and what the template gives it.
fn template_options() -> Vec<(String, String)> {
    let is_name = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let options: Vec<_> = TEMPLATE
        .lines()
        .filter_map(|line| {
            let line = line.trim_start_matches("# ");
            if let Some(section) = line.strip_prefix('[') {
                return Some((section.split(']').next()?.to_owned(), String::new()));
            }
            let (name, value) = line.split_once(" = ")?;
            is_name(name).then(|| (name.to_owned(), value.to_owned()))
        })
        .collect();
    assert!(options.len() > 20, "the template was not understood");
    options
}

#[test]
fn the_readme_names_every_option() {
    for (name, _) in template_options() {
        let is_named = [
            format!("`{name}`"),
            format!("`{name} = "),
            format!("`[{name}]`"),
        ]
        .iter()
        .any(|form| README.contains(form.as_str()));
        assert!(is_named, "README.md does not explain the option `{name}`");
    }
}

#[test]
fn the_readme_gives_the_defaults_of_the_template() {
    let options = template_options();
    let mut n_compared = 0;
    for line in README.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let ["", name, default, ..] = cells.as_slice() else {
            continue;
        };
        let code = |cell: &str| {
            let inner = cell.strip_prefix('`')?.strip_suffix('`')?;
            (!inner.contains('`')).then(|| inner.to_owned())
        };
        let (Some(name), Some(default)) = (code(name), code(default)) else {
            continue;
        };
        // Where the default is empty, the template shows an example instead.
        if matches!(default.as_str(), "[]" | "\"\"") {
            continue;
        }
        for (_, value) in options.iter().filter(|(option, _)| *option == name) {
            assert_eq!(*value, default, "the default of `{name}` in README.md");
            n_compared += 1;
        }
    }
    assert!(n_compared > 10, "the table of options was not understood");
}

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_obmen"))
        .args(arguments)
        .arg("--help")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "obmen {arguments:?} --help: {}",
        output.status
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_readme_names_every_command_and_its_options() {
    let overview = help(&[]);
    let commands: Vec<&str> = overview
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() > 10, "the help was not understood");
    for command in commands {
        assert!(
            README.contains(&format!("`obmen {command}")),
            "README.md does not explain `obmen {command}`"
        );
        if command == "help" {
            continue;
        }
        let text = help(&[command]);
        let flags = text.lines().filter_map(|line| {
            let flag = line
                .split_whitespace()
                .take(2)
                .find(|word| word.starts_with("--"))?;
            (line.trim_start().starts_with('-') && flag != "--help").then_some(flag)
        });
        for flag in flags {
            assert!(
                README.contains(flag),
                "README.md does not explain `{flag}` of `obmen {command}`"
            );
        }
    }
}

#[test]
fn the_readme_names_every_sample() {
    for path in files_below("samples") {
        let name = short(&path);
        let name = name.strip_prefix("samples/").unwrap();
        assert!(
            README.contains(&format!("| `{name}` |")),
            "README.md has no line for the sample `{name}`"
        );
    }
}

#[test]
fn no_file_names_a_folder_of_a_developer() {
    // Put together, so that this file does not hold them itself.
    let folders = ["work", "root", "home", "Users"].map(|name| format!("/{name}/"));
    let mut paths: Vec<PathBuf> = ["src", "tests", "samples"]
        .into_iter()
        .flat_map(files_below)
        .collect();
    paths.extend(
        fs::read_dir(root())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            // A configuration and a journal of one's own may lie here.
            .filter(|path| path.is_file() && !path.ends_with("obmen.toml")),
    );
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for folder in &folders {
            assert!(
                !text.contains(folder.as_str()),
                "{} names `{folder}`",
                short(&path)
            );
        }
    }
}
