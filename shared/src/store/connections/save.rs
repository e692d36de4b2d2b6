//! Stores a consent: as a new connection, or as a new token of the connection that this bunq user has in the workspace.

use std::time::Duration;

use super::{
    notifications::only_if_unnoted,
    record::{Connection, ConnectionReference, NewConnection, Saved, user_pk},
    references::{self, only_if_unchanged},
    unattended::only_if_unread,
};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::{
        ids::UserId,
        sealing::{Place, SealingKeys},
        secret::SealingKey,
    },
};

/// How many times a consent is written while others write to the same customer.
const TRIES: usize = 4;
/// The pause between two tries, in which another writer can finish.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

impl Store {
    /// Stores a consent as a connection. An existing connection of the bunq user in the workspace keeps its `user_id`,
    /// `connected_at` and references, and is no longer revoked. The connection, the item of its reference and the bunq
    /// user's [`Granted`](super::Granted) item change in one transaction, which also
    /// adds the events of the consent and of its expiry.
    ///
    /// `keys` must be known to be current. An own key of the connection that they do not open is replaced.
    ///
    /// `shared` allows a bunq user to be connected in several workspaces. Without it, the result for such a user is
    /// [`Saved::Elsewhere`].
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other writers won the race at every try, and [`StoreError::Seal`] if the
    /// token cannot be sealed.
    pub async fn save_connection(
        &self,
        keys: &SealingKeys,
        new: &NewConnection,
        shared: bool,
    ) -> Result<Saved, StoreError> {
        let workspace = &new.workspace;
        for _ in 0..TRIES {
            let granted = self.find_granted(new.granted).await?;
            if granted.is_elsewhere(workspace) && !shared {
                return Ok(Saved::Elsewhere);
            }
            let known = granted.user_id(workspace);
            let before = match known {
                Some(user_id) => self.find_connection(user_id).await?,
                None => None,
            };
            let user_id = known.unwrap_or_else(UserId::random);
            let Some(connection) = self.connection(keys, user_id, new, before.as_ref())? else {
                return Ok(Saved::TooManyReferences);
            };
            let lookup = self.replace_granted(new.granted, &granted, &granted.with(workspace, user_id))?;
            let put = Write::put(&self.connections, &user_pk(user_id), &connection)?;
            let put = only_if_unchanged(put, before.as_ref())?;
            let reads = before.as_ref().and_then(|before| before.unattended_reads.as_ref());
            let notifications = before.as_ref().and_then(|before| before.notifications.as_ref());
            let mut writes = vec![lookup, only_if_unnoted(only_if_unread(put, reads)?, notifications)?];
            writes.extend(self.announce_consent(before.as_ref(), &connection, new.consent_id)?);
            if let Some(reference) = &new.reference {
                writes.push(self.put_reference(&connection, reference)?);
            }
            if self.write_all(writes).await? {
                let has_new_reference =
                    before.is_some_and(|before| before.references.len() < connection.references.len());
                return Ok(Saved::Connected { connection: Box::new(connection), has_new_reference });
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        Err(StoreError::Contended)
    }

    /// Returns the connection that a consent makes of `before`, or `None` if it would have too many references.
    fn connection(
        &self,
        keys: &SealingKeys,
        user_id: UserId,
        new: &NewConnection,
        before: Option<&Connection>,
    ) -> Result<Option<Connection>, StoreError> {
        let now = self.now_in_seconds();
        let pk = user_pk(user_id);
        let known = before.map_or(&[][..], |before| &before.references);
        let references = match &new.reference {
            None => Some(known.to_vec()),
            Some(reference) => {
                let (reference, consent_id) = (reference.clone(), new.consent_id);
                references::with(known, ConnectionReference { reference, consent_id, consented_at: now })
            }
        };
        let Some(references) = references else { return Ok(None) };
        let place = Place { item: &pk, attribute: "record_key" };
        // An own key that does not open is lost, and what it sealed with it: the caller knows the current keys.
        let own = before.and_then(|before| keys.open(place, before.record_key.as_ref()?).ok());
        let record_key = keys.seal(place, &own.unwrap_or_else(SealingKey::random))?;
        let name = new.display_name.as_ref();
        Ok(Some(Connection {
            user_id,
            kind: new.kind,
            api_key_id: new.api_key_id,
            granted_id: new.granted.own(),
            workspace: new.workspace.clone(),
            consent_id: Some(new.consent_id),
            references,
            connected_at: before.map_or(now, |before| before.connected_at),
            consented_at: now,
            last_used_at: before.and_then(|before| before.last_used_at),
            revoked_at: None,
            unattended_reads: before.and_then(|before| before.unattended_reads.clone()),
            notifications: before.and_then(|before| Some(before.notifications.clone()?.after_consent(now))),
            last_callback_at: before.and_then(|before| before.last_callback_at),
            failures_until: before.and_then(|before| before.failures_until),
            polled_at: before.and_then(|before| before.polled_at),
            access_token: keys.seal(Place { item: &pk, attribute: "access_token" }, &new.access_token)?,
            display_name: name
                .map(|name| keys.seal(Place { item: &pk, attribute: "display_name" }, name))
                .transpose()?,
            record_key: Some(record_key),
            listed: new.workspace.clone(),
        }))
    }
}
