//! Writes lists as CSV that Excel and 1C's table loader open without questions.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::formats::Encoding;

/// A table that is written row by row: `;` and CRLF.
pub struct Table<W: Write>(csv::Writer<W>);

impl<W: Write> Table<W> {
    fn begin(target: W, header: &[&str]) -> io::Result<Self> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            .from_writer(target);
        writer.write_record(header).map_err(io::Error::from)?;
        Ok(Self(writer))
    }

    /// In UTF-8 with a mark in front.
    pub fn begin_marked(mut target: W, header: &[&str]) -> io::Result<Self> {
        target.write_all(&Encoding::Utf8WithMark.plain(""))?;
        Self::begin(target, header)
    }

    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) -> io::Result<()> {
        for cell in cells {
            let cell = harmless(cell.as_ref());
            self.0
                .write_field(cell.as_bytes())
                .map_err(io::Error::from)?;
        }
        // Ends the row.
        self.0.write_record(None::<&[u8]>).map_err(io::Error::from)
    }

    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// In the encoding that whoever opens it expects: Excel takes UTF-8 without a mark
/// for the system's code page.
pub fn write_table<W: Write>(
    mut target: W,
    header: &[&str],
    rows: &[Vec<String>],
    encoding: Encoding,
) -> io::Result<()> {
    let mut table = Table::begin(Vec::new(), header)?;
    for row in rows {
        table.row(row)?;
    }
    let table = String::from_utf8(table.finish()?).map_err(io::Error::other)?;
    target.write_all(&encoding.plain(&table))
}

/// A cell beginning with one of these is a formula to Excel, wherever the text
/// came from; an apostrophe in front keeps it text.
fn harmless(cell: &str) -> Cow<'_, str> {
    let looks_so = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if looks_so && crate::domain::number::parse_decimal(cell).is_err() {
        return format!("'{cell}").into();
    }
    cell.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        let mut target = Vec::new();
        let row = vec!["=1+1".to_owned(), "-5".to_owned(), "a;\"b\"".to_owned()];
        write_table(
            &mut target,
            &["a", "b", "c"],
            &[row],
            Encoding::Utf8WithMark,
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(target).unwrap(),
            "\u{feff}a;b;c\r\n'=1+1;-5;\"a;\"\"b\"\"\"\r\n"
        );
    }
}
