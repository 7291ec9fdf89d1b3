//! What can go wrong with the shop, cut by whose turn it is.

use std::fmt;

use thiserror::Error;

use crate::wording::{Message, Worded, message};

/// The key of an API user. Its `Debug` and `Display` do not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    pub fn new(key: String) -> Self {
        Self(key)
    }

    /// For the upstream module's login form, and for signing calls of our own.
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
#[error("{}", self.message())]
pub enum ShopError {
    Address(String),
    /// The request did not reach the shop.
    Unreachable {
        detail: Message,
    },
    /// The request went out and no whole answer came back.
    NoAnswer {
        function: &'static str,
        detail: Message,
    },
    /// The web server in front of the shop answered for it.
    Server {
        function: &'static str,
        status: u16,
    },
    WrongKey,
    IpNotAllowed(IpHint),
    /// Signed calls of our own module are good for a few minutes.
    Clock {
        ahead_s: i64,
    },
    Redirected {
        to: String,
    },
    NotOpenCart,
    Version41,
    /// The login of the upstream module would send it the key.
    NoOwnModule,
    NoFunction {
        function: &'static str,
    },
    /// The function itself does not work in this shop.
    FunctionBroken {
        function: &'static str,
        detail: Message,
    },
    /// The module's own `error` text.
    Said {
        function: &'static str,
        message: String,
    },
    /// Our own module refused the whole call and did nothing.
    Refused {
        function: &'static str,
        reason: String,
    },
    /// PHP printed something before the answer; the call may have failed silently.
    Noise {
        function: &'static str,
        noise: String,
    },
    Unintelligible {
        function: &'static str,
        start: String,
    },
    SessionLost {
        function: &'static str,
    },
}

impl Worded for ShopError {
    fn message(&self) -> Message {
        match self {
            Self::Address(url) => message!("shop-address", url = url),
            Self::Unreachable { detail } => message!("shop-unreachable", why = detail.clone()),
            Self::NoAnswer { function, detail } => {
                message!("shop-no-answer", function = *function, why = detail.clone())
            }
            Self::Server { function, status } => message!(
                "shop-server",
                function = *function,
                status = u32::from(*status),
            ),
            Self::WrongKey => message!("shop-wrong-key"),
            Self::IpNotAllowed(IpHint(Some(ip))) => message!("shop-ip-not-allowed", ip = ip),
            Self::IpNotAllowed(IpHint(None)) => message!("shop-some-ip-not-allowed"),
            Self::Clock { ahead_s } => {
                message!("shop-clock", seconds = ahead_s.unsigned_abs())
            }
            Self::Redirected { to } => message!("shop-redirected", to = to),
            Self::NotOpenCart => message!("shop-not-opencart"),
            Self::Version41 => message!("shop-version-41"),
            Self::NoOwnModule => message!("shop-no-own-module"),
            Self::NoFunction { function } => message!("shop-no-function", function = *function),
            Self::FunctionBroken { function, detail } => {
                message!(
                    "shop-function-broken",
                    function = *function,
                    why = detail.clone()
                )
            }
            Self::Said { function, message } => {
                message!("shop-said", function = *function, why = message)
            }
            Self::Refused { function, reason } => {
                message!("shop-refused", function = *function, why = reason)
            }
            Self::Noise { function, noise } => {
                message!("shop-noise", function = *function, noise = noise)
            }
            Self::Unintelligible { function, start } => {
                message!("shop-unintelligible", function = *function, start = start)
            }
            Self::SessionLost { function } => {
                message!("shop-session-lost", function = *function)
            }
        }
    }
}

/// The address as the shop sees it, where it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IpHint(pub Option<String>);

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
            | Self::NotOpenCart
            // It may be away only while the shop is being updated.
            | Self::NoOwnModule => true,
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
            | Self::NoOwnModule
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
            | Self::NoOwnModule
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
