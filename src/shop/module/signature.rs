//! How a call is signed: nobody without the key can make one, and nobody can use one twice.

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::shop::error::ApiKey;

/// What the signature covers.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub call: &'a str,
    /// The value of `store_id` in the query.
    pub store: Option<u32>,
    /// Seconds since 1970; the shop lets five minutes pass.
    pub unix_time: i64,
    pub request_id: &'a str,
    pub body: &'a [u8],
}

/// The hex HMAC-SHA256 that the module expects in `X-Obmen-Signature`.
pub fn sign(key: &ApiKey, call: &Call<'_>) -> String {
    let store = call.store.map(|id| id.to_string()).unwrap_or_default();
    let text = [
        "obmen1",
        "POST",
        call.call,
        &store,
        &call.unix_time.to_string(),
        call.request_id,
        &hex(&Sha256::digest(call.body)),
    ]
    .join("\n");
    mac(key, &text)
}

/// The shop keeps a session for every caller without a cookie; this one is always the
/// same, and nobody else can guess it.
pub(super) fn session_id(key: &ApiKey) -> String {
    mac(key, "obmen1\nsession").chars().take(26).collect()
}

/// Different each time, which is all that is asked of it.
pub(super) fn new_request_id() -> String {
    // Each `RandomState` has keys of its own, from the system's random numbers.
    let part = || RandomState::new().hash_one("request");
    format!("{:016x}{:016x}", part(), part())
}

fn mac(key: &ApiKey, text: &str) -> String {
    // A key of any length will do for HMAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.secret().as_bytes()) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        write!(hex, "{byte:02x}").unwrap_or_default();
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_php_does() {
        // hash_hmac('sha256', implode("\n", ['obmen1','POST','ping','','1700000000','request-1',hash('sha256','{}')]), 'key')
        let call = Call {
            call: "ping",
            store: None,
            unix_time: 1_700_000_000,
            request_id: "request-1",
            body: b"{}",
        };
        assert_eq!(
            sign(&ApiKey::new("key".to_owned()), &call),
            "e6fd732c7058657956e3bd4bf7da0e9063818223836588c5efa0e42821c17de7"
        );
    }

    #[test]
    fn request_ids_do_not_repeat() {
        let ids: std::collections::BTreeSet<String> =
            (0..1_000).map(|_| new_request_id()).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| id.len() == 32));
    }
}
