//! Texts from outside, made fit for one line of a log, a receipt or a screen.
//!
//! A line break in a name would forge a line of the log, an escape character
//! would steer the terminal, and a bidirectional mark would show `gpj.csv` as
//! `vsc.jpg`.

/// Characters of an [`excerpt`].
const SHOWN: usize = 100;

/// The text in one line; what would not show as itself is escaped, as in `\n` and `\u{202e}`.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if is_misleading(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// The beginning of the text, in one line.
pub fn excerpt(text: &str) -> String {
    let mut start = text.chars();
    let shown: String = start.by_ref().take(SHOWN).collect();
    let mut line = one_line(&shown);
    if start.next().is_some() {
        line.push('…');
    }
    line
}

/// Controls, marks of writing direction, and what some programs take for a line break.
fn is_misleading(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_stays_in_its_line() {
        assert_eq!(one_line("Чай «Ahmad» №1\t🍵"), "Чай «Ahmad» №1\\t🍵");
        assert_eq!(
            one_line("a\nINFO b\r\u{1b}[2J\u{202e}vsc"),
            "a\\nINFO b\\r\\u{1b}[2J\\u{202e}vsc"
        );
        assert_eq!(excerpt(&"ж".repeat(100)), "ж".repeat(100));
        assert_eq!(
            excerpt(&"ж".repeat(10_000_000)),
            format!("{}…", "ж".repeat(100))
        );
    }
}
