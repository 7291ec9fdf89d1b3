//! Who may ask for the page: the name it is called by, the password, sessions, forged requests.
//!
//! Without a password only this computer is listened to. A foreign site that the
//! operator visits could still send requests here: it knows neither the token of
//! the forms, nor a name for this computer that the page answers to.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};

use crate::dashboard::Password;

/// A session that nobody uses ends.
const IDLE: Duration = Duration::from_secs(12 * 3_600);

const MAX_SESSIONS: usize = 200;

/// Wrong passwords that cost nothing; each further one doubles the wait.
const FREE_ATTEMPTS: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(300);

const COOKIE: &str = "obmen";

/// A page that fetches itself says so by it.
const REFRESH: &str = "x-obmen-refresh";

/// What a request of somebody who is let in goes with.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// Stands in every form.
    pub(super) csrf: String,
    /// There is a password, and so a way out.
    pub(super) may_leave: bool,
}

struct Kept {
    csrf: String,
    used: Instant,
}

#[derive(Default)]
struct Failures {
    n: u32,
    not_before: Option<Instant>,
}

/// What came of a password.
pub(super) enum Login {
    /// The value of the cookie.
    In(String),
    Wrong,
    TooOften {
        wait: Duration,
    },
}

pub(super) struct Access {
    password: Option<Password>,
    names: Vec<String>,
    address: SocketAddr,
    /// Of all forms, where there is no password.
    csrf: String,
    sessions: Mutex<HashMap<String, Kept>>,
    failures: Mutex<HashMap<IpAddr, Failures>>,
}

impl Access {
    pub(super) fn new(
        password: Option<Password>,
        names: Vec<String>,
        address: SocketAddr,
    ) -> io::Result<Self> {
        Ok(Self {
            password,
            names,
            address,
            csrf: token()?,
            sessions: Mutex::default(),
            failures: Mutex::default(),
        })
    }

    /// A page under a stranger's name that leads to this computer must not read ours.
    pub(super) fn is_our_name(&self, headers: &HeaderMap) -> bool {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let Some(host) = host else { return false };
        let name = without_port(host);
        if let Ok(ip) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
            // An address cannot be made to lead elsewhere; ours may be unknown to us behind `0.0.0.0`.
            return ip.is_loopback()
                || ip == self.address.ip()
                || self.address.ip().is_unspecified();
        }
        name.eq_ignore_ascii_case("localhost")
            || self
                .names
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
    }

    /// `None`: the password is asked for.
    pub(super) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        if self.password.is_none() {
            return Some(Session {
                csrf: self.csrf.clone(),
                may_leave: false,
            });
        }
        let cookie = cookie(headers)?;
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, kept| kept.used.elapsed() < IDLE);
        let kept = sessions.get_mut(cookie)?;
        // A page that is merely open fetches itself whenever something changes.
        if !headers.contains_key(REFRESH) {
            kept.used = Instant::now();
        }
        Some(Session {
            csrf: kept.csrf.clone(),
            may_leave: true,
        })
    }

    /// As [`session`](Self::session), but without using it: a page that is merely open is none in use.
    pub(super) fn is_let_in(&self, headers: &HeaderMap) -> bool {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = cookie(headers).and_then(|cookie| sessions.get(cookie));
        self.password.is_none() || kept.is_some_and(|kept| kept.used.elapsed() < IDLE)
    }

    /// `from`: each address has its own attempts, so that nobody can lock others out.
    pub(super) fn log_in(&self, password: &str, from: IpAddr) -> Login {
        let now = Instant::now();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.retain(|_, seen| {
            seen.not_before
                .is_none_or(|until| now < until + LONGEST_WAIT)
        });
        let seen = failures.entry(from).or_default();
        if let Some(until) = seen.not_before.filter(|until| now < *until) {
            return Login::TooOften { wait: until - now };
        }
        if !self
            .password
            .as_ref()
            .is_some_and(|known| known.is(password))
        {
            seen.n += 1;
            let over = seen.n.saturating_sub(FREE_ATTEMPTS);
            let wait = Duration::from_secs(1 << over.min(10)).min(LONGEST_WAIT);
            seen.not_before = Some(if over > 0 { now + wait } else { now });
            return Login::Wrong;
        }
        failures.remove(&from);
        let (Ok(value), Ok(csrf)) = (token(), token()) else {
            return Login::Wrong;
        };
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MAX_SESSIONS {
            let oldest = sessions.iter().min_by_key(|(_, kept)| kept.used);
            if let Some(oldest) = oldest.map(|(value, _)| value.clone()) {
                sessions.remove(&oldest);
            }
        }
        let kept = Kept { csrf, used: now };
        sessions.insert(value.clone(), kept);
        Login::In(format!(
            "{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict"
        ))
    }

    /// The cookie that takes its place.
    pub(super) fn log_out(&self, headers: &HeaderMap) -> String {
        if let Some(cookie) = cookie(headers) {
            let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.remove(cookie);
        }
        format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }
}

