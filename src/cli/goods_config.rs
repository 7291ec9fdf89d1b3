//! What the configuration says of goods.

use std::time::Duration;

use anyhow::{bail, ensure};

use crate::cli::config::plain_text;
use crate::cli::failure::choice;
use crate::cli::sections::GoodsSection;
use crate::domain::PriceList;
use crate::pipeline::{Deleted, GoodsSettings, MatchBy};
use crate::plan::{Detail, Negative, Rounding};
use crate::wording::message;

pub(super) fn goods(section: GoodsSection) -> anyhow::Result<GoodsSettings> {
    Ok(GoodsSettings {
        match_by: match section.match_by.as_str() {
            "article" => MatchBy::Article,
            "name" => MatchBy::Name,
            other => bail!(choice("goods.match", other, &["article", "name"])),
        },
        category: section
            .category
            .as_ref()
            .map(plain_text)
            .transpose()?
            .filter(|text| !text.is_empty()),
        details: details(&section)?,
        group_prices: group_prices(&section)?,
        price_type: section.price_type.filter(|text| !text.is_empty()),
        warehouses: section.warehouses,
        rounding: match section.rounding.as_str() {
            "down" => Rounding::Down,
            "nearest" => Rounding::Nearest,
            "up" => Rounding::Up,
            other => bail!(choice("goods.rounding", other, &["down", "nearest", "up"])),
        },
        negative: match section.negative.as_str() {
            "zero" => Negative::Zero,
            "keep" => Negative::Keep,
            other => bail!(choice("goods.negative", other, &["zero", "keep"])),
        },
        updates_names: section.update_names,
        zero_missing_after: (section.zero_missing_after_s > 0)
            .then(|| Duration::from_secs(section.zero_missing_after_s)),
        variant_article: section.variant_article.filter(|text| !text.is_empty()),
        deleted: match section.deleted.as_str() {
            "ignore" => Deleted::Ignore,
            "zero" => Deleted::Zero,
            "report" => Deleted::Report,
            other => bail!(choice(
                "goods.deleted",
                other,
                &["ignore", "zero", "report"]
            )),
        },
        extra: section.extra,
    })
}

/// Each list of each group has one price.
fn group_prices(section: &GoodsSection) -> anyhow::Result<Vec<(String, PriceList, u32)>> {
    let mut found = Vec::new();
    for (option, list, map) in [
        ("group_prices", PriceList::Group, &section.group_prices),
        ("specials", PriceList::Special, &section.specials),
    ] {
        for (name, group) in map {
            ensure!(
                *group > 0 && !name.trim().is_empty(),
                message!("config-group-price", option = format!("goods.{option}"))
            );
            let is_taken = found
                .iter()
                .any(|(_, other, known)| *other == list && known == group);
            ensure!(
                !is_taken,
                message!(
                    "config-group-twice",
                    option = format!("goods.{option}"),
                    group = group.to_string(),
                )
            );
            found.push((name.clone(), list, *group));
        }
    }
    Ok(found)
}

fn details(section: &GoodsSection) -> anyhow::Result<Vec<Detail>> {
    let mut details = Vec::new();
    for name in &section.details {
        details.push(match name.as_str() {
            "images" => Detail::Pictures,
            "attributes" => Detail::Attributes,
            "manufacturer" => Detail::Manufacturer,
            "weight" => Detail::Sizes,
            "description" => Detail::Description,
            "variants" => Detail::Variants,
            other => bail!(choice(
                "goods.details",
                other,
                &[
                    "images",
                    "attributes",
                    "manufacturer",
                    "weight",
                    "description",
                    "variants",
                ],
            )),
        });
    }
    if !section.group_prices.is_empty() || !section.specials.is_empty() {
        details.push(Detail::GroupPrices);
    }
    match section.categories.as_str() {
        "fixed" => {}
        "tree" => details.push(Detail::Categories),
        other => bail!(choice("goods.categories", other, &["fixed", "tree"])),
    }
    Ok(details)
}
