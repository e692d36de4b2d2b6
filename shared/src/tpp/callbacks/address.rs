//! The addresses at which the bank calls us: `<public url>/hooks/bunq/<token>`. The token names the customer.

use std::{sync::Arc, time::Duration};

use url::Url;

use crate::{
    config::Config,
    secrets::{HookSecret, Secrets},
    tpp::error::TppError,
    types::{
        cache::{Cache, Trust},
        callback_token::CallbackKeys,
        clock::Clock,
        ids::UserId,
        sealing::SealError,
    },
};

/// How long the keys are trusted before they are read again.
const TRUSTED_FOR: Duration = Duration::from_secs(600);

/// Makes the addresses.
pub(in crate::tpp) struct Callbacks {
    config: Arc<Config>,
    secrets: Secrets,
    keys: Cache<(), Arc<CallbackKeys>>,
}

impl Callbacks {
    /// Makes the addresses of a deployment.
    pub(in crate::tpp) fn new(config: Arc<Config>, secrets: Secrets, clock: Clock) -> Self {
        Self { config, secrets, keys: Cache::trusting(TRUSTED_FOR, clock) }
    }

    /// Returns the address of a customer's callbacks. Its path is a secret.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] if the setup has not made the keys, and other variants if the secret cannot
    /// be read or is invalid.
    pub(in crate::tpp) async fn address(&self, user_id: UserId) -> Result<Url, TppError> {
        let load = async || {
            let secret = self.secrets.read::<HookSecret>().await?.ok_or(TppError::NotOnboarded)?;
            Ok::<_, TppError>(Arc::new(secret.keys()?))
        };
        let keys = self.keys.get_or_load(&(), Trust::Recent, load).await?;
        let token = keys.token(user_id).ok_or(SealError::Key)?;
        Ok(self.config.public(&format!("hooks/bunq/{}", token.expose())))
    }

    /// Returns the beginning of every address of this deployment.
    pub(in crate::tpp) fn prefix(&self) -> Url {
        self.config.public("hooks/bunq/")
    }
}
