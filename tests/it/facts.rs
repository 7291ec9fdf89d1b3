//! Finds the folders with real files and recorded replies, which are not part of the project.

use std::env;
use std::path::PathBuf;

/// The folder that `variable` names, or `None` where it is not set and not
/// required. `.ci/run` sets `OBMEN_REQUIRE_FACTS`, so that nothing is left out there.
pub(crate) fn folder(variable: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable)
        .map(PathBuf::from)
        .filter(|path| !path.as_os_str().is_empty());
    if let Some(folder) = folder {
        let n_entries = folder
            .read_dir()
            .unwrap_or_else(|err| panic!("{variable}={}: {err}", folder.display()))
            .count();
        assert_ne!(n_entries, 0, "{variable} names an empty folder");
        Some(folder)
    } else {
        assert!(
            env::var_os("OBMEN_REQUIRE_FACTS").is_none(),
            "{variable} is not set"
        );
        eprintln!("left out: set {variable} to run this test against real files");
        None
    }
}
