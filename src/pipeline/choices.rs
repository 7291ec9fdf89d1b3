//! The choices of the configuration by the ids that files go by.

use std::collections::{BTreeMap, HashMap};

use crate::formats::price_type_key;
use crate::journal::ReferenceKind;
use crate::pipeline::CarryError;
use crate::pipeline::resolve::Resolver;
use crate::plan::{Detail, GroupRule, Rules};

impl Resolver<'_> {
    pub(super) fn make_rules(&mut self) -> Result<(), CarryError> {
        let goods = &self.exchange.settings.goods;
        self.rules = Rules {
            rounding: goods.rounding,
            negative: goods.negative,
            updates_names: goods.updates_names,
            extra: goods.extra.clone(),
            details: self.lookup.details()?.0,
            named_price_types: std::mem::take(&mut self.survey.price_types),
            ..Rules::default()
        };
        if self.rules.details.contains(&Detail::GroupPrices) {
            for (name, list, group) in &goods.group_prices {
                let price_types = self.ids_of(ReferenceKind::PriceType, name)?;
                self.rules.group_prices.push(GroupRule {
                    list: *list,
                    group: *group,
                    price_types,
                });
            }
        }
        if self.rules.details.contains(&Detail::Categories) {
            let known = self.journal.categories(self.exchange.name())?;
            self.groups = Some(known.into_keys().collect());
        }
        if let Some(name) = &goods.price_type {
            self.rules.price_types = self.ids_of(ReferenceKind::PriceType, name)?;
            let columns = self
                .journal
                .references(self.exchange.name(), ReferenceKind::ListPrice)?;
            let columns = columns.into_iter().map(|(header, _)| header);
            self.rules
                .price_types
                .extend(columns.filter(|header| is_price_type(header, name)));
        }
        let stated = self.stated_price_types()?;
        self.rules.choose_among(&stated);
        for name in &goods.warehouses {
            let ids = self.ids_of(ReferenceKind::Warehouse, name)?;
            self.rules.warehouses.extend(ids);
        }
        Ok(())
    }

    fn stated_price_types(&self) -> Result<BTreeMap<String, String>, CarryError> {
        let known = self
            .journal
            .references(self.exchange.name(), ReferenceKind::PriceType)?;
        let mut names: HashMap<String, String> = known.into_iter().collect();
        let stated = self.survey.stated_price_types.iter().map(|id| {
            let name = names.remove(&**id).unwrap_or_else(|| id.to_string());
            (id.to_string(), name)
        });
        Ok(stated.collect())
    }

    /// The ids behind a name of the configuration, and the name itself: it may be
    /// an id, and lists have nothing else.
    fn ids_of(&mut self, kind: ReferenceKind, name: &str) -> Result<Vec<String>, CarryError> {
        let mut ids = self
            .journal
            .reference_ids(self.exchange.name(), kind, name)?;
        if ids.is_empty() && !looks_like_an_id(name) {
            self.unexplained.push((kind, name.to_owned()));
        }
        ids.push(name.to_owned());
        Ok(ids)
    }
}

/// Lists call a price type by the header of its column: `Цена розничная` is `Розничная`.
pub(super) fn is_price_type(header: &str, name: &str) -> bool {
    let key = price_type_key(header);
    header == name || (!key.is_empty() && key == price_type_key(name))
}

/// 1C's ids are GUIDs; a name is not.
fn looks_like_an_id(name: &str) -> bool {
    name.len() == 36 && name.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}
