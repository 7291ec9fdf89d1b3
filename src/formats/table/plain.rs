//! The short way for what nearly every row of a list is: an article and a number or two.
//!
//! It takes a row only where `lines` and `rows` would say the same of it, word for
//! word, and leaves every other one to them untouched; a property test holds the two
//! ways side by side. Whatever changes there must be looked at here.

use crate::domain::{Fact, Money, Offer, OfferPrice, Quantity, Sku};
use crate::formats::table::Column;
use crate::formats::table::header::Slot;
use crate::formats::{Place, Row, RowError, Summary, to_usize};

/// What the columns of a list are, if rows of it can be plain.
pub(super) struct PlainRows {
    delimiter: u8,
    columns: Vec<PlainColumn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlainColumn {
    Article,
    Price,
    Quantity,
    /// The first of them.
    Name,
    /// What nothing is made of.
    Other,
}

impl PlainRows {
    /// `None` for lists whose rows say more.
    pub(super) fn of(slots: &[Slot], delimiter: char) -> Option<Self> {
        let mut columns = Vec::new();
        for slot in slots {
            let column = match slot.column {
                Column::Article => PlainColumn::Article,
                Column::Price => PlainColumn::Price,
                Column::Quantity => PlainColumn::Quantity,
                Column::Name if !columns.contains(&PlainColumn::Name) => PlainColumn::Name,
                Column::Name
                | Column::Code
                | Column::Description
                | Column::Unit
                | Column::Group
                | Column::Manufacturer
                | Column::Ignored => PlainColumn::Other,
                Column::Id
                | Column::Barcode
                | Column::Currency
                | Column::Warehouse
                | Column::WarehouseStock
                | Column::Order
                | Column::Status => return None,
            };
            let is_number = matches!(column, PlainColumn::Price | PlainColumn::Quantity);
            // Else a number might be the header come again.
            if is_number && !slot.header.starts_with(char::is_alphabetic) {
                return None;
            }
            columns.push(column);
        }
        let n_of = |wanted| columns.iter().filter(|column| **column == wanted).count();
        let [article, price, quantity] = [
            PlainColumn::Article,
            PlainColumn::Price,
            PlainColumn::Quantity,
        ]
        .map(n_of);
        let is_plain = article == 1 && price <= 1 && quantity <= 1 && price + quantity > 0;
        let delimiter = u8::try_from(delimiter).ok()?;
        is_plain.then_some(Self { delimiter, columns })
    }

    /// Cuts the row that begins at `start` of the text if it is plain and whole, and tells
    /// where the next one begins. There are no quotation marks behind `start`.
    ///
    /// The row is filled where it stays: returned, it would be copied piece by piece.
    pub(super) fn cut(
        &self,
        text: &str,
        start: usize,
        line: u64,
        row: &mut PlainRow,
    ) -> Option<usize> {
        row.line = u32::try_from(line).ok()?;
        let mut columns = self.columns.iter();
        let mut begin = start;
        let mut is_first = true;
        loop {
            let column = *columns.next()?;
            let rest = text.as_bytes().get(begin..)?;
            let n = self.cell_end(rest)?;
            let (cell, end) = rest.split_at_checked(n)?;
            if cell.is_empty() {
                if !matches!(column, PlainColumn::Name | PlainColumn::Other) {
                    return None;
                }
            } else {
                if !is_trimmed(cell) || (is_first && may_be_total(cell)) {
                    return None;
                }
                is_first = false;
                match column {
                    PlainColumn::Article => row.article = Span::of(begin, n)?,
                    PlainColumn::Name => row.name = Span::of(begin, n)?,
                    PlainColumn::Quantity => {
                        let cell = number(text.get(begin..begin + n)?)?;
                        row.quantity = Some(Quantity::parse(cell).ok()?);
                    }
                    PlainColumn::Price => {
                        let cell = number(text.get(begin..begin + n)?)?;
                        row.price = Some(Money::parse(cell).ok()?);
                    }
                    PlainColumn::Other => {}
                }
            }
            begin += n + 1;
            match end {
                [b'\n', ..] => break,
                [b'\r', b'\n', ..] => {
                    begin += 1;
                    break;
                }
                [b'\r', ..] => return None,
                _ => {}
            }
        }
        columns.as_slice().is_empty().then_some(begin)
    }

