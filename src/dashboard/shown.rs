//! How states, rows and counts look: always a sign and a word, never a colour alone.

use maud::{Markup, html};

use crate::journal::{Journal, JournalError, OrderState, OutcomeKind, Run, RunState, Tally};
use crate::pipeline::{kind_key, tally_text};
use crate::wording::{Wording, key};

/// What a person should make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Good,
    /// Nothing to do, and nothing done.
    Calm,
    /// Is being done, or will be by itself.
    Busy,
    /// A person should look.
    Look,
    Bad,
}

impl State {
    fn sign(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("good", "✓"),
            Self::Calm => ("calm", "–"),
            Self::Busy => ("busy", "↻"),
            Self::Look => ("look", "!"),
            Self::Bad => ("bad", "✕"),
        }
    }
}

/// A sign and a word.
pub(super) fn badge(state: State, text: &str) -> Markup {
    let (class, sign) = state.sign();
    html! { span .badge .(class) { span .sign aria-hidden="true" { (sign) } (text) } }
}

/// A run, and what it has come to.
#[derive(Debug, Clone)]
pub(super) struct Come {
    pub(super) run: Run,
    pub(super) tally: Tally,
    /// Of one at work; its rows are not counted by what became of them yet.
    pub(super) n_so_far: u64,
}

impl Come {
    pub(super) fn of(run: Run, journal: &Journal) -> Result<Self, JournalError> {
        let tally = journal.noted_tally(&run)?;
        let n_so_far = match run.state {
            RunState::Open => journal.n_rows_so_far(run.id)?,
            RunState::Done | RunState::Held | RunState::Rejected | RunState::Retry => 0,
        };
        Ok(Self {
            run,
            tally,
            n_so_far,
        })
    }

    /// Why it stopped, how far it is, or what became of its rows.
    pub(super) fn text(&self, words: &Wording) -> String {
        match (&self.run.note, self.run.state) {
            (Some(note), _) => note.text(words),
            (None, RunState::Open) => words.fill("rows-so-far", &[("n", self.n_so_far.into())]),
            (None, _) => tally_text(&self.tally, words),
        }
    }
}

pub(super) fn run_badge(state: RunState, tally: &Tally, words: &Wording) -> Markup {
    let (state, text) = match state {
        RunState::Done if tally.needs_attention() => (State::Look, key("state-done-look")),
        RunState::Done => (State::Good, key("state-done")),
        RunState::Open => (State::Busy, key("state-open")),
        RunState::Retry => (State::Busy, key("state-retry")),
        RunState::Held => (State::Look, key("state-held")),
        RunState::Rejected => (State::Bad, key("state-rejected")),
    };
    badge(state, &words.text(text))
}

pub(super) fn order_badge(state: OrderState, words: &Wording) -> Markup {
    let (state, text) = match state {
        OrderState::Seen => (State::Busy, key("order-seen")),
        OrderState::Held => (State::Look, key("order-state-held")),
        OrderState::Publishing => (State::Busy, key("order-publishing")),
        OrderState::Written => (State::Busy, key("order-written")),
        OrderState::Taken => (State::Good, key("order-taken")),
        OrderState::Confirmed => (State::Good, key("order-confirmed")),
    };
    badge(state, &words.text(text))
}

pub(super) fn kind_badge(kind: OutcomeKind, words: &Wording) -> Markup {
    let state = match kind {
        OutcomeKind::Applied => State::Good,
        OutcomeKind::Unchanged | OutcomeKind::Superseded => State::Calm,
        OutcomeKind::Unknown | OutcomeKind::Pending | OutcomeKind::Outdated => State::Look,
        OutcomeKind::Rejected => State::Bad,
        OutcomeKind::Note => State::Calm,
    };
    badge(state, &words.text(kind_key(kind)))
}

/// `12 345`, with a blank that does not break.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push('\u{a0}');
        }
        shown.push(digit);
    }
    shown
}

/// `12.5 MB`, in whole tenths.
pub(super) fn size(bytes: u64, words: &Wording) -> String {
    const KB: u64 = 1_024;
    let (unit, text) = match bytes {
        0..1_024 => return words.fill("size-bytes", &[("n", bytes.into())]),
        1_024..1_048_576 => (KB, key("size-kb")),
        _ => (KB * KB, key("size-mb")),
    };
    let tenths = bytes.saturating_mul(10) / unit;
    let (whole, tenth) = (tenths / 10, tenths % 10);
    format!("{whole}.{tenth} {}", words.text(text))
}

/// A time of the journal, to the minute and without what is the same for all of today.
pub(super) fn time(stamp: &str) -> Markup {
    let shown = stamp.get(..16).unwrap_or(stamp);
    html! { time datetime=(stamp.replace(' ', "T")) { (shown) } }
}
