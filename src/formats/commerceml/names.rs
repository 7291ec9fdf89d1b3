//! The only place with CommerceML's element and attribute names.

use std::sync::LazyLock;

/// An element that obmen knows; the comment in each row of the table is its name in the file.
macro_rules! tags {
    ($($name:ident = $($written:literal)|+;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Tag { $($name,)* Other }

        const WRITTEN: &[(&str, Tag)] = &[$($(($written, Tag::$name),)+)*];
    };
}

/// Twice as many places as names, and more.
const N_PLACES: u8 = 255;

/// Each name at the place that a few of its bytes tell, or at the next free one. A
/// `match` would compare an element's name with dozens of others, and a large file
/// has tens of millions of elements.
static PLACES: LazyLock<Vec<Option<(&'static str, Tag)>>> = LazyLock::new(|| {
    let mut places = vec![None; usize::from(N_PLACES)];
    for written in WRITTEN {
        let mut at = place_of(written.0.as_bytes());
        while places.get(at).is_some_and(Option::is_some) {
            at = next_place(at);
        }
        if let Some(place) = places.get_mut(at) {
            *place = Some(*written);
        }
    }
    places
});

fn place_of(name: &[u8]) -> usize {
    let byte = |at: usize| name.get(at).copied().map_or(0, usize::from);
    // Of two bytes of a Cyrillic letter, the second one tells more.
    let mixed = name.len() * 31
        + byte(1) * 7
        + byte((name.len() / 2) | 1) * 5
        + byte(name.len().wrapping_sub(1));
    mixed % usize::from(N_PLACES)
}

fn next_place(at: usize) -> usize {
    (at + 1) % usize::from(N_PLACES)
}

/// The name of an element as it is written: UTF-8.
#[derive(Clone, Copy)]
pub(super) struct Name<'a>(pub(super) &'a [u8]);

impl Name<'_> {
    /// Anything obmen does not use is `Other`.
    pub(super) fn tag(self) -> Tag {
        match tag_of(self.0) {
            // None of the names has a colon in it.
            Tag::Other => tag_of(self.without_prefix()),
            tag => tag,
        }
    }

    /// The local name.
    pub(super) fn to_text(self) -> String {
        String::from_utf8_lossy(self.without_prefix()).into_owned()
    }

    fn without_prefix(&self) -> &[u8] {
        let colon = memchr::memchr(b':', self.0);
        let start = colon.map_or(0, |at| at + 1);
        self.0.get(start..).unwrap_or_default()
    }
}

fn tag_of(local_name: &[u8]) -> Tag {
    let places: &[_] = &PLACES;
    let mut at = place_of(local_name);
    // Ends, because there are more places than names.
    while let Some(Some((written, tag))) = places.get(at) {
        if written.as_bytes() == local_name {
            return *tag;
        }
        at = next_place(at);
    }
    Tag::Other
}

tags! {
    Root = "КоммерческаяИнформация";
    Id = "Ид";
    Name = "Наименование";
    Value = "Значение";
    Requisites = "ЗначенияРеквизитов";
    Requisite = "ЗначениеРеквизита";
    Classifier = "Классификатор";
    Groups = "Группы";
    Group = "Группа";
    Properties = "Свойства";
    // Some 2.03 and 2.04 exports say СвойствоНоменклатуры.
    Property = "Свойство" | "СвойствоНоменклатуры";
    Variants = "ВариантыЗначений";
    // In a property: one variant of a list.
    Variant = "Справочник";
    VariantId = "ИдЗначения";
    PriceTypes = "ТипыЦен";
    PriceType = "ТипЦены";
    Warehouses = "Склады";
    Warehouse = "Склад";
    Units = "ЕдиницыИзмерения";
    Unit = "ЕдиницаИзмерения";
    UnitCode = "Код";
    UnitShortName = "НаименованиеКраткое";
    Catalogue = "Каталог";
    OnlyChanges = "СодержитТолькоИзменения";
    Goods = "Товары";
    Product = "Товар";
    Article = "Артикул";
    // Older exports and Bitrix write ШтрихКод.
    Barcode = "Штрихкод" | "ШтрихКод";
    BaseUnit = "БазоваяЕдиница";
    Description = "Описание";
    Picture = "Картинка";
    Manufacturer = "Изготовитель";
    Weight = "Вес";
    PropertyValues = "ЗначенияСвойств";
    PropertyValue = "ЗначенияСвойства";
    Characteristics = "ХарактеристикиТовара";
    Characteristic = "ХарактеристикаТовара";
    Status = "Статус";
    DeletionMark = "ПометкаУдаления";
    Offers = "Предложения";
    Offer = "Предложение";
    OfferPackage = "ПакетПредложений";
    OfferChanges = "ИзмененияПакетаПредложений";
    CharacteristicId = "ИдХарактеристики";
    Prices = "Цены";
    Price = "Цена";
    PriceTypeId = "ИдТипаЦены";
    UnitPrice = "ЦенаЗаЕдиницу";
    Currency = "Валюта";
    Coefficient = "Коэффициент";
    Quantity = "Количество";
    Stocks = "Остатки";
    Stock = "Остаток";
    Container = "Контейнер";
    Document = "Документ";
    SubDocuments = "ПодчиненныеДокументы";
    SubDocument = "ПодчиненныйДокумент";
    Number = "Номер";
    Number1C = "Номер1С";
    Date = "Дата";
    Time = "Время";
    Operation = "ХозОперация";
    Role = "Роль";
    Sum = "Сумма";
    // CommerceML 1: a line of a document.
    LegacyLine = "ТоварнаяПозиция";
    // CommerceML 1: in a product.
    LegacyPropertyValue = "ЗначениеСвойства";
    LegacyPropertyLink = "СсылкаНаСвойство";
}

