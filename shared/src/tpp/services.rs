//! Makes the services and connects them.

use std::{fmt, sync::Arc};

use crate::{
    bunq::Bank,
    config::Config,
    secrets::Secrets,
    store::Store,
    tpp::{
        access::Access,
        address::OwnAddress,
        calls::Calls,
        connections::Connections,
        consent::{Beginnings, Callbacks, Claims, connect::NewConnections},
        deletions::Deletions,
        egress::Egress,
        identity::Identities,
        onboarding::{Onboarding, progress::Parts},
        once::Orders,
        order_references::OrderReferences,
        record_keys::RecordKeys,
        sessions::Sessions,
        tpp_session::TppSession,
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
    pub access: Access,
    /// The connections of customers.
    pub connections: Arc<Connections>,
    /// The deletion of connections.
    pub deletions: Arc<Deletions>,
    /// The addresses that the bank sees us from and permits.
    pub egress: Arc<Egress>,
    /// Calls to the bank.
    pub calls: Arc<Calls>,
    /// Orders, each started once.
    pub orders: Orders,
    /// The references of orders.
    pub order_references: OrderReferences,
    /// Browsers that go to the bank to consent.
    pub beginnings: Beginnings,
    /// Consents that are created, and claimed, with an API key.
    pub claims: Arc<Claims>,
    /// Browsers that return from the bank.
    pub callbacks: Callbacks,
    /// The onboarding at the bank.
    pub onboarding: Onboarding,
}

impl Tpp {
    /// Makes the services of a deployment.
    #[must_use]
    pub fn new(config: Config, bank: Bank, store: Store, secrets: Secrets, clock: Clock) -> Self {
        let config = Arc::new(config);
        let address = Arc::new(OwnAddress::default());
        let identities = Arc::new(Identities::new(Arc::clone(&config), secrets.clone(), &clock));
        let sessions = Arc::new(Sessions::new(bank.clone(), store.clone(), clock.clone(), Arc::clone(&address)));
        let tpp_session =
            Arc::new(TppSession { config: Arc::clone(&config), bank: bank.clone(), sessions: Arc::clone(&sessions) });
        let egress = Arc::new(Egress {
            secrets: secrets.clone(),
            clock: clock.clone(),
            address,
            identities: Arc::clone(&identities),
            tpp_session: Arc::clone(&tpp_session),
        });
        let connections = Arc::new(Connections::new(Arc::clone(&config), store.clone(), clock.clone()));
        let calls = Arc::new(Calls {
            identities: Arc::clone(&identities),
            sessions: Arc::clone(&sessions),
            tpp_session: Arc::clone(&tpp_session),
            connections: Arc::clone(&connections),
            egress: Arc::clone(&egress),
        });
        let record_keys =
            Arc::new(RecordKeys { identities: Arc::clone(&identities), connections: Arc::clone(&connections) });
        let deletions = Arc::new(Deletions {
            store: store.clone(),
            identities: Arc::clone(&identities),
            sessions: Arc::clone(&sessions),
            connections: Arc::clone(&connections),
        });
        let new_connections = Arc::new(NewConnections {
            config: Arc::clone(&config),
            bank: bank.clone(),
            store: store.clone(),
            clock: clock.clone(),
            sessions: Arc::clone(&sessions),
            connections: Arc::clone(&connections),
            deletions: Arc::clone(&deletions),
            egress: Arc::clone(&egress),
        });
        let claims = Arc::new(Claims {
            store: store.clone(),
            clock: clock.clone(),
            identities: Arc::clone(&identities),
            sessions: Arc::clone(&sessions),
            connections: Arc::clone(&connections),
            new_connections: Arc::clone(&new_connections),
        });
        let callbacks = Callbacks {
            config: Arc::clone(&config),
            bank: bank.clone(),
            store: store.clone(),
            clock: clock.clone(),
            identities: Arc::clone(&identities),
            new_connections,
            claims: Arc::clone(&claims),
        };
        let parts = Parts {
            config: Arc::clone(&config),
            bank,
            store: store.clone(),
            secrets,
            clock: clock.clone(),
            identities: Arc::clone(&identities),
            sessions,
            tpp_session,
        };
        Self {
            access: Access::new(store.clone(), clock.clone()),
            orders: Orders { store: store.clone(), calls: Arc::clone(&calls), record_keys: Arc::clone(&record_keys) },
            order_references: OrderReferences { store: store.clone(), record_keys },
            beginnings: Beginnings { config: Arc::clone(&config), store, identities: Arc::clone(&identities) },
            onboarding: Onboarding { parts },
            config,
            clock,
            identities,
            connections,
            deletions,
            egress,
            calls,
            claims,
            callbacks,
        }
    }
}

impl fmt::Debug for Tpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tpp")
    }
}
