//! Writes orders as 1C's own modules load them, and refuses an order that would stop the load.
//!
//! 1C reads documents one after another and stops at the first it does not
//! like, so one bad order would hold up all behind it: [`check`] comes first.
//! The rules were read in the exchange modules of УТ 11, ERP, Розница and УНФ;
//! where they differ, the [`Profile`] decides.

use std::collections::BTreeSet;
use std::io::{self, Write};

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use thiserror::Error;

use crate::domain::{ItemKey, Method, Money, Order, OrderLine, Part, Settlement};
use crate::formats::commerceml::charge::{Charge, less, write_tax};
use crate::formats::commerceml::element::{
    Document, MAX_COMMENT, MAX_ID, MAX_NAME, MAX_TEXT, is_blank, part_of_root,
};
use crate::formats::commerceml::order_lines::{write_line, write_service};
use crate::formats::commerceml::parties::{write_contact, write_party};
use crate::formats::commerceml::profile::{
    Layout, Profile, Vat, VatMode, Warehouse, WarehousePlace,
};
use crate::wording::{Message, Worded, message};

/// УТ looks loaded orders up in a column of this width; a longer number would
/// be created again at each load.
const MAX_NUMBER: usize = 11;

/// Lines of the document that are no goods go by names that Bitrix coined.
const DELIVERY: &str = "ORDER_DELIVERY";
const OTHER: &str = "ORDER_OTHER";
const OTHER_NAME: &str = "Прочие начисления";
const DISCOUNT_NAME: &str = "Скидка";

/// What OpenCart calls a tax among the parts of a total.
const TAX: &str = "tax";

/// Why 1C could not load an order.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum OrderFault {
    NoLines,
    NoBuyer,
    Currency(String),
    NumberTooLong(String),
    UnnamedLine(usize),
    NegativeQuantity(usize),
    TooLarge,
}

impl Worded for OrderFault {
    fn message(&self) -> Message {
        match self {
            Self::NoLines => message!("order-no-lines"),
            Self::NoBuyer => message!("order-no-buyer"),
            Self::Currency(currency) => message!("order-currency", currency = currency),
            Self::NumberTooLong(number) => {
                message!("order-number-too-long", number = number, limit = MAX_NUMBER)
            }
            Self::UnnamedLine(line) => message!("order-unnamed-line", line = *line),
            Self::NegativeQuantity(line) => message!("order-negative-quantity", line = *line),
            Self::TooLarge => message!("order-too-large"),
        }
    }
}

/// Every reason why the order cannot be written; none, and it can.
pub fn check(order: &Order, profile: &Profile) -> Vec<OrderFault> {
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
    if taken_back.is_none() && !adds_up(order, profile.vat) {
        faults.push(OrderFault::TooLarge);
    }
    faults
}

/// [`Money`] has an upper limit; an amount beyond it would be written as nothing.
fn adds_up(order: &Order, vat: Option<Vat>) -> bool {
    let fits = |line: &OrderLine| {
        line.price
            .as_decimal()
            .checked_mul(line.quantity.as_decimal())
            .is_some_and(|sum| Money::from_decimal(sum).is_ok())
    };
    let settlement = settlement(order, vat);
    let explained =
        lines_with_tax(order, vat) + settlement.delivery.as_decimal() + settlement.charged()
            - settlement.discounted();
    order.lines.iter().all(fits) && explained == order.total.rounded().as_decimal()
}

fn lines_with_tax(order: &Order, vat: Option<Vat>) -> Decimal {
    let with_tax = |line: &OrderLine| Charge::of_price(line.sum(), vat).with_tax(vat);
    order.lines.iter().map(with_tax).sum()
}

/// All parts hold their taxes, as the total does.
fn settlement(order: &Order, vat: Option<Vat>) -> Settlement {
    let delivery = order.shipping_cost.map(|cost| {
        let with_tax = Charge::of_price(cost.rounded(), vat).with_tax(vat);
        Money::from_decimal(with_tax).unwrap_or(cost)
    });
    // A tax on top stands on every line already.
    let is_on_top = vat.is_some_and(|vat| vat.mode == VatMode::OnTop);
    order.settlement(lines_with_tax(order, vat), delivery, |part| {
        !(is_on_top && part.code == TAX)
    })
}

/// One order as it will stand in a file, to be kept until 1C has taken it. It is expected
/// to have passed [`check`].
pub fn order_text(order: &Order, profile: &Profile) -> io::Result<String> {
    part_of_root(|d| match profile.layout {
        Layout::Plain => d.element("Документ", |d| write_order(d, order, profile)),
        Layout::Containers => d.element("Контейнер", |d| {
            d.element("Документ", |d| write_order(d, order, profile))
        }),
    })
}

/// Writes a file of orders that [`order_text`] has made.
///
/// `formed_at` is the shop's local time, as are the orders' own times.
pub fn write_order_texts<W: Write>(
    mut target: W,
    texts: &[impl AsRef<str>],
    formed_at: NaiveDateTime,
    profile: &Profile,
) -> io::Result<W> {
    let formed_at = formed_at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let attributes = [
        ("ВерсияСхемы", profile.version.as_str()),
        ("ДатаФормирования", &formed_at),
    ];
    let mut document = Document::begin_in(profile.encoding, Vec::new(), &attributes)?;
    for text in texts {
        document.put_part(text.as_ref())?;
    }
    let xml = String::from_utf8(document.finish()?).map_err(io::Error::other)?;
    target.write_all(&profile.encoding.xml(&xml))?;
    Ok(target)
}

