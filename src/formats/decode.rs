//! Turns whatever the accounting program wrote into UTF-8.
//!
//! This is the only place that knows charsets exist. The parsers above it are
//! built for UTF-8 and never look at the `encoding="…"` of an XML declaration:
//! the bytes decide. A byte order mark settles it; otherwise text is ASCII until
//! its first other byte, and there the bytes that follow are judged: valid UTF-8
//! is UTF-8, anything else is the Cyrillic code page that makes the most
//! Russian of it.

use std::io::{self, BufRead, Read};
use std::str;

use encoding_rs::{Decoder, Encoding, IBM866, KOI8_R, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};

use crate::formats::{FileError, detect, limits};
use crate::wording::message;

/// How much is read from the source at a time.
const CHUNK: usize = 64 * 1024;
const CHUNK_LIMIT: u64 = 64 * 1024;

/// The fewest bytes a charset is judged by, unless the file is shorter.
const SAMPLE: usize = 4 * 1024;

/// A stream of UTF-8 with line numbers.
pub(super) struct Utf8Reader<R> {
    source: R,
    /// Bytes as they came, not yet turned into text.
    raw: Vec<u8>,
    source_ended: bool,
    /// UTF-8; what lies before `start` has been consumed.
    text: Vec<u8>,
    start: usize,
    /// `None` while everything so far was ASCII.
    decoder: Option<Decoder>,
    finished: bool,
    /// Lines that end before `text[counted]`.
    n_lines: u64,
    counted: usize,
    since_mark: usize,
    has_damage: bool,
}

impl<R: Read> Utf8Reader<R> {
    /// Reads the first chunk. Fails where the bytes are plainly another kind of file.
    pub(super) fn new(source: R) -> Result<Self, FileError> {
        let mut reader = Self {
            source,
            raw: Vec::with_capacity(CHUNK),
            source_ended: false,
            text: Vec::new(),
            start: 0,
            decoder: None,
            finished: false,
            n_lines: 0,
            counted: 0,
            since_mark: 0,
            has_damage: false,
        };
        reader.read_raw().map_err(FileError::Io)?;
        if let Some(kind) = detect::other_kind(&reader.raw) {
            return Err(FileError::OtherFormat { kind });
        }
        let (encoding, mark_len) = match reader.raw.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Some(UTF_8), 3),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => (utf16_of(&reader.raw), 2),
            head => (utf16_of(head), 0),
        };
        reader.raw.drain(..mark_len);
        reader.decoder = encoding.map(Encoding::new_decoder_without_bom_handling);
        Ok(reader)
    }

    /// The text that the first read brought.
    pub(super) fn head(&mut self) -> Result<&str, FileError> {
        let head = self.fill_buf().map_err(FileError::Io)?;
        Ok(str::from_utf8(head).unwrap_or_default())
    }

    /// The line that comes next, from 1.
    pub(super) fn line(&mut self) -> u64 {
        if let Some(passed) = self.text.get(self.counted..self.start) {
            self.n_lines += count_newlines(passed);
            self.counted = self.start;
        }
        self.n_lines + 1
    }

    /// The encoding found so far, by its usual name in lower case.
    pub(super) fn encoding(&self) -> &'static str {
        match self.decoder.as_ref().map(Decoder::encoding) {
            Some(encoding) if encoding == WINDOWS_1251 => "windows-1251",
            Some(encoding) if encoding == IBM866 => "cp866",
            Some(encoding) if encoding == KOI8_R => "koi8-r",
            Some(encoding) if encoding == UTF_16LE => "utf-16le",
            Some(encoding) if encoding == UTF_16BE => "utf-16be",
            Some(_) | None => "utf-8",
        }
    }

    /// True once, after bytes that do not belong to the encoding were replaced by `U+FFFD`.
    pub(super) fn take_damage(&mut self) -> bool {
        std::mem::take(&mut self.has_damage)
    }

    /// Whether [`take_damage`](Self::take_damage) would say so.
    pub(super) fn has_damage(&self) -> bool {
        self.has_damage
    }

    /// A new token begins; see [`limits::TOKEN`].
    pub(super) fn mark(&mut self) {
        self.since_mark = 0;
    }

    /// Appends one chunk of the source to `raw`.
    fn read_raw(&mut self) -> io::Result<()> {
        let n_read = (&mut self.source)
            .take(CHUNK_LIMIT)
            .read_to_end(&mut self.raw)?;
        self.source_ended = n_read < CHUNK;
        Ok(())
    }

    /// Replaces the consumed text by the next piece; empty at the end of the file.
    fn refill(&mut self) -> io::Result<()> {
        self.n_lines += count_newlines(self.text.get(self.counted..).unwrap_or_default());
        self.text.clear();
        self.start = 0;
        self.counted = 0;
        while self.text.is_empty() && !self.finished {
            if self.raw.is_empty() && !self.source_ended {
                self.read_raw()?;
            }
            if self.decoder.is_none() {
                self.pass_ascii()?;
            }
            if self.decoder.is_some() {
                self.decode();
            }
            self.finished = self.source_ended && self.raw.is_empty();
        }
        Ok(())
    }

    /// Hands ASCII on as it is; at the first other byte it settles the charset.
    fn pass_ascii(&mut self) -> io::Result<()> {
        let n_ascii = Encoding::ascii_valid_up_to(&self.raw);
        self.text.extend(self.raw.drain(..n_ascii));
        if self.raw.is_empty() {
            return Ok(());
        }
        while self.raw.len() < SAMPLE && !self.source_ended {
            self.read_raw()?;
        }
        self.decoder = Some(judge(&self.raw).new_decoder_without_bom_handling());
        Ok(())
    }

    fn decode(&mut self) {
        let Some(decoder) = self.decoder.as_mut() else {
            return;
        };
        let already = self.text.len();
        // `None` only where the sum overflows, which `CHUNK` bytes cannot reach.
        let room = decoder
            .max_utf8_buffer_length(self.raw.len())
            .unwrap_or(CHUNK * 4);
        self.text.resize(already + room, 0);
        let target = self.text.get_mut(already..).unwrap_or_default();
        let (_, n_read, n_written, had_errors) =
            decoder.decode_to_utf8(&self.raw, target, self.source_ended);
        self.text.truncate(already + n_written);
        self.raw.drain(..n_read);
        self.has_damage |= had_errors;
    }
}

