//! One signed call and what its answer means. Unlike the upstream module's, its HTTP status can be trusted.

use reqwest::blocking::Client as HttpClient;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderValue};
use serde_json::Value;
use tracing::debug;
use url::Url;

use crate::shop::client::Settings;
use crate::shop::error::{IpHint, ShopError};
use crate::shop::http::{Answer, send};
use crate::shop::module::signature::{Call, new_request_id, session_id, sign};
use crate::shop::reply::{excerpt, without_query};
use crate::wording::{Worded as _, message};

/// The version of the contract that both ends speak.
const CONTRACT: u64 = 1;

/// What was answered. Where something else answers than the module, it is not installed:
/// [`ShopError::NoFunction`].
pub(super) type Heard = Result<Value, ShopError>;

/// Where the module is spoken to.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) http: HttpClient,
    pub(super) index: Url,
    pub(super) route: &'static str,
    pub(super) settings: Settings,
}

impl Line {
    /// Asks a question. It changes nothing, so whoever wants to ask again may.
    pub(super) fn ask(&self, call: &'static str, body: &Value) -> Heard {
        self.speak(call, &body.to_string(), &new_request_id())
    }

    /// Sends a batch. A lost answer is asked for once more under the same request id:
    /// the module then tells what it did, instead of doing it again.
    pub(super) fn tell(&self, call: &'static str, body: &str, request_id: &str) -> Heard {
        let heard = self.speak(call, body, request_id);
        match heard {
            Err(
                ShopError::NoAnswer { .. }
                | ShopError::Unintelligible { .. }
                | ShopError::Server {
                    status: 502 | 504, ..
                },
            ) => {
                debug!(call, "the answer was lost, asking for it");
                match self.speak(call, body, request_id) {
                    // The first one may have been carried out, whatever became of the second.
                    Err(err) if !err.may_have_acted() => Err(ShopError::NoAnswer {
                        function: call,
                        detail: err.message(),
                    }),
                    again => again,
                }
            }
            Ok(_) | Err(_) => heard,
        }
    }

    fn speak(&self, call: &'static str, body: &str, request_id: &str) -> Heard {
        let Settings {
            key,
            username,
            store,
            unix_time,
            ..
        } = &self.settings;
        let unix_time = unix_time();
        let signed = Call {
            call,
            store: *store,
            unix_time,
            request_id,
            body: body.as_bytes(),
        };
        let signature = sign(key, &signed);
        let store = store
            .map(|store| format!("&store_id={store}"))
            .unwrap_or_default();
        let mut url = self.index.clone();
        url.set_query(Some(&format!("route={}&call={call}{store}", self.route)));
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, format!("OCSESSID={}", session_id(key)))
            .header("X-Obmen-User", header_of(username))
            .header("X-Obmen-Time", unix_time.to_string())
            .header("X-Obmen-Request", request_id)
            .header("X-Obmen-Signature", signature)
            .body(body.to_owned());
        match send(request, call) {
            Ok(answer) => {
                debug!(
                    call,
                    status = answer.status,
                    n_bytes = answer.body.len(),
                    "the module answered"
                );
                hear(call, &answer, request_id, unix_time)
            }
            Err(err) => Err(err),
        }
    }
}

/// The bytes of its UTF-8, as PHP reads them and the shop's database holds them.
/// Line breaks and the like, which no name has and no header can carry, are left out.
fn header_of(username: &str) -> HeaderValue {
    let carried: String = username.chars().filter(|c| !c.is_control()).collect();
    HeaderValue::from_bytes(carried.as_bytes()).unwrap_or(HeaderValue::from_static(""))
}

