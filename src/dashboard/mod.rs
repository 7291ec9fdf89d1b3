//! The page that the running service shows its operator.
//!
//! It reads the journal through a connection of its own, and changes the world only
//! by the functions of `pipeline` that the commands use as well; then it wakes the
//! service. Nothing of a buyer is shown: orders are numbers here.

mod access;
mod app;
mod checks;
mod choices;
mod drop_page;
mod events;
mod health;
mod heart;
mod home;
mod layout;
mod mapping;
mod options;
mod orders;
mod password;
mod products;
mod runs;
mod shop_lists;
mod shown;
mod upload;
mod web;

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use chrono::NaiveDateTime;
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

pub use self::choices::{Choice, ConfigError, ConfigFile, Written};
pub use self::heart::Heart;
pub use self::password::{BadPassword, Password};

use self::app::App;
use crate::pipeline::{ExchangeSettings, Waker};
use crate::wording::Language;
use crate::wording::{Message, Worded, message};

/// Uploads, looks into files and questions to shops have fewer each: pages are always left some.
const MOST_THREADS: usize = 64;

/// What the page needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    /// Without one, only this computer is listened to.
    pub password: Option<Password>,
    /// Further names that the page is called by, such as `obmen.local`.
    pub names: Vec<String>,
    /// The most bytes of one file that is handed over.
    pub max_upload: u64,
    pub language: Language,
    pub journal: PathBuf,
    pub exchanges: Vec<ExchangeSettings>,
    /// What the page may change of the configuration; the demo has none.
    pub config: Option<Arc<dyn ConfigFile>>,
    pub now: fn() -> NaiveDateTime,
}

/// Why there is no page.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum DashboardError {
    Open {
        address: SocketAddr,
    },
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    Start(io::Error),
}

impl Worded for DashboardError {
    fn message(&self) -> Message {
        match self {
            Self::Open { address } => message!("page-open", address = address.to_string()),
            Self::Listen { address, source } => message!(
                "page-not-shown",
                address = address.to_string(),
                why = source.to_string(),
            ),
            Self::Start(err) => message!("page-not-started", why = err.to_string()),
        }
    }
}

/// A page that is shown; dropping it ends it.
pub struct Dashboard {
    address: SocketAddr,
    stop_sender: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

/// Shows the page, and returns once it can be asked for.
pub fn start(
    settings: Settings,
    heart: Arc<Heart>,
    waker: Waker,
) -> Result<Dashboard, DashboardError> {
    let address = settings.listen;
    if settings.password.is_none() && !address.ip().is_loopback() {
        return Err(DashboardError::Open { address });
    }
    let failed = |source| DashboardError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let app = App::new(settings, address, heart, waker).map_err(DashboardError::Start)?;
    let app = Arc::new(app);
    // One thread is enough: what takes long runs on threads for that.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(MOST_THREADS)
        .build()
        .map_err(DashboardError::Start)?;
    let (stop_sender, stop_receiver) = oneshot::channel::<Infallible>();
    let thread = thread::Builder::new()
        .name("page".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                let server = tokio::spawn(web::serve(listener, app));
                // Nothing is ever sent: the page ends when the sender is dropped.
                stop_receiver.await.ok();
                server.abort();
            });
            // A check may still read a large file; nobody waits for it.
            runtime.shutdown_background();
        })
        .map_err(DashboardError::Start)?;
    Ok(Dashboard {
        address,
        stop_sender: Some(stop_sender),
        thread: Some(thread),
    })
}

impl Dashboard {
    /// `http://127.0.0.1:8765/`
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        drop(self.stop_sender.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap_or_default();
        }
    }
}
