//! Brings the rows of an Excel workbook, new (`.xlsx`) or old (`.xls`), as text.
//!
//! A workbook is not a stream: its texts lie apart from its cells, and its
//! directory at its end. So it is read whole, within limits; a list without
//! limits is a text file. Formulas are not calculated: the value counts that
//! Excel saved with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Cursor, Read};
use std::ops::RangeInclusive;
use std::panic::{self, AssertUnwindSafe};

use calamine::{Data, DataRef, ExcelDateTime, SheetType, SheetVisible, Xls, XlsError, Xlsx};
use calamine::{Reader as _, XlsOptions};
use rust_decimal::Decimal;
use zip::ZipArchive;

use crate::formats::table::container::look_into_container;
use crate::formats::table::lines::Record;
use crate::formats::{FileError, Place, limits};
use crate::wording::{Message, message};

pub(super) struct Workbook(Kind);

enum Kind {
    New(Xlsx<Cursor<Vec<u8>>>),
    Old(Xls<Cursor<Vec<u8>>>),
}

impl Workbook {
    pub(super) fn read<R: Read>(source: R) -> Result<Self, FileError> {
        let mut bytes = Vec::new();
        source
            .take(limits::WORKBOOK + 1)
            .read_to_end(&mut bytes)
            .map_err(FileError::Io)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits::WORKBOOK {
            return Err(limit(
                1,
                message!("limit-workbook", mb = limits::WORKBOOK / 1024 / 1024),
            ));
        }
        let is_zip = bytes.starts_with(b"PK");
        if is_zip {
            look_into_zip(&bytes)?;
        } else {
            look_into_container(&bytes)?;
        }
        guarded(|| {
            Ok(Self(if is_zip {
                Kind::New(Xlsx::new(Cursor::new(bytes)).map_err(|err| broken(1, &err))?)
            } else {
                Kind::Old(
                    Xls::new_with_options(Cursor::new(bytes), XlsOptions::default())
                        .map_err(|err| not_opened(&err))?,
                )
            }))
        })
    }

    /// The sheets that Excel shows, in its order.
    pub(super) fn sheets(&self) -> Vec<String> {
        let sheets = match &self.0 {
            Kind::New(book) => book.sheets_metadata(),
            Kind::Old(book) => book.sheets_metadata(),
        };
        sheets
            .iter()
            .filter(|sheet| {
                sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
            })
            .map(|sheet| sheet.name.clone())
            .collect()
    }

    /// The rows that say something; `line` is the row's number in Excel.
    pub(super) fn records(&mut self, sheet: &str) -> Result<Vec<Record>, FileError> {
        let mut rows = BTreeMap::new();
        let mut dates = Vec::new();
        guarded(|| match &mut self.0 {
            Kind::New(book) => {
                // Cell by cell: a whole sheet would be a rectangle up to the
                // farthest cell, and one stray cell would fill the memory.
                let mut cells = book
                    .worksheet_cells_reader(sheet)
                    .map_err(|err| broken(1, &err))?;
                loop {
                    let line = rows.last_key_value().map_or(0, |(row, _)| *row) + 1;
                    let cell = cells
                        .next_cell()
                        .map_err(|err| broken(u64::from(line), &err))?;
                    let Some(cell) = cell else { return Ok(()) };
                    let position = cell.get_position();
                    if let DataRef::DateTime(date) = cell.get_value() {
                        dates.push((position, *date));
                    }
                    put(&mut rows, position, text_of_new(cell.get_value()))?;
                }
            }
            Kind::Old(book) => {
                let range = book.worksheet_range(sheet).map_err(|err| broken(1, &err))?;
                let (first_row, first_column) = range.start().unwrap_or_default();
                for (row, column, value) in range.used_cells() {
                    let position = u32::try_from(row)
                        .ok()
                        .zip(u32::try_from(column).ok())
                        .map(|(row, column)| (first_row + row, first_column + column));
                    let position = position.unwrap_or_default();
                    if let Data::DateTime(date) = value {
                        dates.push((position, *date));
                    }
                    put(&mut rows, position, text_of(value))?;
                }
                Ok(())
            }
        })?;
        for (position, text) in numbers_among(&dates) {
            put(&mut rows, position, text)?;
        }
        let n_cells: usize = rows.values().map(width).sum();
        if n_cells > limits::WORKBOOK_CELLS {
            let detail = message!("limit-sheet-cells", limit = limits::WORKBOOK_CELLS);
            return Err(limit(1, detail));
        }
        Ok(rows.into_iter().map(record).collect())
    }
}

