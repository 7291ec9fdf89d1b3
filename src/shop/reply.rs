//! What a reply of the shop's module means: the HTTP status says next to nothing.

use serde_json::Value;

use crate::shop::error::ShopError;
use crate::wording::Message;

/// What a reply to a module function means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// `"error":""`, and nothing before it.
    Done(Value),
    /// The data is there, but PHP printed something before it: fine for a
    /// question, no proof for a command.
    NoisyDone {
        value: Value,
        noise: String,
    },
    /// The token is unknown, expired or not allowed; nothing was done.
    NoAccess,
    Failed(ShopError),
}

/// Understands a reply to `function`. `location` is the redirect's target, if any.
pub fn understand(
    function: &'static str,
    status: u16,
    location: Option<&str>,
    body: &str,
) -> Reply {
    let parse = &mut |json: &str| serde_json::from_str(json).ok();
    understand_with(function, status, location, body, parse)
}

/// The same where whoever asks has a way of its own to take the answer apart.
pub(super) fn understand_with(
    function: &'static str,
    status: u16,
    location: Option<&str>,
    body: &str,
    parse: &mut dyn FnMut(&str) -> Option<Value>,
) -> Reply {
    if is_version_41(status, body) {
        return Reply::Failed(ShopError::Version41);
    }
    match status {
        200 => {}
        404 => return Reply::Failed(ShopError::NoFunction { function }),
        // 4.0 with error display off answers any PHP warning with a redirect to `error.html`.
        302 if location.is_some_and(|to| to.contains("error.html")) => {
            let detail =
                "PHP failed (turn on error display, or see the shop's error log)".to_owned();
            return Reply::Failed(ShopError::Said {
                function,
                message: detail,
            });
        }
        300..=399 => {
            let to = without_query(location.unwrap_or_default());
            return Reply::Failed(ShopError::Redirected { to });
        }
        // 4.0 with PHP's own error display off.
        500 if is_session_lost(body) => return Reply::NoAccess,
        status => return Reply::Failed(ShopError::Server { function, status }),
    }
    if is_session_lost(body) {
        return Reply::NoAccess;
    }
    if let Some(detail) = missing_method(body) {
        return Reply::Failed(ShopError::FunctionBroken {
            function,
            detail: Message::plain(detail),
        });
    }
    let Some((noise, value)) = json_with(body, "{\"error\":", parse) else {
        let start = excerpt(&without_tags(body));
        // 4.0's module catches nothing: its SQL errors leave as text.
        if body.contains("Error No:") || body.contains("</b> on line <b>") {
            return Reply::Failed(ShopError::Said {
                function,
                message: excerpt(&without_sql(&without_tags(body))),
            });
        }
        return Reply::Failed(ShopError::Unintelligible { function, start });
    };
    match value.get("error") {
        Some(Value::String(text)) if text.is_empty() => {
            let noise = excerpt(&without_tags(noise));
            if noise.is_empty() {
                Reply::Done(value)
            } else {
                Reply::NoisyDone { value, noise }
            }
        }
        Some(Value::String(text))
            if is_no_access(text) && value.as_object().is_some_and(|o| o.len() == 1) =>
        {
            Reply::NoAccess
        }
        Some(Value::String(text)) => Reply::Failed(ShopError::Said {
            function,
            message: excerpt(&without_sql(&without_tags(text))),
        }),
        _ => Reply::Failed(ShopError::Unintelligible {
            function,
            start: excerpt(body),
        }),
    }
}

/// The query of a redirect repeats the token.
pub(super) fn without_query(address: &str) -> String {
    excerpt(address.split('?').next().unwrap_or_default())
}

/// 4.1 refuses every `api/` route in one of two ways.
pub(super) fn is_version_41(status: u16, body: &str) -> bool {
    let refuses = status == 403
        && json_of(body, "{\"error\":").is_some_and(|(noise, _)| noise.trim().is_empty());
    refuses || (body.contains("_api_session' doesn't exist") && body.contains("1146"))
}

