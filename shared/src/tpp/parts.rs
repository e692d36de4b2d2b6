//! What the services that act for a request share.

use std::sync::Arc;

use crate::{
    bunq::Bank,
    config::Config,
    secrets::Secrets,
    store::{SessionOwner, Store},
    tpp::{
        connections::Connections,
        egress::Egress,
        error::TppError,
        identity::{Identities, Identity},
        limiter::SharedLimiter,
        sessions::Sessions,
    },
    types::{clock::Clock, sealing::SealingKeys},
};

/// The bank, the stores, and the services that need nothing else.
pub(super) struct Parts {
    pub(super) config: Arc<Config>,
    pub(super) bank: Bank,
    pub(super) store: Store,
    pub(super) secrets: Secrets,
    pub(super) clock: Clock,
    pub(super) identities: Arc<Identities>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) connections: Arc<Connections>,
    pub(super) egress: Arc<Egress>,
}

impl Parts {
    /// Makes the parts of a deployment.
    pub(super) fn new(config: Config, bank: Bank, store: Store, secrets: Secrets, clock: Clock) -> Self {
        let config = Arc::new(config);
        let bank = match config.bank_limits {
            None => bank,
            Some(limits) => {
                let (store, clock) = (store.clone(), clock.clone());
                bank.clone().limited_by(SharedLimiter::new(limits, Arc::clone(&config), bank, store, clock))
            }
        };
        let identities = Arc::new(Identities::new(Arc::clone(&config), secrets.clone(), &clock));
        let sessions = Arc::new(Sessions::new(
            Arc::clone(&config),
            bank.clone(),
            Arc::clone(&identities),
            store.clone(),
            clock.clone(),
        ));
        let connections = Arc::new(Connections::new(Arc::clone(&config), store.clone(), clock.clone()));
        let egress = Arc::new(Egress {
            secrets: secrets.clone(),
            identities: Arc::clone(&identities),
            sessions: Arc::clone(&sessions),
        });
        Self { config, bank, store, secrets, clock, identities, sessions, connections, egress }
    }

    /// Returns the keys that seal the stored records of an owner's orders.
    ///
    /// # Errors
    /// For a customer, returns [`TppError::UnknownUser`],
    /// [`TppError::ConsentRevoked`] or [`TppError::ConsentExpired`] if there is no usable connection; and other
    /// variants if a store or secret cannot be read.
    pub(super) async fn record_keys(&self, identity: &Identity, owner: SessionOwner) -> Result<SealingKeys, TppError> {
        Ok(match owner {
            SessionOwner::Tpp => identity.sealing.clone(),
            SessionOwner::Customer(user_id) => {
                self.connections.usable(user_id).await?.record_keys(&identity.sealing)?
            }
        })
    }
}
