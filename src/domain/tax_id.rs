//! The numbers by which the tax office knows a buyer, and 1C finds it.

/// ИНН: ten digits for a company, twelve for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inn(String);

impl Inn {
    /// `None` unless the text is one; blanks between the digits do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        digits(text, &[10, 12]).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_of_company(&self) -> bool {
        self.0.len() == 10
    }
}

/// КПП: nine digits; companies alone have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kpp(String);

impl Kpp {
    /// `None` unless the text is one.
    pub fn parse(text: &str) -> Option<Self> {
        digits(text, &[9]).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn digits(text: &str, lengths: &[usize]) -> Option<String> {
    let kept: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_number = kept.bytes().all(|b| b.is_ascii_digit());
    (is_number && lengths.contains(&kept.len())).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_of_the_right_length_are_taken() {
        for (written, inn, kpp) in [
            ("7707083893", true, false),
            (" 7707 083893 ", true, false),
            ("500100732259", true, false),
            ("770701001", false, true),
            ("770708389", false, true),
            ("77070838931", false, false),
            ("ИНН 7707083893", false, false),
            ("", false, false),
        ] {
            assert_eq!(Inn::parse(written).is_some(), inn, "{written}");
            assert_eq!(Kpp::parse(written).is_some(), kpp, "{written}");
        }
    }
}
