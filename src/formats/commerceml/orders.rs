//! Writes orders as 1C's own modules load them, and refuses an order that would stop the load.
//!
//! 1C reads documents one after another and stops at the first it does not
//! like, so one bad order would hold up all behind it: [`check`] comes first.
//! The rules were read in the exchange modules of УТ 11, ERP, Розница and УНФ.

use std::collections::BTreeSet;
use std::io::{self, Write};

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use thiserror::Error;

use crate::domain::{Address, ItemKey, Method, Money, Order, OrderLine, Party};
use crate::formats::commerceml::element::{
    Document, MAX_COMMENT, MAX_GOODS_ID, MAX_ID, MAX_NAME, MAX_TEXT, MAX_VALUE, is_blank,
};

/// УТ looks loaded orders up in a column of this width; a longer number would
/// be created again at each load.
const MAX_NUMBER: usize = 11;

/// Why 1C could not load an order.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrderFault {
    #[error("it has no goods with a quantity")]
    NoLines,
    #[error("it names no buyer: no company, name, e-mail or phone")]
    NoBuyer,
    #[error("its currency `{0}` is not a three-letter code")]
    Currency(String),
    #[error("its number `{0}` is longer than {MAX_NUMBER} characters")]
    NumberTooLong(String),
    #[error("line {0} has no name")]
    UnnamedLine(usize),
    #[error("line {0} has a quantity below zero")]
    NegativeQuantity(usize),
    #[error("its amounts are larger than a document can hold")]
    TooLarge,
}

/// Every reason why the order cannot be written; none, and it can.
pub fn check(order: &Order) -> Vec<OrderFault> {
    let mut faults = Vec::new();
    if order
        .lines
        .iter()
        .all(|line| line.quantity.is_zero() || line.quantity.is_negative())
    {
        faults.push(OrderFault::NoLines);
    }
    if order
        .buyer
        .display_name()
        .is_none_or(|name| is_blank(&name))
    {
        faults.push(OrderFault::NoBuyer);
    }
    if order.currency.chars().count() != 3 || !order.currency.chars().all(char::is_alphabetic) {
        faults.push(OrderFault::Currency(order.currency.clone()));
    }
    let number = order.id.to_string();
    if number.len() > MAX_NUMBER {
        faults.push(OrderFault::NumberTooLong(number));
    }
    let unnamed = order.lines.iter().position(|line| is_blank(&line.name));
    faults.extend(unnamed.map(|at| OrderFault::UnnamedLine(at + 1)));
    let taken_back = order
        .lines
        .iter()
        .position(|line| line.quantity.is_negative());
    faults.extend(taken_back.map(|at| OrderFault::NegativeQuantity(at + 1)));
    if taken_back.is_none() && !adds_up(order) {
        faults.push(OrderFault::TooLarge);
    }
    faults
}

/// [`Money`] has an upper limit; an amount beyond it would be written as nothing.
fn adds_up(order: &Order) -> bool {
    let fits = |line: &OrderLine| {
        line.price
            .as_decimal()
            .checked_mul(line.quantity.as_decimal())
            .is_some_and(|sum| Money::from_decimal(sum).is_ok())
    };
    let settlement = order.settlement();
    let lines: Decimal = order.lines.iter().map(|line| line.sum().as_decimal()).sum();
    let explained = lines + settlement.delivery.as_decimal() + settlement.other.as_decimal()
        - settlement.discount.as_decimal();
    order.lines.iter().all(fits) && explained == order.total.rounded().as_decimal()
}

/// Writes the file. Each order is expected to have passed [`check`].
///
/// `formed_at` is the shop's local time, as are the orders' own times.
pub fn write_orders<W: Write>(
    target: W,
    orders: &[Order],
    formed_at: NaiveDateTime,
) -> io::Result<W> {
    let formed_at = formed_at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let mut document = Document::begin(
        target,
        &[("ВерсияСхемы", "2.08"), ("ДатаФормирования", &formed_at)],
    )?;
    for order in orders {
        document.element("Документ", |d| write_order(d, order))?;
    }
    document.finish()
}

