//! Brings the bytes of a file as UTF-8, a piece at a time.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};

use crate::formats::charset::{judge, utf16_of};

/// How much is read from the source at a time.
const CHUNK: usize = 64 * 1024;

/// The fewest bytes a charset is judged by, unless the file is shorter.
const SAMPLE: usize = 4 * 1024;

/// How many bytes are looked at together for ASCII.
const N_AT_ONCE: usize = 8;

/// Bytes of a character in UTF-8, at most.
const MAX_CHARACTER: usize = 4;

/// A piece of the text, and what is known of the file by its end.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// UTF-8 up to `end`; what lies behind is of no meaning.
    pub(super) text: Vec<u8>,
    pub(super) end: usize,
    pub(super) encoding: Option<&'static Encoding>,
    /// Bytes that do not belong to the encoding were replaced by `U+FFFD`.
    pub(super) has_damage: bool,
    pub(super) is_last: bool,
}

/// Reads bytes and turns them into UTF-8.
pub(super) struct Decoding<R> {
    source: R,
    /// Bytes as they came, up to `raw_end`, not yet turned into text; all of it is
    /// zeroed once, not for each reading.
    raw: Vec<u8>,
    raw_end: usize,
    source_ended: bool,
    way: Way,
}

/// How the bytes are turned into text.
enum Way {
    /// Everything so far was ASCII.
    Unknown,
    /// No wrong byte so far: nothing need be copied.
    WholeUtf8,
    /// One byte is one character.
    Table(&'static Encoding, Box<Table>),
    Other(Decoder),
}

impl<R: Read> Decoding<R> {
    /// Reads the first chunk.
    pub(super) fn new(source: R) -> io::Result<Self> {
        let mut decoding = Self {
            source,
            raw: Vec::new(),
            raw_end: 0,
            source_ended: false,
            way: Way::Unknown,
        };
        decoding.read_raw()?;
        let head = decoding.head();
        let (encoding, mark_len) = match head {
            [0xef, 0xbb, 0xbf, ..] => (Some(UTF_8), 3),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => (utf16_of(head), 2),
            head => (utf16_of(head), 0),
        };
        decoding.pass(mark_len);
        if let Some(encoding) = encoding {
            decoding.way = Way::of(encoding);
        }
        Ok(decoding)
    }

    /// What has been read and not yet been turned into text.
    pub(super) fn head(&self) -> &[u8] {
        self.raw.get(..self.raw_end).unwrap_or_default()
    }

    fn pass(&mut self, n: usize) {
        self.raw.copy_within(n.min(self.raw_end)..self.raw_end, 0);
        self.raw_end = self.raw_end.saturating_sub(n);
    }

    /// Appends one chunk of the source to `raw`.
    fn read_raw(&mut self) -> io::Result<()> {
        let wanted = self.raw_end + CHUNK;
        if self.raw.len() < wanted {
            self.raw.resize(wanted, 0);
        }
        while self.raw_end < wanted {
            let target = self.raw.get_mut(self.raw_end..wanted).unwrap_or_default();
            match self.source.read(target) {
                Ok(0) => {
                    self.source_ended = true;
                    break;
                }
                Ok(n) => self.raw_end += n,
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => return Err(err),
            }
        }
        Ok(())
    }

    /// Replaces the piece by the next one; an empty one is the last.
    pub(super) fn next(&mut self, piece: &mut Piece) -> io::Result<()> {
        piece.end = 0;
        piece.has_damage = false;
        piece.is_last = false;
        while piece.end == 0 && !piece.is_last {
            // Fewer may be the beginning of one character.
            if self.raw_end < MAX_CHARACTER && !self.source_ended {
                self.read_raw()?;
            }
            if matches!(self.way, Way::Unknown) {
                self.pass_ascii(piece)?;
            }
            if piece.end == 0 {
                self.decode(piece);
            }
            piece.is_last = self.source_ended && self.raw_end == 0;
        }
        piece.encoding = self.way.encoding();
        Ok(())
    }

    /// Hands a chunk of ASCII on as it is; one with another byte settles the charset.
    fn pass_ascii(&mut self, piece: &mut Piece) -> io::Result<()> {
        let n_ascii = Encoding::ascii_valid_up_to(self.head());
        if n_ascii == self.raw_end {
            self.hand_over(n_ascii, piece);
            return Ok(());
        }
        while self.raw_end < n_ascii + SAMPLE && !self.source_ended {
            self.read_raw()?;
        }
        // All charsets that are judged between agree on the ASCII before it.
        self.way = Way::of(judge(self.head().get(n_ascii..).unwrap_or_default()));
        Ok(())
    }

    /// Makes the first `n` bytes the piece, without a copy of them.
    fn hand_over(&mut self, n: usize, piece: &mut Piece) {
        std::mem::swap(&mut self.raw, &mut piece.text);
        piece.end = n;
        let rest = piece.text.get(n..self.raw_end).unwrap_or_default();
        if self.raw.len() < rest.len() {
            self.raw.resize(rest.len(), 0);
        }
        if let Some(target) = self.raw.get_mut(..rest.len()) {
            target.copy_from_slice(rest);
        }
        self.raw_end = rest.len();
    }

