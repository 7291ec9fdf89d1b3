//! Reads lists: stock, prices, goods and order statuses, as CSV, text or workbook.
//!
//! 1C has no CSV format; every list is a saved report or a hand-made export.
//! The header is looked for by the words people use, below title rows if need
//! be, and the columns found decide what the list is about. `lines` and
//! `workbook` bring rows of text, `header` tells their columns, `rows` makes
//! facts of them. `batch` lets a thread cut the rows, and `plain` is the short way
//! that most rows of long lists allow.

mod batch;
mod columns;
mod container;
mod header;
mod lines;
mod plain;
mod rows;
mod workbook;

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read};

use crate::domain::Quantity;
use crate::formats::ahead::Supply;
use crate::formats::decode::Utf8Reader;
use crate::formats::{FileError, Format, Place, Row, RowError, RowFault, Summary, limits, trimmed};
use crate::wording::{Message, message};

use batch::{Batch, Cutter};
pub use columns::{Column, price_type_key};
use header::Header;
use lines::{Lines, Record};
use rows::{CountsCells, Rows};
use workbook::Workbook;

/// What the configuration says of CSV files and other lists.
#[derive(Debug, Clone, Default)]
pub struct CsvOptions {
    /// Header text (compared without regard to case) to column; goes before the known words.
    pub columns: BTreeMap<String, Column>,
    /// The columns in their order, for lists without a header row.
    pub without_header: Vec<Column>,
    /// Warehouses whose names stand as headers over their stock.
    pub warehouses: Vec<String>,
    /// What words in columns of stock mean, compared without regard to case.
    /// There is none by default: `заказ` may be zero to one and ten to another.
    pub words: BTreeMap<String, Quantity>,
    pub prices_in_kopecks: bool,
    /// A list whose last line has no end is taken for one that was cut off.
    pub needs_line_end: bool,
}

/// See the module's documentation.
pub(super) struct Reader<R: Read> {
    /// Read while the header was looked for.
    ahead: VecDeque<Record>,
    /// `None` for a workbook, whose rows have all been read.
    supply: Option<Supply<Cutter<R>>>,
    batch: Batch,
    /// The last row that was not plain; its memory is used for the next one.
    record: Record,
    /// The line of the last row.
    line: u64,
    rows: Rows,
    needs_line_end: bool,
    /// The fewest cells that a row had so far; the header to begin with.
    fewest: usize,
    /// A row that is too short because a quotation mark in it is still open, and
    /// no whole row came after it.
    open_since: Option<u64>,
    ready: VecDeque<Row>,
    summary: Summary,
    /// Rows that leave the stock of their goods blank.
    n_without_stock: usize,
    has_ended: bool,
}

impl<R: Read + Send + 'static> Reader<R> {
    /// The same, with a thread that cuts the rows.
    pub(super) fn ahead(self) -> io::Result<Self> {
        let ahead = |supply: Supply<_>| supply.ahead("cutter");
        Ok(Self {
            supply: self.supply.map(ahead).transpose()?,
            ..self
        })
    }
}

impl<R: Read> Reader<R> {
    pub(super) fn new(text: Utf8Reader<R>, options: &CsvOptions) -> Result<Self, FileError> {
        let mut lines = Lines::new(text)?;
        let mut ahead = VecDeque::new();
        // One more: the second line of a header.
        while ahead.len() <= limits::HEADER_WITHIN {
            let mut record = Record::default();
            if !lines.read_record(&mut record)? {
                break;
            }
            ahead.push_back(record);
        }
        let n_rows = ahead.len();
        let last = ahead
            .back()
            .map(|record| (record.line, record.lacks_line_end));
        let Some(Header { slots, notes, .. }) = take_header(&mut ahead, options) else {
            return Err(no_header(n_rows));
        };
        if let Some((line, true)) = last.filter(|_| ahead.is_empty()) {
            return Err(cut_off(line, message!("list-cut-header")));
        }
        let rows = Rows::new(slots, CountsCells::Yes, options);
        let batch = Batch::new(lines.encoding());
        let plain = rows.plain(lines.delimiter());
        let supply = Some(Supply::new(Cutter::new(lines, plain)));
        Ok(Self {
            needs_line_end: options.needs_line_end,
            ..Self::of(Format::Csv, batch, ahead, supply, rows, notes)
        })
    }

    /// Reads the first sheet that has a header.
    pub(super) fn from_workbook(
        source: impl Read,
        options: &CsvOptions,
    ) -> Result<Self, FileError> {
        let mut workbook = Workbook::read(source)?;
        let mut looked_at = 0;
        for sheet in workbook.sheets() {
            let mut ahead = VecDeque::from(workbook.records(&sheet)?);
            if !ahead.is_empty()
                && let Some(Header { slots, notes, .. }) = take_header(&mut ahead, options)
            {
                let rows = Rows::new(slots, CountsCells::No, options);
                let batch = Batch::new("binary");
                return Ok(Self::of(Format::Xlsx, batch, ahead, None, rows, notes));
            }
            looked_at = looked_at.max(ahead.len());
        }
        Err(no_header(looked_at))
    }

