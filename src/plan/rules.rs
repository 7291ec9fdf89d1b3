//! What the configuration makes of a fact: which price, which stock, which goods.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::RoundingStrategy;
use thiserror::Error;

use crate::domain::quantity::TooMany;
use crate::domain::shown::excerpt;
use crate::domain::sku::stored_len;
use crate::domain::{
    Attribute, Details, GroupPrice, Money, Offer, OfferPrice, Product, Property, PropertyKind,
    Quantity, Sku,
};
use crate::plan::Field;
use crate::plan::variants::{GroupRule, group_prices_of};
use crate::wording::{Message, Worded, message};

/// Choices of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Ids of the price types that may go to the shop, found from the name in
    /// the configuration; empty: the only one in the file.
    pub price_types: Vec<String>,
    /// Ids of the warehouses that count; empty: all.
    pub warehouses: Vec<String>,
    pub rounding: Rounding,
    pub negative: Negative,
    pub updates_names: bool,
    /// Extra keys for new goods: the module's key to the name of a property or column.
    pub extra: BTreeMap<String, String>,
    /// What of goods goes to the shop beside name, price and stock.
    pub details: Vec<Detail>,
    /// Price types that go to a customer group, by their ids.
    pub group_prices: Vec<GroupRule>,
    /// Price types that the file itself names: one of these without a price has none.
    pub named_price_types: BTreeSet<String>,
    /// Why no price of a price type is taken, if nobody has chosen among those of the file.
    pub unchosen: Option<Refusal>,
}

/// What a shop can show of goods with our own module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Detail {
    Description,
    Pictures,
    Attributes,
    Manufacturer,
    Sizes,
    /// 1C's groups as categories of the shop.
    Categories,
    /// Variants as values of an option.
    Variants,
    /// Prices of customer groups, and specials.
    GroupPrices,
}

/// How a fractional stock becomes whole pieces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rounding {
    /// Never sell what is not there.
    #[default]
    Down,
    Nearest,
    Up,
}

/// What a stock below zero becomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Negative {
    #[default]
    Zero,
    Keep,
}

/// What a row wants of the shop. `None`: the row does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub line: u64,
    pub sku: Sku,
    pub price: Option<Money>,
    pub quantity: Option<i32>,
    pub name: Option<String>,
    pub group_prices: Vec<GroupPrice>,
    /// What a product that the shop does not have is to be made of.
    pub goods: Option<Goods>,
}

impl Wanted {
    /// The values that the row states.
    pub fn stated(&self) -> impl Iterator<Item = Field> {
        let fields = [
            (Field::Price, self.price.is_some()),
            (Field::Quantity, self.quantity.is_some()),
            (Field::Name, self.name.is_some()),
            (Field::Details, self.has_details()),
            (Field::GroupPrices, !self.group_prices.is_empty()),
        ];
        let stated = fields.into_iter().filter(|(_, is_stated)| *is_stated);
        stated.map(|(field, _)| field)
    }

    fn has_details(&self) -> bool {
        self.goods
            .as_ref()
            .is_some_and(|goods| !goods.details.is_empty())
    }

    pub fn states(&self, field: Field) -> bool {
        self.stated().any(|stated| stated == field)
    }
}

/// The rest of a new product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goods {
    pub description: Option<String>,
    pub extra: BTreeMap<String, String>,
    pub details: Details,
    /// As the file names them, the main one first.
    pub pictures: Vec<String>,
}

/// Why a row cannot go to the shop as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub enum Refusal {
    WhichPrice(String),
    TooMany(#[from] TooMany),
    NameTooLong,
    NameUnprintable,
    UnnamedVariant,
    VariantTooLong,
}

impl Worded for Refusal {
    fn message(&self) -> Message {
        match self {
            Self::WhichPrice(types) => message!("why-which-price", types = types),
            Self::TooMany(err) => err.message(),
            Self::NameTooLong => message!("why-name-too-long", limit = MAX_NAME_CHARS),
            Self::NameUnprintable => message!("why-name-unprintable"),
            Self::UnnamedVariant => message!("why-variant-unnamed"),
            Self::VariantTooLong => message!("why-variant-too-long"),
        }
    }
}

/// OpenCart's name column, where `&`, `"`, `<` and `>` are entities.
const MAX_NAME_CHARS: usize = 255;

/// `None` for a product without a name, which nothing can be made of, or one marked as deleted.
pub fn want_product(product: &Product, sku: Sku, rules: &Rules) -> Result<Option<Wanted>, Refusal> {
    let Some(name) = product.name.clone().filter(|_| !product.deleted) else {
        return Ok(None);
    };
    if stored_len(&name) > MAX_NAME_CHARS {
        return Err(Refusal::NameTooLong);
    }
    if name
        .chars()
        .any(|c| c == '\u{fffd}' || (c.is_control() && !c.is_whitespace()))
    {
        return Err(Refusal::NameUnprintable);
    }
    let extra = rules
        .extra
        .iter()
        .filter_map(|(key, property)| Some((key.clone(), property_of(product, property)?)))
        .collect();
    Ok(Some(Wanted {
        line: product.line,
        sku,
        price: None,
        quantity: None,
        name: Some(name),
        group_prices: Vec::new(),
        goods: Some(Goods {
            description: product.description.clone(),
            extra,
            details: details_of(product, rules),
            pictures: if rules.tells(Detail::Pictures) {
                product.images.clone()
            } else {
                Vec::new()
            },
        }),
    }))
}

