//! A consent becomes a connection: a new one, or new tokens for the one that this bunq user has in the workspace.

use std::time::Duration;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::{
    Connection, ConnectionReference, GrantedKey, NewConnection,
    references::{self, Unchanged},
    user_pk,
};
use crate::{
    store::table::{Keyed, Store, StoreError, to_item},
    types::{
        ids::UserId,
        sealing::{Place, SealingKeys},
        secret::SealingKey,
    },
};

/// How often a race for the same customer is run again.
const TRIES: usize = 4;
/// How long the winner of a race has to finish.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// What became of a consent.
#[derive(Clone, Debug)]
pub enum Saved {
    /// A connection.
    Connected {
        /// It.
        connection: Box<Connection>,
        /// Whether it was there before, without the consent's reference.
        has_new_reference: bool,
    },
    /// Nothing: this bunq user is connected in another workspace, and may be in one only.
    Elsewhere,
    /// Nothing: the connection has as many references as it may have.
    TooManyReferences,
}

impl Store {
    /// Stores a consent. The connection and the way to it from the bunq user change in one transaction. A bunq user who
    /// is connected in another workspace is refused unless customers may be `shared`.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if other writers won each race.
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
            let mut writes = vec![lookup, self.put_connection(&connection, before.as_ref())?];
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
        let record_key = match before.and_then(|before| before.record_key.clone()) {
            Some(record_key) => record_key,
            None => keys.seal(Place { item: &pk, attribute: "record_key" }, &SealingKey::random())?,
        };
        let name = new.display_name.as_ref();
        Ok(Some(Connection {
            user_id,
            kind: new.kind,
            api_key_id: new.api_key_id,
            granted_id: match new.granted {
                GrantedKey::User(id) => Some(id),
                GrantedKey::ApiKey(_) => None,
            },
            workspace: new.workspace.clone(),
            references,
            connected_at: before.map_or(now, |before| before.connected_at),
            consented_at: now,
            last_used_at: before.and_then(|before| before.last_used_at),
            revoked_at: None,
            access_token: keys.seal(Place { item: &pk, attribute: "access_token" }, &new.access_token)?,
            display_name: name
                .map(|name| keys.seal(Place { item: &pk, attribute: "display_name" }, name))
                .transpose()?,
            record_key: Some(record_key),
            listed: new.workspace.clone(),
        }))
    }

    fn put_connection(
        &self,
        connection: &Connection,
        before: Option<&Connection>,
    ) -> Result<TransactWriteItem, StoreError> {
        let item = to_item(&Keyed { pk: &user_pk(connection.user_id), item: connection })?;
        let unchanged = Unchanged::since(before)?;
        let put = Put::builder()
            .table_name(&self.connections)
            .set_item(Some(item))
            .condition_expression(unchanged.expression)
            .set_expression_attribute_names(unchanged.names)
            .set_expression_attribute_values(unchanged.values);
        let put = put.build().map_err(|_| StoreError::Undecodable)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
