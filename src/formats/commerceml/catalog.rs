//! Collects one `Товар`, `Группа`, `Свойство` or reference list entry from its pieces.

use std::collections::HashMap;

use crate::domain::{Group, ItemKey, Product, Property, PropertyKind, Reference, Sku};
use crate::formats::commerceml::names::{Tag, attr};
use crate::formats::commerceml::tokens::Attributes;
use crate::formats::{Place, RowError, RowFault, check_id, limits};

/// What ids in the classifier mean.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    names: HashMap<String, String>,
    n_bytes: usize,
}

impl Dictionary {
    pub(super) fn learn(&mut self, id: &str, name: &str) {
        // With what an entry itself takes.
        let n_bytes = self.n_bytes + id.len() + name.len() + 2 * size_of::<String>();
        if !id.is_empty() && !name.is_empty() && n_bytes <= limits::NAMES {
            self.n_bytes = n_bytes;
            self.names.insert(id.to_owned(), name.to_owned());
        }
    }

    pub(super) fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }
}

/// A property, a list value or a unit: an id and the name it stands for.
#[derive(Debug, Default)]
pub(super) struct NameBuilder {
    id: String,
    name: String,
    variant_id: String,
}

impl NameBuilder {
    pub(super) fn end(&mut self, path: &[Tag], text: &str, dictionary: &mut Dictionary) {
        match path {
            [Tag::Id | Tag::UnitCode] if !text.is_empty() => text.clone_into(&mut self.id),
            [Tag::Name | Tag::UnitShortName] => text.clone_into(&mut self.name),
            [Tag::Variants, .., Tag::VariantId] => text.clone_into(&mut self.variant_id),
            [Tag::Variants, .., Tag::Value] => dictionary.learn(&self.variant_id, text),
            _ => {}
        }
    }

    pub(super) fn finish(self, dictionary: &mut Dictionary) {
        dictionary.learn(&self.id, &self.name);
    }
}

/// A price type or a warehouse.
pub(super) fn end_reference(reference: &mut Reference, path: &[Tag], text: &str) {
    match path {
        [Tag::Id] => text.clone_into(&mut reference.id),
        [Tag::Name] => text.clone_into(&mut reference.name),
        _ => {}
    }
}

pub(super) fn end_group(group: &mut Group, path: &[Tag], text: &str) {
    match path {
        [Tag::Id] => text.clone_into(&mut group.id),
        [Tag::Name] => text.clone_into(&mut group.name),
        _ => {}
    }
}

/// One `Товар` of a catalogue.
#[derive(Debug, Default)]
pub(super) struct ProductBuilder {
    product: Product,
    article: String,
    value_name: String,
    has_content: bool,
}

impl ProductBuilder {
    pub(super) fn new(line: u64, attributes: Attributes<'_>) -> Self {
        let mut builder = Self {
            product: Product {
                line,
                ..Product::default()
            },
            ..Self::default()
        };
        builder.product.deleted = attributes
            .get(attr::STATUS)
            .is_some_and(|status| is_deleted_status(&status));
        builder
    }

    pub(super) fn start(&mut self, path: &[Tag], attributes: Attributes<'_>) {
        if path == [Tag::BaseUnit] {
            // The text inside, where there is one, is the short name and replaces this.
            let unit = attributes
                .get(attr::FULL_NAME)
                .or_else(|| attributes.get(attr::CODE));
            self.product.unit = unit
                .map(|unit| unit.trim().to_owned())
                .filter(|unit| !unit.is_empty());
        }
    }

    pub(super) fn end(&mut self, path: &[Tag], text: &str, dictionary: &Dictionary) {
        self.has_content |= !text.is_empty();
        let product = &mut self.product;
        match path {
            [Tag::Id] => product.item = ItemKey::parse(text),
            [Tag::Article] => text.clone_into(&mut self.article),
            [Tag::Barcode] => product.barcode = filled(text),
            [Tag::Name] => product.name = filled(text),
            [Tag::Description] => product.description = filled(text),
            [Tag::BaseUnit] if !text.is_empty() => {
                product.unit = Some(dictionary.name(text).to_owned());
            }
            [Tag::Groups, Tag::Id] => product.groups.extend(filled(text)),
            [Tag::Picture] => product.images.extend(filled(text)),
            [Tag::Manufacturer, Tag::Name] => product.manufacturer = filled(text),
            [Tag::PropertyValues, Tag::PropertyValue, Tag::Id] => {
                dictionary.name(text).clone_into(&mut self.value_name);
            }
            [Tag::PropertyValues, Tag::PropertyValue, Tag::Value] => {
                let value = dictionary.name(text).to_owned();
                self.add_property(value, PropertyKind::Attribute);
            }
            [Tag::Requisites, Tag::Requisite, Tag::Name]
            | [Tag::Characteristics, Tag::Characteristic, Tag::Name]
            | [Tag::PropertyValues, Tag::PropertyValue, Tag::Name] => {
                text.clone_into(&mut self.value_name);
            }
            [Tag::Requisites, Tag::Requisite, Tag::Value] => {
                self.add_property(text.to_owned(), PropertyKind::Requisite);
            }
            [Tag::Characteristics, Tag::Characteristic, Tag::Value] => {
                self.add_property(text.to_owned(), PropertyKind::Attribute);
            }
            // Of the goods themselves; some exports state it as a requisite.
            [Tag::Weight] => {
                "Вес".clone_into(&mut self.value_name);
                self.add_property(text.to_owned(), PropertyKind::Requisite);
            }
            [Tag::Status] => product.deleted |= is_deleted_status(text),
            [Tag::DeletionMark] => product.deleted |= is_true(text),
            _ => {}
        }
    }

    /// An empty value says "cleared", not "the text is empty"; there is nothing to show.
    fn add_property(&mut self, value: String, kind: PropertyKind) {
        if !value.is_empty() && !self.value_name.is_empty() {
            self.product.properties.push(Property {
                name: self.value_name.clone(),
                value,
                kind,
            });
        }
    }

    pub(super) fn finish(self) -> Result<Product, RowError> {
        let place = Place {
            line: self.product.line,
        };
        self.check().map_err(|fault| RowError { place, fault })
    }

    fn check(mut self) -> Result<Product, RowFault> {
        const ELEMENT: &str = "Товар";
        if !self.has_content {
            return Err(RowFault::EmptyElement { element: ELEMENT });
        }
        if !self.article.is_empty() {
            self.product.sku = Some(Sku::parse(&self.article)?);
        }
        if self.product.item.is_none() && self.product.sku.is_none() {
            return Err(RowFault::NoKey { element: ELEMENT });
        }
        check_id(self.product.item.as_ref())?;
        Ok(self.product)
    }
}

pub(super) fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// `Удален`, also written with `ё`.
pub(super) fn is_deleted_status(text: &str) -> bool {
    text.trim().to_lowercase().replace('ё', "е") == "удален"
}

/// `true`, as XML, 1C and people write it.
pub(super) fn is_true(text: &str) -> bool {
    matches!(
        text.trim().to_lowercase().as_str(),
        "true" | "1" | "да" | "истина" | "так" | "yes"
    )
}
