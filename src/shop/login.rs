//! What the shops of each version answer to a login.

use serde_json::Value;

use crate::shop::error::{IpHint, ShopError};
use crate::shop::reply::{excerpt, is_version_41, json_of, without_query};

/// How a shop wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// 2.1 to 2.3: a token, valid only together with the login's `PHPSESSID` cookie.
    V23,
    /// 3.0: a token in the query.
    V30,
    /// 4.0: the login at another place, and another separator before the function.
    V40,
}

impl Dialect {
    pub fn name(self) -> &'static str {
        match self {
            Self::V23 => "2.3",
            Self::V30 => "3.0",
            Self::V40 => "4.0",
        }
    }

    pub fn by_name(name: &str) -> Option<Self> {
        [Self::V23, Self::V30, Self::V40]
            .into_iter()
            .find(|dialect| dialect.name() == name)
    }

    pub(super) fn login_route(self) -> &'static str {
        match self {
            Self::V23 | Self::V30 => "api/login",
            Self::V40 => "api/account/login",
        }
    }

    pub(super) fn token_field(self) -> &'static str {
        match self {
            Self::V23 => "token",
            Self::V30 | Self::V40 => "api_token",
        }
    }

    /// 4.0.0 and 4.0.1 know only `|` before the function, later versions take it too.
    pub(super) fn function_route(self, function: &str) -> String {
        match self {
            Self::V23 | Self::V30 => format!("api/zstore/{function}"),
            Self::V40 => format!("api/zstore%7C{function}"),
        }
    }
}

/// What a login reply means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginReply {
    /// Success; the name of the token's field tells 2.3 from later versions.
    Token {
        token: String,
        is_v23: bool,
    },
    Failed(ShopError),
    /// There is no login at this route: another version, or not OpenCart.
    NotHere,
}

/// Understands a reply to `api/login` or `api/account/login`.
///
/// `location` is the redirect's target, if the reply has one.
pub fn understand_login(status: u16, location: Option<&str>, body: &str) -> LoginReply {
    const FUNCTION: &str = "login";
    if is_version_41(status, body) {
        return LoginReply::Failed(ShopError::Version41);
    }
    match status {
        200 => {}
        404 => return LoginReply::NotHere,
        300..=399 => {
            let to = without_query(location.unwrap_or_default());
            return LoginReply::Failed(ShopError::Redirected { to });
        }
        status => {
            return LoginReply::Failed(ShopError::Server {
                function: FUNCTION,
                status,
            });
        }
    }
    let Some((_, json)) = json_of(body, "{\"success\"")
        .or_else(|| json_of(body, "{"))
        .or_else(|| json_of(body, "[]"))
    else {
        return LoginReply::Failed(ShopError::Unintelligible {
            function: FUNCTION,
            start: excerpt(body),
        });
    };
    let token = |field| {
        json.get(field)
            .and_then(Value::as_str)
            .filter(|token| is_token(token))
    };
    if let Some(token) = token("token") {
        return LoginReply::Token {
            token: token.to_owned(),
            is_v23: true,
        };
    }
    if let Some(token) = token("api_token") {
        return LoginReply::Token {
            token: token.to_owned(),
            is_v23: false,
        };
    }
    LoginReply::Failed(match json.get("error") {
        Some(Value::Object(errors)) if errors.contains_key("ip") => {
            ip_not_allowed(errors.get("ip"))
        }
        Some(Value::String(text)) if text.contains("IP ") => ip_not_allowed(json.get("error")),
        // 2.3 and 3.0 say nothing at all: an empty list.
        _ => ShopError::WrongKey,
    })
}

/// Tokens go into addresses and cookies, so nothing else may be in them.
pub(super) fn is_token(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b',')
}

/// The text is in the shop's language, but the address in it is not.
fn ip_not_allowed(message: Option<&Value>) -> ShopError {
    let text = message.and_then(Value::as_str).unwrap_or_default();
    let ip = text
        .split_whitespace()
        .find(|word| word.parse::<std::net::IpAddr>().is_ok())
        .map(str::to_owned);
    ShopError::IpNotAllowed(IpHint(ip))
}
