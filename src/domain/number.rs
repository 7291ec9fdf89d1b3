//! Reads decimal numbers as people and 1C write them.

use rust_decimal::Decimal;
use thiserror::Error;

use crate::domain::shown::excerpt;
use crate::wording::{Message, Worded, message};

/// Why a text is not a number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum BadNumber {
    Empty,
    NotANumber(String),
    TooLong(String),
}

impl Worded for BadNumber {
    fn message(&self) -> Message {
        match self {
            Self::Empty => message!("number-empty"),
            Self::NotANumber(text) => message!("number-not-one", text = text),
            Self::TooLong(text) => message!("number-too-long", text = text),
        }
    }
}

/// Currency words that stand behind (or before) a price in a saved report.
const CURRENCY_WORDS: [&str; 14] = [
    "руб.", "руб", "р.", "р", "₽", "rub", "грн.", "грн", "₴", "тг.", "тг", "₸", "$", "€",
];

/// Reads `1234.50`, `1 234,50`, `-3`, `22 030,60р.` and the like.
///
/// Blanks of every kind group thousands; one comma or one dot separates the
/// fraction. `1,234.50` and `1.234,50` are read as well, since two signs leave no doubt;
/// `1e3` is not: in a price list it is a typo, although `Decimal` would read
/// it as a thousand.
#[inline]
pub fn parse_decimal(text: &str) -> Result<Decimal, BadNumber> {
    // What nearly every file holds.
    match plain_decimal(text) {
        Some(number) => Ok(number),
        None => parse_other(text),
    }
}

fn parse_other(text: &str) -> Result<Decimal, BadNumber> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(BadNumber::Empty);
    }
    let bad = || BadNumber::NotANumber(excerpt(trimmed));
    let plain = plain_digits(strip_currency(trimmed)).ok_or_else(bad)?;
    if plain.len() > 30 {
        return Err(BadNumber::TooLong(excerpt(trimmed)));
    }
    Decimal::from_str_exact(&plain).map_err(|_| bad())
}

/// Digits, with one dot or comma between them or none, as long as 64 bits hold them.
#[inline]
fn plain_decimal(text: &str) -> Option<Decimal> {
    let (mantissa, scale) = plain_number(text.as_bytes())?;
    let low = u32::try_from(mantissa & u64::from(u32::MAX)).ok()?;
    let high = u32::try_from(mantissa >> u32::BITS).ok()?;
    // Not `Decimal::new`: it is a call, and takes longer than all the rest of this.
    Some(Decimal::from_parts(low, high, 0, false, scale))
}

/// The digits as a whole number, and how many of them stand behind the separator.
fn plain_number(bytes: &[u8]) -> Option<(u64, u32)> {
    const MAX_DIGITS: usize = 18;
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    if bytes.len() > MAX_DIGITS || !is_digit(bytes.first()) || !is_digit(bytes.last()) {
        return None;
    }
    let mut number: u64 = 0;
    let mut separator = None;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number * 10 + u64::from(byte - b'0'),
            b'.' | b',' if separator.is_none() => separator = Some(at),
            _ => return None,
        }
    }
    let scale = separator.map_or(0, |before| bytes.len() - before - 1);
    Some((number, u32::try_from(scale).ok()?))
}

fn strip_currency(text: &str) -> &str {
    let mut rest = text.trim();
    for word in CURRENCY_WORDS {
        if let Some((cut, tail)) = split_tail(rest, word.chars().count())
            && tail.to_lowercase() == word
        {
            rest = cut.trim_end();
            break;
        }
    }
    rest.strip_prefix(['$', '€', '₽', '₴', '₸'])
        .unwrap_or(rest)
        .trim_start()
}

fn split_tail(text: &str, n_chars: usize) -> Option<(&str, &str)> {
    let (at, _) = text.char_indices().rev().nth(n_chars.checked_sub(1)?)?;
    text.split_at_checked(at)
}

/// `None` unless the text is a sign, digits, blanks between them and at most one
/// decimal separator.
fn plain_digits(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let (mut has_digit, mut has_separator) = (false, false);
    // `1,234.50` and `1.234,50`: of two different signs the last is the decimal one.
    let grouping = [(',', '.'), ('.', ',')]
        .into_iter()
        .find(|(group, decimal)| is_grouped(text, *group, *decimal))
        .map(|(group, _)| group);
    for (at, c) in text.chars().enumerate() {
        match c {
            '-' | '\u{2212}' if at == 0 => plain.push('-'),
            '+' if at == 0 => {}
            '0'..='9' => {
                has_digit = true;
                plain.push(c);
            }
            c if Some(c) == grouping => {}
            '.' | ',' if !has_separator => {
                has_separator = true;
                if !has_digit {
                    plain.push('0');
                }
                plain.push('.');
            }
            // Excel and 1C group thousands with a no-break space, thin or not.
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' if has_digit && !has_separator => {}
            _ => return None,
        }
    }
    if plain.ends_with('.') {
        plain.pop();
    }
    has_digit.then_some(plain)
}

/// Whether groups of exactly three digits stand before the decimal sign.
fn is_grouped(text: &str, group: char, decimal: char) -> bool {
    let Some((whole, _)) = text.split_once(decimal) else {
        return false;
    };
    let mut groups = whole.trim_start_matches('-').split(group);
    groups
        .next()
        .is_some_and(|first| (1..=3).contains(&first.len()))
        && whole.contains(group)
        && groups.all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_ways_people_write_numbers() {
        for (written, read) in [
            ("1234,50", "1234.50"),
            ("1 234,50", "1234.50"),
            ("1\u{a0}234,5000", "1234.5000"),
            ("12.3456", "12.3456"),
            ("22 030,60р.", "22030.60"),
            ("8.02 руб.", "8.02"),
            ("1 500 ₽", "1500"),
            ("$10.5", "10.5"),
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("-1.234.567,5", "-1234567.5"),
            ("1.234", "1.234"),
            ("-70.687", "-70.687"),
            ("\u{2212}3", "-3"),
            (",5", "0.5"),
            ("5.", "5"),
            ("+7", "7"),
            ("0", "0"),
        ] {
            assert_eq!(
                parse_decimal(written).unwrap().to_string(),
                read,
                "written as {written:?}"
            );
        }
    }

    #[test]
    fn the_short_cut_for_plain_digits_is_none_in_meaning() {
        for written in [
            "0",
            "00",
            "7",
            "007.50",
            "5.000000",
            "0.0",
            "0.10",
            "123456789012345678",
            "12345678.123456789",
            "7,50",
            "1,234",
            "999999999999999999",
        ] {
            let (short, whole) = (plain_decimal(written), parse_other(written));
            let short = short.unwrap();
            assert_eq!(short.unpack(), whole.unwrap().unpack(), "{written}");
        }
        for other in [
            "",
            ".5",
            "5.",
            "1.2.3",
            "1,234.5",
            "-1",
            "1 0",
            "1e3",
            "1234567890123456789",
            "٣",
        ] {
            assert_eq!(plain_decimal(other), None, "{other}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_number() {
        for written in [
            "по запросу",
            "1e3",
            "1.2.3",
            "12-5",
            "--1",
            "1 000,5,5",
            "1.23,50",
            "1,234.5.6",
            "₽",
            ".",
            "ИСТИНА",
            "0x10",
        ] {
            assert!(
                matches!(parse_decimal(written), Err(BadNumber::NotANumber(_))),
                "{written:?}"
            );
        }
        assert_eq!(parse_decimal("  "), Err(BadNumber::Empty));
        assert!(parse_decimal(&"9".repeat(40)).is_err());
    }
}
