//! A file that is handed over: taken from the network here, written to the disk on a thread that may wait.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::timeout;

use crate::dashboard::app::App;
use crate::dashboard::web::text;
use crate::folders::FolderError;
use crate::wording::{Worded as _, key};

/// Pieces that have arrived and are not written yet; then the sender waits.
const PIECES_AHEAD: usize = 4;

/// Without a single byte for so long, nobody is there any more.
const PATIENCE: Duration = Duration::from_secs(60);

enum Piece {
    Part(Bytes),
    /// Without it the sender has gone away, and the file is not whole.
    End,
    Broken(String),
}

/// Why it was not taken, and what is said of it.
type Refused = (StatusCode, String);

/// Piece by piece: a file's size is no matter of memory.
pub(super) async fn take(
    app: Arc<App>,
    group: u64,
    query: &BTreeMap<String, String>,
    body: Body,
) -> Response {
    // Each holds a thread for as long as it lasts, and pages need some as well.
    let Ok(_turn) = app.uploads.acquire().await else {
        return text(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "");
    };
    let name = query.get("name").cloned().unwrap_or_default();
    let (sender, pieces) = channel(PIECES_AHEAD);
    let writer = {
        let app = Arc::clone(&app);
        tokio::task::spawn_blocking(move || write(&app, group, &name, pieces))
    };
    let mut arriving = body.into_data_stream();
    loop {
        let piece = next_piece(&mut arriving, PATIENCE).await;
        let is_last = !matches!(piece, Piece::Part(_));
        // It is not wanted any more where nobody receives it.
        if sender.send(piece).await.is_err() {
            if !is_last {
                overhear(&mut arriving, app.settings.max_upload).await;
            }
            break;
        }
        if is_last {
            break;
        }
    }
    match writer.await {
        Ok(Ok(())) => text(StatusCode::OK, "text/plain", ""),
        Ok(Err((status, said))) => text(status, "text/plain", &said),
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", ""),
    }
}

/// Who has vanished without a word, as a laptop that is closed does, holds no place for ever.
async fn next_piece<S, E>(arriving: &mut S, patience: Duration) -> Piece
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Display,
{
    match timeout(patience, arriving.next()).await {
        Ok(Some(Ok(part))) => Piece::Part(part),
        Ok(Some(Err(err))) => Piece::Broken(err.to_string()),
        Ok(None) => Piece::End,
        Err(silent) => Piece::Broken(silent.to_string()),
    }
}

/// A browser that is cut off while it sends does not read why. What is endless is
/// cut off all the same.
async fn overhear(arriving: &mut BodyDataStream, most: u64) {
    let mut n_bytes = 0;
    while let Piece::Part(part) = next_piece(arriving, PATIENCE).await {
        n_bytes += u64::try_from(part.len()).unwrap_or(u64::MAX);
        if n_bytes > most {
            return;
        }
    }
}

fn write(app: &App, group: u64, name: &str, mut pieces: Receiver<Piece>) -> Result<(), Refused> {
    let failed = |err: &FolderError| {
        let said = err.message().text(app.words());
        (StatusCode::INTERNAL_SERVER_ERROR, said)
    };
    let not_taken = || {
        let said = app.words().text(key("upload-refused"));
        (StatusCode::UNPROCESSABLE_ENTITY, said)
    };
    let Some(begun) = app.checks.begin_file(group, name) else {
        return Err(not_taken());
    };
    let mut arriving = begun.map_err(|err| failed(&err))?;
    let refused = loop {
        match pieces.blocking_recv() {
            Some(Piece::Part(part)) => {
                if let Err(err) = arriving.write(&part) {
                    break failed(&err);
                }
                if arriving.size() > app.settings.max_upload {
                    let said = app.words().text(key("upload-too-large"));
                    break (StatusCode::PAYLOAD_TOO_LARGE, said);
                }
            }
            Some(Piece::End) => {
                return match app.checks.keep(arriving) {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(not_taken()),
                    Err(err) => Err(failed(&err)),
                };
            }
            Some(Piece::Broken(why)) => break (StatusCode::BAD_REQUEST, why),
            None => break (StatusCode::BAD_REQUEST, String::new()),
        }
    };
    arriving.give_up();
    Err(refused)
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn next<S, E>(mut arriving: S, patience: Duration) -> Piece
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Display,
    {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(next_piece(&mut arriving, patience))
    }

    #[test]
    fn a_sender_that_has_vanished_is_not_waited_for() {
        let silent = stream::pending::<Result<Bytes, String>>();
        let piece = next(silent, Duration::from_millis(1));
        assert!(matches!(piece, Piece::Broken(_)));
        let there = stream::iter([Ok::<_, String>(Bytes::from_static(b"a;b"))]);
        assert!(matches!(next(there, PATIENCE), Piece::Part(part) if part == "a;b"));
        let over = stream::empty::<Result<Bytes, String>>();
        assert!(matches!(next(over, PATIENCE), Piece::End));
    }
}
