//! Reads lists: stock, prices, goods and order statuses, as CSV, text or workbook.
//!
//! 1C has no CSV format; every list is a saved report or a hand-made export.
//! The header is looked for by the words people use, below title rows if need
//! be, and the columns found decide what the list is about. `lines` and
//! `workbook` bring rows of text, `header` tells their columns, `rows` makes
//! facts of them.

mod columns;
mod container;
mod header;
mod lines;
mod plain;
mod rows;
mod workbook;

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read};

use crate::domain::{Fact, Quantity};
use crate::formats::decode::Utf8Reader;
use crate::formats::{FileError, Format, Place, Row, RowError, RowFault, Summary, limits, trimmed};
use crate::wording::{Message, message};

pub use columns::{Column, price_type_key};
use header::Header;
use lines::{Lines, Record};
use plain::PlainRows;
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
    /// `None` where all rows are in `ahead`, as those of a workbook.
    source: Option<Lines<R>>,
    /// Read while the header was looked for.
    ahead: VecDeque<Record>,
    /// The last row read; its memory is used for the next one.
    record: Record,
    rows: Rows,
    /// `None` where no row can be plain.
    plain: Option<PlainRows>,
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
    /// The same, with a thread that reads and decodes ahead.
    pub(super) fn ahead(self) -> io::Result<Self> {
        Ok(Self {
            source: self.source.map(Lines::ahead).transpose()?,
            ..self
        })
    }
}

impl<R: Read> Reader<R> {
    pub(super) fn new(text: Utf8Reader<R>, options: &CsvOptions) -> Result<Self, FileError> {
        let mut source = Lines::new(text)?;
        let mut ahead = VecDeque::new();
        // One more: the second line of a header.
        while ahead.len() <= limits::HEADER_WITHIN {
            let mut record = Record::default();
            if !source.read_record(&mut record)? {
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
        let fewest = slots.len();
        let rows = Rows::new(slots, CountsCells::Yes, options);
        Ok(Self {
            needs_line_end: options.needs_line_end,
            fewest,
            open_since: None,
            ahead,
            record: Record::default(),
            plain: rows.plain(source.delimiter()),
            rows,
            source: Some(source),
            ready: notes.into_iter().map(Err).collect(),
            n_without_stock: 0,
            summary: Summary {
                format: Format::Csv,
                ..Summary::default()
            },
            has_ended: false,
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
                return Ok(Self {
                    source: None,
                    needs_line_end: false,
                    fewest: 0,
                    open_since: None,
                    ahead,
                    record: Record::default(),
                    rows: Rows::new(slots, CountsCells::No, options),
                    plain: None,
                    ready: notes.into_iter().map(Err).collect(),
                    n_without_stock: 0,
                    summary: Summary {
                        format: Format::Xlsx,
                        encoding: "binary",
                        ..Summary::default()
                    },
                    has_ended: false,
                });
            }
            looked_at = looked_at.max(ahead.len());
        }
        Err(no_header(looked_at))
    }

    pub(super) fn summary(&self) -> Summary {
        Summary {
            encoding: self
                .source
                .as_ref()
                .map_or(self.summary.encoding, Lines::encoding),
            ..self.summary.clone()
        }
    }

    /// The next row, if it has been read already.
    pub(super) fn next_ready(&mut self) -> Option<Row> {
        let row = self.ready.pop_front()?;
        self.summary.n_faults += usize::from(row.is_err());
        Some(row)
    }

    pub(super) fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        self.read_plain();
        loop {
            if let Some(row) = self.next_ready() {
                return Ok(Some(row));
            }
            if self.has_ended {
                return Ok(None);
            }
            // Stays so if reading fails.
            self.has_ended = true;
            let has_next = match (self.ahead.pop_front(), &mut self.source) {
                (Some(record), _) => {
                    self.record = record;
                    true
                }
                (None, Some(source)) => source.read_record(&mut self.record)?,
                (None, None) => false,
            };
            if has_next {
                if self.source.is_some() {
                    self.look_for_cut()?;
                }
                self.has_ended = false;
                let (line, lacks_line_end) = (self.record.line, self.record.lacks_line_end);
                let is_without_stock =
                    self.rows
                        .take(&mut self.record, &mut self.summary, &mut self.ready);
                self.n_without_stock += usize::from(is_without_stock);
                if lacks_line_end && !self.ready.is_empty() {
                    self.ready.push_back(Err(RowError {
                        place: Place { line },
                        fault: RowFault::NoLineEnd,
                    }));
                }
            } else if let Some(line) = self.open_since {
                return Err(cut_off(line, message!("list-cut-quote")));
            } else if self.n_without_stock > 0 {
                let place = Place {
                    line: self.record.line,
                };
                let fault = RowFault::WithoutStock {
                    n: self.n_without_stock,
                };
                self.ready.push_back(Err(RowError { place, fault }));
            }
        }
    }

    /// Reads the rows that come next and are plain, if nothing lies before them.
    fn read_plain(&mut self) {
        let is_next = self.ready.is_empty() && self.ahead.is_empty() && self.open_since.is_none();
        let (Some(plain), Some(source)) = (&self.plain, &mut self.source) else {
            return;
        };
        if !is_next || self.has_ended {
            return;
        }
        source.take_plain(|row, line| {
            let Some(offer) = plain.offer(row, line) else {
                return false;
            };
            // Where the list ends is told by the last row, whichever way it was read.
            self.record.line = line;
            self.summary.n_offers += 1;
            self.summary.n_prices += offer.prices.len();
            self.summary.n_stocks += usize::from(offer.quantity.is_some());
            self.ready.push_back(Ok(Fact::Offer(offer)));
            true
        });
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
