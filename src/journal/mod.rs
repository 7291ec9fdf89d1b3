//! The memory: runs, calls, what the shop last confirmed, who is who, and which order went where.
//!
//! The exchange's only SQL (the demo shop has some of its own). It decides nothing: it writes down what it is told
//! and answers what it is asked. Lies on a local disk, never on a network share,
//! where SQLite's locks do not hold.

mod calls;
mod content;
mod documents;
mod error;
mod full;
mod identity;
mod known;
mod listing;
mod notices;
mod open;
mod orders;
mod pages;
mod pictures;
mod recall;
mod references;
mod runs;
mod said;
mod scratch;
mod told;
mod upkeep;
pub mod views;
mod words;

pub use calls::{Call, CallId};
pub use content::Overdue;
pub use error::JournalError;
pub use full::{LeftOut, Standing};
pub use identity::{Identity, Pending};
pub use listing::Listing;
pub use open::Journal;
pub use orders::OrderState;
pub use pages::{CallLine, Day, OrderLine, ProductLine, RowFilter, RowLine, RunFilter};
pub use pictures::{Pictures, PicturesState, ReadPicture};
pub use recall::Recall;
pub use references::ReferenceKind;
pub use runs::{Approval, Fingerprint, Outcome, OutcomeKind, Run, RunId, RunState, Tally};
pub use said::Extent;
