//! Files that mean harm, or are as broken as if they did: each ends with a reason,
//! within bounded memory, and touches nothing outside of its folder.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, Cursor, Read};
#[cfg(unix)]
use std::process::Command;

use obmen::domain::Fact;
use obmen::folders::Fate;
use obmen::formats::archive::{self, ArchiveError};
use obmen::formats::{self, CsvOptions, FileError};
use obmen::journal::OutcomeKind;

use crate::archives::zipped;
use crate::world::World;

const OPEN: &str = "<КоммерческаяИнформация>";

/// Text in front, and then the same again and again, as long as somebody reads.
struct Endless<'a> {
    head: &'a [u8],
    unit: &'a [u8],
    at: usize,
    n_read: &'a Cell<u64>,
}

impl Read for Endless<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let source = if self.head.is_empty() {
            &self.unit[self.at..]
        } else {
            self.head
        };
        let n = source.len().min(target.len());
        target[..n].copy_from_slice(&source[..n]);
        if self.head.is_empty() {
            self.at = (self.at + n) % self.unit.len();
        } else {
            self.head = &self.head[n..];
        }
        self.n_read
            .set(self.n_read.get() + u64::try_from(n).unwrap());
        Ok(n)
    }
}

/// How a file without an end is refused, and how many megabytes of it were read.
fn refusal_of_endless(head: &str, unit: &str) -> (FileError, u64) {
    let n_read = Cell::new(0);
    let source = Endless {
        head: head.as_bytes(),
        unit: unit.as_bytes(),
        at: 0,
        n_read: &n_read,
    };
    let refused = formats::read(source, &CsvOptions::default()).and_then(|facts| {
        for row in facts {
            drop(row?);
        }
        Ok(())
    });
    (refused.unwrap_err(), n_read.get() / 1024 / 1024)
}

fn read_all(text: &str) -> Result<Vec<Fact>, FileError> {
    let mut found = Vec::new();
    for row in formats::read(text.as_bytes(), &CsvOptions::default())? {
        found.extend(row?.ok());
    }
    Ok(found)
}

/// Nothing is gathered without a bound: each of these would go on for ever, and
/// what is read of it is what can be in memory.
#[test]
fn a_piece_without_an_end_is_refused_within_a_bound() {
    let piece = "x".repeat(4_096);
    for (head, unit, reason, most_mb) in [
        // One line, of a list and of an XML.
        ("Артикул;Цена\n".to_owned(), "x", "longer than 16 MB", 18),
        (OPEN.to_owned(), "x", "longer than 16 MB", 18),
        (format!("{OPEN}<!--"), "x", "longer than 16 MB", 18),
        (format!("{OPEN}<a "), "b='x' ", "longer than 16 MB", 18),
        // Text between tags, piece by piece.
        (
            format!("{OPEN}<a>"),
            &format!("{piece}<!---->"),
            "32 MB of text",
            34,
        ),
        (
            format!("{OPEN}<a>"),
            &format!("{piece}&amp;"),
            "32 MB of text",
            34,
        ),
    ] {
        assert_refused(&head, unit, reason, most_mb);
    }
}

/// More and more cells, levels, or parts of one element.
#[test]
fn an_element_without_an_end_is_refused_within_a_bound() {
    let product = format!("{OPEN}<Каталог><Товары><Товар><Ид>1</Ид>");
    let offer = format!("{OPEN}<ПакетПредложений><Предложения><Предложение><Ид>1</Ид>");
    let parts = "one product or offer has more than 100000 elements";
    let cells = format!("\"{}\nx\";", "x".repeat(40));
    for (head, unit, reason, most_mb) in [
        ("Артикул;Цена\n", cells.as_str(), "4096 cells", 2),
        (OPEN, "<a>", "deeper than 200", 1),
        (OPEN, "<Каталог><Товары>", "deeper than 200", 1),
        (
            &format!("{offer}<Цены>"),
            "<Цена><ЦенаЗаЕдиницу>1</ЦенаЗаЕдиницу></Цена>",
            parts,
            6,
        ),
        (
            &offer,
            "<Склад ИдСклада='w' КоличествоНаСкладе='1'/>",
            parts,
            8,
        ),
        (
            &format!("{product}<ЗначенияРеквизитов>"),
            "<ЗначениеРеквизита><Наименование>a</Наименование><Значение>b</Значение></ЗначениеРеквизита>",
            parts,
            7,
        ),
        (&product, "<Картинка>x</Картинка>", parts, 6),
        (
            &format!("{OPEN}<Документ><Ид>1</Ид><Товары>"),
            "<Товар/>",
            "one document has more than 1000000 elements",
            18,
        ),
    ] {
        assert_refused(head, unit, reason, most_mb);
    }
}

