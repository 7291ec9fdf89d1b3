//! Calls of the upstream module: logged in, asked, and logged in again where the shop has forgotten us.

use std::sync::PoisonError;

use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use serde_json::Value;
use tracing::debug;

use crate::shop::client::Client;
use crate::shop::error::ShopError;
use crate::shop::http::send;
use crate::shop::login::{Dialect, LoginReply, is_token, understand_login};
use crate::shop::reply::{Reply, excerpt, understand_with};

/// Takes the JSON of an answer apart.
pub(super) type Parse<'a> = &'a mut dyn FnMut(&str) -> Option<Value>;

#[derive(Clone)]
pub(super) struct Session {
    pub(super) dialect: Dialect,
    token: String,
    /// 2.3 knows the token only together with this cookie.
    cookie: Option<String>,
}

impl Client {
    /// A question: it changes nothing, so a warning before the data does no harm.
    pub(super) fn ask(
        &self,
        function: &'static str,
        list: &str,
        fields: &[(&'static str, String)],
    ) -> Result<Value, ShopError> {
        self.ask_with(function, list, fields, &mut parse_whole)
    }

    pub(super) fn ask_with(
        &self,
        function: &'static str,
        list: &str,
        fields: &[(&'static str, String)],
        parse: Parse<'_>,
    ) -> Result<Value, ShopError> {
        match self.call(function, fields, parse)? {
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
    pub(super) fn tell_function(
        &self,
        function: &'static str,
        fields: &[(&'static str, String)],
    ) -> Result<(), ShopError> {
        match self.call(function, fields, &mut parse_whole)? {
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
        parse: Parse<'_>,
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
        let reply = self.call_once(&session, function, fields, &mut *parse)?;
        if is_fresh || !means_lost_session(session.dialect, &reply) {
            return Ok(reply);
        }
        debug!(function, "session lost, logging in again");
        let session = self.renew_session()?;
        self.call_once(&session, function, fields, parse)
    }

    fn call_once(
        &self,
        session: &Session,
        function: &'static str,
        fields: &[(&'static str, String)],
        parse: Parse<'_>,
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
        Ok(understand_with(
            function,
            answer.status,
            answer.location.as_deref(),
            &answer.body,
            parse,
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

    pub(super) fn keep_session(&self, session: Option<Session>) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session;
    }

    fn renew_session(&self) -> Result<Session, ShopError> {
        self.keep_session(None);
        let session = self.open_session()?;
        self.keep_session(Some(session.clone()));
        Ok(session)
    }

    /// Tries the login of each dialect, the configured one alone if there is one.
    pub(super) fn open_session(&self) -> Result<Session, ShopError> {
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

fn parse_whole(json: &str) -> Option<Value> {
    serde_json::from_str(json).ok()
}

fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers.get_all(SET_COOKIE).iter().find_map(|value| {
        let cookie = value.to_str().ok()?.split(';').next()?.trim();
        let id = cookie.strip_prefix("PHPSESSID=")?;
        is_token(id).then(|| format!("PHPSESSID={id}"))
    })
}
