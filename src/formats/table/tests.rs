//! Lists as people and 1C write them: headers, columns, words and totals.

use std::io::Cursor;

use super::*;
use crate::domain::Fact;
use crate::formats::{Facts, read};

fn facts(text: &str) -> Vec<String> {
    facts_with(text, &CsvOptions::default())
}

fn facts_with(text: &str, options: &CsvOptions) -> Vec<String> {
    let mut lines = Vec::new();
    for row in read(text.as_bytes(), options).unwrap() {
        lines.push(match row.unwrap() {
            Ok(Fact::Offer(offer)) => {
                let prices = offer.prices.iter().map(|p| match &p.price_type {
                    Some(price_type) => format!("{price_type}: {} ", p.price),
                    None => p.price.to_string(),
                });
                let total = offer.quantity.map(|q| q.to_string());
                let stocks = offer
                    .warehouses
                    .iter()
                    .map(|w| format!("{}: {}", w.warehouse, w.quantity));
                format!(
                    "{} {} = {} / {}",
                    offer.line,
                    offer.sku.map(|s| s.to_string()).unwrap_or_default(),
                    prices.collect::<String>(),
                    total
                        .into_iter()
                        .chain(stocks)
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            }
            Ok(Fact::Product(product)) => {
                format!("{} new {:?}", product.line, product.name.unwrap())
            }
            Ok(Fact::Document(document)) => {
                format!(
                    "order {} -> {}",
                    document.number.unwrap(),
                    document.status.unwrap()
                )
            }
            Ok(other) => format!("{other:?}"),
            Err(err) => format!("! {err}"),
        });
    }
    lines
}

#[test]
fn finds_the_header_below_title_rows_and_skips_totals() {
    let text = "Остатки товаров\n;Склад: Основной;\n\nНоменклатура;Номенклатура.Артикул;Свободный остаток\n\
                Чай;;\n\"Чай чёрный \"\"Ассам\"\"\";ЧАЙ-100;12,000\nКофе;КОФЕ-250;заказ\nИтого;;12\n";
    assert_eq!(
        facts(text),
        [
            "6 ЧАЙ-100 =  / 12",
            "! line 7: `заказ` in the column `Свободный остаток` is not a number; only that cell is left out"
        ]
    );
}

#[test]
fn a_priced_list_with_names_is_a_list_of_goods() {
    let text = "Артикул\tНаименование\tЦена, руб.\tОстаток\nА1\tЧай \"Ahmad\" №1\t1 234,50\t\n";
    assert_eq!(
        facts(text).get(..2).unwrap(),
        ["2 new \"Чай \\\"Ahmad\\\" №1\"", "2 А1 = 1234.50 / "]
    );
}

#[test]
fn reads_order_statuses() {
    let text = "Номер заказа,Статус\n17,Отгружен\nА-3,Отгружен\n18,\n";
    assert_eq!(
        facts(text),
        [
            "order 17 -> Отгружен",
            "! line 3: `А-3` is not an order number of the shop",
            "! line 4: the order row states no status"
        ]
    );
}

#[test]
fn a_list_without_known_columns_is_refused() {
    assert!(matches!(
        read("a;b\n1;2\n".as_bytes(), &CsvOptions::default()).map(|_| ()),
        Err(FileError::NoHeader { looked_at: 2 })
    ));
}

#[test]
fn a_header_may_have_two_lines() {
    let text = "\"\";Код;Артикул;Номенклатура;Остаток;Спец цена;;\n;;;;;Ед.;Цена, RUB;\n;<...>;;;;;;\n\
                ;00000003978;21513-23001;Кольцо;20.000;шт;15.00;\n";
    assert_eq!(
        facts(text),
        ["4 new \"Кольцо\"", "4 21513-23001 = Спец цена: 15.00  / 20"]
    );
    let text = "Артикул;Розничная;;Оптовая;\n;Ед.;Цена;Ед.;Цена\nА1;шт;10;уп;8\n";
    assert_eq!(facts(text), ["3 А1 = Розничная: 10.00 Оптовая: 8.00  / "]);
    // A row of goods is no header.
    let text = "Артикул;Цена;Остаток\n;;\nЧай;1;2\n";
    assert_eq!(facts(text), ["3 Чай = 1.00 / 2"]);
}

#[test]
fn a_word_costs_its_cell_unless_the_configuration_knows_it() {
    let text = "Артикул;Цена;Остаток\nА1;5;В  наличии\nА2;6;НЕТ\nА3;договорная;>10\nА4;7;ИСТИНА\n";
    let quantity = |text| Quantity::parse(text).unwrap();
    let options = CsvOptions {
        words: [("в наличии", "1"), ("Нет", "0"), (">10", "10")]
            .map(|(word, n)| (word.to_owned(), quantity(n)))
            .into(),
        ..CsvOptions::default()
    };
    assert_eq!(
        facts_with(text, &options),
        [
            "2 А1 = 5.00 / 1",
            "3 А2 = 6.00 / 0",
            "! line 4: `договорная` in the column `Цена` is not a number; only that cell is left out",
            "4 А3 =  / 10",
            "! line 5: `ИСТИНА` in the column `Остаток` is not a number; only that cell is left out",
            "5 А4 = 7.00 / ",
        ]
    );
    let without = facts(text);
    assert_eq!(without.iter().filter(|row| row.starts_with('!')).count(), 5);
}

#[test]
fn warehouses_and_kopecks_are_as_the_configuration_says() {
    let text = "Код;Основной склад;СКЛАД 2:;Цена\nА1;5;;31030\nА2;1,5;7;5\n";
    let options = CsvOptions {
        warehouses: vec!["основной склад".to_owned(), "Склад 2".to_owned()],
        prices_in_kopecks: true,
        ..CsvOptions::default()
    };
    assert_eq!(
        facts_with(text, &options),
        [
            "2 А1 = 310.30 / основной склад: 5",
            "3 А2 = 0.05 / основной склад: 1.5, Склад 2: 7",
        ]
    );
}

#[test]
fn totals_and_repeated_headers_are_no_goods_but_total_motor_oil_is() {
    let text = "Наименование;Артикул;Остаток\nTotal Quartz 9000;T9;4\nНаименование;Артикул;Остаток\n\
                Всего;;4\nИтого по складу:;;4\nTotal;;4\nИтоговый отчёт, книга;К1;2\n";
    assert_eq!(facts(text), ["2 T9 =  / 4", "7 К1 =  / 2"]);
}

#[test]
fn cells_that_moved_are_not_read_as_something_else() {
    let text = "Наименование;Артикул;Цена;Остаток\nЧай\nзелёный;А1;5;1\nКофе;А2\n молотый;6;2\n\
                Соль; крупная;А3;7;3\nМёд;А4;8;4\n";
    assert_eq!(
        facts(text),
        [
            "3 new \"зелёный\"",
            "3 А1 = 5.00 / 1",
            "! line 4: the row has 2 cells where 4 belong: is a delimiter or a line break in one of them?",
            "! line 5: the row has 3 cells where 4 belong: is a delimiter or a line break in one of them?",
            "! line 6: the row has 5 cells where 4 belong: is a delimiter or a line break in one of them?",
            "7 new \"Мёд\"",
            "7 А4 = 8.00 / 4",
        ]
    );
}

#[test]
fn a_quote_left_open_is_told_and_costs_nothing() {
    assert_eq!(
        facts("Наименование;Артикул;Остаток\n\"Чай;А1;5\nКофе;А2;6\n"),
        [
            "2 А1 =  / 5",
            "! line 2: a quotation mark is never closed; the line is read as plain text",
            "3 А2 =  / 6",
        ]
    );
}

fn codes(text: &str) -> Vec<&'static str> {
    codes_with(text, &CsvOptions::default())
}

