//! The state of the bank: its books, customers, keys and settings. This module answers no calls.
//!
//! Every call runs under one lock, that of the [desk](crate::desk), so code here never handles two calls at the same
//! time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::clock;
use crate::keys::ServerKey;
use crate::options::{CustomersError, StartError};
use crate::records::books::{Books, Credential, Owner};
use crate::records::customer_file::{self, Addition, ReadFile, Repeated};
use crate::records::customers::Customers;
use crate::records::customers::account::Account;
use crate::records::customers::account::KeptAccount;
use crate::records::history::History;
use crate::settings::Settings;
use crate::state_file::StateFile;
use crate::wire::rate_limit::RateLimiter;

pub(crate) struct Bank {
    pub(crate) settings: Settings,
    pub(crate) books: Books,
    pub(crate) customers: Customers,
    pub(crate) history: History,
    pub(crate) limits: RateLimiter,
    /// Like [`Books::request_ids`], for calls that only read.
    pub(crate) read_request_ids: BTreeMap<String, BTreeSet<String>>,
    server_key: Arc<ServerKey>,
    installation_keys: HashMap<u64, Arc<ServerKey>>,
    state_file: Option<StateFile>,
}

impl Bank {
    pub(crate) fn new(
        settings: Settings,
        mut books: Books,
        server_key: Arc<ServerKey>,
        state_file: Option<StateFile>,
    ) -> Result<Self, StartError> {
        let mut installation_keys = HashMap::new();
        for installation in &books.installations {
            if let Some(pem) = &installation.server_key {
                installation_keys.insert(installation.id, Arc::new(ServerKey::from_pem(pem)?));
            }
        }
        books.notifications.resume();
        let (customers, history) = customer_file::all(&books)
            .map_err(|source| StartError::Customers { name: "the simulator".to_owned(), source })?;
        Ok(Self {
            settings,
            customers,
            books,
            history,
            limits: RateLimiter::default(),
            read_request_ids: BTreeMap::new(),
            server_key,
            installation_keys,
            state_file,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        clock::now(self.settings.clock_offset_seconds)
    }

    /// Adds the customers of a file, all or none, and returns their names.
    ///
    /// # Errors
    ///
    /// When a customer is invalid, or contradicts another one.
    pub(crate) fn add_customers(&mut self, file: &ReadFile, repeated: Repeated) -> Result<Vec<String>, CustomersError> {
        let additions = file.additions(&self.customers, &self.history, &self.books, repeated)?;
        let now = self.now();
        let mut names = Vec::new();
        for Addition { own, built } in additions {
            self.books.new_ids(built.last_id + 1 - own.first_id);
            let owner = Owner::Customer { user_id: built.customer.id, customer: built.customer.name.clone() };
            self.books.credentials.push(Credential::new(built.credential_id, now, owner, built.api_key.clone()));
            names.push(built.customer.name.clone());
            built.enter(&mut self.customers, &mut self.history);
            self.books.own_customers.push(own);
        }
        Ok(names)
    }

    /// Stores an account that was opened or changed.
    pub(crate) fn keep_account(&mut self, customer: &str, account: Account) {
        self.customers.set_account(customer, account.clone());
        self.books.accounts.retain(|kept| kept.account.id != account.id);
        self.books.accounts.push(KeptAccount { customer: customer.to_owned(), account });
    }

    /// Writes the books to the state file if they changed.
    pub(crate) fn save(&mut self) {
        let Some(file) = &mut self.state_file else { return };
        if let Err(error) = file.save(&self.server_key, &self.books) {
            tracing::error!(%error, "the simulator's state file was not written");
        }
    }

    /// The key of the bank for every installation without an own server key.
    pub(crate) fn server_key(&self) -> Arc<ServerKey> {
        Arc::clone(&self.server_key)
    }

    pub(crate) fn key_of_installation(&self, id: u64) -> Arc<ServerKey> {
        Arc::clone(self.installation_keys.get(&id).unwrap_or(&self.server_key))
    }

    pub(crate) fn add_installation_key(&mut self, id: u64, key: ServerKey) {
        self.installation_keys.insert(id, Arc::new(key));
    }
}
