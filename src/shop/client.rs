//! Calls the shop's functions, logging in when needed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::blocking::Client as HttpClient;
use reqwest::redirect::Policy;
use serde_json::Value;
use url::Url;

use crate::domain::{
    Category, CategoryId, Listed, Money, NewProduct, Order, OrderId, ShopProduct, Sku, StatusId,
};
use crate::shop::error::{ApiKey, ShopError};
use crate::shop::escape::to_json;
use crate::shop::http::{chain, index_of};
use crate::shop::login::Dialect;
use crate::shop::long_list;
use crate::shop::module::{Abilities, Batch, Greeting, Module, Outcome, Picture, Told};
use crate::shop::session::Session;
use crate::shop::wire::{self, BadOrder, ExtraField, RawArticles, TaxFields};

/// How to reach a shop.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The shop's address, with or without `index.php`.
    pub url: String,
    pub username: String,
    pub key: ApiKey,
    pub module: Choice,
    /// `None`: found out by trying.
    pub dialect: Option<Dialect>,
    /// How long one call may take; the upstream module needs some 35 ms for each row of a large shop.
    pub timeout: Duration,
    /// Which store of a multi-store shop; `None` is the one the address belongs to.
    pub store: Option<u32>,
    /// OpenCart's language code, `ru-ru`: decides the language of names read and written.
    pub language: Option<String>,
    /// Order columns handed on to 1C.
    pub extra_fields: Vec<ExtraField>,
    pub tax_fields: TaxFields,
    /// Whether new goods are to be seen at once; the upstream module never shows them.
    pub shows_new_goods: bool,
    /// Whether new goods get an address made of their name.
    pub makes_keywords: bool,
    /// Seconds since 1970: calls of our own module are signed with the time.
    pub unix_time: fn() -> i64,
}

impl Settings {
    /// With everything else as most shops want it.
    pub fn new(url: String, username: String, key: ApiKey, unix_time: fn() -> i64) -> Self {
        Self {
            url,
            username,
            key,
            module: Choice::Any,
            dialect: None,
            timeout: Duration::from_secs(60),
            store: None,
            language: None,
            extra_fields: Vec::new(),
            tax_fields: TaxFields::default(),
            shows_new_goods: false,
            makes_keywords: false,
            unix_time,
        }
    }
}

/// A shop, spoken to in its own dialect.
pub struct Client {
    pub(super) settings: Settings,
    pub(super) index: Url,
    pub(super) http: HttpClient,
    pub(super) session: Mutex<Option<Session>>,
    pub(super) raw: Mutex<Arc<RawArticles>>,
    way: Mutex<Option<Way>>,
}

/// Which module may be spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// Our own, else the upstream one.
    #[default]
    Any,
    /// Only our own: the key never leaves this computer.
    Own,
    Upstream,
}

impl Choice {
    /// As the configuration calls it.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Any),
            "own" => Some(Self::Own),
            "upstream" => Some(Self::Upstream),
            _ => None,
        }
    }
}

/// Which of the two modules is spoken to; found out at the first call.
#[derive(Clone)]
enum Way {
    Ours(Arc<Module>),
    Upstream,
}

/// How the shop lets us in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Our own module, and what it says of itself.
    Module(Box<Greeting>),
    /// The upstream module, in this dialect.
    Upstream(Dialect),
}

impl Client {
    pub fn new(settings: Settings) -> Result<Self, ShopError> {
        // A second call finds it installed already, which is just as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let index = index_of(&settings.url)?;
        let http = HttpClient::builder()
            // A redirected POST would arrive as a GET without its fields.
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(settings.timeout)
            .user_agent(concat!("obmen/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|err| ShopError::Unreachable {
                detail: chain(&err),
            })?;
        Ok(Self {
            settings,
            index,
            http,
            session: Mutex::new(None),
            raw: Mutex::default(),
            way: Mutex::new(None),
        })
    }

    /// Looks anew for a module and tells which one it is.
    pub fn log_in(&self) -> Result<Access, ShopError> {
        self.keep_way(None);
        if let Way::Ours(module) = self.way()? {
            return Ok(Access::Module(Box::new(module.greeting().clone())));
        }
        let session = self.open_session()?;
        let dialect = session.dialect;
        self.keep_session(Some(session));
        Ok(Access::Upstream(dialect))
    }

