//! Replays what real shops answered: every recorded reply is understood as what it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use obmen::shop::{LoginReply, Reply, ShopError, understand, understand_login};
use serde_json::Value;

use crate::facts;

/// The shops whose answers were recorded, in the order of the columns of [`MEANINGS`].
const VERSIONS: [&str; 6] = [
    "2.3.0.2", "3.0.5.1", "4.0.1.1", "4.0.2.3", "4.1.0.3", "4.1.0.4",
];

/// What each recorded answer means, version by version; `-` where nothing was recorded.
#[rustfmt::skip]
const MEANINGS: &[([&str; 6], &[&str])] = &[
    // Logins. 4.1 refuses every route below `api/`, whatever it is sent.
    (["token", "token", "token", "token", "version 4.1", "version 4.1"], &["login_ok"]),
    (["token", "token", "-", "token", "-", "version 4.1"], &["login_multipart", "login_origin"]),
    // 2.3 does not look at the user's name; for later ones a key alone is the user `Default`.
    (["token", "wrong key", "-", "wrong key", "-", "version 4.1"], &["login_key_only"]),
    (["wrong key", "wrong key", "-", "wrong key", "-", "version 4.1"], &[
        "login_disabled_user", "login_get", "login_json_body", "login_no_fields",
        "login_options_preflight", "login_wrong_key",
    ]),
    (["ip", "ip", "-", "ip", "-", "version 4.1"], &["login_ip_denied"]),
    (["-", "-", "not here", "-", "-", "-"], &["login_api_login"]),
    (["-", "-", "-", "-", "-", "version 4.1"], &["no_token_api_account_login"]),

    // Questions answered and commands obeyed.
    (["done", "done", "-", "done", "-", "version 4.1"], &[
        "statuses_after_lang_ru", "statuses_get", "statuses_lang_ru", "statuses_ok", "statuses_origin",
    ]),
    (["-", "-", "-", "-", "version 4.1", "-"], &["statuses_token"]),
    (["-", "-", "done", "-", "-", "-"], &["statuses_pipe", "statuses_pipe_encoded"]),
    (["done", "done", "-", "done", "-", "-"], &[
        "articles", "cats", "getproducts", "lang_cookie_ru", "lang_first_call_accept_ru",
        "lang_second_call_plain", "maintenance_statuses",
        "orders_sqli", "orders_status0", "orders_status1", "orders_status2", "orders_status5",
        "orders_status_none", "orders_status_unknown", "orders_store1",
        "addproducts_cat0", "addproducts_emoji", "addproducts_empty", "addproducts_existing_sku",
        "addproducts_long_name", "addproducts_ok", "addproducts_special_names", "addproducts_sqli",
        "json_unicode_escapes", "updateorder_empty", "updateprice_exponent",
        "updateprice_many_digits", "updateprice_negative", "updateprice_ok", "updatequantity_amp",
        "updatequantity_dup", "updatequantity_empty_obj", "updatequantity_emptykey",
        "updatequantity_fraction", "updatequantity_huge", "updatequantity_leading_zero",
        "updatequantity_list", "updatequantity_multipart", "updatequantity_ok",
        "updatequantity_quote", "updatequantity_quote_entity", "updatequantity_sqli",
        "updatequantity_sqli2", "updatequantity_string", "updatequantity_trailing_space",
        "updatequantity_unknown", "updatequantity_yo",
    ]),
    (["-", "-", "-", "done", "-", "-"], &["big_updatequantity_10k", "orders_gzip"]),
    (["-", "done", "-", "-", "-", "-"], &[
        "big_updatenames_1000", "big_updatequantity_1", "big_updatequantity_100",
        "big_updatequantity_1000", "big_updatequantity_10000_with_sku_index",
        "big_updatequantity_1000_with_sku_index",
    ]),
    (["done", "done", "-", "-", "-", "-"], &[
        "updatenames_dup", "updatenames_empty_name", "updatenames_emptykey", "updatenames_escaped",
        "updatenames_long", "updatenames_newline", "updatenames_null_name", "updatenames_ok",
        "updatenames_unknown",
    ]),
    // The module for 4.0 has neither function for names.
    (["done", "done", "-", "no function", "-", "-"], &["getnames"]),
    // It also calls a method that OpenCart 4 renamed.
    (["done", "done", "-", "broken", "-", "-"], &[
        "updateorder_ok", "updateorder_other_store", "updateorder_string_values",
        "updateorder_unknown_status", "updateorder_zero",
    ]),
    // 3.0 prints a warning about the vouchers of an order that it does not have.
    (["done", "noisy", "-", "broken", "-", "-"], &["updateorder_text", "updateorder_unknown_order"]),

    // PHP complained and then answered as if all were well.
    (["noisy", "noisy", "-", "noisy", "-", "-"], &[
        "addproducts_malformed", "bad_utf8", "body_over_post_max_size", "updateorder_malformed",
        "updateorder_no_data", "updateprice_malformed", "updatequantity_empty_str",
        "updatequantity_json_body", "updatequantity_malformed", "updatequantity_no_data",
        "updatequantity_unescaped",
    ]),
    (["noisy", "noisy", "-", "-", "-", "-"], &["updatenames_malformed"]),
    (["noisy", "-", "-", "-", "-", "-"], &["form_9mb"]),
    (["-", "-", "-", "noisy", "-", "-"], &["updatequantity_bad_utf8"]),
    // With error display off 2.3 and 3.0 cannot be told from success; 4.0 redirects.
    (["done", "done", "-", "said", "-", "-"], &[
        "display_off_malformed", "display_off_nodata", "display_off_updateorder",
    ]),

    // Errors: in JSON, in JSON behind warnings, as a PHP fatal, as HTML (4.0 catches nothing).
    (["said", "said", "-", "said", "-", "-"], &[
        "addproducts_comma_price", "addproducts_missing_fields", "addproducts_no_cat",
        "addproducts_object", "data_as_fields", "display_off_sqlerror", "orders_no_status",
        "orders_sqli_union", "orders_status_empty", "orders_status_text", "updateprice_comma",
        "updatequantity_bool", "updatequantity_comma", "updatequantity_emptyvalue",
        "updatequantity_nested", "updatequantity_null", "updatequantity_partial",
    ]),

    // Tokens that are not good (any more). 4.0 without one finds no page at all.
    (["no access", "no access", "no function", "no function", "version 4.1", "version 4.1"], &["statuses_no_token"]),
    (["no access", "no access", "no access", "no access", "-", "version 4.1"], &["statuses_unknown_token"]),
    (["no access", "no access", "-", "no access", "-", "version 4.1"], &["statuses_bad_token_syntax"]),
    (["no access", "no access", "-", "no access", "-", "-"], &[
        "display_off_unknown_token", "token_expired_api_session", "token_other_ip",
    ]),
    (["-", "no access", "-", "no function", "-", "-"], &["token_expired_session", "token_expired_session_again"]),
    (["no access", "no access", "-", "no function", "-", "version 4.1"], &["statuses_token_in_body"]),
    (["no access", "-", "-", "-", "-", "-"], &["statuses_no_cookie"]),
    (["no access", "done", "-", "done", "-", "version 4.1"], &["statuses_token_cookie"]),

    // Routes: the separator and the case of letters matter, not alike in all versions.
    (["no function", "no function", "-", "no function", "-", "version 4.1"], &[
        "statuses_other_separator", "unknown_controller", "unknown_method",
    ]),
    (["no function", "no function", "-", "done", "-", "version 4.1"], &["case_variant_route_cookie", "statuses_pipe_separator"]),
    (["no function", "no function", "-", "no access", "-", "version 4.1"], &["case_variant_route"]),
    (["-", "-", "no function", "-", "-", "-"], &["statuses_dot", "statuses_slash"]),

    // Only the head of these was kept: an answer that ends in its middle is none.
    (["unintelligible", "unintelligible", "-", "unintelligible", "-", "-"], &[
        "big_articles_20k", "big_getproducts_20k", "big_orders_2000",
    ]),
    (["unintelligible", "unintelligible", "-", "-", "-", "-"], &["big_getnames_20k"]),

    // Not ours: a page for buyers, and 4.1's own signed API, which obmen does not speak.
    (["not ours", "not ours", "-", "not ours", "-", "-"], &["maintenance_home"]),
    (["-", "-", "-", "-", "not ours", "not ours"], &[
        "native_empty_post", "native_history_ok", "native_history_special_cleaned",
        "native_history_special_raw", "native_history_tilde_rfc3986", "native_missing_param",
        "native_replay_2", "native_status_unknown", "native_time_minus_440",
        "native_time_plus_460", "native_wrong_key", "native_zstore_route",
    ]),
    (["-", "-", "-", "-", "-", "not ours"], &[
        "native_bad_signature", "native_history_add", "native_history_unknown_order",
        "native_noip", "native_noip_xff", "native_old_time", "native_unknown_call",
        "no_token_api_order",
    ]),
];

