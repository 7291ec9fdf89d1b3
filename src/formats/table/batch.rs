//! Cuts a list into rows and their cells.
//!
//! They come in batches, so that a thread can cut them while another one finds out what
//! they say.

use std::collections::VecDeque;
use std::io::Read;

use crate::formats::FileError;
use crate::formats::ahead::Maker;
use crate::formats::table::lines::{Lines, Record};
use crate::formats::table::plain::{PlainRow, PlainRows};

/// A batch ends with the row that brings it to this many, or to this much text.
const MAX_ROWS: usize = 4_096;
const MAX_TEXT: usize = 64 * 1024;

/// Some rows.
#[derive(Debug, Default)]
pub(super) struct Batch {
    plain: Vec<PlainRow>,
    n_plain_taken: usize,
    /// The others, each with the number of plain rows before it.
    others: VecDeque<(usize, Record)>,
    /// The lines of the plain rows.
    text: String,
    /// Bytes that the others hold.
    n_other: usize,
    /// Records that have been used; their memory is used again.
    used: Vec<Record>,
    /// The encoding found so far, by its usual name in lower case.
    pub(super) encoding: &'static str,
    /// How the file ends, if it does so behind these rows.
    pub(super) outcome: Option<Result<(), FileError>>,
}

impl Batch {
    /// One with nothing to take, before the first of a file.
    pub(super) fn new(encoding: &'static str) -> Self {
        Self {
            encoding,
            ..Self::default()
        }
    }

    /// The next row, if it is plain, and the text that it is cut from.
    pub(super) fn next_plain(&mut self) -> Option<(&PlainRow, &str)> {
        if self.is_other_next() {
            return None;
        }
        let row = self.plain.get(self.n_plain_taken)?;
        self.n_plain_taken += 1;
        Some((row, &self.text))
    }

    /// Puts the next row into `record`, if it is not plain; else returns false.
    pub(super) fn next_other(&mut self, record: &mut Record) -> bool {
        if !self.is_other_next() {
            return false;
        }
        if let Some((_, next)) = self.others.pop_front() {
            let mut used = std::mem::replace(record, next);
            // A very long row must not be paid for to the end of the file.
            used.cells.shrink();
            self.used.push(used);
        }
        true
    }

    fn is_other_next(&self) -> bool {
        let other = self.others.front();
        other.is_some_and(|(n_before, _)| *n_before == self.n_plain_taken)
    }

    fn clear(&mut self) {
        self.plain.clear();
        self.n_plain_taken = 0;
        // None is left where all rows have been taken.
        self.others.clear();
        self.text.clear();
        self.n_other = 0;
        self.outcome = None;
    }

    fn is_full(&self) -> bool {
        self.plain.len() + self.others.len() >= MAX_ROWS
            || self.text.len() + self.n_other >= MAX_TEXT
    }
}

/// Makes batches of lines.
pub(super) struct Cutter<R: Read> {
    lines: Lines<R>,
    /// `None` where no row can be plain.
    pub(super) plain: Option<PlainRows>,
}

impl<R: Read> Maker for Cutter<R> {
    type Piece = Batch;

    fn next(&mut self, batch: &mut Batch) -> bool {
        batch.clear();
        while !batch.is_full() && batch.outcome.is_none() {
            if !self.take_plain(batch) {
                self.take_other(batch);
            }
        }
        batch.encoding = self.lines.encoding();
        batch.outcome.is_some()
    }
}

impl<R: Read> Cutter<R> {
    pub(super) fn new(lines: Lines<R>, plain: Option<PlainRows>) -> Self {
        Self { lines, plain }
    }

    /// Takes some of the rows that come next as long as they are plain; false where the
    /// first is not.
    fn take_plain(&mut self, batch: &mut Batch) -> bool {
        let Some(plain) = &self.plain else {
            return false;
        };
        let before = batch.text.len();
        batch.text.push_str(self.lines.plain());
        let mut line = self.lines.line();
        let mut end = before;
        loop {
            batch.plain.push(PlainRow::default());
            let row = batch.plain.last_mut();
            let Some(next) = row.and_then(|row| plain.cut(&batch.text, end, line + 1, row)) else {
                break;
            };
            end = next;
            line += 1;
        }
        // What was not cut.
        batch.plain.pop();
        batch.text.truncate(end);
        self.lines.pass(end - before, line);
        end > before
    }

    /// Takes the next row whatever it is like, or the end of the file.
    fn take_other(&mut self, batch: &mut Batch) {
        let mut record = batch.used.pop().unwrap_or_default();
        match self.lines.read_record(&mut record) {
            Ok(true) => {
                batch.n_other += record.cells.n_bytes();
                batch.others.push_back((batch.plain.len(), record));
            }
            Ok(false) => batch.outcome = Some(Ok(())),
            Err(err) => batch.outcome = Some(Err(err)),
        }
    }
}
