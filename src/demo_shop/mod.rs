//! A shop to try against: real HTTP on this machine that answers as OpenCart
//! with the `zstore` module does, and goes wrong on request.
//!
//! It is no mock. It has products, orders, tokens and a database of its own,
//! repeats the flaws of the real shops (loose skus, half-applied batches,
//! silent unknowns), and a client cannot tell it from a real one by the body
//! of an answer. What it promises is what was recorded from OpenCart 2.3.0.2,
//! 3.0.5.1, 4.0.2.3 and 4.1.0.4; `replay_tests` compares the two.
//!
//! A shop in another process is watched and spoiled through `GET /_demo/state`,
//! `POST` and `DELETE /_demo/faults` and `POST /_demo/orders`, which speak JSON.
//!
//! It holds one store in two languages, and knows nothing of the rest of the
//! crate. SQL that a client smuggles into a value is refused, not run.

mod catalogue;
mod changes;
mod clock;
mod collation;
mod connection;
mod demo_data;
mod escape;
mod faults;
mod functions;
mod kept;
mod login;
mod module;
mod module_goods;
mod module_options;
mod module_orders;
mod module_writes;
mod order_row;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod replay_tests;
mod reply;
mod request;
mod route;
mod script;
mod server;
mod shop;
mod sql;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chrono::NaiveDateTime;
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use self::clock::Clock;
use self::escape::html_escape;
use self::faults::Waiting;
use self::kept::Kept;
use self::login::Sessions;
use self::shop::{Inner, Shop};
use self::store::Store;

use crate::wording::{Message, Worded, message};

pub use self::catalogue::{
    Buyer, Catalogue, Category, Currency, HistoryRow, Method, NewLine, NewOrder, Order, OrderId,
    OrderLine, Product, Status,
};
pub use self::faults::{Fault, FaultKind, Times};
pub use self::kept::KeptError;
pub use self::shop::CallSeen;

/// The OpenCart whose answers the shop gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    V23,
    V30,
    V40,
    /// Lets no module in: 403, or a complaint about a missing table when a token is sent.
    V41,
}

/// Which module the shop has installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Module {
    /// As published; its `updateorder` dies on 4.0.
    Upstream,
    /// With `updateorder` working on 4.0 too.
    Repaired,
    /// Obmen's own instead, which works on 4.1 as well.
    Own,
}

/// Where the shop keeps what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Memory,
    /// A SQLite file; a new one starts with the catalogue of the settings.
    Kept(PathBuf),
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// Port 0 lets the system choose one.
    pub listen: SocketAddr,
    pub dialect: Dialect,
    pub module: Module,
    pub username: String,
    pub key: String,
    pub state: State,
    /// OpenCart's `config_error_display`, on after installation: warnings stand before the JSON.
    pub error_display: bool,
    /// The shop's time when it opens; it goes on from there.
    pub now: NaiveDateTime,
    pub catalogue: Catalogue,
}

impl Settings {
    /// A shop in memory on a free port, with the upstream module and warnings shown.
    pub fn new(dialect: Dialect, catalogue: Catalogue, now: NaiveDateTime) -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            dialect,
            module: Module::Upstream,
            username: "obmen".to_owned(),
            key: "demo-key-0123456789abcdef".to_owned(),
            state: State::Memory,
            error_display: true,
            now,
            catalogue,
        }
    }
}