/// `No access`, or the 4.x module's Russian text.
fn is_no_access(text: &str) -> bool {
    matches!(text.trim(), "No access" | "Нет доступа")
}

/// 4.0 does not check its session before it uses it.
fn is_session_lost(body: &str) -> bool {
    body.contains("Session::$session_id must not be accessed before initialization")
}

/// The upstream module calls a method that OpenCart 4 renamed.
fn missing_method(body: &str) -> Option<String> {
    let at = body
        .find("Undefined property: Proxy::")
        .or_else(|| body.find("Call to undefined method"))?;
    let message = without_tags(body.get(at..)?);
    // Where in the shop's folders it happened is of no use here.
    let what = message.split(" in /").next().unwrap_or(&message);
    Some(excerpt(what.split(" in C:").next().unwrap_or(what)))
}

/// The JSON from the last `start` on, and what stands before it.
///
/// A byte order mark and blank lines come from badly saved PHP files and mean nothing.
pub(super) fn json_of<'a>(body: &'a str, start: &str) -> Option<(&'a str, Value)> {
    json_with(body, start, &mut |json| serde_json::from_str(json).ok())
}

fn json_with<'a>(
    body: &'a str,
    start: &str,
    parse: &mut dyn FnMut(&str) -> Option<Value>,
) -> Option<(&'a str, Value)> {
    let body = body.trim_start_matches('\u{feff}').trim();
    let at = if body.starts_with(start) {
        0
    } else {
        body.rfind(start)?
    };
    let (noise, json) = body.split_at_checked(at)?;
    let value = parse(json.trim_end_matches('\u{feff}'))?;
    Some((noise.trim().trim_matches('\u{feff}'), value))
}

/// `MySQL`'s message without the statement, which holds data.
fn without_sql(text: &str) -> String {
    let Some((message, behind)) = text.split_once("Error No:") else {
        return text.to_owned();
    };
    let number: String = behind
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    format!("{message}(error {number})")
}

fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len().min(2_000));
    let mut is_tag = false;
    for c in html.chars().take(4_000) {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first words of a text from outside, fit for one line of a log.
pub(super) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    line.chars().take(SHOWN).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_before_the_answer_is_no_success() {
        let body = "<b>Warning</b>: Undefined array key \"data\" in <b>/x.php</b> on line <b>122</b>{\"error\":\"\"}";
        assert!(matches!(
            understand("updateprice", 200, None, body),
            Reply::NoisyDone { .. }
        ));
        assert!(matches!(
            understand("updateprice", 200, None, "\u{feff}\n {\"error\":\"\"}\n"),
            Reply::Done(_)
        ));
        assert!(matches!(
            understand("updateprice", 200, None, "{\"error\":\"\""),
            Reply::Failed(ShopError::Unintelligible { .. })
        ));
    }

    #[test]
    fn an_sql_error_is_told_without_its_statement() {
        let body = r#"{"error":"Error: You have an error<br \/>Error No: 1064<br \/>UPDATE oc_product SET quantity=x WHERE sku='secret'"}"#;
        let Reply::Failed(ShopError::Said { message, .. }) =
            understand("updatequantity", 200, None, body)
        else {
            panic!("not a failure");
        };
        assert_eq!(message, "Error: You have an error (error 1064)");
    }

    /// 4.0 catches nothing: the statement stands in the page's text.
    #[test]
    fn an_sql_error_told_as_a_page_is_told_without_its_statement() {
        let body = "<b>Error: Unknown column 'x' in 'SET'<br/>Error No: 1054<br/>\
             UPDATE `oc_product` set quantity= x WHERE sku = 'secret'</b>: in <b>/x.php</b> on line <b>76</b>";
        let Reply::Failed(ShopError::Said { message, .. }) =
            understand("updatequantity", 200, None, body)
        else {
            panic!("not a failure");
        };
        assert_eq!(message, "Error: Unknown column 'x' in 'SET' (error 1054)");
    }
}
