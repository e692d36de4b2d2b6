//! Deletes connections.

use std::{sync::Arc, time::Duration};

use crate::{
    store::{Found, SessionOwner, StoreError},
    telemetry::{
        Metric,
        audit::{self, Action},
        count,
    },
    tpp::{error::TppError, identity::Context, notifications::NotificationFilters, parts::Parts},
    types::{deadline::Deadline, ids::UserId, reference::Reference, workspace::Workspace},
};

/// How many times a deletion that lost a race is retried.
const TRIES: usize = 3;
/// The pause between two tries, so that the winner can finish.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// How much of its time a deletion leaves for the answer.
const FOR_THE_ANSWER: Duration = Duration::from_secs(1);

/// Deletes connections with their sessions.
pub struct Deletions {
    pub(super) parts: Arc<Parts>,
    pub(super) notifications: Arc<NotificationFilters>,
}

impl Deletions {
    /// Deletes a connection: erases tokens and the customer's data, ends its session at the bank. With a reference,
    /// deletes that reference, and the connection only if it was the last. Doing so twice is no error. Before that, our
    /// notification filters are removed. A bank that does not answer does not stop the deletion.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the workspace never had the connection, [`TppError::Store`] if the store
    /// does not answer, or other writers changed the connection during every try.
    pub async fn delete(
        &self,
        workspace: &Workspace,
        user_id: UserId,
        reference: Option<&Reference>,
        deadline: Deadline,
    ) -> Result<(), TppError> {
        let Parts { store, identities, sessions, connections, .. } = &*self.parts;
        for tries in 1.. {
            match store.look_for_connection(user_id).await? {
                Found::Nothing => return Err(TppError::UnknownUser),
                Found::Deleted(other) if other != *workspace => return Err(TppError::UnknownUser),
                Found::Connected(other) if other.workspace != *workspace => return Err(TppError::UnknownUser),
                // The earlier deletion may have crashed before its end.
                Found::Deleted(_) => break,
                Found::Connected(connection) if reference.is_some_and(|one| !connection.has_reference(one)) => {
                    return Ok(());
                }
                Found::Connected(connection) if reference.is_some() && connection.references.len() > 1 => {
                    if let Some(reference) = reference
                        && store.remove_reference(&connection, reference).await?
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
                    store.erase_stray_connection(&connection).await?;
                    count(Metric::ConnectionsDeleted);
                    break;
                }
                Found::Connected(connection) => {
                    if tries == 1 {
                        self.notifications.remove(&connection, deadline).await;
                    }
                    if store.erase_connection(&connection).await? {
                        count(Metric::ConnectionsDeleted);
                        break;
                    }
                    tokio::time::sleep(BETWEEN_TRIES).await;
                }
            }
        }
        // Only now, because a process that opens a session from here on finds no connection.
        connections.forget(user_id).await;
        // Our data is erased whatever the bank answers, and even without an identity.
        let identity = identities.recent().await.ok();
        let context = identity.as_deref().map(|identity| Context::new(identity, deadline));
        sessions.discard(context, SessionOwner::Customer(user_id)).await?;
        self.forget_versions(user_id, deadline).await;
        Ok(())
    }

    /// Deletes what is known of the versions of a customer's objects. It holds ids, times and hashes only, and what is
    /// left expires. So a failure is logged, and a customer with very many objects is deleted nevertheless.
    async fn forget_versions(&self, user_id: UserId, deadline: Deadline) {
        let time = deadline.left().saturating_sub(FOR_THE_ANSWER);
        match tokio::time::timeout(time, self.parts.store.forget_versions(user_id)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, %user_id, "deletion: versions of objects are left to expire"),
            Err(_) => tracing::warn!(%user_id, "deletion: versions of objects are left to expire, for lack of time"),
        }
    }
}