fn write_order<W: Write>(d: &mut Document<W>, order: &Order) -> io::Result<()> {
    let number = order.id.to_string();
    let settlement = order.settlement();
    d.text("Ид", &number, MAX_ID)?;
    d.text("Номер", &number, MAX_NUMBER)?;
    // Exactly these forms: 1C takes the dashes and colons out and parses the rest.
    d.text(
        "Дата",
        &order.placed_at.format("%Y-%m-%d").to_string(),
        MAX_ID,
    )?;
    d.text("ХозОперация", "Заказ товара", MAX_TEXT)?;
    d.text("Роль", "Продавец", MAX_TEXT)?;
    d.text("Валюта", &order.currency, 3)?;
    d.text("Курс", "1", MAX_ID)?;
    d.text("Сумма", &order.total.rounded().to_string(), MAX_ID)?;
    d.element("Контрагенты", |d| {
        d.element("Контрагент", |d| write_party(d, order))
    })?;
    d.text(
        "Время",
        &order.placed_at.format("%H:%M:%S").to_string(),
        MAX_ID,
    )?;
    d.optional("Комментарий", order.comment.as_deref(), MAX_COMMENT)?;
    if !settlement.discount.is_zero() {
        // Line discounts are read wrongly by УТ and УНФ; this form is spread over the lines.
        d.element("Скидки", |d| {
            d.element("Скидка", |d| {
                d.text("Наименование", "Скидка", MAX_NAME)?;
                d.text("Сумма", &settlement.discount.to_string(), MAX_ID)?;
                d.text("УчтеноВСумме", "false", MAX_ID)
            })
        })?;
    }
    d.element("Товары", |d| {
        for line in order.lines.iter().filter(|line| !line.quantity.is_zero()) {
            d.element("Товар", |d| write_line(d, line))?;
        }
        let delivery_name = order
            .shipping
            .as_ref()
            .map(|method| method.name.as_str())
            .filter(|name| !is_blank(name))
            .unwrap_or("Доставка");
        write_service(d, "ORDER_DELIVERY", delivery_name, settlement.delivery)?;
        write_service(d, "ORDER_OTHER", "Прочие начисления", settlement.other)
    })?;
    d.element("ЗначенияРеквизитов", |d| {
        write_requisites(d, order)
    })
}

/// Because `Наименование` is there, 1C takes the person's branch even for a
/// company, reads `ПолноеНаименование` without looking whether it exists, and
/// takes the address from `АдресРегистрации`. `ОфициальноеНаименование` makes
/// it a company, even when empty: never for a person.
fn write_party<W: Write>(d: &mut Document<W>, order: &Order) -> io::Result<()> {
    let party = &order.buyer;
    let name = party.display_name().unwrap_or_default();
    let id = party_id(party, &name);
    let address = party
        .address
        .one_line()
        .or_else(|| order.delivery_address.one_line());
    let delivery = order
        .delivery_address
        .one_line()
        .or_else(|| party.address.one_line());
    d.text("Ид", &id, MAX_ID)?;
    d.text("Наименование", &name, MAX_NAME)?;
    if let Some(company) = &party.company {
        d.text("ОфициальноеНаименование", company, MAX_NAME)?;
        write_address(
            d,
            "ЮридическийАдрес",
            address.as_deref(),
            &Address::default(),
        )?;
    }
    d.text("ПолноеНаименование", &name, MAX_NAME)?;
    d.text("Фамилия", &party.last_name, MAX_TEXT)?;
    d.text("Имя", &party.first_name, MAX_TEXT)?;
    write_address(
        d,
        "АдресРегистрации",
        address.as_deref(),
        &Address::default(),
    )?;
    write_address(d, "Адрес", delivery.as_deref(), &order.delivery_address)?;
    d.element("Контакты", |d| {
        write_contact(d, "Телефон мобильный", party.phone.as_deref())?;
        write_contact(d, "Почта", party.email.as_deref())
    })?;
    if party.company.is_some() {
        write_representative(d, party)?;
    }
    d.text("Роль", "Покупатель", MAX_TEXT)
}

