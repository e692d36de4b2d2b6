//! Connections: found, listed, and ended; by the bank, which refuses a consent, or by the owner, who deletes one.

use std::{sync::Arc, time::Duration};

use super::{Tpp, TppError};
use crate::{
    bunq::{Credentials, calls::EndSession},
    store::{Connection, Cursor, Found, SessionOwner, StoredState, Usable},
    telemetry::audit,
    types::{deadline::Deadline, ids::UserId, reference::Reference},
};

/// How long the bank has to end a session of a connection that is deleted. It ends by itself, later.
const END_SESSION: Duration = Duration::from_secs(5);
/// How often a deletion that somebody else was faster than is looked at again.
const TRIES: usize = 3;

impl Tpp {
    /// A connection that can be used, by our name for the customer. One that was revoked is looked at again each time: a new consent heals it
    /// at once, everywhere.
    ///
    /// # Errors
    /// [`TppError::UnknownUser`], [`TppError::ConsentRevoked`], or the store.
    pub async fn connection(&self, user_id: UserId) -> Result<Arc<Connection>, TppError> {
        let load = async || {
            let connection = self.usable_connection(user_id).await?;
            if let Err(error) = self.0.store.note_connection_use(&connection).await {
                tracing::warn!(%error, "connection: its use could not be noted");
            }
            Ok(Arc::new(connection))
        };
        self.0.connections.get_or_load(&user_id, load).await
    }

    /// The same from the store itself.
    pub(super) async fn usable_connection(&self, user_id: UserId) -> Result<Connection, TppError> {
        let connection = self.find_connection(user_id).await?;
        if connection.revoked_at.is_some() { Err(TppError::ConsentRevoked) } else { Ok(connection) }
    }

    /// A connection, whether it can be used or not.
    ///
    /// # Errors
    /// [`TppError::UnknownUser`], or the store.
    pub async fn find_connection(&self, user_id: UserId) -> Result<Connection, TppError> {
        self.0.store.find_connection(user_id).await?.ok_or(TppError::UnknownUser)
    }

    /// A page of connections, the newest first, and where the next page begins.
    ///
    /// # Errors
    /// The store.
    pub async fn list_connections(
        &self,
        reference: Option<&Reference>,
        count: u8,
        after: Option<Cursor>,
    ) -> Result<(Vec<Connection>, Option<Cursor>), TppError> {
        Ok(self.0.store.list_connections(reference, count, after).await?)
    }

    /// What it means that the bank refuses a connection's token; a consent that is gone is remembered as such.
    pub(super) async fn refused_connection(&self, connection: &Connection, deadline: Deadline) -> TppError {
        let error = self.refused_consent(deadline).await;
        if matches!(error, TppError::ConsentRevoked) {
            match self.0.store.mark_revoked(connection).await {
                Ok(true) => audit("consent_revoked", "found"),
                Ok(false) => {}
                // The next request asks the bank again.
                Err(error) => tracing::error!(%error, "connection: a revoked one could not be marked"),
            }
            self.0.connections.forget(&connection.user_id).await;
        }
        error
    }

    /// Deletes a connection: ends its session at the bank, erases tokens and the customer's data. Doing so twice is no error.
    ///
    /// # Errors
    /// [`TppError::UnknownUser`] where there never was one; the store. Whatever the bank says, ours is erased.
    pub async fn delete_connection(&self, user_id: UserId, deadline: Deadline) -> Result<(), TppError> {
        let owner = SessionOwner::Customer(user_id);
        for _ in 0..TRIES {
            let erased = match self.0.store.look_for_connection(user_id).await? {
                Found::Nothing => return Err(TppError::UnknownUser),
                // The deletion before may have died half way.
                Found::Deleted => true,
                Found::Connected(connection) => {
                    self.end_session(owner, deadline).await;
                    self.0.store.erase_connection(&connection).await?
                }
            };
            if erased {
                self.0.store.forget_session(owner).await?;
                self.0.connections.forget(&user_id).await;
                self.0.sessions.forget(&owner).await;
                return Ok(());
            }
        }
        Err(crate::store::StoreError::Contended.into())
    }

    /// Ends an owner's session at the bank, if there is one. A bank that does not hear it ends it later by itself.
    async fn end_session(&self, owner: SessionOwner, deadline: Deadline) {
        let end = async {
            let identity = self.identity().await?;
            let usable = Usable { at: self.0.clock.now(), installation: identity.installation.id };
            if let StoredState::Open(session) = self.0.store.find_session(&identity.sealing, owner, usable).await? {
                let credentials = Credentials::Session(&identity.installation, &session.token);
                self.0.bank.send(credentials, &EndSession, deadline.earlier(Deadline::after(END_SESSION))).await?;
            }
            Ok::<_, TppError>(())
        };
        match end.await {
            Err(TppError::Bank(error)) if error.is_dead_session() => {}
            Err(error) => tracing::warn!(%error, "connection: its session could not be ended at the bank"),
            Ok(()) => {}
        }
    }
}