/// The texts of a row by their columns, in order.
type Texts = Vec<(u32, String)>;

/// Cells of a row up to its last text.
fn width(texts: &Texts) -> usize {
    let last = texts.last().map(|(column, _)| *column);
    last.map_or(0, |last| usize::try_from(last).unwrap_or(usize::MAX) + 1)
}

fn record((row, texts): (u32, Texts)) -> Record {
    let mut record = Record {
        line: u64::from(row) + 1,
        ..Record::default()
    };
    let mut next = 0;
    for (column, text) in &texts {
        for _ in next..*column {
            record.cells.push("");
        }
        record.cells.push(text);
        next = column + 1;
    }
    record
}

/// A damaged workbook must not take the service down with it: calamine has
/// panicked on such before, in its reader of the old format above all.
fn guarded<T>(read: impl FnOnce() -> Result<T, FileError>) -> Result<T, FileError> {
    panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(damaged(message!("workbook-damaged"))))
}

/// What calamine does not look at before it unpacks.
fn look_into_zip(bytes: &[u8]) -> Result<(), FileError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|err| FileError::Truncated {
        place: Place { line: 1 },
        detail: Message::plain(err.to_string()),
    })?;
    let is_workbook = archive
        .file_names_raw()
        .any(|name| name.eq_ignore_ascii_case(b"xl/workbook.xml"));
    if !is_workbook {
        return Err(FileError::OtherFormat { kind: "other-zip" });
    }
    let packed = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let most = limits::WORKBOOK_UNPACKED.min(
        packed
            .saturating_mul(limits::ARCHIVE_RATIO)
            .max(limits::ARCHIVE_SMALL),
    );
    if unpacked_size(&mut archive, most)? > most {
        return Err(limit(
            1,
            message!("limit-workbook-unpacked", mb = most / 1024 / 1024),
        ));
    }
    Ok(())
}

/// What the archive declares may be a lie, so it is unpacked once to nowhere.
fn unpacked_size(archive: &mut ZipArchive<Cursor<&[u8]>>, most: u64) -> Result<u64, FileError> {
    let mut size = 0;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|err| broken(1, &err))?;
        size +=
            io::copy(&mut entry.take(most + 1), &mut io::sink()).map_err(|err| broken(1, &err))?;
        if size > most {
            break;
        }
    }
    Ok(size)
}

fn put(
    rows: &mut BTreeMap<u32, Texts>,
    (row, column): (u32, u32),
    text: String,
) -> Result<(), FileError> {
    if text.is_empty() || column >= limits::WORKBOOK_COLUMNS {
        return Ok(());
    }
    if rows.len() >= limits::WORKBOOK_ROWS && !rows.contains_key(&row) {
        return Err(limit(
            u64::from(row) + 1,
            message!("limit-sheet-rows", limit = limits::WORKBOOK_ROWS),
        ));
    }
    let texts = rows.entry(row).or_default();
    // Nearly always behind the last one.
    let at = texts.partition_point(|(known, _)| *known < column);
    match texts.get_mut(at) {
        Some((known, old)) if *known == column => *old = text,
        Some(_) | None => texts.insert(at, (column, text)),
    }
    Ok(())
}

fn text_of_new(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => (*text).to_owned(),
        other => text_of(&Data::from(other.clone())),
    }
}

/// What Excel shows in the cell, by its value; its number format is not looked
/// at, so that `00123` is an article only where it is kept as text.
fn text_of(value: &Data) -> String {
    match value {
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => shown(*number),
        Data::Bool(true) => "ИСТИНА".to_owned(),
        Data::Bool(false) => "ЛОЖЬ".to_owned(),
        // `#Н/Д` and the like: reported where a number was expected.
        Data::Error(err) => err.to_string(),
        // Where a number was expected, it is reported as it is shown.
        Data::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Empty => String::new(),
    }
}

