//! Logins, tokens and the several clocks that end them.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::json;

use super::reply::{self, Reply};
use super::request::Request;
use super::{Credentials, Dialect};

/// `oc_api_session`: a row untouched for an hour is deleted at the next call with a token.
const TOKEN_IDLE: TimeDelta = TimeDelta::hours(1);
/// `oc_session` of 3.0 lives as long as PHP's default `session.gc_maxlifetime`.
const SESSION_IDLE_30: TimeDelta = TimeDelta::seconds(1_440);
/// `config_session_expire` of 4.0.
const SESSION_IDLE_40: TimeDelta = TimeDelta::seconds(86_400);

/// The language of names that a call reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Russian,
}

/// What the login route makes of the fields it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    WrongKey,
    /// Right key, but the client's address is not on the list.
    WrongIp,
}

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Granted(Language),
    /// No token, or a session that has run out.
    NoSession,
    /// A token that was sent but is not known, or no longer.
    UnknownToken,
}

struct Session {
    /// Only 2.3 asks for the cookie of the login reply beside the token.
    cookie: String,
    used: NaiveDateTime,
    /// Fixed by the first call in 2.3 and 3.0.
    language: Option<Language>,
}

/// The tokens given out since the shop was opened.
pub(super) struct Sessions {
    seed: String,
    n_issued: u64,
    by_token: HashMap<String, Session>,
}

impl Sessions {
    pub(super) fn new(seed: String) -> Sessions {
        Sessions {
            seed,
            n_issued: 0,
            by_token: HashMap::new(),
        }
    }

    pub(super) fn forget_all(&mut self) {
        self.by_token.clear();
    }

    pub(super) fn log_in(
        &mut self,
        dialect: Dialect,
        verdict: Verdict,
        request: &Request,
        error_display: bool,
        now: NaiveDateTime,
    ) -> Reply {
        match verdict {
            Verdict::Good => self.welcome(dialect, now),
            Verdict::WrongKey => wrong_key(dialect, request, error_display),
            Verdict::WrongIp => wrong_ip(dialect),
        }
    }

    fn welcome(&mut self, dialect: Dialect, now: NaiveDateTime) -> Reply {
        let (n_chars, name, cookie_name) = match dialect {
            Dialect::V23 => (32, "token", "PHPSESSID"),
            Dialect::V30 | Dialect::V40 | Dialect::V41 => (26, "api_token", "OCSESSID"),
        };
        let token: String = self.secret().chars().take(n_chars).collect();
        let session: String = self.secret().chars().take(26).collect();
        let set_cookie = format!("{cookie_name}={session}; path=/");
        self.by_token.insert(
            token.clone(),
            Session {
                cookie: session,
                used: now,
                language: None,
            },
        );
        Reply::json(&json!({"success": "Success: API session successfully started!", name: token}))
            .with_header("set-cookie", set_cookie)
    }

    /// Sixty-four hex digits nobody can guess without knowing the key of the shop.
    fn secret(&mut self) -> String {
        self.n_issued += 1;
        blake3::hash(format!("{}\n{}", self.seed, self.n_issued).as_bytes())
            .to_hex()
            .to_string()
    }

    /// Checks the token of a call and, when it is good, makes it last longer.
    pub(super) fn check(
        &mut self,
        dialect: Dialect,
        request: &Request,
        allows_ip: bool,
        now: NaiveDateTime,
    ) -> Access {
        let name = match dialect {
            Dialect::V23 => "token",
            Dialect::V30 | Dialect::V40 | Dialect::V41 => "api_token",
        };
        match request.query(name) {
            Some(_) if !allows_ip => Access::UnknownToken,
            Some(token) => self.check_token(dialect, token, request, now),
            None => self.check_cookie(dialect, request, now),
        }
    }

