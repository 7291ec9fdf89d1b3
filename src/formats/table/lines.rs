//! Cuts the lines of a text list into records.
//!
//! Not with the `csv` crate: exports write quotation marks as they stand in the
//! goods' names, and a strict reader then takes the rest of the file for one
//! cell. A cell is quoted only where a quotation mark begins it and another one
//! ends it; everything else is text as it stands.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use crate::formats::decode::Utf8Reader;
use crate::formats::table::text_of;
use crate::formats::{FileError, Place, RowFault, limits};
use crate::wording::{Message, message};

/// How much of the buffer is looked at together for lines that are plain: some lines, and at
/// least one. A line that is not plain costs a look at this much.
const WINDOW: usize = 512;

/// One row, as text.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) cells: Cells,
    /// Where it begins, from 1.
    pub(super) line: u64,
    /// What was wrong with its text.
    pub(super) faults: Vec<RowFault>,
    /// It is the last of its file, and no line end stands behind it.
    pub(super) lacks_line_end: bool,
    /// A quotation mark in it is not closed to the end of the file.
    pub(super) is_open_to_end: bool,
}

/// The cells of a row, without the blanks around them.
///
/// In one text, and used again for the next row: lists have millions of rows, and
/// a text of its own for each cell takes longer than all the rest.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(text_of(cell));
        self.ends.push(self.text.len());
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let cell = self.text.get(start..*end).unwrap_or_default();
            start = *end;
            cell
        })
    }

    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(at)?)
    }

    /// None of them says anything.
    pub(super) fn are_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// How many there are up to the last one that says something.
    pub(super) fn n_filled(&self) -> usize {
        let is_before_end = |end: &usize| *end < self.text.len();
        let n = self.ends.partition_point(is_before_end);
        if self.text.is_empty() { 0 } else { n + 1 }
    }

    /// How much memory they take, more or less.
    pub(super) fn n_bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<usize>()
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Clears them, and keeps no more memory than most rows take.
    pub(super) fn shrink(&mut self) {
        const KEPT: usize = 1_024;
        self.clear();
        self.text.shrink_to(KEPT);
        self.ends.shrink_to(KEPT / size_of::<usize>());
    }
}

/// See the module's documentation.
pub(super) struct Lines<R: Read> {
    text: Utf8Reader<R>,
    delimiter: char,
    /// Lines read from `text`.
    passed: u64,
    /// Read, but not yet part of a record.
    ahead: VecDeque<Line>,
    bytes: Vec<u8>,
}

#[derive(Debug, Default)]
struct Line {
    text: String,
    number: u64,
    is_damaged: bool,
    has_end: bool,
}

/// What became of a cell that begins with a quotation mark.
enum Quoted {
    Closed {
        text: String,
        /// How many further lines it took.
        n_lines: usize,
        /// How many bytes of its last line stand behind it.
        n_left: usize,
    },
    /// `"Ahmad" чай`: text that happens to begin with a quotation mark.
    Text,
    NeverClosed {
        /// The file ended while its closing mark was looked for.
        at_end: bool,
    },
}

/// What a piece of a quoted cell ends with.
enum End {
    /// A quotation mark that closes it, with so many bytes behind.
    Quote(usize),
    /// A quotation mark that can close nothing.
    StrayQuote,
    Line,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(mut text: Utf8Reader<R>) -> Result<Self, FileError> {
        let delimiter = sniff_delimiter(text.head()?);
        Ok(Self {
            text,
            delimiter,
            passed: 0,
            ahead: VecDeque::new(),
            bytes: Vec::new(),
        })
    }

