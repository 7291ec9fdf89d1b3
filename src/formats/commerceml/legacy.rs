//! Goods and groups of CommerceML 1, the format of 1C 7.7: everything in attributes.
//!
//! Groups lie flat beside the goods and name their `Родитель`; ids are padded
//! with `_` and compared as they stand. There is no article: documents name
//! their goods by `ИдентификаторВКаталоге`, so that is 1C's `Ид` here. Only
//! what real files hold is read; anything else in a catalogue is told, not
//! guessed at. A property that its catalogue explains further down goes by its id.

use crate::domain::{Group, ItemKey, Product, Property, PropertyKind};
use crate::formats::commerceml::catalog::{Dictionary, filled};
use crate::formats::commerceml::names::{Tag, attr};
use crate::formats::commerceml::tokens::Attributes;
use crate::formats::{Place, RowError, RowFault};

/// Whether a `Каталог` or `ПакетПредложений` is one of CommerceML 1.
pub(super) fn is_legacy(attributes: Attributes<'_>) -> bool {
    attributes.get(attr::LEGACY_ID).is_some() || attributes.get(attr::LEGACY_ITEM).is_some()
}

fn text(attributes: Attributes<'_>, name: &str) -> Option<String> {
    attributes.get(name).and_then(|value| filled(value.trim()))
}

pub(super) fn group(attributes: Attributes<'_>, line: u64) -> Result<Group, RowError> {
    let id = text(attributes, attr::LEGACY_ID).or_else(|| text(attributes, attr::LEGACY_ITEM));
    Ok(Group {
        id: id.ok_or(no_key("Группа", line))?,
        name: text(attributes, attr::LEGACY_NAME).unwrap_or_default(),
        parent: text(attributes, attr::LEGACY_PARENT),
    })
}

/// A `Свойство`: what the id in a `ЗначениеСвойства` means.
pub(super) fn learn_property(attributes: Attributes<'_>, dictionary: &mut Dictionary) {
    if let Some((id, name)) =
        text(attributes, attr::LEGACY_ID).zip(text(attributes, attr::LEGACY_NAME))
    {
        dictionary.learn(&id, &name);
    }
}

pub(super) fn product(attributes: Attributes<'_>, line: u64) -> Product {
    let id = text(attributes, attr::LEGACY_ITEM).or_else(|| text(attributes, attr::LEGACY_ID));
    Product {
        item: id.as_deref().and_then(ItemKey::parse),
        name: text(attributes, attr::LEGACY_NAME),
        unit: text(attributes, attr::LEGACY_UNIT),
        groups: text(attributes, attr::LEGACY_PARENT).into_iter().collect(),
        line,
        ..Product::default()
    }
}

/// An element inside a `Товар`; false where it is not understood.
pub(super) fn add_part(
    product: &mut Product,
    path: &[Tag],
    attributes: Attributes<'_>,
    dictionary: &Dictionary,
) -> bool {
    match path {
        [Tag::LegacyPropertyValue] => {
            let id = text(attributes, attr::LEGACY_PROPERTY);
            let value = text(attributes, attr::LEGACY_VALUE);
            product
                .properties
                .extend(id.zip(value).map(|(id, value)| Property {
                    name: dictionary.name(&id).to_owned(),
                    value,
                    kind: PropertyKind::Attribute,
                }));
            true
        }
        // Says only that the property exists.
        [Tag::LegacyPropertyLink] => true,
        _ => false,
    }
}

pub(super) fn finish(product: Product) -> Result<Product, RowError> {
    if product.item.is_none() {
        return Err(no_key("Товар", product.line));
    }
    Ok(product)
}

fn no_key(element: &'static str, line: u64) -> RowError {
    RowError {
        place: Place { line },
        fault: RowFault::NoKey { element },
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::Fact;
    use crate::formats::{CsvOptions, Format, read};

    #[test]
    fn what_is_understood_is_read_and_the_rest_is_told() {
        let text = "<КоммерческаяИнформация>
<Каталог Идентификатор='К' Наименование='Каталог'>
<Свойство Идентификатор='6' Наименование='Фасовка'/>
<Товар Идентификатор='ID__1' ИдентификаторВКаталоге='44' Наименование='Чай' Родитель='ID__7_' Единица='шт'>
<ЗначениеСвойства ИдентификаторСвойства='6' Значение='2'/><СсылкаНаСвойство ИдентификаторСвойства='6'/>
<Скидка Процент='5'/>
</Товар>
<Группа Идентификатор='ID__7_' ИдентификаторВКаталоге='20' Наименование='Чаи'/>
<Товар Наименование='Без ид'/>
<Скидка/><Услуга/>
</Каталог>
<ПакетПредложений Идентификатор='П'>
<Предложение Товар='44' Цена='5'/>
<Предложение Товар='45' Цена='5'/>
</ПакетПредложений>
</КоммерческаяИнформация>";
        let mut facts = read(text.as_bytes(), &CsvOptions::default()).unwrap();
        let mut found = Vec::new();
        for row in &mut facts {
            found.push(match row.unwrap() {
                Ok(Fact::Product(p)) => format!(
                    "{} {} {:?} {:?} {}={}",
                    p.line,
                    p.item.unwrap().as_str(),
                    p.groups,
                    p.sku,
                    p.properties[0].name,
                    p.properties[0].value
                ),
                Ok(Fact::Group(group)) => format!("group {} {}", group.id, group.name),
                Ok(other) => format!("{other:?}"),
                Err(err) => format!("! {} {}", err.place.line, err.fault.code()),
            });
        }
        assert_eq!(
            found,
            [
                "! 6 commerceml1-part",
                "4 44 [\"ID__7_\"] None Фасовка=2",
                "group ID__7_ Чаи",
                "! 9 no-key",
                "! 10 commerceml1-part",
                "! 13 commerceml1-part",
            ]
        );
        assert_eq!(facts.summary().format, Format::CommerceMl1);
        assert_eq!(facts.summary().n_products, 2);
    }
}
