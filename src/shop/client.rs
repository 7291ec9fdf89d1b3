//! Calls the shop's functions, logging in when needed.

use std::error::Error as _;
use std::io::Read as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::blocking::{Client as HttpClient, RequestBuilder, Response};
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::Value;
use tracing::debug;
use url::Url;

use crate::domain::{
    Category, CategoryId, Money, NewProduct, Order, OrderId, ShopProduct, Sku, StatusId,
};
use crate::shop::error::{ApiKey, ShopError};
use crate::shop::escape::{as_written, to_json};
use crate::shop::login::{Dialect, LoginReply, is_token, understand_login};
use crate::shop::reply::{Reply, excerpt, understand};
use crate::shop::wire::{self, BadOrder, ExtraField, RawArticles, TaxFields};

/// The largest answer taken: lists of some hundred thousand products fit in.
const MAX_ANSWER: u64 = 256 * 1024 * 1024;

/// How to reach a shop.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The shop's address, with or without `index.php`.
    pub url: String,
    pub username: String,
    pub key: ApiKey,
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
}

impl Settings {
    /// With everything else as most shops want it.
    pub fn new(url: String, username: String, key: ApiKey) -> Self {
        Self {
            url,
            username,
            key,
            dialect: None,
            timeout: Duration::from_secs(60),
            store: None,
            language: None,
            extra_fields: Vec::new(),
            tax_fields: TaxFields::default(),
        }
    }
}

/// A shop, spoken to in its own dialect.
pub struct Client {
    settings: Settings,
    index: Url,
    http: HttpClient,
    session: Mutex<Option<Session>>,
    raw: Mutex<RawArticles>,
}

#[derive(Clone)]
struct Session {
    dialect: Dialect,
    token: String,
    /// 2.3 knows the token only together with this cookie.
    cookie: Option<String>,
}