    pub(super) fn encoding(&self) -> &'static str {
        self.text.encoding()
    }

    pub(super) fn delimiter(&self) -> char {
        self.delimiter
    }

    /// Some of the next lines, or none: whole in the buffer, undamaged and before the next
    /// quotation mark.
    pub(super) fn plain(&self) -> &str {
        if !self.ahead.is_empty() || self.text.has_damage() {
            return "";
        }
        // At the end of the buffer the long way brings more.
        let rest = self.text.rest();
        let window = rest.get(..WINDOW).unwrap_or(rest);
        let end = memchr::memrchr(b'\n', window).or_else(|| memchr::memchr(b'\n', rest));
        let mut window = end.and_then(|end| rest.get(..=end)).unwrap_or_default();
        if let Some(quote) = memchr::memchr(b'"', window) {
            let before = window.get(..quote).unwrap_or_default();
            let end = memchr::memrchr(b'\n', before);
            window = end.and_then(|end| before.get(..=end)).unwrap_or_default();
        }
        // Looked at in one go: line by line it would take as long as all the rest.
        simdutf8::basic::from_utf8(window).unwrap_or_default()
    }

    /// Takes so many bytes of what [`plain`](Self::plain) says, up to the end of that line.
    pub(super) fn pass(&mut self, n_bytes: usize, line: u64) {
        self.text.mark();
        self.text.consume(n_bytes);
        self.passed = line;
    }

    /// The last line that has been taken, from 1.
    pub(super) fn line(&self) -> u64 {
        self.passed
    }

    /// Puts the next row that is not blank into `record`; false at the end of the file.
    pub(super) fn read_record(&mut self, record: &mut Record) -> Result<bool, FileError> {
        record.cells.clear();
        record.faults.clear();
        record.lacks_line_end = false;
        record.is_open_to_end = false;
        loop {
            if self.read_plain(record)? {
                return Ok(true);
            }
            if !self.has_ahead(1)? {
                return Ok(false);
            }
            let line = self.ahead.pop_front().unwrap_or_default();
            if !line.text.trim().is_empty() {
                self.cut(line, record)?;
                return Ok(true);
            }
        }
    }

    /// The short way for what nearly every line of a list is: whole in the buffer,
    /// with neither a quotation mark nor anything else that [`cut`](Self::cut) is for.
    /// False if the next line is not so, with nothing taken.
    fn read_plain(&mut self, record: &mut Record) -> Result<bool, FileError> {
        if !self.ahead.is_empty() {
            return Ok(false);
        }
        self.text.mark();
        let line = self.passed + 1;
        let buffer = self.text.fill_buf().map_err(|err| file_error(err, line))?;
        let Some(end) = memchr::memchr(b'\n', buffer) else {
            return Ok(false);
        };
        let bytes = buffer.get(..end).unwrap_or_default();
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if memchr::memchr2(b'"', b'\r', bytes).is_some() {
            return Ok(false);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Ok(false);
        };
        for cell in text.split(self.delimiter) {
            record.cells.push(cell);
        }
        // Blank lines and damaged ones go the long way.
        if record.cells.text.is_empty() || self.text.has_damage() {
            record.cells.clear();
            return Ok(false);
        }
        self.text.consume(end + 1);
        self.passed = line;
        record.line = line;
        check_size(record, 0)?;
        Ok(true)
    }

    /// Cuts a line, and those that its quoted cells go on in.
    fn cut(&mut self, first: Line, record: &mut Record) -> Result<(), FileError> {
        record.line = first.number;
        let mut is_damaged = first.is_damaged;
        let mut has_end = first.has_end;
        let mut n_bytes = 0;
        let mut line = first.text;
        let mut n_left = line.len();
        // Lines in `ahead` that belong to this record.
        let mut n_taken = 0;
        loop {
            let rest = tail(&line, n_left);
            let quoted = if rest.starts_with('"') {
                self.quoted(tail(rest, rest.len() - 1), n_taken)?
            } else {
                Quoted::Text
            };
            if let Quoted::Closed {
                text,
                n_lines,
                n_left: behind,
            } = quoted
            {
                n_bytes += text.len();
                record.cells.push(&text);
                n_taken += n_lines;
                if n_lines > 0
                    && let Some(last) = self.ahead.get(n_taken - 1)
                {
                    line.clone_from(&last.text);
                    has_end = last.has_end;
                }
                n_left = behind;
            } else {
                if let Quoted::NeverClosed { at_end } = quoted {
                    record.is_open_to_end |= at_end;
                    if record.faults.is_empty() {
                        record.faults.push(RowFault::OpenQuote);
                    }
                }
                let n_cell = rest.find(self.delimiter).unwrap_or(rest.len());
                let cell = rest.get(..n_cell).unwrap_or_default();
                record.cells.push(without_outer_quotes(cell));
                n_left = rest.len() - n_cell;
            }
            check_size(record, n_bytes)?;
            // Behind a cell stands a delimiter or nothing.
            if n_left == 0 {
                break;
            }
            n_left -= self.delimiter.len_utf8();
        }
        record.lacks_line_end = !has_end;
        for line in self.ahead.drain(..n_taken) {
            is_damaged |= line.is_damaged;
        }
        if is_damaged {
            let encoding = self.text.encoding();
            record.faults.push(RowFault::Encoding { encoding });
        }
        Ok(())
    }

    /// Reads on behind the quotation mark that begins a cell.
    fn quoted(&mut self, rest: &str, n_taken: usize) -> Result<Quoted, FileError> {
        let mut text = String::new();
        let mut piece = rest;
        let mut n_lines = 0;
        loop {
            match end_of_quoted(piece, self.delimiter, &mut text) {
                End::Quote(n_left) => {
                    return Ok(Quoted::Closed {
                        text,
                        n_lines,
                        n_left,
                    });
                }
                End::StrayQuote if n_lines == 0 => return Ok(Quoted::Text),
                End::StrayQuote => return Ok(Quoted::NeverClosed { at_end: false }),
                End::Line => {}
            }
            n_lines += 1;
            if n_lines > limits::CELL_LINES || text.len() > limits::CELL {
                return Ok(Quoted::NeverClosed { at_end: false });
            }
            if !self.has_ahead(n_taken + n_lines)? {
                return Ok(Quoted::NeverClosed { at_end: true });
            }
            text.push('\n');
            piece = self
                .ahead
                .get(n_taken + n_lines - 1)
                .map(|line| line.text.as_str())
                .unwrap_or_default();
        }
    }

    /// Reads until `n` lines lie ahead; false where the file has fewer.
    fn has_ahead(&mut self, n: usize) -> Result<bool, FileError> {
        while self.ahead.len() < n {
            let number = self.passed + 1;
            let Some(has_end) = self.read_line().map_err(|err| file_error(err, number))? else {
                return Ok(false);
            };
            self.passed = number;
            self.ahead.push_back(Line {
                text: String::from_utf8_lossy(&self.bytes).into_owned(),
                number,
                is_damaged: self.text.take_damage(),
                has_end,
            });
        }
        Ok(true)
    }

    /// Brings the next line into `bytes`, without its end; whether it has one.
    /// `None` at the end of the file. Files from an old Mac end their lines with `\r` alone.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.text.mark();
        self.bytes.clear();
        loop {
            let text = self.text.fill_buf()?;
            if text.is_empty() {
                return Ok((!self.bytes.is_empty()).then_some(false));
            }
            let Some(at) = memchr::memchr2(b'\n', b'\r', text) else {
                let n = text.len();
                self.bytes.extend_from_slice(text);
                self.text.consume(n);
                continue;
            };
            let is_return = text.get(at) == Some(&b'\r');
            self.bytes
                .extend_from_slice(text.get(..at).unwrap_or_default());
            self.text.consume(at + 1);
            if is_return && self.text.fill_buf()?.first() == Some(&b'\n') {
                self.text.consume(1);
            }
            return Ok(Some(true));
        }
    }
}

