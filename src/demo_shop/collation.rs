//! Which texts the database takes for the same article.
//!
//! OpenCart compares articles with the collation of the table, which ignores
//! case, accents and trailing blanks. Two articles that differ only in these
//! are one article to `updatequantity`, but two rows in the catalogue.
//! <https://dev.mysql.com/doc/refman/8.0/en/charset-collation-implementations.html>

use super::Dialect;

/// The text that all articles equal to `sku` in this shop have in common.
pub(super) fn fold(sku: &str, dialect: Dialect) -> String {
    // PAD SPACE: only blanks at the end do not count, tabs and leading blanks do.
    let sku = sku.trim_end_matches(' ');
    let mut folded = String::with_capacity(sku.len());
    for c in sku.chars().flat_map(char::to_lowercase) {
        match (c, has_unicode_rules(dialect)) {
            ('ß', true) => folded.push_str("ss"),
            ('ß', false) => folded.push('s'),
            ('ї', false) => folded.push('і'),
            (other, _) => folded.push(without_accent(other)),
        }
    }
    folded
}

/// 3.0 and 4.1 use `utf8mb4_unicode_ci`, the others `general_ci`.
fn has_unicode_rules(dialect: Dialect) -> bool {
    match dialect {
        Dialect::V30 | Dialect::V41 => true,
        Dialect::V23 | Dialect::V40 => false,
    }
}

/// `й` is absent on purpose: the database keeps it apart from `и`.
fn without_accent(c: char) -> char {
    match c {
        'ё' => 'е',
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_articles_for_the_same_as_mysql_does() {
        for (left, right, in_30, in_40) in [
            ("KB-001", "kb-001", true, true),
            ("KB-001", "KB-001  ", true, true),
            ("KB-001", " KB-001", false, false),
            ("АРТ-77", "арт-77", true, true),
            ("ЁЛКА", "елка", true, true),
            ("май", "маи", false, false),
            ("A", "А", false, false),
            ("Café", "CAFE", true, true),
            ("Straße", "strasse", true, false),
            ("ї", "і", false, true),
            ("00123", "123", false, false),
        ] {
            for (dialect, same) in [(Dialect::V30, in_30), (Dialect::V40, in_40)] {
                assert_eq!(
                    fold(left, dialect) == fold(right, dialect),
                    same,
                    "{left:?} and {right:?} in {dialect:?}"
                );
            }
        }
    }
}
