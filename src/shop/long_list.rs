//! Reads an answer whose list may have a million entries, one entry after the other.
//!
//! As a tree of values such a list takes ten times the memory of its text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The object that `json` is, with an empty list in place of the one called `list`, whose
/// texts go to `take`. `None` where it is not whole: then nothing that was taken counts.
pub(super) fn parse(json: &str, list: &str, take: &mut dyn FnMut(&str)) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = deserializer.deserialize_map(Answer { list, take }).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

struct Answer<'a> {
    list: &'a str,
    take: &'a mut dyn FnMut(&str),
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = if key == self.list {
                access.next_value_seed(Entries(&mut *self.take))?
            } else {
                access.next_value()?
            };
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

struct Entries<'a>(&'a mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        while let Some(entry) = access.next_element::<Value>()? {
            if let Value::String(text) = entry {
                (self.0)(&text);
            }
        }
        Ok(Value::Array(Vec::new()))
    }

    /// Beside an error, for example: no list, not an empty one.
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_come_one_by_one_and_the_rest_stays_as_it_is() {
        let read = |json: &str| {
            let mut taken = Vec::new();
            let value = parse(json, "articles", &mut |text| taken.push(text.to_owned()));
            value.map(|value| (value, taken))
        };
        let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        for (written, value, taken) in [
            (
                r#"{"error":"","articles":["A-1",null,7,"\u0427\u0430\u0439",["x"]],"n":[1]}"#,
                json!({"error": "", "articles": [], "n": [1]}),
                strings(&["A-1", "Чай"]),
            ),
            (
                r#"{"error":"No access"}"#,
                json!({"error": "No access"}),
                strings(&[]),
            ),
            (
                r#"{"error":"x","articles":null}"#,
                json!({"error": "x", "articles": null}),
                strings(&[]),
            ),
        ] {
            assert_eq!(read(written), Some((value, taken)), "{written}");
        }
        for cut in [
            r#"{"error":"","articles":["A-1","A-2""#,
            r#"{"error":"","articles":["A-1"]"#,
            r#"{"error":"","articles":["A-1"]} <b>Warning</b>"#,
            r#"{"error":"","articles":"A-1"}"#,
            "[]",
        ] {
            assert_eq!(read(cut), None, "{cut}");
        }
    }
}
