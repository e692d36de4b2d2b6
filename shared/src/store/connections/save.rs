//! A consent becomes a connection: a new one, or new tokens for the one that this bunq user has in the workspace.

use std::time::Duration;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::{Connection, GrantedKey, NewConnection, reference_key, user_pk};
use crate::{
    store::table::{Item, Keyed, Store, StoreError, lost_race, to_item},
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
    Connected(Box<Connection>),
    /// Nothing: this bunq user is connected in another workspace, and may be in one only.
    Elsewhere,
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
            let connection = self.connection(keys, user_id, new, before)?;
            let lookup = self.replace_granted(new.granted, &granted, &granted.with(workspace, user_id))?;
            let item = to_item(&Keyed { pk: &user_pk(user_id), item: &connection })?;
            if self.write_both(lookup, item).await? {
                return Ok(Saved::Connected(Box::new(connection)));
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
            (before.connected_at, before.last_used_at, before.reference_key, before.record_key)
        });
        let record_key = match record_key {
            Some(record_key) => record_key,
            None => keys.seal(Place { item: &pk, attribute: "record_key" }, &SealingKey::random())?,
        };
        let workspace = &new.workspace;
        let named = new.reference.as_ref().map(|reference| reference_key(workspace, reference));
        let name = new.display_name.as_ref();
        Ok(Connection {
            user_id,
            kind: new.kind,
            api_key_id: new.api_key_id,
            granted_id: match new.granted {
                GrantedKey::User(id) => Some(id),
                GrantedKey::ApiKey(_) => None,
            },
            workspace: workspace.clone(),
            reference_key: if is_new || new.moves_reference { named.or(reference) } else { reference },
            connected_at,
            consented_at: now,
            last_used_at,
            revoked_at: None,
            access_token: keys.seal(Place { item: &pk, attribute: "access_token" }, &new.access_token)?,
            display_name: name
                .map(|name| keys.seal(Place { item: &pk, attribute: "display_name" }, name))
                .transpose()?,
            record_key: Some(record_key),
            listed: workspace.clone(),
        })
    }

    /// Writes lookup and connection together; false if another writer was first and the lookup has changed.
    async fn write_both(&self, lookup: TransactWriteItem, item: Item) -> Result<bool, StoreError> {
        let put = Put::builder().table_name(&self.connections).set_item(Some(item));
        let put = put.build().map_err(|_| StoreError::Undecodable)?;
        let result = self
            .client
            .transact_write_items()
            .transact_items(lookup)
            .transact_items(TransactWriteItem::builder().put(put).build())
            .send()
            .await;
        match result {
            Ok(_) => Ok(true),
            Err(error) if lost_race(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
