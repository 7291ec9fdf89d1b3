//! The stream that tells an open page to look again, for as long as its session lasts.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use futures_util::stream::unfold;

use crate::dashboard::app::App;
use crate::journal::Journal;

/// Between two looks whether something has changed.
const LOOK_EVERY: Duration = Duration::from_millis(700);

/// A line now and then, so that proxies and browsers keep the stream.
const PING_EVERY: u32 = 20;

struct Listening {
    app: Arc<App>,
    /// Its session ends the stream.
    headers: HeaderMap,
    journal: Arc<Mutex<Option<Journal>>>,
    last: String,
    n_quiet: u32,
}

/// Says that something has changed; what it is, the page asks for itself.
pub(super) fn stream(app: Arc<App>, headers: HeaderMap) -> Response {
    let listening = Listening {
        app,
        headers,
        journal: Arc::default(),
        last: String::new(),
        n_quiet: 0,
    };
    let stream = unfold(listening, |mut listening| async move {
        loop {
            if !listening.app.access.is_let_in(&listening.headers) {
                return None;
            }
            let (app, journal) = (Arc::clone(&listening.app), Arc::clone(&listening.journal));
            let now = tokio::task::spawn_blocking(move || signature(&app, &journal)).await;
            let now = now.unwrap_or_default();
            if now != listening.last {
                listening.last = now;
                listening.n_quiet = 0;
                let line = Bytes::from_static(b"data: changed\n\n");
                return Some((Ok::<_, Infallible>(line), listening));
            }
            tokio::time::sleep(LOOK_EVERY).await;
            listening.n_quiet += 1;
            if listening.n_quiet > PING_EVERY {
                listening.n_quiet = 0;
                return Some((Ok(Bytes::from_static(b": still here\n\n")), listening));
            }
        }
    });
    let mut response = Response::new(Body::from_stream(stream));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    // nginx would keep the lines until there are many.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Another text as soon as a page would look different. The connection is the
/// stream's own: what has changed is told by what it saw last.
fn signature(app: &App, journal: &Mutex<Option<Journal>>) -> String {
    let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
    if journal.is_none() {
        *journal = Journal::open_reader(&app.settings.journal).ok();
    }
    let version = journal
        .as_ref()
        .and_then(|journal| journal.data_version().ok());
    format!(
        "{version:?} {} {} {}",
        app.heart.version(),
        app.checks.version(),
        app.shop_lists.version()
    )
}
