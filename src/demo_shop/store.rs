//! The shop's database: what the SQL of the module does to products and orders.
//!
//! Held in memory and, when asked, written to a SQLite file after every call,
//! so that a practice shop keeps its state over restarts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::iter::repeat_n;
use std::mem;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::Dialect;
use super::catalogue::{
    Catalogue, Category, Currency, HistoryRow, Method, NewLine, NewOrder, Order, OrderId,
    OrderLine, Product, Status,
};
use super::collation;
use super::kept::{Kept, KeptError};

/// `varchar(64)` of `product.sku` and `varchar(255)` of `product_description.name`.
const MAX_SKU_CHARS: usize = 64;
const MAX_NAME_CHARS: usize = 255;

/// `config_processing_status` and `config_complete_status` after installation:
/// while an order is in one of them its goods are off the shelf.
const STOCK_TAKING: [u32; 5] = [1, 2, 3, 5, 12];

/// A product as `addproducts` sends it, numbers already read.
pub(super) struct NewProduct<'a> {
    pub(super) sku: &'a str,
    pub(super) name: &'a str,
    pub(super) quantity: i32,
    pub(super) price: Decimal,
    pub(super) extra: Map<String, Value>,
}

pub(super) struct Store {
    dialect: Dialect,
    pub(super) statuses: Vec<Status>,
    pub(super) categories: Vec<Category>,
    pub(super) has_new_categories: bool,
    /// Pictures by their place; gone when the shop closes.
    pub(super) images: BTreeMap<String, Vec<u8>>,
    products: BTreeMap<u32, Product>,
    orders: BTreeMap<OrderId, Order>,
    /// Folded sku to product ids; must follow every change of a sku.
    by_sku: HashMap<String, Vec<u32>>,
    changed_products: BTreeSet<u32>,
    changed_orders: BTreeSet<OrderId>,
    kept: Option<Kept>,
}

impl Store {
    pub(super) fn open(
        dialect: Dialect,
        catalogue: Catalogue,
        kept: Option<Kept>,
        now: NaiveDateTime,
    ) -> Result<Store, KeptError> {
        let found = match &kept {
            Some(kept) => kept.load()?,
            None => None,
        };
        let is_new = found.is_none();
        let mut catalogue = found.unwrap_or(catalogue);
        let mut store = Store {
            dialect,
            statuses: catalogue.statuses,
            categories: catalogue.categories,
            has_new_categories: false,
            images: BTreeMap::new(),
            products: catalogue
                .products
                .into_iter()
                .map(|product| (product.id, product))
                .collect(),
            orders: catalogue
                .orders
                .into_iter()
                .map(|order| (order.id, order))
                .collect(),
            by_sku: HashMap::new(),
            changed_products: BTreeSet::new(),
            changed_orders: BTreeSet::new(),
            kept,
        };
        store.index_skus();
        for order in catalogue.new_orders.drain(..) {
            store.place(order, now);
        }
        if is_new {
            store.save_all()?;
        }
        Ok(store)
    }

    pub(super) fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    pub(super) fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    pub(super) fn product(&self, id: u32) -> Option<&Product> {
        self.products.get(&id)
    }

    /// 4.1 keeps articles in a wider column.
    pub(super) fn max_sku_chars(&self) -> usize {
        match self.dialect {
            Dialect::V23 | Dialect::V30 | Dialect::V40 => MAX_SKU_CHARS,
            Dialect::V41 => 255,
        }
    }

    /// The product that 1C's id was told for.
    pub(super) fn id_of_guid(&self, guid: &str) -> Option<u32> {
        let mut products = self.products();
        let has_it = |product: &&Product| product.guids.iter().any(|known| known == guid);
        products.find(has_it).map(|product| product.id)
    }

    pub(super) fn guid_of(&self, id: u32) -> Option<&str> {
        self.product(id)?.guids.first().map(String::as_str)
    }

