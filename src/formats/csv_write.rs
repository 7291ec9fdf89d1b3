//! Writes lists as CSV that Excel and 1C's table loader open without questions.

use std::io::{self, Write};

use crate::formats::Encoding;

/// `;`, CRLF, in the encoding that whoever opens it expects: Excel takes UTF-8
/// without a mark for the system's code page.
pub fn write_table<W: Write>(
    mut target: W,
    header: &[&str],
    rows: &[Vec<String>],
    encoding: Encoding,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(header).map_err(io::Error::from)?;
    for row in rows {
        writer
            .write_record(row.iter().map(|cell| harmless(cell)))
            .map_err(io::Error::from)?;
    }
    let table = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    let table = String::from_utf8(table).map_err(io::Error::other)?;
    target.write_all(&encoding.plain(&table))
}

/// A cell beginning with one of these is a formula to Excel, wherever the text
/// came from; an apostrophe in front keeps it text.
fn harmless(cell: &str) -> String {
    let is_number = crate::domain::number::parse_decimal(cell).is_ok();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        return format!("'{cell}");
    }
    cell.to_owned()
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