/// What `obmen` may be asked for; a function that no module has is `nosuch`.
const FUNCTIONS: [&str; 11] = [
    "addproducts",
    "articles",
    "cats",
    "getnames",
    "getproducts",
    "orders",
    "statuses",
    "updatenames",
    "updateorder",
    "updateprice",
    "updatequantity",
];

/// One exchange with a real shop.
pub(crate) struct Exchange {
    /// The request's line and headers.
    pub(crate) request_head: String,
    /// The response as it came over the wire.
    pub(crate) response: Vec<u8>,
}

/// An answer, taken apart.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl Exchange {
    pub(crate) fn read(path: &Path) -> Self {
        let file = fs::read(path).unwrap();
        let mut rest = file.as_slice();
        let mut parts = BTreeMap::new();
        // The first line names the case; a part is as long as its heading says,
        // whatever stands in it.
        line(&mut rest);
        while let Some(heading) = line(&mut rest) {
            let words: Vec<&str> = heading.split(' ').collect();
            let [_, name, n_bytes] = words[..] else {
                panic!("{}: no heading: `{heading}`", path.display());
            };
            let (part, behind) = rest.split_at(n_bytes.parse().unwrap());
            parts.insert(name.to_owned(), part.to_vec());
            rest = behind.strip_prefix(b"\n").unwrap_or(behind);
        }
        let request = parts.remove("REQUEST").unwrap();
        let head_end = find(&request, b"\r\n\r\n").unwrap_or(request.len());
        Self {
            request_head: String::from_utf8(request[..head_end].to_vec()).unwrap(),
            response: parts.remove("RESPONSE").unwrap(),
        }
    }

    /// What the request asks for: `login`, a function of the module, or nothing of ours.
    fn function(&self) -> Option<&'static str> {
        let target = self.request_head.split(' ').nth(1).unwrap();
        let (_, query) = target.split_once('?').unwrap();
        let route = query
            .split('&')
            .find_map(|field| field.strip_prefix("route="))
            .unwrap()
            .replace("%7C", "|")
            .to_lowercase();
        if matches!(route.as_str(), "api/login" | "api/account/login") {
            return Some("login");
        }
        let function = route.strip_prefix("api/zstore")?;
        let known = FUNCTIONS
            .into_iter()
            .find(|known| function.trim_start_matches(['/', '.', '|']) == *known);
        Some(known.unwrap_or("nosuch"))
    }

    pub(crate) fn answer(&self) -> Answer {
        let head_end = find(&self.response, b"\r\n\r\n").unwrap();
        let head = String::from_utf8(self.response[..head_end].to_vec()).unwrap();
        let body = &self.response[head_end + 4..];
        let header = |wanted: &str| {
            head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case(wanted).then(|| value.trim())
            })
        };
        let body = match header("Transfer-Encoding") {
            Some(_) => unchunked(body),
            None => body.to_vec(),
        };
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            location: header("Location").map(str::to_owned),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    if rest.is_empty() {
        return None;
    }
    let end = find(rest, b"\n").unwrap();
    let text = std::str::from_utf8(&rest[..end]).unwrap();
    *rest = &rest[end + 1..];
    Some(text)
}

pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|at| at == wanted)
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(size) = line(&mut rest) {
        let n_bytes = usize::from_str_radix(size.trim(), 16).unwrap();
        if n_bytes == 0 {
            break;
        }
        body.extend_from_slice(&rest[..n_bytes]);
        rest = &rest[n_bytes + 2..];
    }
    body
}

/// Every recording of both folders: version, case, exchange. `None` where a folder is not named.
fn recordings() -> Option<Vec<(String, String, Exchange)>> {
    let folders = [
        facts::folder("OBMEN_TRANSCRIPTS")?,
        facts::folder("OBMEN_TRANSCRIPTS2")?,
    ];
    let mut found = Vec::new();
    for version in folders.iter().flat_map(|folder| folder.read_dir().unwrap()) {
        let version = version.unwrap().path();
        for case in version.read_dir().unwrap() {
            let path = case.unwrap().path();
            // Beside the recordings lie notes.
            if path.extension().is_some_and(|name| name == "http") {
                let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
                let version = version.file_name().unwrap().to_str().unwrap().to_owned();
                found.push((version, name(&path), Exchange::read(&path)));
            }
        }
    }
    Some(found)
}

fn meant(version: &str, case: &str) -> Option<&'static str> {
    let column = VERSIONS.iter().position(|known| *known == version)?;
    let (row, _) = MEANINGS.iter().find(|(_, cases)| cases.contains(&case))?;
    Some(row[column]).filter(|meaning| *meaning != "-")
}

fn understood(exchange: &Exchange) -> &'static str {
    let answer = exchange.answer();
    let location = answer.location.as_deref();
    match exchange.function() {
        None => "not ours",
        Some("login") => match understand_login(answer.status, location, &answer.body) {
            LoginReply::Token { .. } => "token",
            LoginReply::NotHere => "not here",
            LoginReply::Failed(err) => in_words(&err),
        },
        Some(function) => match understand(function, answer.status, location, &answer.body) {
            Reply::Done(_) => "done",
            Reply::NoisyDone { .. } => "noisy",
            Reply::NoAccess => "no access",
            Reply::Failed(err) => in_words(&err),
        },
    }
}