fn check_size(record: &Record, n_bytes: usize) -> Result<(), FileError> {
    let detail = if record.cells.len() > limits::COLUMNS {
        message!("limit-cells", limit = limits::COLUMNS)
    } else if n_bytes > limits::RECORD {
        message!("limit-row-text", mb = limits::RECORD / 1024 / 1024)
    } else {
        return Ok(());
    };
    let place = Place { line: record.line };
    Err(FileError::Limit { place, detail })
}

fn file_error(err: io::Error, line: u64) -> FileError {
    if err.kind() == io::ErrorKind::FileTooLarge {
        return FileError::Limit {
            place: Place { line },
            detail: Message::of_io(&err),
        };
    }
    FileError::Io(err)
}

/// The last `n` bytes.
fn tail(text: &str, n: usize) -> &str {
    text.get(text.len().saturating_sub(n)..).unwrap_or_default()
}

/// Appends to `text` what the piece of a quoted cell says.
fn end_of_quoted(piece: &str, delimiter: char, text: &mut String) -> End {
    let mut rest = piece;
    while let Some((before, behind)) = rest.split_once('"') {
        text.push_str(before);
        if let Some(behind) = behind.strip_prefix('"') {
            text.push('"');
            rest = behind;
            continue;
        }
        let behind = behind.trim_start_matches(' ');
        if behind.is_empty() || behind.starts_with(delimiter) {
            return End::Quote(behind.len());
        }
        return End::StrayQuote;
    }
    text.push_str(rest);
    End::Line
}

/// `"Чай "Ahmad" №1"` was meant to be quoted: its second quotation mark opens a
/// word. In `"Ahmad" и "Lipton"` it closes one.
fn without_outer_quotes(cell: &str) -> &str {
    let inside = cell
        .trim_end_matches(' ')
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let Some(inside) = inside else { return cell };
    let opens_a_word = inside.split_once('"').is_some_and(|(before, behind)| {
        before.ends_with([' ', '(']) && behind.starts_with(|c: char| !c.is_whitespace())
    });
    if opens_a_word { inside } else { cell }
}

/// The separator that most of the first lines have most often, outside quotes.
fn sniff_delimiter(head: &str) -> char {
    let lines: Vec<&str> = head
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(50)
        .collect();
    let has = |line: &str, wanted: char| {
        let mut is_quoted = false;
        line.chars().any(|c| {
            is_quoted ^= c == '"';
            !is_quoted && c == wanted
        })
    };
    ['\t', ';', ',']
        .into_iter()
        .map(|c| (c, lines.iter().filter(|line| has(line, c)).count()))
        // A comma is in every price; it separates only where nothing else does.
        .find(|(c, n_lines)| *n_lines * 2 > lines.len() || (*c == ',' && *n_lines > 0))
        .map_or(';', |(c, _)| c)
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
