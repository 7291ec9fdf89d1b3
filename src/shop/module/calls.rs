//! The module's calls, as the exchange uses them.

use std::collections::HashMap;

use reqwest::blocking::Client as HttpClient;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::Url;

use crate::domain::{
    Category, CategoryId, Details, Listed, Money, Order, OrderId, ShopProduct, Sku, StatusId,
};
use crate::shop::client::Settings;
use crate::shop::error::ShopError;
use crate::shop::module::base64;
use crate::shop::module::batch::{Batch, Picture, Told};
use crate::shop::module::greeting::Greeting;
use crate::shop::module::line::Line;
use crate::shop::module::orders;
use crate::shop::module::outcome::{Answered, Row};
use crate::shop::module::rows::{
    ArticlePage, ArticleRow, CategoryRow, ProductPage, ProductRow, add_details, category,
    group_prices, known_batch, new_product, path_of, rows, understood, variant,
};
use crate::shop::module::signature::new_request_id;
use crate::shop::module::{Outcome, ROUTES};
use crate::shop::wire::BadOrder;
use crate::wording::Worded as _;

/// A shop that has the module.
pub(in crate::shop) struct Module {
    line: Line,
    greeting: Greeting,
}

impl Module {
    /// `None` if the shop has no such module.
    pub(in crate::shop) fn find(
        http: &HttpClient,
        index: &Url,
        settings: &Settings,
    ) -> Result<Option<Self>, ShopError> {
        for route in ROUTES {
            let line = Line {
                http: http.clone(),
                index: index.clone(),
                route,
                settings: settings.clone(),
            };
            match line.ask("ping", &json!({})) {
                Ok(value) => {
                    let greeting = understood("ping", &value)?;
                    return Ok(Some(Self { line, greeting }));
                }
                Err(ShopError::NoFunction { .. }) => {}
                Err(err) => return Err(err),
            }
        }
        Ok(None)
    }

    pub(in crate::shop) fn greeting(&self) -> &Greeting {
        &self.greeting
    }

    pub(in crate::shop) fn statuses(&self) -> Result<Vec<(StatusId, String)>, ShopError> {
        #[derive(Deserialize)]
        struct Statuses {
            statuses: Vec<Status>,
        }
        #[derive(Deserialize)]
        struct Status {
            id: u32,
            name: String,
        }
        let Statuses { statuses } = self.ask("statuses", Map::new())?;
        Ok(statuses
            .into_iter()
            .filter_map(|row| Some((StatusId::parse(&row.id.to_string())?, row.name)))
            .collect())
    }

    pub(in crate::shop) fn categories(&self) -> Result<Vec<Category>, ShopError> {
        #[derive(Deserialize)]
        struct Categories {
            categories: Vec<CategoryRow>,
        }
        let Categories { categories } = self.ask("categories", Map::new())?;
        let by_id: HashMap<u32, &CategoryRow> =
            categories.iter().map(|row| (row.id, row)).collect();
        Ok(categories
            .iter()
            .map(|row| Category {
                id: CategoryId(row.id),
                path: path_of(row, &by_id),
            })
            .collect())
    }

    /// Tells every product with its price and stock, page by page, those without an article left out.
    pub(in crate::shop) fn each_listed(
        &self,
        take: &mut dyn FnMut(Listed),
    ) -> Result<(), ShopError> {
        self.each_page("articles", Map::new(), |page: ArticlePage| {
            let rows = page.articles.into_iter();
            let with_article = rows.filter(|row| !row.sku.trim().is_empty());
            with_article
                .map(ArticleRow::into_listed)
                .for_each(&mut *take);
            (page.more, page.next)
        })
    }

