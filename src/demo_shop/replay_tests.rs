//! Sends what was once sent to real OpenCart shops and expects the answers they gave.
//!
//! The recordings lie outside the repository, in the folder that
//! `OBMEN_TRANSCRIPTS` names: a folder for each version, a file for each case.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::recorded::{Recorded, read_case, recorded_catalogue};
use super::tests::{Client, exchange, noon};
use super::*;

const VERSIONS: [(&str, Dialect); 6] = [
    ("2.3.0.2", Dialect::V23),
    ("3.0.5.1", Dialect::V30),
    ("4.0.1.1", Dialect::V40),
    ("4.0.2.3", Dialect::V40),
    ("4.1.0.3", Dialect::V41),
    ("4.1.0.4", Dialect::V41),
];

/// Cases that are not replayed: start of the name, versions, why.
const LEFT_OUT: [(&str, &str, &str); 13] = [
    ("addproducts_sqli", "", "the shop refuses smuggled SQL"),
    (
        "big_",
        "",
        "recorded in a shop with 20,000 products, and shortened",
    ),
    (
        "body_over_post_max_size",
        "",
        "the recorded request is shortened",
    ),
    ("data_as_fields", "", "the recorded request is shortened"),
    ("form_9mb", "", "the recorded request is shortened"),
    ("maintenance_home", "", "a page of the storefront"),
    ("native_", "", "the native interface of 4.1 is not offered"),
    (
        "no_token_api_order",
        "",
        "the native interface of 4.1 is not offered",
    ),
    (
        "orders_sqli",
        "",
        "the shop refuses smuggled SQL; read as fixture",
    ),
    (
        "statuses_dot",
        "4.0.1",
        "4.0.1 knows `|` only, the dialect is that of 4.0.2",
    ),
    (
        "statuses_unknown_token",
        "4.0.1",
        "4.0.1 words the same fault in another way",
    ),
    (
        "token_expired_session",
        "4.0",
        "the session row was changed behind the shop's back",
    ),
    ("updatequantity_sqli", "", "the shop refuses smuggled SQL"),
];

/// Cases that continue the session of another case.
const CONTINUED: [(&str, &str); 2] = [
    ("lang_second_call_plain", "lang_first_call_accept_ru"),
    ("statuses_lang_ru", "statuses_ok"),
];

/// Status, content type and body of an answer, as far as shops of one version must agree on them.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    status: String,
    content_type: String,
    body: String,
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that did nothing should say so")]
fn answers_as_the_recorded_shops_did() {
    let Some(folder) = std::env::var_os("OBMEN_TRANSCRIPTS") else {
        assert!(
            std::env::var_os("OBMEN_REQUIRE_FACTS").is_none(),
            "OBMEN_TRANSCRIPTS is not set"
        );
        eprintln!("OBMEN_TRANSCRIPTS is not set: no recorded answer was compared");
        return;
    };
    let mut n_cases = 0;
    let mut differences = Vec::new();
    for (version, dialect) in VERSIONS {
        let Ok(entries) = fs::read_dir(Path::new(&folder).join(version)) else {
            continue;
        };
        let cases: HashMap<String, Recorded> = entries
            .filter_map(|entry| read_case(&entry.unwrap().path()))
            .collect();
        let catalogue = recorded_catalogue(&cases);
        for (name, case) in &cases {
            if is_left_out(name, version) {
                continue;
            }
            n_cases += 1;
            let earlier = CONTINUED
                .iter()
                .find(|(continuation, _)| continuation == name)
                .and_then(|(_, first)| cases.get(*first));
            let shop = start(settings_for(name, dialect, catalogue.clone())).unwrap();
            let ours = seen(name, &replay(name, earlier, case, &shop));
            let theirs = seen(name, &case.response);
            if ours != theirs {
                differences.push(format!(
                    "{version} {name}\n  ours   {ours:?}\n  theirs {theirs:?}"
                ));
            }
        }
    }
    differences.sort();
    assert_ne!(n_cases, 0, "no recordings in OBMEN_TRANSCRIPTS");
    assert!(
        differences.is_empty(),
        "{} of {n_cases} cases differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
    eprintln!("{n_cases} recorded answers compared");
}

fn is_left_out(name: &str, version: &str) -> bool {
    LEFT_OUT
        .iter()
        .any(|(start, versions, _)| name.starts_with(start) && version.starts_with(versions))
}

/// Our answer to a recorded request.
fn replay(name: &str, earlier: Option<&Recorded>, case: &Recorded, shop: &DemoShop) -> String {
    let session = log_in(shop);
    if let Some(earlier) = earlier {
        exchange(shop, &with_live_session(&earlier.request, &session));
    }
    match name {
        "token_expired_api_session" => shop.advance_clock(Duration::from_secs(61 * 60)),
        "token_expired_session" | "token_expired_session_again" => {
            shop.advance_clock(Duration::from_secs(25 * 60));
        }
        "token_other_ip" | "login_ip_denied" => shop.inject(Fault::once(FaultKind::RefuseIp)),
        _ => {}
    }
    let is_meant_bad = ["unknown_token", "bad_token"]
        .iter()
        .any(|part| name.contains(part));
    let answer = if is_meant_bad {
        exchange(shop, &case.request)
    } else {
        exchange(shop, &with_live_session(&case.request, &session))
    };
    String::from_utf8_lossy(&answer).into_owned()
}

fn settings_for(name: &str, dialect: Dialect, catalogue: Catalogue) -> Settings {
    let (username, key) = match name {
        "login_ip_denied" => ("noip", "noip-key-0123456789abcdef"),
        _ => ("zstore", "zstore-test-key-0123456789abcdef0123456789abcdef"),
    };
    Settings {
        username: username.to_owned(),
        key: key.to_owned(),
        error_display: !name.starts_with("display_off"),
        ..Settings::new(dialect, catalogue, noon())
    }
}

/// A token that is good today, and the cookie that 2.3 wants beside it.
struct Session {
    token: String,
    cookie: String,
}

/// 4.1 gives out no token, so both stay empty there; what is sent makes no difference.
fn log_in(shop: &DemoShop) -> Session {
    let client = Client::new(shop);
    let cookie = client
        .cookie
        .split_once('=')
        .map_or("", |(_, value)| value)
        .to_owned();
    Session {
        token: client.token,
        cookie,
    }
}

/// The request with the token and cookie of the recording replaced by live ones.
fn with_live_session(request: &[u8], session: &Session) -> Vec<u8> {
    if session.token.is_empty() {
        return request.to_vec();
    }
    let text = String::from_utf8_lossy(request);
    [
        ("&token=", &session.token),
        ("api_token=", &session.token),
        ("OCSESSID=", &session.token),
        ("PHPSESSID=", &session.cookie),
    ]
    .into_iter()
    .filter_map(|(field, live)| Some((value_after(&text, field)?, live)))
    .fold(request.to_vec(), |request, (recorded, live)| {
        replaced(&request, recorded.as_bytes(), live.as_bytes())
    })
}

fn value_after<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(field)?;
    rest.split(|c: char| !c.is_ascii_alphanumeric()).next()
}

fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut result = Vec::new();
    let mut start = 0;
    for at in memchr::memmem::find_iter(text, old) {
        result.extend_from_slice(&text[start..at]);
        result.extend_from_slice(new);
        start = at + old.len();
    }
    result.extend_from_slice(&text[start..]);
    result
}

fn seen(name: &str, answer: &str) -> Seen {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let content_type = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(header, _)| header.eq_ignore_ascii_case("content-type"))
        .map_or("", |(_, value)| value);
    Seen {
        status: head.split(' ').nth(1).unwrap_or_default().to_owned(),
        content_type: content_type.to_owned(),
        body: masked(name, body),
    }
}

/// The body without what differs from shop to shop and from day to day.
fn masked(name: &str, body: &str) -> String {
    // The name of the database is the shop's own.
    let body = without_folders(body).replace("'oc413.", "'oc41.");
    if let Some((_, page)) = body.split_once("<title>") {
        return page.split("</title>").next().unwrap_or_default().to_owned();
    }
    if let Some(token) = value_after(&body, "token\":\"") {
        return body.replace(token, &format!("{} characters", token.len()));
    }
    if name == "articles" {
        return sorted_articles(&body);
    }
    let is_fatal = body.contains("Uncaught TypeError") || body.contains("Error No: 1146");
    let body = match body.split_once(if is_fatal { "\n" } else { "\0" }) {
        // The first line of a fatal error is empty; the stack trace is the shop's own.
        Some((first, rest)) if is_fatal => {
            format!(
                "{first}\n{}",
                rest.lines()
                    .next()
                    .unwrap_or_default()
                    .replace("File: ", "")
            )
        }
        _ => body,
    };
    match body.split_once("(product_id,category_id  ) values(") {
        Some((start, rest)) => {
            format!(
                "{start}(…) values({}",
                rest.trim_start_matches(|c: char| c.is_ascii_digit())
            )
        }
        None => body,
    }
}

/// `/srv/shops/one/catalog/…` becomes `/catalog/…`.
fn without_folders(body: &str) -> String {
    ["/catalog/", "/system/"]
        .into_iter()
        .fold(body.to_owned(), |body, folder| {
            let parts: Vec<&str> = body.split(folder).collect();
            let (last, firsts) = parts.split_last().unwrap();
            let mut result = String::new();
            for part in firsts {
                result.push_str(part.trim_end_matches(|c: char| !" >".contains(c)));
                result.push_str(folder);
            }
            result + last
        })
}

/// Which of two articles that differ in case is shown, and in which order, varies by version.
fn sorted_articles(body: &str) -> String {
    let reply: Value = serde_json::from_str(body).unwrap();
    let mut articles: Vec<String> = reply["articles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|article| article.as_str().unwrap().to_lowercase())
        .collect();
    articles.sort();
    articles.join("\n")
}