    fn decode(&mut self, piece: &mut Piece) {
        match &mut self.way {
            Way::Unknown => {}
            Way::WholeUtf8 => {
                let n =
                    Encoding::utf8_valid_up_to(self.raw.get(..self.raw_end).unwrap_or_default());
                // What may be the beginning of a character waits for the rest of it.
                let is_whole = self.raw_end - n < MAX_CHARACTER && !self.source_ended;
                if is_whole || n == self.raw_end {
                    self.hand_over(n, piece);
                } else {
                    // From the first chunk with a wrong byte on, it is somebody else's work.
                    self.way = Way::Other(UTF_8.new_decoder_without_bom_handling());
                }
            }
            Way::Table(_, table) => {
                let raw = self.raw.get(..self.raw_end).unwrap_or_default();
                piece.has_damage |= table.decode(raw, piece);
                self.raw_end = 0;
            }
            Way::Other(decoder) => {
                let raw = self.raw.get(..self.raw_end).unwrap_or_default();
                // `None` only where the sum overflows, which a chunk cannot reach.
                let room = decoder
                    .max_utf8_buffer_length(raw.len())
                    .unwrap_or(CHUNK * 4);
                if piece.text.len() < room {
                    piece.text.resize(room, 0);
                }
                let (result, n_read, n_written, had_errors) =
                    decoder.decode_to_utf8(raw, &mut piece.text, self.source_ended);
                piece.end = n_written;
                piece.has_damage |= had_errors;
                debug_assert_eq!(result, CoderResult::InputEmpty);
                self.pass(n_read);
            }
        }
    }
}

impl Way {
    fn of(encoding: &'static Encoding) -> Self {
        if encoding == UTF_8 {
            Self::WholeUtf8
        } else if encoding.is_single_byte() {
            Self::Table(encoding, Box::new(Table::of(encoding)))
        } else {
            Self::Other(encoding.new_decoder_without_bom_handling())
        }
    }

    fn encoding(&self) -> Option<&'static Encoding> {
        match self {
            Self::Unknown => None,
            Self::WholeUtf8 => Some(UTF_8),
            Self::Table(encoding, _) => Some(encoding),
            Self::Other(decoder) => Some(decoder.encoding()),
        }
    }
}

/// What each byte of a one-byte code page is in UTF-8. The general decoder is made for
/// long runs of one kind; a list changes between digits and letters every few bytes.
struct Table([Character; 256]);

/// Written as a whole, of which the first `length` bytes count.
#[derive(Debug, Clone, Copy, Default)]
struct Character {
    bytes: [u8; MAX_CHARACTER],
    length: u8,
    is_wrong: bool,
}

impl Table {
    fn of(encoding: &'static Encoding) -> Self {
        let mut table = [Character::default(); 256];
        for (byte, character) in (0..=u8::MAX).zip(&mut table) {
            let bytes = [byte];
            let (text, had_errors) = encoding.decode_without_bom_handling(&bytes);
            let text = text.as_bytes();
            if let Some(target) = character.bytes.get_mut(..text.len()) {
                target.copy_from_slice(text);
            }
            character.length = u8::try_from(text.len()).unwrap_or_default();
            character.is_wrong = had_errors;
        }
        Self(table)
    }

    /// Whether a byte was none of the code page.
    fn decode(&self, raw: &[u8], piece: &mut Piece) -> bool {
        let room = raw.len() * MAX_CHARACTER + N_AT_ONCE;
        if piece.text.len() < room {
            piece.text.resize(room, 0);
        }
        let mut end = 0;
        let mut has_damage = false;
        let mut rest = raw;
        while !rest.is_empty() {
            // ASCII is the same in all code pages. Written as a whole, of which what counts
            // ends before the first other byte.
            while let Some((bytes, behind)) = rest.split_first_chunk::<N_AT_ONCE>() {
                if let Some(target) = piece.text.get_mut(end..end + N_AT_ONCE) {
                    target.copy_from_slice(bytes);
                }
                let n_ascii = n_ascii(*bytes);
                end += n_ascii;
                if n_ascii < N_AT_ONCE {
                    rest = rest.get(n_ascii..).unwrap_or_default();
                    break;
                }
                rest = behind;
            }
            // Other letters seldom come alone.
            while let Some((byte, behind)) = rest.split_first() {
                rest = behind;
                // Always there: as many places as a byte has values.
                let Some(character) = self.0.get(usize::from(*byte)) else {
                    continue;
                };
                if let Some(target) = piece.text.get_mut(end..end + MAX_CHARACTER) {
                    target.copy_from_slice(&character.bytes);
                }
                end += usize::from(character.length);
                has_damage |= character.is_wrong;
                if rest.first().is_some_and(u8::is_ascii) && rest.len() >= N_AT_ONCE {
                    break;
                }
            }
        }
        piece.end = end;
        has_damage
    }
}

/// How many of them stand before the first that is not ASCII.
fn n_ascii(bytes: [u8; N_AT_ONCE]) -> usize {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let n_bits = (u64::from_le_bytes(bytes) & HIGH).trailing_zeros();
    usize::try_from(n_bits / u8::BITS).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use encoding_rs::{IBM866, KOI8_R, WINDOWS_1251, WINDOWS_1253};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_table_says_what_the_decoder_says(
            // The last one has bytes that stand for nothing.
            encoding in prop::sample::select(vec![WINDOWS_1251, KOI8_R, IBM866, WINDOWS_1253]),
            raw in prop::collection::vec(prop_oneof![3 => 0x20..=0x7e_u8, 2 => prop::num::u8::ANY], 0..60),
        ) {
            let mut piece = Piece::default();
            let has_damage = Table::of(encoding).decode(&raw, &mut piece);
            let (text, had_errors) = encoding.decode_without_bom_handling(&raw);
            prop_assert_eq!(&piece.text[..piece.end], text.as_bytes());
            prop_assert_eq!(has_damage, had_errors);
        }
    }
}
