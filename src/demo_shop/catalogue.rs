//! What a shop holds: statuses, categories, products and orders.
//!
//! Texts are kept as OpenCart's database holds them, HTML-escaped
//! (`ООО &quot;Рога &amp; копыта&quot;`); the builders take them as people
//! write them.

use std::fmt;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::escape::{html_escape, html_unescape};

/// An order's number in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub u32);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An order status with its name in both languages of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub id: u32,
    pub english: String,
    pub russian: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    pub id: u32,
    pub parent_id: Option<u32>,
    pub name: String,
    /// 1C's id, where it has made or named the category.
    #[serde(default)]
    pub guid: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub id: u32,
    /// May be empty, and two products may have the same one.
    pub sku: String,
    pub name: String,
    pub quantity: i32,
    #[serde(with = "decimal_text")]
    pub price: Decimal,
    /// `addproducts` leaves it off, so that the owner can complete the product first.
    pub enabled: bool,
    pub category_id: u32,
    pub image: String,
    #[serde(with = "decimal_text")]
    pub weight: Decimal,
    pub manufacturer: Option<String>,
    /// 1C's ids of it, as obmen's own module was told them.
    #[serde(default)]
    pub guids: Vec<String>,
    /// Keys of an `addproducts` item that the module does not know and drops.
    pub extra: Map<String, Value>,
}

impl Product {
    /// The article as people read it.
    pub fn shown_sku(&self) -> String {
        html_unescape(&self.sku)
    }

    /// The name as people read it.
    pub fn shown_name(&self) -> String {
        html_unescape(&self.name)
    }
}

/// Who bought, and where it goes; all fields may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Buyer {
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub email: String,
    pub telephone: String,
    pub address_1: String,
    pub address_2: String,
    pub city: String,
    pub postcode: String,
    pub country: String,
    pub country_id: u32,
    pub zone: String,
    pub zone_id: u32,
}

impl Buyer {
    fn escaped(self) -> Buyer {
        Buyer {
            first_name: html_escape(&self.first_name),
            last_name: html_escape(&self.last_name),
            company: html_escape(&self.company),
            email: html_escape(&self.email),
            telephone: html_escape(&self.telephone),
            address_1: html_escape(&self.address_1),
            address_2: html_escape(&self.address_2),
            city: html_escape(&self.city),
            postcode: html_escape(&self.postcode),
            country: html_escape(&self.country),
            country_id: self.country_id,
            zone: html_escape(&self.zone),
            zone_id: self.zone_id,
        }
    }
}

/// A way to pay or to ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    pub name: String,
    pub code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    pub id: u32,
    pub code: String,
    /// How much of it one unit of the shop's default currency buys.
    #[serde(with = "decimal_text")]
    pub value: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub id: u32,
    /// The product may be gone; `orders` then leaves the line out.
    pub product_id: u32,
    pub name: String,
    #[serde(with = "decimal_text")]
    pub price: Decimal,
    pub quantity: i32,
    pub options: Vec<(String, String)>,
}

/// One row of the order's history, as the owner sees it in the admin panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    pub status_id: u32,
    pub comment: String,
    pub at: NaiveDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub store_id: u32,
    pub customer_id: u32,
    pub buyer: Buyer,
    pub payment: Method,
    pub shipping: Method,
    #[serde(with = "decimal_text")]
    pub shipping_cost: Decimal,
    pub comment: String,
    /// Includes the shipping cost; in the shop's default currency.
    #[serde(with = "decimal_text")]
    pub total: Decimal,
    pub currency: Currency,
    pub status_id: u32,
    pub added: NaiveDateTime,
    pub modified: NaiveDateTime,
    pub lines: Vec<OrderLine>,
    pub history: Vec<HistoryRow>,
}

/// An order as a buyer places it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrder {
    #[serde(default)]
    pub buyer: Buyer,
    pub lines: Vec<NewLine>,
    #[serde(default)]
    pub comment: String,
    #[serde(default, with = "decimal_text")]
    pub shipping_cost: Decimal,
    #[serde(default = "pending")]
    pub status_id: u32,
}

