//! The buyer of an order, as 1C recognises persons and companies.

use std::io::{self, Write};

use crate::domain::{Address, Inn, ItemKey, Kpp, Order, Party};
use crate::formats::commerceml::element::{Document, MAX_ID, MAX_NAME, MAX_TEXT, is_blank};

/// Because `Наименование` is there, 1C takes the person's branch even for a
/// company, reads `ПолноеНаименование` without looking whether it exists, and
/// takes the address from `АдресРегистрации`. `ОфициальноеНаименование` makes
/// it a company, even when empty: never for a person.
pub(super) fn write_party<W: Write>(d: &mut Document<W>, order: &Order) -> io::Result<()> {
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

pub(super) fn write_contact<W: Write>(
    d: &mut Document<W>,
    kind: &str,
    value: Option<&str>,
) -> io::Result<()> {
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