    pub(in crate::shop) fn orders(
        &self,
        status: StatusId,
    ) -> Result<Vec<Result<Order, BadOrder>>, ShopError> {
        let Settings {
            extra_fields,
            tax_fields,
            ..
        } = &self.line.settings;
        let columns: Vec<&str> = extra_fields
            .iter()
            .map(|field| field.column.as_str())
            .collect();
        let mut wanted = Map::new();
        wanted.insert("statuses".to_owned(), json!([status.get()]));
        wanted.insert("columns".to_owned(), json!(columns));
        let mut found = Vec::new();
        self.each_page("orders", wanted, |page: orders::Page| {
            found.extend(
                page.orders
                    .iter()
                    .map(|row| orders::order(row, extra_fields, tax_fields)),
            );
            (page.more, page.next)
        })?;
        Ok(found)
    }

    /// Enabled products of this store that have an article.
    pub(in crate::shop) fn products(&self) -> Result<Vec<ShopProduct>, ShopError> {
        let mut products = Vec::new();
        let wanted = [("only_enabled".to_owned(), json!(true))]
            .into_iter()
            .collect();
        self.each_page("products", wanted, |page: ProductPage| {
            products.extend(
                page.products
                    .into_iter()
                    .filter_map(ProductRow::into_product),
            );
            (page.more, page.next)
        })?;
        Ok(products)
    }

    /// The batch that tells it, not sent yet. A new product is added only where none is.
    pub(in crate::shop) fn batch(&self, told: &Told<'_>) -> Batch {
        let mut more = Map::new();
        let (call, rows): (&str, Vec<Value>) = match told {
            Told::Statuses(changes) => {
                let row = |(order, status): &(OrderId, StatusId)| json!({"order_id": order.get(), "status_id": status.get()});
                ("order_status", changes.iter().map(row).collect())
            }
            Told::NewProducts(category, products) => {
                more.insert("mode".to_owned(), json!("add"));
                let row = |product| new_product(*category, product, &self.line.settings);
                ("products_upsert", products.iter().map(row).collect())
            }
            Told::Categories(groups) => {
                ("categories_upsert", groups.iter().map(category).collect())
            }
            Told::Details(entries) => {
                more.insert("mode".to_owned(), json!("update"));
                let row = |(sku, details): &(Sku, Details)| {
                    let mut row = Map::new();
                    row.insert("sku".to_owned(), json!(sku.as_str()));
                    add_details(&mut row, details);
                    row.into()
                };
                ("products_upsert", entries.iter().map(row).collect())
            }
            Told::Pictures(entries) => {
                more.insert("mode".to_owned(), json!("update"));
                let row = |(sku, paths): &(Sku, Vec<String>)| json!({"sku": sku.as_str(), "images": paths});
                ("products_upsert", entries.iter().map(row).collect())
            }
            Told::Names(entries) => ("names", rows(entries, "name", String::clone)),
            Told::Prices(entries) => ("prices", rows(entries, "price", Money::to_string)),
            Told::GroupPrices(entries) => ("prices", entries.iter().map(group_prices).collect()),
            Told::Variants(entries) => {
                more.insert("add".to_owned(), json!(true));
                more.insert("sum".to_owned(), json!(true));
                ("option_stock", entries.iter().map(variant).collect())
            }
            Told::Quantities(entries) => ("stock", rows(entries, "quantity", i32::to_string)),
        };
        self.batch_of(call, &rows, &more)
    }

    fn batch_of(&self, call: &str, rows: &[Value], more: &Map<String, Value>) -> Batch {
        let limits = &self.greeting.limits.rows;
        let most = limits.get(call).copied().unwrap_or(100).max(1);
        // A batch of nothing is sent as well: it shows whether the call would succeed.
        let parts: Vec<&[Value]> = if rows.is_empty() {
            vec![&[]]
        } else {
            rows.chunks(most).collect()
        };
        let body = |part: &&[Value]| {
            let mut body = more.clone();
            self.add_language(&mut body);
            body.insert("rows".to_owned(), json!(part));
            Value::Object(body).to_string()
        };
        Batch {
            call: call.to_owned(),
            request_id: new_request_id(),
            bodies: parts.iter().map(body).collect(),
            n_rows: parts.iter().map(|part| part.len()).collect(),
        }
    }