/// Whether a change of something is asked for by ourselves: not from another site, and with
/// the token that each of our pages has, in a header of our script or in a form.
pub(super) fn is_our_form(headers: &HeaderMap, form: Option<&str>, session: &Session) -> bool {
    let token = headers.get("x-csrf").and_then(|token| token.to_str().ok());
    is_same_site(headers) && token.or(form) == Some(session.csrf.as_str())
}

/// What browsers say of where a request comes from; those that say nothing have
/// the token alone to show.
pub(super) fn is_same_site(headers: &HeaderMap) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_from_here =
        header("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let is_our_origin = header("origin").is_none_or(|origin| {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        header("host") == Some(host)
    });
    is_from_here && is_our_origin
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = all
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == COOKIE).then_some(value))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// 256 bits that nobody can guess; fails where the system has no random numbers.
fn token() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|err| io::Error::other(err.to_string()))?;
    Ok(blake3::hash(&bytes).to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(address: &str, names: &[&str]) -> Access {
        Access::new(
            Password::parse("correct horse").ok(),
            names.iter().map(|name| (*name).to_owned()).collect(),
            address.parse().unwrap(),
        )
        .unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = name.parse::<header::HeaderName>().unwrap();
            (name, value.parse().unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn only_names_of_our_own_are_answered() {
        let here = access("127.0.0.1:8765", &["obmen.local"]);
        for (host, is_ours) in [
            ("127.0.0.1:8765", true),
            ("localhost", true),
            ("[::1]:8765", true),
            ("OBMEN.local:8765", true),
            ("evil.example:8765", false),
            ("127.0.0.1.evil.example", false),
            ("192.168.1.5:8765", false),
            ("", false),
        ] {
            let headers = headers(&[("host", host)]);
            assert_eq!(here.is_our_name(&headers), is_ours, "{host}");
        }
        assert!(!here.is_our_name(&HeaderMap::new()));
    }

    #[test]
    fn requests_of_other_sites_are_known() {
        for (pairs, is_same) in [
            (&[][..], true),
            (&[("host", "a:1"), ("origin", "http://a:1")], true),
            (&[("host", "a:1"), ("origin", "http://b:1")], false),
            (&[("host", "a:1"), ("origin", "null")], false),
            // A web server before us that hands on the name without its port.
            (&[("host", "a"), ("origin", "https://a:8443")], false),
            (&[("host", "a:8443"), ("origin", "https://a:8443")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "same-origin")], true),
        ] {
            assert_eq!(is_same_site(&headers(pairs)), is_same, "{pairs:?}");
        }
    }

    #[test]
    fn a_wrong_password_costs_more_and_more_time() {
        let access = access("0.0.0.0:1", &[]);
        let (guesser, owner) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        for _ in 0..=FREE_ATTEMPTS {
            assert!(matches!(access.log_in("guess", guesser), Login::Wrong));
        }
        assert!(matches!(
            access.log_in("correct horse", guesser),
            Login::TooOften { .. }
        ));
        let Login::In(cookie) = access.log_in("correct horse", owner) else {
            panic!("the owner is locked out")
        };
        let value = cookie.split(';').next().unwrap();
        let headers = headers(&[("cookie", value)]);
        let session = access.session(&headers).unwrap();
        assert!(session.may_leave && session.csrf.len() == 64);
        assert!(access.is_let_in(&headers));
        access.log_out(&headers);
        assert!(access.session(&headers).is_none());
        assert!(!access.is_let_in(&headers));
    }

    #[test]
    fn a_page_that_is_merely_open_does_not_keep_its_session() {
        let access = access("0.0.0.0:1", &[]);
        let Login::In(cookie) = access.log_in("correct horse", "10.0.0.1".parse().unwrap()) else {
            panic!("not let in")
        };
        let cookie = cookie.split(';').next().unwrap();
        let used = || {
            access
                .sessions
                .lock()
                .unwrap()
                .values()
                .next()
                .unwrap()
                .used
        };
        let before = used();
        while Instant::now() == before {}
        assert!(
            access
                .session(&headers(&[("cookie", cookie), (REFRESH, "1")]))
                .is_some()
        );
        assert_eq!(used(), before);
        assert!(access.session(&headers(&[("cookie", cookie)])).is_some());
        assert!(used() > before);
    }

    #[test]
    fn a_form_shows_the_token_of_its_session() {
        let session = Session {
            csrf: "T".to_owned(),
            may_leave: false,
        };
        for (pairs, form, is_ours) in [
            (&[("x-csrf", "T")][..], None, true),
            (&[], Some("T"), true),
            (&[], None, false),
            (&[("x-csrf", "U")], Some("T"), false),
            (
                &[("x-csrf", "T"), ("sec-fetch-site", "cross-site")],
                None,
                false,
            ),
            (&[("sec-fetch-site", "cross-site")], Some("T"), false),
        ] {
            let found = is_our_form(&headers(pairs), form, &session);
            assert_eq!(found, is_ours, "{pairs:?} {form:?}");
        }
    }
}
