//! The HTTP side: the shop under `/`, and its control panel under `/_demo/`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Json, State};
use axum::http::{HeaderName, HeaderValue, Request as HttpRequest, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Dialect;
use super::catalogue::NewOrder;
use super::connection::{Cut, Line, Listener};
use super::faults::Fault;
use super::reply::Reply;
use super::request::Request;
use super::shop::{Answer, Shop};

/// Longer than PHP takes, so that its own limit can be seen at work.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

pub(super) async fn serve(listener: TcpListener, shop: Arc<Shop>) -> io::Result<()> {
    let router = Router::new()
        .route("/_demo/state", get(show_state))
        .route("/_demo/faults", post(add_fault).delete(clear_faults))
        .route("/_demo/orders", post(place_order))
        .fallback(answer)
        .with_state(shop);
    let service = router.into_make_service_with_connect_info::<Line>();
    axum::serve(Listener(listener), service).await
}

async fn answer(
    State(shop): State<Arc<Shop>>,
    ConnectInfo(line): ConnectInfo<Line>,
    http: HttpRequest<Body>,
) -> Response {
    let (parts, body) = http.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return http_response(Reply::page(413, "413 Request Entity Too Large"));
    };
    let request = Request::read(
        shop.dialect,
        &parts.method,
        &parts.uri,
        &parts.headers,
        &body,
    );
    let mut answer = shop.answer(&request);
    if let Some(late) = answer.late {
        match answer_late(shop.clone(), request.clone(), late).await {
            Ok(whole) => answer = whole,
            Err(_) => return http_response(Reply::page(500, "500 Internal Server Error")),
        }
    }
    tokio::time::sleep(answer.delay).await;
    if answer.cut != Cut::Never {
        line.cut(answer.cut);
    }
    let mut reply = answer.reply;
    reply
        .headers
        .extend(cross_origin_headers(shop.dialect, &request));
    http_response(reply)
}

/// PHP's built-in server closes after every reply, and so do most hosting companies.
/// A task of its own: it goes on when the connection that asked for it is gone.
fn answer_late(shop: Arc<Shop>, request: Request, late: Duration) -> JoinHandle<Answer> {
    tokio::spawn(async move {
        tokio::time::sleep(late).await;
        shop.answer_late(&request)
    })
}

fn http_response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(reply.content_type),
    );
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert("x-powered-by", HeaderValue::from_static("PHP/8.2.36"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store, no-cache, must-revalidate"),
    );
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    for (name, value) in reply.headers {
        // What cannot stand in a header can only be an origin that the client made up.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    response
}

/// 4.x opens itself to all origins, the older module to whichever asks.
fn cross_origin_headers(dialect: Dialect, request: &Request) -> Option<(&'static str, String)> {
    let origin = match dialect {
        Dialect::V23 | Dialect::V30 => request.origin.clone()?,
        Dialect::V40 | Dialect::V41 => "*".to_owned(),
    };
    Some(("access-control-allow-origin", origin))
}

async fn show_state(State(shop): State<Arc<Shop>>) -> Json<Value> {
    let inner = shop.lock();
    Json(json!({
        "products": inner.store.products().collect::<Vec<_>>(),
        "orders": inner.store.orders().collect::<Vec<_>>(),
        "calls": inner.calls,
        "faults": inner.faults.list(),
    }))
}

async fn add_fault(State(shop): State<Arc<Shop>>, Json(fault): Json<Fault>) -> StatusCode {
    shop.lock().faults.add(fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(shop): State<Arc<Shop>>) -> StatusCode {
    shop.lock().faults.clear();
    StatusCode::NO_CONTENT
}

async fn place_order(State(shop): State<Arc<Shop>>, Json(order): Json<NewOrder>) -> Json<Value> {
    Json(json!({"order_id": shop.place_order(order)}))
}
