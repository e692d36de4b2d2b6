//! The lookup from a bunq user to their connections: one item holds the user's connection in each workspace. A change
//! of the item requires that it is still as it was read. Otherwise two workspaces could connect the same user at once,
//! each believing to be the only one.

use super::granted::{Granted, GrantedKey};
use crate::store::{error::StoreError, table::Store, write::Write};

impl Store {
    /// Looks up the connections of a bunq user in all workspaces. Returns an empty [`Granted`] if there are none.
    pub async fn find_granted(&self, key: GrantedKey) -> Result<Granted, StoreError> {
        Ok(self.read(&self.connections, &key.pk()).await?.unwrap_or_default())
    }

    /// Returns the write that replaces `before` by `after`, on condition that `before` is still stored. An empty
    /// `after` deletes the item.
    pub(super) fn replace_granted(
        &self,
        key: GrantedKey,
        before: &Granted,
        after: &Granted,
    ) -> Result<Write, StoreError> {
        let (table, pk) = (&self.connections, &key.pk());
        let fresh = "attribute_not_exists(pk)";
        let same = "#users = :before";
        let write = if after.users.is_empty() {
            // An empty item would still tell that the bunq user was connected once.
            Write::delete(table, pk).only_if(format!("{fresh} OR {same}"))
        } else if before.users.is_empty() {
            return Ok(Write::put(table, pk, after)?.only_if(fresh));
        } else {
            Write::put(table, pk, after)?.only_if(same)
        };
        write.name("users").value(":before", &before.users)
    }
}
