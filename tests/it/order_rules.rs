//! What 1C's loading modules need of an order file, checked without any code of obmen.
//!
//! The rules were read in УТ 11, ERP, Розница and УНФ. There a broken one stops
//! the load of all orders behind it, or quietly makes a wrong document.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use roxmltree::{Document, Node};
use rust_decimal::Decimal;

const DOCUMENT: [&str; 16] = [
    "Ид",
    "Номер",
    "Дата",
    "ХозОперация",
    "Роль",
    "Валюта",
    "Курс",
    "Сумма",
    "Контрагенты",
    "Время",
    "Комментарий",
    "Налоги",
    "Скидки",
    "Склады",
    "Товары",
    "ЗначенияРеквизитов",
];

/// Those of a company and of a person side by side, as УТ wants them.
const PARTY: [&str; 15] = [
    "Ид",
    "Наименование",
    "ОфициальноеНаименование",
    "ЮридическийАдрес",
    // Of a company; of a person it stands behind the name.
    "ИНН",
    "КПП",
    "ПолноеНаименование",
    "Фамилия",
    "Имя",
    "ИНН",
    "АдресРегистрации",
    "Адрес",
    "Контакты",
    "Представители",
    "Роль",
];

/// The dialect of Bitrix's module; it has units with parts, and `Цена`.
const LINE_IN_CONTAINER: [&str; 12] = [
    "Ид",
    "Артикул",
    "Наименование",
    "СтавкиНалогов",
    "ХарактеристикиТовара",
    "ЗначенияРеквизитов",
    "Единица",
    "Коэффициент",
    "Количество",
    "Цена",
    "Сумма",
    "Налоги",
];

/// `Единица` and `Коэффициент` leak from line to line in 1C, `Скидки` of a line
/// are read wrongly: neither is here.
const LINE: [&str; 11] = [
    "Ид",
    "Артикул",
    "Наименование",
    "БазоваяЕдиница",
    "СтавкиНалогов",
    "ХарактеристикиТовара",
    "ЗначенияРеквизитов",
    "ЦенаЗаЕдиницу",
    "Количество",
    "Сумма",
    "Налоги",
];

const ADDRESS_FIELDS: [&str; 10] = [
    "Почтовый индекс",
    "Страна",
    "Регион",
    "Район",
    "Населенный пункт",
    "Город",
    "Улица",
    "Дом",
    "Корпус",
    "Квартира",
];

const CONTACTS: [&str; 11] = [
    "Телефон внутренний",
    "Телефон рабочий",
    "Телефон мобильный",
    "Телефон домашний",
    "Пейджер",
    "Факс",
    "Почта",
    "ICQ",
    "ВебСайт",
    "Координаты на карте",
    "Прочее",
];

/// What one kind of 1C wants otherwise than the next.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) versions: &'static [&'static str],
    /// Whether `Документ` stands in a `Контейнер`, and lines are those of 3.1.
    pub(crate) has_containers: bool,
    /// Whether the file may be in windows-1251.
    pub(crate) may_be_1251: bool,
    /// Whether `Склады` of a document is read. Elsewhere it is a stranger.
    pub(crate) reads_warehouses: bool,
}

/// УТ 11, КА, ERP, Розница.
pub(crate) const UT11: Rules = Rules {
    versions: &["2.04", "2.05", "2.07", "2.08"],
    has_containers: false,
    may_be_1251: false,
    reads_warehouses: true,
};

/// УНФ reads a file in the encoding that it declares.
pub(crate) const UNF: Rules = Rules {
    may_be_1251: true,
    reads_warehouses: false,
    ..UT11
};

pub(crate) const UT103: Rules = Rules {
    versions: &["2.03", "2.04", "2.05"],
    has_containers: false,
    may_be_1251: true,
    reads_warehouses: false,
};

pub(crate) const BITRIX31: Rules = Rules {
    versions: &["3.1"],
    has_containers: true,
    may_be_1251: false,
    reads_warehouses: false,
};

/// Every rule of УТ 11 that the file breaks, in words; none, and 1C can load it.
pub(crate) fn faults_of(xml: &[u8]) -> Vec<String> {
    faults_by(&UT11, xml)
}

