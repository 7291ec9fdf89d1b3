//! Rows as our own module takes and gives them.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value, json};

use crate::domain::{
    CategoryId, Details, Group, GroupPrice, Listed, Money, NewProduct, PriceList, Quantity,
    ShopProduct, Sku, Variant,
};
use crate::shop::client::Settings;
use crate::shop::error::ShopError;
use crate::shop::reply::excerpt;

/// Keys of `goods.extra` that the module has a field for.
const EXTRA_FIELDS: [&str; 7] = [
    "model",
    "manufacturer",
    "ean",
    "mpn",
    "keyword",
    "meta_title",
    "meta_description",
];

/// One value for each article.
pub(super) fn rows<T>(
    entries: &[(Sku, T)],
    field: &str,
    text: impl Fn(&T) -> String,
) -> Vec<Value> {
    let row = |(sku, value): &(Sku, T)| json!({"sku": sku.as_str(), field: text(value)});
    entries.iter().map(row).collect()
}

pub(super) fn group_prices((sku, prices): &(Sku, Vec<GroupPrice>)) -> Value {
    let of = |list: PriceList| -> Vec<Value> {
        let prices = prices.iter().filter(|price| price.list == list);
        prices
            .map(|price| json!({"group": price.group, "price": price.price.map(|price| price.to_string())}))
            .collect()
    };
    let mut row = Map::new();
    row.insert("sku".to_owned(), json!(sku.as_str()));
    for (list, field) in [
        (PriceList::Group, "group_prices"),
        (PriceList::Special, "specials"),
    ] {
        let prices = of(list);
        if !prices.is_empty() {
            row.insert(field.to_owned(), prices.into());
        }
    }
    row.into()
}

pub(super) fn variant((sku, variant): &(Sku, Variant)) -> Value {
    let mut row = Map::new();
    row.insert("sku".to_owned(), json!(sku.as_str()));
    row.insert("option".to_owned(), json!(variant.option));
    row.insert("value".to_owned(), json!(variant.value));
    if let Some(quantity) = variant.quantity {
        row.insert("quantity".to_owned(), json!(quantity.to_string()));
    }
    if let Some(price) = variant.price {
        row.insert("price".to_owned(), json!(price.to_string()));
    }
    row.into()
}

/// The call's name as this version of obmen knows it.
pub(super) fn known_batch(call: &str) -> Option<&'static str> {
    const BATCHES: [&str; 7] = [
        "stock",
        "prices",
        "option_stock",
        "names",
        "order_status",
        "products_upsert",
        "categories_upsert",
    ];
    BATCHES.into_iter().find(|known| *known == call)
}

pub(super) fn understood<T: DeserializeOwned>(
    call: &'static str,
    value: &Value,
) -> Result<T, ShopError> {
    T::deserialize(value).map_err(|_| ShopError::Unintelligible {
        function: call,
        start: excerpt(&value.to_string()),
    })
}

#[derive(Deserialize)]
pub(super) struct CategoryRow {
    pub(super) id: u32,
    pub(super) parent_id: u32,
    pub(super) name: String,
}

/// Names from the root on. A parent that is missing, or its own ancestor, ends the path.
pub(super) fn path_of(row: &CategoryRow, by_id: &HashMap<u32, &CategoryRow>) -> Vec<String> {
    const DEEPEST: usize = 50;
    let mut path = vec![row.name.clone()];
    let mut above = row.parent_id;
    while let Some(parent) = by_id.get(&above).filter(|_| path.len() < DEEPEST) {
        path.insert(0, parent.name.clone());
        above = parent.parent_id;
    }
    path
}

/// Up to 1.2.0 the module told a number as what the shop's database driver made of it.
fn text_of_number<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Told {
        Text(String),
        Number(Number),
    }
    Ok(match Told::deserialize(source)? {
        Told::Text(text) => text,
        Told::Number(number) => number.to_string(),
    })
}