pub(super) mod attr {
    pub(in super::super) const CHANGES_ONLY: &str = "СодержитТолькоИзменения";
    pub(in super::super) const FORMED_AT: &str = "ДатаФормирования";
    pub(in super::super) const STATUS: &str = "Статус";
    pub(in super::super) const CODE: &str = "Код";
    pub(in super::super) const FULL_NAME: &str = "НаименованиеПолное";
    pub(in super::super) const WAREHOUSE_ID: &str = "ИдСклада";
    pub(in super::super) const WAREHOUSE_QUANTITY: &str = "КоличествоНаСкладе";
    /// CommerceML 1 (1C 7.7) keeps everything in attributes.
    pub(in super::super) const LEGACY_ID: &str = "Идентификатор";
    pub(in super::super) const LEGACY_ITEM: &str = "ИдентификаторВКаталоге";
    pub(in super::super) const LEGACY_NAME: &str = "Наименование";
    pub(in super::super) const LEGACY_PARENT: &str = "Родитель";
    pub(in super::super) const LEGACY_UNIT: &str = "Единица";
    pub(in super::super) const LEGACY_PROPERTY: &str = "ИдентификаторСвойства";
    pub(in super::super) const LEGACY_VALUE: &str = "Значение";
    pub(in super::super) const LEGACY_NUMBER: &str = "Номер";
    pub(in super::super) const LEGACY_DATE: &str = "Дата";
    pub(in super::super) const LEGACY_TIME: &str = "Время";
    pub(in super::super) const LEGACY_OPERATION: &str = "ХозОперация";
    pub(in super::super) const LEGACY_SUM: &str = "Сумма";
}

/// The requisites of a document that obmen understands, in the spellings seen.
pub(super) mod requisite {
    pub(in super::super) const STATUS: [&str; 3] =
        ["Статус заказа", "СтатусЗаказа", "Статус Заказа"];
    /// `Статуса` is how Bitrix and 1C spell it.
    pub(in super::super) const STATUS_ID: [&str; 2] = ["Статуса заказа ИД", "Статус заказа ИД"];
    pub(in super::super) const PAID: [&str; 2] = ["Оплачен", "Заказ оплачен"];
    pub(in super::super) const PAID_WITH: [&str; 2] = ["Номер оплаты по 1С", "Дата оплаты по 1С"];
    pub(in super::super) const SHIPPED: [&str; 1] = ["Отгружен"];
    pub(in super::super) const SHIPPED_WITH: [&str; 2] =
        ["Номер отгрузки по 1С", "Дата отгрузки по 1С"];
    pub(in super::super) const CANCELLED: [&str; 1] = ["Отменен"];
    pub(in super::super) const POSTED: [&str; 1] = ["Проведен"];
    pub(in super::super) const DELETION_MARK: [&str; 1] = ["ПометкаУдаления"];
    pub(in super::super) const NUMBER_1C: [&str; 1] = ["Номер по 1С"];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        for (written, tag) in WRITTEN {
            let tag_of = |name: &str| Name(name.as_bytes()).tag();
            assert_eq!(tag_of(written), *tag, "{written}");
            assert_eq!(tag_of(&format!("c:{written}")), *tag, "{written}");
            assert_eq!(tag_of(&format!("{written}ъ")), Tag::Other);
        }
        assert_eq!(Name(b"").tag(), Tag::Other);
    }
}
