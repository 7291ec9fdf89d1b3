//! The article number: what ties a product in 1C to a product in the shop.

use std::fmt;
use std::sync::LazyLock;

use thiserror::Error;

use crate::domain::shown::excerpt;
use crate::wording::{Message, Worded, message};

/// OpenCart keeps the article in a `varchar(64)` column and cuts longer values
/// off without a word, which would merge two products into one.
const MAX_CHARS: usize = 64;

/// An article number: trimmed, not empty, at most 64 characters as the shop stores
/// it, free of control characters and of characters that old shops cannot store.
///
/// It is text, always: `00123` and `123` are two articles.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sku(Box<str>);

/// Why a text cannot be an article.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum BadSku {
    /// Sent to the shop, an empty article would match every product without one.
    Empty,
    TooLong(String),
    Unprintable(String),
}

impl Worded for BadSku {
    fn message(&self) -> Message {
        match self {
            Self::Empty => message!("sku-empty"),
            Self::TooLong(sku) => message!("sku-too-long", sku = sku, limit = MAX_CHARS),
            Self::Unprintable(sku) => message!("sku-unprintable", sku = sku),
        }
    }
}

impl Sku {
    #[inline]
    pub fn parse(text: &str) -> Result<Self, BadSku> {
        // What nearly every article is made of takes one look at each byte.
        if is_plain(text.as_bytes()) {
            return Ok(Self(Box::from(text)));
        }
        Self::parse_other(text)
    }

    fn parse_other(text: &str) -> Result<Self, BadSku> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadSku::Empty);
        }
        // The tables of OpenCart 2.3 and 3.0 have no room for characters beyond the
        // basic plane and store `????`.
        if text
            .chars()
            .any(|c| c.is_control() || c == '\u{fffd}' || c > '\u{ffff}')
        {
            return Err(BadSku::Unprintable(excerpt(text)));
        }
        if stored_len(text) > MAX_CHARS {
            return Err(BadSku::TooLong(excerpt(text)));
        }
        Ok(Self(Box::from(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The article as the shop's database compares it: without regard to case,
    /// and `ё` equal to `е`.
    ///
    /// Two articles with the same match key are one article to OpenCart. The
    /// rule was measured on `MariaDB`'s `utf8_general_ci` and `utf8mb4_unicode_ci`;
    /// `й` and `и` stay distinct there, and so do Cyrillic `А` and Latin `A`.
    pub fn match_key(&self) -> String {
        match_key(&self.0)
    }
}

/// An article as it is to be: nothing to trim, nothing to refuse. Never more characters
/// than bytes.
fn is_plain(bytes: &[u8]) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(|byte| *byte != b' ');
    let is_plain: &[bool; 256] = &IS_PLAIN;
    let is_known = |byte: &u8| is_plain.get(usize::from(*byte)) == Some(&true);
    bytes.len() <= MAX_CHARS
        && is_edge(bytes.first())
        && is_edge(bytes.last())
        && bytes.iter().all(is_known)
}

/// Printable ASCII that the shop stores as it is, and the letters of U+0400 to U+047F: in
/// UTF-8 these begin with one of two bytes, and what begins otherwise does not get by.
static IS_PLAIN: LazyLock<[bool; 256]> = LazyLock::new(|| {
    let mut is_plain = [false; 256];
    for (byte, is_plain) in (0..=u8::MAX).zip(&mut is_plain) {
        *is_plain = matches!(byte, 0x20..=0x7e | 0x80..=0xbf | 0xd0 | 0xd1)
            && !matches!(byte, b'&' | b'"' | b'<' | b'>');
    }
    is_plain
});

/// Number of characters in the shop's database, where `&`, `"`, `<` and `>` are entities.
pub fn stored_len(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '&' => 5,
            '"' => 6,
            '<' | '>' => 4,
            _ => 1,
        })
        .sum()
}

/// See [`Sku::match_key`]; for texts that come from the shop itself.
pub fn match_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.trim_end().chars() {
        match c {
            // What nearly every article is made of needs no table of all the world's
            // letters; a key is made several times for each row.
            '\0'..='\u{7f}' => key.push(c.to_ascii_lowercase()),
            'а'..='я' => key.push(c),
            'А'..='Я' => key.push(char::from_u32(u32::from(c) + 0x20).unwrap_or(c)),
            other => key.extend(other.to_lowercase().map(without_accent)),
        }
    }
    key
}

fn without_accent(c: char) -> char {
    match c {
        'ё' => 'е',
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_leading_zeros_and_trims_blanks() {
        assert_eq!(Sku::parse(" 00123 ").unwrap().as_str(), "00123");
    }

    #[test]
    fn refuses_what_the_shop_would_mistake() {
        assert_eq!(Sku::parse("  "), Err(BadSku::Empty));
        assert!(matches!(
            Sku::parse(&"x".repeat(65)),
            Err(BadSku::TooLong(_))
        ));
        assert!(Sku::parse(&"ж".repeat(64)).is_ok());
        assert!(matches!(
            Sku::parse(&format!("{}\"", "x".repeat(60))),
            Err(BadSku::TooLong(_))
        ));
        assert!(matches!(Sku::parse("A-😀"), Err(BadSku::Unprintable(_))));
        assert!(matches!(Sku::parse("a\u{0}b"), Err(BadSku::Unprintable(_))));
        assert!(matches!(
            Sku::parse("a\u{fffd}b"),
            Err(BadSku::Unprintable(_))
        ));
    }

    #[test]
    fn what_passes_as_plain_would_pass_the_long_way() {
        for c in '\0'..='\u{2fff}' {
            for text in [
                format!("{c}"),
                format!("x{c}"),
                format!("{c}x"),
                format!("{c}{c}"),
            ] {
                if is_plain(text.as_bytes()) {
                    assert_eq!(text.trim(), text);
                    assert!(
                        !c.is_control() && stored_len(&text) == text.chars().count(),
                        "{c:?}"
                    );
                }
            }
        }
        assert!(is_plain("АРТ-001 ёЁ".as_bytes()) && !is_plain(b"a&b"));
    }

    #[test]
    fn the_short_cut_for_common_letters_is_none_in_meaning() {
        for c in '\0'..='\u{4ff}' {
            let whole: String = c.to_lowercase().map(without_accent).collect();
            let text = format!("x{c}x");
            assert_eq!(match_key(&text), format!("x{whole}x"), "{c:?}");
        }
    }

    #[test]
    fn compares_as_the_shop_does() {
        for (left, right, same) in [
            ("KB-001", "kb-001", true),
            ("АРТ-77", "арт-77", true),
            ("МЁД", "мед", true),
            ("й", "и", false),
            ("А1", "A1", false),
            ("00123", "123", false),
        ] {
            let (l, r) = (Sku::parse(left).unwrap(), Sku::parse(right).unwrap());
            assert_eq!(l.match_key() == r.match_key(), same, "{left} and {right}");
        }
    }
}
