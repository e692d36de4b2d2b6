//! The check beside a request: whether the store still says what memory held.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{Agreement, Freshness, Held, Needs};
use crate::{
    store::{ApiKeyRecord, Connection, Found, StoreError, StoredSession, StoredState, Usable},
    tpp::parts::Parts,
};

/// The time in which a use is noted, or not at all.
const LONGEST_NOTE: Duration = Duration::from_secs(1);

impl Freshness {
    /// Compares what memory held with the store and the secrets, and corrects memory.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store cannot be read.
    pub(super) async fn check(&self, held: Held) -> Result<Agreement, StoreError> {
        let Parts { store, identities, connections, clock, .. } = &*self.parts;
        let Held { needs, key, connection, session, identity } = held;
        let asked_at = clock.now();
        let check_identity = async {
            match &identity {
                Some(identity) => identities.check(identity).await,
                None => true,
            }
        };
        let (found, identity_agrees) = tokio::join!(store.look_up(needs.look_up()), check_identity);
        let mut found = found?;

        let new_key = found.api_key(&needs.fingerprint).filter(|record| record.is_valid(asked_at));
        let new_key = new_key.filter(|new| new.scopes == key.scopes && new.workspace == key.workspace).map(Arc::new);
        let new_connection = match needs.customer().map(|user_id| found.connection(user_id)).transpose()? {
            Some(Found::Connected(new)) if connections.check_usable(&new).is_ok() => Some(Arc::new(*new)),
            Some(Found::Connected(_) | Found::Deleted(_) | Found::Nothing) | None => None,
        };
        let new_connection =
            new_connection.filter(|new| connection.as_ref().is_some_and(|old| new.is_same_consent(old)));
        let new_session = match needs.owner.zip(identity) {
            Some((owner, identity)) => {
                let usable = Usable { at: asked_at, installation: identity.installation.id };
                match found.session(store, &identity.sealing, owner, usable)? {
                    StoredState::Open(new) => Some(new),
                    StoredState::Absent { .. }
                    | StoredState::OfAnotherInstallation
                    | StoredState::Leased
                    | StoredState::Busy(_) => None,
                }
            }
            None => None,
        };
        // A session belongs to the installation of the identity.
        let new_session = new_session.filter(|_| identity_agrees);
        let new_session =
            new_session.filter(|new| session.as_ref().is_some_and(|old| new.generation == old.generation));

        let agrees = identity_agrees
            && new_key.is_some()
            && new_connection.is_some() == connection.is_some()
            && new_session.is_some() == session.is_some();
        let used = new_key.clone().filter(|_| agrees);
        let used_connection = new_connection.clone().filter(|connection| connection.workspace == key.workspace);
        self.correct(&needs, (new_key, new_connection, new_session), asked_at).await;
        if let Some(key) = used {
            self.note_use(&key, used_connection.as_deref()).await;
        }
        Ok(if agrees { Agreement::Same } else { Agreement::Differs })
    }

    /// Brings memory up to date after a check. What the store no longer confirms is removed. An entry that was written
    /// since then is newer, and stays.
    async fn correct(
        &self,
        needs: &Needs,
        (key, connection, session): (Option<Arc<ApiKeyRecord>>, Option<Arc<Connection>>, Option<StoredSession>),
        asked_at: Timestamp,
    ) {
        let Parts { connections, sessions, .. } = &*self.parts;
        self.access.cache.open(&needs.fingerprint).await.correct(key, asked_at);
        if let Some(user_id) = needs.customer() {
            connections.cache.open(&user_id).await.correct(connection, asked_at);
        }
        if let Some(owner) = needs.owner {
            sessions.cache.open(&owner).await.correct(session, asked_at);
        }
    }

    /// Notes that a key and a connection are in use. That happens once a minute or once an hour, so this rarely calls
    /// the store. A store that is slow delays no answer for that.
    pub(super) async fn note_use(&self, key: &ApiKeyRecord, connection: Option<&Connection>) {
        let store = &self.parts.store;
        let note = async {
            // One after the other: two calls at once would open another connection.
            store.note_api_key_use(key).await?;
            match connection {
                Some(connection) => store.note_connection_use(connection).await,
                None => Ok(()),
            }
        };
        match tokio::time::timeout(LONGEST_NOTE, note).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the use of a key or of a connection could not be noted"),
            Err(_) => tracing::warn!("the use of a key or of a connection could not be noted in time"),
        }
    }
}
