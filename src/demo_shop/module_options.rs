//! Prices of customer groups and variants of a product, as obmen's own module takes them.
//!
//! Kept beside the product, under the contract's names.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::module::{Fate, decimal, is, is_price, quantity, rejected, text};
use super::module_writes::find;
use super::sql::with_digits;
use super::store::Store;

/// Customer groups of this shop.
pub(super) const GROUPS: [(u64, &str); 2] = [(1, "Default"), (2, "Wholesale")];

/// Where the two kinds of prices stand in a row, and in the answer to `products`.
pub(super) const PRICE_LISTS: [&str; 2] = ["specials", "group_prices"];

const MAX_PRICES: usize = 50;
const MAX_NAME_CHARS: usize = 128;

/// One price of a row: the group, and what `products` tells of it; `None` takes it away.
type GroupPrice = (u64, Option<Value>);

/// The prices that a row states for groups, by the name of the list.
pub(super) fn group_prices(row: &Value) -> Result<Vec<(&'static str, Vec<GroupPrice>)>, Fate> {
    let mut read = Vec::new();
    for field in PRICE_LISTS {
        let list = match row.get(field) {
            None | Some(Value::Null) => continue,
            Some(list) => list.as_array().filter(|list| list.len() <= MAX_PRICES),
        };
        let list = list.ok_or_else(|| rejected("it is no list of prices"))?;
        let mut prices: Vec<GroupPrice> = Vec::new();
        for entry in list {
            let price = group_price(entry).ok_or_else(|| rejected("it is no price of a group"))?;
            if prices.iter().any(|(group, _)| *group == price.0) {
                return Err(rejected("it names a customer group twice"));
            }
            prices.push(price);
        }
        read.push((field, prices));
    }
    Ok(read)
}

fn group_price(entry: &Value) -> Option<GroupPrice> {
    let group = decimal(entry, "group").and_then(|group| u64::try_from(group).ok())?;
    GROUPS.iter().find(|(known, _)| *known == group)?;
    let day = |field: &str| match entry.get(field) {
        None | Some(Value::Null) => Some(Value::Null),
        Some(day) => {
            let day = day.as_str()?;
            NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
            Some(json!(day))
        }
    };
    let (from, to) = (day("from")?, day("to")?);
    if entry.get("price").is_none_or(Value::is_null) {
        return Some((group, None));
    }
    let price = decimal(entry, "price").filter(is_price)?;
    let told = json!({"group": group, "price": with_digits(price, 4), "from": from, "to": to});
    Some((group, Some(told)))
}

/// Puts the prices in place of those that the product has for these groups.
pub(super) fn set_group_prices(
    store: &mut Store,
    id: u32,
    stated: &[(&'static str, Vec<GroupPrice>)],
) {
    for (field, prices) in stated {
        store.change_product(id, |product| {
            let known = product.extra.get(*field).and_then(Value::as_array);
            let mut list = known.cloned().unwrap_or_default();
            for (group, told) in prices {
                list.retain(|one| one.get("group") != Some(&json!(group)));
                list.extend(told.clone());
            }
            list.sort_by_key(|one| one.get("group").and_then(Value::as_u64));
            if list.is_empty() {
                product.extra.remove(*field);
            } else {
                product.extra.insert((*field).to_owned(), json!(list));
            }
        });
    }
}

/// A value of a product's option: what it is called, how many there are, and what it costs in all.
#[derive(Debug, Clone, PartialEq)]
struct Variant {
    option: String,
    value: String,
    quantity: i32,
    price: Decimal,
}

impl Variant {
    fn is_called(&self, option: &str, value: &str) -> bool {
        let is_same = |left: &str, right: &str| left.to_lowercase() == right.to_lowercase();
        is_same(&self.option, option) && is_same(&self.value, value)
    }
}

/// What one batch of `option_stock` has spoken of already.
pub(super) type Seen = Vec<(u32, String, String)>;

/// Sets stock and price of one variant; `may_add` makes the value, `is_whole` sums up.
pub(super) fn set_variant(
    store: &mut Store,
    row: &Value,
    (may_add, is_whole): (bool, bool),
    seen: &mut Seen,
) -> Fate {
    let name = |field: &str| {
        text(row, field)
            .filter(|name| !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS)
            .map(str::to_owned)
    };
    let (Some(option), Some(value)) = (name("option"), name("value")) else {
        return rejected("it names no option value");
    };
    let is_stated = |field: &str| row.get(field).is_some_and(|stated| !stated.is_null());
    let (stock, price) = (quantity(row), decimal(row, "price").filter(is_price));
    if is_stated("quantity") != stock.is_some()
        || is_stated("price") != price.is_some()
        || (stock.is_none() && price.is_none())
    {
        return rejected("the value is none");
    }
    let id = match find(store, row) {
        Ok(id) => id,
        Err(fate) => return fate,
    };
    let Some(product) = store.product(id) else {
        return is("unknown");
    };
    let mut variants = variants(product.extra.get("options"), product.price);
    let key = (id, option.to_lowercase(), value.to_lowercase());
    let known = variants
        .iter()
        .position(|variant| variant.is_called(&option, &value));
    if known.is_none() && !may_add {
        return is("unknown");
    }
    if seen.contains(&key) {
        return rejected("an earlier row of this batch is about the same option value");
    }
    seen.push(key);
    let before = variants.clone();
    let own_price = product.price;
    let at = known.unwrap_or(variants.len());
    if known.is_none() {
        variants.push(Variant {
            option,
            value,
            quantity: 0,
            price: own_price,
        });
    }
    if let Some(variant) = variants.get_mut(at) {
        variant.quantity = stock.unwrap_or(variant.quantity);
        variant.price = price.unwrap_or(variant.price);
    }
    let has_changed = variants != before;
    let cheapest = variants.iter().map(|variant| variant.price).min();
    let base = cheapest.filter(|_| price.is_some()).unwrap_or(own_price);
    let told = told(&variants, base);
    store.change_product(id, |product| {
        product.price = base;
        if is_whole {
            product.quantity = variants
                .iter()
                .fold(0_i32, |sum, variant| sum.saturating_add(variant.quantity));
        }
        product.extra.insert("options".to_owned(), told.clone());
    });
    is(if has_changed { "applied" } else { "unchanged" })
}

fn told(variants: &[Variant], base: Decimal) -> Value {
    variants
        .iter()
        .zip(1..)
        .map(|(variant, id)| {
            json!({"id": id, "option": variant.option, "value": variant.value,
                "quantity": variant.quantity.to_string(), "price": with_digits(variant.price - base, 4)})
        })
        .collect()
}

fn variants(told: Option<&Value>, base: Decimal) -> Vec<Variant> {
    let list = told.and_then(Value::as_array);
    let read = |one: &Value| {
        Some(Variant {
            option: text(one, "option")?.to_owned(),
            value: text(one, "value")?.to_owned(),
            quantity: quantity(one)?,
            price: decimal(one, "price")?.checked_add(base)?,
        })
    };
    list.into_iter().flatten().filter_map(read).collect()
}
