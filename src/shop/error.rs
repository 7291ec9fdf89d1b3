//! What can go wrong with the shop, cut by whose turn it is.

use std::fmt;

use thiserror::Error;

/// The key of an API user. Its `Debug` and `Display` do not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    pub fn new(key: String) -> Self {
        Self(key)
    }

    /// For the login form alone.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// Why a call of the shop did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShopError {
    #[error("`{0}` is not the address of a shop: give it as `https://shop.example/`")]
    Address(String),
    /// The request did not reach the shop.
    #[error("the shop cannot be reached: {detail}")]
    Unreachable { detail: String },
    /// The request went out and no whole answer came back.
    #[error("`{function}`: the shop did not answer: {detail}")]
    NoAnswer {
        function: &'static str,
        detail: String,
    },
    /// The web server in front of the shop answered for it.
    #[error("`{function}`: the web server answered with {status}{hint}", hint = status_hint(*status))]
    Server { function: &'static str, status: u16 },
    #[error(
        "the shop refuses the API user or key: check `username` and `key`, and that the user is enabled"
    )]
    WrongKey,
    #[error(
        "the shop does not allow this computer's address{0}: add it to the API user's list of IP addresses"
    )]
    IpNotAllowed(IpHint),
    /// Signed calls of our own module are good for a few minutes.
    #[error(
        "this computer's clock and the shop's differ by {} s: set the wrong one", ahead_s.unsigned_abs()
    )]
    Clock { ahead_s: i64 },
    #[error("the shop redirects to `{to}`: put that address into the configuration")]
    Redirected { to: String },
    #[error("there is no OpenCart API at this address: check `url`")]
    NotOpenCart,
    #[error(
        "this is OpenCart 4.1, which has no API login and refuses modules under `api/`: \
         install the module that `obmen module` writes"
    )]
    Version41,
    #[error("the shop has no function `{function}`: install the API module (or a newer one)")]
    NoFunction { function: &'static str },
    /// The function itself does not work in this shop.
    #[error("`{function}` does not work in this shop's version of the module: {detail}")]
    FunctionBroken {
        function: &'static str,
        detail: String,
    },
    /// The module's own `error` text.
    #[error("`{function}`: the shop says: {message}")]
    Said {
        function: &'static str,
        message: String,
    },
    /// Our own module refused the whole call and did nothing.
    #[error("`{function}`: the shop refuses the call: {reason}")]
    Refused {
        function: &'static str,
        reason: String,
    },
    /// PHP printed something before the answer; the call may have failed silently.
    #[error(
        "`{function}`: the shop printed `{noise}` before its answer, so the answer cannot be trusted"
    )]
    Noise {
        function: &'static str,
        noise: String,
    },
    #[error("`{function}`: the answer is not what the module sends; it starts with `{start}`")]
    Unintelligible {
        function: &'static str,
        start: String,
    },
    #[error("`{function}`: the shop's session was lost and could not be renewed")]
    SessionLost { function: &'static str },
}

/// The address as the shop sees it, where it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IpHint(pub Option<String>);

impl fmt::Display for IpHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(ip) => write!(f, " `{ip}`"),
            None => Ok(()),
        }
    }
}

fn status_hint(status: u16) -> &'static str {
    match status {
        413 => " (the request was too large: lower `shop.batch`)",
        502 | 504 => " (it gave up waiting for PHP: lower `shop.batch`)",
        503 => " (the shop is closed for maintenance or overloaded)",
        _ => "",
    }
}

/// What a database says while it is overloaded or being restarted.
fn is_passing_trouble(message: &str) -> bool {
    const SIGNS: [&str; 6] = [
        "gone away",
        "Too many connections",
        "Lock wait timeout",
        "Deadlock",
        "Lost connection",
        "max_user_connections",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

impl ShopError {
    /// Trying again later, unchanged, may succeed.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::NoAnswer { .. }
            | Self::Unintelligible { .. }
            | Self::SessionLost { .. }
            | Self::Server { .. }
            // Often one bad moment of the shop; if not, the attempts come to an end.
            | Self::Noise { .. }
            // Whoever moves a shop may move it back.
            | Self::Redirected { .. }
            | Self::NotOpenCart => true,
            Self::Said { message, .. } => is_passing_trouble(message),
            Self::Address(_)
            | Self::WrongKey
            | Self::IpNotAllowed(_)
            | Self::Clock { .. }
            | Self::Version41
            | Self::NoFunction { .. }
            | Self::FunctionBroken { .. }
            | Self::Refused { .. } => false,
        }
    }

    /// The shop may have carried out a part of the call, or all of it.
    pub fn may_have_acted(&self) -> bool {
        match self {
            // Refused at the door.
            Self::Server { status: 413, .. } => false,
            Self::NoAnswer { .. }
            | Self::Server { .. }
            | Self::Said { .. }
            | Self::Noise { .. }
            | Self::Unintelligible { .. } => true,
            Self::Address(_)
            | Self::Unreachable { .. }
            | Self::WrongKey
            | Self::IpNotAllowed(_)
            | Self::Clock { .. }
            | Self::Redirected { .. }
            | Self::NotOpenCart
            | Self::Version41
            | Self::NoFunction { .. }
            | Self::FunctionBroken { .. }
            | Self::Refused { .. }
            | Self::SessionLost { .. } => false,
        }
    }

    /// The shop is out of reach or lets nobody in: nothing else will succeed either.
    pub fn concerns_every_call(&self) -> bool {
        match self {
            Self::Address(_)
            | Self::Unreachable { .. }
            | Self::WrongKey
            | Self::IpNotAllowed(_)
            | Self::Clock { .. }
            | Self::Redirected { .. }
            | Self::NotOpenCart
            | Self::Version41
            | Self::SessionLost { .. } => true,
            Self::NoAnswer { .. }
            | Self::Server { .. }
            | Self::NoFunction { .. }
            | Self::FunctionBroken { .. }
            | Self::Refused { .. }
            | Self::Said { .. }
            | Self::Noise { .. }
            | Self::Unintelligible { .. } => false,
        }
    }
}
