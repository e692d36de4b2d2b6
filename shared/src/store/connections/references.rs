//! References: the names that an application gives to its users. One bunq customer can be several users of an
//! application, for example a couple with a joint account. A connection holds the list of its references. Each
//! reference also has an item of its own, by which an index finds the connection. The list and the item change in one
//! transaction, on condition that the list is still as it was read.

use jiff::Timestamp;
use serde::Serialize;

use super::record::{Connection, ConnectionReference, user_pk};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
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

/// Adds the condition that the connection has the same consent and references as `before`: the same access token, as it
/// is sealed. Without `before`, that no connection exists. A tombstone has no access token.
pub(super) fn only_if_unchanged(write: Write, before: Option<&Connection>) -> Result<Write, StoreError> {
    let Some(before) = before else { return Ok(write.only_if("attribute_not_exists(access_token)")) };
    let condition = "access_token = :token AND (#references = :before OR attribute_not_exists(#references))";
    let write = write.only_if(condition).name("references").value(":before", &before.references)?;
    write.value(":token", &before.access_token)
}

impl Store {
    /// Returns the write that puts the item of a reference.
    pub(super) fn put_reference(&self, connection: &Connection, reference: &Reference) -> Result<Write, StoreError> {
        let Connection { workspace, user_id, connected_at, .. } = connection;
        let item = ReferenceItem { reference: partition(workspace, reference), connected_at: *connected_at };
        Write::put(&self.connections, &pk(workspace, reference, *user_id), &item)
    }

    /// Returns the write that deletes the item of a reference.
    pub(super) fn delete_reference(&self, connection: &Connection, reference: &Reference) -> Write {
        Write::delete(&self.connections, &pk(&connection.workspace, reference, connection.user_id))
    }

    /// Removes a reference from a connection, and deletes the item of the reference. The connection stays, even without
    /// any reference. Returns `false`, and changes nothing, if the connection's references changed meanwhile or the
    /// connection was deleted.
    pub async fn remove_reference(&self, connection: &Connection, reference: &Reference) -> Result<bool, StoreError> {
        let left: Vec<_> = connection.references.iter().filter(|one| one.reference != *reference).collect();
        let update = Write::update(&self.connections, &user_pk(connection.user_id), "SET #references = :left");
        let update = only_if_unchanged(update.value(":left", &left)?, Some(connection))?;
        self.write_all(vec![update, self.delete_reference(connection, reference)]).await
    }
}
