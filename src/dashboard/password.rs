//! The password of the page, kept as a slow hash: who reads the configuration cannot log in with it.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use thiserror::Error;

use crate::wording::{Message, Worded, message};

/// Shorter ones are guessed.
const MIN_CHARS: usize = 10;

/// What a hash begins with.
const MARK: &str = "$argon2";

/// A password, as its hash (Argon2id, in the form of a PHC string).
#[derive(Clone)]
pub struct Password(String);

/// Why a text cannot be the password of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum BadPassword {
    TooShort,
    BadHash,
    NoRandom,
}

impl Worded for BadPassword {
    fn message(&self) -> Message {
        match self {
            Self::TooShort => message!("password-too-short", n = MIN_CHARS),
            Self::BadHash => message!("password-bad-hash"),
            Self::NoRandom => message!("password-no-random"),
        }
    }
}

impl Password {
    /// A hash as it was printed, or the password itself, which is hashed here.
    pub fn parse(text: &str) -> Result<Self, BadPassword> {
        let text = text.trim();
        if Self::is_hash(text) {
            return match PasswordHash::new(text) {
                Ok(hash) if hash.hash.is_some() => Ok(Self(text.to_owned())),
                Ok(_) | Err(_) => Err(BadPassword::BadHash),
            };
        }
        if text.chars().count() < MIN_CHARS {
            return Err(BadPassword::TooShort);
        }
        let hash = Argon2::default().hash_password(text.as_bytes());
        let hash = hash.map_err(|_| BadPassword::NoRandom)?;
        Ok(Self(hash.to_string()))
    }

    /// Whether a text is a hash, and not a password.
    pub fn is_hash(text: &str) -> bool {
        text.trim().starts_with(MARK)
    }

    /// As it may stand in a configuration.
    pub fn hash(&self) -> &str {
        &self.0
    }

    /// Takes its time, and some memory: that is its purpose.
    pub(super) fn is(&self, text: &str) -> bool {
        PasswordHash::new(&self.0).is_ok_and(|hash| {
            let text = text.trim().as_bytes();
            Argon2::default().verify_password(text, &hash).is_ok()
        })
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_stands_for_its_password_and_tells_nothing_of_it() {
        let password = Password::parse(" correct horse\n").unwrap();
        assert!(password.hash().starts_with("$argon2id$"));
        assert!(!password.hash().contains("horse"));
        let again = Password::parse(password.hash()).unwrap();
        assert!(again.is("correct horse") && !again.is("incorrect horse"));
        assert!(!again.is(password.hash()), "the hash does not let in");
        let other = Password::parse("correct horse").unwrap();
        assert_ne!(other.hash(), password.hash(), "each has a salt of its own");
    }

    #[test]
    fn what_cannot_be_a_password_is_named() {
        for (text, err) in [
            ("short", BadPassword::TooShort),
            ("$argon2id$v=19$m=19456,t=2", BadPassword::BadHash),
            (
                "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
                BadPassword::BadHash,
            ),
        ] {
            assert_eq!(Password::parse(text).unwrap_err(), err, "{text}");
        }
    }
}