impl Detail {
    /// Whether the product states it.
    pub fn is_stated(self, product: &Product) -> bool {
        let is_attribute = |property: &Property| property.kind == PropertyKind::Attribute;
        match self {
            Self::Description => product.description.is_some(),
            Self::Pictures => !product.images.is_empty(),
            Self::Attributes => product.properties.iter().any(is_attribute),
            Self::Manufacturer => product.manufacturer.is_some(),
            Self::Sizes => product.properties.iter().any(|one| is_size(&one.name)),
            Self::Categories => !product.groups.is_empty(),
            // Offers state them.
            Self::Variants | Self::GroupPrices => false,
        }
    }

    /// Whether the offer states it.
    pub fn is_stated_by(self, offer: &Offer) -> bool {
        match self {
            Self::Variants => offer
                .item
                .as_ref()
                .is_some_and(|item| item.variant().is_some()),
            Self::GroupPrices => offer.prices.len() > 1,
            Self::Description
            | Self::Pictures
            | Self::Attributes
            | Self::Manufacturer
            | Self::Sizes
            | Self::Categories => false,
        }
    }

    /// As the configuration calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Pictures => "images",
            Self::Attributes => "attributes",
            Self::Manufacturer => "manufacturer",
            Self::Sizes => "weight",
            Self::Categories => "categories",
            Self::Variants => "variants",
            Self::GroupPrices => "group_prices",
        }
    }
}

impl Rules {
    fn tells(&self, detail: Detail) -> bool {
        self.details.contains(&detail)
    }

    /// `stated` are the price types that goods of the file have prices of, and their names.
    /// Without a choice in the configuration a file with one price type needs none. All
    /// goods of the file count: one that has only a purchase price among others must not be
    /// sold for that.
    pub fn choose_among(&mut self, stated: &BTreeMap<String, String>) {
        let own: Vec<&str> = stated
            .iter()
            .filter(|(id, _)| !self.is_of_group(id))
            .map(|(_, name)| name.as_str())
            .collect();
        self.unchosen = (self.price_types.is_empty() && own.len() > 1)
            .then(|| Refusal::WhichPrice(excerpt(&own.join(", "))));
    }

    /// Whether the price type goes to a customer group.
    fn is_of_group(&self, id: &str) -> bool {
        let mut types = self.group_prices.iter().flat_map(|rule| &rule.price_types);
        types.any(|known| known == id)
    }
}

/// OpenCart's name of an attribute is as long as this, and a product has not so many.
const MAX_ATTRIBUTE_CHARS: usize = 64;
const MAX_ATTRIBUTES: usize = 200;

/// Nobody reads more; escaped, it still fits.
const MAX_TEXT_CHARS: usize = 1_000;

/// How sizes are called in files.
const WEIGHT: [&str; 2] = ["вес", "weight"];
const LENGTH: [&str; 2] = ["длина", "length"];
const WIDTH: [&str; 2] = ["ширина", "width"];
const HEIGHT: [&str; 2] = ["высота", "height"];

/// Whether a property or requisite of this name states a size.
pub fn is_size(name: &str) -> bool {
    let name = name.to_lowercase();
    [WEIGHT, LENGTH, WIDTH, HEIGHT]
        .iter()
        .flatten()
        .any(|size| *size == name)
}

/// Values that the shop could not hold are left out: goods do not wait for them.
fn details_of(product: &Product, rules: &Rules) -> Details {
    let if_told = |detail: Detail| rules.tells(detail).then_some(());
    let size = |names: [&str; 2]| -> Option<Quantity> {
        if_told(Detail::Sizes)?;
        let value = names.iter().find_map(|name| property_of(product, name))?;
        Quantity::parse(&value)
            .ok()
            .filter(|size| !size.is_negative() && !size.is_zero())
    };
    let fits = |text: &String| {
        stored_len(text) <= MAX_ATTRIBUTE_CHARS && !text.chars().any(char::is_control)
    };
    let groups = if_told(Detail::Categories).map(|()| product.groups.clone());
    Details {
        description: if_told(Detail::Description).and(product.description.clone()),
        manufacturer: if_told(Detail::Manufacturer)
            .and(product.manufacturer.clone())
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty() && fits(name)),
        weight: size(WEIGHT),
        length: size(LENGTH),
        width: size(WIDTH),
        height: size(HEIGHT),
        attributes: if_told(Detail::Attributes)
            .map(|()| attributes_of(&product.properties, fits))
            .unwrap_or_default(),
        groups: groups.unwrap_or_default(),
    }
}

