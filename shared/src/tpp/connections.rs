//! Connections: found, listed, and ended; by the bank, which refuses a consent, or by the owner, who deletes one.

use std::{sync::Arc, time::Duration};

use super::{Tpp, TppError};
use crate::{
    bunq::{Session, calls::EndSession},
    store::{Connection, Cursor, Found, Marked, SessionOwner, StoreError, StoredState, Usable},
    telemetry::{
        Metric,
        audit::{self, Action},
        count,
    },
    types::{deadline::Deadline, ids::UserId, reference::Reference, workspace::Workspace},
};

/// How long the bank has to end a session of a connection that is deleted. It ends by itself, later.
const END_SESSION: Duration = Duration::from_secs(5);
/// How often a deletion that somebody else was faster than is looked at again.
const TRIES: usize = 3;
/// How long whoever was faster has to finish.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

impl Tpp {
    /// A connection of a workspace that can be used, by our name for the customer. One that cannot be is looked at
    /// again each time: a new consent heals it at once, everywhere.
    ///
    /// # Errors
    /// [`TppError::UnknownUser`], also for a connection of another workspace; [`TppError::ConsentRevoked`],
    /// [`TppError::ConsentExpired`], or the store.
    pub async fn connection(&self, workspace: &Workspace, user_id: UserId) -> Result<Arc<Connection>, TppError> {
        let load = async || {
            let connection = self.find_connection(workspace, user_id).await?;
            self.check_usable(&connection)?;
            if let Err(error) = self.0.store.note_connection_use(&connection).await {
                tracing::warn!(%error, "connection: its use could not be noted");
            }
            Ok(Arc::new(connection))
        };
        // By the workspace, too: whether memory has a connection of another workspace must not show in how long the
        // answer takes.
        let key = (workspace.clone(), user_id);
        let connection = self.0.connections.get_or_load(&key, load).await?;
        if self.check_usable(&connection).is_ok() {
            return Ok(connection);
        }
        // It has expired in memory. Perhaps the customer has consented anew.
        self.0.connections.forget(&key).await;
        self.0.connections.get_or_load(&key, load).await
    }

    /// A connection that can be used, of any workspace, from the store itself.
    pub(super) async fn usable_connection(&self, user_id: UserId) -> Result<Connection, TppError> {
        let connection = self.0.store.find_connection(user_id).await?.ok_or(TppError::UnknownUser)?;
        self.check_usable(&connection)?;
        Ok(connection)
    }

    fn check_usable(&self, connection: &Connection) -> Result<(), TppError> {
        if connection.revoked_at.is_some() {
            return Err(TppError::ConsentRevoked);
        }
        if self.0.config.enforce_consent_expiry && self.0.clock.now() >= connection.expires_at() {
            return Err(TppError::ConsentExpired);
        }
        Ok(())
    }

    /// A connection of a workspace, whether it can be used or not.
    ///
    /// # Errors
    /// [`TppError::UnknownUser`], also for a connection of another workspace; or the store.
    pub async fn find_connection(&self, workspace: &Workspace, user_id: UserId) -> Result<Connection, TppError> {
        let found = self.0.store.find_connection(user_id).await?;
        found.filter(|connection| connection.workspace == *workspace).ok_or(TppError::UnknownUser)
    }

    /// A page of a workspace's connections, the newest first, and where the next page begins.
    ///
    /// # Errors
    /// The store.
    pub async fn list_connections(
        &self,
        workspace: &Workspace,
        reference: Option<&Reference>,
        count: u8,
        after: Option<Cursor>,
    ) -> Result<(Vec<Connection>, Option<Cursor>), TppError> {
        Ok(self.0.store.list_connections(workspace, reference, count, after).await?)
    }

    /// What it means that the bank refuses a connection's token; a consent that is gone is remembered as such.
    pub(super) async fn refused_connection(&self, connection: &Connection, deadline: Deadline) -> TppError {
        let refused = self.refused_token(deadline).await;
        if !matches!(refused, TppError::ConsentRevoked) {
            return refused;
        }
        let marked = self.0.store.mark_revoked(connection).await;
        self.forget_connection(connection).await;
        match marked {
            Ok(Marked::Now) => {
                audit::found(Action::FindRevokedConsent, connection.user_id);
                count(Metric::ConsentsRefused);
            }
            Ok(Marked::Before) => {}
            // Whoever asks again meets the new consent, or nobody.
            Ok(Marked::Outdated) => return TppError::SessionPending,
            // The next request asks the bank again.
            Err(error) => tracing::error!(%error, "connection: a revoked one could not be marked"),
        }
        TppError::ConsentRevoked
    }