fn in_words(err: &ShopError) -> &'static str {
    match err {
        ShopError::Address(_) => "address",
        ShopError::Unreachable { .. } => "unreachable",
        ShopError::NoAnswer { .. } => "no answer",
        ShopError::Server { .. } => "server",
        ShopError::WrongKey => "wrong key",
        ShopError::IpNotAllowed(_) => "ip",
        ShopError::Redirected { .. } => "redirected",
        ShopError::NotOpenCart => "not OpenCart",
        ShopError::Clock { .. } => "clock",
        ShopError::Refused { .. } => "refused",
        ShopError::Version41 => "version 4.1",
        ShopError::NoFunction { .. } => "no function",
        ShopError::FunctionBroken { .. } => "broken",
        ShopError::Said { .. } => "said",
        ShopError::Noise { .. } => "noise",
        ShopError::Unintelligible { .. } => "unintelligible",
        ShopError::SessionLost { .. } => "session lost",
        ShopError::NoOwnModule => "no module of our own",
    }
}

#[test]
fn every_recorded_reply_is_understood_as_what_it_is() {
    let Some(recordings) = recordings() else {
        return;
    };
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (version, case, exchange) in &recordings {
        let meant = meant(version, case).unwrap_or("in no row of the table");
        let understood = if meant == "not ours" {
            meant
        } else {
            understood(exchange)
        };
        if understood != meant {
            wrong.push(format!("{version}/{case}: {understood}, but it is {meant}"));
        }
        seen.insert((version.as_str(), case.as_str()));
    }
    for (row, cases) in MEANINGS {
        for (version, meaning) in VERSIONS.iter().zip(row) {
            for case in cases.iter().filter(|_| *meaning != "-") {
                if !seen.contains(&(version, case)) {
                    wrong.push(format!("{version}/{case}: in the table, but not recorded"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_recorded_login_gives_the_token_and_the_version_that_the_shop_sent() {
    let Some(recordings) = recordings() else {
        return;
    };
    let mut n_tokens = 0;
    for (version, case, exchange) in &recordings {
        if meant(version, case) != Some("token") {
            continue;
        }
        let body = exchange.answer().body;
        let json: Value = serde_json::from_str(&body).unwrap();
        let (field, length) = match version.as_str() {
            "2.3.0.2" => ("token", 32),
            _ => ("api_token", 26),
        };
        let sent = json[field].as_str().unwrap();
        assert_eq!(sent.len(), length, "{version}/{case}");
        let expected = LoginReply::Token {
            token: sent.to_owned(),
            is_v23: field == "token",
        };
        assert_eq!(
            understand_login(200, None, &body),
            expected,
            "{version}/{case}"
        );
        n_tokens += 1;
    }
    assert_eq!(n_tokens, 11);
}

#[test]
fn a_refused_address_is_named_as_the_shop_sees_it() {
    let Some(recordings) = recordings() else {
        return;
    };
    for (version, case, exchange) in &recordings {
        if meant(version, case) == Some("ip") {
            let answer = exchange.answer();
            let reply = understand_login(answer.status, None, &answer.body);
            let LoginReply::Failed(err) = reply else {
                panic!("{version}/{case}: {reply:?}");
            };
            assert!(
                err.to_string().contains("`127.0.0.1`"),
                "{version}/{case}: {err}"
            );
        }
    }
}

/// A statement holds the data that was sent or looked for, which no log is to hold.
#[test]
fn no_error_text_repeats_the_shops_sql_statement() {
    let Some(recordings) = recordings() else {
        return;
    };
    let mut n_said = 0;
    for (version, case, exchange) in &recordings {
        let (Some("said"), Some(function)) = (meant(version, case), exchange.function()) else {
            continue;
        };
        let answer = exchange.answer();
        let reply = understand(
            function,
            answer.status,
            answer.location.as_deref(),
            &answer.body,
        );
        let Reply::Failed(err) = reply else {
            panic!("{version}/{case}: {reply:?}");
        };
        let text = err.to_string();
        for statement in ["UPDATE ", "SELECT *", "INSERT INTO"] {
            assert!(!text.contains(statement), "{version}/{case}: {text}");
        }
        // Rows before the failing one stay: nothing says that the call did nothing.
        assert!(
            err.may_have_acted() && !err.is_temporary(),
            "{version}/{case}"
        );
        n_said += 1;
    }
    assert!(n_said > 80, "{n_said}");
}
