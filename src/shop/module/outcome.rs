//! What became of a batch, row by row.

use serde::Deserialize;

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Applied,
    /// The shop had it so already.
    Unchanged,
    /// The shop has no such product or order.
    Unknown,
    /// Several products have this article.
    Ambiguous,
    /// This row is wrong, and why.
    Rejected(String),
    /// The upstream module says yes to everything: the call succeeded, and that is all that is known.
    Unsaid,
}

impl Outcome {
    /// The shop is now as the row says, as far as it tells.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Applied | Self::Unchanged | Self::Unsaid => true,
            Self::Unknown | Self::Ambiguous | Self::Rejected(_) => false,
        }
    }
}

/// The module's answer to a batch.
#[derive(Debug, Deserialize)]
pub(super) struct Answered {
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Row {
    is: State,
    #[serde(default)]
    why: String,
    /// Where a picture lies.
    #[serde(default)]
    path: Option<String>,
}

impl Row {
    /// The place of a picture in the shop, or why the shop does not take it.
    pub(super) fn into_path(self) -> Result<String, String> {
        self.path.ok_or(self.why)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Applied,
    Unchanged,
    Unknown,
    Ambiguous,
    Rejected,
}

impl From<Row> for Outcome {
    fn from(row: Row) -> Self {
        match row.is {
            State::Applied => Self::Applied,
            State::Unchanged => Self::Unchanged,
            State::Unknown => Self::Unknown,
            State::Ambiguous => Self::Ambiguous,
            State::Rejected => Self::Rejected(row.why),
        }
    }
}
