//! Lists connections, newest first, by indexes that hold keys and times only. No sealed attribute is copied to them.

use super::{
    record::{Connection, Cursor, DELETED_AT, Second, user_pk},
    references,
};
use crate::{
    store::{
        error::StoreError,
        item::{Item, from_item},
        page::{Partition, attribute},
        table::Store,
    },
    types::{reference::Reference, workspace::Workspace},
};

const BY_TIME: &str = "connections_by_time";
const BY_REFERENCE: &str = "connections_by_reference";

impl Store {
    /// Returns a page of a workspace's connections, newest first, and the cursor of the next page, or `None` if this is
    /// the last. With a `reference`, lists only the connections that have it. The page holds at most `count`
    /// connections and begins after the cursor `after`.
    ///
    /// The index lags behind the table by moments. A connection that was deleted, or lost the reference, since then is
    /// left out, so a page can be shorter than `count` although more follow.
    pub async fn list_connections(
        &self,
        workspace: &Workspace,
        reference: Option<&Reference>,
        count: u8,
        after: Option<Cursor>,
    ) -> Result<(Vec<Connection>, Option<Cursor>), StoreError> {
        let (index, key, value) = match reference {
            None => (BY_TIME, "listed", workspace.to_string()),
            Some(reference) => (BY_REFERENCE, "reference", references::partition(workspace, reference)),
        };
        let partition = Partition { index, key, value, sort_key: "connected_at" };
        let item_of = |user_id| match reference {
            None => user_pk(user_id),
            Some(reference) => references::pk(workspace, reference, user_id),
        };
        let after = after.map(|after| (after.time.0.to_string(), item_of(after.id)));
        let (entries, has_more) = self.page(&self.connections, partition, after, count).await?;
        let shown = entries.iter().map(cursor).collect::<Result<Vec<_>, _>>()?;
        let next = shown.last().copied().filter(|_| has_more);
        let keys: Vec<_> = shown.iter().map(|cursor| user_pk(cursor.id)).collect();
        let mut items = self.read_items(keys.iter().map(|key| (&*self.connections, key.clone()))).await?;
        items.retain(|_, item| !item.contains_key(DELETED_AT));
        // In the order of the index.
        let found = keys.iter().filter_map(|key| items.remove(key)).map(from_item::<Connection>);
        let mut found = found.collect::<Result<Vec<_>, _>>()?;
        found.retain(|connection| reference.is_none_or(|reference| connection.has_reference(reference)));
        Ok((found, next))
    }
}

/// Returns the cursor of an entry of either index.
fn cursor(entry: &Item) -> Result<Cursor, StoreError> {
    let pk = attribute(entry, "pk")?;
    let user_id = match pk.strip_prefix("USER#") {
        Some(user_id) => user_id.parse().ok(),
        None => references::user_id_in(pk),
    };
    let time = attribute(entry, "connected_at")?.parse().map_err(|_| StoreError::Undecodable)?;
    Ok(Cursor { time: Second(time), id: user_id.ok_or(StoreError::Undecodable)? })
}