fn hear(call: &'static str, answer: &Answer, request_id: &str, unix_time: i64) -> Heard {
    let body = answer.body.trim_start_matches('\u{feff}').trim();
    let Some(value) = serde_json::from_str::<Value>(body)
        .ok()
        .filter(|value| value.get("v").and_then(Value::as_u64).is_some())
    else {
        return Err(said_by_stranger(call, answer));
    };
    if value.get("v").and_then(Value::as_u64) != Some(CONTRACT) {
        let detail = message!("shop-other-contract");
        return Err(ShopError::FunctionBroken {
            function: call,
            detail,
        });
    }
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    if answer.status == 200 && value.get("ok") == Some(&Value::Bool(true)) {
        // The answer to another request is no answer to this one.
        if text("request_id") != request_id {
            let start = "the answer to another request".to_owned();
            return Err(ShopError::Unintelligible {
                function: call,
                start,
            });
        }
        return Ok(value);
    }
    Err(match text("error") {
        "credentials" => ShopError::WrongKey,
        "clock" => ShopError::Clock {
            ahead_s: unix_time
                - value
                    .get("time")
                    .and_then(Value::as_i64)
                    .unwrap_or_default(),
        },
        "address" => ShopError::IpNotAllowed(IpHint(Some(excerpt(text("ip"))))),
        "too_large" => ShopError::Server {
            function: call,
            status: 413,
        },
        "busy" => ShopError::Server {
            function: call,
            status: 503,
        },
        "broken" => ShopError::Said {
            function: call,
            message: excerpt(text("message")),
        },
        "unknown_call" => ShopError::NoFunction { function: call },
        _ => ShopError::Refused {
            function: call,
            reason: excerpt(text("message")),
        },
    })
}

/// What a web server, a proxy or OpenCart itself has answered in the module's stead.
fn said_by_stranger(call: &'static str, answer: &Answer) -> ShopError {
    let location = answer.location.as_deref().unwrap_or_default();
    match answer.status {
        // OpenCart's own pages: there is no such route, or the shop fails before it looks.
        403 | 404 if call == "ping" => ShopError::NoFunction { function: call },
        200 if call == "ping" && !answer.body.trim_start().starts_with('{') => {
            ShopError::NoFunction { function: call }
        }
        // An answer that was cut: the module may have done all of it.
        200 => ShopError::Unintelligible {
            function: call,
            start: excerpt(&answer.body),
        },
        301 | 302 | 303 | 307 | 308 if !location.contains("error.html") => ShopError::Redirected {
            to: without_query(location),
        },
        status => ShopError::Server {
            function: call,
            status,
        },
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn heard(status: u16, body: &str) -> Heard {
        heard_of("stock", status, body)
    }

    fn heard_of(call: &'static str, status: u16, body: &str) -> Heard {
        let answer = Answer {
            status,
            location: None,
            body: body.to_owned(),
            headers: HeaderMap::new(),
        };
        hear(call, &answer, "request-1", 1_000)
    }

    #[test]
    fn only_the_answer_to_this_request_is_success() {
        assert!(heard(200, r#"{"ok":true,"v":1,"request_id":"request-1"}"#).is_ok());
        for body in [
            r#"{"ok":true,"v":1,"request_id":"request-2"}"#,
            r#"{"ok":true,"v":1}"#,
            r#"{"ok":true,"v":2,"request_id":"request-1"}"#,
            r#"{"ok":false,"v":1,"request_id":"request-1"}"#,
            r#"{"ok":true,"applied":1,"#,
            "<html>",
        ] {
            assert!(heard(200, body).is_err(), "{body}");
        }
        for (status, body) in [
            (404, "<html>"),
            (200, "<html>"),
            (403, r#"{"error":"You do not have permission"}"#),
        ] {
            assert_eq!(
                heard_of("ping", status, body),
                Err(ShopError::NoFunction { function: "ping" }),
                "{status} {body}"
            );
        }
        assert!(matches!(
            heard(502, "<html>"),
            Err(ShopError::Server { status: 502, .. })
        ));
    }

    #[test]
    fn a_refusal_says_whose_turn_it_is() {
        let refused = |reason: &str| match heard(
            401,
            &format!(r#"{{"ok":false,"v":1,"error":"{reason}","time":400,"ip":"10.0.0.1"}}"#),
        ) {
            Err(err) => err,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused("credentials"), ShopError::WrongKey);
        assert_eq!(refused("clock"), ShopError::Clock { ahead_s: 600 });
        assert_eq!(
            refused("address"),
            ShopError::IpNotAllowed(IpHint(Some("10.0.0.1".to_owned())))
        );
        assert!(!refused("conflict").may_have_acted());
        assert!(refused("broken").may_have_acted());
    }
}
