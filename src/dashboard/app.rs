//! What all pages share: settings, the journal to read, checks, and what the shop said of itself.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::NaiveDateTime;
use tokio::sync::Semaphore;

use crate::dashboard::access::Access;
use crate::dashboard::checks::Checks;
use crate::dashboard::shop_lists::ShopLists;
use crate::dashboard::{Heart, Settings};
use crate::journal::{Journal, JournalError};
use crate::pipeline::{ExchangeSettings, Waker};
use crate::shop::{self, Client};
use crate::wording::Wording;
use crate::wording::{Message, Worded as _};

/// Files that arrive at once.
const MOST_UPLOADS: usize = 8;

/// Groups of files that are looked at at once.
const MOST_LOOKS: usize = 2;

pub(super) struct App {
    pub(super) settings: Settings,
    pub(super) access: Access,
    pub(super) heart: Arc<Heart>,
    pub(super) waker: Waker,
    pub(super) checks: Checks,
    pub(super) shop_lists: ShopLists,
    pub(super) uploads: Semaphore,
    pub(super) looks: Arc<Semaphore>,
    pub(super) logins: Semaphore,
    /// As they count now: what is chosen on the page takes the place of what was read.
    exchanges: RwLock<Arc<[ExchangeSettings]>>,
    readers: Mutex<Vec<Journal>>,
    greetings: Mutex<Vec<(String, ShopSaid)>>,
}

/// What a shop said when it was last asked who it is.
#[derive(Debug, Clone)]
pub(super) struct ShopSaid {
    pub(super) at: NaiveDateTime,
    /// Module and version, or why there is no answer.
    pub(super) said: Result<String, Message>,
}

impl App {
    pub(super) fn new(
        settings: Settings,
        address: SocketAddr,
        heart: Arc<Heart>,
        waker: Waker,
    ) -> io::Result<Self> {
        let uploads = settings.journal.with_extension("uploads");
        Ok(Self {
            access: Access::new(settings.password.clone(), settings.names.clone(), address)?,
            checks: Checks::at(&uploads),
            shop_lists: ShopLists::default(),
            uploads: Semaphore::new(MOST_UPLOADS),
            looks: Arc::new(Semaphore::new(MOST_LOOKS)),
            logins: Semaphore::new(1),
            exchanges: RwLock::new(settings.exchanges.clone().into()),
            settings,
            heart,
            waker,
            readers: Mutex::default(),
            greetings: Mutex::default(),
        })
    }

    pub(super) fn words(&self) -> &'static Wording {
        self.settings.language.words()
    }

    pub(super) fn now(&self) -> NaiveDateTime {
        (self.settings.now)()
    }

    /// All of them, as they count at this moment.
    pub(super) fn exchanges(&self) -> Arc<[ExchangeSettings]> {
        let exchanges = self.exchanges.read();
        Arc::clone(&exchanges.unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn exchange(&self, name: &str) -> Option<ExchangeSettings> {
        let all = self.exchanges();
        all.iter().find(|exchange| exchange.name == name).cloned()
    }

    /// What was chosen counts from here on, for the page and for the service.
    pub(super) fn take_choices(&self, chosen: ExchangeSettings) {
        let mut exchanges = self
            .exchanges
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut all = exchanges.to_vec();
        for known in all.iter_mut().filter(|known| known.name == chosen.name) {
            known.take_choices(&chosen);
        }
        *exchanges = all.into();
        self.waker.renew(chosen);
    }

    /// Reads the journal through a connection that no other request uses meanwhile.
    pub(super) fn read<T, E: From<JournalError>>(
        &self,
        work: impl FnOnce(&Journal) -> Result<T, E>,
    ) -> Result<T, E> {
        let free = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let journal = match free {
            Some(journal) => journal,
            None => Journal::open_reader(&self.settings.journal)?,
        };
        let result = work(&journal);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.push(journal);
        result
    }

    /// For a decision: the same as a command would open.
    pub(super) fn open_journal(&self) -> Result<Journal, JournalError> {
        Journal::open(&self.settings.journal)
    }

    /// Asks the shop who it is, and remembers it.
    pub(super) fn ask_shop(&self, exchange: &ExchangeSettings) {
        let said = Client::new(exchange.shop.clone())
            .and_then(|client| client.log_in())
            .map(|access| match access {
                shop::Access::Module(greeting) => {
                    format!("obmen {} · OpenCart {}", greeting.module, greeting.opencart)
                }
                shop::Access::Upstream(dialect) => {
                    format!("zstore.php · OpenCart {}", dialect.name())
                }
            })
            .map_err(|err| err.message());
        if said.is_ok() {
            self.heart.shop_answered(&exchange.name, self.now());
        }
        let said = ShopSaid {
            at: self.now(),
            said,
        };
        let mut greetings = self
            .greetings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        greetings.retain(|(name, _)| *name != exchange.name);
        greetings.push((exchange.name.clone(), said));
    }

    pub(super) fn shop_said(&self, exchange: &str) -> Option<ShopSaid> {
        let greetings = self
            .greetings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let found = greetings.iter().find(|(name, _)| name == exchange);
        found.map(|(_, said)| said.clone())
    }
}
