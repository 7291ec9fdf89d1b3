//! Written files against 1C's own schema, but for the places where 1C's loaders want more or else.

use std::env;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use obmen::domain::{Category, CategoryId, ItemKey, Money, Quantity, ShopProduct, Sku};
use obmen::formats::commerceml::{
    ListedProduct, Profile, Version, write_catalogue, write_categories, write_offers,
};
use roxmltree::{Document, Node};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::facts;
use crate::order_rules::{child, decoded};
use crate::orders_for_1c::{company, orders, written_in};
use crate::profiles::cases;

const SCHEMA: &str = "imega-teleport__xml2db__cml208.xsd";

/// Why an element may stand where the schema has none.
fn reason_to_leave_out(node: Node<'_, '_>) -> Option<&'static str> {
    let parent = node.parent_element()?;
    let is_company = child(parent, "ОфициальноеНаименование").is_some();
    match (node.tag_name().name(), parent.tag_name().name()) {
        // The schema wants either a company or a person.
        ("ПолноеНаименование", "Контрагент") if is_company => {
            Some("УТ reads it without looking whether it exists")
        }
        ("АдресРегистрации", "Контрагент") if is_company => {
            Some("УТ takes the person's branch for addresses, and reads no ЮридическийАдрес")
        }
        ("Фамилия" | "Имя", "Контрагент") if is_company => {
            Some("who ordered for the company; the schema has names for persons alone")
        }
        ("Представители", "Контрагент") => {
            Some("with a Контрагент inside, as every 1C and shop writes it; the schema has none")
        }
        _ => None,
    }
}

/// The file as the schema would have it: in its namespace, and without the documented extras.
fn for_the_schema(xml: &[u8]) -> String {
    let document = Document::parse(std::str::from_utf8(xml).unwrap()).unwrap();
    let mut written = String::new();
    write_node(document.root_element(), &mut written);
    written
}

fn write_node(node: Node<'_, '_>, written: &mut String) {
    let name = node.tag_name().name();
    write!(written, "<{name}").unwrap();
    if node.parent_element().is_none() {
        written.push_str(" xmlns=\"urn:1C.ru:commerceml_2\"");
    }
    for attribute in node.attributes() {
        write!(written, " {}=\"{}\"", attribute.name(), attribute.value()).unwrap();
    }
    written.push('>');
    for part in node.children() {
        if part.is_element() && reason_to_leave_out(part).is_none() {
            write_node(part, written);
        } else if part.is_text() {
            let text = part.text().unwrap_or_default();
            written.push_str(&escaped(&in_the_schemas_digits(name, text)));
        }
    }
    writeln!(written, "</{name}>").unwrap();
}

