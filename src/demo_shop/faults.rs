//! What can go wrong between a shop and its client, on request.
//!
//! A fault waits for a call of its function and then spoils that one call.
//! One call meets one fault: the first that fits, in the order of injection.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One way in which a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The call is carried out, then the connection drops without a byte of answer.
    LoseAnswer,
    /// The connection drops before anything is done.
    LoseRequest,
    /// Nothing is done and the answer is an empty 500.
    Status500Before,
    /// The call is carried out, yet the answer is an empty 500.
    Status500After,
    /// So many entries are carried out, then the connection drops.
    StopAfter(usize),
    /// The call is carried out; a PHP warning stands before the good JSON.
    WarningPrefix,
    /// A page of the hosting company with status 200, and nothing is done.
    HtmlInstead,
    /// The web server sends the client to https; nothing is done.
    RedirectToHttps,
    /// OpenCart sends the client to `error.html`; nothing is done.
    RedirectToErrorPage,
    /// The call is carried out; the connection drops in the middle of the body.
    BodyCut,
    /// The call is carried out; half of the JSON arrives as if it were all.
    JsonCut,
    /// The proxy cannot reach PHP; nothing is done.
    BadGateway502,
    /// The proxy has lost patience; PHP behind it carries the call out.
    GatewayTimeout504,
    /// The web server refuses the size of the body; nothing is done.
    TooLarge413,
    /// The web server takes no body of more bytes. It refuses such a call and spoils no other.
    /// In JSON: `{"most_bytes": 1048576}`.
    MostBytes(usize),
    /// The hosting company works on the server; nothing is done.
    Maintenance503,
    /// All tokens are forgotten, then the call is handled as usual.
    ExpireToken,
    /// The answer comes late; the call is carried out before the wait.
    /// In JSON: `{"slow": {"secs": 2, "nanos": 0}}`.
    Slow(Duration),
    /// The call is carried out and answered so late, and carried out even if the
    /// client has gone away meanwhile, as PHP does. In JSON like `slow`.
    Late(Duration),
    /// Nothing is done, and the answer says so little that it could be success.
    EmptyAnswer,
    /// The module has been removed.
    ModuleMissing,
    /// The call is carried out; a byte order mark stands before the JSON.
    Bom,
    /// The login finds no user with this key.
    RefuseKey,
    /// The address of the client is not on the list of the API user.
    RefuseIp,
}

/// How many calls a fault spoils.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    Next(u32),
    ForEver,
}

/// A fault together with the calls it is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: FaultKind,
    /// `login`, `updateprice`, …; any call when absent.
    #[serde(default)]
    pub function: Option<String>,
    #[serde(default = "once")]
    pub times: Times,
}

fn once() -> Times {
    Times::Next(1)
}

impl Fault {
    /// Spoils the next call, whichever it is.
    pub fn once(kind: FaultKind) -> Fault {
        Fault {
            kind,
            function: None,
            times: once(),
        }
    }

    /// Waits for a call of this function and lets the others pass.
    #[must_use]
    pub fn on(self, function: &str) -> Fault {
        Fault {
            function: Some(function.to_owned()),
            ..self
        }
    }

    #[must_use]
    pub fn times(self, n: u32) -> Fault {
        Fault {
            times: Times::Next(n),
            ..self
        }
    }

    #[must_use]
    pub fn for_ever(self) -> Fault {
        Fault {
            times: Times::ForEver,
            ..self
        }
    }

    fn fits(&self, function: &str) -> bool {
        let is_wanted = self
            .function
            .as_deref()
            .is_none_or(|wanted| wanted == function);
        is_wanted && self.times != Times::Next(0)
    }
}

/// The faults still waiting for their calls.
#[derive(Debug, Default)]
pub(super) struct Waiting(Vec<Fault>);

impl Waiting {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The fault this call meets, if any; a used-up fault is gone.
    pub(super) fn take(&mut self, function: &str) -> Option<FaultKind> {
        let fault = self.0.iter_mut().find(|fault| fault.fits(function))?;
        if let Times::Next(n) = &mut fault.times {
            *n -= 1;
        }
        let kind = fault.kind;
        self.0.retain(|fault| fault.times != Times::Next(0));
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spoils_as_many_calls_as_asked() {
        let mut waiting = Waiting::default();
        waiting.add(Fault::once(FaultKind::Bom).on("orders").times(2));
        waiting.add(Fault::once(FaultKind::LoseAnswer));
        let met: Vec<_> = ["orders", "cats", "orders", "orders"]
            .into_iter()
            .map(|function| waiting.take(function))
            .collect();
        assert_eq!(
            met,
            [
                Some(FaultKind::Bom),
                Some(FaultKind::LoseAnswer),
                Some(FaultKind::Bom),
                None
            ]
        );
        assert_eq!(waiting.list(), []);
    }

    #[test]
    fn a_lasting_fault_stays_until_cleared() {
        let mut waiting = Waiting::default();
        waiting.add(Fault::once(FaultKind::Maintenance503).for_ever());
        assert_eq!(waiting.take("cats"), Some(FaultKind::Maintenance503));
        assert_eq!(waiting.take("login"), Some(FaultKind::Maintenance503));
        waiting.clear();
        assert_eq!(waiting.take("cats"), None);
    }

    #[test]
    fn is_written_as_short_json() {
        let fault: Fault =
            serde_json::from_str(r#"{"kind":{"stop_after":2},"function":"addproducts"}"#).unwrap();
        assert_eq!(
            fault,
            Fault::once(FaultKind::StopAfter(2)).on("addproducts")
        );
    }
}
