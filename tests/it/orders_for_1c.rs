//! The written orders keep every rule of 1C's loaders, whatever the shop sent.

use chrono::NaiveDateTime;
use obmen::domain::{
    Address, Inn, ItemKey, Kpp, Method, Money, Order, OrderId, OrderLine, Party, Quantity, Sku,
    StatusId, TotalPart,
};
use obmen::formats::commerceml::{OrderFault, Profile, check, order_text, write_order_texts};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use roxmltree::{Document, Node};

use crate::order_rules::{all, child, faults_of, requisite, value};

fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn line(sku: &str, name: &str, price: &str, quantity: &str) -> OrderLine {
    OrderLine {
        id: Some(101),
        name: name.to_owned(),
        sku: Sku::parse(sku).ok(),
        item: None,
        price: money(price),
        quantity: Quantity::parse(quantity).unwrap(),
        options: Vec::new(),
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn method(name: &str, code: &str) -> Method {
    Method {
        name: name.to_owned(),
        code: Some(code.to_owned()),
    }
}

fn kyiv() -> Address {
    Address {
        postcode: "01001".to_owned(),
        country: "Україна".to_owned(),
        region: String::new(),
        city: "Київ".to_owned(),
        street: "вул. Хрещатик, 1, кв. 7".to_owned(),
    }
}

/// 3.49 beyond goods and delivery, and a kopeck nobody has a name for.
fn parts() -> Vec<TotalPart> {
    let part = |(code, title, amount): (&str, &str, &str)| TotalPart {
        code: code.to_owned(),
        title: title.to_owned(),
        amount: amount.parse().unwrap(),
    };
    [
        ("tax", "НДС 20%", "6"),
        ("coupon", "Купон (A&B)", "-4.5"),
        ("low_order-fee", "", "1"),
    ]
    .map(part)
    .to_vec()
}

#[test]
fn parts_of_the_total_are_services_and_discounts_by_their_names() {
    let mut order = person();
    order.shipping_cost = Some(money("5"));
    order.total = money("37.49");
    order.parts = parts();
    let text = order_text(&order, &Profile::default()).unwrap();
    for expected in [
        "<Ид>ORDER_TAX</Ид><Наименование>НДС 20%</Наименование>",
        "<Ид>ORDER_LOW_ORDER_FEE</Ид><Наименование>Прочие начисления</Наименование>",
        "<Скидка><Наименование>Купон (A&amp;B)</Наименование><Сумма>4.50</Сумма>",
        "<Скидка><Наименование>Скидка</Наименование><Сумма>0.01</Сумма>",
    ] {
        let text: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("> <", "><");
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

/// A person's plain order: 2 × 12.50 + 5.00, delivered for 8.40.
pub(crate) fn person() -> Order {
    Order {
        id: OrderId::parse("1").unwrap(),
        placed_at: at("2026-02-02T10:11:12"),
        status: StatusId::parse("1"),
        status_name: Some("Ожидание".to_owned()),
        currency: "UAH".to_owned(),
        total: money("38.40"),
        buyer: Party {
            customer: Some(7),
            first_name: "Иван".to_owned(),
            last_name: "О'Брайен".to_owned(),
            company: None,
            inn: None,
            kpp: None,
            email: Some("ivan@example.com".to_owned()),
            phone: Some("+380 (44) 123-45-67".to_owned()),
            address: kyiv(),
        },
        delivery_address: kyiv(),
        payment: Some(method("Оплата при доставке", "cod")),
        shipping: Some(method("Новая почта", "flat.flat")),
        shipping_cost: None,
        parts: Vec::new(),
        comment: Some("Позвонить до 18:00\nКод: \"12<34\"".to_owned()),
        lines: vec![
            line("KB-001", "Кабель USB 3\" & переходник", "12.5", "2"),
            line("", "Без артикула", "5", "1"),
        ],
        site: Some("Your Store".to_owned()),
        extra: pairs(&[("Адрес покупателя", "203.0.113.9")]),
        notes: Vec::new(),
    }
}

pub(crate) fn company() -> Order {
    let mut order = person();
    order.buyer.company = Some("ООО \"Рога & копыта\"".to_owned());
    order.shipping_cost = Some(money("5"));
    order.total = money("30");
    order.lines[0].options = pairs(&[("Размер", "XL"), ("Цвет", "Красный \"мак\"")]);
    order.lines[0].item =
        ItemKey::parse("bd72d910-55bc-11d9-848a-00112f43529a#e5c5ed36-55bc-11d9-848a-00112f43529a");
    order
}

/// A guest that orders for a company in the tax office's books.
pub(crate) fn registered() -> Order {
    let mut order = company();
    order.buyer.customer = None;
    order.buyer.inn = Inn::parse("7707083893");
    order.buyer.kpp = Kpp::parse("770701001");
    order
}

fn with(change: impl FnOnce(&mut Order)) -> Order {
    let mut order = person();
    change(&mut order);
    order
}

/// Orders as shops send them, the odd ones first of all.
pub(crate) fn orders() -> Vec<(&'static str, Order)> {
    [buyers(), goods()].concat()
}

fn buyers() -> Vec<(&'static str, Order)> {
    vec![
        ("a person", person()),
        ("a company, a discount, options", company()),
        ("a company with its numbers", registered()),
        ("a company known by its numbers alone", {
            let mut order = registered();
            order.buyer.company = None;
            order
        }),
        (
            "a person with an ИНН",
            with(|order| order.buyer.inn = Inn::parse("500100732259")),
        ),
        ("a company without a contact person", {
            let mut order = company();
            order.buyer.first_name.clear();
            order.buyer.last_name = " ".into();
            order
        }),
        ("a company without any address", {
            let mut order = company();
            order.buyer.address = Address::default();
            order.delivery_address = Address::default();
            order
        }),
        (
            "a guest with nothing but an e-mail",
            with(|order| {
                order.buyer = Party {
                    email: Some("guest@example.com".to_owned()),
                    ..Party::default()
                };
                order.delivery_address = Address::default();
            }),
        ),
        (
            "a guest whose phone is blank",
            with(|order| {
                order.buyer.customer = None;
                order.buyer.phone = Some(" ".to_owned());
                order.buyer.email = None;
            }),
        ),
        (
            "an address of a single part",
            with(|order| {
                order.delivery_address = Address {
                    city: "Львів".to_owned(),
                    ..Address::default()
                };
                order.buyer.address = Address::default();
            }),
        ),
        (
            "an address of a control character",
            with(|order| {
                order.delivery_address = Address {
                    city: "\u{1}".to_owned(),
                    street: "\u{2}".to_owned(),
                    ..Address::default()
                };
            }),
        ),
        (
            "a buyer's address of a control character, and another to deliver to",
            with(|order| {
                order.buyer.address = Address {
                    street: " \u{1}\t".to_owned(),
                    ..Address::default()
                };
            }),
        ),
        (
            "emoji, entities and control characters",
            with(|order| {
                order.buyer.first_name = "😀 <b>&amp;\u{0}\u{1f}\u{fffe}".into();
                order.comment = Some("]]> \u{b} <!-- & -->".to_owned());
                order.lines[0].name = "&lt;Чай&gt;\u{3} 🍵".into();
            }),
        ),
        (
            "a comment of one control character",
            with(|order| order.comment = Some("\u{7}".to_owned())),
        ),
        (
            "texts without end",
            with(|order| {
                order.comment = Some("ж".repeat(5_000));
                order.buyer.last_name = "щ".repeat(400);
                order.delivery_address.street = "ы".repeat(400);
                order.lines[0].name = "ю".repeat(400);
                order.site = Some("я".repeat(2_000));
            }),
        ),
    ]
}

fn goods() -> Vec<(&'static str, Order)> {
    vec![
        (
            "five hundred lines",
            with(|order| {
                order.lines = (0..500)
                    .map(|n| line(&format!("A-{n}"), "Гвоздь", "0.1234", "3"))
                    .collect();
                order.total = money("200");
            }),
        ),
        (
            "a gift",
            with(|order| {
                order.lines = vec![line("GIFT", "Подарок", "0", "1")];
                order.total = Money::ZERO;
            }),
        ),
        (
            "a gift among goods",
            with(|order| order.lines.push(line("GIFT", "Подарок", "0", "1"))),
        ),
        (
            "a line of no pieces",
            with(|order| order.lines.push(line("ZERO", "Ничего", "7", "0"))),
        ),
        (
            "a fraction of a metre",
            with(|order| order.lines = vec![line("M", "Лента", "3.3333", "0.333")]),
        ),
        ("a discount", with(|order| order.total = money("25"))),
        (
            "delivery known, the rest is tax",
            with(|order| order.shipping_cost = Some(money("5"))),
        ),
        (
            "delivery dearer than the total tells",
            with(|order| order.shipping_cost = Some(money("15"))),
        ),
        (
            "delivery for nothing",
            with(|order| {
                order.shipping_cost = Some(Money::ZERO);
                order.total = money("30");
            }),
        ),
        (
            "taxes, a coupon and a fee by their names",
            with(|order| {
                order.shipping_cost = Some(money("5"));
                order.total = money("37.49");
                order.parts = parts();
            }),
        ),
        (
            "delivery without a name",
            with(|order| {
                order.shipping = Some(method(" ", "x"));
                order.payment = None;
            }),
        ),
        (
            "options that say nothing",
            with(|order| {
                order.lines[0].options = pairs(&[("Надпись", ""), ("", "x"), ("\u{1}", "\u{2}")]);
            }),
        ),
        (
            "a name with a hash",
            with(|order| order.lines[0].name = "Краска #5".into()),
        ),
        (
            "fields named as obmen's own",
            with(|order| {
                order.extra = pairs(&[
                    ("Отменен", "true"),
                    ("Метод оплаты", "x"),
                    ("Свой", "1"),
                    ("Свой", "2"),
                    ("\u{1}", "x"),
                ]);
            }),
        ),
        (
            "nothing known but who and what",
            with(|order| {
                order.status = None;
                order.status_name = None;
                order.payment = None;
                order.shipping = None;
                order.comment = None;
                order.site = None;
                order.extra.clear();
            }),
        ),
    ]
}

fn written(orders: &[Order]) -> Vec<u8> {
    written_in(&Profile::default(), orders)
}

pub(crate) fn written_in(profile: &Profile, orders: &[Order]) -> Vec<u8> {
    let texts: Vec<String> = orders
        .iter()
        .map(|order| order_text(order, profile).unwrap())
        .collect();
    write_order_texts(Vec::new(), &texts, at("2026-03-01T08:00:00"), profile).unwrap()
}

#[test]
fn orders_of_every_kind_keep_the_rules_of_1c() {
    let mut broken = Vec::new();
    for (kind, order) in orders() {
        assert_eq!(check(&order, &Profile::default()), [], "{kind}");
        let xml = written(std::slice::from_ref(&order));
        let faults = faults_of(&xml);
        if !faults.is_empty() {
            broken.push(format!("{kind}: {}", faults.join("; ")));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let all: Vec<Order> = orders().into_iter().map(|(_, order)| order).collect();
    assert_eq!(faults_of(&written(&all)), [""; 0]);
}

#[test]
fn only_a_company_is_written_as_one() {
    for (order, is_company) in [(person(), false), (company(), true)] {
        let xml = String::from_utf8(written(&[order])).unwrap();
        assert_eq!(
            xml.contains("<ОфициальноеНаименование>"),
            is_company,
            "{xml}"
        );
        assert_eq!(xml.contains("<ЮридическийАдрес>"), is_company, "{xml}");
        assert!(xml.contains("<АдресРегистрации>"), "{xml}");
    }
}

#[test]
fn goods_go_back_under_the_id_that_1c_gave() {
    let order = company();
    let xml = String::from_utf8(written(std::slice::from_ref(&order))).unwrap();
    let item = order.lines[0]
        .item
        .as_ref()
        .expect("the company's first line is known to 1C");
    assert!(xml.contains(&format!("<Ид>{item}</Ид>")), "{xml}");
}

#[test]
fn an_order_that_no_file_could_hold_is_refused() {
    for (kind, order, n_faults) in [
        ("no lines", with(|order| order.lines.clear()), 1),
        (
            "lines of no pieces",
            with(|order| order.lines = vec![line("Z", "Ничего", "7", "0")]),
            1,
        ),
        (
            "pieces taken back",
            with(|order| order.lines.push(line("Z", "Возврат", "7", "-1"))),
            1,
        ),
        (
            "a line named by a control character",
            with(|order| order.lines[1].name = "\u{1}".into()),
            1,
        ),
        (
            "a buyer named by a control character",
            with(|order| {
                order.buyer = Party {
                    last_name: "\u{1}".to_owned(),
                    ..Party::default()
                };
            }),
            1,
        ),
        (
            "a sum beyond all shops",
            with(|order| order.lines[0] = line("Z", "Клад", "99999999999", "1000")),
            1,
        ),
        ("no currency", with(|order| order.currency.clear()), 1),
    ] {
        let faults: Vec<OrderFault> = check(&order, &Profile::default());
        assert_eq!(faults.len(), n_faults, "{kind}: {faults:?}");
    }
}

/// What is planted where, and what the checker says to it.
#[rustfmt::skip]
const PLANTED: &[(&str, &str, &str)] = &[
    ("<?xml", "\u{feff}<?xml", "does not begin with `<?xml`"),
    ("<?xml", "\n<?xml", "does not begin with `<?xml`"),
    (" ВерсияСхемы", " xmlns=\"urn:1C.ru:commerceml_2\" ВерсияСхемы", "has a namespace"),
    ("ВерсияСхемы=\"2.08\"", "ВерсияСхемы=\"3.1\"", "ВерсияСхемы"),
    ("2026-03-01T08:00:00", "2026-03-01", "ДатаФормирования"),
    ("<Курс>1</Курс>", "", "lacks `Курс`"),
    ("<Курс>1</Курс>", "<Курс/>", "`Курс` is empty"),
    ("<Курс>1</Курс>", "<Курс> </Курс>", "`Курс` is empty"),
    ("<Валюта>UAH</Валюта>", "", "lacks `Валюта`"),
    ("<Валюта>UAH</Валюта>", "<Валюта>грн.</Валюта>", "Валюта is not three letters"),
    ("Заказ товара", "Счет на оплату", "ХозОперация is another"),
    ("<Роль>Продавец", "<Роль>Покупатель", "Роль of the document"),
    ("<Номер>1</Номер>", "<Номер>123456789012</Номер>", "longer than 11"),
    ("<Номер>1</Номер>", "", "lacks `Номер`"),
    ("<Номер>1</Номер>", "<Номер>1</Номер><Номер>1</Номер>", "`Номер` stands in the wrong place"),
    ("<Дата>2026-02-02</Дата>", "<Дата>02.02.2026</Дата>", "Дата is not"),
    ("<Дата>2026-02-02</Дата>", "<Дата>2026-02-30</Дата>", "Дата is not"),
    ("<Время>10:11:12</Время>", "<Время>9:11:12</Время>", "Время is not"),
    ("<Время>10:11:12</Время>", "<Время>10:11:12+02:00</Время>", "Время is not"),
    ("<Контрагенты>", "<Контрагенты><Контрагент><Ид>2</Ид></Контрагент>", "not one Контрагент"),
    ("<ПолноеНаименование>ООО &quot;Рога &amp; копыта&quot;</ПолноеНаименование>", "", "lacks `ПолноеНаименование`"),
    ("ОфициальноеНаименование>", "ПолноеНаименование>", "a person has a ЮридическийАдрес"),
    ("АдресРегистрации>", "Прописка>", "АдресРегистрации is missing"),
    ("Представление>", "Вид>", "lacks Представление"),
    ("<Тип>Город</Тип>", "<Тип>Галактика</Тип>", "АдресноеПоле is of no known type"),
    ("<Тип>Почта</Тип>", "<Тип>Голубь</Тип>", "Контакт is of no known type"),
    ("<Роль>Покупатель", "<Роль>Продавец", "Роль of the buyer"),
    ("<ПолноеНаименование>", "<ИНН>123</ИНН><ПолноеНаименование>", "ИНН has not"),
    ("<ПолноеНаименование>", "<КПП>123456789</КПП><ПолноеНаименование>", "КПП has not"),
    ("<Количество>2</Количество>", "<Количество>0</Количество>", "not above zero"),
    ("<Количество>2</Количество>", "", "lacks `Количество`"),
    ("<Количество>2</Количество>", "<Количество>3</Количество>", "price by quantity"),
    ("<Количество>2</Количество>", "<Количество>2,0</Количество>", "no number"),
    ("<Сумма>30.00</Сумма>", "<Сумма>30.01</Сумма>", "not the document's Сумма"),
    ("Код=\"796\"", "", "no code"),
    ("Код=\"796\"", "Код=\"шт\"", "no code"),
    ("<Значение>Услуга</Значение>", "<Значение>Товар</Значение>", "delivery is not a service"),
    ("<Наименование>ТипНоменклатуры</Наименование>", "<Наименование>Тип</Наименование>", "neither goods nor"),
    ("<ЦенаЗаЕдиницу>12.50", "<Единица>796</Единица><ЦенаЗаЕдиницу>12.50", "`Единица` stands in the wrong place"),
    ("<Наименование>Без артикула", "<Наименование>Без # артикула", "a name has a `#`"),
    (
     "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>ВидНоменклатуры",
     "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20</Ставка></СтавкаНалога></СтавкиНалогов>\
     <ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>ВидНоменклатуры",
     "some lines have VAT",
    ),
    ("<УчтеноВСумме>false", "<УчтеноВСумме>true", "counts as taken off"),
    ("<Значение>false</Значение>", "", "lacks its name or its value"),
    ("<Значение>false</Значение>", "<Значение>true</Значение>", "cancels all lines"),
    ("<Наименование>Сайт</Наименование>", "<Наименование>Отменен</Наименование>", "stands there twice"),
    ("</Документ>", "</Документ><Каталог><Ид>1</Ид></Каталог>", "something else"),
    ("</Документ>", "", "no XML"),
];

/// A checker that cannot fail is worth nothing: one fault at a time is planted.
#[test]
fn the_checker_notices_every_planted_fault() {
    let xml = String::from_utf8(written(&[company()])).unwrap();
    assert_eq!(faults_of(xml.as_bytes()), [""; 0], "{xml}");
    for (what, by, noticed) in PLANTED {
        // Without the indents, so that a fault may span lines.
        let flat: String = xml.lines().map(str::trim_start).collect();
        let planted = if what.starts_with("<ЗначенияРеквизитов>") {
            // Once: for this fault lines must differ.
            flat.replacen(what, by, 1)
        } else {
            flat.replace(what, by)
        };
        assert_ne!(planted, flat, "`{what}` is not in the file");
        let faults = faults_of(planted.as_bytes());
        assert!(
            faults.iter().any(|fault| fault.contains(noticed)),
            "{what} → {by}: {faults:?}"
        );
    }
    let long = xml.replace("Your Store", &"я".repeat(1_001));
    let faults = faults_of(long.as_bytes());
    assert_eq!(faults, ["`Значение` is longer than 1000 characters"]);
    let latin1 = [xml.as_bytes(), b"\xff"].concat();
    assert_eq!(faults_of(&latin1), ["the file is not UTF-8"]);
}

/// What a text looks like behind 1C's reader: without what XML forbids, trimmed, cut.
fn cleaned(text: &str, max_chars: usize) -> String {
    let allowed = |c: &char| {
        let c = u32::from(*c);
        matches!(c, 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x1_0000..)
    };
    let kept: String = text.chars().filter(allowed).collect();
    let cut: String = kept.trim().chars().take(max_chars).collect();
    cut.trim().to_owned()
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[А-Яа-яЁё0-9 .,\"'<>&#;-]{0,20}",
        2 => any::<String>(),
        1 => Just(String::new()),
        1 => Just(" \u{1}\t".to_owned()),
        1 => "[ж😀\r\n]{240,1100}",
    ]
}

/// Seldom blank: an order without such a text is refused.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => any_text().prop_map(|text| format!("Ж{text}")),
        1 => any_text(),
    ]
}

fn any_money() -> impl Strategy<Value = Money> {
    prop_oneof![
        4 => 0..100_000_000_i64,
        1 => Just(0),
        1 => 0..10_000_000_000_i64,
    ]
    .prop_map(|hundredths| Money::from_decimal(rust_decimal::Decimal::new(hundredths, 4)).unwrap())
}

fn any_line() -> impl Strategy<Value = OrderLine> {
    let quantity = (0..5_000_i64, 0..4_u32);
    let options = vec((any_text(), any_text()), 0..3);
    let item = option::of("[a-f0-9]{4}(#[a-f0-9]{4})?");
    (any_name(), any_text(), item, any_money(), quantity, options).prop_map(
        |(name, sku, item, price, (amount, scale), options)| OrderLine {
            id: None,
            name,
            sku: Sku::parse(&sku).ok(),
            item: item.and_then(|item| ItemKey::parse(&item)),
            price,
            quantity: Quantity::from_decimal(rust_decimal::Decimal::new(amount, scale)),
            options,
        },
    )
}

fn any_address() -> impl Strategy<Value = Address> {
    (any_text(), any_text(), any_text(), any_text(), any_text()).prop_map(
        |(postcode, country, region, city, street)| Address {
            postcode,
            country,
            region,
            city,
            street,
        },
    )
}

fn any_party() -> impl Strategy<Value = Party> {
    let contacts = (option::of(any_text()), option::of(any_text()));
    let numbers = (option::of("[0-9]{10}([0-9]{2})?"), option::of("[0-9]{9}"));
    (
        option::of(1..u32::MAX),
        any_text(),
        any_name(),
        option::of(any_name()),
        (contacts, numbers),
        any_address(),
    )
        .prop_map(
            |(customer, first_name, last_name, company, (contacts, numbers), address)| Party {
                customer,
                first_name,
                last_name,
                company,
                kpp: Kpp::parse(&numbers.1.unwrap_or_default())
                    .filter(|_| numbers.0.as_ref().is_some_and(|inn| inn.len() == 10)),
                inn: Inn::parse(&numbers.0.unwrap_or_default()),
                email: contacts.0,
                phone: contacts.1,
                address,
            },
        )
}

fn any_method() -> impl Strategy<Value = Option<Method>> {
    option::of((any_text(), option::of(any_text())).prop_map(|(name, code)| Method { name, code }))
}

pub(crate) fn any_order() -> impl Strategy<Value = Order> {
    let head = (
        1..u32::MAX,
        0..4_000_000_000_i64,
        option::of(any_text()),
        any_money(),
    );
    let methods = (any_method(), any_method(), option::of(any_money()));
    let texts = (
        option::of(any_text()),
        option::of(any_text()),
        vec((any_text(), any_text()), 0..3),
    );
    (
        head,
        any_party(),
        any_address(),
        methods,
        texts,
        vec(any_line(), 1..6),
    )
        .prop_map(
            |(
                (id, seconds, status_name, total),
                buyer,
                delivery_address,
                methods,
                texts,
                lines,
            )| Order {
                id: OrderId::parse(&id.to_string()).unwrap(),
                placed_at: chrono::DateTime::from_timestamp(seconds, 0)
                    .unwrap()
                    .naive_utc(),
                status: StatusId::parse(&(id % 20).to_string()),
                status_name,
                currency: "UAH".to_owned(),
                total,
                buyer,
                delivery_address,
                payment: methods.0,
                shipping: methods.1,
                shipping_cost: methods.2,
                parts: Vec::new(),
                comment: texts.0,
                lines,
                site: texts.1,
                extra: texts.2,
                notes: Vec::new(),
            },
        )
}

/// The texts of the order that must stand in the file as they are.
pub(crate) fn differences(order: &Order, document: Node<'_, '_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, written: &str, meant: String| {
        found.extend(difference(what, written, &meant));
    };
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    compare("number", value(document, "Номер"), order.id.to_string());
    compare(
        "comment",
        value(document, "Комментарий"),
        cleaned(&optional(&order.comment), 3_000),
    );
    let time = format!("{} {}", value(document, "Дата"), value(document, "Время"));
    compare("time", &time, order.placed_at.to_string());
    for (name, meant) in [
        ("Статус заказа", optional(&order.status_name)),
        ("Сайт", optional(&order.site)),
        (
            "Метод оплаты",
            order
                .payment
                .clone()
                .map(|method| method.name)
                .unwrap_or_default(),
        ),
        (
            "Способ доставки",
            order
                .shipping
                .clone()
                .map(|method| method.name)
                .unwrap_or_default(),
        ),
    ] {
        compare(
            name,
            requisite(document, name).unwrap_or_default(),
            cleaned(&meant, 1_000),
        );
    }
    let party = all(document, "Контрагенты", "Контрагент")[0];
    compare(
        "last name",
        value(party, "Фамилия"),
        cleaned(&order.buyer.last_name, 255),
    );
    compare(
        "first name",
        value(party, "Имя"),
        cleaned(&order.buyer.first_name, 255),
    );
    let inn = order.buyer.inn.as_ref().map_or("", Inn::as_str);
    let kpp = order.buyer.kpp.as_ref().map_or("", Kpp::as_str);
    compare("ИНН", value(party, "ИНН"), inn.to_owned());
    compare("КПП", value(party, "КПП"), kpp.to_owned());
    let contact = |kind: &str| {
        all(party, "Контакты", "Контакт")
            .into_iter()
            .find(|contact| value(*contact, "Тип") == kind)
            .map_or("", |contact| value(contact, "Значение"))
    };
    compare(
        "phone",
        contact("Телефон мобильный"),
        cleaned(&optional(&order.buyer.phone), 255),
    );
    compare(
        "e-mail",
        contact("Почта"),
        cleaned(&optional(&order.buyer.email), 255),
    );
    let lines: Vec<_> = all(document, "Товары", "Товар")
        .into_iter()
        .filter(|line| !value(*line, "Ид").starts_with("ORDER_"))
        .collect();
    let goods: Vec<_> = order
        .lines
        .iter()
        .filter(|line| !line.quantity.is_zero())
        .collect();
    compare("lines", &lines.len().to_string(), goods.len().to_string());
    for (line, meant) in lines.into_iter().zip(goods) {
        found.extend(line_differences(line, meant));
    }
    found
}

fn line_differences(line: Node<'_, '_>, meant: &OrderLine) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, written: &str, meant: String| {
        found.extend(difference(what, written, &meant));
    };

    // A name is followed by its options; a `#` would part it in 1C.
    let name = cleaned(&meant.name, 250).replace('#', "№");
    if !value(line, "Наименование").starts_with(name.trim_end()) {
        compare("goods", value(line, "Наименование"), name);
    }
    let sku = meant.sku.as_ref().map_or("", Sku::as_str);
    compare("article", value(line, "Артикул"), cleaned(sku, 255));
    let price = [value(line, "ЦенаЗаЕдиницу"), value(line, "Цена")].concat();
    compare("price", &price, meant.price.to_string());
    compare(
        "quantity",
        value(line, "Количество"),
        meant.quantity.to_string(),
    );
    let written: Vec<_> = all(line, "ХарактеристикиТовара", "ХарактеристикаТовара")
        .into_iter()
        .map(|option| {
            (
                value(option, "Наименование").to_owned(),
                value(option, "Значение").to_owned(),
            )
        })
        .collect();
    let options: Vec<_> = meant
        .options
        .iter()
        .map(|(name, value)| (cleaned(name, 250), cleaned(value, 1_000)))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .collect();
    compare("options", &format!("{written:?}"), format!("{options:?}"));
    found
}

fn difference(what: &str, written: &str, meant: &str) -> Option<String> {
    (written != meant).then(|| format!("{what}: {written:?} instead of {meant:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_passes_the_check_is_written_by_the_rules_and_reads_back(order in any_order()) {
        prop_assume!(check(&order, &Profile::default()).is_empty());
        let xml = written(std::slice::from_ref(&order));
        prop_assert_eq!(faults_of(&xml), Vec::<String>::new());
        let text = std::str::from_utf8(&xml).unwrap();
        let document = Document::parse(text).unwrap();
        let order_element = child(document.root_element(), "Документ").unwrap();
        prop_assert_eq!(differences(&order, order_element), Vec::<String>::new());
    }
}
