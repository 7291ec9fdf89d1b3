//! A file in the outbox that says whether the service is at work: seen in Explorer, without any program.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{NaiveDateTime, TimeDelta};

use crate::folders::Outbox;
use crate::pipeline::ExchangeSettings;
use crate::wording::{Message, Wording};

/// No name of an order file or a list.
const FILE: &str = "obmen-status.txt";

/// Shares are not to be written to at every look into the inbox.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// What was last written for each exchange.
pub(super) struct Heartbeat {
    words: &'static Wording,
    exchanges: BTreeMap<String, Beat>,
}

struct Beat {
    outbox: PathBuf,
    written: Option<NaiveDateTime>,
    trouble: Option<String>,
}

impl Heartbeat {
    pub(super) fn new(exchanges: &[ExchangeSettings], words: &'static Wording) -> Self {
        let beats = exchanges.iter().map(|exchange| {
            let beat = Beat {
                outbox: exchange.outbox.clone(),
                written: None,
                trouble: None,
            };
            (exchange.name.clone(), beat)
        });
        Self {
            words,
            exchanges: beats.collect(),
        }
    }

    /// After each pass, with what keeps the exchange from its work. Where the outbox is
    /// away, nothing is written, and nothing is made.
    pub(super) fn beat(&mut self, exchange: &str, trouble: Option<Message>, now: NaiveDateTime) {
        let Some(beat) = self.exchanges.get_mut(exchange) else {
            return;
        };
        let trouble = trouble.map(|why| why.text(self.words));
        let is_news = trouble != beat.trouble;
        let is_due = beat
            .written
            .is_none_or(|written| now.signed_duration_since(written) >= EVERY);
        if !(is_news || is_due) || !beat.outbox.is_dir() {
            return;
        }
        beat.trouble = trouble;
        let at = now.format("%Y-%m-%d %H:%M:%S").to_string();
        let text = match &beat.trouble {
            None => self.words.fill("heartbeat-fine", &[("at", at.into())]),
            Some(why) => self.words.fill(
                "heartbeat-trouble",
                &[("at", at.into()), ("why", why.as_str().into())],
            ),
        };
        // Notepad tells UTF-8 by its mark.
        let content = format!("\u{feff}{text}\r\n");
        if Outbox::at(&beat.outbox)
            .put(FILE, content.as_bytes())
            .is_ok()
        {
            beat.written = Some(now);
        }
    }
}