/// The shop's customer number, or for a guest something that stays the same
/// for the same buyer, so that 1C does not make a new one for every order.
fn party_id(party: &Party, name: &str) -> String {
    if let Some(id) = party.customer {
        format!("customer-{id}")
    } else {
        let contact = party
            .email
            .as_deref()
            .or(party.phone.as_deref())
            .unwrap_or_default();
        ItemKey::derived_from(&format!("{contact}\n{name}").to_lowercase())
            .as_str()
            .to_owned()
    }
}

/// Read only where `Представление` is filled. With two or more fields 1C puts
/// the text together from them, so a single one is never written.
fn write_address<W: Write>(
    d: &mut Document<W>,
    name: &str,
    line: Option<&str>,
    parts: &Address,
) -> io::Result<()> {
    let Some(line) = line else { return Ok(()) };
    let fields: Vec<(&str, &str)> = [
        ("Почтовый индекс", parts.postcode.as_str()),
        ("Страна", &parts.country),
        ("Регион", &parts.region),
        ("Город", &parts.city),
        ("Улица", &parts.street),
    ]
    .into_iter()
    .filter(|(_, value)| !is_blank(value))
    .collect();
    d.element(name, |d| {
        d.text("Представление", line, MAX_NAME)?;
        for (kind, value) in fields.iter().filter(|_| fields.len() > 1) {
            d.pair(
                "АдресноеПоле",
                ("Тип", kind, MAX_TEXT),
                ("Значение", value, MAX_TEXT),
            )?;
        }
        Ok(())
    })
}

fn write_contact<W: Write>(d: &mut Document<W>, kind: &str, value: Option<&str>) -> io::Result<()> {
    d.pair(
        "Контакт",
        ("Тип", kind, MAX_TEXT),
        ("Значение", value.unwrap_or_default(), MAX_TEXT),
    )
}

/// Whom to call at a company.
fn write_representative<W: Write>(d: &mut Document<W>, party: &Party) -> io::Result<()> {
    let person = party.person_name();
    if is_blank(&person) {
        return Ok(());
    }
    d.element("Представители", |d| {
        d.element("Представитель", |d| {
            d.element("Контрагент", |d| {
                d.text("Отношение", "Контактное лицо", MAX_TEXT)?;
                d.text("Ид", ItemKey::derived_from(&person).as_str(), MAX_ID)?;
                d.text("Наименование", &person, MAX_NAME)
            })
        })
    })
}

fn write_line<W: Write>(d: &mut Document<W>, line: &OrderLine) -> io::Result<()> {
    let id = goods_id(line);
    d.text("Ид", id.as_str(), MAX_GOODS_ID)?;
    d.optional(
        "Артикул",
        line.sku.as_ref().map(crate::domain::Sku::as_str),
        MAX_TEXT,
    )?;
    d.text("Наименование", &name_with_options(line), MAX_NAME)?;
    write_unit(d)?;
    d.element("ХарактеристикиТовара", |d| {
        for (name, value) in &line.options {
            d.pair(
                "ХарактеристикаТовара",
                ("Наименование", name, MAX_NAME),
                ("Значение", value, MAX_VALUE),
            )?;
        }
        Ok(())
    })?;
    write_kind(d, "Товар")?;
    d.text("ЦенаЗаЕдиницу", &line.price.to_string(), MAX_ID)?;
    d.text("Количество", &line.quantity.to_string(), MAX_ID)?;
    d.text("Сумма", &line.sum().to_string(), MAX_ID)
}

/// 1C's own id where known. Otherwise one made from the article (or the name):
/// 1C then finds the product by its article, and if it makes a new one, the
/// product lists name it the same.
fn goods_id(line: &OrderLine) -> ItemKey {
    line.item.clone().unwrap_or_else(|| match &line.sku {
        Some(sku) => ItemKey::derived_from(&sku.match_key()),
        None => ItemKey::derived_from(line.name.trim()),
    })
}

