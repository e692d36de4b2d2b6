//! What the tasks of webhooks share.

use std::{sync::Arc, time::Duration};

use webhooks::Sender;

use crate::{
    event_bus::EventBus,
    secrets::{DeliverySecret, Secrets},
    store::Store,
    tpp::{error::TppError, webhooks::error::WebhookError},
    transport::WebhookSender,
    types::{
        cache::{Cache, Trust},
        clock::Clock,
        sealing::SealingKeys,
    },
};

/// How long the keys that seal secrets of endpoints are trusted before they are read again.
const TRUSTED_FOR: Duration = Duration::from_secs(600);

/// The webhooks of all workspaces.
pub struct Webhooks {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) sender: WebhookSender,
    pub(super) bus: Option<EventBus>,
    secrets: Secrets,
    keys: Cache<(), Arc<SealingKeys>>,
}

impl Webhooks {
    /// Makes the webhooks of a deployment.
    pub(in crate::tpp) fn new(
        store: Store,
        secrets: Secrets,
        (sender, bus): (WebhookSender, Option<EventBus>),
        clock: Clock,
    ) -> Self {
        let keys = Cache::trusting(TRUSTED_FOR, clock.clone());
        Self { store, clock, sender, bus, secrets, keys }
    }

    /// Returns the keys that seal the secrets of endpoints.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] if the setup has not made them, and other variants if the secret cannot be
    /// read or is invalid.
    pub(super) async fn keys(&self) -> Result<Arc<SealingKeys>, TppError> {
        let load = async || {
            let secret = self.secrets.read::<DeliverySecret>().await?.ok_or(TppError::NotOnboarded)?;
            Ok::<_, TppError>(Arc::new(secret.keys()?))
        };
        self.keys.get_or_load(&(), Trust::Recent, load).await
    }

    /// Returns the sender.
    pub(super) fn sender(&self) -> Result<&Sender, WebhookError> {
        self.sender.get().ok_or(WebhookError::Unusable)
    }
}