    /// Where the first cell ends: before a delimiter or a line end.
    fn cell_end(&self, text: &[u8]) -> Option<usize> {
        let ends = [self.delimiter, b'\n', b'\r'];
        let mut rest = text;
        // Cells are too short for `memchr` to be of use.
        while let Some((bytes, behind)) = rest.split_first_chunk() {
            let bytes = u64::from_le_bytes(*bytes);
            let found = ends
                .iter()
                .fold(0, |found, end| found | bytes_equal(bytes, *end));
            if found != 0 {
                let n = usize::try_from(found.trailing_zeros() / u8::BITS).ok()?;
                return Some(text.len() - rest.len() + n);
            }
            rest = behind;
        }
        let n = rest.iter().position(|byte| ends.contains(byte))?;
        Some(text.len() - rest.len() + n)
    }
}

/// A plain row, cut and its numbers read. Small, because millions of them go from one
/// processor to another.
#[derive(Debug, Default)]
pub(super) struct PlainRow {
    line: u32,
    article: Span,
    /// Empty where there is none.
    name: Span,
    price: Option<Money>,
    quantity: Option<Quantity>,
}

/// Where a cell lies in the text.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    length: u32,
}

impl Span {
    fn of(start: usize, length: usize) -> Option<Self> {
        Some(Self {
            start: u32::try_from(start).ok()?,
            length: u32::try_from(length).ok()?,
        })
    }

    fn of_text(self, text: &str) -> &str {
        let start = to_usize(self.start);
        text.get(start..start + to_usize(self.length))
            .unwrap_or_default()
    }
}

impl PlainRow {
    pub(super) fn line(&self) -> u64 {
        u64::from(self.line)
    }

    /// What the row states, or what is wrong with its article.
    pub(super) fn read(&self, text: &str, summary: &mut Summary) -> Row {
        let line = self.line();
        let sku = match Sku::parse(self.article.of_text(text)) {
            Ok(sku) => sku,
            Err(err) => {
                summary.n_faults += 1;
                let (place, fault) = (Place { line }, err.into());
                return Err(RowError { place, fault });
            }
        };
        summary.n_offers += 1;
        summary.n_prices += usize::from(self.price.is_some());
        summary.n_stocks += usize::from(self.quantity.is_some());
        let name = self.name.of_text(text);
        let name = (!name.is_empty()).then(|| name.to_owned());
        // Each put together where it is handed over: with the prices made before it, it would
        // be copied, which takes as long as all the rest.
        Ok(match self.price {
            None => Fact::Offer(Offer {
                sku: Some(sku),
                name,
                quantity: self.quantity,
                line,
                ..Offer::default()
            }),
            Some(price) => Fact::Offer(Offer {
                sku: Some(sku),
                name,
                prices: vec![OfferPrice {
                    price_type: None,
                    price,
                    currency: None,
                    line,
                }],
                quantity: self.quantity,
                line,
                ..Offer::default()
            }),
        })
    }
}

/// The highest bit of the lowest of eight bytes that is `wanted`, and perhaps of others
/// above it; zero where none is.
fn bytes_equal(bytes: u64, wanted: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let differences = bytes ^ (u64::from(wanted) * ONES);
    // Only a byte without a difference, or one above it, borrows into its highest bit.
    differences.wrapping_sub(ONES) & !differences & (ONES << 7)
}

/// What begins with a digit is neither a word of the configuration nor a header.
fn number(cell: &str) -> Option<&str> {
    cell.starts_with(|c: char| c.is_ascii_digit())
        .then_some(cell)
}

/// Neither blanks nor a byte order mark at its ends: ASCII or Cyrillic letters. Others are
/// looked at by others.
fn is_trimmed(cell: &[u8]) -> bool {
    // The first byte of each of the letters of U+0400 to U+047F, and of no blank.
    let is_cyrillic = |byte: u8| matches!(byte, 0xd0 | 0xd1);
    match cell {
        [] => true,
        [only] => only.is_ascii_graphic(),
        [first, .., before, last] => {
            (first.is_ascii_graphic() || is_cyrillic(*first))
                && (last.is_ascii_graphic() || is_cyrillic(*before))
        }
        [first, last] => {
            is_cyrillic(*first) || (first.is_ascii_graphic() && last.is_ascii_graphic())
        }
    }
}

