//! Orders as each kind of 1C wants them: a file to look at, the rules, and back again.

use std::path::Path;

use expect_test::expect_file;
use obmen::domain::Order;
use obmen::formats::Encoding;
use obmen::formats::commerceml::{
    Layout, Profile, UnitCode, Vat, VatMode, Warehouse, WarehousePlace, check,
};
use proptest::prelude::*;
use roxmltree::Document;

use crate::order_rules::{BITRIX31, Rules, UNF, UT11, UT103, child, decoded, faults_by};
use crate::orders_for_1c::{any_order, differences, orders, person, registered, written_in};

/// A profile with options, and the rules of the 1C that it is for.
pub(crate) struct Case {
    /// Its folder in `tests/cases/outbound`.
    pub(crate) name: &'static str,
    pub(crate) profile: Profile,
    pub(crate) rules: Rules,
}

fn plain(name: &'static str, rules: Rules) -> Case {
    Case {
        name,
        profile: Profile::by_name(name).unwrap(),
        rules,
    }
}

fn with(
    name: &'static str,
    profile: &str,
    rules: Rules,
    change: impl FnOnce(&mut Profile),
) -> Case {
    let mut profile = Profile::by_name(profile).unwrap();
    change(&mut profile);
    Case {
        name,
        profile,
        rules,
    }
}

/// Every profile bare, and with all its options.
pub(crate) fn cases() -> Vec<Case> {
    let places = |profile: &mut Profile| {
        profile.organisation = Some("ООО \"Ромашка\"".to_owned());
        profile.warehouse = Some(Warehouse {
            name: "Основной склад".to_owned(),
            id: None,
        });
    };
    vec![
        plain("ut11", UT11),
        plain("unf", UNF),
        plain("ut103", UT103),
        plain("bitrix31", BITRIX31),
        with("ut11-all-options", "ut11", UT11, |profile| {
            places(profile);
            profile.vat = Vat::parse("20", VatMode::Included);
        }),
        with("unf-all-options", "unf", UNF, |profile| {
            places(profile);
            profile.vat = Vat::parse("22", VatMode::OnTop);
            profile.encoding = Encoding::Windows1251;
        }),
        with("ut103-windows-1251", "ut103", UT103, |profile| {
            profile.encoding = Encoding::Windows1251;
            profile.unit_code = UnitCode::Padded;
        }),
        with("bitrix31-all-options", "bitrix31", BITRIX31, |profile| {
            places(profile);
            profile.vat = Vat::parse("5", VatMode::OnTop);
            profile.unit_code = UnitCode::Padded;
        }),
        with("custom", "custom", UNF, |profile| {
            places(profile);
            profile.warehouse_place = WarehousePlace::Requisites;
            profile.layout = Layout::Plain;
        }),
    ]
}

/// A person and a company, the emoji in neither code page.
fn samples() -> [Order; 2] {
    let mut person = person();
    person.comment = Some("Спасибо 😀".to_owned());
    [person, registered()]
}

#[test]
fn each_profile_writes_what_its_1c_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/outbound");
    for case in cases() {
        let xml = written_in(&case.profile, &samples());
        let text = decoded(&xml, &case.rules).unwrap();
        expect_file![folder.join(case.name).join("expected.xml")].assert_eq(&text);
        assert_eq!(faults_by(&case.rules, &xml), [""; 0], "{}", case.name);
    }
}

#[test]
fn each_profile_writes_every_kind_of_order_by_the_rules() {
    let mut broken = Vec::new();
    for case in cases() {
        for (kind, order) in orders() {
            assert_eq!(check(&order, &case.profile), [], "{}: {kind}", case.name);
            let faults = faults_by(&case.rules, &written_in(&case.profile, &[order]));
            broken.extend(
                faults
                    .iter()
                    .map(|said| format!("{}, {kind}: {said}", case.name)),
            );
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_file_for_one_kind_of_1c_is_refused_by_the_rules_of_another() {
    let written = |name| written_in(&Profile::by_name(name).unwrap(), &samples());
    for (profile, rules) in [("ut11", BITRIX31), ("bitrix31", UT11), ("ut103", BITRIX31)] {
        let faults = faults_by(&rules, &written(profile));
        assert_ne!(faults, [""; 0], "{profile}");
    }
    let all_options = cases()
        .into_iter()
        .find(|case| case.name == "ut11-all-options")
        .unwrap();
    let xml = written_in(&all_options.profile, &samples());
    assert!(
        faults_by(&UNF, &xml)
            .iter()
            .any(|fault| fault.contains("nobody looks")),
        "УНФ does not read Склады"
    );
    let text = String::from_utf8(xml).unwrap();
    for (what, by, noticed) in [
        ("<Тип>Прочее</Тип>", "", "a Склад is not complete"),
        (
            "<Сумма>4.17</Сумма>",
            "<Сумма>4.18</Сумма>",
            "not that of its lines",
        ),
        (
            ">true</УчтеноВСумме>",
            ">false</УчтеноВСумме>",
            "disagree on taxes",
        ),
    ] {
        let planted = text.replacen(what, by, 1);
        let faults = faults_by(&UT11, planted.as_bytes());
        assert!(
            faults.iter().any(|fault| fault.contains(noticed)),
            "{what}: {faults:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_written_in_any_profile_reads_back(
        order in any_order(),
        at in 0..cases().len(),
    ) {
        let case = cases().remove(at);
        prop_assume!(check(&order, &case.profile).is_empty());
        let xml = written_in(&case.profile, std::slice::from_ref(&order));
        prop_assert_eq!(faults_by(&case.rules, &xml), Vec::<String>::new(), "{}", case.name);
        let text = decoded(&xml, &case.rules).unwrap();
        let parsed = Document::parse(&text).unwrap();
        let root = parsed.root_element();
        let outer = child(root, "Контейнер").unwrap_or(root);
        let document = child(outer, "Документ").unwrap();
        prop_assert_eq!(differences(&order, document), Vec::<String>::new(), "{}", case.name);
    }
}