#[track_caller]
fn assert_refused(head: &str, unit: &str, reason: &str, most_mb: u64) {
    let (err, n_mb) = refusal_of_endless(head, unit);
    let shown: String = head.chars().chain(unit.chars()).take(120).collect();
    assert!(err.to_string().contains(reason), "{shown}…: {err}");
    assert!(n_mb <= most_mb, "{shown}…: {n_mb} MB read");
}

#[test]
fn large_texts_of_one_product_are_bounded_together() {
    let picture = format!("<Картинка>{}</Картинка>", "x".repeat(1024 * 1024));
    let (err, n_mb) = refusal_of_endless(&format!("{OPEN}<Каталог><Товары><Товар>"), &picture);
    assert!(err.to_string().contains("32 MB of text"), "{err}");
    assert!(n_mb <= 36, "{n_mb}");
}

/// Line breaks between elements are not gathered, however long the file.
#[test]
fn blanks_between_elements_cost_no_memory() {
    let blank = " ".repeat(1024 * 1024);
    let mut text = format!("{OPEN}<Каталог><Товары>");
    for _ in 0..40 {
        text.push_str(&blank);
        text.push_str("<Товар><Ид>1</Ид></Товар>");
    }
    text.push_str("</Товары></Каталог></КоммерческаяИнформация>");
    assert_eq!(read_all(&text).unwrap().len(), 40);
}

#[test]
fn entities_and_document_types_are_refused_at_once() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]>";
    for head in [
        bomb,
        "<!DOCTYPE КоммерческаяИнформация SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://127.0.0.1:1/x.dtd\"> %x;]>",
        "<!DOCTYPE a PUBLIC \"-//W3C//DTD XHTML 1.0//EN\" \"http://127.0.0.1:1/\">",
    ] {
        let text = format!("<?xml version=\"1.0\"?>{head}{OPEN}&c;</КоммерческаяИнформация>");
        assert_eq!(read_all(&text).unwrap_err().code(), "dtd", "{head}");
    }
    let text = format!("{OPEN}&undefined\u{1b}[2J;</КоммерческаяИнформация>");
    let err = read_all(&text).unwrap_err().to_string();
    assert!(err.contains("`&undefined\\u{1b}[2J;`"), "{err}");
}

#[test]
fn many_attributes_and_columns_are_read_or_refused_but_not_for_ever() {
    let mut text = format!("{OPEN}<Каталог><Товары><Товар ");
    for n in 0..100_000 {
        write!(text, "a{n}='x' ").unwrap();
    }
    text.push_str("Статус='Удален'><Ид>1</Ид></Товар></Товары></Каталог></КоммерческаяИнформация>");
    let facts = read_all(&text).unwrap();
    assert!(matches!(&facts[0], Fact::Product(product) if product.deleted));

    let header = ";c".repeat(4_000);
    let row = ";x".repeat(4_000);
    let list = format!(
        "Артикул;Цена{header}\n{}",
        format!("A1;5{row}\n").repeat(20)
    );
    assert_eq!(read_all(&list).unwrap().len(), 20);
    let wider = format!("Артикул;Цена\nA1;5{}\n", ";x".repeat(5_000));
    let err = read_all(&wider).unwrap_err();
    assert_eq!((err.code(), err.line()), ("limit", Some(2)));
}

