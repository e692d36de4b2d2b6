//! What the tasks of callbacks share.

use std::{sync::Arc, time::Duration};

use crate::{
    queue::{HintQueue, QueueError},
    secrets::HookSecret,
    tpp::{calls::Calls, error::TppError, parts::Parts},
    types::{
        cache::{Cache, Trust},
        callback_token::CallbackKeys,
    },
};

/// How long the keys of callback tokens are trusted before they are read again.
const TRUSTED_FOR: Duration = Duration::from_secs(600);

/// How often the keys are read again at most because a token names a key that this process does not know.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The callbacks of the bank.
pub struct Callbacks {
    pub(super) parts: Arc<Parts>,
    pub(super) calls: Calls,
    queue: Option<HintQueue>,
    keys: Cache<(), Arc<CallbackKeys>>,
    /// The keys after a token of an unknown key has arrived.
    newest_keys: Cache<(), Arc<CallbackKeys>>,
}

impl Callbacks {
    /// Makes the callbacks of a deployment. Without a queue, there are none.
    pub(in crate::tpp) fn new(parts: Arc<Parts>, calls: Calls, queue: Option<HintQueue>) -> Self {
        let keys = Cache::trusting(TRUSTED_FOR, parts.clock.clone());
        let newest_keys = Cache::trusting(READ_AGAIN_AFTER, parts.clock.clone());
        Self { parts, calls, queue, keys, newest_keys }
    }

    /// Returns whether this deployment has addresses for callbacks (`HINTS_QUEUE`).
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.queue.is_some()
    }

    /// Returns the queue of hints.
    ///
    /// # Errors
    /// Returns [`TppError::Queue`] if this deployment has none.
    pub fn queue(&self) -> Result<&HintQueue, TppError> {
        let none = || QueueError::Misconfigured("HINTS_QUEUE is not set".to_owned());
        self.queue.as_ref().ok_or_else(none).map_err(TppError::Queue)
    }

    /// Reads the keys of callback tokens, so that the first request need not. If that fails, it does.
    pub async fn prepare(&self) {
        let _ = self.keys().await;
    }

    /// Returns the keys of callback tokens.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] if the setup has not made them, and other variants if the secret cannot be
    /// read or is invalid.
    pub(super) async fn keys(&self) -> Result<Arc<CallbackKeys>, TppError> {
        self.keys.get_or_load(&(), Trust::Recent, async || self.read_keys().await).await
    }

    /// Returns the keys of callback tokens, at most ten seconds old: another process may have made an address with a
    /// key that was added since this one has read them.
    ///
    /// # Errors
    /// Returns the errors of [`Self::keys`].
    pub(super) async fn newest_keys(&self) -> Result<Arc<CallbackKeys>, TppError> {
        let load = async || {
            let asked_at = self.parts.clock.now();
            let keys = self.read_keys().await?;
            self.keys.open(&()).await.keep(Arc::clone(&keys), asked_at);
            Ok(keys)
        };
        self.newest_keys.get_or_load(&(), Trust::Recent, load).await
    }

    async fn read_keys(&self) -> Result<Arc<CallbackKeys>, TppError> {
        let secret = self.parts.secrets.read::<HookSecret>().await?.ok_or(TppError::NotOnboarded)?;
        Ok(Arc::new(secret.keys()?))
    }
}
