//! The shop behind the HTTP: finds what a route means, checks who asks, lets
//! the function run, and spoils the call when a fault waits for it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::NaiveDateTime;
use serde::Serialize;
use serde_json::json;

use super::clock::Clock;
use super::connection::Cut;
use super::faults::{FaultKind, Waiting};
use super::functions::{self, Call, Function};
use super::login::{self, Access, Language, Sessions, Verdict};
use super::module;
use super::reply::{self, PAGE, PHP_TEXT, Reply};
use super::request::Request;
use super::route::Route;
use super::script::{Ending, Script};
use super::store::Store;
use super::{Credentials, Dialect, Module};

/// A call that reached the shop, carried out or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallSeen {
    /// `login`, `updateprice`, …
    pub function: String,
    /// How many entries its `data` held.
    pub n_entries: usize,
}

/// A panic elsewhere leaves the shop usable: every change is complete before the lock is given back.
pub(super) fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What changes while the shop is open.
pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) sessions: Sessions,
    pub(super) faults: Waiting,
    pub(super) calls: Vec<CallSeen>,
    /// Calls that were put off and have been carried out since.
    pub(super) n_late: usize,
    pub(super) answers: module::Answers,
}

pub(super) struct Shop {
    pub(super) dialect: Dialect,
    pub(super) module: Module,
    pub(super) credentials: Credentials,
    pub(super) error_display: bool,
    pub(super) clock: Clock,
    pub(super) inner: Mutex<Inner>,
}

/// What the client gets, when, and how much of it.
pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) cut: Cut,
    pub(super) delay: Duration,
    /// This is no answer yet: the call is to be carried out so much later.
    pub(super) late: Option<Duration>,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Answer {
        Answer {
            reply,
            cut: Cut::Never,
            delay: Duration::ZERO,
            late: None,
        }
    }
}

impl Answer {
    fn none() -> Answer {
        Answer {
            cut: Cut::AtOnce,
            ..Answer::from(Reply::new(500, PHP_TEXT, ""))
        }
    }
}

/// How a call differs from an ordinary one.
#[derive(Debug, Clone, Copy, Default)]
struct Conditions {
    refuses_key: bool,
    refuses_ip: bool,
    stops_after: Option<usize>,
}

