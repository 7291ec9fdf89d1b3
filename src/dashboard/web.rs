//! The HTTP side: who may ask, what is asked for, and the headers of every answer.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use maud::Markup;
use tracing::warn;
use url::form_urlencoded;

use crate::dashboard::access::{Login, Session, is_our_form, is_same_site};
use crate::dashboard::app::App;
use crate::dashboard::choices::ConfigError;
use crate::dashboard::{
    checks, drop_page, events, health, home, layout, mapping, orders, products, runs, upload,
};
use crate::journal::JournalError;
use crate::pipeline::{CarryError, DecisionError, ExchangeSettings};
use crate::shop::ShopError;
use crate::wording::{Message, Worded, Wording, message};

/// The largest form holds the names of all statuses and warehouses.
const MAX_FORM_BYTES: usize = 256 * 1024;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

pub(super) async fn serve(listener: std::net::TcpListener, app: Arc<App>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let first = Arc::clone(&app);
    tokio::task::spawn_blocking(move || {
        for exchange in first.exchanges().iter() {
            first.ask_shop(exchange);
        }
    });
    let router = Router::new().fallback(answer).with_state(app);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await
}

/// What is asked for, by whom.
pub(super) struct Ask<'a> {
    pub(super) app: &'a App,
    pub(super) session: &'a Session,
    pub(super) exchange: &'a ExchangeSettings,
    pub(super) exchanges: &'a [ExchangeSettings],
    pub(super) path: &'a str,
    pub(super) query: BTreeMap<String, String>,
    pub(super) form: BTreeMap<String, String>,
}

impl Ask<'_> {
    /// A value of the address; `None` where it is empty.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let value = self.query.get(name).map(|value| value.trim());
        value.filter(|value| !value.is_empty())
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }

    /// The same exchange again: `/runs?exchange=tea&…`.
    pub(super) fn link(&self, path: &str, values: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.exchanges.len() > 1 {
            query.append_pair("exchange", &self.exchange.name);
        }
        query.extend_pairs(values.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }
}

/// What an asker gets.
pub(super) enum Answer {
    Page(Markup),
    /// After something was done: asking again does not do it again.
    To(String),
    File {
        name: String,
        content: Vec<u8>,
    },
}

