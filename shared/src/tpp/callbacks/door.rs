//! The door for callbacks: the addresses that the bank is given, and what is done with a callback that arrives. It can
//! do next to nothing: it reads one key, and sends to one queue.

use std::net::IpAddr;

use url::Url;

use super::service::Callbacks;
use crate::{
    telemetry::{Metric, count},
    tpp::error::TppError,
    types::{hint::Hint, ids::UserId, secret::Secret as _},
};

/// The path of all addresses for callbacks, without the token at its end.
const PATH: &str = "hooks/bunq";

impl Callbacks {
    /// Returns the address to which the bank sends callbacks about a customer. It is a secret: it lets its
    /// owner make this deployment read what is new of the customer, and nothing else.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] if the setup has not made the key, and other variants if the key cannot be
    /// read or is invalid.
    pub async fn address(&self, user_id: UserId) -> Result<Url, TppError> {
        let token = self.keys().await?.token(user_id).ok_or(TppError::NotOnboarded)?;
        Ok(self.parts.config.public(&format!("{PATH}/{}", token.expose())))
    }

    /// Returns how the address of every customer of this deployment begins. It distinguishes this deployment's filters
    /// from those of others.
    #[must_use]
    pub fn address_beginning(&self) -> Url {
        self.parts.config.public(&format!("{PATH}/"))
    }

    /// Returns the customer of a token in an address, or `None` if no valid key made it.
    ///
    /// # Errors
    /// Returns the errors of [`Self::address`].
    pub async fn customer(&self, token: &str) -> Result<Option<UserId>, TppError> {
        let keys = self.keys().await?;
        if keys.may_be_of_another(token) {
            return Ok(self.newest_keys().await?.customer(token));
        }
        Ok(keys.customer(token))
    }

    /// Returns whether a callback from this address is accepted. One from elsewhere is counted. `None` is an address
    /// that is not known.
    #[must_use]
    pub fn accepts(&self, source: Option<IpAddr>) -> bool {
        let config = &self.parts.config;
        // An IPv4 address that is mapped into IPv6 is the same address.
        let source = source.map(|source| source.to_canonical());
        if source.is_some_and(|source| config.callback_sources.iter().any(|block| block.contains(&source))) {
            return true;
        }
        count(Metric::CallbacksFromElsewhere);
        !config.callback_sources_strict
    }

    /// Puts the hint in a callback's body into the queue.
    ///
    /// # Errors
    /// Returns [`TppError::Queue`] if the queue does not take it. The bank then sends the callback again.
    pub async fn take(&self, user_id: UserId, body: &[u8]) -> Result<(), TppError> {
        let hint = Hint::of_callback(user_id, body, self.parts.clock.now());
        Ok(self.queue()?.send(&hint, body).await?)
    }
}
