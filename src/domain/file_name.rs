//! Names of files that stand for something else on some system.

/// Whether Windows opens a device under this name, whatever its ending: `CON`, `nul.csv`, `com1.txt`.
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    // A blank before the ending is overlooked.
    let stem = stem.trim_end();
    let numbered = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    matches!(stem, "con" | "prn" | "aux" | "nul" | "conin$" | "conout$")
        || numbered.is_some_and(is_one_digit)
}

/// Windows takes `¹`, `²` and `³` for digits here.
fn is_one_digit(text: &str) -> bool {
    let mut chars = text.chars();
    let digit = chars.next();
    digit.is_some_and(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'))
        && chars.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_known_by_name() {
        for name in [
            "con",
            "NUL.csv",
            "com1.txt",
            "LPT9",
            "lpt¹.csv",
            "aux .csv",
            "CONIN$",
        ] {
            assert!(is_device(name), "{name}");
        }
        for name in [
            "console.csv",
            "com.csv",
            "com10.csv",
            "lpt.txt",
            "a.con",
            "nula",
            "",
        ] {
            assert!(!is_device(name), "{name}");
        }
    }
}
