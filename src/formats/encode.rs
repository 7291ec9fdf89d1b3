//! UTF-8 to the bytes that the reader on the other side wants.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1251;

/// How a written file is encoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    Utf8,
    /// With a byte order mark in front: Excel takes anything else for the system's code page.
    Utf8WithMark,
    Windows1251,
}

impl Encoding {
    /// As the configuration calls it.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "utf-8" => Some(Self::Utf8),
            "utf-8-bom" => Some(Self::Utf8WithMark),
            "windows-1251" => Some(Self::Windows1251),
            _ => None,
        }
    }

    /// As an XML declaration calls it.
    pub(super) fn declared(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8WithMark => "UTF-8",
            Self::Windows1251 => "windows-1251",
        }
    }

    /// XML in its bytes. A character that windows-1251 lacks becomes a numeric
    /// reference, which every reader of XML turns back: nothing is lost.
    pub(super) fn xml(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 | Self::Utf8WithMark => self.marked(text),
            // As the standard for browsers has it, the encoder writes `&#128512;` itself.
            Self::Windows1251 => WINDOWS_1251.encode(text).0.into_owned(),
        }
    }

    /// Plain text in its bytes, where nothing can stand for a missing character but `?`.
    pub(super) fn plain(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 | Self::Utf8WithMark => self.marked(text),
            Self::Windows1251 => {
                let mut letter = [0; 4];
                text.chars()
                    .map(|c| match WINDOWS_1251.encode(c.encode_utf8(&mut letter)) {
                        (Cow::Borrowed([byte]), _, _) => *byte,
                        (Cow::Owned(bytes), _, false) => bytes.first().copied().unwrap_or(b'?'),
                        _ => b'?',
                    })
                    .collect()
            }
        }
    }

    fn marked(self, text: &str) -> Vec<u8> {
        let mark: &[u8] = match self {
            Self::Utf8WithMark => b"\xef\xbb\xbf",
            Self::Utf8 | Self::Windows1251 => b"",
        };
        [mark, text.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_is_dropped_in_any_encoding() {
        let text = "Чай №1 😀 ї";
        assert_eq!(Encoding::Utf8.xml(text), text.as_bytes());
        let marked = Encoding::Utf8WithMark.plain(text);
        assert_eq!(marked.strip_prefix(b"\xef\xbb\xbf"), Some(text.as_bytes()));
        let xml = Encoding::Windows1251.xml(text);
        assert_eq!(WINDOWS_1251.decode(&xml).0, "Чай №1 &#128512; ї");
        let plain = Encoding::Windows1251.plain(text);
        assert_eq!(WINDOWS_1251.decode(&plain).0, "Чай №1 ? ї");
    }
}