impl Shop {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        guard(&self.inner)
    }

    pub(super) fn answer(&self, request: &Request) -> Answer {
        let path = request.query("route").unwrap_or_default();
        let is_own = self.module == Module::Own && path == module::ROUTE;
        let function = if is_own {
            request.query("call").unwrap_or_default()
        } else {
            path.rsplit(['/', '.', '|']).next().unwrap_or_default()
        };
        let mut inner = self.lock();
        inner.calls.push(CallSeen {
            function: function.to_owned(),
            n_entries: if is_own {
                module::n_rows(request)
            } else {
                functions::n_entries(request)
            },
        });
        let route = self.route_of(request);
        match inner.faults.take(function) {
            Some(fault) => self.spoil(fault, &mut inner, route, request),
            None => self.carry_out(&mut inner, route, request, Conditions::default()),
        }
    }

    /// A call that was put off, without a fault of its own.
    pub(super) fn answer_late(&self, request: &Request) -> Answer {
        let route = self.route_of(request);
        let mut inner = self.lock();
        let answer = self.carry_out(&mut inner, route, request, Conditions::default());
        inner.n_late += 1;
        answer
    }

    fn route_of(&self, request: &Request) -> Route {
        let path = request.query("route").unwrap_or_default();
        if self.module == Module::Own && path == module::ROUTE {
            return Route::Own;
        }
        Route::find(self.dialect, path, request.query("api_token").is_some())
    }

    /// One row for each fault: what is still done, and what the client sees.
    fn spoil(
        &self,
        fault: FaultKind,
        inner: &mut Inner,
        route: Route,
        request: &Request,
    ) -> Answer {
        let mut done = |conditions| self.carry_out(inner, route, request, conditions);
        let usual = Conditions::default();
        match fault {
            FaultKind::LoseRequest => Answer::none(),
            FaultKind::Status500Before => Reply::new(500, PHP_TEXT, "").into(),
            FaultKind::HtmlInstead => Reply::page(200, "Welcome to your new hosting!").into(),
            FaultKind::RedirectToHttps => {
                Reply::redirect(301, "https://127.0.0.1/index.php").into()
            }
            FaultKind::RedirectToErrorPage => Reply::redirect(302, "error.html").into(),
            FaultKind::BadGateway502 => Reply::page(502, "502 Bad Gateway").into(),
            FaultKind::MostBytes(most) if request.raw.len() <= most => done(usual),
            FaultKind::TooLarge413 | FaultKind::MostBytes(_) => {
                Reply::page(413, "413 Request Entity Too Large").into()
            }
            FaultKind::ModuleMissing => Reply::not_found().into(),
            FaultKind::Maintenance503 => Reply::new(
                503,
                PAGE,
                "<h1>We are currently performing some scheduled maintenance.</h1>",
            )
            .with_header("retry-after", "3600")
            .into(),

            FaultKind::LoseAnswer => Answer {
                cut: Cut::AtOnce,
                ..done(usual)
            },
            FaultKind::Slow(delay) => Answer {
                delay,
                ..done(usual)
            },
            FaultKind::Late(delay) => Answer {
                late: Some(delay),
                ..Answer::none()
            },
            FaultKind::EmptyAnswer => Reply::json(&json!({"error": ""})).into(),
            FaultKind::BodyCut => {
                let whole = done(usual);
                Answer {
                    cut: Cut::AfterBody(whole.reply.body.len() / 2),
                    ..whole
                }
            }
            FaultKind::Status500After => {
                done(usual);
                Reply::new(500, PHP_TEXT, "").into()
            }
            FaultKind::GatewayTimeout504 => {
                done(usual);
                Reply::page(504, "504 Gateway Time-out").into()
            }
            FaultKind::JsonCut => changed(done(usual), |mut reply| {
                reply.body.truncate(reply.body.len() / 2);
                reply
            }),
            FaultKind::WarningPrefix => changed(done(usual), |reply| {
                let message = "Undefined variable $language_id";
                let file = "catalog/controller/startup/startup.php";
                reply.with_prefix(&reply::notice("Warning", message, file, 68))
            }),
            FaultKind::Bom => changed(done(usual), |reply| reply.with_prefix("\u{feff}")),

            FaultKind::StopAfter(n) => {
                let conditions = Conditions {
                    stops_after: Some(n),
                    ..usual
                };
                Answer {
                    cut: Cut::AtOnce,
                    ..done(conditions)
                }
            }
            FaultKind::RefuseKey => done(Conditions {
                refuses_key: true,
                ..usual
            }),
            FaultKind::RefuseIp => done(Conditions {
                refuses_ip: true,
                ..usual
            }),
            FaultKind::ExpireToken => {
                inner.sessions.forget_all();
                self.carry_out(inner, route, request, usual)
            }
        }
    }

    fn carry_out(
        &self,
        inner: &mut Inner,
        route: Route,
        request: &Request,
        conditions: Conditions,
    ) -> Answer {
        let now = self.clock.now();
        let answer = match route {
            Route::Own => module::answer(self, inner, request).into(),
            Route::NotFound => Reply::not_found().into(),
            Route::Forbidden => reply::forbidden().into(),
            Route::NoSessionTable => reply::no_session_table().into(),
            Route::Login => self
                .log_in(&mut inner.sessions, request, conditions, now)
                .into(),
            Route::Function(function) => {
                let is_ip_listed = !conditions.refuses_ip;
                let access = inner
                    .sessions
                    .check(self.dialect, request, is_ip_listed, now);
                self.call(inner, function, access, request, conditions)
            }
            Route::WithoutTokens(function) => {
                match inner.sessions.check_cookie(self.dialect, request, now) {
                    Access::Granted(language) => {
                        self.run(inner, function, language, request, conditions)
                    }
                    Access::NoSession | Access::UnknownToken => {
                        Reply::json(&json!({"error": "Нет доступа"})).into()
                    }
                }
            }
        };
        match inner.store.save() {
            Ok(()) => answer,
            Err(err) => {
                tracing::error!(error = %err, "cannot keep the state of the demo shop");
                Reply::page(500, "500 Internal Server Error").into()
            }
        }
    }

    fn log_in(
        &self,
        sessions: &mut Sessions,
        request: &Request,
        conditions: Conditions,
        now: NaiveDateTime,
    ) -> Reply {
        let verdict = match login::judge(self.dialect, request, &self.credentials) {
            Verdict::Good if conditions.refuses_key => Verdict::WrongKey,
            Verdict::Good if conditions.refuses_ip => Verdict::WrongIp,
            other => other,
        };
        sessions.log_in(self.dialect, verdict, request, self.error_display, now)
    }

    fn call(
        &self,
        inner: &mut Inner,
        function: Function,
        access: Access,
        request: &Request,
        conditions: Conditions,
    ) -> Answer {
        match (access, self.dialect) {
            (Access::Granted(language), _) => {
                self.run(inner, function, language, request, conditions)
            }
            (Access::NoSession | Access::UnknownToken, Dialect::V23 | Dialect::V30) => {
                Reply::json(&json!({"error": "No access"})).into()
            }
            (Access::NoSession, Dialect::V40 | Dialect::V41) => Reply::not_found().into(),
            (Access::UnknownToken, Dialect::V40 | Dialect::V41) => reply::no_session_id().into(),
        }
    }

    fn run(
        &self,
        inner: &mut Inner,
        function: Function,
        language: Language,
        request: &Request,
        conditions: Conditions,
    ) -> Answer {
        let call = Call {
            dialect: self.dialect,
            module: self.module,
            language,
            now: self.clock.now(),
            request,
            store: &mut inner.store,
            script: Script::new(self.dialect, self.error_display),
            entries_left: conditions.stops_after,
        };
        match call.run(function) {
            Ending::Answered(reply) => reply.into(),
            Ending::Stopped => Answer::none(),
        }
    }
}

fn changed(answer: Answer, change: impl FnOnce(Reply) -> Reply) -> Answer {
    Answer {
        reply: change(answer.reply),
        ..answer
    }
}