/// What lies in a column that cannot all be dates. 1C keeps formats of its own under
/// numbers that Excel has for dates of other countries: codes come as dates then.
fn numbers_among(
    dates: &[((u32, u32), ExcelDateTime)],
) -> impl Iterator<Item = ((u32, u32), String)> {
    /// 1990-01-01 to 2100-12-31, in days.
    const LIKELY: RangeInclusive<i64> = 32_874..=73_415;
    let days = |date: &ExcelDateTime| -> Option<i64> {
        let shown = shown(date.as_f64());
        shown.split('.').next()?.parse().ok()
    };
    let unlikely = dates
        .iter()
        .filter(|(_, date)| days(date).is_none_or(|days| !LIKELY.contains(&days)))
        .map(|((_, column), _)| *column);
    let columns: BTreeSet<u32> = unlikely.collect();
    dates
        .iter()
        .filter(move |((_, column), _)| columns.contains(column))
        .map(|(position, date)| (*position, shown(date.as_f64())))
}

/// The number with the fifteen digits that Excel keeps, so that what was typed
/// as 12.3 is `12.3` and a sum of 0.1 and 0.2 is `0.3`. Here, and only here, binary
/// numbers become decimal.
fn shown(number: impl fmt::LowerExp + fmt::Display) -> String {
    Decimal::from_scientific(&format!("{number:.14e}")).map_or_else(
        |_| number.to_string(),
        |decimal| decimal.normalize().to_string(),
    )
}

fn not_opened(err: &XlsError) -> FileError {
    match err {
        XlsError::Password => FileError::OtherFormat {
            kind: "workbook-with-password",
        },
        err => broken(1, err),
    }
}

pub(super) fn damaged(detail: Message) -> FileError {
    FileError::Broken {
        place: Place { line: 1 },
        detail,
    }
}

fn broken(line: u64, err: &impl ToString) -> FileError {
    FileError::Broken {
        place: Place { line },
        detail: Message::plain(err.to_string()),
    }
}

fn limit(line: u64, detail: Message) -> FileError {
    FileError::Limit {
        place: Place { line },
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{CsvOptions, read};

    #[test]
    fn numbers_come_out_as_excel_shows_them() {
        for (kept, text) in [
            (Data::Float(12.3), "12.3"),
            (Data::Float(62.100_000_000_000_01), "62.1"),
            (Data::Float(0.300_000_000_000_000_04), "0.3"),
            (Data::Float(4_600_000_000_017.0), "4600000000017"),
            (Data::Float(-0.5), "-0.5"),
            (Data::Float(100.0), "100"),
            (Data::Float(0.0), "0"),
            (Data::Int(7), "7"),
            (Data::Bool(true), "ИСТИНА"),
            (Data::DateTimeIso("2026-11-20".to_owned()), "2026-11-20"),
            (Data::Empty, ""),
        ] {
            assert_eq!(text_of(&kept), text, "{kept:?}");
        }
    }

    /// A price list of 1C with the format `00000000000` for its codes.
    #[test]
    fn codes_under_a_format_that_looks_like_a_date_are_numbers() {
        let date = |days| ExcelDateTime::new(days, calamine::ExcelDateTimeType::DateTime, false);
        let dates = [
            ((1, 0), date(2_193_312.0)),
            ((2, 0), date(45_000.0)),
            ((1, 3), date(46_000.0)),
        ];
        let numbers: Vec<_> = numbers_among(&dates).collect();
        let expected = [((1, 0), "2193312"), ((2, 0), "45000")];
        assert_eq!(numbers, expected.map(|(at, text)| (at, text.to_owned())));
        assert_eq!(text_of(&Data::DateTime(date(46_000.0))), "2025-12-09");
    }

    #[test]
    fn what_is_no_workbook_is_said_to_be_none() {
        let code = |bytes: &[u8]| read(bytes, &CsvOptions::default()).map(|_| ()).unwrap_err();
        let empty_zip = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(code(b"PK\x03\x04 cut off").code(), "truncated");
        assert_eq!(code(b"PK\x03\x04 cut off").line(), Some(1));
        assert_eq!(
            code(&[b"PK\x03\x04", empty_zip.as_slice()].concat()).code(),
            "other-format"
        );
        assert_eq!(
            code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut off").code(),
            "broken"
        );
    }
}