/// An HTTP answer, read to its end.
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
    headers: HeaderMap,
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
            raw: Mutex::new(RawArticles::new()),
        })
    }

    /// Logs in anew and tells which dialect the shop speaks.
    pub fn log_in(&self) -> Result<Dialect, ShopError> {
        let session = self.open_session()?;
        let dialect = session.dialect;
        self.keep_session(Some(session));
        Ok(dialect)
    }

    /// Order statuses by the shop's name for them, in its language.
    pub fn statuses(&self) -> Result<Vec<(StatusId, String)>, ShopError> {
        Ok(wire::statuses(&self.ask("statuses", "statuses", &[])?))
    }

    pub fn categories(&self) -> Result<Vec<Category>, ShopError> {
        Ok(wire::categories(&self.ask("cats", "cats", &[])?))
    }

    /// Every article that the shop has, disabled products too. How the shop stores
    /// them is remembered for the commands that name them.
    pub fn articles(&self) -> Result<Vec<String>, ShopError> {
        let reply = self.ask("articles", "articles", &[])?;
        *self.raw.lock().unwrap_or_else(PoisonError::into_inner) = wire::raw_articles(&reply);
        Ok(wire::stored_articles(&reply).map(as_written).collect())
    }

    /// Orders that are in this status now. One that makes no sense does not hold up the others.
    pub fn orders(&self, status: StatusId) -> Result<Vec<Result<Order, BadOrder>>, ShopError> {
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
        Ok(wire::products(&self.ask("getproducts", "products", &[])?))
    }

    /// Articles and names. Not in the module for 4.0.
    pub fn names(&self) -> Result<Vec<(Sku, String)>, ShopError> {
        Ok(wire::names(&self.ask("getnames", "names", &[])?))
    }

    /// Not idempotent: each call writes a history row.
    pub fn update_orders(&self, changes: &[(OrderId, StatusId)]) -> Result<(), ShopError> {
        self.tell("updateorder", &[data(&wire::order_statuses(changes))])
    }

    /// Not idempotent: adding a product twice makes two.
    pub fn add_products(
        &self,
        category: CategoryId,
        products: &[NewProduct],
    ) -> Result<(), ShopError> {
        self.tell(
            "addproducts",
            &[
                ("cat", category.to_string()),
                data(&wire::new_products(products)),
            ],
        )
    }

    pub fn update_quantities(&self, entries: &[(Sku, i32)]) -> Result<(), ShopError> {
        self.tell(
            "updatequantity",
            &[data(&wire::quantities(entries, &self.raw()))],
        )
    }

    pub fn update_prices(&self, entries: &[(Sku, Money)]) -> Result<(), ShopError> {
        self.tell("updateprice", &[data(&wire::prices(entries, &self.raw()))])
    }

    /// Not in the module for 4.0.
    pub fn update_names(&self, entries: &[(Sku, String)]) -> Result<(), ShopError> {
        self.tell(
            "updatenames",
            &[data(&wire::new_names(entries, &self.raw()))],
        )
    }

    fn raw(&self) -> RawArticles {
        self.raw
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// A question: it changes nothing, so a warning before the data does no harm.
    fn ask(
        &self,
        function: &'static str,
        list: &str,
        fields: &[(&'static str, String)],
    ) -> Result<Value, ShopError> {
        match self.call(function, fields)? {
            // An answer without its list is no empty list: taken for one, the whole
            // catalogue would be added again.
            Reply::Done(value) | Reply::NoisyDone { value, .. } if value.get(list).is_none() => {
                let start = excerpt(&value.to_string());
                Err(ShopError::Unintelligible { function, start })
            }
            Reply::Done(value) | Reply::NoisyDone { value, .. } => Ok(value),
            Reply::NoAccess => Err(ShopError::SessionLost { function }),
            Reply::Failed(err) => Err(err),
        }
    }

    /// A command: done only if the shop says exactly that.
    fn tell(
        &self,
        function: &'static str,
        fields: &[(&'static str, String)],
    ) -> Result<(), ShopError> {
        match self.call(function, fields)? {
            Reply::Done(_) => Ok(()),
            Reply::NoisyDone { noise, .. } => Err(ShopError::Noise { function, noise }),
            Reply::NoAccess => Err(ShopError::SessionLost { function }),
            Reply::Failed(err) => Err(err),
        }
    }

    /// Logs in once more if the session was lost: then the function was not run.
    fn call(
        &self,
        function: &'static str,
        fields: &[(&'static str, String)],
    ) -> Result<Reply, ShopError> {
        let known = self
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let is_fresh = known.is_none();
        let session = match known {
            Some(session) => session,
            None => self.renew_session()?,
        };
        let reply = self.call_once(&session, function, fields)?;
        if is_fresh || !means_lost_session(session.dialect, &reply) {
            return Ok(reply);
        }
        debug!(function, "session lost, logging in again");
        let session = self.renew_session()?;
        self.call_once(&session, function, fields)
    }

    fn call_once(
        &self,
        session: &Session,
        function: &'static str,
        fields: &[(&'static str, String)],
    ) -> Result<Reply, ShopError> {
        let mut url = self.index.clone();
        let mut query = format!(
            "route={}&{}={}",
            session.dialect.function_route(function),
            session.dialect.token_field(),
            session.token
        );
        query.push_str(&self.store_query());
        if let (Dialect::V40, Some(language)) = (session.dialect, &self.settings.language) {
            query.push_str("&language=");
            query.push_str(language);
        }
        url.set_query(Some(&query));
        let mut request = self.http.post(url).form(fields);
        if let Some(cookies) = self.cookies(session) {
            request = request.header(COOKIE, cookies);
        }
        let answer = send(request, function)?;
        debug!(
            function,
            status = answer.status,
            n_bytes = answer.body.len(),
            "the shop answered"
        );
        Ok(understand(
            function,
            answer.status,
            answer.location.as_deref(),
            &answer.body,
        ))
    }

    fn store_query(&self) -> String {
        self.settings
            .store
            .map(|store| format!("&store_id={store}"))
            .unwrap_or_default()
    }

    /// 2.3 and 3.0 take the language from a cookie of the first call of a session.
    fn cookies(&self, session: &Session) -> Option<String> {
        let language = match session.dialect {
            Dialect::V23 | Dialect::V30 => self
                .settings
                .language
                .as_ref()
                .map(|code| format!("language={code}")),
            Dialect::V40 => None,
        };
        let parts: Vec<String> = session.cookie.iter().cloned().chain(language).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn keep_session(&self, session: Option<Session>) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session;
    }

    fn renew_session(&self) -> Result<Session, ShopError> {
        self.keep_session(None);
        let session = self.open_session()?;
        self.keep_session(Some(session.clone()));
        Ok(session)
    }

    /// Tries the login of each dialect, the configured one alone if there is one.
    fn open_session(&self) -> Result<Session, ShopError> {
        let routes: &[Dialect] = match self.settings.dialect {
            Some(Dialect::V23) => &[Dialect::V23],
            Some(Dialect::V30) => &[Dialect::V30],
            Some(Dialect::V40) => &[Dialect::V40],
            None => &[Dialect::V30, Dialect::V40],
        };
        for route in routes {
            let mut url = self.index.clone();
            let query = format!("route={}{}", route.login_route(), self.store_query());
            url.set_query(Some(&query));
            let fields = [
                ("username", self.settings.username.as_str()),
                ("key", self.settings.key.secret()),
            ];
            let answer = send(self.http.post(url).form(&fields), "login")?;
            match understand_login(answer.status, answer.location.as_deref(), &answer.body) {
                LoginReply::Token { token, is_v23 } => {
                    let dialect = if is_v23 { Dialect::V23 } else { *route };
                    let cookie = if is_v23 {
                        session_cookie(&answer.headers)
                    } else {
                        None
                    };
                    return Ok(Session {
                        dialect,
                        token,
                        cookie,
                    });
                }
                LoginReply::Failed(err) => return Err(err),
                LoginReply::NotHere => {}
            }
        }
        Err(ShopError::NotOpenCart)
    }
}

/// 4.0 answers a lost session with its "page not found" page as well.
fn means_lost_session(dialect: Dialect, reply: &Reply) -> bool {
    match reply {
        Reply::NoAccess => true,
        Reply::Failed(ShopError::NoFunction { .. }) => dialect == Dialect::V40,
        Reply::Done(_) | Reply::NoisyDone { .. } | Reply::Failed(_) => false,
    }
}

fn data(value: &Value) -> (&'static str, String) {
    ("data", to_json(value))
}

/// `https://shop.example`, with a folder or `index.php` behind it, as people paste it.
fn index_of(address: &str) -> Result<Url, ShopError> {
    let bad = || ShopError::Address(address.to_owned());
    let mut url = Url::parse(address.trim()).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https")
        || url.host_str().is_none()
        || !url.username().is_empty()
    {
        return Err(bad());
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url
        .path()
        .trim_end_matches('/')
        .trim_end_matches("index.php")
        .trim_end_matches('/')
        .to_owned();
    url.set_path(&format!("{path}/index.php"));
    Ok(url)
}

fn send(request: RequestBuilder, function: &'static str) -> Result<Answer, ShopError> {
    let response = request
        .send()
        .map_err(|err| transport_error(&err, function))?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let location = headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let body = read_body(response, function)?;
    Ok(Answer {
        status,
        location,
        body,
        headers,
    })
}

fn read_body(response: Response, function: &'static str) -> Result<String, ShopError> {
    let mut bytes = Vec::new();
    let limited = &mut response.take(MAX_ANSWER);
    limited
        .read_to_end(&mut bytes)
        .map_err(|err| ShopError::NoAnswer {
            function,
            detail: err.to_string(),
        })?;
    if limited.limit() == 0 {
        return Err(ShopError::Unintelligible {
            function,
            start: "more than 256 MB".to_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Before the connection stood, the shop cannot have acted; after that it may have.
fn transport_error(err: &reqwest::Error, function: &'static str) -> ShopError {
    if err.is_connect() || err.is_builder() {
        let host = err.url().and_then(Url::host_str).unwrap_or("its address");
        let detail = format!("{host}: {}", chain(err));
        return ShopError::Unreachable { detail };
    }
    ShopError::NoAnswer {
        function,
        detail: chain(err),
    }
}

/// The innermost cause says what happened (`connection refused`); the outer ones name the address with its token.
fn chain(err: &reqwest::Error) -> String {
    if err.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = err;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let is_outermost = err.source().is_none();
    if is_outermost {
        "the request failed".to_owned()
    } else {
        excerpt(&cause.to_string())
    }
}

fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers.get_all(SET_COOKIE).iter().find_map(|value| {
        let cookie = value.to_str().ok()?.split(';').next()?.trim();
        let id = cookie.strip_prefix("PHPSESSID=")?;
        is_token(id).then(|| format!("PHPSESSID={id}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_as_people_paste_them() {
        for (pasted, index) in [
            ("https://shop.example", "https://shop.example/index.php"),
            ("https://shop.example/", "https://shop.example/index.php"),
            (
                " http://127.0.0.1:8030/shop/index.php?route=common/home ",
                "http://127.0.0.1:8030/shop/index.php",
            ),
        ] {
            assert_eq!(index_of(pasted).unwrap().as_str(), index);
        }
        for wrong in [
            "shop.example",
            "ftp://shop.example",
            "",
            "https://user:pw@shop.example",
        ] {
            assert_eq!(index_of(wrong), Err(ShopError::Address(wrong.to_owned())));
        }
    }
}