/// A line for a sku that the shop does not have becomes the line of a deleted
/// product, which `orders` leaves out as real shops do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLine {
    pub sku: String,
    pub quantity: i32,
    #[serde(default)]
    pub options: Vec<(String, String)>,
}

fn pending() -> u32 {
    1
}

impl NewOrder {
    /// A pending order without lines, comment and shipping.
    pub fn by(buyer: Buyer) -> NewOrder {
        NewOrder {
            buyer,
            lines: Vec::new(),
            comment: String::new(),
            shipping_cost: Decimal::ZERO,
            status_id: pending(),
        }
    }

    #[must_use]
    pub fn line(self, sku: &str, quantity: i32) -> NewOrder {
        self.line_with(sku, quantity, &[])
    }

    #[must_use]
    pub fn line_with(mut self, sku: &str, quantity: i32, options: &[(&str, &str)]) -> NewOrder {
        let options = options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.lines.push(NewLine {
            sku: sku.to_owned(),
            quantity,
            options,
        });
        self
    }

    #[must_use]
    pub fn comment(self, comment: &str) -> NewOrder {
        NewOrder {
            comment: comment.to_owned(),
            ..self
        }
    }

    #[must_use]
    pub fn shipping(self, cost: Decimal) -> NewOrder {
        NewOrder {
            shipping_cost: cost,
            ..self
        }
    }

    pub(super) fn escaped(self) -> NewOrder {
        let escape_line = |line: NewLine| NewLine {
            sku: html_escape(&line.sku),
            quantity: line.quantity,
            options: line
                .options
                .iter()
                .map(|(name, value)| (html_escape(name), html_escape(value)))
                .collect(),
        };
        NewOrder {
            buyer: self.buyer.escaped(),
            lines: self.lines.into_iter().map(escape_line).collect(),
            comment: html_escape(&self.comment),
            ..self
        }
    }
}

/// What a shop holds when it opens.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub statuses: Vec<Status>,
    pub categories: Vec<Category>,
    pub products: Vec<Product>,
    /// Orders with a past of their own; their stock has been taken already.
    pub orders: Vec<Order>,
    /// Orders that come in when the shop opens.
    pub new_orders: Vec<NewOrder>,
}

impl Catalogue {
    #[must_use]
    pub fn with_category(mut self, id: u32, parent_id: Option<u32>, name: &str) -> Catalogue {
        self.categories.push(Category {
            id,
            parent_id,
            name: html_escape(name),
            guid: None,
        });
        self
    }

    /// Adds an enabled product to the category added last.
    #[must_use]
    pub fn with_product(
        mut self,
        sku: &str,
        name: &str,
        price: Decimal,
        quantity: i32,
    ) -> Catalogue {
        let id = self.products.last().map_or(0, |product| product.id) + 1;
        self.products.push(Product {
            id,
            sku: html_escape(sku),
            name: html_escape(name),
            quantity,
            price,
            enabled: true,
            category_id: self.categories.last().map_or(0, |category| category.id),
            image: String::new(),
            weight: Decimal::ZERO,
            manufacturer: None,
            guids: Vec::new(),
            extra: Map::new(),
        });
        self
    }

    /// Adds products `T00001`, `T00002`, … for tests of scale.
    #[must_use]
    pub fn with_products(self, n: u32) -> Catalogue {
        (1..=n).fold(self, |catalogue, i| {
            catalogue.with_product(
                &format!("T{i:05}"),
                &format!("Товар номер {i}"),
                Decimal::new(i64::from(i), 1),
                10,
            )
        })
    }

    #[must_use]
    pub fn with_order(mut self, order: NewOrder) -> Catalogue {
        self.new_orders.push(order);
        self
    }
}

/// Decimals as JSON text: a JSON number would pass through a binary float.
mod decimal_text {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        number: &Decimal,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Decimal, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