fn write_order<W: Write>(d: &mut Document<W>, order: &Order, profile: &Profile) -> io::Result<()> {
    let number = order.id.to_string();
    let settlement = settlement(order, profile.vat);
    let tax = profile
        .vat
        .map(|vat| (vat, charged_tax(order, &settlement, vat)));
    let all_discounts = Money::from_decimal(settlement.discounted()).unwrap_or(Money::ZERO);
    let discount = Charge::of_discount(all_discounts, tax);
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
    if let Some((vat, tax)) = tax {
        let tax = less(tax, discount.tax.unwrap_or(Money::ZERO));
        d.element("Налоги", |d| write_tax(d, vat, tax))?;
    }
    if !discount.sum.is_zero() {
        // Line discounts are read wrongly by УТ and УНФ; this form is spread over the lines.
        d.element("Скидки", |d| {
            write_discounts(d, &settlement, discount.sum)
        })?;
    }
    if let (Some(warehouse), WarehousePlace::Document) =
        (&profile.warehouse, profile.warehouse_place)
    {
        d.element("Склады", |d| {
            d.element("Склад", |d| write_warehouse(d, warehouse))
        })?;
    }
    d.element("Товары", |d| {
        for line in order.lines.iter().filter(|line| !line.quantity.is_zero()) {
            d.element("Товар", |d| write_line(d, line, profile))?;
        }
        let delivery_name = order
            .shipping
            .as_ref()
            .map(|method| method.name.as_str())
            .filter(|name| !is_blank(name))
            .unwrap_or("Доставка");
        write_service(d, DELIVERY, delivery_name, settlement.delivery, profile)?;
        for part in &settlement.charges {
            write_service(
                d,
                &service_id(&part.code),
                title_of(part, OTHER_NAME),
                part.amount,
                profile,
            )?;
        }
        write_service(d, OTHER, OTHER_NAME, settlement.other, profile)
    })?;
    d.element("ЗначенияРеквизитов", |d| {
        write_requisites(d, order, profile)
    })
}

/// Each by its name; together where a tax on top is taken out of them, since its kopecks
/// belong to none of them. Elsewhere their sum is `sum`.
fn write_discounts<W: Write>(
    d: &mut Document<W>,
    settlement: &Settlement,
    sum: Money,
) -> io::Result<()> {
    let mut write = |name: &str, sum: Money| {
        d.element("Скидка", |d| {
            d.text("Наименование", name, MAX_NAME)?;
            d.text("Сумма", &sum.to_string(), MAX_ID)?;
            d.text("УчтеноВСумме", "false", MAX_ID)
        })
    };
    if sum.as_decimal() != settlement.discounted() {
        let mut names: Vec<&str> = settlement
            .discounts
            .iter()
            .map(|part| title_of(part, DISCOUNT_NAME))
            .collect();
        if names.is_empty() || !settlement.discount.is_zero() {
            names.push(DISCOUNT_NAME);
        }
        return write(&names.join(", "), sum);
    }
    for part in &settlement.discounts {
        write(title_of(part, DISCOUNT_NAME), part.amount)?;
    }
    if settlement.discount.is_zero() {
        return Ok(());
    }
    write(DISCOUNT_NAME, settlement.discount)
}

fn title_of<'a>(part: &'a Part, otherwise: &'a str) -> &'a str {
    Some(part.title.as_str())
        .filter(|title| !is_blank(title))
        .unwrap_or(otherwise)
}

/// 1C knows a service by its id: the same kind of charge is the same service.
fn service_id(code: &str) -> String {
    let clean = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    format!(
        "ORDER_{}",
        code.chars().take(32).map(clean).collect::<String>()
    )
}

/// The tax of all that is charged, before any discount.
fn charged_tax(order: &Order, settlement: &Settlement, vat: Vat) -> Money {
    let lines = order
        .lines
        .iter()
        .map(|line| Charge::of_price(line.sum(), Some(vat)));
    let named = settlement.charges.iter().map(|part| part.amount);
    let services = [settlement.delivery, settlement.other]
        .into_iter()
        .chain(named)
        .map(|amount| Charge::of_total(amount, Some(vat)));
    let tax = |charge: Charge| charge.tax.unwrap_or(Money::ZERO).as_decimal();
    Money::from_decimal(lines.chain(services).map(tax).sum()).unwrap_or(Money::ZERO)
}

/// УТ reads all of these without looking whether they exist, and wants exactly
/// one field and one contact; what they say does not matter.
fn write_warehouse<W: Write>(d: &mut Document<W>, warehouse: &Warehouse) -> io::Result<()> {
    const UNKNOWN: &str = "-";
    let derived = ItemKey::derived_from(&warehouse.name);
    let id = warehouse.id.as_deref().unwrap_or(derived.as_str());
    d.text("Ид", id, MAX_ID)?;
    d.text("Наименование", &warehouse.name, MAX_NAME)?;
    d.element("Адрес", |d| {
        d.text("Представление", &warehouse.name, MAX_NAME)?;
        d.pair(
            "АдресноеПоле",
            ("Тип", "Улица", MAX_TEXT),
            ("Значение", UNKNOWN, MAX_TEXT),
        )
    })?;
    d.element("Контакты", |d| {
        write_contact(d, "Прочее", Some(UNKNOWN))
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

fn write_requisites<W: Write>(
    d: &mut Document<W>,
    order: &Order,
    profile: &Profile,
) -> io::Result<()> {
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
    let warehouse = match profile.warehouse_place {
        WarehousePlace::Document => None,
        WarehousePlace::Requisites => profile.warehouse.as_ref(),
    };
    let places = [
        ("Организация", profile.organisation.as_deref()),
        ("Склад", warehouse.map(|warehouse| warehouse.name.as_str())),
    ];
    for (name, value) in places {
        if let Some(value) = value.filter(|value| !is_blank(value)) {
            written.insert(name);
            d.requisite(name, value)?;
        }
    }
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
