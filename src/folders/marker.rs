//! How a program that writes into the inbox can say that a file is complete.

use std::path::{Path, PathBuf};

/// Lies beside a file that obmen itself has put (back) into an inbox: whoever
/// writes markers has written none for it.
const OWN_ENDING: &str = ".obmen-ready";

/// The name of the file whose appearance says that others are complete.
///
/// With `{name}`, as in `{name}.done`, or `{stem}`, as in `{stem}.ok`, each file
/// has a marker of its own beside it: `a.csv.done`, `a.ok`. Without, one marker
/// stands for everything in its folder and below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    /// `None` for what cannot be the name of a marker.
    pub fn parse(pattern: &str) -> Option<Self> {
        let rest = pattern.replace("{name}", "").replace("{stem}", "");
        let n_places = pattern.matches("{name}").count() + pattern.matches("{stem}").count();
        let is_name = !rest.trim().is_empty() && !rest.contains(['/', '\\', '{', '}', ':']);
        (is_name && n_places < 2).then(|| Self(pattern.to_owned()))
    }

    /// Whether a file of this name is a marker, and so none that is carried.
    pub(super) fn is_marker(&self, name: &str) -> bool {
        let (name, pattern) = (name.to_lowercase(), self.0.to_lowercase());
        let parts = pattern
            .split_once("{name}")
            .or_else(|| pattern.split_once("{stem}"));
        is_own(&name)
            || match parts {
                Some((before, behind)) => {
                    name.len() > before.len() + behind.len()
                        && name.starts_with(before)
                        && name.ends_with(behind)
                }
                None => name == pattern,
            }
    }

    /// The marker that says that `file` is complete. `root` is the inbox.
    pub(super) fn find(&self, file: &Path, root: &Path) -> Option<Found> {
        let own = own_marker(file);
        if own.is_file() {
            return Some(Found::OfFile(own));
        }
        let text = |part: Option<&std::ffi::OsStr>| {
            part.map(|part| part.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        if self.0.contains("{name}") || self.0.contains("{stem}") {
            let name = self
                .0
                .replace("{name}", &text(file.file_name()))
                .replace("{stem}", &text(file.file_stem()));
            let path = file.with_file_name(name);
            return path.is_file().then_some(Found::OfFile(path));
        }
        file.ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(root))
            .map(|folder| folder.join(&self.0))
            .find(|path| path.is_file())
            .map(Found::OfFolder)
    }
}

/// A marker that is there.
pub(super) enum Found {
    OfFile(PathBuf),
    OfFolder(PathBuf),
}

pub(super) fn own_marker(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(OWN_ENDING);
    file.with_file_name(name)
}

fn is_own(name: &str) -> bool {
    name.ends_with(OWN_ENDING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_one_name() {
        for pattern in ["{name}.done", "{stem}.ok", "ready", ".ready", "flag-{stem}"] {
            assert!(Marker::parse(pattern).is_some(), "{pattern}");
        }
        for pattern in [
            "",
            " ",
            "{name}",
            "{stem}",
            "../x",
            "a/b",
            "{name}{stem}.x",
            "{file}.x",
            "C:x",
        ] {
            assert!(Marker::parse(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn markers_are_told_from_files() {
        let marker = |pattern| Marker::parse(pattern).unwrap();
        assert!(marker("{name}.done").is_marker("A.CSV.Done"));
        assert!(!marker("{name}.done").is_marker("done.csv"));
        assert!(marker("{stem}.ok").is_marker("a.ok"));
        assert!(marker("Ready").is_marker("ready") && !marker("Ready").is_marker("ready.csv"));
        assert!(marker("ready").is_marker("a.csv.obmen-ready"));
    }
}