/// The shop cannot open.
#[derive(Debug, Error)]
#[error("{}", self.message())]
pub enum DemoShopError {
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    Start(#[source] io::Error),
    #[error(transparent)]
    Kept(#[from] KeptError),
}

impl Worded for DemoShopError {
    fn message(&self) -> Message {
        match self {
            Self::Listen { address, .. } => {
                message!("demo-shop-listen", address = address.to_string())
            }
            Self::Start(_) => message!("demo-shop-start"),
            Self::Kept(err) => err.message(),
        }
    }
}

/// The API user whom the shop lets in.
struct Credentials {
    username: String,
    key: String,
}

/// A shop that is open; dropping it closes it, unanswered calls and all.
pub struct DemoShop {
    address: SocketAddr,
    shop: Arc<Shop>,
    stop_sender: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

/// Opens a shop and returns once it can be called.
pub fn start(settings: Settings) -> Result<DemoShop, DemoShopError> {
    let failed = |source| DemoShopError::Listen {
        address: settings.listen,
        source,
    };
    let listener = TcpListener::bind(settings.listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let shop = Arc::new(open(settings, address)?);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(DemoShopError::Start)?;
    let (stop_sender, stop_receiver) = oneshot::channel();
    let served = Arc::clone(&shop);
    let thread = thread::Builder::new()
        .name("demo-shop".to_owned())
        .spawn(move || run(&runtime, listener, served, stop_receiver))
        .map_err(DemoShopError::Start)?;
    Ok(DemoShop {
        address,
        shop,
        stop_sender: Some(stop_sender),
        thread: Some(thread),
    })
}

fn open(settings: Settings, address: SocketAddr) -> Result<Shop, DemoShopError> {
    let kept = match &settings.state {
        State::Memory => None,
        State::Kept(path) => Some(Kept::open(path)?),
    };
    let store = Store::open(settings.dialect, settings.catalogue, kept, settings.now)?;
    let seed = format!("{}\n{address}\n{}", settings.key, settings.now);
    Ok(Shop {
        dialect: settings.dialect,
        module: settings.module,
        credentials: Credentials {
            username: settings.username,
            key: settings.key,
        },
        error_display: settings.error_display,
        clock: Clock::starting_at(settings.now),
        inner: Mutex::new(Inner {
            store,
            sessions: Sessions::new(seed),
            faults: Waiting::default(),
            calls: Vec::new(),
            n_late: 0,
            answers: module::Answers::default(),
        }),
    })
}

/// Serves until told to stop, then leaves at once: open connections break.
fn run(
    runtime: &Runtime,
    listener: TcpListener,
    shop: Arc<Shop>,
    closing: oneshot::Receiver<Infallible>,
) {
    runtime.block_on(async {
        let server = tokio::spawn(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            server::serve(listener, shop).await
        });
        // Nothing is ever sent: the shop closes when the sender is dropped.
        closing.await.ok();
        server.abort();
    });
}

impl Shop {
    fn place_order(&self, order: NewOrder) -> OrderId {
        let mut inner = self.lock();
        let id = inner.store.place(order, self.clock.now());
        save(&mut inner);
        id
    }
}

impl DemoShop {
    /// `http://127.0.0.1:PORT/`
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn username(&self) -> &str {
        &self.shop.credentials.username
    }

    pub fn key(&self) -> &str {
        &self.shop.credentials.key
    }

    /// Closes the shop and returns when its port is free again.
    pub fn stop(mut self) {
        self.close();
    }

    /// Keeps the shop open until the process ends.
    pub fn wait(mut self) {
        join(self.thread.take());
    }

    /// The first product with this sku, which is compared as loosely as the shop does.
    pub fn product(&self, sku: &str) -> Option<Product> {
        let inner = self.shop.lock();
        let id = *inner.store.ids_of(&html_escape(sku)).first()?;
        inner.store.product(id).cloned()
    }

    pub fn products(&self) -> Vec<Product> {
        self.shop.lock().store.products().cloned().collect()
    }

    pub fn categories(&self) -> Vec<Category> {
        self.shop.lock().store.categories.clone()
    }

    /// Pictures that have been uploaded, by their place.
    pub fn images(&self) -> BTreeMap<String, Vec<u8>> {
        self.shop.lock().store.images.clone()
    }

    pub fn orders(&self) -> Vec<Order> {
        self.shop.lock().store.orders().cloned().collect()
    }

    pub fn order(&self, id: OrderId) -> Option<Order> {
        self.shop
            .lock()
            .store
            .orders()
            .find(|order| order.id == id)
            .cloned()
    }

    /// How many calls a fault has put off and the shop has carried out since.
    pub fn n_late(&self) -> usize {
        self.shop.lock().n_late
    }

    /// How often the function was called, `login` included, whatever came of it.
    pub fn n_calls(&self, function: &str) -> usize {
        self.shop
            .lock()
            .calls
            .iter()
            .filter(|call| call.function == function)
            .count()
    }

    pub fn calls(&self) -> Vec<CallSeen> {
        self.shop.lock().calls.clone()
    }

    /// A buyer orders; pending orders take their goods off the shelf.
    pub fn place_order(&self, order: NewOrder) -> OrderId {
        self.shop.place_order(order)
    }

    /// The owner edits all products with this sku; `false` when there is none.
    ///
    /// The shop waits meanwhile, so `change` must not ask it anything.
    pub fn edit_product(&self, sku: &str, change: impl Fn(&mut Product)) -> bool {
        let mut inner = self.shop.lock();
        let is_found = inner.store.edit(&html_escape(sku), change);
        save(&mut inner);
        is_found
    }

    pub fn advance_clock(&self, by: Duration) {
        self.shop.clock.advance(by);
    }

    pub fn inject(&self, fault: Fault) {
        self.shop.lock().faults.add(fault);
    }

    pub fn clear_faults(&self) {
        self.shop.lock().faults.clear();
    }

    fn close(&mut self) {
        // Dropping the sender is the signal.
        drop(self.stop_sender.take());
        join(self.thread.take());
    }
}

impl Drop for DemoShop {
    fn drop(&mut self) {
        self.close();
    }
}

fn save(inner: &mut Inner) {
    if let Err(err) = inner.store.save() {
        tracing::error!(error = %err, "cannot keep the state of the demo shop");
    }
}

fn join(thread: Option<JoinHandle<()>>) {
    if thread.is_some_and(|thread| thread.join().is_err()) {
        tracing::error!("the thread of the demo shop has panicked");
    }
}
