//! The functions of the `zstore` module and what each of them reads.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::catalogue::{Category, Product, Status};
use super::collation::fold;
use super::escape::decode_field;
use super::login::Language;
use super::order_row::order_row;
use super::request::{Field, Request};
use super::script::{Ending, Halt, Script, Step};
use super::sql::{self, Expression, SqlError, with_digits};
use super::store::Store;
use super::{Dialect, Module};

/// The file that the module's warnings name.
pub(super) const MODULE_FILE: &str = "catalog/controller/api/zstore.php";

/// What stands between the parts of a category's path.
const PATH_SEPARATOR: &str = "&nbsp;&nbsp;&gt;&nbsp;&nbsp;";

/// From the line that reads `data` to the lines that decode it and loop over it.
const DECODE_OFFSET: u32 = 3;
const LOOP_OFFSET: u32 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Statuses,
    Orders,
    UpdateOrder,
    Articles,
    Cats,
    AddProducts,
    GetProducts,
    GetNames,
    UpdateNames,
    UpdateQuantity,
    UpdatePrice,
}

impl Function {
    /// The function of this name, if the module for this version has it.
    pub(super) fn parse(name: &str, dialect: Dialect) -> Option<Function> {
        let function = match name {
            "statuses" => Function::Statuses,
            "orders" => Function::Orders,
            "updateorder" => Function::UpdateOrder,
            "articles" => Function::Articles,
            "cats" => Function::Cats,
            "addproducts" => Function::AddProducts,
            "getproducts" => Function::GetProducts,
            "getnames" => Function::GetNames,
            "updatenames" => Function::UpdateNames,
            "updatequantity" => Function::UpdateQuantity,
            "updateprice" => Function::UpdatePrice,
            _ => return None,
        };
        match (function, dialect) {
            (Function::GetNames | Function::UpdateNames, Dialect::V40 | Dialect::V41) => None,
            (function, _) => Some(function),
        }
    }
}

/// How many entries the `data` field of a call holds.
pub(super) fn n_entries(request: &Request) -> usize {
    match request.text("data").map(decode_field) {
        Some(Value::Object(map)) => map.len(),
        Some(Value::Array(list)) => list.len(),
        Some(_) | None => 0,
    }
}

/// One call of a function, with everything it may look at.
pub(super) struct Call<'a> {
    pub(super) dialect: Dialect,
    pub(super) module: Module,
    pub(super) language: Language,
    pub(super) now: NaiveDateTime,
    pub(super) request: &'a Request,
    pub(super) store: &'a mut Store,
    pub(super) script: Script,
    /// How many entries may still be carried out before the server stops.
    pub(super) entries_left: Option<usize>,
}

