//! Categories, pictures and details of goods, as obmen's own module takes them.
//!
//! What the shop has no column for is kept beside the product, under the contract's names.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value, json};

use super::catalogue::Category;
use super::escape::{html_escape, html_unescape};
use super::module::{Fate, is, rejected, text};
use super::module_writes::with_id;
use super::store::Store;

/// Fields of a product that are kept as they come.
const KEPT: [&str; 9] = [
    "ean",
    "mpn",
    "texts",
    "length",
    "width",
    "height",
    "images",
    "attributes",
    "keyword",
];

/// Parents before children, in whatever order they come.
pub(super) fn upsert_categories(store: &mut Store, rows: &[Value]) -> Vec<Fate> {
    let mut fates: Vec<Option<Fate>> = vec![None; rows.len()];
    let mut seen = HashSet::new();
    loop {
        let mut has_done = false;
        for (row, fate) in rows.iter().zip(&mut fates) {
            let parent = filled(row, "parent_guid");
            let is_ready = parent.is_none_or(|guid| id_of(store, guid).is_some());
            if fate.is_some() || !is_ready {
                continue;
            }
            *fate = Some(match filled(row, "guid") {
                Some(guid) if !seen.insert(guid) => {
                    rejected("an earlier row of this batch is about the same category")
                }
                _ => upsert_category(store, row),
            });
            has_done = true;
        }
        if !has_done {
            break;
        }
    }
    let orphan = || rejected("its parent is not there");
    fates
        .into_iter()
        .map(|fate| fate.unwrap_or_else(orphan))
        .collect()
}

fn filled<'a>(row: &'a Value, field: &str) -> Option<&'a str> {
    text(row, field).filter(|text| !text.is_empty())
}

/// Whether `id` stands somewhere above `below`, or is it.
fn is_above(store: &Store, id: u32, below: u32) -> bool {
    let parent_of = |id: u32| {
        let categories = &store.categories;
        categories.iter().find(|known| known.id == id)?.parent_id
    };
    let mut above = Some(below);
    for _ in 0..=store.categories.len() {
        match above {
            Some(found) if found == id => return true,
            Some(found) => above = parent_of(found),
            None => return false,
        }
    }
    false
}

fn upsert_category(store: &mut Store, row: &Value) -> Fate {
    let filled = |field: &str| filled(row, field);
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
    let own = known.and_then(|at| categories.get(at));
    if own
        .zip(parent_id)
        .is_some_and(|(own, parent)| is_above(store, own.id, parent))
    {
        return rejected("its parent would be one of its own children");
    }
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

/// The categories that a row names, by number and by 1C's ids; an error if one is not there.
pub(super) fn categories_of(store: &Store, row: &Value) -> Result<Option<Vec<u32>>, Fate> {
    let list = |field: &str| row.get(field).and_then(Value::as_array);
    let (numbers, guids) = (list("categories"), list("category_guids"));
    if numbers.is_none() && guids.is_none() {
        return Ok(None);
    }
    let by_number = |id: &Value| {
        let id = id.as_u64().and_then(|id| u32::try_from(id).ok())?;
        let is_there = store.categories.iter().any(|known| known.id == id);
        is_there.then_some(id)
    };
    let by_guid = |guid: &Value| id_of(store, guid.as_str()?);
    let numbers = numbers.into_iter().flatten().map(by_number);
    let guids = guids.into_iter().flatten().map(by_guid);
    let found: Option<BTreeSet<u32>> = numbers.chain(guids).collect();
    let found = found.ok_or_else(|| rejected("it names a category that is not there"))?;
    Ok(Some(found.into_iter().collect()))
}

/// What no column would hold, or no page could show.
pub(super) fn fault_of(row: &Value, max_sku_chars: usize) -> Option<&'static str> {
    let is_longer = |field: &str, most: usize| {
        text(row, field).is_some_and(|text| html_escape(text).chars().count() > most)
    };
    let is_place = |image: &Value| {
        image.as_str().is_some_and(|path| {
            let is_clean = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
            path.starts_with("catalog/") && !path.contains("..") && path.chars().all(is_clean)
        })
    };
    let images = row.get("images").and_then(Value::as_array);
    if is_longer("sku", max_sku_chars) || is_longer("name", 255) {
        return Some("a text is too long");
    }
    if text(row, "name") == Some("") {
        return Some("`name` is empty");
    }
    if !images.into_iter().flatten().all(is_place) {
        return Some("`images` holds something that is no path below `catalog/`");
    }
    None
}

pub(super) fn store_image(store: &mut Store, row: &Value) -> Fate {
    let content = row.get("data").and_then(Value::as_str).and_then(decoded);
    let (Some(name), Some(content)) = (text(row, "name"), content) else {
        return rejected("an image needs `name`, and `data` in base64");
    };
    let Some(ending) = ending_of(&content) else {
        return rejected("the file is no JPEG, PNG, GIF or WebP");
    };
    let path = path_of(name, ending);
    let is_same = store.images.get(&path) == Some(&content);
    store.images.insert(path.clone(), content);
    let mut fate = is(if is_same { "unchanged" } else { "applied" });
    fate.insert("path".to_owned(), json!(path));
    fate
}

/// Of harmless characters; a name that cannot be kept as it is gets a hash of all of it.
fn path_of(name: &str, ending: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let clean = |c: char| {
        if c.is_ascii_alphanumeric() || "_-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let parts = stem.split(['/', '\\']).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts
        .map(|part| part.trim_start_matches('.').chars().map(clean).collect())
        .filter(|part: &String| !part.is_empty())
        .collect();
    let stem = parts.join("/");
    if !stem.is_empty() && name == format!("{stem}.{ending}") {
        return format!("catalog/1c/{name}");
    }
    let hash = blake3::hash(name.as_bytes()).to_hex();
    let hash: String = hash.chars().take(12).collect();
    let stem = if stem.is_empty() { "picture" } else { &stem };
    format!("catalog/1c/{stem}-{hash}.{ending}")
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
        "attributes" => list
            .map(|one| json!({"name": one.get("name"), "text": one.get("text")}))
            .collect(),
        _ => list.cloned().collect(),
    }
}

/// A category as `categories` tells it.
pub(super) fn category_row(category: &Category) -> Value {
    json!({"id": category.id, "parent_id": category.parent_id.unwrap_or_default(),
        "name": html_unescape(&category.name), "enabled": true, "guid": category.guid})
}
