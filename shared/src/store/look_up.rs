//! Looks up at once what a request needs: the caller's API key, and the connection and the session of an owner.

use std::collections::HashMap;

use super::{
    api_keys::ApiKeyRecord,
    connections::Found,
    error::StoreError,
    item::Item,
    sessions::{SessionOwner, StoredState, Usable},
    table::Store,
};
use crate::types::{ids::UserId, sealing::SealingKeys};

/// What to look up.
#[derive(Clone, Debug, Default)]
pub struct LookUp {
    /// The fingerprint of an API key (SHA-256 in lower-case hex).
    pub api_key: Option<String>,
    /// The `user_id` of a connection.
    pub connection: Option<UserId>,
    /// The owner of a session.
    pub session: Option<SessionOwner>,
}

/// The items that were found.
#[derive(Debug)]
pub struct LookedUp(HashMap<String, Item>);

impl Store {
    /// Looks up the items in one round trip, with consistent reads. Returns them as they are stored: each is decoded by
    /// a method of the result.
    pub async fn look_up(&self, LookUp { api_key, connection, session }: LookUp) -> Result<LookedUp, StoreError> {
        let api_key = api_key.map(|fingerprint| (&*self.connections, Self::api_key_pk(&fingerprint)));
        let connection = connection.map(|user_id| (&*self.connections, Self::connection_pk(user_id)));
        let session = session.map(|owner| (&*self.ephemera, Self::session_pk(owner)));
        let keys: Vec<_> = [api_key, connection, session].into_iter().flatten().collect();
        Ok(LookedUp(self.read_items(keys).await?))
    }
}

impl LookedUp {
    /// Returns the API key with this fingerprint, as [`Store::find_api_key`] does.
    pub fn api_key(&mut self, fingerprint: &str) -> Option<ApiKeyRecord> {
        Store::decode_api_key(fingerprint, self.0.remove(&Store::api_key_pk(fingerprint))?)
    }

    /// Returns a connection, as [`Store::look_for_connection`] does.
    ///
    /// # Errors
    /// Returns [`StoreError::Undecodable`] if the item does not have the expected shape.
    pub fn connection(&mut self, user_id: UserId) -> Result<Found, StoreError> {
        Store::decode_connection(self.0.remove(&Store::connection_pk(user_id)))
    }

    /// Returns the state of a session, as [`Store::find_session`] does.
    ///
    /// # Errors
    /// Returns [`StoreError::Undecodable`] if the item does not have the expected shape, and [`StoreError::Seal`] if
    /// the token cannot be opened with `keys`.
    pub fn session(
        &mut self,
        store: &Store,
        keys: &SealingKeys,
        owner: SessionOwner,
        usable: Usable,
    ) -> Result<StoredState, StoreError> {
        store.decode_session(keys, owner, usable, self.0.remove(&Store::session_pk(owner)))
    }
}
