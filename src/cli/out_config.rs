//! The sections `[orders]` and `[lists]` of the configuration: what leaves the shop, and how.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::cli::config::plain_text;
use crate::cli::failure::{Because as _, choice};
use crate::formats::Encoding;
use crate::formats::commerceml::{
    Layout, Profile, UnitCode, Vat, VatMode, Version, Warehouse, WarehousePlace,
};
use crate::pipeline::{ListColumn, ListSettings, OrderFileName, OrderSettings};
use crate::shop::{ExtraField, TaxFields};
use crate::wording::message;

/// No two places on earth are further apart.
const MAX_SHIFT_H: i64 = 26;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OrdersSection {
    statuses: Vec<toml::Value>,
    currency: Option<String>,
    map: BTreeMap<String, toml::Value>,
    extra: BTreeMap<String, String>,
    profile: String,
    file: Option<String>,
    version: Option<String>,
    encoding: Option<String>,
    container: Option<bool>,
    unit_code: Option<String>,
    organisation: Option<String>,
    warehouse: Option<String>,
    warehouse_id: Option<String>,
    warehouse_in: Option<String>,
    vat: Option<toml::Value>,
    vat_is: String,
    inn_field: Option<toml::Value>,
    kpp_field: Option<toml::Value>,
    shift_h: i64,
    rewrite_changed: bool,
}

impl Default for OrdersSection {
    fn default() -> Self {
        Self {
            // OpenCart's own first status; its id is 1 in every language.
            statuses: vec![toml::Value::Integer(1)],
            currency: None,
            map: BTreeMap::new(),
            extra: BTreeMap::new(),
            profile: "ut11".to_owned(),
            file: None,
            version: None,
            encoding: None,
            container: None,
            unit_code: None,
            organisation: None,
            warehouse: None,
            warehouse_id: None,
            warehouse_in: None,
            vat: None,
            vat_is: "included".to_owned(),
            inn_field: None,
            kpp_field: None,
            shift_h: 0,
            rewrite_changed: false,
        }
    }
}

impl OrdersSection {
    pub(super) fn extra_fields(&self) -> Vec<ExtraField> {
        let field = |(requisite, column): (&String, &String)| ExtraField {
            column: column.clone(),
            requisite: requisite.clone(),
        };
        self.extra.iter().map(field).collect()
    }

    pub(super) fn tax_fields(&self) -> anyhow::Result<TaxFields> {
        Ok(TaxFields {
            inn: self.inn_field.as_ref().map(plain_text).transpose()?,
            kpp: self.kpp_field.as_ref().map(plain_text).transpose()?,
        })
    }

    pub(super) fn settings(self) -> anyhow::Result<OrderSettings> {
        ensure!(
            self.shift_h.abs() <= MAX_SHIFT_H,
            message!(
                "config-shift",
                value = self.shift_h.to_string(),
                most = MAX_SHIFT_H.to_string(),
            )
        );
        let file = match &self.file {
            None => OrderFileName::default(),
            Some(name) => OrderFileName::parse(name)
                .because(|| message!("config-orders-file", value = name))?,
        };
        Ok(OrderSettings {
            profile: self.profile()?,
            file,
            shift: TimeDelta::hours(self.shift_h),
            rewrites_changed: self.rewrite_changed,
            statuses: self
                .statuses
                .iter()
                .map(plain_text)
                .collect::<anyhow::Result<_>>()?,
            map: self
                .map
                .into_iter()
                .map(|(from, to)| Ok((from, plain_text(&to)?)))
                .collect::<anyhow::Result<_>>()?,
            currency: self.currency,
        })
    }

    /// The profile of the name, with what the section says otherwise.
    fn profile(&self) -> anyhow::Result<Profile> {
        let mut profile = Profile::by_name(&self.profile).because(|| {
            choice(
                "orders.profile",
                &self.profile,
                &["ut11", "unf", "ut103", "bitrix31", "custom"],
            )
        })?;
        if let Some(name) = &self.version {
            profile.version = Version::by_name(name).because(|| {
                choice(
                    "orders.version",
                    name,
                    &["2.03", "2.04", "2.05", "2.07", "2.08", "3.1"],
                )
            })?;
        }
        if let Some(name) = &self.encoding {
            profile.encoding = encoding("orders.encoding", name)?;
        }
        if let Some(is_container) = self.container {
            profile.layout = if is_container {
                Layout::Containers
            } else {
                Layout::Plain
            };
        }
        if let Some(code) = &self.unit_code {
            profile.unit_code = match code.as_str() {
                "796" => UnitCode::Plain,
                "796 " => UnitCode::Padded,
                other => {
                    bail!(choice("orders.unit_code", other, &["796", "796 "]))
                }
            };
        }
        self.add_places(&mut profile)?;
        profile.vat = self.vat()?;
        Ok(profile)
    }

