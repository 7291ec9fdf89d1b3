//! What PHP and OpenCart do to text on its way into the database and back out as JSON.

use serde_json::Value;

/// The white space that PHP's `trim` removes; Rust's `trim` would take more.
const PHP_BLANKS: [char; 6] = [' ', '\t', '\n', '\r', '\0', '\u{b}'];

/// `htmlspecialchars` with `ENT_COMPAT`, as the admin panel stores text: the apostrophe stays.
pub(super) fn html_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Undoes [`html_escape`] once, so that `&amp;lt;` becomes `&lt;`.
pub(super) fn html_unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// PHP's `trim`.
pub(super) fn php_trim(text: &str) -> &str {
    text.trim_matches(PHP_BLANKS)
}

/// What `json_decode` of the module makes of a cleaned form field.
///
/// The module turns `&quot;` back into quotes but leaves `&amp;`, `&lt;` and
/// `&gt;`; JSON escapes such as `\u0026` pass untouched, because they are
/// decoded last. Text that is not JSON becomes `null`.
pub(super) fn decode_field(cleaned: &str) -> Value {
    serde_json::from_str(&cleaned.replace("&quot;", "\"")).unwrap_or(Value::Null)
}

/// PHP's `json_encode` with its defaults: ASCII only, `\/`, and `[]` for an empty map.
pub(super) fn php_json(value: &Value) -> String {
    let json = empty_maps_as_lists(value).to_string();
    let mut encoded = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        match c {
            '/' => encoded.push_str("\\/"),
            ascii if ascii.is_ascii() => encoded.push(ascii),
            other => {
                for unit in other.encode_utf16(&mut units) {
                    encoded.push_str("\\u");
                    encoded.extend(hex_digits(*unit));
                }
            }
        }
    }
    encoded
}

fn hex_digits(unit: u16) -> impl Iterator<Item = char> {
    [12, 8, 4, 0]
        .into_iter()
        .filter_map(move |shift| char::from_digit(u32::from(unit >> shift) & 15, 16))
}

/// A PHP array does not know whether it was meant as a list or a map, and an empty one is a list.
fn empty_maps_as_lists(value: &Value) -> Value {
    match value {
        Value::Object(map) if map.is_empty() => Value::Array(Vec::new()),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), empty_maps_as_lists(value)))
            .collect(),
        Value::Array(list) => list.iter().map(empty_maps_as_lists).collect(),
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stores_text_as_the_admin_panel_does() {
        assert_eq!(
            html_escape("ООО \"A&B\" <x> O'N"),
            "ООО &quot;A&amp;B&quot; &lt;x&gt; O'N"
        );
        assert_eq!(html_unescape("&amp;lt; &quot;x&quot;"), "&lt; \"x\"");
    }

    #[test]
    fn decodes_fields_as_the_module_does() {
        for (sent, key) in [
            (r#"{"A&B":1}"#, "A&amp;B"),
            (r#"{"12\"":1}"#, "12\""),
            (r#"{"12&quot;":1}"#, "12&amp;quot;"),
            (r#"{"12\u0026quot;":1}"#, "12&quot;"),
        ] {
            let decoded = decode_field(&html_escape(sent));
            assert_eq!(decoded[key], 1, "sent as {sent}");
        }
        assert_eq!(decode_field(r#"{"KB-001":"#), Value::Null);
    }

    #[test]
    fn writes_json_as_php_does() {
        for (value, written) in [
            (
                json!({"a": "Чай/x", "b": {}}),
                r#"{"a":"\u0427\u0430\u0439\/x","b":[]}"#,
            ),
            (
                json!(["😀", "line\nend\t'"]),
                r#"["\ud83d\ude00","line\nend\t'"]"#,
            ),
            (json!({"error": null}), r#"{"error":null}"#),
        ] {
            assert_eq!(php_json(&value), written);
        }
    }
}
