//! How much memory the reader asks for, row by row: a regression shows here on any
//! machine, however busy, because no clock is involved.

use encoding_rs::{UTF_8, WINDOWS_1251};
use obmen::formats::{self, CsvOptions};

use crate::generate::{Kind, Make};

/// Requests for memory while a file is read to its end, its facts dropped as they come.
fn n_requests(make: Make) -> u64 {
    let mut file = Vec::new();
    make.write(&mut file).unwrap();
    let info = allocation_counter::measure(|| {
        for row in formats::read(file.as_slice(), &CsvOptions::default()).unwrap() {
            row.unwrap().unwrap();
        }
    });
    info.count_total
}

/// Between two files whose buffers have grown alike, so that what is asked for once does
/// not count. Elements that are skipped must not ask for anything: most of an export is such.
#[test]
fn a_row_asks_for_little_more_than_what_it_states() {
    const N: u32 = 800;
    let mut too_many = Vec::new();
    for (kind, at_most) in [
        (Kind::Offers, 9),
        (Kind::Prices, 5),
        (Kind::Rests, 4),
        (Kind::Goods, 20),
        (Kind::Csv, 1),
    ] {
        for encoding in [UTF_8, WINDOWS_1251] {
            let of = |n| {
                n_requests(Make {
                    encoding,
                    ..Make::utf8(kind, n)
                })
            };
            let n_a_row = (of(4 * N) - of(3 * N)).div_ceil(u64::from(N));
            if n_a_row > at_most {
                let name = encoding.name();
                too_many.push(format!(
                    "{kind:?} in {name}: {n_a_row} a row, not {at_most}"
                ));
            }
        }
    }
    assert_eq!(too_many, [""; 0]);
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let peak = |n| {
        let mut file = Vec::new();
        Make::utf8(Kind::Offers, n).write(&mut file).unwrap();
        let info = allocation_counter::measure(|| {
            let facts = formats::read(file.as_slice(), &CsvOptions::default()).unwrap();
            assert!(facts.count() > usize::try_from(n).unwrap());
        });
        info.bytes_max
    };
    // Room for a longer record, not for more of them.
    assert!(peak(8_000) < peak(1_000) + 16 * 1_024);
}
