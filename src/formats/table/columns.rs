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
            "код" | "код товара" | "код 1с" | "code" | "код номенклатуры" => {
                Self::Code
            }
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
            | "name"
            | "title"
            | "product"
            | "product name" => Self::Name,
            "описание" | "description" | "полное описание" => {
                Self::Description
            }
            "валюта" | "currency" => Self::Currency,
            "остаток"
            | "остатки"
            | "количество"
            | "кол-во"
            | "кол во"
            | "свободный остаток"
            | "доступно"
            | "в наличии"
            | "наличие"
            | "конечный остаток"
            | "остаток на складе"
            | "quantity"
            | "qty"
            | "stock"
            | "count"
            | "balance" => Self::Quantity,
            "склад" | "warehouse" => Self::Warehouse,
            "ед" | "ед изм" | "ед.изм" | "единица" | "единица измерения" | "unit" => {
                Self::Unit
            }
            "группа" | "группа товаров" | "категория" | "group" | "category" | "раздел" => {
                Self::Group
            }
            "производитель" | "бренд" | "изготовитель" | "manufacturer" | "brand" => {
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
    words.split([' ', '_', '-']).any(|word| {
        matches!(
            word,
            "цена"
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

/// `Номенклатура.Артикул:` is `артикул`, `Цена, RUB` is `цена`.
fn header_words(header: &str) -> String {
    let lower = header
        .trim()
        .trim_matches('"')
        .to_lowercase()
        .replace('ё', "е");
    let before_comma = lower.split(',').next().unwrap_or_default();
    let trimmed = before_comma.trim().trim_end_matches([':', '.', '*']).trim();
    let last = match trimmed.rsplit_once('.') {
        // 1C names a field of a field by its dotted path; `ед.изм` is an abbreviation.
        Some((path, last)) if last.chars().count() > 2 && path.chars().count() > 2 => last,
        _ => trimmed,
    };
    last.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(". ", " ")
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
            ("Вид товаров:", None),
            ("", None),
        ] {
            assert_eq!(Column::by_header(written), column, "{written:?}");
        }
    }
}