/// The file as text, in the encoding that it declares.
pub(crate) fn decoded(xml: &[u8], rules: &Rules) -> Option<String> {
    let is_1251 = xml.starts_with(b"<?xml version=\"1.0\" encoding=\"windows-1251\"?>");
    if is_1251 && rules.may_be_1251 {
        let (text, _, is_broken) = encoding_rs::WINDOWS_1251.decode(xml);
        return (!is_broken).then(|| text.into_owned());
    }
    let text = std::str::from_utf8(xml).ok()?;
    (!is_1251).then(|| text.to_owned())
}

pub(crate) fn faults_by(rules: &Rules, xml: &[u8]) -> Vec<String> {
    let mut faults = Faults::default();
    if !xml.starts_with(b"<?xml") {
        faults.note("the file does not begin with `<?xml`");
    }
    let Some(text) = decoded(xml, rules) else {
        faults.note("the file is not UTF-8");
        return faults.0;
    };
    let document = match Document::parse(&text) {
        Ok(document) => document,
        Err(err) => {
            faults.note(&format!("no XML: {err}"));
            return faults.0;
        }
    };
    for node in document.descendants().filter(Node::is_element) {
        check_element(node, &mut faults);
    }
    check_root(document.root_element(), rules, &mut faults);
    faults.0
}

#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn note(&mut self, fault: &str) {
        self.0.push(fault.to_owned());
    }

    fn demand(&mut self, holds: bool, fault: &str) {
        if !holds {
            self.note(fault);
        }
    }
}

fn check_element(node: Node<'_, '_>, faults: &mut Faults) {
    let name = name(node);
    // With a namespace 1C checks every element against its own schema.
    faults.demand(
        node.tag_name().namespace().is_none() && node.namespaces().next().is_none(),
        &format!("`{name}` has a namespace"),
    );
    // To 1C's reader an empty element is an object, not an empty text.
    let is_empty = !node.children().any(|child| child.is_element()) && text(node).is_empty();
    faults.demand(!is_empty, &format!("`{name}` is empty"));
    let max_chars = match name {
        "Ид" if parent_name(node) == "Товар" => 80,
        "Ид" => 40,
        "Номер" => 11,
        "Комментарий" => 3_000,
        "Значение" if matches!(parent_name(node), "Контакт" | "АдресноеПоле") => {
            255
        }
        "Значение" => 1_000,
        "Наименование" | "ПолноеНаименование" | "ОфициальноеНаименование" => {
            250
        }
        _ => 255,
    };
    if !node.children().any(|child| child.is_element()) {
        faults.demand(
            text(node).chars().count() <= max_chars,
            &format!("`{name}` is longer than {max_chars} characters"),
        );
    }
    if matches!(name, "ЗначениеРеквизита" | "ХарактеристикаТовара")
    {
        in_order(node, &["Наименование", "Значение"], faults);
        faults.demand(
            child(node, "Наименование").is_some() && child(node, "Значение").is_some(),
            &format!("`{name}` lacks its name or its value"),
        );
    }
    if matches!(name, "Адрес" | "АдресРегистрации" | "ЮридическийАдрес")
    {
        check_address(node, faults);
    }
}

fn check_root(root: Node<'_, '_>, rules: &Rules, faults: &mut Faults) {
    faults.demand(
        name(root) == "КоммерческаяИнформация",
        "the root has another name",
    );
    let version = root.attribute("ВерсияСхемы").unwrap_or_default();
    faults.demand(
        rules.versions.contains(&version),
        "ВерсияСхемы is not one that 1C writes itself",
    );
    let formed_at = root.attribute("ДатаФормирования").unwrap_or_default();
    faults.demand(
        formed_at.len() == 19
            && NaiveDateTime::parse_from_str(formed_at, "%Y-%m-%dT%H:%M:%S").is_ok(),
        "ДатаФормирования is no date and time",
    );
    for outermost in elements(root) {
        let document = if rules.has_containers {
            in_order(outermost, &["Документ"], faults);
            child(outermost, "Документ").filter(|_| name(outermost) == "Контейнер")
        } else {
            Some(outermost).filter(|one| name(*one) == "Документ")
        };
        match document {
            Some(document) => check_document(document, rules, faults),
            None => faults.note("beside documents stands something else"),
        }
    }
}

