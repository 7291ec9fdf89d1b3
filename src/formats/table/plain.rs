//! The short way for what nearly every row of a list is: an article and a number or two.
//!
//! It takes a row only where `lines` and `rows` would say the same of it, word for
//! word, and leaves every other one to them untouched; a property test holds the two
//! ways side by side. Whatever changes there must be looked at here.

use crate::domain::{Money, Offer, OfferPrice, Quantity, Sku};
use crate::formats::table::Column;
use crate::formats::table::header::Slot;

/// What the columns of a list are, if rows of it can be plain.
pub(super) struct PlainRows {
    delimiter: u8,
    n_columns: usize,
    article: usize,
    name: Option<usize>,
    price: Option<usize>,
    quantity: Option<usize>,
}

impl PlainRows {
    /// `None` for lists whose rows say more.
    pub(super) fn of(slots: &[Slot], delimiter: char) -> Option<Self> {
        let mut only = [None; 3];
        let [article, price, quantity] = &mut only;
        let mut name = None;
        for (at, slot) in slots.iter().enumerate() {
            let place = match slot.column {
                Column::Article => &mut *article,
                Column::Price => &mut *price,
                Column::Quantity => &mut *quantity,
                Column::Name => {
                    name.get_or_insert(at);
                    continue;
                }
                Column::Code
                | Column::Description
                | Column::Unit
                | Column::Group
                | Column::Manufacturer
                | Column::Ignored => continue,
                Column::Id
                | Column::Barcode
                | Column::Currency
                | Column::Warehouse
                | Column::WarehouseStock
                | Column::Order
                | Column::Status => return None,
            };
            if place.replace(at).is_some() {
                return None;
            }
            // Else a number might be the header come again.
            let is_number = slot.column != Column::Article;
            if is_number && !slot.header.starts_with(char::is_alphabetic) {
                return None;
            }
        }
        let [article, price, quantity] = only;
        price.or(quantity)?;
        Some(Self {
            delimiter: u8::try_from(delimiter).ok()?,
            n_columns: slots.len(),
            article: article?,
            name,
            price,
            quantity,
        })
    }

    /// The offer that a row states; `None` unless all of it is plain. `row` is without
    /// its end and without quotation marks.
    pub(super) fn offer(&self, row: &str, line: u64) -> Option<Offer> {
        let (mut sku, mut name) = (None, None);
        let (mut price, mut quantity) = (None, None);
        let mut at = 0;
        let mut is_first = true;
        let mut rest = Some(row);
        while let Some(row) = rest {
            let end = row.bytes().position(|byte| byte == self.delimiter);
            let cell = row.get(..end.unwrap_or(row.len()))?;
            rest = end.and_then(|end| row.get(end + 1..));
            if cell.is_empty() {
                if at == self.article || Some(at) == self.price || Some(at) == self.quantity {
                    return None;
                }
            } else {
                let bytes = cell.as_bytes();
                if !is_trimmed(bytes) || (is_first && may_be_total(bytes)) {
                    return None;
                }
                is_first = false;
                if at == self.article {
                    sku = Some(cell);
                } else if Some(at) == self.quantity {
                    quantity = Some(Quantity::parse(number(cell)?).ok()?);
                } else if Some(at) == self.price {
                    price = Some(Money::parse(number(cell)?).ok()?);
                } else if Some(at) == self.name {
                    name = Some(cell);
                }
            }
            at += 1;
        }
        if at != self.n_columns {
            return None;
        }
        let price = price.map(|price| OfferPrice {
            price_type: None,
            price,
            currency: None,
            line,
        });
        Some(Offer {
            sku: Some(Sku::parse(sku?).ok()?),
            name: name.map(str::to_owned),
            prices: price.into_iter().collect(),
            quantity,
            line,
            ..Offer::default()
        })
    }
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
    use crate::formats::decode::Utf8Reader;
    use crate::formats::table::{CsvOptions, Reader};
    use crate::formats::{Row, limits};

    /// Rows that are read while the header is looked for, and never the short way.
    const N_AHEAD: usize = limits::HEADER_WITHIN;

    fn rows_of(list: &str, options: &CsvOptions, is_careful: bool) -> Result<Vec<Row>, String> {
        let text = Utf8Reader::new(list.as_bytes()).map_err(|err| err.to_string())?;
        let mut reader = Reader::new(text, options).map_err(|err| err.to_string())?;
        if is_careful {
            reader.plain = None;
        }
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row().map_err(|err| err.to_string())? {
            rows.push(row);
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
        reader.read_plain();
        assert_eq!(reader.ready.len(), 3);
        assert_eq!(reader.record.line, u64::try_from(N_AHEAD).unwrap() + 4);
        let rows = PlainRows {
            delimiter: b';',
            n_columns: 2,
            article: 0,
            name: None,
            price: None,
            quantity: Some(1),
        };
        let plain = |row: &str| rows.offer(row, 1).is_some();
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
        ] {
            assert!(!plain(other), "{other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

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
