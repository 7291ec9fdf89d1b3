//! Tells the format of a file by its first bytes, never by its name.

use crate::domain::shown::excerpt;
use crate::formats::FileError;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Xml,
    Table,
}

/// Kinds that people drop by mistake and that deserve a plain word, by their first bytes.
const OTHER_KINDS: [(&[u8], &str); 8] = [
    (b"MOXCEL", "mxl"),
    (b"Rar!", "other-archive"),
    (b"7z\xbc\xaf", "other-archive"),
    (b"\x1f\x8b", "other-archive"),
    (b"%PDF", "pdf"),
    (b"{\\rtf", "word"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
];

pub(super) fn other_kind(head: &[u8]) -> Option<&'static str> {
    OTHER_KINDS
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, kind)| *kind)
}

/// How many bytes [`is_workbook`] wants to see.
pub(super) const N_MAGIC: u64 = 4;

/// Whether a file that begins so may be a workbook: a zip archive, or the
/// container of the old Office.
pub(super) fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0")
}

/// `head` is the beginning of the decoded text.
pub(super) fn detect(head: &str) -> Result<Kind, FileError> {
    let start = head.trim_start();
    if start.is_empty() {
        return Err(FileError::Empty);
    }
    let lower: String = start
        .chars()
        .take(15)
        .flat_map(char::to_lowercase)
        .collect();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Err(FileError::OtherFormat { kind: "web-page" });
    }
    if start.starts_with('<') {
        return Ok(Kind::Xml);
    }
    let is_table = start
        .lines()
        .take(50)
        .any(|line| line.contains([';', '\t', ',']));
    let is_binary = start
        .chars()
        .take(200)
        .any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n'));
    if is_table && !is_binary {
        return Ok(Kind::Table);
    }
    Err(FileError::UnknownFormat {
        start: excerpt(start),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_format_by_its_first_characters() {
        assert_eq!(detect("\n <?xml version=\"1.0\"?>").unwrap(), Kind::Xml);
        assert_eq!(detect("Артикул;Цена\n").unwrap(), Kind::Table);
        assert_eq!(
            detect("Остатки на складе\n\nАртикул\tОстаток\n").unwrap(),
            Kind::Table
        );
        assert!(matches!(detect(" \r\n"), Err(FileError::Empty)));
        assert!(matches!(
            detect("<!doctype HTML><html>"),
            Err(FileError::OtherFormat { .. })
        ));
        assert!(matches!(
            detect("hello"),
            Err(FileError::UnknownFormat { .. })
        ));
        assert!(other_kind(b"%PDF-1.4").is_some());
        assert!(other_kind("Артикул".as_bytes()).is_none());
    }
}
