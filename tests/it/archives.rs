//! An export in a zip archive is taken like a folder.

use std::io::{Cursor, Write as _};

use obmen::folders::Fate;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::world::World;

pub(crate) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const PRICES: &[u8] = "Артикул;Цена\nЧАЙ-100;5\n".as_bytes();

#[test]
fn the_files_of_an_archive_are_carried_and_its_pictures_left_out() {
    let world = World::new();
    let stock = "Артикул;Остаток\nЧАЙ-100;6\n".as_bytes();
    let picture = b"\xff\xd8\xff picture";
    world.drop_in(
        "v8_1.zip",
        zipped(&[
            ("webdata/a.csv", PRICES),
            ("webdata/b.csv", stock),
            ("webdata/import_files/x.jpg", picture),
        ]),
    );
    world.carry();
    world.assert_product("ЧАЙ-100", "5", 6);
    assert_eq!(
        world.names_in("inbox"),
        [
            "done/v8_1.1/webdata/a.csv",
            "done/v8_1.1/webdata/b.csv",
            "done/v8_1.zip"
        ]
    );
    assert!(
        world
            .read("inbox/done/v8_1.zip.receipt.txt")
            .contains("format: zip")
    );
}

#[test]
fn nothing_of_a_damaged_or_hostile_archive_is_carried() {
    let whole = zipped(&[("a.csv", PRICES), ("b.csv", &b"x".repeat(100_000))]);
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[40..middle].fill(0x55);
    let bomb = zipped(&[
        ("a.csv", PRICES),
        ("zeros.csv", &vec![b'0'; 40 * 1024 * 1024]),
    ]);
    assert!(bomb.len() < 100_000);
    let outside = zipped(&[("a.csv", PRICES), ("../../evil.csv", PRICES)]);
    for (name, content) in [("damaged", damaged), ("bomb", bomb), ("outside", outside)] {
        let world = World::new();
        world.drop_in("x.zip", content);
        let report = world.pass();
        assert_eq!(
            report.files[0].fate,
            Fate::Reject,
            "{name}: {:?}",
            report.files[0].error
        );
        assert_eq!(world.names_in("inbox"), ["rejected/x.zip"], "{name}");
        world.assert_product("ЧАЙ-100", "349", 46);
        assert!(!world.folder.path().join("evil.csv").exists());
    }
}

#[test]
fn an_archive_still_being_written_waits() {
    let world = World::new();
    let whole = zipped(&[("a.csv", PRICES)]);
    world.drop_in("x.zip", &whole[..whole.len() - 30]);
    let report = world.pass();
    assert_eq!(report.waiting.len(), 1, "{report:?}");
    world.drop_in("x.zip", &whole);
    world.carry();
    world.assert_product("ЧАЙ-100", "5", 46);
}
