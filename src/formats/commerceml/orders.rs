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

use crate::domain::{
    Address, Inn, ItemKey, Kpp, Method, Money, Order, OrderLine, Party, Settlement,
};
use crate::formats::commerceml::element::{
    Document, MAX_COMMENT, MAX_GOODS_ID, MAX_ID, MAX_NAME, MAX_TEXT, MAX_VALUE, is_blank,
    part_of_root,
};
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

const VAT_NAME: &str = "НДС";

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
    let explained = lines_with_tax(order, vat)
        + settlement.delivery.as_decimal()
        + settlement.other.as_decimal()
        - settlement.discount.as_decimal();
    order.lines.iter().all(fits) && explained == order.total.rounded().as_decimal()
}

/// A sum as it is written, and the tax in it or on top of it.
#[derive(Debug, Clone, Copy)]
struct Charge {
    sum: Money,
    tax: Option<Money>,
}

impl Charge {
    /// Of a price of the shop.
    fn of_price(sum: Money, vat: Option<Vat>) -> Self {
        let tax = vat.map(|vat| vat.of(sum));
        Self { sum, tax }
    }

    /// Of a part of the order's total, which holds all taxes.
    fn of_total(amount: Money, vat: Option<Vat>) -> Self {
        Self::holding(amount, vat.map(|vat| (vat, vat.within(amount))))
    }

    /// Rounded line by line, the taxes may come to less than the part that a
    /// discount takes off; no tax is below zero.
    fn of_discount(amount: Money, charged: Option<(Vat, Money)>) -> Self {
        let part = charged.map(|(vat, charged)| (vat, vat.within(amount).min(charged)));
        Self::holding(amount, part)
    }

    fn holding(amount: Money, tax: Option<(Vat, Money)>) -> Self {
        let sum = match tax {
            Some((vat, tax)) if vat.mode == VatMode::OnTop => less(amount, tax),
            Some(_) | None => amount,
        };
        let tax = tax.map(|(_, tax)| tax);
        Self { sum, tax }
    }

    fn with_tax(self, vat: Option<Vat>) -> Decimal {
        let is_on_top = vat.is_some_and(|vat| vat.mode == VatMode::OnTop);
        let on_top = self.tax.filter(|_| is_on_top).unwrap_or(Money::ZERO);
        self.sum.as_decimal() + on_top.as_decimal()
    }
}

fn less(amount: Money, part: Money) -> Money {
    Money::from_decimal(amount.as_decimal() - part.as_decimal()).unwrap_or(Money::ZERO)
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
    order.settlement_over(lines_with_tax(order, vat), delivery)
}

/// Writes the file. Each order is expected to have passed [`check`].
///
/// `formed_at` is the shop's local time, as are the orders' own times.
pub fn write_orders<W: Write>(
    target: W,
    orders: &[Order],
    formed_at: NaiveDateTime,
    profile: &Profile,
) -> io::Result<W> {
    let texts = orders
        .iter()
        .map(|order| order_text(order, profile))
        .collect::<io::Result<Vec<_>>>()?;
    write_order_texts(target, &texts, formed_at, profile)
}

/// One order as it will stand in a file, to be kept until 1C has taken it.
pub fn order_text(order: &Order, profile: &Profile) -> io::Result<String> {
    part_of_root(|d| match profile.layout {
        Layout::Plain => d.element("Документ", |d| write_order(d, order, profile)),
        Layout::Containers => d.element("Контейнер", |d| {
            d.element("Документ", |d| write_order(d, order, profile))
        }),
    })
}

/// Writes a file of orders that [`order_text`] has made.
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
        .map(|vat| (vat, charged_tax(order, settlement, vat)));
    let discount = Charge::of_discount(settlement.discount, tax);
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
            d.element("Скидка", |d| {
                d.text("Наименование", "Скидка", MAX_NAME)?;
                d.text("Сумма", &discount.sum.to_string(), MAX_ID)?;
                d.text("УчтеноВСумме", "false", MAX_ID)
            })
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
        write_service(d, OTHER, "Прочие начисления", settlement.other, profile)
    })?;
    d.element("ЗначенияРеквизитов", |d| {
        write_requisites(d, order, profile)
    })
}

/// The tax of all that is charged, before any discount.
fn charged_tax(order: &Order, settlement: Settlement, vat: Vat) -> Money {
    let lines = order
        .lines
        .iter()
        .map(|line| Charge::of_price(line.sum(), Some(vat)));
    let services =
        [settlement.delivery, settlement.other].map(|amount| Charge::of_total(amount, Some(vat)));
    let tax = |charge: Charge| charge.tax.unwrap_or(Money::ZERO).as_decimal();
    Money::from_decimal(lines.chain(services).map(tax).sum()).unwrap_or(Money::ZERO)
}

