//! A key, a password or an address with a token: from the environment, a file of its own, or the configuration.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::ensure;

use crate::cli::failure::Because as _;
use crate::wording::message;

/// Without what surrounds it: Windows editors begin a file with a byte order mark and end
/// it with a line break, and `set KEY=abc && …` of its command line adds a blank.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// `None` where the variable is not set, or empty.
pub(super) fn from_environment(variable: &str) -> Option<String> {
    let text = env::var(variable).ok()?;
    let text = bare(&text);
    (!text.is_empty()).then(|| text.to_owned())
}

/// What the file holds that this option names. An empty one is a mistake: whoever names a
/// file means that something is in it.
pub(super) fn from_file(option: &'static str, path: &Path) -> anyhow::Result<String> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path)
        .because(|| message!("config-file-unreadable", option = option, path = &shown))?;
    let text = bare(&text);
    ensure!(
        !text.is_empty(),
        message!("config-file-empty", option = option, path = &shown)
    );
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_windows_puts_around_a_secret_is_no_part_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.txt");
        for (written, read) in [
            ("\u{feff}abc\r\n", "abc"),
            ("abc \r\n\r\n", "abc"),
            (" \u{feff} a b\u{a0}", "a b"),
        ] {
            fs::File::create(&path)
                .unwrap()
                .write_all(written.as_bytes())
                .unwrap();
            assert_eq!(from_file("shop.key_file", &path).unwrap(), read);
        }
    }

    #[test]
    fn a_file_with_nothing_in_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.txt");
        fs::File::create(&path)
            .unwrap()
            .write_all("\u{feff}\r\n".as_bytes())
            .unwrap();
        let err = from_file("shop.key_file", &path).unwrap_err();
        let said = format!("{err:#}");
        assert!(
            said.contains("shop.key_file") && said.contains("key.txt"),
            "{said}"
        );
    }
}