#[derive(Deserialize)]
pub(super) struct ArticlePage {
    pub(super) articles: Vec<ArticleRow>,
    pub(super) more: bool,
    pub(super) next: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct ArticleRow {
    pub(super) sku: String,
    #[serde(deserialize_with = "text_of_number")]
    pub(super) price: String,
    #[serde(deserialize_with = "text_of_number")]
    pub(super) quantity: String,
}

impl ArticleRow {
    pub(super) fn into_listed(self) -> Listed {
        Listed {
            price: Money::parse(&self.price).ok(),
            quantity: self.quantity.parse().ok(),
            article: self.sku,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct ProductPage {
    pub(super) products: Vec<ProductRow>,
    pub(super) more: bool,
    pub(super) next: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct ProductRow {
    pub(super) sku: String,
    pub(super) name: String,
    #[serde(deserialize_with = "text_of_number")]
    pub(super) price: String,
    pub(super) image: String,
    pub(super) manufacturer: String,
    #[serde(deserialize_with = "text_of_number")]
    pub(super) weight: String,
    pub(super) categories: Vec<u32>,
}

impl ProductRow {
    /// The shop may hold an article or a price that no file can state.
    pub(super) fn into_product(self) -> Option<ShopProduct> {
        let filled = |text: String| (!text.trim().is_empty()).then_some(text);
        Some(ShopProduct {
            sku: Sku::parse(&self.sku).ok()?,
            name: self.name,
            price: Money::parse(&self.price).ok(),
            image: filled(self.image),
            manufacturer: filled(self.manufacturer),
            weight: Quantity::parse(&self.weight)
                .ok()
                .filter(|weight| !weight.is_zero()),
            // The upstream module tells the highest number, too.
            category: self.categories.into_iter().max().map(CategoryId),
        })
    }
}

pub(super) fn category(group: &Group) -> Value {
    let mut row = Map::new();
    row.insert("guid".to_owned(), json!(group.id));
    row.insert("name".to_owned(), json!(group.name));
    if let Some(parent) = &group.parent {
        row.insert("parent_guid".to_owned(), json!(parent));
    }
    Value::Object(row)
}

pub(super) fn add_details(row: &mut Map<String, Value>, details: &Details) {
    for (name, size) in details.sizes() {
        row.insert(name.to_owned(), json!(size.to_string()));
    }
    if let Some(description) = &details.description {
        row.insert("description".to_owned(), json!(description));
    }
    if let Some(manufacturer) = &details.manufacturer {
        row.insert("manufacturer".to_owned(), json!(manufacturer));
    }
    if !details.attributes.is_empty() {
        let attributes = details.attributes.iter();
        let attributes: Vec<Value> = attributes
            .map(|attribute| json!({"name": attribute.name, "text": attribute.text}))
            .collect();
        row.insert("attributes".to_owned(), json!(attributes));
    }
    if !details.groups.is_empty() {
        row.insert("category_guids".to_owned(), json!(details.groups));
    }
}

/// Disabled until the owner has looked at it, as the upstream module makes it, unless the
/// settings say otherwise.
pub(super) fn new_product(
    category: CategoryId,
    product: &NewProduct,
    settings: &Settings,
) -> Value {
    let mut row = Map::new();
    if settings.makes_keywords {
        row.insert("keyword".to_owned(), json!(product.name));
    }
    add_details(&mut row, &product.details);
    for (key, value) in &product.extra {
        if EXTRA_FIELDS.contains(&key.as_str()) {
            row.insert(key.clone(), json!(value));
        } else if key == "weight"
            && let Ok(weight) = Quantity::parse(value)
        {
            row.insert(key.clone(), json!(weight.to_string()));
        }
    }
    row.insert("sku".to_owned(), json!(product.sku.as_str()));
    row.insert("name".to_owned(), json!(product.name));
    row.insert("price".to_owned(), json!(product.price.to_string()));
    row.insert("quantity".to_owned(), json!(product.quantity.to_string()));
    row.insert("enabled".to_owned(), json!(settings.shows_new_goods));
    if category.0 > 0 && product.details.groups.is_empty() {
        row.insert("categories".to_owned(), json!([category.0]));
    }
    if let Some(description) = &product.description {
        row.insert("description".to_owned(), json!(description));
    }
    Value::Object(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_text_or_a_number() {
        for (quantity, price) in [(json!("12"), json!("101.0000")), (json!(12), json!(101))] {
            let row = json!({"sku": "KB-001", "price": price, "quantity": quantity});
            let row: ArticleRow = understood("articles", &row).unwrap();
            let listed = row.into_listed();
            assert_eq!(listed.quantity, Some(12));
            assert_eq!(listed.price, Money::parse("101").ok());
        }
        let row = json!({"sku": "KB-001", "price": null, "quantity": "1"});
        assert!(understood::<ArticleRow>("articles", &row).is_err());
    }
}
