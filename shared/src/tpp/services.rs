//! Makes the services and connects them.

use std::{fmt, sync::Arc};

use crate::{
    bunq::Bank,
    config::Config,
    secrets::Secrets,
    store::Store,
    tpp::{
        access::Access, calls::Calls, connections::Connections, consent::Consents, deletions::Deletions,
        egress::Egress, freshness::Freshness, identity::Identities, onboarding::Onboarding, once::Orders, parts::Parts,
    },
    types::clock::Clock,
};

/// A running deployment: the services that handlers call.
pub struct Tpp {
    /// The configuration of the deployment.
    pub config: Arc<Config>,
    /// The source of the current time.
    pub clock: Clock,
    /// The deployment's identity at the bank.
    pub identities: Arc<Identities>,
    /// The API keys of callers.
    pub access: Arc<Access>,
    /// The agreement of memory with the store.
    pub freshness: Freshness,
    /// The connections of customers.
    pub connections: Arc<Connections>,
    /// The deletion of connections.
    pub deletions: Deletions,
    /// The addresses that the bank sees us from and permits.
    pub egress: Arc<Egress>,
    /// Calls to the bank.
    pub calls: Calls,
    /// Orders, each started once.
    pub orders: Orders,
    /// The consents of customers.
    pub consents: Consents,
    /// The onboarding at the bank.
    pub onboarding: Onboarding,
}

impl Tpp {
    /// Makes the services of a deployment.
    #[must_use]
    pub fn new(config: Config, bank: Bank, store: Store, secrets: Secrets, clock: Clock) -> Self {
        let parts = Arc::new(Parts::new(config, bank, store, secrets, clock));
        let calls = Calls { parts: Arc::clone(&parts) };
        let access = Arc::new(Access::new(parts.store.clone(), parts.clock.clone()));
        Self {
            config: Arc::clone(&parts.config),
            clock: parts.clock.clone(),
            identities: Arc::clone(&parts.identities),
            freshness: Freshness { parts: Arc::clone(&parts), access: Arc::clone(&access) },
            access,
            connections: Arc::clone(&parts.connections),
            deletions: Deletions { parts: Arc::clone(&parts) },
            egress: Arc::clone(&parts.egress),
            orders: Orders { parts: Arc::clone(&parts), calls: calls.clone() },
            calls,
            consents: Consents { parts: Arc::clone(&parts) },
            onboarding: Onboarding { parts },
        }
    }
}

impl fmt::Debug for Tpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tpp")
    }
}
