//! Lines of an order: goods, and what else is charged as a service.

use std::io::{self, Write};

use crate::domain::{ItemKey, Money, OrderLine};
use crate::formats::commerceml::charge::{Charge, VAT_NAME, write_tax};
use crate::formats::commerceml::element::{
    Document, MAX_GOODS_ID, MAX_ID, MAX_NAME, MAX_TEXT, MAX_VALUE, is_blank,
};
use crate::formats::commerceml::profile::{Layout, Profile, Vat};

pub(super) fn write_line<W: Write>(
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
pub(super) fn write_service<W: Write>(
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
