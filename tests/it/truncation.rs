//! Every sample, cut off at every byte: what the format lets one notice is noticed.
//!
//! XML ends with the closing tag of its root, an archive or a workbook with its
//! list of contents: a cut anywhere is seen. A list has no such end. Cut within a
//! row, its last row is too short and has no line end, or a quotation mark stays
//! open: that is seen. Cut exactly between two rows, it is a shorter list, and
//! nothing in it can tell. Cut within the last cell of a row, only the line end is
//! missing, which many whole lists do not have either: the receipt says so, and
//! `csv.needs_line_end` refuses it. What keeps a shop whole then is that missing
//! rows change nothing, and that the guard rails look at what is there.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;

use obmen::folders::Fate;
use obmen::formats::{self, CsvOptions, archive};

use crate::world::{World, put};

/// Facts and faults of a file, and why it could not be read to its end.
fn reading(bytes: &[u8], options: &CsvOptions) -> (Vec<String>, Option<&'static str>) {
    let facts = match formats::read(bytes, options) {
        Ok(facts) => facts,
        Err(err) => return (Vec::new(), Some(err.code())),
    };
    let mut rows = Vec::new();
    for row in facts {
        match row {
            Ok(Ok(fact)) => rows.push(format!("{fact:?}")),
            Ok(Err(err)) => rows.push(format!("! {}", err.fault.code())),
            Err(err) => return (rows, Some(err.code())),
        }
    }
    (rows, None)
}

fn samples(folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut folders = vec![
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("samples")
            .join(folder),
    ];
    let mut found = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.display().to_string(), fs::read(path).unwrap()));
            }
        }
    }
    assert_ne!(found, []);
    found
}

/// Every byte; of the middle of a large file every 97th.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    const EDGE: usize = 400;
    let is_large = length > 3_000;
    (0..length).filter(move |cut| !is_large || *cut < EDGE || cut + EDGE > length || cut % 97 == 0)
}

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect()
}

#[test]
fn xml_cut_anywhere_is_never_whole() {
    let options = CsvOptions::default();
    let mut files = samples("commerceml");
    let (name, bytes) = files
        .iter()
        .min_by_key(|(_, bytes)| bytes.len())
        .cloned()
        .unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    files.push((format!("{name} in UTF-16"), utf16(text)));
    files.push((
        format!("{name} in windows-1251"),
        encoding_rs::WINDOWS_1251.encode(text).0.into_owned(),
    ));
    for (name, bytes) in files {
        let (whole, end) = reading(&bytes, &options);
        assert_eq!(end, None, "{name}");
        let unit = if name.ends_with("UTF-16") { 2 } else { 1 };
        let n_blank = bytes
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_whitespace() || **b == 0)
            .count();
        // Behind the closing tag only blanks are lost.
        let end_of_root = bytes.len() - n_blank.next_multiple_of(unit);
        for cut in cuts(end_of_root) {
            let (rows, end) = reading(&bytes[..cut], &options);
            assert!(
                matches!(end, Some("truncated" | "empty-file" | "unknown-format")),
                "{name} cut at {cut}: {end:?}"
            );
            // A value that was cut short must not be among what was read before.
            assert!(
                rows.iter()
                    .all(|row| row.starts_with("! encoding") || whole.contains(row)),
                "{name} cut at {cut}"
            );
            let has_end = formats::has_end(Cursor::new(&bytes[..cut]), &options).unwrap();
            assert!(!has_end, "{name} cut at {cut} looks whole");
        }
    }
}

#[test]
fn a_workbook_cut_anywhere_is_never_whole() {
    for (name, bytes) in samples("xlsx") {
        for cut in cuts(bytes.len()) {
            let (_, end) = reading(&bytes[..cut], &CsvOptions::default());
            assert!(end.is_some(), "{name} cut at {cut}");
        }
    }
}

#[test]
fn an_archive_cut_anywhere_is_never_whole() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (_, bytes)) in samples("csv").into_iter().enumerate() {
        writer
            .start_file(
                format!("webdata/{at}.csv"),
                zip::write::SimpleFileOptions::default(),
            )
            .unwrap();
        writer.write_all(&bytes).unwrap();
    }
    let whole = writer.finish().unwrap().into_inner();
    let unpack = |bytes: &[u8]| {
        let mut n_files = 0;
        archive::unpack(
            Cursor::new(bytes),
            |_| true,
            |_, content| {
                n_files += 1;
                std::io::copy(content, &mut std::io::sink()).map_err(archive::ArchiveError::Io)?;
                Ok::<_, archive::ArchiveError>(())
            },
        )
        .map(|()| n_files)
    };
    assert_eq!(unpack(&whole).unwrap(), 4);
    for cut in 0..whole.len() {
        assert!(unpack(&whole[..cut]).is_err(), "cut at {cut}");
        let (_, end) = reading(&whole[..cut], &CsvOptions::default());
        assert!(end.is_some(), "cut at {cut}");
    }
}