impl Call<'_> {
    pub(super) fn run(mut self, function: Function) -> Ending {
        let outcome = self.carry_out(function);
        self.script.end(outcome)
    }

    fn carry_out(&mut self, function: Function) -> Step {
        match function {
            Function::Statuses => self.script.set("statuses", self.statuses()),
            Function::Orders => self.orders()?,
            Function::UpdateOrder => self.update_orders()?,
            Function::Articles => self
                .script
                .set("articles", json!(self.store.distinct_skus())),
            Function::Cats => self.script.set("cats", self.cats()),
            Function::AddProducts => self.add_products()?,
            Function::GetProducts => self.script.set("products", self.products()),
            Function::GetNames => self.script.set("names", self.names()),
            Function::UpdateNames => self.update_names()?,
            Function::UpdateQuantity => self.update_quantities()?,
            Function::UpdatePrice => self.update_prices()?,
        }
        Ok(())
    }

    fn statuses(&self) -> Value {
        let mut names: Vec<(u32, &str)> = self
            .store
            .statuses
            .iter()
            .map(|status| (status.id, name_of(status, self.language)))
            .collect();
        names.sort_by_key(|(_, name)| fold(name, self.dialect));
        map_by_id(names)
    }

    fn orders(&mut self) -> Step {
        self.script.set("orders", json!([]));
        let status = self.text_or_warning("status_id", self.line(58, 59))?;
        let store_id = self.request.query("store_id").map_or(0, sql::php_int);
        let statement = format!(
            "SELECT * FROM `oc_order` o    WHERE  o.store_id =  {store_id} and \
             o.order_status_id={status}"
        );
        let status_id = match sql::read(&status) {
            Expression::Number(number) => number,
            Expression::Column(name) => {
                return refuse(SqlError::unknown_column(name, "WHERE", &statement));
            }
            Expression::Missing => return refuse(SqlError::syntax("", &statement)),
            Expression::List(rest) | Expression::Nonsense(rest) => {
                return refuse(SqlError::syntax(rest, &statement));
            }
        };
        let rows = self
            .store
            .orders()
            .filter(|order| i64::from(order.store_id) == store_id)
            .filter(|order| Decimal::from(order.status_id) == status_id)
            .filter_map(|order| order_row(order, self.store, self.dialect))
            .collect();
        self.script.set("orders", rows);
        Ok(())
    }

    fn cats(&self) -> Value {
        let by_id: HashMap<u32, &Category> = self
            .store
            .categories
            .iter()
            .map(|category| (category.id, category))
            .collect();
        let mut paths: Vec<(u32, String)> = by_id
            .iter()
            .map(|(id, category)| (*id, path_of(category, &by_id)))
            .collect();
        paths.sort_by_key(|(id, path)| (fold(path, self.dialect), *id));
        map_by_id(paths)
    }

    fn products(&self) -> Value {
        let has_master = self.dialect == Dialect::V40;
        self.on_sale()
            .map(|product| product_row(product, has_master))
            .collect()
    }

    fn names(&self) -> Value {
        self.on_sale()
            .map(|product| json!({"sku": product.sku, "name": product.name}))
            .collect()
    }

    fn on_sale(&self) -> impl Iterator<Item = &Product> {
        self.store
            .products()
            .filter(|product| product.enabled && !product.sku.is_empty())
    }

    /// The module's file is the same in 2.3 and 3.0 and one line off in 4.0.
    pub(super) fn line(&self, in_23_and_30: u32, in_40: u32) -> u32 {
        match self.dialect {
            Dialect::V23 | Dialect::V30 => in_23_and_30,
            Dialect::V40 | Dialect::V41 => in_40,
        }
    }

    pub(super) fn text_or_warning(&mut self, name: &str, line: u32) -> Step<String> {
        match self.request.field(name) {
            Some(Field::Text(text)) => Ok(text.clone()),
            Some(Field::Array) => Ok("Array".to_owned()),
            None => {
                self.script.warn(
                    &format!("Undefined array key \"{name}\""),
                    MODULE_FILE,
                    line,
                )?;
                Ok(String::new())
            }
        }
    }

    /// The entries of `data`, whose reading stands at this line of the module.
    ///
    /// What cannot be read is no error to the module: it warns and does nothing.
    pub(super) fn entries(&mut self, line: u32) -> Step<Vec<(String, Value)>> {
        let data = match self.request.field("data") {
            Some(Field::Text(text)) => decode_field(text),
            Some(Field::Array) => {
                return Err(Halt::Died {
                    message:
                        "json_decode(): Argument #1 ($json) must be of type string, array given"
                            .to_owned(),
                    file: MODULE_FILE,
                    line: line + DECODE_OFFSET,
                });
            }
            None => {
                self.warn_of_missing_data(line)?;
                Value::Null
            }
        };
        match data {
            Value::Object(map) => Ok(map.into_iter().collect()),
            Value::Array(list) => Ok((0..)
                .zip(list)
                .map(|(i, value): (u32, _)| (i.to_string(), value))
                .collect()),
            scalar => {
                let message = format!(
                    "foreach() argument must be of type array|object, {} given",
                    php_type(&scalar)
                );
                self.script
                    .warn(&message, MODULE_FILE, line + LOOP_OFFSET)?;
                Ok(Vec::new())
            }
        }
    }

    fn warn_of_missing_data(&mut self, line: u32) -> Step {
        self.script
            .warn("Undefined array key \"data\"", MODULE_FILE, line)?;
        if self.dialect == Dialect::V23 {
            // 2.3 tells PHP to keep quiet about deprecations.
            return Ok(());
        }
        self.script.deprecated(
            "str_replace(): Passing null to parameter #3 ($subject) of type array|string is deprecated",
            MODULE_FILE,
            line + 1,
        )
    }
}

/// The database refused the statement; nothing after it is carried out.
pub(super) fn refuse<T>(error: SqlError) -> Step<T> {
    Err(Halt::Sql(error))
}

fn name_of(status: &Status, language: Language) -> &str {
    match language {
        Language::English => &status.english,
        Language::Russian => &status.russian,
    }
}

fn map_by_id(rows: Vec<(u32, impl Into<Value>)>) -> Value {
    let map: Map<String, Value> = rows
        .into_iter()
        .map(|(id, value)| (id.to_string(), value.into()))
        .collect();
    Value::Object(map)
}

/// The names from the root down; a parent that does not exist ends the path.
fn path_of(category: &Category, by_id: &HashMap<u32, &Category>) -> String {
    let parent = category.parent_id.and_then(|id| by_id.get(&id));
    match parent {
        Some(parent) => format!(
            "{}{PATH_SEPARATOR}{}",
            path_of(parent, by_id),
            category.name
        ),
        None => category.name.clone(),
    }
}

fn product_row(product: &Product, has_master: bool) -> Value {
    let mut row = Map::new();
    if has_master {
        row.insert("master_id".to_owned(), json!("0"));
    }
    for (key, value) in [
        ("sku", json!(product.sku)),
        ("price", json!(with_digits(product.price, 4))),
        ("image", json!(product.image)),
        ("name", json!(product.name)),
        ("weight", json!(with_digits(product.weight, 8))),
        ("weight_class_id", json!("1")),
        ("manufacturer", json!(product.manufacturer)),
        ("cat_id", json!(product.category_id.to_string())),
    ] {
        row.insert(key.to_owned(), value);
    }
    Value::Object(row)
}

fn php_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "string",
        Value::Array(_) | Value::Object(_) => "array",
    }
}
