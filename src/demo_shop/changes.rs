//! The functions of the module that change the shop.
//!
//! None of them is atomic: entries before a bad one stay, those after it are
//! lost. None says how many rows it touched, and unknown skus, orders and
//! statuses are no error.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::catalogue::OrderId;
use super::functions::{Call, MODULE_FILE, refuse};
use super::reply;
use super::script::{Halt, Step};
use super::sql::{self, Expression, SqlError, quoted};
use super::store::NewProduct;
use super::{Dialect, Module};

/// From the line that reads `data` to the lines inside the loop.
const ITEM_OFFSET: u32 = 6;
const VALUE_OFFSET: u32 = 7;

/// The keys of an `addproducts` item that the module reads.
const ITEM_KEYS: [&str; 4] = ["name", "sku", "quantity", "price"];

impl Call<'_> {
    pub(super) fn update_quantities(&mut self) -> Step {
        let line = self.line(304, 303);
        for (sku, value) in self.entries(line)? {
            let number = self.number_to_set("quantity", &sku, &value, line)?;
            self.store
                .update_where(&sku, |product| product.quantity = sql::to_int(number));
        }
        Ok(())
    }

    pub(super) fn update_prices(&mut self) -> Step {
        let line = self.line(345, 344);
        for (sku, value) in self.entries(line)? {
            let number = self.number_to_set("price", &sku, &value, line)?;
            self.store
                .update_where(&sku, |product| product.price = sql::to_price(number));
        }
        Ok(())
    }

    fn number_to_set(
        &mut self,
        column: &str,
        sku: &str,
        value: &Value,
        line: u32,
    ) -> Step<Decimal> {
        self.begin_entry()?;
        let value = self.php_text(value, line + VALUE_OFFSET)?;
        let condition = format!("WHERE  sku =  '{}'", quoted(sku));
        let statement = format!("UPDATE `oc_product`    set {column}= {value}   {condition}");
        match sql::read(&value) {
            Expression::Number(number) => Ok(number),
            Expression::Missing => refuse(SqlError::syntax(&condition, &statement)),
            Expression::Column(name) => refuse(SqlError::unknown_column(name, "SET", &statement)),
            Expression::List(rest) | Expression::Nonsense(rest) => refuse(SqlError::syntax(
                &format!("{rest}   {condition}"),
                &statement,
            )),
        }
    }

    /// Of several products with the sku only the first gets the name.
    pub(super) fn update_names(&mut self) -> Step {
        let line = 487;
        for (sku, name) in self.entries(line)? {
            self.begin_entry()?;
            let name = self.php_text(&name, line + VALUE_OFFSET)?;
            if let Some(id) = self.store.ids_of(&sku).first() {
                self.store.rename(*id, &name);
            }
        }
        Ok(())
    }

    pub(super) fn update_orders(&mut self) -> Step {
        let line = self.line(122, 123);
        for (order, status) in self.entries(line)? {
            self.begin_entry()?;
            if self.dialect == Dialect::V40 && self.module == Module::Upstream {
                return Err(no_such_model_function());
            }
            let status = self.php_text(&status, line + VALUE_OFFSET)?;
            let id = OrderId(php_id(&order));
            let is_found = self
                .store
                .move_order(id, php_id(&status), "By ZStore API", self.now);
            if !is_found && self.dialect == Dialect::V30 {
                self.script.warn(
                    "Trying to access array offset on value of type bool",
                    "catalog/controller/extension/total/voucher.php",
                    54,
                )?;
            }
        }
        Ok(())
    }

    pub(super) fn add_products(&mut self) -> Step {
        let category = self.text_or_warning("cat", self.line(255, 254))?;
        let line = self.line(257, 256);
        for (_, item) in self.entries(line)? {
            self.begin_entry()?;
            let Value::Object(item) = item else {
                return Err(Halt::Died {
                    message: "Cannot access offset of type string on string".to_owned(),
                    file: MODULE_FILE,
                    line: line + ITEM_OFFSET,
                });
            };
            let id = self.add_product(&item, line + ITEM_OFFSET)?;
            let category_id = category_of(&category, id)?;
            self.store.put_into_category(id, category_id);
        }
        Ok(())
    }

    fn add_product(&mut self, item: &Map<String, Value>, line: u32) -> Step<u32> {
        let sku = self.item_sku(item, line)?;
        let quantity = self.item_text(item, "quantity", line)?;
        let price = self.item_text(item, "price", line)?;
        let escaped = quoted(&sku);
        let statement = format!(
            "INSERT INTO `oc_product`   ( model, sku,quantity,price,status,    date_added) values \
             ('{escaped}','{escaped}',{quantity},{price},0,now())"
        );
        let quantity = inserted(&quantity, &format!("{price},0,now())"), &statement)?;
        let price = inserted(&price, "0,now())", &statement)?;
        let name = self.item_text(item, "name", line)?;
        let extra = item
            .iter()
            .filter(|(key, _)| !ITEM_KEYS.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Ok(self.store.add(NewProduct {
            sku: &sku,
            name: &name,
            quantity: sql::to_int(quantity),
            price: sql::to_price(price),
            extra,
        }))
    }

    /// The module reads the sku twice, as model and as sku; 4.0 dies of a missing one.
    fn item_sku(&mut self, item: &Map<String, Value>, line: u32) -> Step<String> {
        let sku = self.item_text(item, "sku", line)?;
        if item.contains_key("sku") {
            return Ok(sku);
        }
        if self.dialect == Dialect::V40 {
            return Err(Halt::Died {
                message: format!(
                    "Opencart\\System\\Library\\DB::escape(): Argument #1 ($value) must be of type \
                     string, null given, called in {} on line {line}",
                    reply::path_of(MODULE_FILE)
                ),
                file: "system/library/db.php",
                line: 58,
            });
        }
        self.item_text(item, "sku", line)
    }

    fn item_text(&mut self, item: &Map<String, Value>, key: &str, line: u32) -> Step<String> {
        if let Some(value) = item.get(key) {
            return self.php_text(value, line);
        }
        self.script
            .warn(&format!("Undefined array key \"{key}\""), MODULE_FILE, line)?;
        Ok(String::new())
    }

    /// A JSON value as PHP pastes it into a text.
    fn php_text(&mut self, value: &Value, line: u32) -> Step<String> {
        Ok(match value {
            Value::Null | Value::Bool(false) => String::new(),
            Value::Bool(true) => "1".to_owned(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            Value::Array(_) | Value::Object(_) => {
                self.script
                    .warn("Array to string conversion", MODULE_FILE, line)?;
                "Array".to_owned()
            }
        })
    }

    fn begin_entry(&mut self) -> Step {
        match &mut self.entries_left {
            Some(0) => Err(Halt::Stopped),
            Some(n) => {
                *n -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// The 4.x module calls `addOrderHistory`, which 4.0 has renamed to `addHistory`.
fn no_such_model_function() -> Halt {
    Halt::Died {
        message: format!(
            "<b>Notice</b>:  Undefined property: Proxy::addOrderHistory in <b>{}</b> on line <b>130</b>",
            reply::path_of(MODULE_FILE)
        ),
        file: "system/engine/proxy.php",
        line: 85,
    }
}

fn php_id(text: &str) -> u32 {
    u32::try_from(sql::php_int(text)).unwrap_or(0)
}

/// A value between the commas of `values (…)`; `rest` is what follows its own comma.
fn inserted(value: &str, rest: &str, statement: &str) -> Step<Decimal> {
    match sql::read(value) {
        Expression::Number(number) => Ok(number),
        Expression::Missing => refuse(SqlError::syntax(rest, statement)),
        Expression::Column(name) => refuse(SqlError::unknown_column(name, "VALUES", statement)),
        Expression::List(_) => refuse(SqlError::column_count(statement)),
        Expression::Nonsense(nonsense) => {
            refuse(SqlError::syntax(&format!("{nonsense},{rest}"), statement))
        }
    }
}

/// The last of the inserts: when it fails, the product stays without a category.
fn category_of(category: &str, product_id: u32) -> Step<u32> {
    let statement = format!(
        "INSERT INTO oc_product_to_category  (product_id,category_id  ) values({product_id}, \
         {category} )"
    );
    match sql::read(category) {
        Expression::Number(number) => Ok(u32::try_from(sql::to_int(number)).unwrap_or(0)),
        Expression::Missing => refuse(SqlError::syntax(")", &statement)),
        Expression::Column(name) => refuse(SqlError::unknown_column(name, "VALUES", &statement)),
        Expression::List(_) => refuse(SqlError::column_count(&statement)),
        Expression::Nonsense(rest) => refuse(SqlError::syntax(rest, &statement)),
    }
}