/// A property with several values is one attribute: `S, M, L`.
fn attributes_of(properties: &[Property], fits: impl Fn(&String) -> bool) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = Vec::new();
    let shown = properties
        .iter()
        .filter(|property| property.kind == PropertyKind::Attribute && fits(&property.name));
    for property in shown {
        let name = property.name.trim();
        let text: String = property.value.chars().take(MAX_TEXT_CHARS).collect();
        let is_known = |known: &&mut Attribute| known.name.to_lowercase() == name.to_lowercase();
        if let Some(known) = attributes.iter_mut().find(is_known) {
            if stored_len(&known.text) < MAX_TEXT_CHARS {
                known.text.push_str(", ");
                known.text.push_str(&text);
            }
        } else if attributes.len() < MAX_ATTRIBUTES && !name.is_empty() {
            let name = name.to_owned();
            attributes.push(Attribute { name, text });
        }
    }
    attributes
}

/// A property, a requisite, or a column of a list; compared without regard to case.
fn property_of(product: &Product, name: &str) -> Option<String> {
    let wanted = name.to_lowercase();
    let standard = match wanted.as_str() {
        "штрихкод" | "barcode" => product.barcode.clone(),
        "изготовитель" | "manufacturer" => product.manufacturer.clone(),
        "базоваяединица" | "unit" => product.unit.clone(),
        "картинка" | "image" => product.images.first().cloned(),
        "ид" | "id" => product.item.as_ref().map(|item| item.as_str().to_owned()),
        _ => None,
    };
    standard.or_else(|| {
        product
            .properties
            .iter()
            .find(|property| property.name.to_lowercase() == wanted)
            .map(|p| p.value.clone())
    })
}

/// `stock` is [`stock_of`] the offer, or of all rows of its article.
/// `None` when nothing of the offer concerns the shop. A price that nobody has chosen
/// does not hold up the stock: [`refused_price`] tells of it.
pub fn want_offer(
    offer: &Offer,
    stock: Option<Quantity>,
    sku: Sku,
    rules: &Rules,
) -> Result<Option<Wanted>, Refusal> {
    let price = price_of(offer, rules);
    let quantity = stock.map(|stock| pieces(stock, rules)).transpose()?;
    let group_prices = group_prices_of(offer, rules);
    if price.is_none() && quantity.is_none() && group_prices.is_empty() {
        return Ok(None);
    }
    Ok(Some(Wanted {
        line: offer.line,
        sku,
        price,
        quantity,
        name: None,
        group_prices,
        goods: None,
    }))
}

/// Why no price of the offer is taken, although it has some.
pub fn refused_price<'a>(offer: &Offer, rules: &'a Rules) -> Option<&'a Refusal> {
    let refusal = rules.unchosen.as_ref()?;
    let mut types = offer
        .prices
        .iter()
        .filter_map(|price| price.price_type.as_deref());
    types.any(|id| !rules.is_of_group(id)).then_some(refusal)
}

fn price_of(offer: &Offer, rules: &Rules) -> Option<Money> {
    let is_chosen = |price: &&OfferPrice| match price.price_type.as_deref() {
        Some(id) if rules.price_types.is_empty() => !rules.is_of_group(id),
        Some(id) => rules.price_types.iter().any(|chosen| chosen == id),
        None => true,
    };
    if refused_price(offer, rules).is_some() {
        return None;
    }
    // Of two prices of one type the last counts.
    offer
        .prices
        .iter()
        .rfind(is_chosen)
        .map(|price| price.price)
}

/// The file's own total, else the sum of the warehouses: never both. With a
/// choice of warehouses only their rows count.
pub fn stock_of(offer: &Offer, rules: &Rules) -> Option<Quantity> {
    let is_counted = |warehouse: &str| {
        rules.warehouses.is_empty() || rules.warehouses.iter().any(|w| w == warehouse)
    };
    let sum = || {
        let mut counted = offer
            .warehouses
            .iter()
            .filter(|stock| is_counted(&stock.warehouse));
        let total = counted.try_fold(Quantity::ZERO, |sum, stock| sum.plus(stock.quantity))?;
        // Rows of other warehouses say that these have nothing.
        (!offer.warehouses.is_empty()).then_some(total)
    };
    if rules.warehouses.is_empty() {
        return offer.quantity.or_else(sum);
    }
    sum()
}

fn pieces(stock: Quantity, rules: &Rules) -> Result<i32, TooMany> {
    let stock = match rules.negative {
        Negative::Zero if stock.is_negative() => Quantity::ZERO,
        Negative::Zero | Negative::Keep => stock,
    };
    stock.to_pieces(match rules.rounding {
        Rounding::Down => RoundingStrategy::ToNegativeInfinity,
        Rounding::Nearest => RoundingStrategy::MidpointAwayFromZero,
        Rounding::Up => RoundingStrategy::ToPositiveInfinity,
    })
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