/// Of a line, and of the document; `УчтеноВСумме` of the latter tells 1C whether
/// prices hold the tax.
fn write_tax<W: Write>(d: &mut Document<W>, vat: Vat, tax: Money) -> io::Result<()> {
    let is_included = match vat.mode {
        VatMode::Included => "true",
        VatMode::OnTop => "false",
    };
    d.element("Налог", |d| {
        d.text("Наименование", VAT_NAME, MAX_NAME)?;
        d.text("УчтеноВСумме", is_included, MAX_ID)?;
        d.text("Сумма", &tax.to_string(), MAX_ID)?;
        d.text("Ставка", &vat.rate(), MAX_ID)
    })
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

/// Because `Наименование` is there, 1C takes the person's branch even for a
/// company, reads `ПолноеНаименование` without looking whether it exists, and
/// takes the address from `АдресРегистрации`. `ОфициальноеНаименование` makes
/// it a company, even when empty: never for a person.
fn write_party<W: Write>(d: &mut Document<W>, order: &Order) -> io::Result<()> {
    let party = &order.buyer;
    let name = party.display_name().unwrap_or_default();
    let id = party_id(party, &name);
    let seat = written_line(&party.address);
    let destination = written_line(&order.delivery_address);
    let address = seat.clone().or_else(|| destination.clone());
    let delivery = destination.or(seat);
    d.text("Ид", &id, MAX_ID)?;
    d.text("Наименование", &name, MAX_NAME)?;
    if party.is_company() {
        d.text("ОфициальноеНаименование", &name, MAX_NAME)?;
        write_address(
            d,
            "ЮридическийАдрес",
            address.as_deref(),
            &Address::default(),
        )?;
        write_tax_ids(d, party)?;
    }
    d.text("ПолноеНаименование", &name, MAX_NAME)?;
    d.text("Фамилия", &party.last_name, MAX_TEXT)?;
    d.text("Имя", &party.first_name, MAX_TEXT)?;
    if !party.is_company() {
        write_tax_ids(d, party)?;
    }
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
    if party.is_company() {
        write_representative(d, party)?;
    }
    d.text("Роль", "Покупатель", MAX_TEXT)
}

/// `None` where nothing of the address could be written.
fn written_line(address: &Address) -> Option<String> {
    address.one_line().filter(|line| !is_blank(line))
}

/// The shop's customer number, or for a guest something that stays the same
/// for the same buyer, so that 1C does not make a new one for every order.
fn party_id(party: &Party, name: &str) -> String {
    if let Some(id) = party.customer {
        format!("customer-{id}")
    } else if let Some(inn) = &party.inn {
        let kpp = party.kpp.as_ref().map_or("", Kpp::as_str);
        let numbers = format!("{} {kpp}", inn.as_str());
        ItemKey::derived_from(&numbers).as_str().to_owned()
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

fn write_tax_ids<W: Write>(d: &mut Document<W>, party: &Party) -> io::Result<()> {
    d.optional("ИНН", party.inn.as_ref().map(Inn::as_str), MAX_ID)?;
    d.optional("КПП", party.kpp.as_ref().map(Kpp::as_str), MAX_ID)
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

fn write_line<W: Write>(
    d: &mut Document<W>,
    line: &OrderLine,
    profile: &Profile,
) -> io::Result<()> {
    let id = goods_id(line);
    d.text("Ид", id.as_str(), MAX_GOODS_ID)?;
    d.optional(
        "Артикул",
        line.sku.as_ref().map(crate::domain::Sku::as_str),
        MAX_TEXT,
    )?;
    d.text("Наименование", &name_with_options(line), MAX_NAME)?;
    write_base_unit(d, profile)?;
    write_rate(d, profile.vat)?;
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
    let charge = Charge::of_price(line.sum(), profile.vat);
    write_amounts(d, line.price, &line.quantity.to_string(), charge, profile)
}

fn write_amounts<W: Write>(
    d: &mut Document<W>,
    price: Money,
    quantity: &str,
    charge: Charge,
    profile: &Profile,
) -> io::Result<()> {
    let (price, sum) = (price.to_string(), charge.sum.to_string());
    match profile.layout {
        Layout::Plain => {
            d.text("ЦенаЗаЕдиницу", &price, MAX_ID)?;
            d.text("Количество", quantity, MAX_ID)?;
        }
        Layout::Containers => {
            write_unit_parts(d, profile)?;
            d.text("Количество", quantity, MAX_ID)?;
            d.text("Цена", &price, MAX_ID)?;
        }
    }
    d.text("Сумма", &sum, MAX_ID)?;
    let (Some(vat), Some(tax)) = (profile.vat, charge.tax) else {
        return Ok(());
    };
    d.element("Налоги", |d| write_tax(d, vat, tax))
}

/// On every line or on none: УТ forgets no rate between lines.
fn write_rate<W: Write>(d: &mut Document<W>, vat: Option<Vat>) -> io::Result<()> {
    let Some(vat) = vat else { return Ok(()) };
    d.element("СтавкиНалогов", |d| {
        d.pair(
            "СтавкаНалога",
            ("Наименование", VAT_NAME, MAX_TEXT),
            ("Ставка", &vat.rate(), MAX_ID),
        )
    })
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

fn write_base_unit<W: Write>(d: &mut Document<W>, profile: &Profile) -> io::Result<()> {
    if profile.layout == Layout::Containers {
        return Ok(());
    }
    d.text_with(
        "БазоваяЕдиница",
        &[
            ("Код", profile.unit_code.pieces()),
            ("НаименованиеПолное", "Штука"),
            ("МеждународноеСокращение", "PCE"),
        ],
        "шт",
        MAX_TEXT,
    )
}

fn write_unit_parts<W: Write>(d: &mut Document<W>, profile: &Profile) -> io::Result<()> {
    d.element("Единица", |d| {
        d.exact("Ид", profile.unit_code.pieces())?;
        d.text("НаименованиеКраткое", "шт", MAX_TEXT)?;
        d.text("Код", "796", MAX_TEXT)?;
        d.text("НаименованиеПолное", "Штука", MAX_TEXT)
    })?;
    d.text("Коэффициент", "1", MAX_ID)
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
    profile: &Profile,
) -> io::Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let charge = Charge::of_total(amount, profile.vat);
    d.element("Товар", |d| {
        d.text("Ид", id, MAX_GOODS_ID)?;
        d.text("Наименование", &without_hash(name), MAX_NAME)?;
        write_base_unit(d, profile)?;
        write_rate(d, profile.vat)?;
        write_kind(d, "Услуга")?;
        write_amounts(d, charge.sum, "1", charge, profile)
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