/// Lists as people and programs write them: quotation marks, line breaks in
/// cells, a total, UTF-16, and the line ends of an old Mac.
fn lists() -> Vec<(String, Vec<u8>)> {
    let quoted = "Артикул;Наименование;Остаток;Цена\r\nА1;\"Чай \"\"Ассам\"\"; 5\r\nв пачках\";120;1200,50\r\n\
                  А2;Кофе;7;310\r\nА3;\"Молоко\";;99\r\nИтого;;127;\r\n";
    let tabs = "Артикул\tЦена\r\nKB-001\t120\r\nKB-002\t75\r\n";
    let mut files = samples("csv");
    files.push(("quoted".to_owned(), quoted.as_bytes().to_vec()));
    files.push(("tabs".to_owned(), utf16(tabs)));
    files.push(("mac".to_owned(), tabs.replace("\r\n", "\r").into_bytes()));
    files
}

#[test]
fn a_list_cut_within_a_row_is_never_whole() {
    let options = CsvOptions::default();
    let strict = CsvOptions {
        needs_line_end: true,
        ..CsvOptions::default()
    };
    let (mut n_refused, mut n_between, mut n_noted) = (0, 0, 0);
    for (name, bytes) in lists() {
        let (mut whole, end) = reading(&bytes, &options);
        assert_eq!(end, None, "{name}");
        // A count at the end, of rows that leave their stock blank: of a part it is smaller.
        let is_row = |row: &String| row != "! without-stock";
        whole.retain(is_row);
        for cut in cuts(bytes.len()) {
            let part = &bytes[..cut];
            let (mut rows, end) = reading(part, &options);
            rows.retain(is_row);
            if end.is_some() {
                n_refused += 1;
                continue;
            }
            let is_noted = rows.last().is_some_and(|row| row == "! no-line-end");
            if is_noted {
                n_noted += 1;
                rows.pop();
                let (_, end) = reading(part, &strict);
                assert_eq!(end, Some("truncated"), "{name} cut at {cut}");
                // What the last row says may be cut short; what stands above it is not.
                let line = rows
                    .last()
                    .and_then(|row| row.split("line: ").last())
                    .map(str::to_owned);
                rows.retain(|row| row.split("line: ").last().map(str::to_owned) != line);
            } else {
                n_between += 1;
            }
            assert_eq!(rows, whole[..rows.len()], "{name} cut at {cut}");
        }
    }
    // By far the most cuts are seen.
    assert!(
        n_refused > 3 * (n_between + n_noted),
        "{n_refused} refused, {n_between} between rows, {n_noted} noted"
    );
}

#[test]
fn whole_lists_without_a_last_line_end_are_whole() {
    for text in [
        "Артикул;Цена\nА1;5",
        "Артикул;Цена\nА1;5\nИтого;5",
        "Артикул;Цена;Примечание\nА1;5;\nА2;6",
        "Артикул;Цена\nА1;5\n\n\n",
        "Заказ,Статус\n1,Отгружен",
    ] {
        let (rows, end) = reading(text.as_bytes(), &CsvOptions::default());
        let is_note = text.contains("Примечание");
        // The second row of that one has fewer cells than the first.
        assert_eq!(end.is_some(), is_note, "{text:?}: {rows:?}");
    }
}

/// The same through the whole program: a cut file that nobody writes on is
/// rejected, and nothing of it reaches the shop.
#[test]
fn nothing_of_a_cut_file_is_applied() {
    let world = World::new();
    let mut names = Vec::new();
    let mut files = samples("commerceml");
    files.extend(samples("xlsx"));
    files.extend(lists());
    for (at, (_, bytes)) in files.iter().enumerate() {
        let refused = (1..8)
            .map(|part| bytes.len() * part / 8 + 1)
            .chain([bytes.len() - 6])
            .filter(|cut| reading(&bytes[..*cut], &CsvOptions::default()).1.is_some());
        for cut in refused {
            let name = format!("{at}-{cut}.dat");
            // As a process that died has left it: taken, not carried.
            put(&world.inbox().join("working").join(&name), &bytes[..cut]);
            names.push(format!("rejected/{name}"));
        }
    }
    assert!(names.len() > 60, "{}", names.len());
    let report = world.pass();
    for file in &report.files {
        assert_eq!(file.fate, Fate::Reject, "{}: {:?}", file.name, file.error);
    }
    names.sort();
    assert_eq!(world.names_in("inbox"), names);
    for function in [
        "updateprice",
        "updatequantity",
        "addproducts",
        "updateorder",
    ] {
        world.assert_n_calls(function, 0);
    }
}

#[test]
fn a_cut_list_is_rejected_with_a_reason_and_a_cut_xml_waits() {
    let world = World::new();
    world.write_config();
    world
        .drop_in("list.csv", "Артикул;Остаток;Цена\nЧАЙ-100;5;7\n00123;1")
        .drop_in("goods.xml", "<КоммерческаяИнформация><Каталог>");
    let output = Command::new(env!("CARGO_BIN_EXE_obmen"))
        .args(["run", "--once"])
        .current_dir(world.folder.path())
        .env_remove("OBMEN_SHOP_KEY")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(world.names_in("inbox"), ["goods.xml", "rejected/list.csv"]);
    let receipt = world.read("inbox/rejected/list.csv.receipt.txt");
    assert!(
        receipt
            .contains("line 3: the file ends too early: its last row has 2 cells where 3 belong"),
        "{receipt}"
    );
    world.assert_product("ЧАЙ-100", "349", 46);
}
