//! Names of files: which to leave alone, and in which order to take them.

use std::cmp::Ordering;
use std::path::Path;

/// Names that browsers, copy tools, Office and file systems use in passing; a
/// rename to the real name is the arrival.
pub fn is_passing(name: &str) -> bool {
    const ENDINGS: [&str; 25] = [
        // Programs of every kind; rclone's are `name.1a2b3c4d.partial`.
        ".tmp",
        ".temp",
        ".partial",
        ".part",
        // Chrome, Opera, Safari, and the file system interface of Chrome.
        ".crdownload",
        ".opdownload",
        ".download",
        ".crswap",
        // WinSCP, Total Commander.
        ".filepart",
        ".tc~",
        // Other file-drop programs.
        ".writing",
        ".inprogress",
        ".uploading",
        ".camellock",
        ".lock",
        // Download managers and torrents.
        ".aria2",
        ".fdmdownload",
        ".!ut",
        ".!qb",
        ".bc!",
        // Editors: Vim, Emacs, and the backup copies of many.
        ".swp",
        ".swx",
        ".swo",
        "~",
        // Of obmen's own.
        ".obmen-ready",
    ];
    // Hidden files are rsync's `.name.1a2b3c`, Syncthing's, LibreOffice's locks,
    // `.nfs…` and `.smbdelete…`; `~$name` is Office's, `~syncthing~name` older Syncthing's.
    const STARTS: [&str; 2] = [".", "~"];
    const WHOLE: [&str; 9] = [
        "desktop.ini",
        "thumbs.db",
        "ehthumbs.db",
        "@eadir",
        "$recycle.bin",
        "system volume information",
        "lost+found",
        "#recycle",
        "__macosx",
    ];
    let lower = name.to_lowercase();
    ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || STARTS.iter().any(|start| lower.starts_with(start))
        || WHOLE.contains(&lower.as_str())
        || (lower.starts_with('#') && lower.ends_with('#'))
        || is_excel_copy(name)
}

/// Excel saves to a name like `CE814000`, and renames it when it is done.
fn is_excel_copy(name: &str) -> bool {
    name.len() == 8
        && name
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
        && name.bytes().any(|b| b.is_ascii_uppercase())
}

/// Pictures of goods lie beside the files that name them.
pub fn is_picture(path: &Path) -> bool {
    const ENDINGS: [&str; 8] = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "svg", "file"];
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ENDINGS.contains(&ending.to_lowercase().as_str()))
}

/// Whether a file begins an export, by its name: `import.xml`, `import0_1.xml`; not
/// `import0_2.xml`, nor УНФ's `import1.xml`, which is its second.
pub fn is_first_portion(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let before = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = stem.strip_prefix(before).unwrap_or_default();
    number.is_empty() || (number == "1" && before.ends_with('_'))
}

/// `import0_9.xml` before `import0_10.xml`: runs of digits compare as numbers.
/// The ending does not count, so that УНФ's `import.xml` comes before its `import1.xml`.
pub fn natural_order(left: &Path, right: &Path) -> Ordering {
    let (left_stem, right_stem) = (left.with_extension(""), right.with_extension(""));
    let (left_text, right_text) = (left_stem.to_string_lossy(), right_stem.to_string_lossy());
    let (mut left_rest, mut right_rest) = (left_text.as_ref(), right_text.as_ref());
    loop {
        let (left_part, left_behind) = split_part(left_rest);
        let (right_part, right_behind) = split_part(right_rest);
        if left_part.is_empty() || right_part.is_empty() {
            return left_part
                .len()
                .cmp(&right_part.len())
                .then_with(|| left.cmp(right));
        }
        let ordering = match (is_number(left_part), is_number(right_part)) {
            (true, true) => {
                let (l, r) = (
                    left_part.trim_start_matches('0'),
                    right_part.trim_start_matches('0'),
                );
                l.len().cmp(&r.len()).then_with(|| l.cmp(r))
            }
            _ => left_part.cmp(right_part),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
        (left_rest, right_rest) = (left_behind, right_behind);
    }
}

fn is_number(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_digit())
}

/// The leading run of digits, or of anything else.
fn split_part(text: &str) -> (&str, &str) {
    let starts_with_digit = text.bytes().next().is_some_and(|b| b.is_ascii_digit());
    let end = text
        .find(|c: char| c.is_ascii_digit() != starts_with_digit)
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_taken_in_the_order_of_their_numbers() {
        let mut names = [
            "import0_10.xml",
            "import0_9.xml",
            "import10_1.xml",
            "import.xml",
            "import0_1.xml",
        ];
        names.sort_by(|l, r| natural_order(Path::new(l), Path::new(r)));
        assert_eq!(
            names,
            [
                "import.xml",
                "import0_1.xml",
                "import0_9.xml",
                "import0_10.xml",
                "import10_1.xml"
            ]
        );
    }

    #[test]
    fn the_first_portion_of_an_export_is_known_by_its_name() {
        for name in ["import.xml", "webdata/import0_1.xml", "offers", "цены.csv"] {
            assert!(is_first_portion(name), "{name}");
        }
        for name in [
            "import0_2.xml",
            "import1.xml",
            "import0_11.xml",
            "20261123.xml",
        ] {
            assert!(!is_first_portion(name), "{name}");
        }
    }

    #[test]
    fn passing_names_are_left_alone() {
        for name in [
            "a.xml.tmp",
            "v8_1A2B_3.TMP",
            // Browsers.
            "x.crdownload",
            "Unconfirmed 123456.crdownload",
            "import.xml.part",
            "price.csv.download",
            "price.csv.opdownload",
            "price.csv.crswap",
            // rsync, rclone, Syncthing, WinSCP, Total Commander.
            ".import.xml.Xa93kQ",
            "import.xml.1a2b3c4d.partial",
            ".syncthing.import.xml.tmp",
            "~syncthing~import.xml.tmp",
            "import.xml.filepart",
            "import.xml.tc~",
            // Office and editors.
            "~$price.xlsx",
            "~WRL0001.tmp",
            "CE814000",
            ".~lock.price.csv#",
            ".price.csv.swp",
            "price.csv~",
            "#price.csv#",
            // Systems.
            "Thumbs.db",
            "desktop.ini",
            ".DS_Store",
            "._price.csv",
            ".nfs000000000001",
            ".smbdeleteAAA01",
            "@eaDir",
            "#recycle",
            "$RECYCLE.BIN",
            "System Volume Information",
            "lost+found",
            ".gitkeep",
        ] {
            assert!(is_passing(name), "{name}");
        }
        for name in [
            "import.xml",
            "Остатки.csv",
            "price.txt",
            "20261120",
            "orders-7a31c0de-4c1a-11ee-8c90-0242ac120002.xml",
            "part.csv",
            "price #2.csv",
        ] {
            assert!(!is_passing(name), "{name}");
        }
    }
}
