//! A request as PHP sees it: `$_GET`, `$_POST` and `$_COOKIE` after OpenCart's cleaning.

use std::collections::HashMap;

use axum::http::{HeaderMap, Method, Uri, header};

use super::Dialect;
use super::escape::{html_escape, php_trim};

/// PHP's default `post_max_size`: a longer body arrives as no fields at all.
const POST_MAX_SIZE: usize = 8 * 1024 * 1024;

/// One posted field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Text(String),
    /// `data[sku]=1`; PHP makes an array of it, which the module does not expect.
    Array,
}

#[derive(Clone)]
pub(super) struct Request {
    pub(super) query: HashMap<String, String>,
    fields: HashMap<String, Field>,
    cookies: HashMap<String, String>,
    pub(super) accept_language: String,
    pub(super) origin: Option<String>,
    /// As it came; read by obmen's own module alone.
    pub(super) raw: Vec<u8>,
    headers: HeaderMap,
}

impl Request {
    pub(super) fn read(
        dialect: Dialect,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Request {
        let raw_fields = if method == Method::POST && body.len() <= POST_MAX_SIZE {
            read_body(text_of(headers, header::CONTENT_TYPE), body)
        } else {
            Vec::new()
        };
        Request {
            query: read_pairs(uri.query().unwrap_or_default().as_bytes())
                .into_iter()
                .map(|(name, value)| (lossy(&name), lossy(&value)))
                .collect(),
            fields: raw_fields
                .into_iter()
                .map(|(name, value)| read_field(dialect, &lossy(&name), value))
                .collect(),
            cookies: read_cookies(text_of(headers, header::COOKIE)),
            accept_language: text_of(headers, header::ACCEPT_LANGUAGE).to_owned(),
            origin: headers
                .get(header::ORIGIN)
                .and_then(|o| o.to_str().ok())
                .map(str::to_owned),
            raw: body.to_vec(),
            headers: headers.clone(),
        }
    }

    /// A header of the request, or nothing.
    pub(super) fn header(&self, name: &'static str) -> &str {
        text_of(&self.headers, header::HeaderName::from_static(name))
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }

    /// A field that is there and is plain text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.fields.get(name) {
            Some(Field::Text(text)) => Some(text),
            Some(Field::Array) | None => None,
        }
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }
}

/// PHP hands on the bytes; what is no UTF-8 is nothing here.
fn text_of(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| str::from_utf8(value.as_bytes()).ok())
        .unwrap_or_default()
}

fn read_body(content_type: &str, body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    if content_type.starts_with("application/x-www-form-urlencoded") {
        read_pairs(body)
    } else if let Some((_, boundary)) = content_type.split_once("boundary=") {
        read_multipart(boundary.trim_matches('"'), body)
    } else {
        // A JSON body is not read by PHP's form parser.
        Vec::new()
    }
}

fn read_pairs(encoded: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    encoded
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let name = parts.next().unwrap_or_default();
            (
                percent_decode(name),
                percent_decode(parts.next().unwrap_or_default()),
            )
        })
        .collect()
}

/// Kept as bytes, because what is not UTF-8 is later dropped as a whole.
fn percent_decode(encoded: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'+', _) => decoded.push(b' '),
            (b'%', [high, low, after_hex @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high * 16 + low);
                    rest = after_hex;
                }
                _ => decoded.push(b'%'),
            },
            (other, _) => decoded.push(*other),
        }
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

fn read_multipart(boundary: &str, body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let delimiter = format!("--{boundary}");
    split_by(body, delimiter.as_bytes())
        .into_iter()
        .filter_map(|part| {
            let blank_line = memchr::memmem::find(part, b"\r\n\r\n")?;
            let (head, value) = part.split_at_checked(blank_line)?;
            let head = lossy(head);
            let (_, name) = head.split_once(" name=\"")?;
            let (name, _) = name.split_once('"')?;
            let value = value.get(4..)?.strip_suffix(b"\r\n")?;
            Some((name.as_bytes().to_vec(), value.to_vec()))
        })
        .collect()
}

fn split_by<'a>(text: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut start = 0;
    for at in memchr::memmem::find_iter(text, delimiter) {
        parts.extend(text.get(start..at));
        start = at + delimiter.len();
    }
    parts
}

fn read_field(dialect: Dialect, name: &str, value: Vec<u8>) -> (String, Field) {
    match name.split_once('[') {
        Some((array, _)) => (array.to_owned(), Field::Array),
        None => (name.to_owned(), Field::Text(cleaned(dialect, value))),
    }
}

/// OpenCart's `Request::clean`. `htmlspecialchars` gives nothing at all for text that is not UTF-8.
fn cleaned(dialect: Dialect, value: Vec<u8>) -> String {
    let escaped = html_escape(&String::from_utf8(value).unwrap_or_default());
    match dialect {
        Dialect::V23 => escaped,
        Dialect::V30 | Dialect::V40 | Dialect::V41 => php_trim(&escaped).to_owned(),
    }
}

fn read_cookies(header: &str) -> HashMap<String, String> {
    header
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(content_type: &'static str, body: &[u8]) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        let uri = Uri::from_static("/index.php?route=api/zstore|cats&api_token=x");
        Request::read(Dialect::V30, &Method::POST, &uri, &headers, body)
    }

    #[test]
    fn reads_fields_as_php_does() {
        const FORM: &str = "application/x-www-form-urlencoded";
        for (body, data) in [
            (&b"data=%7B%22a%22%3A+1%7D"[..], "{&quot;a&quot;: 1}"),
            (b"data={\"A&B\":1}&", "{&quot;A"),
            (b"data=+x+", "x"),
            (b"data=100%", "100%"),
            (b"data=%CF%F0", ""),
        ] {
            let request = posted(FORM, body);
            assert_eq!(request.text("data"), Some(data), "sent as {}", lossy(body));
        }
        assert_eq!(
            posted(FORM, b"data[K1]=1").field("data"),
            Some(&Field::Array)
        );
        assert_eq!(
            posted("application/json", b"{\"data\":1}").field("data"),
            None
        );
        assert_eq!(posted(FORM, b"").query("route"), Some("api/zstore|cats"));
    }

    #[test]
    fn reads_multipart_forms() {
        let body = b"--b0\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{}\r\n--b0--\r\n";
        assert_eq!(
            posted("multipart/form-data; boundary=b0", body).text("data"),
            Some("{}")
        );
    }

    #[test]
    fn drops_a_body_over_the_limit() {
        let mut body = b"data=".to_vec();
        body.resize(POST_MAX_SIZE + 1, b'1');
        assert_eq!(
            posted("application/x-www-form-urlencoded", &body).field("data"),
            None
        );
    }
}