    /// Sends a batch, for the first time or once more. What it did before an error is done.
    pub(in crate::shop) fn send(&self, batch: &Batch) -> Result<Vec<Outcome>, ShopError> {
        let call = known_batch(&batch.call).ok_or(ShopError::NoFunction {
            function: "a batch of another version",
        })?;
        let mut outcomes = Vec::new();
        for (request_id, body, n_rows) in batch.requests() {
            let answered: Answered = match self.line.tell(call, body, &request_id) {
                Ok(value) => understood(call, &value)?,
                // The batches before this one are done, so that not nothing was done.
                Err(err) if !outcomes.is_empty() && !err.may_have_acted() => {
                    let detail = err.message();
                    return Err(ShopError::NoAnswer {
                        function: call,
                        detail,
                    });
                }
                Err(err) => return Err(err),
            };
            if answered.rows.len() != n_rows {
                let start = format!("{} outcomes for {n_rows} rows", answered.rows.len());
                return Err(ShopError::Unintelligible {
                    function: call,
                    start,
                });
            }
            outcomes.extend(answered.rows.into_iter().map(Outcome::from));
        }
        Ok(outcomes)
    }

    /// Uploads pictures; tells for each where it lies now, or why the shop does not take it.
    /// Doing it twice does no harm.
    pub(in crate::shop) fn upload(
        &self,
        pictures: &[Picture],
    ) -> Result<Vec<Result<String, String>>, ShopError> {
        let rows: Vec<Value> = pictures
            .iter()
            .map(|picture| json!({"name": picture.name, "data": base64::encode(&picture.content)}))
            .collect();
        let body = json!({"rows": rows}).to_string();
        let told = self.line.tell("image", &body, &new_request_id())?;
        let answered: Answered = understood("image", &told)?;
        if answered.rows.len() != pictures.len() {
            let start = format!("{} outcomes for {}", answered.rows.len(), pictures.len());
            return Err(ShopError::Unintelligible {
                function: "image",
                start,
            });
        }
        Ok(answered.rows.into_iter().map(Row::into_path).collect())
    }

    fn each_page<T: DeserializeOwned>(
        &self,
        call: &'static str,
        mut wanted: Map<String, Value>,
        mut take: impl FnMut(T) -> (bool, Option<u32>),
    ) -> Result<(), ShopError> {
        let mut after = 0;
        loop {
            let (more, next) = take(self.ask(call, wanted.clone())?);
            if !more {
                return Ok(());
            }
            after = page_after(call, after, next)?;
            wanted.insert("after".to_owned(), json!(after));
        }
    }

    fn ask<T: DeserializeOwned>(
        &self,
        call: &'static str,
        mut body: Map<String, Value>,
    ) -> Result<T, ShopError> {
        self.add_language(&mut body);
        understood(call, &self.line.ask(call, &body.into())?)
    }

    fn add_language(&self, body: &mut Map<String, Value>) {
        if let Some(language) = &self.line.settings.language {
            body.insert("language".to_owned(), json!(language));
        }
    }
}

/// Where the next page begins. A list that goes in circles would never end, and one that
/// is cut off without a word would make goods look new.
fn page_after(call: &'static str, after: u32, next: Option<u32>) -> Result<u32, ShopError> {
    next.filter(|next| *next > after)
        .ok_or_else(|| ShopError::Unintelligible {
            function: call,
            start: format!("more, after {after}: {next:?}"),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_promises_more_goes_on_behind_its_last_page() {
        assert_eq!(page_after("articles", 0, Some(5)), Ok(5));
        assert_eq!(page_after("articles", 5, Some(9)), Ok(9));
        for next in [None, Some(0), Some(4), Some(5)] {
            let err = page_after("articles", 5, next).unwrap_err();
            assert!(matches!(err, ShopError::Unintelligible { .. }), "{next:?}");
        }
    }
}