impl<R: Read> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start >= self.text.len() && !self.finished {
            self.refill()?;
        }
        if self.since_mark > limits::TOKEN {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                message!("limit-token", mb = limits::TOKEN / 1024 / 1024),
            ));
        }
        Ok(self.text.get(self.start..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.start = self.start.saturating_add(amount).min(self.text.len());
        self.since_mark = self.since_mark.saturating_add(amount);
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let n = available.len().min(target.len());
        if let (Some(to), Some(from)) = (target.get_mut(..n), available.get(..n)) {
            to.copy_from_slice(from);
        }
        self.consume(n);
        Ok(n)
    }
}

fn count_newlines(text: &[u8]) -> u64 {
    let n = memchr::memchr_iter(b'\n', text).count();
    u64::try_from(n).unwrap_or(u64::MAX)
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
fn judge(sample: &[u8]) -> &'static Encoding {
    if is_mostly_utf8(sample) {
        return UTF_8;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Артикул;Наименование;Остаток\nЧАЙ-100;Чай чёрный «Ассам» №1;12\nКОФЕ-250;Кофе в зёрнах;3\n";

    fn read_all(bytes: &[u8], step: usize) -> (String, &'static str, u64) {
        let mut reader = Utf8Reader::new(Slow { bytes, step }).unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        (text, reader.encoding(), reader.line())
    }

    /// Gives at most `step` bytes at a time.
    struct Slow<'a> {
        bytes: &'a [u8],
        step: usize,
    }

    impl Read for Slow<'_> {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            let n = self.step.min(target.len()).min(self.bytes.len());
            target[..n].copy_from_slice(&self.bytes[..n]);
            self.bytes = &self.bytes[n..];
            Ok(n)
        }
    }

    fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn the_bytes_decide_the_encoding_however_slowly_they_arrive() {
        let with_mark = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
        for (name, bytes) in [
            ("utf-8", TEXT.as_bytes().to_vec()),
            (
                "utf-8",
                with_mark(b"\xef\xbb\xbf", TEXT.as_bytes().to_vec()),
            ),
            ("windows-1251", WINDOWS_1251.encode(TEXT).0.into_owned()),
            (
                "cp866",
                IBM866.encode(&TEXT.replace(['«', '»'], "'")).0.into_owned(),
            ),
            (
                "koi8-r",
                KOI8_R
                    .encode(&TEXT.replace(['«', '»'], "'").replace('№', "N"))
                    .0
                    .into_owned(),
            ),
            (
                "utf-16le",
                with_mark(b"\xff\xfe", utf16(TEXT, u16::to_le_bytes)),
            ),
            (
                "utf-16be",
                with_mark(b"\xfe\xff", utf16(TEXT, u16::to_be_bytes)),
            ),
            ("utf-16le", utf16(TEXT, u16::to_le_bytes)),
        ] {
            for step in [1, 7, 100_000] {
                let (text, encoding, line) = read_all(&bytes, step);
                assert_eq!((encoding, line), (name, 4), "step {step}");
                assert!(
                    text.contains("ЧАЙ-100;Чай чёрный") && text.contains("Кофе в зёрнах;3"),
                    "{name}: {text}"
                );
            }
        }
    }

    #[test]
    fn a_list_of_capitals_is_told_by_its_letters() {
        let list = "Артикул;Остаток\n".to_owned() + &"АРТ-0000001;5\n".repeat(500);
        for (encoding, name) in [
            (WINDOWS_1251, "windows-1251"),
            (KOI8_R, "koi8-r"),
            (IBM866, "cp866"),
        ] {
            let bytes = encoding.encode(&list).0;
            assert_eq!(read_all(&bytes, 100_000).1, name);
        }
    }

    #[test]
    fn one_wrong_byte_does_not_make_utf8_another_charset() {
        let mut bytes = TEXT.repeat(3).into_bytes();
        let at = TEXT.len() + "Арт".len();
        bytes.insert(at, 0xff);
        let mut reader = Utf8Reader::new(bytes.as_slice()).unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(reader.encoding(), "utf-8");
        assert!(reader.take_damage() && !reader.take_damage());
        assert!(text.contains("Арт\u{fffd}икул"));
    }

    #[test]
    fn late_cyrillic_behind_much_ascii_is_still_judged() {
        let mut bytes = "a;b;c\n".repeat(30_000).into_bytes();
        bytes.extend(WINDOWS_1251.encode("Молоко топлёное").0.iter());
        let (text, encoding, line) = read_all(&bytes, 100_000);
        assert_eq!((encoding, line), ("windows-1251", 30_001));
        assert!(text.ends_with("Молоко топлёное"));
    }

    #[test]
    fn a_token_without_end_is_stopped() {
        let mut reader = Utf8Reader::new(io::repeat(b'x')).unwrap();
        let err = loop {
            match reader.fill_buf() {
                Ok(text) => {
                    let n = text.len();
                    reader.consume(n);
                }
                Err(err) => break err,
            }
        };
        assert_eq!(err.kind(), io::ErrorKind::FileTooLarge);
    }
}