/// Why it could not be done; the text is shown.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub(super) enum PageError {
    NotFound,
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Decision(#[from] DecisionError),
    #[error(transparent)]
    Carry(#[from] CarryError),
    #[error(transparent)]
    Shop(#[from] ShopError),
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Worded for PageError {
    fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("not-found-text"),
            Self::Journal(err) => err.message(),
            Self::Decision(err) => err.message(),
            Self::Carry(err) => err.message(),
            Self::Shop(err) => err.message(),
            Self::Config(err) => err.message(),
        }
    }
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Decision(_) | Self::Config(ConfigError::Changed) => StatusCode::CONFLICT,
            Self::Config(ConfigError::Refused(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Journal(_) | Self::Carry(_) | Self::Shop(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// With the headers that every answer has.
async fn answer(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = route(app, from, parts, body).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        // Not `no-referrer`: browsers would call the origin of our own forms `null`.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

async fn route(app: Arc<App>, from: SocketAddr, parts: Parts, body: Body) -> Response {
    let path = parts.uri.path().to_owned();
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is_get = parts.method == Method::GET || parts.method == Method::HEAD;
    if !app.access.is_our_name(&parts.headers) {
        let said = app.words().text("page-other-name");
        return text(StatusCode::MISDIRECTED_REQUEST, "text/plain", &said);
    }
    if !is_get && parts.method != Method::POST {
        return text(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "");
    }
    match (is_get, segments.as_slice()) {
        (true, ["style.css"]) => return text(StatusCode::OK, "text/css", STYLE),
        (true, ["script.js"]) => return text(StatusCode::OK, "text/javascript", SCRIPT),
        (true, ["health"]) => return off_thread(move || health::health(&app)).await,
        (true, ["metrics"]) => return off_thread(move || health::metrics(&app)).await,
        (true, ["login"]) => return html(StatusCode::OK, layout::login(app.words(), None)),
        (false, ["login"]) => return log_in(&app, from, &parts, body).await,
        _ => {}
    }
    let Some(session) = app.access.session(&parts.headers) else {
        return match (is_get, segments.as_slice()) {
            // A stream that is led elsewhere would look as if the program had ended.
            (true, ["events"]) => text(
                StatusCode::UNAUTHORIZED,
                "text/plain",
                &app.words().text("page-log-in-first"),
            ),
            (true, _) => redirect("/login"),
            (false, _) => text(
                StatusCode::FORBIDDEN,
                "text/plain",
                &app.words().text("page-log-in-first"),
            ),
        };
    };
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    if is_get {
        if segments.as_slice() == ["events"] {
            return events::stream(app, parts.headers);
        }
        return page(app, session, path, query, BTreeMap::new(), true).await;
    }
    if let ["drop", group, "file"] = segments.as_slice() {
        if !is_our_form(&parts.headers, None, &session) {
            return forged(app.words());
        }
        let group = group.parse().unwrap_or_default();
        return upload::take(app, group, &query, body).await;
    }
    let Ok(form) = to_bytes(body, MAX_FORM_BYTES).await else {
        return text(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "too large\n");
    };
    let form = pairs(&form);
    let token = form.get("csrf").map(String::as_str);
    if !is_our_form(&parts.headers, token, &session) {
        return forged(app.words());
    }
    if segments.as_slice() == ["logout"] {
        let mut response = redirect("/login");
        let cookie = app.access.log_out(&parts.headers);
        set_cookie(&mut response, &cookie);
        return response;
    }
    page(app, session, path, query, form, false).await
}

/// On a thread that may wait for the journal or the shop.
async fn page(
    app: Arc<App>,
    session: Session,
    path: String,
    query: BTreeMap<String, String>,
    form: BTreeMap<String, String>,
    is_get: bool,
) -> Response {
    off_thread(move || {
        let named = query.get("exchange").or(form.get("exchange"));
        let exchanges = app.exchanges();
        let exchange = match named {
            Some(name) => exchanges.iter().find(|exchange| exchange.name == *name),
            None => exchanges.first(),
        };
        let Some(exchange) = exchange else {
            return text(StatusCode::NOT_FOUND, "text/plain", "no exchange\n");
        };
        let ask = Ask {
            app: &app,
            session: &session,
            exchange,
            exchanges: &exchanges,
            path: &path,
            query,
            form,
        };
        match dispatch(&app, &ask, is_get) {
            Ok(Answer::Page(markup)) => html(StatusCode::OK, markup),
            Ok(Answer::To(place)) => redirect(&place),
            Ok(Answer::File { name, content }) => download(&name, content),
            Err(err) => html(err.status(), layout::failure(&ask, &err)),
        }
    })
    .await
}

fn dispatch(app: &Arc<App>, ask: &Ask<'_>, is_get: bool) -> Result<Answer, PageError> {
    let segments: Vec<&str> = ask
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    match (is_get, segments.as_slice()) {
        (true, []) => home::home(ask),
        (false, ["shop"]) => {
            app.ask_shop(ask.exchange);
            Ok(Answer::To(ask.link("/", &[])))
        }
        (true, ["runs"]) => runs::list(ask),
        (true, ["runs", run]) => runs::one(ask, number(run)?),
        (true, ["runs", run, "faulty.csv"]) => runs::faulty(ask, number(run)?),
        (false, ["runs", run, "look"]) => {
            let group = runs::look(ask, number(run)?)?;
            look_into(app, group);
            Ok(Answer::To(ask.link(&format!("/drop/{group}"), &[])))
        }
        (false, ["runs", run, decision]) => runs::decide(ask, number(run)?, decision),
        (true, ["orders"]) => orders::list(ask),
        (false, ["orders", "ask"]) => Ok(orders::ask_now(ask)),
        (false, ["orders", order, "again"]) => orders::again(ask, number(order)?),
        (true, ["products"]) => products::list(ask),
        (true, ["mapping"]) => mapping::show(app, ask),
        (false, ["mapping"]) => mapping::save(ask),
        (false, ["mapping", "ask"]) => {
            app.shop_lists.ask(ask.exchange);
            Ok(Answer::To(ask.link("/mapping", &[])))
        }
        (true, ["drop"]) => Ok(drop_page::list(ask)),
        (false, ["drop"]) => {
            let group = app.checks.begin(&ask.exchange.name);
            Ok(Answer::To(format!("/drop/{group}")))
        }
        (true, ["drop", group]) => drop_page::one(ask, number(group)?),
        (false, ["drop", group, "check"]) => {
            let group = number(group)?;
            look_into(app, group);
            Ok(Answer::To(ask.link(&format!("/drop/{group}"), &[])))
        }
        (false, ["drop", group, "apply"]) => {
            let group = number(group)?;
            checks::apply(app, group)?;
            Ok(Answer::To(ask.link(&format!("/drop/{group}"), &[])))
        }
        (false, ["drop", group, "discard"]) => {
            app.checks.discard(number(group)?);
            Ok(Answer::To(ask.link("/drop", &[])))
        }
        _ => Err(PageError::NotFound),
    }
}

/// On a thread of its own, unless it is looked at already.
fn look_into(app: &Arc<App>, group: u64) {
    if !app.checks.begin_check(group) {
        return;
    }
    let app = Arc::clone(app);
    tokio::spawn(async move {
        // Each reads whole files: two at once are enough for one disk.
        let Ok(_turn) = Arc::clone(&app.looks).acquire_owned().await else {
            return;
        };
        tokio::task::spawn_blocking(move || checks::check(&app, group))
            .await
            .ok();
    });
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

async fn log_in(app: &Arc<App>, from: SocketAddr, parts: &Parts, body: Body) -> Response {
    let words = app.words();
    if !is_same_site(&parts.headers) {
        return forged(app.words());
    }
    let form = to_bytes(body, MAX_FORM_BYTES).await.unwrap_or_default();
    let form = pairs(&form);
    let password = form.get("password").map(String::as_str).unwrap_or_default();
    // One at a time: each takes a tenth of a second and some memory, on purpose.
    let Ok(turn) = app.logins.acquire().await else {
        return forged(app.words());
    };
    let answer = {
        let (app, password) = (Arc::clone(app), password.to_owned());
        tokio::task::spawn_blocking(move || app.access.log_in(&password, from.ip())).await
    };
    drop(turn);
    match answer.unwrap_or(Login::Wrong) {
        Login::In(cookie) => {
            let mut response = redirect("/");
            set_cookie(&mut response, &cookie);
            response
        }
        Login::Wrong => {
            warn!(from = %from.ip(), "a wrong password for the page");
            let said = words.text("login-wrong");
            html(StatusCode::FORBIDDEN, layout::login(words, Some(&said)))
        }
        Login::TooOften { wait } => {
            let said = words.fill("login-too-often", &[("n", wait.as_secs().max(1).into())]);
            html(
                StatusCode::TOO_MANY_REQUESTS,
                layout::login(words, Some(&said)),
            )
        }
    }
}

async fn off_thread(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "failed\n"))
}

fn pairs(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

pub(super) fn text(status: StatusCode, kind: &'static str, said: &str) -> Response {
    let mut response = Response::new(Body::from(said.to_owned()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_str(&format!("{kind}; charset=utf-8"));
    if let Ok(kind) = kind {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

fn html(status: StatusCode, markup: Markup) -> Response {
    text(status, "text/html", &markup.into_string())
}

fn forged(words: &Wording) -> Response {
    let said = words.text("page-forged");
    text(StatusCode::FORBIDDEN, "text/plain", &said)
}

fn redirect(place: &str) -> Response {
    let mut response = text(StatusCode::SEE_OTHER, "text/plain", "");
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

fn download(name: &str, content: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
