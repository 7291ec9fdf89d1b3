//! How OpenCart stores text, and how text must be written so that it ends up stored that way.
//!
//! A POST field goes through `htmlspecialchars`, then the module turns `&quot;`
//! back into `"`, then decodes JSON. JSON's own `\u0026` passes all three
//! untouched. So text is escaped here as the admin panel would, and the JSON is
//! written without any `&`, `<` or `>`: what arrives in the database, or is
//! compared with it, is then exactly the admin panel's form.

use serde_json::Value;

/// `&`, `"`, `<`, `>` as entities; the apostrophe stays, as in the admin panel.
pub(super) fn as_stored(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

const ENTITIES: [(&str, &str); 6] = [
    ("&amp;", "&"),
    ("&quot;", "\""),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&#039;", "'"),
    ("&#39;", "'"),
];

/// Undoes [`as_stored`], once: rows written by other programs may hold raw quotes.
pub(super) fn as_written(stored: &str) -> String {
    if !stored.contains('&') {
        return stored.to_owned();
    }
    let mut written = String::with_capacity(stored.len());
    let mut rest = stored;
    while let Some((before, from)) = rest.find('&').and_then(|at| rest.split_at_checked(at)) {
        written.push_str(before);
        rest = if let Some((entity, text)) =
            ENTITIES.iter().find(|(entity, _)| from.starts_with(entity))
        {
            written.push_str(text);
            from.strip_prefix(entity).unwrap_or_default()
        } else {
            written.push('&');
            from.strip_prefix('&').unwrap_or_default()
        };
    }
    written.push_str(rest);
    written
}

/// JSON that `htmlspecialchars` leaves as it is.
pub(super) fn to_json(value: &Value) -> String {
    value
        .to_string()
        .replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_comes_back_as_it_was_written() {
        for text in [
            "Кабель 3\" & <b>",
            "R&D",
            "O'Neil",
            "&amp;",
            "100 % & more;",
            "&",
            "a&b;c",
        ] {
            assert_eq!(as_written(&as_stored(text)), text);
        }
        assert_eq!(
            as_written("ООО &quot;Рога &amp; копыта&quot;"),
            "ООО \"Рога & копыта\""
        );
        assert_eq!(as_written("raw \" quote and &#039;"), "raw \" quote and '");
    }

    #[test]
    fn json_holds_nothing_that_php_would_escape() {
        let json = to_json(&json!({ as_stored("12\" & <"): 5 }));
        assert_eq!(json, r#"{"12\u0026quot; \u0026amp; \u0026lt;":5}"#);
    }
}
