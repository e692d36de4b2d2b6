//! Makes the services and connects them.

use std::{fmt, sync::Arc};

use crate::{
    bunq::Bank,
    config::Config,
    event_bus::EventBus,
    queue::HintQueue,
    secrets::Secrets,
    store::Store,
    tpp::{
        access::Access, callbacks::Callbacks, calls::Calls, connections::Connections, consent::Consents,
        deletions::Deletions, egress::Egress, events::Events, freshness::Freshness, identity::Identities,
        issuer_transactions::IssuerTransactionWatch, notifications::NotificationFilters, onboarding::Onboarding,
        once::Orders, parts::Parts, rotation::SealingRotation, webhooks::Webhooks,
    },
    transport::WebhookSender,
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
    /// The callbacks of the bank.
    pub callbacks: Arc<Callbacks>,
    /// The issuer transactions whose changes are events.
    pub issuer_transactions: IssuerTransactionWatch,
    /// Orders, each started once.
    pub orders: Orders,
    /// The filters by which the bank reports changes of customers.
    pub notifications: Arc<NotificationFilters>,
    /// The consents of customers.
    pub consents: Consents,
    /// The events for owners of workspaces.
    pub events: Events,
    /// The endpoints to which events are sent, and their delivery.
    pub webhooks: Arc<Webhooks>,
    /// The onboarding at the bank.
    pub onboarding: Onboarding,
    /// The rotation of the sealing key.
    pub sealing_rotation: SealingRotation,
}

impl Tpp {
    /// Makes the services of a deployment.
    pub(crate) fn new(
        config: Config,
        bank: Bank,
        (store, secrets, hints): (Store, Secrets, Option<HintQueue>),
        (sender, bus): (WebhookSender, Option<EventBus>),
        clock: Clock,
    ) -> Self {
        let parts = Arc::new(Parts::new(config, bank, store, secrets, clock));
        let calls = Calls { parts: Arc::clone(&parts) };
        let callbacks = Arc::new(Callbacks::new(Arc::clone(&parts), calls.clone(), hints));
        let notifications = NotificationFilters::new(Arc::clone(&parts), calls.clone(), Arc::clone(&callbacks));
        let notifications = Arc::new(notifications);
        let access = Arc::new(Access::new(parts.store.clone(), parts.clock.clone()));
        let webhooks = Webhooks::new(parts.store.clone(), parts.secrets.clone(), (sender, bus), parts.clock.clone());
        Self {
            config: Arc::clone(&parts.config),
            clock: parts.clock.clone(),
            identities: Arc::clone(&parts.identities),
            freshness: Freshness { parts: Arc::clone(&parts), access: Arc::clone(&access) },
            access,
            connections: Arc::clone(&parts.connections),
            deletions: Deletions { parts: Arc::clone(&parts), notifications: Arc::clone(&notifications) },
            notifications,
            egress: Arc::clone(&parts.egress),
            callbacks,
            issuer_transactions: IssuerTransactionWatch { parts: Arc::clone(&parts), calls: calls.clone() },
            orders: Orders { parts: Arc::clone(&parts), calls: calls.clone() },
            calls,
            consents: Consents { parts: Arc::clone(&parts) },
            events: Events { store: parts.store.clone() },
            webhooks: Arc::new(webhooks),
            onboarding: Onboarding { parts: Arc::clone(&parts) },
            sealing_rotation: SealingRotation { parts },
        }
    }
}

impl fmt::Debug for Tpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tpp")
    }
}
