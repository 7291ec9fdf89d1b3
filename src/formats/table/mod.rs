//! Reads lists: stock, prices, goods and order statuses, as CSV, text or workbook.
//!
//! 1C has no CSV format; every list is a saved report or a hand-made export.
//! The header is looked for by the words people use, below title rows if need
//! be, and the columns found decide what the list is about. `lines` and
//! `workbook` bring rows of text, `header` tells their columns, `rows` makes
//! facts of them.

mod columns;
mod header;
mod lines;
mod rows;
mod workbook;

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;

use crate::domain::Quantity;
use crate::formats::decode::Utf8Reader;
use crate::formats::{FileError, Format, Place, Row, RowError, RowFault, Summary, limits, trimmed};
use crate::wording::{Message, message};

pub use columns::Column;
use header::Slot;
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
    /// `None` where all rows are in `ahead`, as those of a workbook.
    source: Option<Lines<R>>,
    /// Read while the header was looked for.
    ahead: VecDeque<Record>,
    /// The last row read; its memory is used for the next one.
    record: Record,
    rows: Rows,
    needs_line_end: bool,
    /// The fewest cells that a row had so far; the header to begin with.
    fewest: usize,
    /// A row that is too short because a quotation mark in it is still open, and
    /// no whole row came after it.
    open_since: Option<u64>,
    ready: VecDeque<Row>,
    summary: Summary,
    has_ended: bool,
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
        let Some(slots) = take_header(&mut ahead, options) else {
            return Err(no_header(n_rows));
        };
        if let Some((line, true)) = last.filter(|_| ahead.is_empty()) {
            return Err(cut_off(line, message!("list-cut-header")));
        }
        Ok(Self {
            source: Some(source),
            needs_line_end: options.needs_line_end,
            fewest: slots.len(),
            open_since: None,
            ahead,
            record: Record::default(),
            rows: Rows::new(slots, CountsCells::Yes, options),
            ready: VecDeque::new(),
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
                && let Some(slots) = take_header(&mut ahead, options)
            {
                return Ok(Self {
                    source: None,
                    needs_line_end: false,
                    fewest: 0,
                    open_since: None,
                    ahead,
                    record: Record::default(),
                    rows: Rows::new(slots, CountsCells::No, options),
                    ready: VecDeque::new(),
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

    pub(super) fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                self.summary.n_faults += usize::from(row.is_err());
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
                self.rows
                    .take(&mut self.record, &mut self.summary, &mut self.ready);
                if lacks_line_end && !self.ready.is_empty() {
                    self.ready.push_back(Err(RowError {
                        place: Place { line },
                        fault: RowFault::NoLineEnd,
                    }));
                }
            } else if let Some(line) = self.open_since {
                return Err(cut_off(line, message!("list-cut-quote")));
            }
        }
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
fn take_header(records: &mut VecDeque<Record>, options: &CsvOptions) -> Option<Vec<Slot>> {
    if !options.without_header.is_empty() {
        return Some(header::fixed(records, &options.without_header));
    }
    let (slots, n_taken) = header::find(records, options)?;
    records.drain(..n_taken);
    Some(slots)
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
mod tests {
    use super::*;
    use crate::domain::Fact;
    use crate::formats::read;

    fn facts(text: &str) -> Vec<String> {
        facts_with(text, &CsvOptions::default())
    }

    fn facts_with(text: &str, options: &CsvOptions) -> Vec<String> {
        let mut lines = Vec::new();
        for row in read(text.as_bytes(), options).unwrap() {
            lines.push(match row.unwrap() {
                Ok(Fact::Offer(offer)) => {
                    let prices = offer.prices.iter().map(|p| match &p.price_type {
                        Some(price_type) => format!("{price_type}: {} ", p.price),
                        None => p.price.to_string(),
                    });
                    let total = offer.quantity.map(|q| q.to_string());
                    let stocks = offer
                        .warehouses
                        .iter()
                        .map(|w| format!("{}: {}", w.warehouse, w.quantity));
                    format!(
                        "{} {} = {} / {}",
                        offer.line,
                        offer.sku.map(|s| s.to_string()).unwrap_or_default(),
                        prices.collect::<String>(),
                        total
                            .into_iter()
                            .chain(stocks)
                            .collect::<Vec<_>>()
                            .join(", ")
                    )
                }
                Ok(Fact::Product(product)) => {
                    format!("{} new {:?}", product.line, product.name.unwrap())
                }
                Ok(Fact::Document(document)) => {
                    format!(
                        "order {} -> {}",
                        document.number.unwrap(),
                        document.status.unwrap()
                    )
                }
                Ok(other) => format!("{other:?}"),
                Err(err) => format!("! {err}"),
            });
        }
        lines
    }

    #[test]
    fn finds_the_header_below_title_rows_and_skips_totals() {
        let text = "Остатки товаров\n;Склад: Основной;\n\nНоменклатура;Номенклатура.Артикул;Свободный остаток\n\
                    Чай;;\n\"Чай чёрный \"\"Ассам\"\"\";ЧАЙ-100;12,000\nКофе;КОФЕ-250;заказ\nИтого;;12\n";
        assert_eq!(
            facts(text),
            [
                "6 ЧАЙ-100 =  / 12",
                "! line 7: `заказ` in the column `Свободный остаток` is not a number; only that cell is left out"
            ]
        );
    }

    #[test]
    fn a_priced_list_with_names_is_a_list_of_goods() {
        let text = "Артикул\tНаименование\tЦена, руб.\tОстаток\nА1\tЧай \"Ahmad\" №1\t1 234,50\t\n";
        assert_eq!(
            facts(text),
            ["2 new \"Чай \\\"Ahmad\\\" №1\"", "2 А1 = 1234.50 / "]
        );
    }

    #[test]
    fn reads_order_statuses() {
        let text = "Номер заказа,Статус\n17,Отгружен\nА-3,Отгружен\n18,\n";
        assert_eq!(
            facts(text),
            [
                "order 17 -> Отгружен",
                "! line 3: `А-3` is not an order number of the shop",
                "! line 4: the order row states no status"
            ]
        );
    }

    #[test]
    fn a_list_without_known_columns_is_refused() {
        assert!(matches!(
            read("a;b\n1;2\n".as_bytes(), &CsvOptions::default()).map(|_| ()),
            Err(FileError::NoHeader { looked_at: 2 })
        ));
    }

    #[test]
    fn a_header_may_have_two_lines() {
        let text = "\"\";Код;Артикул;Номенклатура;Остаток;Спец цена;;\n;;;;;Ед.;Цена, RUB;\n;<...>;;;;;;\n\
                    ;00000003978;21513-23001;Кольцо;20.000;шт;15.00;\n";
        assert_eq!(
            facts(text),
            ["4 new \"Кольцо\"", "4 21513-23001 = 15.00 / 20"]
        );
        let text = "Артикул;Розничная;;Оптовая;\n;Ед.;Цена;Ед.;Цена\nА1;шт;10;уп;8\n";
        assert_eq!(facts(text), ["3 А1 = Розничная: 10.00 Оптовая: 8.00  / "]);
        // A row of goods is no header.
        let text = "Артикул;Цена;Остаток\n;;\nЧай;1;2\n";
        assert_eq!(facts(text), ["3 Чай = 1.00 / 2"]);
    }

    #[test]
    fn a_word_costs_its_cell_unless_the_configuration_knows_it() {
        let text =
            "Артикул;Цена;Остаток\nА1;5;В  наличии\nА2;6;НЕТ\nА3;договорная;>10\nА4;7;ИСТИНА\n";
        let quantity = |text| Quantity::parse(text).unwrap();
        let options = CsvOptions {
            words: [("в наличии", "1"), ("Нет", "0"), (">10", "10")]
                .map(|(word, n)| (word.to_owned(), quantity(n)))
                .into(),
            ..CsvOptions::default()
        };
        assert_eq!(
            facts_with(text, &options),
            [
                "2 А1 = 5.00 / 1",
                "3 А2 = 6.00 / 0",
                "! line 4: `договорная` in the column `Цена` is not a number; only that cell is left out",
                "4 А3 =  / 10",
                "! line 5: `ИСТИНА` in the column `Остаток` is not a number; only that cell is left out",
                "5 А4 = 7.00 / ",
            ]
        );
        let without = facts(text);
        assert_eq!(without.iter().filter(|row| row.starts_with('!')).count(), 5);
    }

    #[test]
    fn warehouses_and_kopecks_are_as_the_configuration_says() {
        let text = "Код;Основной склад;СКЛАД 2:;Цена\nА1;5;;31030\nА2;1,5;7;5\n";
        let options = CsvOptions {
            warehouses: vec!["основной склад".to_owned(), "Склад 2".to_owned()],
            prices_in_kopecks: true,
            ..CsvOptions::default()
        };
        assert_eq!(
            facts_with(text, &options),
            [
                "2 А1 = 310.30 / основной склад: 5",
                "3 А2 = 0.05 / основной склад: 1.5, Склад 2: 7",
            ]
        );
    }

    #[test]
    fn totals_and_repeated_headers_are_no_goods_but_total_motor_oil_is() {
        let text = "Наименование;Артикул;Остаток\nTotal Quartz 9000;T9;4\nНаименование;Артикул;Остаток\n\
                    Всего;;4\nИтого по складу:;;4\nTotal;;4\nИтоговый отчёт, книга;К1;2\n";
        assert_eq!(facts(text), ["2 T9 =  / 4", "7 К1 =  / 2"]);
    }

    #[test]
    fn cells_that_moved_are_not_read_as_something_else() {
        let text = "Наименование;Артикул;Цена;Остаток\nЧай\nзелёный;А1;5;1\nКофе;А2\n молотый;6;2\n\
                    Соль; крупная;А3;7;3\nМёд;А4;8;4\n";
        assert_eq!(
            facts(text),
            [
                "3 new \"зелёный\"",
                "3 А1 = 5.00 / 1",
                "! line 4: the row has 2 cells where 4 belong: is a delimiter or a line break in one of them?",
                "! line 5: the row has 3 cells where 4 belong: is a delimiter or a line break in one of them?",
                "! line 6: the row has 5 cells where 4 belong: is a delimiter or a line break in one of them?",
                "7 new \"Мёд\"",
                "7 А4 = 8.00 / 4",
            ]
        );
    }

    #[test]
    fn a_quote_left_open_is_told_and_costs_nothing() {
        assert_eq!(
            facts("Наименование;Артикул;Остаток\n\"Чай;А1;5\nКофе;А2;6\n"),
            [
                "2 А1 =  / 5",
                "! line 2: a quotation mark is never closed; the line is read as plain text",
                "3 А2 =  / 6",
            ]
        );
    }
}
