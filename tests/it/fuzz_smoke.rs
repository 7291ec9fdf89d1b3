//! What the fuzz targets feed at length, for a moment: their corpus, and the same
//! mutations of it every time.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/entry_points.rs"]
mod entry_points;

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let n = u64::try_from(n.max(1)).unwrap();
        usize::try_from(self.0 % n).unwrap()
    }
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut paths: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert_ne!(paths.len(), 0, "no corpus for {target}");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Changes, removes, doubles and swaps pieces, a few at a time.
fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const ODD: [&[u8]; 10] = [
        b"<",
        b">",
        b"\"",
        b"&#x0;",
        b"]]>",
        b"\0",
        b"\xff\xfe",
        b"\xd0",
        b";",
        b"99999999999999999999999999999999",
    ];
    let mut data = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(data.len());
        let end = (at + dice.below(60)).min(data.len());
        match dice.below(6) {
            0 if at < data.len() => data[at] ^= 1 << dice.below(8),
            1 => drop(data.drain(at..end)),
            2 => {
                let piece = data[at..end].to_vec();
                data.splice(at..at, piece);
            }
            3 => drop(data.splice(at..end, ODD[dice.below(ODD.len())].iter().copied())),
            4 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len());
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
            _ => data.truncate(end),
        }
    }
    data
}

fn smoke(target: &str, n: usize, entry_point: fn(&[u8])) {
    let seeds = corpus(target);
    for seed in &seeds {
        entry_point(seed);
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..n {
        entry_point(&mutated(&seeds, &mut dice));
    }
}

#[test]
fn commerceml_stands_mutations() {
    smoke("commerceml", 3_000, entry_points::commerceml);
}

#[test]
fn lists_stand_mutations() {
    smoke("list", 6_000, entry_points::list);
}

#[test]
fn workbooks_stand_mutations() {
    smoke("workbook", 600, entry_points::workbook);
}

#[test]
fn archives_stand_mutations() {
    smoke("archive", 2_000, entry_points::archive);
}

#[test]
fn replies_stand_mutations() {
    smoke("reply", 10_000, entry_points::reply);
}