    /// Deletes a connection: erases tokens and the customer's data, ends its session at the bank. With a reference,
    /// deletes that reference, and the connection only if it was the last. Doing so twice is no error.
    ///
    /// # Errors
    /// [`TppError::UnknownUser`] if the workspace never had one; the store, also if others changed it meanwhile, again
    /// and again. Whatever the bank says, ours is erased.
    pub async fn delete_connection(
        &self,
        workspace: &Workspace,
        user_id: UserId,
        reference: Option<&Reference>,
        deadline: Deadline,
    ) -> Result<(), TppError> {
        for tries in 1.. {
            match self.0.store.look_for_connection(user_id).await? {
                Found::Nothing => return Err(TppError::UnknownUser),
                Found::Deleted(other) if other != *workspace => return Err(TppError::UnknownUser),
                Found::Connected(other) if other.workspace != *workspace => return Err(TppError::UnknownUser),
                // The deletion before may have died half way.
                Found::Deleted(_) => break,
                Found::Connected(connection) if reference.is_some_and(|one| !connection.has_reference(one)) => {
                    return Ok(());
                }
                Found::Connected(connection) if reference.is_some() && connection.references.len() > 1 => {
                    if let Some(reference) = reference
                        && self.0.store.remove_reference(&connection, reference).await?
                    {
                        audit::found(Action::ChangeReference, user_id);
                        return Ok(());
                    }
                    if tries > TRIES {
                        return Err(StoreError::Contended.into());
                    }
                    tokio::time::sleep(BETWEEN_TRIES).await;
                }
                Found::Connected(connection) if tries > TRIES => {
                    self.0.store.erase_stray_connection(&connection).await?;
                    count(Metric::ConnectionsDeleted);
                    break;
                }
                Found::Connected(connection) => {
                    if self.0.store.erase_connection(&connection).await? {
                        count(Metric::ConnectionsDeleted);
                        break;
                    }
                    tokio::time::sleep(BETWEEN_TRIES).await;
                }
            }
        }
        // Only now: whoever opens a session from here on finds nobody.
        self.0.connections.forget(&(workspace.clone(), user_id)).await;
        self.drop_session(user_id, deadline).await
    }

    /// Looks whether somebody deleted the connection while its first session was being stored: then that consent is
    /// over, too.
    ///
    /// # Errors
    /// [`TppError::ConsentRevoked`] where somebody did; the store.
    pub(super) async fn still_connected(&self, user_id: UserId, deadline: Deadline) -> Result<(), TppError> {
        if self.0.store.find_connection(user_id).await?.is_none() {
            self.drop_session(user_id, deadline).await?;
            return Err(TppError::ConsentRevoked);
        }
        Ok(())
    }

    /// Forgets what memory has of a connection.
    pub(super) async fn forget_connection(&self, connection: &Connection) {
        self.0.connections.forget(&(connection.workspace.clone(), connection.user_id)).await;
    }

    /// Ends a customer's session at the bank, if there is one, and forgets it.
    async fn drop_session(&self, user_id: UserId, deadline: Deadline) -> Result<(), TppError> {
        let owner = SessionOwner::Customer(user_id);
        if let Ok(identity) = self.identity().await {
            let usable = Usable { at: self.0.clock.now(), installation: identity.installation.id };
            let found = self.0.store.find_session(&identity.sealing, owner, usable).await;
            if let Ok(StoredState::Open(session)) = found {
                let installation = &identity.installation;
                let session = Session { installation, token: &session.token, user: session.path_id };
                self.end_session(session, deadline).await;
            }
        }
        self.0.store.forget_session(owner).await?;
        self.0.sessions.forget(&owner).await;
        Ok(())
    }

    /// Ends a session at the bank. A bank that does not hear it ends it later by itself.
    pub(super) async fn end_session(&self, session: Session<'_>, deadline: Deadline) {
        let deadline = deadline.earlier(Deadline::after(END_SESSION));
        match self.0.bank.call(session, &EndSession, deadline).await {
            Err(error) if !error.is_dead_session() => {
                tracing::warn!(%error, "connection: its session could not be ended at the bank");
            }
            Ok(()) | Err(_) => {}
        }
    }
}