fn check_document(document: Node<'_, '_>, rules: &Rules, faults: &mut Faults) {
    in_order(document, &DOCUMENT, faults);
    for needed in DOCUMENT {
        let may_lack = matches!(needed, "Комментарий" | "Налоги" | "Скидки" | "Склады");
        faults.demand(
            may_lack || child(document, needed).is_some(),
            &format!("`Документ` lacks `{needed}`"),
        );
    }
    faults.demand(
        value(document, "ХозОперация") == "Заказ товара",
        "ХозОперация is another",
    );
    faults.demand(
        value(document, "Роль") == "Продавец",
        "Роль of the document is another",
    );
    let currency = value(document, "Валюта");
    faults.demand(
        currency.chars().count() == 3 && currency.chars().all(char::is_alphabetic),
        "Валюта is not three letters",
    );
    let date = value(document, "Дата");
    faults.demand(
        date.len() == 10 && NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok(),
        "Дата is not YYYY-MM-DD",
    );
    let time = value(document, "Время");
    faults.demand(
        time.len() == 8 && NaiveTime::parse_from_str(time, "%H:%M:%S").is_ok(),
        "Время is not HH:MM:SS",
    );
    let parties = all(document, "Контрагенты", "Контрагент");
    faults.demand(parties.len() == 1, "there is not one Контрагент");
    for party in parties {
        check_party(party, faults);
    }
    check_lines(document, rules, faults);
    check_requisites(document, faults);
    check_warehouse(document, rules, faults);
}

/// УТ reads all of it unchecked, and exactly one field and one contact.
fn check_warehouse(document: Node<'_, '_>, rules: &Rules, faults: &mut Faults) {
    let warehouses = all(document, "Склады", "Склад");
    faults.demand(
        rules.reads_warehouses || warehouses.is_empty(),
        "a warehouse stands where nobody looks for it",
    );
    for warehouse in warehouses {
        in_order(
            warehouse,
            &["Ид", "Наименование", "Адрес", "Контакты"],
            faults,
        );
        let fields = all(warehouse, "Адрес", "АдресноеПоле");
        let contacts = all(warehouse, "Контакты", "Контакт");
        let is_complete = |part: &Node<'_, '_>| {
            child(*part, "Тип").is_some() && child(*part, "Значение").is_some()
        };
        faults.demand(
            child(warehouse, "Ид").is_some()
                && child(warehouse, "Наименование").is_some()
                && fields.len() == 1
                && contacts.len() == 1
                && fields.iter().chain(&contacts).all(is_complete),
            "a Склад is not complete",
        );
    }
}

fn check_party(party: Node<'_, '_>, faults: &mut Faults) {
    in_order(party, &PARTY, faults);
    for needed in ["Ид", "Наименование", "ПолноеНаименование", "Роль"]
    {
        faults.demand(
            child(party, needed).is_some(),
            &format!("`Контрагент` lacks `{needed}`"),
        );
    }
    faults.demand(
        value(party, "Роль") == "Покупатель",
        "Роль of the buyer is another",
    );
    // The one makes a company of it, the other is looked for because of Наименование.
    let is_company = child(party, "ОфициальноеНаименование").is_some();
    let has_seat = child(party, "ЮридическийАдрес").is_some();
    let has_registration = child(party, "АдресРегистрации").is_some();
    let has_delivery = child(party, "Адрес").is_some();
    faults.demand(is_company || !has_seat, "a person has a ЮридическийАдрес");
    faults.demand(
        has_registration || !(has_seat || has_delivery),
        "АдресРегистрации is missing",
    );
    let is_number = |wanted: &str, lengths: &[usize]| {
        let number = value(party, wanted);
        let is_number = number.bytes().all(|b| b.is_ascii_digit());
        child(party, wanted).is_none() || (is_number && lengths.contains(&number.len()))
    };
    faults.demand(is_number("ИНН", &[10, 12]), "ИНН has not 10 or 12 digits");
    faults.demand(
        is_number("КПП", &[9])
            && (child(party, "КПП").is_none() || value(party, "ИНН").len() == 10),
        "КПП has not 9 digits, or no ИНН of a company beside it",
    );
    for contact in all(party, "Контакты", "Контакт") {
        in_order(contact, &["Тип", "Значение"], faults);
        faults.demand(
            CONTACTS.contains(&value(contact, "Тип")) && child(contact, "Значение").is_some(),
            "a Контакт is of no known type, or says nothing",
        );
    }
    for representative in all(party, "Представители", "Представитель") {
        let person = child(representative, "Контрагент");
        faults.demand(
            person.is_some_and(|person| !value(person, "Наименование").is_empty()),
            "a Представитель has no name",
        );
    }
}

