//! Turns whatever the accounting program wrote into UTF-8.
//!
//! Together with `charset`, which judges, and `pieces`, which decodes, this is the only
//! place that knows charsets exist. The parsers above it are
//! built for UTF-8 and never look at the `encoding="…"` of an XML declaration:
//! the bytes decide. A byte order mark settles it; otherwise text is ASCII until
//! its first other byte, and there the bytes that follow are judged: valid UTF-8
//! is UTF-8, anything else is the Cyrillic code page that makes the most
//! Russian of it.

use std::io::{self, BufRead, Read};
use std::str;

use crate::formats::pieces::{Decoding, Piece};
use crate::formats::{FileError, charset, detect, limits};
use crate::wording::message;

/// A stream of UTF-8 with line numbers.
pub(super) struct Utf8Reader<R> {
    decoding: Decoding<R>,
    /// What lies before `start` of its text has been consumed.
    piece: Piece,
    start: usize,
    /// Lines that end before `counted`.
    n_lines: u64,
    counted: usize,
    since_mark: usize,
    has_damage: bool,
}

impl<R: Read> Utf8Reader<R> {
    /// Reads the first chunk. Fails where the bytes are plainly another kind of file.
    pub(super) fn new(source: R) -> Result<Self, FileError> {
        let decoding = Decoding::new(source).map_err(FileError::Io)?;
        if let Some(kind) = detect::other_kind(decoding.head()) {
            return Err(FileError::OtherFormat { kind });
        }
        Ok(Self {
            decoding,
            piece: Piece::default(),
            start: 0,
            n_lines: 0,
            counted: 0,
            since_mark: 0,
            has_damage: false,
        })
    }

    /// The text that the first read brought.
    pub(super) fn head(&mut self) -> Result<&str, FileError> {
        let head = self.fill_buf().map_err(FileError::Io)?;
        Ok(str::from_utf8(head).unwrap_or_default())
    }

    /// The line that comes next, from 1.
    pub(super) fn line(&mut self) -> u64 {
        if let Some(passed) = self.piece.text.get(self.counted..self.start) {
            self.n_lines += count_newlines(passed);
            self.counted = self.start;
        }
        self.n_lines + 1
    }

    /// The encoding found so far, by its usual name in lower case.
    pub(super) fn encoding(&self) -> &'static str {
        charset::name_of(self.piece.encoding)
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

    /// What has been brought and not yet been consumed; without a look for more.
    pub(super) fn rest(&self) -> &[u8] {
        self.piece
            .text
            .get(self.start..self.piece.end)
            .unwrap_or_default()
    }

    /// Replaces the consumed text by the next piece; empty at the end of the file. Apart from
    /// `fill_buf`, which is asked for each token and must stay small.
    #[cold]
    fn refill(&mut self) -> io::Result<()> {
        let passed = self.piece.text.get(self.counted..self.piece.end);
        self.n_lines += count_newlines(passed.unwrap_or_default());
        self.counted = self.piece.end;
        self.decoding.next(&mut self.piece)?;
        self.start = 0;
        self.counted = 0;
        self.has_damage |= self.piece.has_damage;
        Ok(())
    }
}

impl<R: Read> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start >= self.piece.end && !self.piece.is_last {
            self.refill()?;
        }
        if self.since_mark > limits::TOKEN {
            return Err(too_long());
        }
        Ok(self.rest())
    }

    fn consume(&mut self, amount: usize) {
        self.start = self.start.saturating_add(amount).min(self.piece.end);
        self.since_mark = self.since_mark.saturating_add(amount);
    }
}

#[cold]
fn too_long() -> io::Error {
    let too_long = message!("limit-token", mb = limits::TOKEN / 1024 / 1024);
    io::Error::new(io::ErrorKind::FileTooLarge, too_long)
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

pub(super) fn count_newlines(text: &[u8]) -> u64 {
    let n = memchr::memchr_iter(b'\n', text).count();
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{IBM866, KOI8_R, WINDOWS_1251};

    use super::*;

    const TEXT: &str = "Артикул;Наименование;Остаток\nЧАЙ-100;Чай чёрный «Ассам» №1;12\nКОФЕ-250;Кофе в зёрнах;3\n";

    fn read_all(bytes: &[u8], step: usize) -> (String, &'static str, u64) {
        let source = Slow {
            bytes: bytes.to_vec(),
            at: 0,
            step,
        };
        let mut reader = Utf8Reader::new(source).unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        (text, reader.encoding(), reader.line())
    }

    /// Gives at most `step` bytes at a time.
    struct Slow {
        bytes: Vec<u8>,
        at: usize,
        step: usize,
    }

    impl Read for Slow {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            let rest = &self.bytes[self.at..];
            let n = self.step.min(target.len()).min(rest.len());
            target[..n].copy_from_slice(&rest[..n]);
            self.at += n;
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

    /// What a file is, and what separates the cells of a list, is told by its first piece.
    #[test]
    fn the_first_piece_does_not_end_at_the_first_letter_or_the_first_wrong_byte() {
        let quoted = format!("\"{TEXT}");
        let mut damaged = quoted.clone().into_bytes();
        damaged[3] = 0xff;
        for bytes in [
            quoted.as_bytes().to_vec(),
            WINDOWS_1251.encode(&quoted).0.into_owned(),
            damaged,
        ] {
            let mut reader = Utf8Reader::new(bytes.as_slice()).unwrap();
            assert!(
                reader.head().unwrap().contains("КОФЕ-250;Кофе"),
                "{bytes:?}"
            );
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
