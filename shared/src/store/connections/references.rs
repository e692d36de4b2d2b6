//! References: the names that an application gives to its users. One bunq customer can be several users of an
//! application, for example a couple with a joint account. A connection holds the list of its references. Each
//! reference also has an item of its own, by which an index finds the connection. The list and the item change in one
//! transaction, on condition that the list is still as it was read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::Serialize;

use super::record::{Connection, ConnectionReference, user_pk};
use crate::{
    store::{
        error::StoreError,
        item::{WithKey, text, to_attribute, to_item},
        table::Store,
    },
    types::{ids::UserId, reference::Reference, workspace::Workspace},
};

/// How many references a connection may have. The transaction that deletes a connection also deletes the item of each,
/// and a DynamoDB transaction takes at most 100 items.
const MAX_REFERENCES: usize = 50;

/// The item that leads from a reference to a connection. Both attributes are keys of an index.
#[derive(Serialize)]
struct ReferenceItem {
    /// The partition key: see [`partition`].
    reference: String,
    /// The sort key: when the customer first connected.
    connected_at: Timestamp,
}

/// Returns the partition of the index that finds a workspace's connections by their reference. It is unambiguous
/// because the name of a workspace has no slash.
pub(super) fn partition(workspace: &Workspace, reference: &Reference) -> String {
    format!("{workspace}/{reference}")
}

/// Returns the key of the item that leads from a reference to a connection.
pub(super) fn pk(workspace: &Workspace, reference: &Reference, user_id: UserId) -> String {
    format!("REFERENCE#{user_id}#{}", partition(workspace, reference))
}

/// Returns the connection that the item with this key leads to, or `None` if it is not the key of a reference.
pub(super) fn user_id_in(pk: &str) -> Option<UserId> {
    pk.strip_prefix("REFERENCE#")?.split_once('#')?.0.parse().ok()
}

/// Returns the list with `new` added, or in place of the entry with the same reference. Returns `None` if the list
/// already has the maximum of references.
pub(super) fn with(list: &[ConnectionReference], new: ConnectionReference) -> Option<Vec<ConnectionReference>> {
    let mut list = list.to_vec();
    if let Some(known) = list.iter_mut().find(|known| known.reference == new.reference) {
        *known = new;
        return Some(list);
    }
    list.push(new);
    (list.len() <= MAX_REFERENCES).then_some(list)
}

/// The condition of a write to a connection's item: the item must be as it was read.
pub(super) struct Unchanged {
    pub(super) expression: &'static str,
    /// `None` rather than empty, because DynamoDB rejects an empty map.
    pub(super) names: Option<HashMap<String, String>>,
    pub(super) values: Option<HashMap<String, AttributeValue>>,
}

impl Unchanged {
    /// Returns the condition that the connection exists and has the same references as `before`. Without `before`, that
    /// no connection exists. A connection is recognised by its access token, which a tombstone lacks.
    pub(super) fn since(before: Option<&Connection>) -> Result<Self, StoreError> {
        let Some(before) = before else {
            return Ok(Self { expression: "attribute_not_exists(access_token)", names: None, values: None });
        };
        Ok(Self {
            expression: "attribute_exists(access_token) \
                         AND (#references = :before OR attribute_not_exists(#references))",
            names: Some(HashMap::from([("#references".to_owned(), "references".to_owned())])),
            values: Some(HashMap::from([(":before".to_owned(), to_attribute(&before.references)?)])),
        })
    }
}

impl Store {
    /// Returns the write that puts the item of a reference.
    pub(super) fn put_reference(
        &self,
        connection: &Connection,
        reference: &Reference,
    ) -> Result<TransactWriteItem, StoreError> {
        let Connection { workspace, user_id, connected_at, .. } = connection;
        let item = ReferenceItem { reference: partition(workspace, reference), connected_at: *connected_at };
        let item = to_item(&WithKey { pk: &pk(workspace, reference, *user_id), item })?;
        let put = Put::builder().table_name(&self.connections).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(|_| StoreError::Undecodable)?).build())
    }

    /// Returns the write that deletes the item of a reference.
    pub(super) fn delete_reference(
        &self,
        connection: &Connection,
        reference: &Reference,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = text(pk(&connection.workspace, reference, connection.user_id));
        let delete = Delete::builder().table_name(&self.connections).key("pk", key).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(|_| StoreError::Undecodable)?).build())
    }

    /// Removes a reference from a connection, and deletes the item of the reference. The connection stays, even without
    /// any reference. Returns `false`, and changes nothing, if the connection's references changed meanwhile or the
    /// connection was deleted.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
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
