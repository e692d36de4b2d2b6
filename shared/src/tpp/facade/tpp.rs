//! Makes the services and connects them.

use std::{fmt, sync::Arc};

use jiff::Timestamp;

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
        consent::{begin::Beginnings, callback::Callbacks, claim::Claims, connect::NewConnections},
        deletions::Deletions,
        egress::Egress,
        error::TppError,
        identity::{Identities, Identity},
        onboarding::{known::KnownAtBank, progress::Parts, service::Onboarding},
        once::Orders,
        order_references::OrderReferences,
        record_keys::RecordKeys,
        sessions::Sessions,
        tpp_session::TppSession,
    },
    types::clock::Clock,
};

/// A running deployment. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Tpp(Arc<Services>);

/// The services that requests are passed to.
pub(super) struct Services {
    config: Arc<Config>,
    clock: Clock,
    identities: Arc<Identities>,
    pub(super) access: Access,
    pub(super) connections: Arc<Connections>,
    pub(super) deletions: Arc<Deletions>,
    pub(super) egress: Arc<Egress>,
    pub(super) calls: Arc<Calls>,
    pub(super) orders: Orders,
    pub(super) order_references: OrderReferences,
    pub(super) beginnings: Beginnings,
    pub(super) claims: Arc<Claims>,
    pub(super) callbacks: Callbacks,
    pub(super) onboarding: Onboarding,
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
        let known = KnownAtBank { identities: Arc::clone(&identities), tpp_session: Arc::clone(&tpp_session) };
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
        Self(Arc::new(Services {
            access: Access::new(store.clone(), clock.clone()),
            orders: Orders { store: store.clone(), calls: Arc::clone(&calls), record_keys: Arc::clone(&record_keys) },
            order_references: OrderReferences { store: store.clone(), record_keys },
            beginnings: Beginnings { config: Arc::clone(&config), store, identities: Arc::clone(&identities) },
            onboarding: Onboarding { parts, known },
            config,
            clock,
            identities,
            connections,
            deletions,
            egress,
            calls,
            claims,
            callbacks,
        }))
    }

    /// Returns the services, for the methods that pass requests to them.
    pub(super) fn services(&self) -> &Services {
        &self.0
    }

    /// Returns the configuration of the deployment.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Returns the deployment's identity at the bank.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] before the setup made an installation, and other variants if a secret cannot
    /// be read or a key in it is invalid.
    pub async fn identity(&self) -> Result<Arc<Identity>, TppError> {
        self.0.identities.get().await
    }

    /// Loads what every request needs, so that the first request does not wait for it. An error is reported by that
    /// request.
    pub async fn warm(&self) {
        let _ = self.identity().await;
    }
}

impl fmt::Debug for Tpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tpp")
    }
}