#[test]
fn numbers_that_no_shop_holds_cost_their_row_only() {
    for number in [
        "1e308",
        "1e3",
        "999999999999999999999999999999999999",
        "0.0000000000000000000000000000000000001",
        "-1",
        "NaN",
        "inf",
        "٣",
        "١٢",
        "--5",
        "1\u{202e}2",
    ] {
        let world = World::new();
        world.drop_in(
            "list.csv",
            format!("Артикул;Цена\nЧАЙ-100;{number}\n00123;5\n"),
        );
        let report = world.pass();
        assert_eq!(report.files[0].fate, Fate::Archive, "{number}");
        world
            .assert_product("ЧАЙ-100", "349", 46)
            .assert_product("00123", "5", 15);
    }
    let world = World::new();
    world.drop_in(
        "list.csv",
        "Артикул;Остаток\nЧАЙ-100;99999999999\n00123;5\n",
    );
    assert_eq!(world.carry().files[0].tally.n(OutcomeKind::Rejected), 1);
    world.assert_product("ЧАЙ-100", "349", 46);
}

/// The shop would cut them without a word, and two articles would become one.
#[test]
fn what_the_shop_would_cut_off_is_refused_with_a_reason() {
    let world = World::new();
    let long = |n: usize| "ж".repeat(n);
    world.drop_in(
        "new.csv",
        format!(
            "Артикул;Наименование;Цена\n{};Длинный;1\nА2;{};2\nА3;{}\"\"\";3\nА4;Нуль\u{0};4\nА5;{};5\n",
            long(65),
            long(256),
            long(250),
            long(255),
        )
        .replace("А3;", "А3;\""),
    );
    world.carry();
    let receipt = world.read("inbox/done/new.csv.receipt.txt");
    for reason in [
        "longer than 64 characters",
        "line 3: А2 product: rejected: its name is longer than 255",
        // In the shop a quotation mark takes six characters.
        "line 4: А3 product: rejected: its name is longer than 255",
        "line 5: А4 product: rejected: its name holds a character",
    ] {
        assert!(receipt.contains(reason), "{reason} in\n{receipt}");
    }
    assert!(world.shop.product("А5").is_some());
    assert_eq!(world.shop.products().len(), 4);
    // An id of a megabyte is none.
    let id = "x".repeat(1024 * 1024);
    world.drop_in(
        "goods.xml",
        format!("{OPEN}<Каталог><Товары><Товар><Ид>{id}</Ид><Артикул>А6</Артикул><Наименование>Чай</Наименование></Товар></Товары></Каталог></КоммерческаяИнформация>"),
    );
    world.carry();
    let receipt = world.read("inbox/done/goods.xml.receipt.txt");
    assert!(
        receipt.contains("longer than 255 characters"),
        "{receipt:.300}"
    );
    assert!(receipt.len() < 1_000);
}

/// Files made by a person on purpose, to be opened by another in Excel.
#[test]
fn no_table_that_is_written_holds_a_formula() {
    let world = World::new();
    world.drop_in(
        "list.csv",
        "Артикул;Цена\n=HYPERLINK(\"http://x\");x\n@SUM(A1);5\n\"+cmd|' /C calc'!A0\";7\n-2+3;8\n",
    );
    world
        .shop
        .edit_product("00123", |product| product.name = "=1+1".to_owned());
    world.pass();
    let receipt = world.read("inbox/done/list.csv.receipt.csv");
    let is_formula = |cell: &str| {
        let cell = cell.trim_start_matches('"');
        cell.starts_with(['=', '+', '@']) || (cell.starts_with('-') && cell != "-")
    };
    for cell in receipt.lines().flat_map(|line| line.split(';')) {
        assert!(!is_formula(cell), "{cell} in\n{receipt}");
    }
    assert!(receipt.contains("'@SUM(A1)"), "{receipt}");
    let exchange = obmen::pipeline::Exchange::new(world.settings.clone()).unwrap();
    let outbox = obmen::folders::Outbox::open(&world.settings.outbox).unwrap();
    obmen::pipeline::fetch_list(
        obmen::pipeline::ListKind::Products,
        &exchange,
        &world.journal(),
        Some(&outbox),
    )
    .unwrap();
    assert!(world.read("outbox/products.csv").contains(";'=1+1;"));
}