    fn of(
        format: Format,
        batch: Batch,
        ahead: VecDeque<Record>,
        supply: Option<Supply<Cutter<R>>>,
        rows: Rows,
        notes: Vec<RowError>,
    ) -> Self {
        Self {
            ahead,
            supply,
            batch,
            record: Record::default(),
            line: 0,
            fewest: rows.n_columns(),
            rows,
            needs_line_end: false,
            open_since: None,
            ready: notes.into_iter().map(Err).collect(),
            summary: Summary {
                format,
                ..Summary::default()
            },
            n_without_stock: 0,
            has_ended: false,
        }
    }

    pub(super) fn summary(&self) -> Summary {
        Summary {
            encoding: self.batch.encoding,
            ..self.summary.clone()
        }
    }

    /// The next fact or faulty row; `None` at the end of the file, and behind an error.
    pub(super) fn next_row(&mut self) -> Option<Result<Row, FileError>> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                self.summary.n_faults += usize::from(row.is_err());
                return Some(Ok(row));
            }
            if self.has_ended {
                return None;
            }
            if self.ahead.is_empty()
                && let Some((row, text)) = self.batch.next_plain()
            {
                self.line = row.line();
                // It is whole.
                self.open_since = None;
                return Some(Ok(row.read(text, &mut self.summary)));
            }
            if let Err(err) = self.read_on() {
                self.has_ended = true;
                return Some(Err(err));
            }
        }
    }

    /// Reads one row that is not plain, the next batch, or the end of the file.
    fn read_on(&mut self) -> Result<(), FileError> {
        if let Some(record) = self.ahead.pop_front() {
            self.record = record;
            return self.take_record();
        }
        if self.batch.next_other(&mut self.record) {
            return self.take_record();
        }
        if let Some(outcome) = self.batch.outcome.take() {
            outcome?;
            return self.end();
        }
        match &mut self.supply {
            Some(supply) => supply.next(&mut self.batch).map_err(FileError::Io),
            None => self.end(),
        }
    }

    fn take_record(&mut self) -> Result<(), FileError> {
        if self.supply.is_some() {
            self.look_for_cut()?;
        }
        let (line, lacks_line_end) = (self.record.line, self.record.lacks_line_end);
        self.line = line;
        let is_without_stock = self
            .rows
            .take(&mut self.record, &mut self.summary, &mut self.ready);
        self.n_without_stock += usize::from(is_without_stock);
        if lacks_line_end && !self.ready.is_empty() {
            self.ready.push_back(Err(RowError {
                place: Place { line },
                fault: RowFault::NoLineEnd,
            }));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), FileError> {
        self.has_ended = true;
        if let Some(line) = self.open_since {
            return Err(cut_off(line, message!("list-cut-quote")));
        }
        if self.n_without_stock > 0 {
            let place = Place { line: self.line };
            let fault = RowFault::WithoutStock {
                n: self.n_without_stock,
            };
            self.ready.push_back(Err(RowError { place, fault }));
        }
        Ok(())
    }

    /// A text list has no closing mark. Cut off within a row, it ends without a line
    /// end and with a row that is too short, or within a cell in quotation marks.
    /// Cut off between two rows, nothing tells; within the last cell of a row,
    /// only the missing line end, which many whole lists do not have either.
    fn look_for_cut(&mut self) -> Result<(), FileError> {
        let record = &self.record;
        let n_cells = record.cells.len();
        if record.lacks_line_end && !self.rows.is_total(record) {
            if n_cells < self.fewest {
                let detail = message!("list-cut-row", found = n_cells, expected = self.fewest);
                return Err(cut_off(record.line, detail));
            }
            if record
                .cells
                .iter()
                .last()
                .is_some_and(|cell| cell.ends_with('\u{fffd}'))
            {
                return Err(cut_off(record.line, message!("list-cut-character")));
            }
            if self.needs_line_end {
                let detail = message!("list-cut-line-end");
                return Err(cut_off(record.line, detail));
            }
        }
        // Nearly every row: nothing could change by it.
        if n_cells >= self.fewest && self.open_since.is_none() && !record.is_open_to_end {
            return Ok(());
        }
        if self.rows.is_whole(record) {
            self.fewest = self.fewest.min(n_cells);
            self.open_since = None;
        } else if record.is_open_to_end {
            self.open_since.get_or_insert(record.line);
        }
        Ok(())
    }
}

fn cut_off(line: u64, detail: Message) -> FileError {
    FileError::Truncated {
        place: Place { line },
        detail,
    }
}

/// Takes the header off; `None` where there is none.
fn take_header(records: &mut VecDeque<Record>, options: &CsvOptions) -> Option<Header> {
    if !options.without_header.is_empty() {
        return Some(Header {
            slots: header::fixed(records, &options.without_header),
            n_taken: 0,
            notes: Vec::new(),
        });
    }
    let header = header::find(records, options)?;
    records.drain(..header.n_taken);
    Some(header)
}

fn no_header(n_rows: usize) -> FileError {
    let looked_at = n_rows.min(limits::HEADER_WITHIN);
    FileError::NoHeader { looked_at }
}

/// Without the blanks around, and the byte order marks that joined files leave inside.
fn text_of(cell: &str) -> &str {
    let cell = trimmed(cell);
    if cell.starts_with('\u{feff}') || cell.ends_with('\u{feff}') {
        return cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    }
    cell
}

/// `  В  наличии ` is `в наличии`.
fn word_key(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests;
