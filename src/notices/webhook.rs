//! A receiver of JSON over HTTP, as chats and monitoring have it.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use serde_json::Value;
use thiserror::Error;
use url::Url;

use crate::notices::occasions::Notice;
use crate::wording::{Message, Worded, Wording, message};

/// A chat answers at once; the end of the program waits for it.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Where notices go to.
#[derive(Clone)]
pub struct Webhook {
    url: Url,
    /// What the receiver calls the text.
    field: String,
    /// What else it wants, such as the number of a chat.
    extra: BTreeMap<String, String>,
}

/// Why a notice did not arrive. The address is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum WebhookError {
    Address,
    Away(Message),
    Refused(u16),
}

impl Worded for WebhookError {
    fn message(&self) -> Message {
        match self {
            Self::Address => message!("webhook-address"),
            Self::Away(why) => message!("webhook-away", why = why.clone()),
            Self::Refused(status) => message!("webhook-refused", status = status.to_string()),
        }
    }
}

impl Webhook {
    pub fn new(
        url: &str,
        field: String,
        extra: BTreeMap<String, String>,
    ) -> Result<Self, WebhookError> {
        let url = Url::parse(url.trim()).map_err(|_| WebhookError::Address)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(WebhookError::Address);
        }
        Ok(Self { url, field, extra })
    }

    /// What a receiver does not take whole is told in its first line: that something waits.
    pub(super) fn post(&self, notice: &Notice, words: &Wording) -> Result<(), WebhookError> {
        let text = notice.text(words);
        match (self.post_text(notice, &text), text.split_once('\n')) {
            (Err(WebhookError::Refused(400 | 413)), Some((first, _))) => {
                self.post_text(notice, first)
            }
            (posted, _) => posted,
        }
    }

    fn post_text(&self, notice: &Notice, text: &str) -> Result<(), WebhookError> {
        let mut body = notice.json();
        if let Some(fields) = body.as_object_mut() {
            let extra = self.extra.iter();
            fields.extend(extra.map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
            fields.insert(self.field.clone(), text.into());
        }
        // Two rooms may send; whoever comes second finds it there.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .timeout(TIMEOUT)
            // A notice that is led elsewhere has not arrived.
            .redirect(Policy::none())
            .build()
            .map_err(|err| away(&err))?;
        let answer = client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .body(body.to_string())
            .send()
            .map_err(|err| away(&err))?;
        let status = answer.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(WebhookError::Refused(status.as_u16()))
        }
    }
}

/// The innermost cause names no address.
fn away(err: &reqwest::Error) -> WebhookError {
    if err.is_timeout() {
        return WebhookError::Away(message!("http-no-answer"));
    }
    let mut cause = err.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    let said = cause.map(|cause| Message::plain(cause.to_string()));
    WebhookError::Away(said.unwrap_or_else(|| message!("http-failed")))
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({})", self.url.host_str().unwrap_or_default())
    }
}