/// With two fields or more 1C makes the text from them; with a single one it
/// would be taken from there alone by some modules.
fn check_address(address: Node<'_, '_>, faults: &mut Faults) {
    let fields: Vec<_> = elements(address)
        .filter(|part| name(*part) == "АдресноеПоле")
        .collect();
    faults.demand(
        child(address, "Представление").is_some(),
        "an address lacks Представление",
    );
    // A warehouse's has to be single; see there.
    faults.demand(
        fields.len() != 1 || parent_name(address) == "Склад",
        "an address has a single АдресноеПоле",
    );
    for field in fields {
        in_order(field, &["Тип", "Значение"], faults);
        faults.demand(
            ADDRESS_FIELDS.contains(&value(field, "Тип")) && child(field, "Значение").is_some(),
            "an АдресноеПоле is of no known type, or says nothing",
        );
    }
}

fn check_lines(document: Node<'_, '_>, rules: &Rules, faults: &mut Faults) {
    let lines = all(document, "Товары", "Товар");
    let mut sum = tax_on_top(document, &lines, faults);
    for line in &lines {
        if rules.has_containers {
            in_order(*line, &LINE_IN_CONTAINER, faults);
            check_unit_parts(*line, faults);
            check_line(*line, "Цена", faults);
        } else {
            in_order(*line, &LINE, faults);
            check_base_unit(*line, faults);
            check_line(*line, "ЦенаЗаЕдиницу", faults);
        }
        sum += number(*line, "Сумма", faults);
    }
    // The rate is not reset between lines: one without takes that of the line before.
    let n_taxed = lines
        .iter()
        .filter(|line| child(**line, "СтавкиНалогов").is_some())
        .count();
    faults.demand(
        n_taxed == 0 || n_taxed == lines.len(),
        "some lines have VAT and some have not",
    );
    for discount in all(document, "Скидки", "Скидка") {
        in_order(discount, &["Наименование", "Сумма", "УчтеноВСумме"], faults);
        faults.demand(
            value(discount, "УчтеноВСумме") == "false",
            "a Скидка counts as taken off",
        );
        sum -= number(discount, "Сумма", faults);
    }
    let total = number(document, "Сумма", faults);
    faults.demand(
        sum == total,
        "the lines less the discounts are not the document's Сумма",
    );
}

/// The document's tax where it is not in the prices; its own taxes must agree
/// with those of the lines.
fn tax_on_top(document: Node<'_, '_>, lines: &[Node<'_, '_>], faults: &mut Faults) -> Decimal {
    let of = |node: Node<'_, '_>, faults: &mut Faults| {
        let taxes = all(node, "Налоги", "Налог");
        let [tax] = taxes[..] else {
            faults.demand(taxes.is_empty(), "there is more than one Налог");
            return None;
        };
        in_order(
            tax,
            &["Наименование", "УчтеноВСумме", "Сумма", "Ставка"],
            faults,
        );
        faults.demand(value(tax, "Наименование") == "НДС", "a Налог is no НДС");
        number(tax, "Ставка", faults);
        Some((
            value(tax, "УчтеноВСумме") == "true",
            number(tax, "Сумма", faults),
        ))
    };
    let total = of(document, faults);
    let mut sum = Decimal::ZERO;
    for line in lines {
        let tax = of(*line, faults);
        faults.demand(
            tax.map(|(is_included, _)| is_included) == total.map(|(is_included, _)| is_included),
            "a line and the document disagree on taxes",
        );
        sum += tax.map_or(Decimal::ZERO, |(_, tax)| tax);
    }
    let Some((is_included, tax)) = total else {
        return Decimal::ZERO;
    };
    faults.demand(
        tax == sum || (tax < sum && child(document, "Скидки").is_some()),
        "the document's tax is not that of its lines",
    );
    if is_included { Decimal::ZERO } else { tax }
}

fn check_unit_parts(line: Node<'_, '_>, faults: &mut Faults) {
    let unit = child(line, "Единица");
    let code = unit.map_or("", |unit| value(unit, "Код"));
    faults.demand(
        unit.is_some_and(|unit| !value(unit, "Ид").is_empty()) && code == "796",
        "Единица has no code",
    );
    faults.demand(value(line, "Коэффициент") == "1", "Коэффициент is not 1");
}