    fn add_places(&self, profile: &mut Profile) -> anyhow::Result<()> {
        profile.organisation = filled(self.organisation.as_ref());
        profile.warehouse = filled(self.warehouse.as_ref()).map(|name| Warehouse {
            name,
            id: filled(self.warehouse_id.as_ref()),
        });
        if let Some(place) = &self.warehouse_in {
            profile.warehouse_place = match place.as_str() {
                "document" => WarehousePlace::Document,
                "requisites" => WarehousePlace::Requisites,
                other => bail!(choice(
                    "orders.warehouse_in",
                    other,
                    &["document", "requisites"]
                )),
            };
        }
        Ok(())
    }

    fn vat(&self) -> anyhow::Result<Option<Vat>> {
        let mode = match self.vat_is.as_str() {
            "included" => VatMode::Included,
            "on top" => VatMode::OnTop,
            other => bail!(choice("orders.vat_is", other, &["included", "on top"])),
        };
        let Some(rate) = self.vat.as_ref().map(plain_text).transpose()? else {
            return Ok(None);
        };
        let vat = Vat::parse(&rate, mode).because(|| message!("config-vat", value = rate))?;
        Ok(Some(vat))
    }
}

fn filled(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}

fn encoding(option: &str, name: &str) -> anyhow::Result<Encoding> {
    Encoding::by_name(name)
        .because(|| choice(option, name, &["utf-8", "utf-8-bom", "windows-1251"]))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ListsSection {
    columns: Option<Vec<String>>,
    encoding: Option<String>,
}

impl ListsSection {
    pub(super) fn settings(&self) -> anyhow::Result<ListSettings> {
        let mut settings = ListSettings::default();
        if let Some(names) = &self.columns {
            settings.columns = names.iter().map(column).collect::<anyhow::Result<_>>()?;
            ensure!(!names.is_empty(), message!("config-no-list-column"));
        }
        if let Some(name) = &self.encoding {
            settings.encoding = match encoding("lists.encoding", name)? {
                // Excel would take it for the system's code page.
                Encoding::Utf8 => Encoding::Utf8WithMark,
                other @ (Encoding::Utf8WithMark | Encoding::Windows1251) => other,
            };
        }
        Ok(settings)
    }
}

fn column(name: &String) -> anyhow::Result<ListColumn> {
    ListColumn::by_name(name).because(|| {
        let known: Vec<&str> = ListColumn::ALL.iter().map(|column| column.name()).collect();
        message!("config-column", name = name, known = known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(text: &str) -> anyhow::Result<OrderSettings> {
        toml::from_str::<OrdersSection>(text)?.settings()
    }

    #[test]
    fn a_profile_is_where_the_options_start_from() {
        let settings = orders("").unwrap();
        assert_eq!(settings.profile, Profile::default());
        assert_eq!(settings.file, OrderFileName::default());
        let changed = orders(
            "profile = 'ut103'\nencoding = 'windows-1251'\nversion = '2.05'\nfile = 'orders.xml'\n\
             unit_code = '796 '\nvat = 20\nvat_is = 'on top'\nwarehouse = 'Склад 1'\nshift_h = -2\n",
        )
        .unwrap();
        let ut103 = Profile::by_name("ut103").unwrap();
        let expected = Profile {
            version: Version::V205,
            encoding: Encoding::Windows1251,
            unit_code: UnitCode::Padded,
            vat: Vat::parse("20", VatMode::OnTop),
            warehouse: Some(Warehouse {
                name: "Склад 1".to_owned(),
                id: None,
            }),
            ..ut103
        };
        assert_eq!(changed.profile, expected);
        assert_eq!(changed.shift, TimeDelta::hours(-2));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, named) in [
            ("profile = 'ut12'", "orders.profile"),
            ("version = '2.06'", "orders.version"),
            ("encoding = 'koi8-r'", "orders.encoding"),
            ("unit_code = '778'", "orders.unit_code"),
            ("warehouse_in = 'x'", "orders.warehouse_in"),
            ("vat = 'НДС 20'", "orders.vat"),
            ("vat_is = 'maybe'", "orders.vat_is"),
            ("file = 'import.xml'", "orders.file"),
            ("shift_h = 27", "orders.shift_h"),
            ("statuses = [true]", "neither a name nor an id"),
        ] {
            let err = format!("{:#}", orders(text).unwrap_err());
            assert!(err.contains(named), "{text}: {err}");
        }
        for (text, named) in [
            ("columns = ['colour']", "`colour`"),
            ("columns = []", "no column"),
            ("encoding = 'cp866'", "lists.encoding"),
        ] {
            let section: ListsSection = toml::from_str(text).unwrap();
            let err = format!("{:#}", section.settings().unwrap_err());
            assert!(err.contains(named), "{text}: {err}");
        }
    }
}