/// As a hostile program would: the writer itself mends such names.
fn renamed(archive: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut archive = archive.to_vec();
    while let Some(at) = archive
        .windows(from.len())
        .position(|window| window == from.as_bytes())
    {
        archive[at..at + from.len()].copy_from_slice(to.as_bytes());
    }
    archive
}

fn names_in(archive: &[u8]) -> Result<Vec<String>, ArchiveError> {
    let mut names = Vec::new();
    archive::unpack(
        Cursor::new(archive),
        |_| true,
        |path, content| {
            io::copy(content, &mut io::sink()).map_err(ArchiveError::Io)?;
            names.push(path.to_string_lossy().replace('\\', "/"));
            Ok::<_, ArchiveError>(())
        },
    )?;
    Ok(names)
}

#[test]
fn names_in_an_archive_stay_below_it_on_every_system() {
    let whole = zipped(&[("0123456789.csv", b"a;b\n")]);
    for name in [
        "../../ev/i.csv",
        "..\\..\\evil.csv",
        "a/../../e.csvx",
        "/etc/cron.d/xx",
        "C:\\Temp\\xy.csv",
        "c:/Windows/x.c",
        "\\\\host\\share\\x",
        "abc:stream.csv",
        "a\u{0}23456789.csv",
        "a\n23456789.csv",
        "nul.3456789.cs",
        "a/b/com1.csvxx",
        "aa//bb//cc.csv",
    ] {
        let archive = renamed(&whole, "0123456789.csv", name);
        let found = names_in(&archive);
        assert!(
            matches!(
                found,
                Err(ArchiveError::Outside(_) | ArchiveError::Damaged(_))
            ),
            "{name:?}: {found:?}"
        );
    }
    let archive = renamed(&whole, "0123456789.csv", "web\\data\\a.csv");
    assert_eq!(names_in(&archive).unwrap(), ["web/data/a.csv"]);
    let twice = zipped(&[("a.csv", b"1"), ("A.CSV", b"2")]);
    assert!(matches!(names_in(&twice), Err(ArchiveError::Damaged(_))));
    let long = zipped(&[(&"ж".repeat(130), b"1")]);
    assert!(matches!(names_in(&long), Err(ArchiveError::Outside(_))));
}

/// An archive or a workbook that says of a part that it is small, and it is not.
#[test]
fn a_bomb_that_lies_about_its_size_is_refused() {
    let zeros = vec![b'0'; 20 * 1024 * 1024];
    let declared = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    let lying = |archive: Vec<u8>| {
        let mut archive = archive;
        while let Some(at) = archive.windows(4).position(|window| window == declared) {
            archive[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
        }
        archive
    };
    let archive = lying(zipped(&[("a.csv", &zeros)]));
    assert!(archive.len() < 100_000);
    let refused = names_in(&archive).unwrap_err();
    assert!(
        matches!(refused, ArchiveError::Bomb | ArchiveError::Damaged(_)),
        "{refused}"
    );
    let workbook = lying(zipped(&[
        ("[Content_Types].xml", b"<x/>"),
        ("xl/workbook.xml", b"<x/>"),
        ("xl/sharedStrings.xml", &zeros),
    ]));
    let refused = formats::read(workbook.as_slice(), &CsvOptions::default())
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(refused.code(), "limit" | "broken"), "{refused}");
}

