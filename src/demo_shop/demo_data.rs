//! The tea, coffee and stationery shop that `obmen demo` opens.

use rust_decimal::Decimal;

use super::catalogue::{Buyer, Catalogue, NewOrder, Status};

/// The statuses of a freshly installed OpenCart, with their usual ids.
const STATUSES: [(u32, &str, &str); 14] = [
    (1, "Pending", "Ожидание"),
    (2, "Processing", "В обработке"),
    (3, "Shipped", "Доставляется"),
    (5, "Complete", "Сделка завершена"),
    (7, "Canceled", "Отменён"),
    (8, "Denied", "Отказано"),
    (9, "Canceled Reversal", "Отмена возврата"),
    (10, "Failed", "Не удался"),
    (11, "Refunded", "Возврат"),
    (12, "Reversed", "Реверс"),
    (13, "Chargeback", "Чарджбек"),
    (14, "Expired", "Истёк"),
    (15, "Processed", "Обработан"),
    (16, "Voided", "Аннулирован"),
];

/// Categories, each followed by its products: article, name, price in kopecks, stock.
type Shelf = (
    u32,
    Option<u32>,
    &'static str,
    &'static [(&'static str, &'static str, i64, i32)],
);

const SHELVES: [Shelf; 7] = [
    (20, None, "Чай и кофе", &[]),
    (
        21,
        Some(20),
        "Чай",
        &[
            ("ЧАЙ-100", "Чай чёрный «Ассам», 100 г", 34_900, 48),
            ("ЧАЙ-250", "Чай зелёный \"Сенча\", 250 г", 61_500, 20),
            ("ЧАЙ-ТР-50", "Травяной сбор: мята & чабрец", 27_000, 0),
        ],
    ),
    (
        22,
        Some(20),
        "Кофе",
        &[
            ("КОФЕ-250", "Кофе в зёрнах «Бразилия», 250 г", 78_000, 35),
            ("КОФЕ-1000", "Кофе в зёрнах «Колумбия», 1 кг", 259_000, 12),
            ("КОФЕ-РАСТВ", "Кофе растворимый, 95 г", 41_250, 60),
        ],
    ),
    (
        30,
        None,
        "Посуда",
        &[
            ("КРУЖКА-01", "Кружка белая, 330 мл", 45_000, 100),
            ("ЧАЙНИК-06", "Чайник заварочный 0,6 л", 129_900, 7),
        ],
    ),
    (40, None, "Канцелярия", &[]),
    (
        41,
        Some(40),
        "Бумага & тетради",
        &[
            ("ТЕТР-48", "Тетрадь 48 листов, клетка", 6_850, 300),
            ("БУМ-А4", "Бумага А4, 500 листов", 38_900, 80),
        ],
    ),
    (
        42,
        Some(40),
        "Ручки",
        &[
            ("РУЧКА-СИН", "Ручка шариковая синяя", 2_500, 500),
            ("00123", "Набор карандашей 12 цветов", 19_900, 15),
        ],
    ),
];

impl Catalogue {
    /// A shop with the usual statuses and nothing to sell.
    pub fn empty() -> Catalogue {
        let statuses = STATUSES
            .iter()
            .map(|(id, english, russian)| Status {
                id: *id,
                english: (*english).to_owned(),
                russian: (*russian).to_owned(),
            })
            .collect();
        Catalogue {
            statuses,
            ..Catalogue::default()
        }
    }

    /// A small shop with four orders waiting.
    pub fn demo() -> Catalogue {
        let mut catalogue = Catalogue::empty();
        for (id, parent_id, name, products) in SHELVES {
            catalogue = catalogue.with_category(id, parent_id, name);
            for (sku, name, kopecks, stock) in products {
                catalogue = catalogue.with_product(sku, name, Decimal::new(*kopecks, 2), *stock);
            }
        }
        demo_orders()
            .into_iter()
            .fold(catalogue, Catalogue::with_order)
    }
}

fn demo_orders() -> [NewOrder; 4] {
    [
        NewOrder::by(buyer("Иван", "Петров", "", "Тверь"))
            .line("ЧАЙ-100", 2)
            .line("КРУЖКА-01", 1)
            .shipping(Decimal::new(30_000, 2)),
        NewOrder::by(buyer(
            "Ольга",
            "Смирнова",
            "ООО \"Рога & копыта\"",
            "Москва",
        ))
        .line_with(
            "КОФЕ-1000",
            3,
            &[("Помол", "для турки"), ("Упаковка", "крафт \"эко\"")],
        )
        .line_with("КРУЖКА-01", 6, &[("Надпись", "Рога & копыта")])
        .comment("Позвоните за час.\nПропуск на \"проходной\" & паспорт")
        .shipping(Decimal::new(50_000, 2)),
        NewOrder::by(buyer("Шон", "О'Нил", "", "Казань"))
            .line("ТЕТР-48", 20)
            .line("РУЧКА-СИН", 20)
            .comment("Без звонка"),
        NewOrder::by(buyer("Анна", "Ёлкина", "ИП Ёлкина <склад 2>", "Пермь"))
            .line("ЧАЙНИК-06", 1)
            .line_with("ЧАЙ-250", 1, &[("Подарочная упаковка", "да")])
            .shipping(Decimal::new(35_000, 2)),
    ]
}

fn buyer(first_name: &str, last_name: &str, company: &str, city: &str) -> Buyer {
    Buyer {
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        company: company.to_owned(),
        email: "buyer@example.com".to_owned(),
        telephone: "+7 (900) 000-00-00".to_owned(),
        address_1: "ул. Садовая, д. 5 \"А\"".to_owned(),
        city: city.to_owned(),
        postcode: "101000".to_owned(),
        country: "Russian Federation".to_owned(),
        country_id: 176,
        ..Buyer::default()
    }
}
