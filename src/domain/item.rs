//! 1C's own identity of a product or of one variant of it.

use std::fmt;

/// 1C's `Ид`: `product` or `product#characteristic`. Mostly GUIDs, but numbers,
/// words and codes occur: opaque text, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey(String);

impl ItemKey {
    /// `None` for an empty text.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// `ИзмененияПакетаПредложений` names the variant in an element of its own.
    #[must_use]
    pub fn with_variant(self, variant: &str) -> Self {
        let variant = variant.trim();
        if variant.is_empty() || self.variant().is_some() {
            return self;
        }
        Self(format!("{}#{variant}", self.0))
    }

    /// A GUID that always comes out the same for the same text: for goods that
    /// 1C has not named yet. 1C takes a valid GUID over as its own, so the
    /// product keeps it for good.
    pub fn derived_from(text: &str) -> Self {
        let hash = blake3::hash(text.as_bytes()).to_hex();
        let digits = hash.as_str();
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        // Version 8 and the RFC 9562 variant: "made by a rule of its own".
        Self(format!(
            "{}-{}-8{}-a{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        ))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first `#`.
    pub fn product(&self) -> &str {
        self.0
            .split_once('#')
            .map_or(self.0.as_str(), |(product, _)| product)
    }

    /// The part behind the first `#`. `None` as well for `guid#guid`, the way
    /// some exports write goods that have no variants.
    pub fn variant(&self) -> Option<&str> {
        self.0
            .split_once('#')
            .filter(|(product, variant)| !variant.is_empty() && product != variant)
            .map(|(_, variant)| variant)
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_guid_is_a_guid_and_always_the_same() {
        let guid = ItemKey::derived_from("ЧАЙ-100");
        assert_eq!(guid, ItemKey::derived_from("ЧАЙ-100"));
        assert_ne!(guid, ItemKey::derived_from("чай-100"));
        let lengths: Vec<usize> = guid.as_str().split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{guid}");
    }

    #[test]
    fn splits_at_the_first_hash() {
        for (written, product, variant) in [
            ("a", "a", None),
            ("a#b", "a", Some("b")),
            ("a#b#c", "a", Some("b#c")),
            ("a#a", "a", None),
            ("a#", "a", None),
        ] {
            let key = ItemKey::parse(written).unwrap();
            assert_eq!(
                (key.product(), key.variant()),
                (product, variant),
                "{written}"
            );
        }
        assert_eq!(
            ItemKey::parse("a").unwrap().with_variant(" b ").as_str(),
            "a#b"
        );
        assert_eq!(ItemKey::parse(" "), None);
    }
}
