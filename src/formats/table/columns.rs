//! What the columns of a list hold, told by the words people and 1C put above them.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Article,
    /// 1C's own code: the article where the list has no column for that.
    Code,
    /// 1C's `Ид`.
    Id,
    Barcode,
    Name,
    Description,
    Price,
    Currency,
    Quantity,
    Warehouse,
    /// The stock of the warehouse whose name stands above it.
    WarehouseStock,
    Unit,
    Group,
    Manufacturer,
    Order,
    Status,
    Ignored,
}

impl Column {
    /// By the name used in the configuration.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "article" | "sku" => Self::Article,
            "code" => Self::Code,
            "id" => Self::Id,
            "barcode" => Self::Barcode,
            "name" => Self::Name,
            "description" => Self::Description,
            "price" => Self::Price,
            "currency" => Self::Currency,
            "quantity" | "stock" => Self::Quantity,
            "warehouse" => Self::Warehouse,
            "unit" => Self::Unit,
            "group" => Self::Group,
            "manufacturer" => Self::Manufacturer,
            "order" => Self::Order,
            "status" => Self::Status,
            "ignore" => Self::Ignored,
            _ => return None,
        })
    }

    /// By the words that people and 1C put into headers.
    pub(super) fn by_header(header: &str) -> Option<Self> {
        let words = header_words(header);
        Some(match words.as_str() {
            "артикул" | "арт" | "article" | "sku" | "model" | "артикул товара" | "vendor code" => {
                Self::Article
            }
            "код"
            | "код товара"
            | "код товару"
            | "код 1с"
            | "code"
            | "код номенклатуры"
            | "номер детали"
            | "каталожный номер"
            | "part number"
            | "модель" => Self::Code,
            "ид" | "guid" | "id" | "ид товара" | "uuid" | "идентификатор" => {
                Self::Id
            }
            "штрихкод" | "штрих код" | "штрих-код" | "barcode" | "ean" | "ean13" => {
                Self::Barcode
            }
            "наименование"
            | "номенклатура"
            | "товар"
            | "название"
            | "полное наименование"
            | "наименование полное"
            | "наименование товара"
            | "назва"
            | "найменування"
            | "тмц"
            | "name"
            | "title"
            | "product"
            | "product name" => Self::Name,
            "описание" | "опис" | "description" | "полное описание" => {
                Self::Description
            }
            "валюта" | "currency" => Self::Currency,
            other if stock_rank_of(other).is_some() => Self::Quantity,
            "склад" | "warehouse" => Self::Warehouse,
            "ед" | "ед изм" | "ед.изм" | "единица" | "единица измерения" | "unit" => {
                Self::Unit
            }
            "группа" | "группа товаров" | "категория" | "group" | "category" | "раздел" => {
                Self::Group
            }
            "производитель" | "виробник" | "бренд" | "изготовитель" | "manufacturer" | "brand" => {
                Self::Manufacturer
            }
            "заказ"
            | "номер заказа"
            | "№ заказа"
            | "заказ №"
            | "номер заказа на сайте"
            | "order"
            | "order id"
            | "order_id"
            | "order number"
            | "номер"
            | "№" => Self::Order,
            "статус"
            | "статус заказа"
            | "состояние"
            | "состояние заказа"
            | "status"
            | "order status"
            | "order_status" => Self::Status,
            other if is_price_header(other) => Self::Price,
            _ => return None,
        })
    }
}

fn is_price_header(words: &str) -> bool {
    // `Вид цены` and `Тип цены` are none.
    words == "цены"
        || words.split([' ', '_', '-']).any(|word| {
            matches!(
                word,
                "цена"
                    | "ціна"
                    | "ррц"
                    | "мрц"
                    | "price"
                    | "розничная"
                    | "оптовая"
                    | "розница"
                    | "опт"
                    | "прайс"
                    | "retail"
                    | "wholesale"
            )
        })
}

/// How surely a column of this name holds what can be sold: the less, the surer. `None`
/// for a name that is none of stock.
pub(super) fn stock_rank(header: &str) -> Option<u8> {
    stock_rank_of(&header_words(header))
}

fn stock_rank_of(words: &str) -> Option<u8> {
    Some(match words {
        // What is reserved for others is not in it.
        "свободный остаток" | "доступно" | "доступный остаток" | "свободно" => {
            0
        }
        "остаток"
        | "остатки"
        | "конечный остаток"
        | "кон остаток"
        | "кон ост"
        | "остаток на складе"
        | "на складе"
        | "в наличии"
        | "наличие"
        | "залишок"
        | "залишки"
        | "наявність"
        | "запаси"
        | "stock"
        | "balance" => 1,
        // In many reports something else.
        "количество" | "кол-во" | "кол во" | "кількість" | "quantity" | "qty" | "count" => {
            2
        }
        _ => return None,
    })
}

