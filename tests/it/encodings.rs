//! A file says the same in whatever encoding it comes, and however slowly.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, IBM866, KOI8_R, UTF_8, UTF_16LE, WINDOWS_1251};
use obmen::formats::{self, CsvOptions, Facts, FileError, Summary};

use crate::facts;

/// From the corpus: every version, lists and 1C 7.7, the smaller ones, since
/// each is read more than a dozen times.
const FROM_CORPUS: [&str; 12] = [
    "AlexMobiCraft__FREESPORT-B2B__rests.xml",
    "BrandyMint__CommerceML__catalog.xml",
    "Denis-777__test__import.xml",
    "Denis-777__test__offers.xml",
    "alexander-rakov__1C-CommerceML-Exchange77-8x__Sale77.xml",
    "alexander-rakov__1C-CommerceML-Exchange77-8x__Transformed77-Order8x.xml",
    "bigperson__exchange1c__classifier.xml",
    "carono__php-commerceml__orders.xml",
    "dobromyslov__commerceml-parser__bitrix-query-response-full.xml",
    "gillbeits__commerceml__import.xml",
    "mikohan__old_procenka__TDSheet-excerpt.csv",
    "wuriken__DatalogicScorpio__Exchange_Products.csv",
];

/// Gives at most `step` bytes at a time.
struct Slow {
    bytes: Cursor<Vec<u8>>,
    step: usize,
}

impl Read for Slow {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let n = self.step.min(target.len());
        self.bytes.read(&mut target[..n])
    }
}

/// All that the file says: facts, faults and lines, and the summary without the encoding.
fn everything(bytes: &[u8], step: usize) -> (Vec<String>, Summary) {
    let read = || {
        let bytes = Cursor::new(bytes.to_vec());
        formats::read(Slow { bytes, step }, &CsvOptions::default())
    };
    let here = said(read());
    let ahead = said(read().map(|facts| facts.ahead().unwrap()));
    assert_eq!(here, ahead, "with a thread that reads ahead");
    here
}

fn said(facts: Result<Facts<Slow>, FileError>) -> (Vec<String>, Summary) {
    let mut said = Vec::new();
    let mut facts = match facts {
        Ok(facts) => facts,
        Err(err) => return (vec![format!("{err:?}")], Summary::default()),
    };
    for row in &mut facts {
        said.push(format!("{row:?}"));
    }
    let summary = Summary {
        encoding: "",
        ..facts.summary()
    };
    (said, summary)
}

fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes_of).collect()
}

/// `None` where the encoding lacks a character of the text.
fn in_code_page(text: &str, encoding: &'static Encoding) -> Option<Vec<u8>> {
    let (bytes, _, has_replacements) = encoding.encode(text);
    (!has_replacements).then(|| bytes.into_owned())
}

/// The text as other programs would have saved it, each with a name for the report.
fn variants(text: &str) -> Vec<(String, Vec<u8>)> {
    let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
    let mut variants = vec![
        ("utf-8".to_owned(), text.as_bytes().to_vec()),
        (
            "utf-8 with a mark".to_owned(),
            marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()),
        ),
        (
            "utf-16le".to_owned(),
            marked(b"\xff\xfe", utf16(text, u16::to_le_bytes)),
        ),
        (
            "utf-16be".to_owned(),
            marked(b"\xfe\xff", utf16(text, u16::to_be_bytes)),
        ),
    ];
    variants
        .extend(in_code_page(text, WINDOWS_1251).map(|bytes| ("windows-1251".to_owned(), bytes)));
    for declared in ["windows-1251", "UTF-16", "koi8-r", "nonsense"] {
        let Some(lie) = declaring(text, declared) else {
            break;
        };
        variants.extend(
            [UTF_8, WINDOWS_1251, UTF_16LE]
                .into_iter()
                .filter(|encoding| !encoding.name().eq_ignore_ascii_case(declared))
                .filter_map(|encoding| {
                    let bytes = if encoding == UTF_16LE {
                        marked(b"\xff\xfe", utf16(&lie, u16::to_le_bytes))
                    } else {
                        in_code_page(&lie, encoding)?
                    };
                    Some((format!("{} that claims {declared}", encoding.name()), bytes))
                }),
        );
    }
    variants
}

/// The XML with another `encoding="…"`; `None` where it declares none.
fn declaring(text: &str, encoding: &str) -> Option<String> {
    let end = text.find("?>").filter(|_| text.starts_with("<?xml"))?;
    let (declaration, rest) = text.split_at(end);
    let (before, declared) = declaration.split_once("encoding=")?;
    let quote = declared.chars().next()?;
    let behind = declared.split(quote).nth(2)?;
    Some(format!(
        "{before}encoding={quote}{encoding}{quote}{behind}{rest}"
    ))
}

/// Compares all variants with the file as it lies there; says how many were compared.
fn compare(path: &Path) -> usize {
    let bytes = fs::read(path).unwrap();
    let expected = everything(&bytes, usize::MAX);
    let name = path.display();
    assert!(!expected.0.is_empty(), "{name} says nothing");
    for step in [1, 7, 4_096] {
        assert!(
            everything(&bytes, step) == expected,
            "{name} says something else in steps of {step} bytes"
        );
    }
    let encoding = Encoding::for_bom(&bytes).map_or_else(
        || {
            if std::str::from_utf8(&bytes).is_ok() {
                UTF_8
            } else {
                WINDOWS_1251
            }
        },
        |(encoding, _)| encoding,
    );
    let text = encoding.decode_with_bom_removal(&bytes).0;
    let variants = variants(&text);
    for (variant, bytes) in &variants {
        for step in [usize::MAX, 13] {
            let found = everything(bytes, step);
            let first = expected.0.iter().zip(&found.0).find(|(a, b)| a != b);
            assert!(
                found == expected,
                "{name} as {variant}: {first:?}, {:?} and {:?}",
                expected.1,
                found.1
            );
        }
    }
    variants.len()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_sample_says_the_same_in_every_encoding() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut n_variants = 0;
    for path in files_below(&samples) {
        if path.extension() == Some("xlsx".as_ref()) {
            let bytes = fs::read(&path).unwrap();
            assert!(everything(&bytes, 1) == everything(&bytes, usize::MAX));
        } else {
            n_variants += compare(&path);
        }
    }
    assert!(n_variants > 80, "only {n_variants} variants");
}

#[test]
fn real_files_say_the_same_in_every_encoding() {
    let Some(corpus) = facts::folder("OBMEN_CORPUS") else {
        return;
    };
    let n_variants: usize = FROM_CORPUS
        .iter()
        .map(|name| compare(&corpus.join(name)))
        .sum();
    assert!(n_variants > 100, "only {n_variants} variants");
}

/// The single-byte code pages of DOS and old Unix are told from windows-1251 by
/// what they make of Russian.
#[test]
fn lists_come_in_the_code_pages_of_old_systems_too() {
    let text = "Артикул;Наименование;Цена;Остаток\nЧАЙ-100;Чай чёрный байховый;349,50;12\n";
    let expected = everything(text.as_bytes(), usize::MAX);
    for encoding in [IBM866, KOI8_R] {
        let bytes = in_code_page(text, encoding).unwrap();
        assert_eq!(everything(&bytes, 5), expected, "{}", encoding.name());
    }
}
