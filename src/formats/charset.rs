//! Judges by its bytes which charset a text is written in.

use std::str;

use encoding_rs::{Encoding, IBM866, KOI8_R, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};

/// The most bytes that code pages are compared by.
const LIKENESS: usize = 16 * 1024;

/// The encoding's usual name in lower case.
pub(super) fn name_of(encoding: Option<&'static Encoding>) -> &'static str {
    match encoding {
        Some(encoding) if encoding == WINDOWS_1251 => "windows-1251",
        Some(encoding) if encoding == IBM866 => "cp866",
        Some(encoding) if encoding == KOI8_R => "koi8-r",
        Some(encoding) if encoding == UTF_16LE => "utf-16le",
        Some(encoding) if encoding == UTF_16BE => "utf-16be",
        Some(_) | None => "utf-8",
    }
}

/// The byte order of UTF-16, if that is what these first bytes of a file are.
pub(super) fn utf16_of(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        head => utf16_without_mark(head),
    }
}

/// "Unicode text" of some programs comes without a byte order mark: its ASCII
/// characters then show as pairs of a byte and a zero.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let pairs: Vec<(bool, bool)> = head
        .chunks_exact(2)
        .take(200)
        .filter_map(|pair| match pair {
            [first, second] => Some((*first == 0, *second == 0)),
            _ => None,
        })
        .collect();
    let n_first = pairs
        .iter()
        .filter(|(first, second)| *first && !second)
        .count();
    let n_second = pairs
        .iter()
        .filter(|(first, second)| *second && !first)
        .count();
    // Cyrillic text has its ASCII zeros at separators and line ends only.
    if pairs.len() < 2 || n_first.max(n_second) * 20 < pairs.len() {
        return None;
    }
    match (n_first, n_second) {
        (0, _) => Some(UTF_16LE),
        (_, 0) => Some(UTF_16BE),
        _ => None,
    }
}

/// `sample` begins with a byte that is not ASCII.
pub(super) fn judge(sample: &[u8]) -> &'static Encoding {
    if is_mostly_utf8(sample) {
        return UTF_8;
    }
    // One page tells as much as the whole chunk.
    let sample = sample.get(..LIKENESS).unwrap_or(sample);
    [WINDOWS_1251, IBM866, KOI8_R]
        .into_iter()
        .map(|encoding| (encoding, likeness_to_russian(encoding, sample)))
        // The first of equals stays, so windows-1251 wins where nothing speaks for another.
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map_or(WINDOWS_1251, |(encoding, _)| encoding)
}

/// A single wrong byte in a large UTF-8 file does not make it another charset:
/// Cyrillic in a one-byte code page hardly ever forms a valid UTF-8 sequence.
fn is_mostly_utf8(sample: &[u8]) -> bool {
    let mut rest = sample;
    let (mut n_valid, mut n_wrong) = (0_usize, 0_usize);
    while !rest.is_empty() {
        match str::from_utf8(rest) {
            Ok(text) => {
                n_valid += text.chars().filter(|c| !c.is_ascii()).count();
                break;
            }
            Err(err) => {
                let (valid, behind) = rest.split_at_checked(err.valid_up_to()).unwrap_or_default();
                n_valid += valid.iter().filter(|b| **b >= 0xc0).count();
                // `None`: the sample ends within a character.
                let Some(n_bad) = err.error_len() else { break };
                n_wrong += 1;
                rest = behind.get(n_bad..).unwrap_or_default();
            }
        }
    }
    n_wrong == 0 || n_valid > n_wrong * 8
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Points for what Russian and Ukrainian text looks like under this charset.
fn likeness_to_russian(encoding: &'static Encoding, sample: &[u8]) -> i64 {
    let (text, _) = encoding.decode_without_bom_handling(sample);
    let mut points = 0;
    let mut before = ' ';
    for c in text.chars() {
        // Letters are as frequent in capitals: a list may have nothing else.
        points += match lower(c) {
            'о' | 'е' | 'а' | 'и' | 'н' | 'т' | 'с' | 'р' | 'в' | 'л' | 'к' => 3,
            'а'..='я' | 'ё' | 'і' | 'ї' | 'є' | 'ґ' => 1,
            '№' | '«' | '»' | '—' | '–' | '\u{a0}' | '…' | '°' | '’' | '“' | '”' => {
                0
            }
            c if c.is_ascii() => 0,
            _ => -6,
        };
        // A capital inside a word is what KOI8 makes of windows-1251 and the reverse.
        if before.is_lowercase() && c.is_uppercase() && !c.is_ascii() {
            points -= 4;
        }
        before = c;
    }
    points
}
