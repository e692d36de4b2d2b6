//! The names that the owner's users have for a connection. One bunq customer can stand for several users, such as a
//! couple, so each name is an item of its own: by it the connection is found, and it ends by itself. The connection
//! lists them; both change in one transaction, on condition that nobody changed the list meanwhile.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Connection, user_pk};
use crate::{
    store::table::{Keyed, Store, StoreError, lost_race, text, to_attribute, to_item},
    types::{
        ids::{ConsentId, UserId},
        reference::Reference,
        workspace::Workspace,
    },
};

/// How many a connection may have. DynamoDB takes 100 items in a transaction.
const MOST: usize = 50;

/// What one of the owner's users is called, and the last consent that said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionReference {
    /// The name.
    pub reference: Reference,
    /// The consent.
    pub consent_id: ConsentId,
    /// When it was given.
    pub consented_at: Timestamp,
}

/// The item that leads from a reference to a connection, by an index.
#[derive(Serialize)]
struct Way {
    /// The partition of the index.
    reference: String,
    /// Its order: that of the connections.
    connected_at: Timestamp,
}

/// The partition of the index that finds a workspace's connections by their reference. No workspace has a slash in its
/// name.
pub(super) fn partition(workspace: &Workspace, reference: &Reference) -> String {
    format!("{workspace}/{reference}")
}

/// The key of the item that leads from a reference to a connection.
pub(super) fn pk(workspace: &Workspace, reference: &Reference, user_id: UserId) -> String {
    format!("REFERENCE#{user_id}#{}", partition(workspace, reference))
}

/// The connection that an item with this key leads to.
pub(super) fn user_id_in(pk: &str) -> Option<UserId> {
    pk.strip_prefix("REFERENCE#")?.split_once('#')?.0.parse().ok()
}

/// The list with another reference, or with a later consent of one that it has; `None` where it is full.
pub(super) fn with(list: &[ConnectionReference], one: ConnectionReference) -> Option<Vec<ConnectionReference>> {
    let mut list = list.to_vec();
    if let Some(known) = list.iter_mut().find(|known| known.reference == one.reference) {
        *known = one;
        return Some(list);
    }
    list.push(one);
    (list.len() <= MOST).then_some(list)
}

/// The condition that a connection is there and its list is still this; without a list, that there is no connection. A
/// tombstone has no token.
pub(super) struct Unchanged {
    pub(super) expression: &'static str,
    /// Absent rather than empty: DynamoDB refuses an empty map.
    pub(super) names: Option<HashMap<String, String>>,
    pub(super) values: Option<HashMap<String, AttributeValue>>,
}

impl Unchanged {
    pub(super) fn since(before: Option<&Connection>) -> Result<Self, StoreError> {
        let Some(before) = before else {
            return Ok(Self { expression: "attribute_not_exists(access_token)", names: None, values: None });
        };
        Ok(Self {
            expression: "attribute_exists(access_token) AND (#references = :before OR attribute_not_exists(#references))",
            names: Some(HashMap::from([("#references".to_owned(), "references".to_owned())])),
            values: Some(HashMap::from([(":before".to_owned(), to_attribute(&before.references)?)])),
        })
    }
}

impl Store {
    /// The write that lets a reference lead to a connection.
    pub(super) fn put_way(
        &self,
        connection: &Connection,
        reference: &Reference,
    ) -> Result<TransactWriteItem, StoreError> {
        let Connection { workspace, user_id, connected_at, .. } = connection;
        let way = Way { reference: partition(workspace, reference), connected_at: *connected_at };
        let item = to_item(&Keyed { pk: &pk(workspace, reference, *user_id), item: way })?;
        let put = Put::builder().table_name(&self.connections).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(|_| StoreError::Undecodable)?).build())
    }

    /// The write after which a reference does not lead to a connection any more.
    pub(super) fn delete_way(
        &self,
        connection: &Connection,
        reference: &Reference,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = text(pk(&connection.workspace, reference, connection.user_id));
        let delete = Delete::builder().table_name(&self.connections).key("pk", key).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(|_| StoreError::Undecodable)?).build())
    }

    /// Takes a reference from a connection that has others. False where the list has changed meanwhile.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn remove_reference(&self, connection: &Connection, reference: &Reference) -> Result<bool, StoreError> {
        let left: Vec<_> = connection.references.iter().filter(|one| one.reference != *reference).collect();
        let unchanged = Unchanged::since(Some(connection))?;
        let update = Update::builder()
            .table_name(&self.connections)
            .key("pk", text(user_pk(connection.user_id)))
            .update_expression("SET #references = :left")
            .condition_expression(unchanged.expression)
            .set_expression_attribute_names(unchanged.names)
            .set_expression_attribute_values(unchanged.values)
            .expression_attribute_values(":left", to_attribute(&left)?);
        let update = update.build().map_err(|_| StoreError::Undecodable)?;
        let result = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().update(update).build())
            .transact_items(self.delete_way(connection, reference)?)
            .send()
            .await;
        match result {
            Ok(_) => Ok(true),
            Err(error) if lost_race(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