/// УТ does not read the characteristics of an order line; in the name a person sees them.
fn name_with_options(line: &OrderLine) -> String {
    let options: Vec<String> = line
        .options
        .iter()
        .filter(|(name, value)| !is_blank(name) && !is_blank(value))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let name = if options.is_empty() {
        line.name.clone()
    } else {
        format!("{} ({})", line.name.trim(), options.join("; "))
    };
    without_hash(&name)
}

/// What stands behind a `#` in a name, УТ takes for a variant of the goods.
fn without_hash(name: &str) -> String {
    name.replace('#', "№")
}

fn write_unit<W: Write>(d: &mut Document<W>) -> io::Result<()> {
    d.text_with(
        "БазоваяЕдиница",
        &[
            ("Код", "796"),
            ("НаименованиеПолное", "Штука"),
            ("МеждународноеСокращение", "PCE"),
        ],
        "шт",
        MAX_TEXT,
    )
}

fn write_kind<W: Write>(d: &mut Document<W>, kind: &str) -> io::Result<()> {
    d.element("ЗначенияРеквизитов", |d| {
        d.requisite("ВидНоменклатуры", kind)?;
        d.requisite("ТипНоменклатуры", kind)
    })
}

/// Delivery is a line of its own to 1C.
fn write_service<W: Write>(
    d: &mut Document<W>,
    id: &str,
    name: &str,
    amount: Money,
) -> io::Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    d.element("Товар", |d| {
        d.text("Ид", id, MAX_GOODS_ID)?;
        d.text("Наименование", &without_hash(name), MAX_NAME)?;
        write_unit(d)?;
        write_kind(d, "Услуга")?;
        d.text("ЦенаЗаЕдиницу", &amount.to_string(), MAX_ID)?;
        d.text("Количество", "1", MAX_ID)?;
        d.text("Сумма", &amount.to_string(), MAX_ID)
    })
}

/// What the configuration must not replace: `Отменен` would cancel every line.
const OWN_REQUISITES: [&str; 10] = [
    "Адрес доставки",
    "Комментарии покупателя",
    "Метод доставки ИД",
    "Метод оплаты",
    "Метод оплаты ИД",
    "Отменен",
    "Сайт",
    "Способ доставки",
    "Статус заказа",
    "Статуса заказа ИД",
];

fn write_requisites<W: Write>(d: &mut Document<W>, order: &Order) -> io::Result<()> {
    d.requisite(
        "Статус заказа",
        order.status_name.as_deref().unwrap_or_default(),
    )?;
    d.requisite(
        "Статуса заказа ИД",
        &order.status.map(|id| id.to_string()).unwrap_or_default(),
    )?;
    write_method(d, "Метод оплаты", "Метод оплаты ИД", order.payment.as_ref())?;
    write_method(
        d,
        "Способ доставки",
        "Метод доставки ИД",
        order.shipping.as_ref(),
    )?;
    d.requisite(
        "Адрес доставки",
        &order.delivery_address.one_line().unwrap_or_default(),
    )?;
    d.requisite(
        "Комментарии покупателя",
        order.comment.as_deref().unwrap_or_default(),
    )?;
    d.requisite("Сайт", order.site.as_deref().unwrap_or_default())?;
    let mut written = BTreeSet::from(OWN_REQUISITES);
    for (name, value) in &order.extra {
        // 1C takes one of two with the same name, and we cannot know which.
        if written.insert(name.trim()) {
            d.requisite(name, value)?;
        }
    }
    // Always something: `ЗначенияРеквизитов` must not be empty.
    d.requisite("Отменен", "false")
}

fn write_method<W: Write>(
    d: &mut Document<W>,
    name: &str,
    id: &str,
    method: Option<&Method>,
) -> io::Result<()> {
    let Some(method) = method else { return Ok(()) };
    d.requisite(name, &method.name)?;
    d.requisite(id, method.code.as_deref().unwrap_or_default())
}