    /// Whether that was new.
    pub(super) fn remember(&mut self, guid: &str, id: u32) -> bool {
        let known = self.id_of_guid(guid);
        if known == Some(id) {
            return false;
        }
        if let Some(other) = known {
            self.change_product(other, |product| product.guids.retain(|one| one != guid));
        }
        self.change_product(id, |product| product.guids.push(guid.to_owned()));
        true
    }

    /// All products whose stored sku the database takes for this one.
    pub(super) fn ids_of(&self, sku: &str) -> Vec<u32> {
        self.by_sku
            .get(&collation::fold(sku, self.dialect))
            .cloned()
            .unwrap_or_default()
    }

    /// `SELECT DISTINCT sku`: of articles that differ in case only, the first is shown.
    pub(super) fn distinct_skus(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.products()
            .filter(|product| seen.insert(collation::fold(&product.sku, self.dialect)))
            .map(|product| product.sku.as_str())
            .collect()
    }

    /// `UPDATE product SET … WHERE sku = …`: all products that match, or none.
    pub(super) fn update_where(&mut self, sku: &str, change: impl Fn(&mut Product)) {
        for id in self.ids_of(sku) {
            self.change_product(id, &change);
        }
    }

    pub(super) fn rename(&mut self, id: u32, name: &str) {
        let name = self.stored(name, MAX_NAME_CHARS);
        self.change_product(id, |product| product.name.clone_from(&name));
    }

    /// For the owner at the keyboard; may change the sku as well.
    pub(super) fn edit(&mut self, sku: &str, change: impl Fn(&mut Product)) -> bool {
        let ids = self.ids_of(sku);
        for id in &ids {
            self.change_product(*id, &change);
        }
        self.index_skus();
        !ids.is_empty()
    }

    /// Adds a disabled product without a category and returns its id.
    pub(super) fn add(&mut self, new: NewProduct<'_>) -> u32 {
        let id = self.products.keys().next_back().unwrap_or(&0) + 1;
        let product = Product {
            id,
            sku: self.stored(new.sku, MAX_SKU_CHARS),
            name: self.stored(new.name, MAX_NAME_CHARS),
            quantity: new.quantity,
            price: new.price,
            enabled: false,
            category_id: 0,
            image: String::new(),
            weight: Decimal::ZERO,
            manufacturer: None,
            guids: Vec::new(),
            extra: new.extra,
        };
        self.by_sku
            .entry(collation::fold(&product.sku, self.dialect))
            .or_default()
            .push(id);
        self.products.insert(id, product);
        self.changed_products.insert(id);
        id
    }

    pub(super) fn put_into_category(&mut self, id: u32, category_id: u32) {
        self.change_product(id, |product| product.category_id = category_id);
    }

    /// OpenCart's `addOrderHistory`; `false` when there is no such order.
    pub(super) fn move_order(
        &mut self,
        id: OrderId,
        status_id: u32,
        comment: &str,
        now: NaiveDateTime,
    ) -> bool {
        let Some(order) = self.orders.get_mut(&id) else {
            return false;
        };
        let (had, has) = (takes_stock(order.status_id), takes_stock(status_id));
        order.status_id = status_id;
        order.modified = now;
        order.history.push(HistoryRow {
            status_id,
            comment: comment.to_owned(),
            at: now,
        });
        let lines = order.lines.clone();
        self.changed_orders.insert(id);
        match (had, has) {
            (false, true) => self.take_stock(&lines, -1),
            (true, false) => self.take_stock(&lines, 1),
            (true, true) | (false, false) => {}
        }
        true
    }

