//! What the database makes of a value that the module pasted into its SQL unchecked.
//!
//! The module writes `set quantity= 2,5   WHERE …`; the shop then answers with
//! the error text of the server, so the places it complains about are kept as
//! measured. Values that would be injected as SQL of their own are refused
//! here as syntax errors: a practice shop does not need the hole.

use rust_decimal::{Decimal, RoundingStrategy};

/// Longest excerpt of the statement that a syntax error shows.
const NEAR_CHARS: usize = 80;

/// The ends of `decimal(15,4)`; the database clamps without a word.
const MAX_PRICE: Decimal = Decimal::from_parts(2_764_472_319, 232_830, 0, false, 4);

/// A statement that the database server refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SqlError {
    pub(super) state: &'static str,
    pub(super) number: u16,
    pub(super) message: String,
    pub(super) statement: String,
}

impl SqlError {
    pub(super) fn syntax(near: &str, statement: &str) -> SqlError {
        let near: String = near.chars().take(NEAR_CHARS).collect();
        SqlError {
            state: "42000",
            number: 1064,
            message: format!(
                "You have an error in your SQL syntax; check the manual that corresponds to your \
                 MariaDB server version for the right syntax to use near '{near}' at line 1"
            ),
            statement: statement.to_owned(),
        }
    }

    pub(super) fn unknown_column(name: &str, clause: &str, statement: &str) -> SqlError {
        SqlError {
            state: "42S22",
            number: 1054,
            message: format!("Unknown column '{name}' in '{clause}'"),
            statement: statement.to_owned(),
        }
    }

    pub(super) fn column_count(statement: &str) -> SqlError {
        SqlError {
            state: "21S01",
            number: 1136,
            message: "Column count doesn't match value count at row 1".to_owned(),
            statement: statement.to_owned(),
        }
    }
}

/// How the server reads a value standing where an expression is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expression<'a> {
    Number(Decimal),
    Missing,
    Column(&'a str),
    /// `2,5`: a number, and the rest after the comma.
    List(&'a str),
    Nonsense(&'a str),
}

pub(super) fn read(value: &str) -> Expression<'_> {
    let value = value.trim();
    if value.is_empty() {
        return Expression::Missing;
    }
    if let Some(number) = parse_number(value) {
        return Expression::Number(number);
    }
    if let Some((first, rest)) = value.split_once(',')
        && parse_number(first).is_some()
    {
        return Expression::List(rest.trim_start());
    }
    if is_identifier(value) {
        Expression::Column(value)
    } else {
        Expression::Nonsense(value)
    }
}

fn is_identifier(value: &str) -> bool {
    value.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && value.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Reads `12`, `-3`, `2.5` and `1.0E+25`; a number too large for us is too large for the column as well.
fn parse_number(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let is_mantissa = mantissa.starts_with(|c: char| c.is_ascii_digit())
        && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.')
        && mantissa.matches('.').count() < 2;
    let exponent: i32 = exponent.parse().ok()?;
    if !is_mantissa {
        return None;
    }
    let size = magnitude(mantissa, exponent);
    Some(if text.starts_with('-') { -size } else { size })
}

fn magnitude(mantissa: &str, exponent: i32) -> Decimal {
    let number = match exponent {
        // Rounds a long fraction, where `from_scientific` gives up.
        0 => mantissa.parse(),
        _ => Decimal::from_scientific(&format!("{mantissa}e{exponent}")),
    };
    number.unwrap_or(if exponent < 0 {
        Decimal::ZERO
    } else {
        Decimal::MAX
    })
}

/// Into an `int(4)` column: rounded half away from zero and clamped.
pub(super) fn to_int(number: Decimal) -> i32 {
    let rounded = number.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    let end = if number.is_sign_negative() {
        i32::MIN
    } else {
        i32::MAX
    };
    i32::try_from(rounded).unwrap_or(end)
}

/// Into a `decimal(15,4)` column: rounded half away from zero and clamped.
pub(super) fn to_price(number: Decimal) -> Decimal {
    number
        .round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero)
        .clamp(-MAX_PRICE, MAX_PRICE)
}

/// A decimal column as the database prints it, with all its digits.
pub(super) fn with_digits(number: Decimal, n_digits: u32) -> String {
    let mut number = number;
    number.rescale(n_digits);
    number.to_string()
}

/// `mysqli::real_escape_string`.
pub(super) fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\'', "\\'")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// PHP's `(int)` of a text: the digits it starts with, else zero.
pub(super) fn php_int(text: &str) -> i64 {
    let text = text.trim_start();
    let n_sign = usize::from(text.starts_with(['-', '+']));
    let end = text
        .char_indices()
        .skip(n_sign)
        .find(|(_, c)| !c.is_ascii_digit())
        .map_or(text.len(), |(at, _)| at);
    text.get(..end)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        match read(text) {
            Expression::Number(number) => number,
            other => panic!("{text:?} was read as {other:?}"),
        }
    }

    #[test]
    fn stores_quantities_as_the_column_does() {
        for (sent, stored) in [
            ("12", 12),
            ("2.5", 3),
            ("-2.5", -3),
            ("-3", -3),
            ("99999999999", i32::MAX),
            ("1e30", i32::MAX),
        ] {
            assert_eq!(to_int(number(sent)), stored, "sent as {sent}");
        }
    }

    #[test]
    fn stores_prices_as_the_column_does() {
        for (sent, stored) in [
            ("13.75", "13.7500"),
            ("10.123456789", "10.1235"),
            ("1e-7", "0.0000"),
            ("1.0E+25", "99999999999.9999"),
            ("1e90", "99999999999.9999"),
            ("-5", "-5.0000"),
        ] {
            assert_eq!(
                with_digits(to_price(number(sent)), 4),
                stored,
                "sent as {sent}"
            );
        }
    }

    #[test]
    fn reads_what_is_not_a_number_as_sql() {
        for (sent, read_as) in [
            ("", Expression::Missing),
            ("x", Expression::Column("x")),
            ("2,5", Expression::List("5")),
            ("5, price=0.01", Expression::List("price=0.01")),
            ("0 -- ", Expression::Nonsense("0 --")),
        ] {
            assert_eq!(read(sent), read_as, "sent as {sent:?}");
        }
    }

    #[test]
    fn casts_texts_to_int_as_php_does() {
        for (text, int) in [
            ("12", 12),
            ("5abc", 5),
            ("abc", 0),
            ("", 0),
            ("-7", -7),
            ("12.9", 12),
        ] {
            assert_eq!(php_int(text), int, "cast from {text:?}");
        }
    }
}
