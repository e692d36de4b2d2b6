//! The keys that seal the stored records of an owner's orders.

use std::sync::Arc;

use crate::{
    store::SessionOwner,
    tpp::{connections::Connections, error::TppError, identity::Identities},
    types::sealing::SealingKeys,
};

/// Provides the keys of owners.
pub(super) struct RecordKeys {
    pub(super) identities: Arc<Identities>,
    pub(super) connections: Arc<Connections>,
}

impl RecordKeys {
    /// Returns the keys of an owner's records.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] before the setup has run; for a customer also [`TppError::UnknownUser`],
    /// [`TppError::ConsentRevoked`] or [`TppError::ConsentExpired`] if there is no usable connection; and other
    /// variants if a store or secret cannot be read.
    pub(super) async fn of(&self, owner: SessionOwner) -> Result<SealingKeys, TppError> {
        let identity = self.identities.get().await?;
        Ok(match owner {
            SessionOwner::Tpp => identity.sealing.clone(),
            SessionOwner::Customer(user_id) => {
                self.connections.usable(user_id).await?.record_keys(&identity.sealing)?
            }
        })
    }
}