    pub(super) fn place(&mut self, order: NewOrder, now: NaiveDateTime) -> OrderId {
        let order = order.escaped();
        let id = OrderId(self.orders.keys().next_back().map_or(0, |id| id.0) + 1);
        let lines: Vec<OrderLine> = order
            .lines
            .iter()
            .zip(1..)
            .map(|(line, n)| self.order_line(line, id.0 * 100 + n))
            .collect();
        let goods: Decimal = lines
            .iter()
            .map(|line| line.price * Decimal::from(line.quantity))
            .sum();
        self.orders.insert(
            id,
            Order {
                id,
                store_id: 0,
                customer_id: 0,
                buyer: order.buyer,
                payment: Method {
                    name: "Оплата при доставке".to_owned(),
                    code: "cod".to_owned(),
                },
                shipping: Method {
                    name: "Доставка".to_owned(),
                    code: "flat.flat".to_owned(),
                },
                shipping_cost: order.shipping_cost,
                comment: order.comment,
                total: goods + order.shipping_cost,
                currency: Currency {
                    id: 1,
                    code: "RUB".to_owned(),
                    value: Decimal::ONE,
                },
                status_id: 0,
                added: now,
                modified: now,
                lines,
                history: Vec::new(),
            },
        );
        self.move_order(id, order.status_id, "", now);
        id
    }

    /// Writes down what has changed since the last call.
    pub(super) fn save(&mut self) -> Result<(), KeptError> {
        let products = mem::take(&mut self.changed_products);
        let orders = mem::take(&mut self.changed_orders);
        let Some(kept) = &mut self.kept else {
            return Ok(());
        };
        if mem::take(&mut self.has_new_categories) {
            kept.save_frame(&self.statuses, &self.categories)?;
        }
        kept.save(
            products.iter().filter_map(|id| self.products.get(id)),
            orders.iter().filter_map(|id| self.orders.get(id)),
        )
    }

    fn save_all(&mut self) -> Result<(), KeptError> {
        self.changed_products.extend(self.products.keys());
        self.changed_orders.extend(self.orders.keys());
        self.save()?;
        // Last, because a file without statuses counts as new.
        match &mut self.kept {
            Some(kept) => kept.save_frame(&self.statuses, &self.categories),
            None => Ok(()),
        }
    }

    fn order_line(&self, line: &NewLine, id: u32) -> OrderLine {
        let product = self
            .ids_of(&line.sku)
            .first()
            .and_then(|id| self.product(*id));
        OrderLine {
            id,
            product_id: product.map_or(0, |product| product.id),
            name: product.map_or(&line.sku, |product| &product.name).clone(),
            price: product.map_or(Decimal::ZERO, |product| product.price),
            quantity: line.quantity,
            options: line.options.clone(),
        }
    }

    fn take_stock(&mut self, lines: &[OrderLine], sign: i32) {
        for line in lines {
            self.change_product(line.product_id, |product| {
                product.quantity = product.quantity.saturating_add(sign * line.quantity);
            });
        }
    }

    pub(super) fn order(&self, id: OrderId) -> Option<&Order> {
        self.orders.get(&id)
    }

    /// Anything but the sku.
    pub(super) fn change_product(&mut self, id: u32, change: impl Fn(&mut Product)) {
        if let Some(product) = self.products.get_mut(&id) {
            change(product);
            self.changed_products.insert(id);
        }
    }

    fn index_skus(&mut self) {
        self.by_sku.clear();
        for product in self.products.values() {
            let folded = collation::fold(&product.sku, self.dialect);
            self.by_sku.entry(folded).or_default().push(product.id);
        }
    }

    /// A text as its column keeps it: cut to length, and on connections that
    /// speak three-byte `utf8` each byte of a longer character is a `?`.
    fn stored(&self, text: &str, max_chars: usize) -> String {
        let keeps_emoji = match self.dialect {
            Dialect::V23 | Dialect::V30 => false,
            Dialect::V40 | Dialect::V41 => true,
        };
        text.chars()
            .flat_map(|c| match c.len_utf8() {
                4 if !keeps_emoji => repeat_n('?', 4),
                _ => repeat_n(c, 1),
            })
            .take(max_chars)
            .collect()
    }
}

fn takes_stock(status_id: u32) -> bool {
    STOCK_TAKING.contains(&status_id)
}
