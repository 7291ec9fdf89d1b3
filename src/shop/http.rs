//! One HTTP request and its answer, and what it means when there is none.

use std::error::Error as _;
use std::io::Read as _;

use reqwest::blocking::{RequestBuilder, Response};
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use crate::shop::error::ShopError;
use crate::shop::reply::excerpt;
use crate::wording::{Message, message};

/// The largest answer taken: lists of some hundred thousand products fit in.
const MAX_ANSWER: u64 = 256 * 1024 * 1024;

/// An HTTP answer, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) body: String,
    pub(super) headers: HeaderMap,
}

/// `https://shop.example`, with a folder or `index.php` behind it, as people paste it.
pub(super) fn index_of(address: &str) -> Result<Url, ShopError> {
    let bad = || ShopError::Address(address.to_owned());
    let mut url = Url::parse(address.trim()).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https")
        || url.host_str().is_none()
        || !url.username().is_empty()
    {
        return Err(bad());
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url
        .path()
        .trim_end_matches('/')
        .trim_end_matches("index.php")
        .trim_end_matches('/')
        .to_owned();
    url.set_path(&format!("{path}/index.php"));
    Ok(url)
}

pub(super) fn send(request: RequestBuilder, function: &'static str) -> Result<Answer, ShopError> {
    let response = request
        .send()
        .map_err(|err| transport_error(&err, function))?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let location = headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let body = read_body(response, function)?;
    Ok(Answer {
        status,
        location,
        body,
        headers,
    })
}

fn read_body(response: Response, function: &'static str) -> Result<String, ShopError> {
    let mut bytes = Vec::new();
    let limited = &mut response.take(MAX_ANSWER);
    limited
        .read_to_end(&mut bytes)
        .map_err(|err| ShopError::NoAnswer {
            function,
            detail: Message::of_io(&err),
        })?;
    if limited.limit() == 0 {
        return Err(ShopError::Unintelligible {
            function,
            start: "more than 256 MB".to_owned(),
        });
    }
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|err| String::from_utf8_lossy(err.as_bytes()).into_owned()))
}

/// Before the connection stood, the shop cannot have acted; after that it may have.
fn transport_error(err: &reqwest::Error, function: &'static str) -> ShopError {
    if err.is_connect() || err.is_builder() {
        let host = err.url().and_then(Url::host_str);
        let detail = match host {
            Some(host) => message!("because", message = host, why = chain(err)),
            None => chain(err),
        };
        return ShopError::Unreachable { detail };
    }
    ShopError::NoAnswer {
        function,
        detail: chain(err),
    }
}

/// The innermost cause says what happened (`connection refused`); the outer ones name the address with its token.
pub(super) fn chain(err: &reqwest::Error) -> Message {
    if err.is_timeout() {
        return message!("http-no-answer");
    }
    let mut cause: &dyn std::error::Error = err;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let is_outermost = err.source().is_none();
    if is_outermost {
        message!("http-failed")
    } else {
        Message::plain(excerpt(&cause.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_as_people_paste_them() {
        for (pasted, index) in [
            ("https://shop.example", "https://shop.example/index.php"),
            ("https://shop.example/", "https://shop.example/index.php"),
            (
                " http://127.0.0.1:8030/shop/index.php?route=common/home ",
                "http://127.0.0.1:8030/shop/index.php",
            ),
        ] {
            assert_eq!(index_of(pasted).unwrap().as_str(), index);
        }
        for wrong in [
            "shop.example",
            "ftp://shop.example",
            "",
            "https://user:pw@shop.example",
        ] {
            assert_eq!(index_of(wrong), Err(ShopError::Address(wrong.to_owned())));
        }
    }
}
