//! The exchange folders: what lies in the inbox, whose it is, and where it ends up.
//!
//! The only room that renames, creates or deletes exchange files; it never looks
//! inside them. A file is never deleted and never overwritten here: it moves from
//! the inbox to `working`, and from there to `done`, `rejected` or `held`. Only the
//! markers that say that files are complete are removed, and pictures that came out
//! of an archive, once the shop has them.

mod claimed;
mod error;
mod finished;
mod inbox;
mod lock;
mod marker;
mod moves;
mod names;
mod outbox;
mod pictures;
mod replace;
mod uploads;
mod watch;

pub use claimed::ClaimedFile;
pub use error::FolderError;
pub use finished::Fate;
pub use inbox::{Inbox, Sighting};
pub use lock::{Lock, LockError};
pub use marker::Marker;
pub use names::{is_first_portion, is_passing, is_picture, natural_order};
pub use outbox::{Outbox, Presence};
pub use pictures::{PictureFile, is_whole_picture};
pub use replace::replace_file;
pub use uploads::{Upload, Uploads, name_below};
pub use watch::{Watcher, watch};