    fn check_token(
        &mut self,
        dialect: Dialect,
        token: &str,
        request: &Request,
        now: NaiveDateTime,
    ) -> Access {
        self.by_token
            .retain(|_, session| now - session.used <= session_idle(dialect).max(TOKEN_IDLE));
        let Some(session) = self.by_token.get(token) else {
            return Access::UnknownToken;
        };
        if now - session.used > TOKEN_IDLE {
            return Access::UnknownToken;
        }
        if dialect == Dialect::V23 && request.cookie("PHPSESSID") != Some(&session.cookie) {
            return Access::NoSession;
        }
        self.use_session(dialect, token, request, now)
    }

    /// 3.0 and 4.0 take the token as session cookie, and then ask for neither address nor hour.
    pub(super) fn check_cookie(
        &mut self,
        dialect: Dialect,
        request: &Request,
        now: NaiveDateTime,
    ) -> Access {
        match (dialect, request.cookie("OCSESSID")) {
            (Dialect::V30 | Dialect::V40, Some(token)) => {
                self.use_session(dialect, token, request, now)
            }
            (_, _) => Access::NoSession,
        }
    }

    fn use_session(
        &mut self,
        dialect: Dialect,
        token: &str,
        request: &Request,
        now: NaiveDateTime,
    ) -> Access {
        match self.by_token.get_mut(token) {
            Some(session) if now - session.used <= session_idle(dialect) => {
                session.used = now;
                Access::Granted(language_of(dialect, session, request))
            }
            Some(_) | None => Access::NoSession,
        }
    }
}

/// 2.3 keeps the session in PHP's own files, which a shop with few visitors hardly ever sweeps.
fn session_idle(dialect: Dialect) -> TimeDelta {
    match dialect {
        Dialect::V23 => TOKEN_IDLE,
        Dialect::V30 => SESSION_IDLE_30,
        Dialect::V40 | Dialect::V41 => SESSION_IDLE_40,
    }
}

fn language_of(dialect: Dialect, session: &mut Session, request: &Request) -> Language {
    let is_russian = match dialect {
        Dialect::V23 | Dialect::V30 => {
            return *session
                .language
                .get_or_insert_with(|| asked_language(request));
        }
        Dialect::V40 | Dialect::V41 => request.query("language") == Some("ru-ru"),
    };
    if is_russian {
        Language::Russian
    } else {
        Language::English
    }
}

/// The cookie counts before `Accept-Language`, and that only when it names the language in full.
fn asked_language(request: &Request) -> Language {
    let is_russian = match request.cookie("language") {
        Some(code) => code == "ru-ru",
        None => request
            .accept_language
            .split(',')
            .any(|language| language.trim() == "ru-ru"),
    };
    if is_russian {
        Language::Russian
    } else {
        Language::English
    }
}

/// 2.3 looks at the key alone, the later ones at both.
pub(super) fn judge(dialect: Dialect, request: &Request, wanted: &Credentials) -> Verdict {
    let is_key = request.text("key") == Some(&wanted.key);
    let is_name = request.text("username") == Some(&wanted.username);
    let is_good = match dialect {
        Dialect::V23 => is_key,
        Dialect::V30 | Dialect::V40 | Dialect::V41 => is_key && is_name,
    };
    if is_good {
        Verdict::Good
    } else {
        Verdict::WrongKey
    }
}

fn wrong_key(dialect: Dialect, request: &Request, error_display: bool) -> Reply {
    let nothing = Reply::json(&json!([]));
    match dialect {
        Dialect::V23 if error_display && request.field("key").is_none() => {
            let file = "catalog/controller/api/login.php";
            nothing.with_prefix(&reply::notice(
                "Warning",
                "Undefined array key \"key\"",
                file,
                11,
            ))
        }
        Dialect::V23 | Dialect::V30 => nothing,
        Dialect::V40 | Dialect::V41 => {
            Reply::json(&json!({"error": "Warning: Incorrect API Key!"}))
        }
    }
}

fn wrong_ip(dialect: Dialect) -> Reply {
    let ip = "Warning: Your IP 127.0.0.1 is not allowed to access this API!";
    match dialect {
        Dialect::V23 | Dialect::V30 => {
            Reply::json(&json!({"error": {"ip": ip, "key": "Warning: Incorrect API Key!"}}))
        }
        Dialect::V40 | Dialect::V41 => Reply::json(&json!({"error": ip})),
    }
}