    /// How many rows a call may have; the upstream module needs milliseconds for each, ours for thousands.
    pub fn most_rows(&self) -> usize {
        match &*self.way.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(Way::Ours(_)) => 10_000,
            Some(Way::Upstream) | None => 0,
        }
    }

    /// Our own module if the shop has it, else the upstream one.
    fn way(&self) -> Result<Way, ShopError> {
        let known = self
            .way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(way) = known {
            return Ok(way);
        }
        let choice = self.settings.module;
        let found = match choice {
            Choice::Upstream => None,
            Choice::Any | Choice::Own => Module::find(&self.http, &self.index, &self.settings)?,
        };
        let way = match found {
            Some(module) => Way::Ours(Arc::new(module)),
            None if choice == Choice::Own => return Err(ShopError::NoOwnModule),
            None => Way::Upstream,
        };
        self.keep_way(Some(way.clone()));
        Ok(way)
    }

    fn keep_way(&self, way: Option<Way>) {
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = way;
    }

    /// Order statuses by the shop's name for them, in its language.
    pub fn statuses(&self) -> Result<Vec<(StatusId, String)>, ShopError> {
        if let Way::Ours(module) = self.way()? {
            return module.statuses();
        }
        Ok(wire::statuses(&self.ask("statuses", "statuses", &[])?))
    }

    pub fn categories(&self) -> Result<Vec<Category>, ShopError> {
        if let Way::Ours(module) = self.way()? {
            return module.categories();
        }
        Ok(wire::categories(&self.ask("cats", "cats", &[])?))
    }

    /// Every article that the shop has, disabled products too. How the shop stores
    /// them is remembered for the commands that name them.
    pub fn articles(&self) -> Result<Vec<String>, ShopError> {
        let mut articles = Vec::new();
        self.each_listed(&mut |product| articles.push(product.article))?;
        Ok(articles)
    }

    /// Tells every article that the shop has, one by one, with price and stock where the
    /// module tells them. On an error, what was told before it is not to be believed.
    pub fn each_listed(&self, take: &mut dyn FnMut(Listed)) -> Result<(), ShopError> {
        const FUNCTION: &str = "articles";
        if let Way::Ours(module) = self.way()? {
            return module.each_listed(take);
        }
        let mut raw = RawArticles::new();
        let parse = &mut |json: &str| {
            long_list::parse(json, FUNCTION, &mut |stored| {
                take_article(stored, &mut raw, take);
            })
        };
        self.ask_with(FUNCTION, FUNCTION, &[], parse)?;
        *self.raw.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(raw);
        Ok(())
    }

    /// Orders that are in this status now. One that makes no sense does not hold up the others.
    pub fn orders(&self, status: StatusId) -> Result<Vec<Result<Order, BadOrder>>, ShopError> {
        if let Way::Ours(module) = self.way()? {
            return module.orders(status);
        }
        let reply = self.ask("orders", "orders", &[("status_id", status.to_string())])?;
        let Settings {
            extra_fields,
            tax_fields,
            ..
        } = &self.settings;
        Ok(wire::orders(&reply, extra_fields, tax_fields))
    }

    /// Enabled products that have an article. Quantities are not told.
    pub fn products(&self) -> Result<Vec<ShopProduct>, ShopError> {
        if let Way::Ours(module) = self.way()? {
            return module.products();
        }
        Ok(wire::products(&self.ask("getproducts", "products", &[])?))
    }

    /// Articles and names. Not in the module for 4.0.
    pub fn names(&self) -> Result<Vec<(Sku, String)>, ShopError> {
        if let Way::Ours(module) = self.way()? {
            let products = module.products()?.into_iter();
            return Ok(products
                .map(|product| (product.sku, product.name))
                .collect());
        }
        Ok(wire::names(&self.ask("getnames", "names", &[])?))
    }

    /// The batch that tells it to our own module, for whoever wants to be able to send
    /// it again; `None` with the upstream module.
    pub fn prepare(&self, told: &Told<'_>) -> Result<Option<Batch>, ShopError> {
        Ok(match self.way()? {
            Way::Ours(module) => Some(module.batch(told)),
            Way::Upstream => None,
        })
    }

    /// Sends a batch of [`prepare`](Self::prepare), also one that has been sent before:
    /// then the answer is what it was, and nothing is done twice.
    pub fn send(&self, batch: &Batch) -> Result<Vec<Outcome>, ShopError> {
        match self.way()? {
            Way::Ours(module) => module.send(batch),
            Way::Upstream => Err(no_function("ping")),
        }
    }

    /// With the upstream module, telling new products or statuses twice leaves a trace.
    pub fn tell(&self, told: &Told<'_>) -> Result<Vec<Outcome>, ShopError> {
        match self.prepare(told)? {
            Some(batch) => self.send(&batch),
            None => self.tell_upstream(told),
        }
    }

    fn tell_upstream(&self, told: &Told<'_>) -> Result<Vec<Outcome>, ShopError> {
        let (function, n, fields) = match told {
            Told::Statuses(changes) => (
                "updateorder",
                changes.len(),
                vec![data(&wire::order_statuses(changes))],
            ),
            Told::NewProducts(category, products) => (
                "addproducts",
                products.len(),
                vec![
                    ("cat", category.to_string()),
                    data(&wire::new_products(products)),
                ],
            ),
            Told::Categories(_) => return Err(no_function("categories_upsert")),
            Told::GroupPrices(_) => return Err(no_function("prices")),
            Told::Variants(_) => return Err(no_function("option_stock")),
            Told::Details(_) | Told::Pictures(_) => return Err(no_function("products_upsert")),
            Told::Names(entries) => (
                "updatenames",
                entries.len(),
                vec![data(&wire::new_names(entries, &self.raw()))],
            ),
            Told::Prices(entries) => (
                "updateprice",
                entries.len(),
                vec![data(&wire::prices(entries, &self.raw()))],
            ),
            Told::Quantities(entries) => (
                "updatequantity",
                entries.len(),
                vec![data(&wire::quantities(entries, &self.raw()))],
            ),
        };
        self.tell_function(function, &fields)?;
        Ok(vec![Outcome::Unsaid; n])
    }

    /// What can be asked of this shop beyond what every module does.
    pub fn abilities(&self) -> Result<Abilities, ShopError> {
        Ok(match self.way()? {
            Way::Ours(module) => module.greeting().abilities(),
            Way::Upstream => Abilities::default(),
        })
    }

    /// Uploads pictures; tells for each where it lies, or why the shop does not take it.
    /// Doing it twice does no harm.
    pub fn upload(&self, pictures: &[Picture]) -> Result<Vec<Result<String, String>>, ShopError> {
        match self.way()? {
            Way::Ours(module) => module.upload(pictures),
            Way::Upstream => Err(no_function("image")),
        }
    }

    pub fn update_orders(
        &self,
        changes: &[(OrderId, StatusId)],
    ) -> Result<Vec<Outcome>, ShopError> {
        self.tell(&Told::Statuses(changes))
    }

    pub fn add_products(
        &self,
        category: CategoryId,
        products: &[NewProduct],
    ) -> Result<Vec<Outcome>, ShopError> {
        self.tell(&Told::NewProducts(category, products))
    }

    pub fn update_quantities(&self, entries: &[(Sku, i32)]) -> Result<Vec<Outcome>, ShopError> {
        self.tell(&Told::Quantities(entries))
    }

    pub fn update_prices(&self, entries: &[(Sku, Money)]) -> Result<Vec<Outcome>, ShopError> {
        self.tell(&Told::Prices(entries))
    }

    /// Not in the upstream module for 4.0.
    pub fn update_names(&self, entries: &[(Sku, String)]) -> Result<Vec<Outcome>, ShopError> {
        self.tell(&Told::Names(entries))
    }

    fn raw(&self) -> Arc<RawArticles> {
        Arc::clone(&self.raw.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn take_article(stored: &str, raw: &mut RawArticles, take: &mut dyn FnMut(Listed)) {
    if let Some(article) = wire::article(stored, raw) {
        take(Listed {
            article,
            price: None,
            quantity: None,
        });
    }
}

fn data(value: &Value) -> (&'static str, String) {
    ("data", to_json(value))
}

fn no_function(function: &'static str) -> ShopError {
    ShopError::NoFunction { function }
}
