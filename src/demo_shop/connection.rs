//! TCP connections that break when a handler says so.
//!
//! A client must also be seen to survive a server that dies in mid-sentence,
//! and HTTP libraries rightly make that hard to do. So the handler shares a
//! switch with its connection, and the connection refuses to write.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Out of file handles, most likely; some connection will end soon.
const PAUSE_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(50);

/// Where the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Never,
    /// Not a byte is answered.
    AtOnce,
    /// The head and so many bytes of the body get through.
    AfterBody(usize),
}

/// The handler's end of the switch.
#[derive(Debug, Clone)]
pub(super) struct Line(Arc<Mutex<Cut>>);

impl Line {
    pub(super) fn cut(&self, cut: Cut) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cut;
    }

    /// How much of this may be written; the rest of an answer follows a passed head at once.
    fn allow(&self, bytes: &[u8]) -> Option<usize> {
        let mut cut = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *cut {
            Cut::Never => Some(bytes.len()),
            Cut::AtOnce => None,
            Cut::AfterBody(n) => {
                *cut = Cut::AtOnce;
                let head = memchr::memmem::find(bytes, b"\r\n\r\n").map_or(0, |at| at + 4);
                Some(bytes.len().min(head + n))
            }
        }
    }
}

impl Connected<IncomingStream<'_, Listener>> for Line {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Line {
        stream.remote_addr().clone()
    }
}

pub(super) struct Listener(pub(super) TcpListener);

impl axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = Line;

    async fn accept(&mut self) -> (Connection, Line) {
        loop {
            match self.0.accept().await {
                Ok((stream, _)) => {
                    let line = Line(Arc::new(Mutex::new(Cut::Never)));
                    return (
                        Connection {
                            stream,
                            line: line.clone(),
                        },
                        line,
                    );
                }
                Err(_) => tokio::time::sleep(PAUSE_AFTER_FAILED_ACCEPT).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Line> {
        Ok(Line(Arc::new(Mutex::new(Cut::Never))))
    }
}

pub(super) struct Connection {
    stream: TcpStream,
    line: Line,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.line.allow(buf).and_then(|n| buf.get(..n)) {
            Some(allowed) => Pin::new(&mut self.stream).poll_write(cx, allowed),
            None => Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