fn codes_with(text: &str, options: &CsvOptions) -> Vec<&'static str> {
    let rows = read(text.as_bytes(), options).unwrap();
    rows.filter_map(|row| row.unwrap().err())
        .map(|err| err.fault.code())
        .collect()
}

#[test]
fn the_stock_is_what_is_free_and_the_receipt_says_which_column_that_is() {
    for (text, stock, said) in [
        (
            "Артикул;В наличии;В резерве;Доступно\nА;10;9;1\n",
            "1",
            "stock-column",
        ),
        ("Артикул;Количество;Остаток\nА;24;5\n", "5", "stock-column"),
        ("Артикул;Остаток;Кол-во\nА;5;24\n", "5", "stock-column"),
    ] {
        assert_eq!(facts(text)[1], format!("2 А =  / {stock}"), "{text}");
        assert_eq!(codes(text), [said], "{text}");
    }
    let named = CsvOptions {
        columns: [("Количество".to_owned(), Column::Quantity)].into(),
        ..CsvOptions::default()
    };
    let text = "Артикул;Количество;Остаток\nА;24;5\n";
    assert_eq!(facts_with(text, &named)[1], "2 А =  / 24");
}

#[test]
fn a_blank_in_the_column_of_stock_is_not_filled_from_another() {
    let text = "Артикул;Свободный остаток;Остаток\nА;;5\nБ;2;7\n";
    assert_eq!(codes(text), ["stock-column", "without-stock"]);
    assert_eq!(facts(text)[1], "3 Б =  / 2");
}

#[test]
fn a_blank_is_a_zero_if_the_configuration_says_so() {
    let text = "Артикул;Номенклатура;Остаток\nА;Чай;\nБ;Мёд;2\n";
    assert_eq!(codes(text), ["without-stock"]);
    let options = CsvOptions {
        words: [(String::new(), Quantity::ZERO)].into(),
        ..CsvOptions::default()
    };
    assert_eq!(facts_with(text, &options), ["2 А =  / 0", "3 Б =  / 2"]);
    // What stands alone is a group, unless it is an article and blanks are said to be zeros.
    let alone = "Артикул;Остаток\nА;\nБ;2\n";
    assert_eq!(facts(alone), ["3 Б =  / 2"]);
    assert_eq!(facts_with(alone, &options), ["2 А =  / 0", "3 Б =  / 2"]);
}

