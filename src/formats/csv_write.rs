//! Writes lists as CSV that Excel and 1C's table loader open without questions.

use std::io::{self, Write};

/// UTF-8 with a byte order mark (Excel takes anything else for the system's
/// code page), `;`, CRLF.
pub fn write_table<W: Write>(
    mut target: W,
    header: &[&str],
    rows: &[Vec<String>],
) -> io::Result<()> {
    target.write_all(b"\xef\xbb\xbf")?;
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(target);
    writer.write_record(header).map_err(io::Error::from)?;
    for row in rows {
        writer
            .write_record(row.iter().map(|cell| harmless(cell)))
            .map_err(io::Error::from)?;
    }
    writer.flush()
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
        write_table(&mut target, &["a", "b", "c"], &[row]).unwrap();
        assert_eq!(
            String::from_utf8(target).unwrap(),
            "\u{feff}a;b;c\r\n'=1+1;-5;\"a;\"\"b\"\"\"\r\n"
        );
    }
}