/// Whether the report is one of sales, whose quantities were sold and are gone.
pub(super) fn is_of_sales(header: &str) -> bool {
    matches!(
        header_words(header).as_str(),
        "выручка" | "себестоимость" | "валовая прибыль" | "рентабельность" | "прибыль"
    )
}

/// What tells one price type from another: `Розничная` of `Цена розничная, руб.`. Empty
/// for a column that is merely called a price.
pub fn price_type_key(header: &str) -> String {
    let words = header_words(header);
    let mut telling: Vec<&str> = words
        .split([' ', '_', '-'])
        .filter(|word| !matches!(*word, "цена" | "цены" | "ціна" | "price" | "прайс" | ""))
        .collect();
    telling.sort_unstable();
    telling.join(" ")
}

/// `Номенклатура.Артикул:` is `артикул`, `Цена, RUB` and `Цена (руб.)` are `цена`.
fn header_words(header: &str) -> String {
    let lower = header
        .trim()
        .trim_matches('"')
        .to_lowercase()
        .replace('ё', "е");
    let before_comma = lower.split(',').next().unwrap_or_default();
    let before_bracket = before_comma.split('(').next().unwrap_or_default();
    let whole = [before_bracket, before_comma]
        .into_iter()
        .find(|text| !text.trim().is_empty());
    let trimmed = without_unit(whole.unwrap_or_default());
    let last = match trimmed.rsplit_once('.') {
        // 1C names a field of a field by its dotted path; `ед.изм` and `розн. руб` are abbreviations.
        Some((path, last))
            if last.chars().count() > 2
                && path.chars().count() > 2
                && !path.contains(' ')
                && !last.starts_with(' ') =>
        {
            last
        }
        _ => trimmed,
    };
    last.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(". ", " ")
}

/// `Остаток` of `Остаток шт.`; a unit alone is no unit.
fn without_unit(words: &str) -> &str {
    const UNITS: [&str; 7] = ["шт", "руб", "р", "грн", "rub", "uah", "usd"];
    let ends = [':', '.', '*', ' '];
    let trimmed = words.trim().trim_end_matches(ends);
    match trimmed.rsplit_once(' ') {
        Some((before, unit)) if UNITS.contains(&unit) => before.trim_end_matches(ends),
        Some(_) | None => trimmed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_headers_of_real_lists() {
        for (written, column) in [
            ("Номенклатура.Артикул", Some(Column::Article)),
            ("Номенклатура.Код:", Some(Column::Code)),
            ("Штрих-код:", Some(Column::Barcode)),
            ("Группа товаров:", Some(Column::Group)),
            ("Ед.изм", Some(Column::Unit)),
            ("Ед. изм.", Some(Column::Unit)),
            ("Цена, RUB", Some(Column::Price)),
            ("Спец цена", Some(Column::Price)),
            ("Кол-во", Some(Column::Quantity)),
            ("Цена розн. руб.", Some(Column::Price)),
            ("Цена(руб.)", Some(Column::Price)),
            ("Цены", Some(Column::Price)),
            ("РРЦ", Some(Column::Price)),
            ("Ціна, грн", Some(Column::Price)),
            ("Цена Рекоменд. по РРЦ_БАЗ_ГРН, ГРН", Some(Column::Price)),
            ("Остаток (шт)", Some(Column::Quantity)),
            ("Остаток шт.", Some(Column::Quantity)),
            ("Кол-во (шт.)", Some(Column::Quantity)),
            ("На складе", Some(Column::Quantity)),
            ("Кон. ост.", Some(Column::Quantity)),
            ("Залишок", Some(Column::Quantity)),
            ("Начальный остаток", None),
            ("Номер детали", Some(Column::Code)),
            ("Модель", Some(Column::Code)),
            ("Вид цены", None),
            ("Вид товаров:", None),
            ("", None),
        ] {
            assert_eq!(Column::by_header(written), column, "{written:?}");
        }
    }

    #[test]
    fn a_price_type_is_known_however_it_is_written() {
        for (header, key) in [
            ("Цена", ""),
            ("Цена, руб.", ""),
            ("price", ""),
            ("Розничная", "розничная"),
            ("Розничная цена", "розничная"),
            ("Цена розничная, RUB", "розничная"),
            ("Цена закупки", "закупки"),
            ("Спец цена", "спец"),
        ] {
            assert_eq!(price_type_key(header), key, "{header}");
        }
    }
}