#[test]
fn binary_noise_and_zero_bytes_are_no_list() {
    let world = World::new();
    world
        .drop_in("zeros.csv", vec![0; 100_000])
        .drop_in(
            "noise.csv",
            (0..100_000_u32)
                .flat_map(|n| (n.wrapping_mul(2_654_435) | 0x8080_8080).to_le_bytes())
                .collect::<Vec<_>>(),
        )
        .drop_in(
            "late.csv",
            "Артикул;Остаток\nЧАЙ-100;5\n".to_owned() + &"X;1\n".repeat(100) + "00\u{0}123;7\n",
        );
    world.pass();
    let names = world.names_in("inbox");
    assert_eq!(
        names,
        ["done/late.csv", "rejected/noise.csv", "rejected/zeros.csv"]
    );
    world
        .assert_product("ЧАЙ-100", "349", 5)
        .assert_product("00123", "199", 15);
}

/// The file, its folder and a link to the inbox itself.
#[cfg(unix)]
#[test]
fn links_are_not_followed_and_told_once() {
    use std::os::unix::fs::symlink;
    let world = World::new();
    let outside = world.folder.path().join("outside");
    crate::world::put(
        &outside.join("secret.csv"),
        "Артикул;Цена\nЧАЙ-100;1\n".as_bytes(),
    );
    world.drop_in("real.csv", "Артикул;Цена\n00123;5\n");
    symlink(outside.join("secret.csv"), world.inbox().join("link.csv")).unwrap();
    symlink(&outside, world.inbox().join("folder")).unwrap();
    symlink(world.inbox(), world.inbox().join("loop")).unwrap();
    symlink("nowhere", world.inbox().join("dangling.csv")).unwrap();
    world.write_config();
    let output = Command::new(env!("CARGO_BIN_EXE_obmen"))
        .args(["run", "--once"])
        .current_dir(world.folder.path())
        .env_remove("OBMEN_SHOP_KEY")
        .env("OBMEN_LOG", "info")
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    // A pass looks twice.
    assert_eq!(
        log.matches("is a link and is left alone").count(),
        4,
        "{log}"
    );
    world
        .assert_product("00123", "5", 15)
        .assert_product("ЧАЙ-100", "349", 46);
    assert!(outside.join("secret.csv").is_file());
    assert!(world.inbox().join("link.csv").is_symlink());
}

/// Names and fields reach the log, the receipts and the screen: none of them may
/// begin a line of its own, steer a terminal or turn the writing round.
#[cfg(unix)]
#[test]
fn nothing_from_outside_forges_a_line_or_steers_a_terminal() {
    let world = World::new();
    world.write_config();
    let name = "a\n2026-01-01 00:00:00  INFO forged\u{1b}[2J\u{202e}vsc.csv";
    world.drop_in(
        name,
        "Артикул;Наименование;Цена\n\"А1\n2026-01-01  INFO forged\";\"x\";5\n;\"Чай\nline 9: forged\u{202e}\";\"6\nline 7: forged\"\n",
    );
    world.drop_in("b\r\nINFO forged.xml", "<x\u{1b}forged/>");
    for arguments in [
        &["run", "--once"][..],
        &["history"],
        &["show", "1"],
        &["show", "2"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_obmen"))
            .args(arguments)
            .current_dir(world.folder.path())
            .env_remove("OBMEN_SHOP_KEY")
            .env("OBMEN_LOG", "info")
            .output()
            .unwrap();
        for bytes in [output.stdout, output.stderr] {
            assert_harmless(&String::from_utf8(bytes).unwrap());
        }
    }
    let receipts: Vec<_> = ["done", "rejected"]
        .into_iter()
        .flat_map(|folder| world.inbox().join(folder).read_dir().unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".receipt.txt"))
        .collect();
    assert_eq!(receipts.len(), 2);
    for receipt in receipts {
        assert_harmless(&std::fs::read_to_string(receipt).unwrap());
    }
}

#[cfg(unix)]
#[track_caller]
fn assert_harmless(text: &str) {
    assert!(
        !text.contains(['\u{1b}', '\u{202e}', '\r', '\u{0}']),
        "{text:?}"
    );
    for line in text.lines() {
        let is_forged = ["INFO forged", "2026-01-01", "line 9"]
            .iter()
            .any(|start| line.trim_start().starts_with(start));
        assert!(!is_forged, "{line:?} in\n{text}");
    }
}