/// The schema has kopecks; a price may have four decimals, or it would not
/// multiply to the line's sum. 1C's modules read any decimal.
fn in_the_schemas_digits(name: &str, text: &str) -> String {
    match (name, Decimal::from_str_exact(text)) {
        ("ЦенаЗаЕдиницу", Ok(price)) => price
            .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
            .to_string(),
        _ => text.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What `xmllint` says against the file; nothing, and it keeps the schema.
fn complaints(schema: &Path, xml: &str) -> Vec<String> {
    let mut xmllint = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = xmllint.stdin.take().unwrap();
    stdin.write_all(xml.as_bytes()).unwrap();
    drop(stdin);
    let output = xmllint.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let complaints: Vec<String> = said
        .lines()
        .filter(|line| *line != "- validates")
        .map(str::to_owned)
        .collect();
    assert_eq!(output.status.success(), complaints.is_empty(), "{said}");
    complaints
}

/// The schema's path, where there is one and a program to check by it.
fn schema() -> Option<std::path::PathBuf> {
    let schema = facts::folder("OBMEN_CORPUS")?.join(SCHEMA);
    let is_installed = Command::new("xmllint")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_installed {
        assert!(
            env::var_os("OBMEN_REQUIRE_FACTS").is_none(),
            "xmllint is not installed"
        );
        eprintln!("left out: install xmllint (libxml2-utils) to check files by 1C's schema");
        return None;
    }
    Some(schema)
}

fn formed_at() -> chrono::NaiveDateTime {
    "2026-03-01T08:00:00".parse().unwrap()
}

fn listed(sku: &str, name: &str, manufacturer: Option<&str>) -> ListedProduct {
    let sku = Sku::parse(sku).unwrap();
    ListedProduct {
        item: ItemKey::derived_from(&sku.match_key()),
        product: ShopProduct {
            sku,
            name: name.to_owned(),
            price: Money::parse("12.3456").ok(),
            image: manufacturer.map(|_| "catalog/demo/cable.jpg".to_owned()),
            manufacturer: manufacturer.map(str::to_owned),
            weight: Quantity::parse("1.5").ok(),
            category: manufacturer.map(|_| CategoryId(902)),
        },
    }
}

fn categories() -> Vec<Category> {
    [
        (900, vec!["Электроника & техника"]),
        (902, vec!["Электроника & техника", "Телефоны", "Чехлы 6\""]),
        (24, vec!["Phones & PDAs"]),
    ]
    .into_iter()
    .map(|(id, path)| Category {
        id: CategoryId(id),
        path: path.into_iter().map(str::to_owned).collect(),
    })
    .collect()
}

#[test]
fn orders_keep_the_schema_but_for_what_1c_wants_otherwise() {
    let Some(schema) = schema() else {
        return;
    };
    let mut wrong = Vec::new();
    for (kind, order) in orders() {
        let xml = written_in(&Profile::default(), &[order]);
        let complaints = complaints(&schema, &for_the_schema(&xml));
        wrong.extend(complaints.iter().map(|said| format!("{kind}: {said}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// There is none for 2.03 and 3.1. The bare profiles differ in nothing that this
/// schema sees, so every kind of order is tried with the options.
#[test]
fn every_profile_of_the_schema_s_version_keeps_it() {
    let Some(schema) = schema() else {
        return;
    };
    let mut wrong = Vec::new();
    let mut n_cases = 0;
    for case in cases() {
        if case.profile.version != Version::V208 {
            continue;
        }
        n_cases += 1;
        let all: Vec<_> = orders().into_iter().map(|(_, order)| order).collect();
        let xml = written_in(&case.profile, &all);
        let text = decoded(&xml, &case.rules).unwrap();
        let complaints = complaints(&schema, &for_the_schema(text.as_bytes()));
        wrong.extend(
            complaints
                .iter()
                .map(|said| format!("{}: {said}", case.name)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_ne!(n_cases, 0, "no profile is of the schema's version");
}

#[test]
fn lists_keep_the_schema() {
    let Some(schema) = schema() else {
        return;
    };
    let products = [
        listed("KB-001", "Кабель USB 3\" & переходник", Some("Apple")),
        listed("A&B", "Tom & Jerry", None),
    ];
    let files = [
        write_catalogue(Vec::new(), &categories(), &products, formed_at()).unwrap(),
        write_catalogue(Vec::new(), &[], &products, formed_at()).unwrap(),
        write_categories(Vec::new(), &categories(), formed_at()).unwrap(),
        write_offers(Vec::new(), &products, "UAH", formed_at()).unwrap(),
    ];
    for xml in files {
        let xml = for_the_schema(&xml);
        assert_eq!(complaints(&schema, &xml), [""; 0], "{xml}");
    }
}

/// A list of exceptions grows stale: without each of them the company's order is complained of.
#[test]
fn the_schema_still_has_no_place_for_the_documented_extras() {
    let Some(schema) = schema() else {
        return;
    };
    let xml = written_in(&Profile::default(), &[company()]);
    let xml = String::from_utf8(xml).unwrap().replace(
        " ВерсияСхемы",
        " xmlns=\"urn:1C.ru:commerceml_2\" ВерсияСхемы",
    );
    for extra in [
        "ПолноеНаименование",
        "Фамилия",
        "Имя",
        "АдресРегистрации",
        "Представители",
    ] {
        // All the others are taken out, so that a complaint can only be of this one.
        let document = Document::parse(&xml).unwrap();
        let cut: Vec<_> = document
            .descendants()
            .filter(|node| node.tag_name().name() != extra && reason_to_leave_out(*node).is_some())
            .map(|node| node.range())
            .collect();
        let mut kept = xml.clone();
        for range in cut.into_iter().rev() {
            kept.replace_range(range, "");
        }
        assert_ne!(complaints(&schema, &kept), [""; 0], "{extra}");
    }
}

#[test]
fn the_schema_notices_an_element_in_the_wrong_place() {
    let Some(schema) = schema() else {
        return;
    };
    let [(_, order), ..] = &orders()[..] else {
        panic!("no orders");
    };
    let xml = written_in(&Profile::default(), std::slice::from_ref(order));
    let xml = for_the_schema(&xml);
    let course = "<Курс>1</Курс>\n";
    let moved = xml
        .replacen(course, "", 1)
        .replacen("<Валюта>", &format!("{course}<Валюта>"), 1);
    assert_ne!(moved, xml);
    assert_ne!(complaints(&schema, &moved), [""; 0]);
}