fn check_base_unit(line: Node<'_, '_>, faults: &mut Faults) {
    let unit = child(line, "БазоваяЕдиница").and_then(|unit| unit.attribute("Код"));
    // Padded to the width of 1C's column, or not.
    faults.demand(
        matches!(unit, Some("796" | "796 ")),
        "БазоваяЕдиница has no code",
    );
}

fn check_line(line: Node<'_, '_>, price: &str, faults: &mut Faults) {
    for needed in ["Ид", "Наименование", price, "Количество", "Сумма"]
    {
        faults.demand(
            child(line, needed).is_some(),
            &format!("`Товар` lacks `{needed}`"),
        );
    }
    // What stands behind it would become a variant of the goods.
    faults.demand(
        !value(line, "Наименование").contains('#'),
        "a name has a `#`",
    );
    let kind = requisite(line, "ТипНоменклатуры");
    faults.demand(
        matches!(kind, Some("Товар" | "Услуга")),
        "ТипНоменклатуры is neither goods nor a service",
    );
    let is_service = value(line, "Ид").starts_with("ORDER_");
    faults.demand(
        !is_service || kind == Some("Услуга"),
        "delivery is not a service",
    );
    let price = number(line, price, faults);
    let quantity = number(line, "Количество", faults);
    let sum = number(line, "Сумма", faults);
    faults.demand(quantity > Decimal::ZERO, "Количество is not above zero");
    faults.demand(
        (price * quantity - sum).abs() < Decimal::new(1, 2),
        "price by quantity is not the line's Сумма",
    );
}

fn check_requisites(document: Node<'_, '_>, faults: &mut Faults) {
    let requisites = all(document, "ЗначенияРеквизитов", "ЗначениеРеквизита");
    let mut names: Vec<&str> = requisites
        .iter()
        .map(|one| value(*one, "Наименование"))
        .collect();
    names.sort_unstable();
    faults.demand(
        names.windows(2).all(|pair| pair[0] != pair[1]),
        "a requisite of the document stands there twice",
    );
    faults.demand(
        requisite(document, "Отменен").is_none_or(|value| value == "false"),
        "Отменен cancels all lines",
    );
}

/// Known children only, each in its place; no two where one is meant.
fn in_order(node: Node<'_, '_>, order: &[&str], faults: &mut Faults) {
    let mut rest = order;
    for child in elements(node) {
        // Fields of an address and the like repeat, but not in the lists given here.
        match rest.iter().position(|known| *known == name(child)) {
            Some(at) => rest = &rest[at + 1..],
            None => faults.note(&format!(
                "`{}` stands in the wrong place in `{}`, twice, or not to be there",
                name(child),
                name(node)
            )),
        }
    }
}

fn name<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

fn parent_name<'a>(node: Node<'a, '_>) -> &'a str {
    node.parent_element().map_or("", name)
}

fn text<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or_default().trim()
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The child of that name, if it says anything.
pub(crate) fn child<'a, 'i>(node: Node<'a, 'i>, wanted: &str) -> Option<Node<'a, 'i>> {
    elements(node).find(|child| name(*child) == wanted)
}

pub(crate) fn value<'a>(node: Node<'a, '_>, wanted: &str) -> &'a str {
    child(node, wanted).map_or("", text)
}

/// The elements of a list and its name.
pub(crate) fn all<'a, 'i>(node: Node<'a, 'i>, list: &str, one: &str) -> Vec<Node<'a, 'i>> {
    child(node, list)
        .into_iter()
        .flat_map(elements)
        .filter(|child| name(*child) == one)
        .collect()
}

pub(crate) fn requisite<'a>(node: Node<'a, '_>, wanted: &str) -> Option<&'a str> {
    all(node, "ЗначенияРеквизитов", "ЗначениеРеквизита")
        .into_iter()
        .find(|one| value(*one, "Наименование") == wanted)
        .map(|one| value(one, "Значение"))
}

fn number(node: Node<'_, '_>, wanted: &str, faults: &mut Faults) -> Decimal {
    let written = value(node, wanted);
    let is_plain = written
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    match Decimal::from_str_exact(written) {
        Ok(number) if is_plain => number,
        _ => {
            faults.note(&format!("{wanted} is no number: `{written}`"));
            Decimal::ZERO
        }
    }
}
