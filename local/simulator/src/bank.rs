//! The bank: its books, its customers, its keys, and what disturbs it.
//!
//! Every call acts under one lock, so nothing in here has to think about two calls at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::books::Books;
use crate::clock;
use crate::customers::account::KeptAccount;
use crate::customers::{Account, Customers};
use crate::keys::ServerKey;
use crate::money::history::History;
use crate::oauth::consent_page::nothing_here;
use crate::options::ServerKeyError;
use crate::settings::Settings;
use crate::state_file::StateFile;
use crate::switches::calls::Calls;
use crate::switches::faults::Faults;
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::gate;
use crate::wire::rate_limit::RateLimiter;
use crate::wire::refusal::Refusal;
use crate::wire::routes::{Act, Found};

pub(crate) struct Bank {
    pub(crate) settings: Settings,
    pub(crate) books: Books,
    pub(crate) customers: Customers,
    pub(crate) history: History,
    pub(crate) limits: RateLimiter,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
    /// Like [`Books::request_ids`], of calls that only read.
    pub(crate) read_request_ids: BTreeMap<String, BTreeSet<String>>,
    server_key: Arc<ServerKey>,
    installation_keys: HashMap<u64, Arc<ServerKey>>,
    state_file: Option<StateFile>,
}

/// The bank, shared by everything that runs.
#[derive(Clone)]
pub(crate) struct SharedBank(Arc<Mutex<Bank>>);

impl SharedBank {
    pub(crate) fn new(bank: Bank) -> Self {
        Self(Arc::new(Mutex::new(bank)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Bank> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bank {
    pub(crate) fn new(
        settings: Settings,
        books: Books,
        server_key: Arc<ServerKey>,
        state_file: Option<StateFile>,
    ) -> Result<Self, ServerKeyError> {
        let mut installation_keys = HashMap::new();
        for installation in &books.installations {
            if let Some(pem) = &installation.server_key {
                installation_keys.insert(installation.id, Arc::new(ServerKey::from_pem(pem)?));
            }
        }
        let history = History::of_the_first_day(&Customers::of_the_first_day());
        Ok(Self {
            settings,
            customers: Customers::of_today(&books),
            books,
            history,
            limits: RateLimiter::default(),
            faults: Faults::default(),
            calls: Calls::default(),
            read_request_ids: BTreeMap::new(),
            server_key,
            installation_keys,
            state_file,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        clock::now(self.settings.clock_offset_seconds)
    }

    /// Remembers an account that was opened or changed.
    pub(crate) fn keep_account(&mut self, customer: &str, account: Account) {
        self.customers.set_account(customer, account.clone());
        self.books.accounts.retain(|kept| kept.account.id != account.id);
        self.books.accounts.push(KeptAccount { customer: customer.to_owned(), account });
    }

    /// Carries a call out and answers it.
    pub(crate) fn act(&mut self, call: &Call) -> Answer {
        let result = match &call.found {
            Found::Nothing if call.is_browsers() => Ok(nothing_here(&call.path)),
            Found::Nothing => Err(Refusal::unknown_endpoint()),
            Found::WrongMethod(_) => Err(Refusal::unrecorded(405, "this endpoint has no such method.")),
            Found::Route(route, _) => match route.act {
                Act::Web(handler) => Ok(handler(self, call)),
                Act::Api(needs, handler) => {
                    gate::admit(self, route, needs, call).and_then(|caller| handler(self, call, &caller))
                }
            },
        };
        let dutch = call.header("x-bunq-language") == Some("nl_NL");
        let answer = result.unwrap_or_else(|refusal| refusal.answer(&self.settings, dutch));
        self.save();
        answer
    }

    /// Writes the books to the state file when they changed.
    pub(crate) fn save(&mut self) {
        let Some(file) = &mut self.state_file else { return };
        if let Err(error) = file.save(&self.server_key, &self.books) {
            tracing::error!(%error, "the simulator's state file was not written");
        }
    }

    /// The key that signs the answer to a call.
    pub(crate) fn key_of(&self, call: &Call) -> Arc<ServerKey> {
        match gate::installation(self, call) {
            Some(installation) => self.key_of_installation(installation.id),
            None => Arc::clone(&self.server_key),
        }
    }

    pub(crate) fn key_of_installation(&self, id: u64) -> Arc<ServerKey> {
        Arc::clone(self.installation_keys.get(&id).unwrap_or(&self.server_key))
    }

    pub(crate) fn add_installation_key(&mut self, id: u64, key: ServerKey) {
        self.installation_keys.insert(id, Arc::new(key));
    }
}
