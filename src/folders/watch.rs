//! Hints that something has happened in an inbox.
//!
//! Hints only: network shares send no events, Windows loses them in bursts, and
//! the periodic scan finds everything anyway. They just bring it forward.

use std::path::Path;

use notify::{RecursiveMode, Watcher as _};
use tracing::warn;

/// Hints stop when this is dropped.
pub struct Watcher {
    _watcher: Option<notify::RecommendedWatcher>,
}

/// Calls `on_hint` whenever something seems to have happened in one of the folders.
pub fn watch<'a>(
    folders: impl Iterator<Item = &'a Path>,
    on_hint: impl Fn() + Send + 'static,
) -> Watcher {
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Our own looking must not wake us: that would never end.
        if !event.is_ok_and(|event| event.kind.is_access()) {
            on_hint();
        }
    });
    let mut watcher = match watcher {
        Ok(watcher) => watcher,
        Err(err) => {
            warn!("the system gives no file events ({err}); the regular scan goes on without them");
            return Watcher { _watcher: None };
        }
    };
    for folder in folders {
        // Not below it: one watch a folder stays within every system's limits.
        if let Err(err) = watcher.watch(folder, RecursiveMode::NonRecursive) {
            warn!(
                "no file events for `{}` ({err}); the regular scan goes on without them",
                folder.display()
            );
        }
    }
    Watcher {
        _watcher: Some(watcher),
    }
}
