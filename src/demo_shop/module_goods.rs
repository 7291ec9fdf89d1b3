//! Categories, pictures and details of goods, as obmen's own module takes them.
//!
//! What the shop has no column for is kept beside the product, under the contract's names.

use serde_json::{Map, Value, json};

use super::catalogue::Category;
use super::escape::{html_escape, html_unescape};
use super::module::{Fate, is, rejected, text, with_id};
use super::store::Store;

/// Fields of a product that are kept as they come.
const KEPT: [&str; 6] = [
    "length",
    "width",
    "height",
    "images",
    "attributes",
    "keyword",
];

pub(super) fn upsert_category(store: &mut Store, row: &Value) -> Fate {
    let filled = |field: &str| text(row, field).filter(|text| !text.is_empty());
    let (Some(guid), Some(name)) = (filled("guid"), filled("name")) else {
        return rejected("a category needs `guid` and `name`");
    };
    let parent_id = match filled("parent_guid").map(|guid| id_of(store, guid)) {
        Some(None) => return rejected("its parent is not there"),
        Some(known) => known,
        None => None,
    };
    let stored = html_escape(name);
    let is_known = |category: &Category| category.guid.as_deref() == Some(guid);
    let is_same = |category: &Category| {
        category.guid.is_none() && category.parent_id == parent_id && category.name == stored
    };
    let categories = &store.categories;
    let known = categories
        .iter()
        .position(is_known)
        .or_else(|| categories.iter().position(is_same));
    let wanted = |id: u32| Category {
        id,
        parent_id,
        name: stored.clone(),
        guid: Some(guid.to_owned()),
    };
    store.has_new_categories = true;
    let Some(category) = known.and_then(|at| store.categories.get_mut(at)) else {
        let id = store.categories.iter().map(|category| category.id).max();
        let id = id.unwrap_or_default() + 1;
        store.categories.push(wanted(id));
        return with_id(is("applied"), id);
    };
    let wanted = wanted(category.id);
    let state = if *category == wanted {
        "unchanged"
    } else {
        "applied"
    };
    *category = wanted;
    with_id(is(state), category.id)
}

pub(super) fn id_of(store: &Store, guid: &str) -> Option<u32> {
    let is_meant = |category: &&Category| category.guid.as_deref() == Some(guid);
    store
        .categories
        .iter()
        .find(is_meant)
        .map(|category| category.id)
}

/// The category that a row names first, by number or by 1C's id; an error if it is not there.
pub(super) fn category_of(store: &Store, row: &Value) -> Result<Option<u32>, Fate> {
    let missing = || rejected("it names a category that is not there");
    let first = |field: &str| row.get(field)?.as_array()?.first();
    if let Some(guid) = first("category_guids").and_then(Value::as_str) {
        return id_of(store, guid).map(Some).ok_or_else(missing);
    }
    let Some(id) = first("categories") else {
        return Ok(None);
    };
    let id = id.as_u64().and_then(|id| u32::try_from(id).ok());
    id.filter(|id| store.categories.iter().any(|known| known.id == *id))
        .map(Some)
        .ok_or_else(missing)
}

pub(super) fn store_image(store: &mut Store, row: &Value) -> Fate {
    let content = row.get("data").and_then(Value::as_str).and_then(decoded);
    let (Some(name), Some(content)) = (text(row, "name"), content) else {
        return rejected("an image needs `name`, and `data` in base64");
    };
    let Some(ending) = ending_of(&content) else {
        return rejected("the file is no JPEG, PNG, GIF or WebP");
    };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let clean = |c: char| {
        if c.is_ascii_alphanumeric() || "/_-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let stem: String = stem.chars().map(clean).collect();
    let path = format!("catalog/1c/{stem}.{ending}");
    let is_same = store.images.get(&path) == Some(&content);
    store.images.insert(path.clone(), content);
    let mut fate = is(if is_same { "unchanged" } else { "applied" });
    fate.insert("path".to_owned(), json!(path));
    fate
}

fn ending_of(content: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 4] = [
        (b"\xff\xd8", "jpg"),
        (b"\x89PNG", "png"),
        (b"GIF8", "gif"),
        (b"RIFF", "webp"),
    ];
    let kind = kinds.iter().find(|(start, _)| content.starts_with(start));
    kind.map(|(_, ending)| *ending)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let letters = text.trim_end_matches('=').as_bytes();
    for group in letters.chunks(4) {
        let mut bits = 0_u32;
        for letter in group {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        bits <<= 6 * (4 - group.len());
        let [_, whole @ ..] = bits.to_be_bytes();
        bytes.extend(whole.iter().take(group.len().saturating_sub(1)));
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// Puts in what the row states of the fields that are kept as they come.
pub(super) fn keep_fields(row: &Value, kept: &mut Map<String, Value>) {
    for field in KEPT {
        if let Some(value) = row.get(field) {
            kept.insert(field.to_owned(), value.clone());
        }
    }
}

/// What `products` tells of them; of the pictures, those behind the main one.
pub(super) fn told(field: &str, kept: &Map<String, Value>) -> Value {
    let list = kept.get(field).and_then(Value::as_array);
    let list = list.into_iter().flatten();
    match field {
        "images" => list.skip(1).cloned().collect(),
        _ => list.cloned().collect(),
    }
}

/// A category as `categories` tells it.
pub(super) fn category_row(category: &Category) -> Value {
    json!({"id": category.id, "parent_id": category.parent_id.unwrap_or_default(),
        "name": html_unescape(&category.name), "enabled": true, "guid": category.guid})
}
