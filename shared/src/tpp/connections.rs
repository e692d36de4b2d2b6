//! Connections of customers: found, listed, and marked as revoked.

use std::sync::Arc;

use crate::{
    config::Config,
    store::{Connection, Cursor, Found, Information, Marked, ReadPart, Store, UnattendedRead},
    telemetry::{
        Metric,
        audit::{self, Action},
        count,
    },
    tpp::error::TppError,
    types::{
        cache::{Cache, Trust},
        clock::Clock,
        ids::UserId,
        reference::Reference,
        workspace::Workspace,
    },
};

/// The connections of all workspaces.
pub struct Connections {
    config: Arc<Config>,
    store: Store,
    clock: Clock,
    pub(super) cache: Cache<UserId, Arc<Connection>>,
}

impl Connections {
    /// Makes the connections of this store.
    pub(super) fn new(config: Arc<Config>, store: Store, clock: Clock) -> Self {
        Self { config, store, cache: Cache::new(clock.clone()), clock }
    }

    /// Returns a usable connection of a workspace, usually from memory. An unusable one is read from the store each
    /// time, so that a new consent makes it usable at once in every process. `read` is the connection, if the caller
    /// has read it just now.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the workspace has no such connection, [`TppError::ConsentRevoked`] or
    /// [`TppError::ConsentExpired`] if it is unusable, [`TppError::Store`] if it cannot be read.
    pub async fn get(
        &self,
        workspace: &Workspace,
        user_id: UserId,
        trust: Trust,
        read: Option<Found>,
    ) -> Result<Arc<Connection>, TppError> {
        let connection = match read {
            Some(Found::Connected(connection)) => Arc::new(*connection),
            Some(Found::Deleted(_) | Found::Nothing) => return Err(TppError::UnknownUser),
            None => {
                let load = async || {
                    let connection = self.find(workspace, user_id).await?;
                    self.check_usable(&connection)?;
                    Ok::<_, TppError>(Arc::new(connection))
                };
                let connection = self.cache.get_or_load(&user_id, trust, load).await?;
                // A connection of another workspace is read from the store like one that does not exist. Otherwise, the
                // response time would show whether memory has it.
                if connection.workspace != *workspace {
                    return self.find(workspace, user_id).await.map(Arc::new);
                }
                if self.check_usable(&connection).is_ok() {
                    return Ok(connection);
                }
                // It has expired in memory. The customer may have consented again.
                self.cache.forget(&user_id).await;
                self.cache.get_or_load(&user_id, trust, load).await?
            }
        };
        if connection.workspace != *workspace {
            return Err(TppError::UnknownUser);
        }
        self.check_usable(&connection)?;
        Ok(connection)
    }

    /// Returns a usable connection of any workspace, read from the store.
    ///
    /// # Errors
    /// Returns the errors of [`Self::get`].
    pub(super) async fn usable(&self, user_id: UserId) -> Result<Connection, TppError> {
        let connection = self.store.find_connection(user_id).await?.ok_or(TppError::UnknownUser)?;
        self.check_usable(&connection)?;
        Ok(connection)
    }

    /// Checks that a connection is usable.
    ///
    /// # Errors
    /// Returns [`TppError::ConsentRevoked`] or [`TppError::ConsentExpired`] if it is not.
    pub(super) fn check_usable(&self, connection: &Connection) -> Result<(), TppError> {
        if connection.revoked_at.is_some() {
            return Err(TppError::ConsentRevoked);
        }
        if self.config.enforce_consent_expiry && self.clock.now() >= connection.expires_at() {
            return Err(TppError::ConsentExpired);
        }
        Ok(())
    }

    /// Returns a connection of a workspace, usable or not.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the workspace has no such connection, [`TppError::Store`] if it cannot be
    /// read.
    pub async fn find(&self, workspace: &Workspace, user_id: UserId) -> Result<Connection, TppError> {
        let found = self.store.find_connection(user_id).await?;
        found.filter(|connection| connection.workspace == *workspace).ok_or(TppError::UnknownUser)
    }

    /// Returns a page of a workspace's connections, newest first, and where the next page begins.
    ///
    /// # Errors
    /// Returns [`TppError::Store`] if the store cannot be read.
    pub async fn list(
        &self,
        workspace: &Workspace,
        reference: Option<&Reference>,
        count: u8,
        after: Option<Cursor>,
    ) -> Result<(Vec<Connection>, Option<Cursor>), TppError> {
        Ok(self.store.list_connections(workspace, reference, count, after).await?)
    }

    /// Counts a read while the customer is not present, if the deployment limits them. Returns when it was
    /// noted, in seconds of Unix time.
    ///
    /// # Errors
    /// Returns [`TppError::TooManyUnattendedReads`] if the same information was read too often in the last 24 hours,
    /// [`TppError::UnknownUser`] if the connection was deleted, [`TppError::Store`] if the read cannot be noted.
    pub async fn count_unattended_read(
        &self,
        user_id: UserId,
        what: Information,
        part: ReadPart,
    ) -> Result<Option<i64>, TppError> {
        let Some(most) = self.config.unattended_reads_per_day else { return Ok(None) };
        match self.store.note_unattended_read(user_id, (what, part), most.get()).await? {
            UnattendedRead::Noted(at) => Ok(Some(at)),
            UnattendedRead::Further => Ok(None),
            UnattendedRead::TooMany(wait) => Err(TppError::TooManyUnattendedReads(wait)),
            UnattendedRead::NoConnection => Err(TppError::UnknownUser),
        }
    }

    /// Removes the note of a read, made at this second, that has failed.
    pub async fn forget_unattended_read(&self, user_id: UserId, what: Information, at: i64) {
        if let Err(error) = self.store.forget_unattended_read(user_id, what, at).await {
            tracing::warn!(%error, "connection: a read that failed stays counted");
        }
    }

    /// Marks a connection as revoked after the bank refused its token. Returns the error for the caller.
    pub(super) async fn mark_revoked(&self, connection: &Connection) -> TppError {
        let marked = self.store.mark_revoked(connection).await;
        self.forget(connection.user_id).await;
        match marked {
            Ok(Marked::Now) => {
                audit::found(Action::FindRevokedConsent, connection.user_id);
                count(Metric::ConsentsRefused);
            }
            Ok(Marked::Before) => {}
            // The next request finds the new consent, or no connection.
            Ok(Marked::Outdated) => return TppError::SessionPending,
            // The next request asks the bank again.
            Err(error) => tracing::error!(%error, "connection: a revoked one could not be marked"),
        }
        TppError::ConsentRevoked
    }

    /// Removes a connection from memory.
    pub(super) async fn forget(&self, user_id: UserId) {
        self.cache.forget(&user_id).await;
    }
}
