//! Brings the rows of an Excel workbook, new (`.xlsx`) or old (`.xls`), as text.
//!
//! A workbook is not a stream: its texts lie apart from its cells, and its
//! directory at its end. So it is read whole, within limits; a list without
//! limits is a text file. Formulas are not calculated: the value counts that
//! Excel saved with them.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Cursor, Read};
use std::panic::{self, AssertUnwindSafe};

use calamine::{Data, DataRef, SheetType, SheetVisible, Xls, XlsError, Xlsx};
use calamine::{Reader as _, XlsOptions};
use rust_decimal::Decimal;
use zip::ZipArchive;

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
                    let text = text_of_new(cell.get_value());
                    put(&mut rows, cell.get_position(), text)?;
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
                    put(&mut rows, position.unwrap_or_default(), text_of(value))?;
                }
                Ok(())
            }
        })?;
        Ok(rows
            .into_iter()
            .map(|(row, texts)| {
                let mut record = Record {
                    line: u64::from(row) + 1,
                    ..Record::default()
                };
                for text in &texts {
                    record.cells.push(text);
                }
                record
            })
            .collect())
    }
}

/// A damaged workbook must not take the service down with it: calamine has
/// panicked on such before, in its reader of the old format above all.
fn guarded<T>(read: impl FnOnce() -> Result<T, FileError>) -> Result<T, FileError> {
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(FileError::Broken {
            place: Place { line: 1 },
            detail: message!("workbook-damaged"),
        })
    })
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
    rows: &mut BTreeMap<u32, Vec<String>>,
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
    let cells = rows.entry(row).or_default();
    let at = usize::try_from(column).unwrap_or(usize::MAX);
    if cells.len() <= at {
        cells.resize(at + 1, String::new());
    }
    if let Some(cell) = cells.get_mut(at) {
        *cell = text;
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
        // No column of a list holds a date.
        Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_) | Data::Empty => {
            String::new()
        }
    }
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

/// Every Office file of old is such a container, and so is a new one with a password.
fn look_into_container(bytes: &[u8]) -> Result<(), FileError> {
    let holds = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(bytes, &name).is_some()
    };
    let kind = if holds("EncryptedPackage") {
        "workbook-with-password"
    } else if holds("WordDocument") && !holds("Workbook") {
        "old-word"
    } else {
        return Ok(());
    };
    Err(FileError::OtherFormat { kind })
}

fn not_opened(err: &XlsError) -> FileError {
    match err {
        XlsError::Password => FileError::OtherFormat {
            kind: "workbook-with-password",
        },
        err => broken(1, err),
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
            (Data::DateTimeIso("2026-11-20".to_owned()), ""),
            (Data::Empty, ""),
        ] {
            assert_eq!(text_of(&kept), text, "{kept:?}");
        }
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