/// Whether it begins as `Итого`, `Всего`, `Общий итог`, `Разом` or `Total` does, in either case.
fn may_be_total(cell: &[u8]) -> bool {
    matches!(
        cell,
        [b'T' | b't', ..]
            | [0xd0, 0x98 | 0xb8 | 0x92 | 0xb2 | 0x9e | 0xbe | 0xa0, ..]
            | [0xd1, 0x80, ..]
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::formats::ahead::Supply;
    use crate::formats::decode::Utf8Reader;
    use crate::formats::limits;
    use crate::formats::table::{CsvOptions, Reader};

    /// Rows that are read while the header is looked for, and never the short way.
    const N_AHEAD: usize = limits::HEADER_WITHIN;

    fn rows_of(list: &str, options: &CsvOptions, is_careful: bool) -> Result<Vec<Row>, String> {
        let text = Utf8Reader::new(list.as_bytes()).map_err(|err| err.to_string())?;
        let mut reader = Reader::new(text, options).map_err(|err| err.to_string())?;
        if is_careful && let Some(Supply::Here(cutter)) = &mut reader.supply {
            cutter.plain = None;
        }
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row() {
            rows.push(row.map_err(|err| err.to_string())?);
        }
        Ok(rows)
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[А-Яа-яA-Za-z0-9-]{1,8}",
            6 => "[0-9]{1,5}([.,][0-9]{0,4})?",
            1 => " ?[А-ЯёЁA-Z0-9&. ]{0,6} ?",
            1 => prop::sample::select(vec![
                "", " ", "Итого", "Всего: 5", "Общий итог", "1.234,5", "Total", "t1", "вилка", "Рама", "-5", "1e3", "да", "Остаток",
                "Артикул", "Цена", "\u{feff}5", "5\u{a0}", "1 000", "99999999999999999999", "😀", "\u{fffd}", "№1", "5 р.",
            ]).prop_map(str::to_owned),
        ]
    }

    #[test]
    fn a_list_of_stock_is_read_the_short_way() {
        let list = format!("Артикул;Остаток\n{}", "А-1;5\n".repeat(N_AHEAD + 3));
        let text = Utf8Reader::new(list.as_bytes()).unwrap();
        let mut reader = Reader::new(text, &CsvOptions::default()).unwrap();
        while !reader.ahead.is_empty() {
            reader.next_row().unwrap().unwrap().unwrap();
        }
        let supply = reader.supply.as_mut().unwrap();
        supply.next(&mut reader.batch).unwrap();
        let mut n_plain = 0;
        while reader.batch.next_plain().is_some() {
            n_plain += 1;
        }
        assert_eq!(n_plain, 3);
        assert!(reader.batch.outcome.is_some());
        let rows = PlainRows {
            delimiter: b';',
            columns: vec![PlainColumn::Article, PlainColumn::Quantity],
        };
        let plain = |row: &str| {
            ["\n", "\r\n"].into_iter().all(|end| {
                let text = format!("{row}{end}");
                rows.cut(&text, 0, 1, &mut PlainRow::default()) == Some(text.len())
            })
        };
        assert!(plain("А-1;5") && plain("x;6,5") && plain("a b;1 000"));
        for other in [
            "В-1;5",
            "А-1;-5",
            "А-1; 5",
            "А-1;5;",
            "А-1",
            ";5",
            "А-1;",
            "А-1;5\u{a0}",
            "Чай&;x",
            "А\r-1;5",
            "А-1;5\n",
        ] {
            assert!(!plain(other), "{other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_cell_ends_where_it_does(text in prop::collection::vec(prop_oneof![
            prop::sample::select(b";:<\n\x0b\r\x0c\x0e\x00\x80\xbb\x8a".to_vec()), prop::num::u8::ANY,
        ], 0..40)) {
            let rows = PlainRows { delimiter: b';', columns: Vec::new() };
            let end = text.iter().position(|byte| b";\n\r".contains(byte));
            prop_assert_eq!(rows.cell_end(&text), end);
        }

        #[test]
        fn both_ways_say_the_same(
            header in prop::sample::select(vec![
                "Артикул;Остаток", "Остаток;Артикул", "Артикул;Наименование;Остаток", "Артикул;Цена",
                "Код;Артикул;Цена;Остаток", "Артикул;Цена;Валюта", "Артикул;Склад;Остаток", "Артикул;Наименование;Цена",
                "Артикул;Розничная", "Артикул;Количество;Доступно", "Артикул;Остаток;Остаток;Цена",
            ]),
            rows in prop::collection::vec(prop::collection::vec(cell(), 1..5), 1..12),
            has_words in prop::bool::weighted(0.1),
            prices_in_kopecks in prop::bool::weighted(0.1),
        ) {
            let mut options = CsvOptions { prices_in_kopecks, ..CsvOptions::default() };
            if has_words {
                options.words.insert("5".to_owned(), Quantity::ZERO);
            }
            let n_columns = header.split(';').count();
            // Mostly as many cells as there belong.
            let rows = rows.into_iter().enumerate().map(|(at, mut row)| {
                if at % 4 != 3 {
                    row.resize(n_columns, "7".to_owned());
                }
                row.join(";")
            });
            let ahead = format!("{}\n", vec!["7"; n_columns].join(";")).repeat(N_AHEAD);
            let list = format!("{header}\n{ahead}{}\n", rows.collect::<Vec<_>>().join("\n"));
            prop_assert_eq!(
                rows_of(&list, &options, false),
                rows_of(&list, &options, true),
                "{}", list
            );
        }
    }
}