#[test]
fn of_two_columns_that_may_both_be_the_stock_none_is_taken() {
    let text = "Артикул;Цена;Кол-во;Кол-во\nА;10;;24\n";
    assert_eq!(codes(text), ["which-stock"]);
    assert_eq!(facts(text)[1], "2 А = 10.00 / ");
}

#[test]
fn the_quantities_of_a_sales_report_are_no_stock() {
    let text = "Артикул;Номенклатура;Количество;Выручка;Себестоимость\nА;Чай;5;100;50\n";
    assert_eq!(codes(text)[0], "sold-not-stock");
    assert!(!facts(text).iter().any(|fact| fact.contains("/ 5")));
}

/// «Ведомость по товарам на складах»: the opening balance stands first.
#[test]
fn the_columns_below_a_heading_are_told_apart() {
    let text = "Артикул;Номенклатура;Ед.;Количество;;;\n\
                ;;;Начальный остаток;Приход;Расход;Конечный остаток\n\
                А;Чай;шт;100;10;98;12\n";
    assert_eq!(facts(text), ["3 А =  / 12"]);
    let warehouses = "Артикул;Цена;Остаток;;\n;;Основной;Магазин;Резерв\nА;10;5;7;1\n";
    assert_eq!(facts(warehouses).last().unwrap(), "3 А = 10.00 / ");
    let only_these = "Артикул;Остаток;\n;Основной;Магазин\nА;5;7\n";
    assert!(matches!(
        read(only_these.as_bytes(), &CsvOptions::default()).map(|_| ()),
        Err(FileError::NoHeader { .. })
    ));
}

#[test]
fn a_title_above_the_header_is_no_name_of_a_price() {
    let text = "Прайс-лист;;;\nАртикул;Номенклатура;Оптовая;Розничная\nА;Чай;210;355\n";
    assert_eq!(
        facts(text)[1],
        "3 А = Оптовая: 210.00 Розничная: 355.00  / "
    );
    let one = "Артикул;Цена закупки\nА;210\n";
    assert_eq!(facts(one), ["2 А = Цена закупки: 210.00  / "]);
}

#[test]
fn columns_of_numbers_that_are_not_read_are_named() {
    let rows = "А;Чай;5;7;12\nБ;Кофе;1;2;3\nВ;Мёд;0;2;2\n";
    let text = format!("Артикул;Номенклатура;Основной склад;Магазин;Итого\n{rows}");
    assert_eq!(codes(&text), ["numbers-unread"]);
    let both = "Артикул;Цена;Остаток;Вес\nА;1;2;3\nБ;1;2;3\nВ;1;2;3\n";
    assert_eq!(codes(both), [""; 0]);
}

#[test]
fn a_list_of_goods_with_numbered_rows_and_a_status_is_no_list_of_orders() {
    let text = "№;Артикул;Наименование;Статус;Цена;Остаток\n1;А;Чай;Complete;355;12\n";
    assert_eq!(facts(text), ["2 new \"Чай\"", "2 А = 355.00 / 12"]);
}

/// Longer than a batch; nearly all of it may go the short way, and every kind of row that
/// may not stands between.
#[test]
fn rows_cut_on_another_thread_say_the_same_as_rows_cut_here() {
    let mut list = "Артикул;Наименование;Остаток\r\n".to_owned();
    for n in 0..12_000 {
        let row = match n % 997 {
            3 => format!("А-{n};\"Чай \"\"Ahmad\"\"\r\nв пачках\";{n}\r\n"),
            50 => format!("А-{n};Монитор 27\";{n}\n"),
            100 => format!("А-{n};Кофе;1 {:03},5\r\n", n % 1_000),
            200 => "Напитки;;\r\n\r\n".to_owned(),
            300 => format!("А-{n};Кофе;заказ\r\n"),
            400 => format!("А-{n};Кофе;1;2\r\n"),
            500 => format!("А-{n};{};7\r\n", "чай ".repeat(1_000)),
            600 => format!("😀{n};Кофе;7\r\n"),
            _ => format!("А-{n};Кофе;{}\r\n", n % 50),
        };
        list.push_str(&row);
    }
    let mut damaged = list.clone().into_bytes();
    let middle = damaged.len() / 2;
    damaged.insert(middle, 0xff);
    for bytes in [list.into_bytes(), damaged] {
        let facts = || read(Cursor::new(bytes.clone()), &CsvOptions::default()).unwrap();
        let (here, ahead) = (facts(), facts().ahead().unwrap());
        let all = |facts: Facts<_>| facts.map(Result::unwrap).collect::<Vec<_>>();
        let rows = all(here);
        assert_eq!(all(ahead), rows);
        assert!(rows.iter().filter(|row| row.is_ok()).count() > 11_900);
        // The words, the cells too many and the articles that no shop can store.
        assert!(rows.iter().filter(|row| row.is_err()).count() >= 3 * 12);
        let lines = rows.iter().map(|row| match row {
            Ok(Fact::Offer(offer)) => offer.line,
            Ok(other) => panic!("{other:?}"),
            Err(err) => err.place.line,
        });
        assert!(lines.is_sorted());
    }
}
