//! References: the names that an application gives to its users. One bunq customer can be several users of an
//! application, for example a couple with a joint account. The connection lists its references. Each reference also
//! has an item of its own, by which an index finds the connection. List and item change in one transaction, on
//! condition that the list is unchanged.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Connection, user_pk};
use crate::{
    store::table::{Keyed, Store, StoreError, text, to_attribute, to_item},
    types::{
        ids::{ConsentId, UserId},
        reference::Reference,
        workspace::Workspace,
    },
};

/// How many references a connection may have. A DynamoDB transaction takes at most 100 items.
const MOST: usize = 50;

/// A reference of a connection, with the last consent that was given under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionReference {
    /// The application's name for its user.
    pub reference: Reference,
    /// The consent.
    pub consent_id: ConsentId,
    /// When it was given.
    pub consented_at: Timestamp,
}

/// The item that leads from a reference to a connection, by an index.
#[derive(Serialize)]
struct ReferenceItem {
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
    /// The write that puts a reference's item.
    pub(super) fn put_reference(
        &self,
        connection: &Connection,
        reference: &Reference,
    ) -> Result<TransactWriteItem, StoreError> {
        let Connection { workspace, user_id, connected_at, .. } = connection;
        let item = ReferenceItem { reference: partition(workspace, reference), connected_at: *connected_at };
        let item = to_item(&Keyed { pk: &pk(workspace, reference, *user_id), item })?;
        let put = Put::builder().table_name(&self.connections).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(|_| StoreError::Undecodable)?).build())
    }

    /// The write that deletes a reference's item.
    pub(super) fn delete_reference(
        &self,
        connection: &Connection,
        reference: &Reference,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = text(pk(&connection.workspace, reference, connection.user_id));
        let delete = Delete::builder().table_name(&self.connections).key("pk", key).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(|_| StoreError::Undecodable)?).build())
    }

    /// Removes one of several references of a connection. Returns `false` if the list has changed meanwhile.
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
        let update = TransactWriteItem::builder().update(update).build();
        self.write_all(vec![update, self.delete_reference(connection, reference)?]).await
    }
}
