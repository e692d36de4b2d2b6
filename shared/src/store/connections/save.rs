//! A consent becomes a connection: a new one, or new tokens for the one that this bunq user has.

use std::time::Duration;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use super::{Connection, GrantedKey, NewConnection, list::LISTED, user_pk};
use crate::{
    store::table::{Item, Keyed, Store, StoreError, lost_race, text, to_item},
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

#[derive(Deserialize, Serialize)]
pub(super) struct Granted {
    pub(super) user_id: UserId,
}

impl Store {
    /// Stores a consent. The connection and the way to it from the bunq user change in one transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn save_connection(&self, keys: &SealingKeys, new: &NewConnection) -> Result<Connection, StoreError> {
        for _ in 0..TRIES {
            let known: Option<Granted> = self.read(&self.connections, &new.granted.pk()).await?;
            let before = match &known {
                Some(granted) => self.find_connection(granted.user_id).await?,
                None => None,
            };
            let user_id = known.as_ref().map_or_else(UserId::random, |granted| granted.user_id);
            let connection = self.connection(keys, user_id, new, before)?;
            let lookup = to_item(&Keyed { pk: &new.granted.pk(), item: Granted { user_id } })?;
            let item = to_item(&Keyed { pk: &user_pk(user_id), item: &connection })?;
            if self.write_both(lookup, item, known.is_none(), user_id).await? {
                return Ok(connection);
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
        before: Option<Connection>,
    ) -> Result<Connection, StoreError> {
        let now = self.now_in_seconds();
        let pk = user_pk(user_id);
        let is_new = before.is_none();
        let (connected_at, last_used_at, reference, record_key) = before.map_or((now, None, None, None), |before| {
            (before.connected_at, before.last_used_at, before.reference, before.record_key)
        });
        let record_key = match record_key {
            Some(record_key) => record_key,
            None => keys.seal(Place { item: &pk, attribute: "record_key" }, &SealingKey::random())?,
        };
        let name = new.display_name.as_ref();
        Ok(Connection {
            user_id,
            kind: new.kind,
            api_key_id: new.api_key_id,
            granted_id: match new.granted {
                GrantedKey::User(id) => Some(id),
                GrantedKey::ApiKey(_) => None,
            },
            reference: if is_new || new.moves_reference { new.reference.clone().or(reference) } else { reference },
            connected_at,
            consented_at: now,
            last_used_at,
            revoked_at: None,
            access_token: keys.seal(Place { item: &pk, attribute: "access_token" }, &new.access_token)?,
            display_name: name
                .map(|name| keys.seal(Place { item: &pk, attribute: "display_name" }, name))
                .transpose()?,
            record_key: Some(record_key),
            listed: LISTED.to_owned(),
        })
    }

    /// Writes lookup and connection together; false where somebody else was first and the lookup is another now.
    async fn write_both(&self, lookup: Item, item: Item, is_new: bool, user_id: UserId) -> Result<bool, StoreError> {
        let put = |item| Put::builder().table_name(&self.connections).set_item(Some(item));
        let lookup = if is_new {
            put(lookup).condition_expression("attribute_not_exists(pk)")
        } else {
            put(lookup)
                .condition_expression("user_id = :user")
                .expression_attribute_values(":user", text(user_id.to_string()))
        };
        let write = |put: aws_sdk_dynamodb::types::builders::PutBuilder| {
            let put = put.build().map_err(|_| StoreError::Undecodable)?;
            Ok::<_, StoreError>(TransactWriteItem::builder().put(put).build())
        };
        let result = self
            .client
            .transact_write_items()
            .transact_items(write(lookup)?)
            .transact_items(write(put(item))?)
            .send()
            .await;
        match result {
            Ok(_) => Ok(true),
            Err(error) if lost_race(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
