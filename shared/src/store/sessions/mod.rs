//! Open sessions at the bank, which all containers share. One container opens a session under a lease, and the others
//! wait for it.

mod lease;
mod record;

use std::time::Duration;

use jiff::Timestamp;

use self::record::{SessionItem, pk};
use super::{
    error::StoreError,
    item::{Item, from_item},
    table::Store,
};
use crate::types::sealing::{Place, SealingKeys};

pub use record::{Generation, Lease, OpenedSession, SessionOwner, StoredSession, StoredState, Usable, Verdict};

impl Store {
    /// Looks up the state of an owner's session. A session that ends too soon counts as absent.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the token cannot be opened with `keys`.
    pub async fn find_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        usable: Usable,
    ) -> Result<StoredState, StoreError> {
        self.decode_session(keys, owner, usable, self.read_item(&self.ephemera, &pk(owner)).await?)
    }

    /// Returns the primary key of an owner's session.
    pub(super) fn session_pk(owner: SessionOwner) -> String {
        pk(owner)
    }

    /// Decodes what the item of an owner's session says.
    pub(super) fn decode_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        Usable { at: usable_at, installation }: Usable,
        item: Option<Item>,
    ) -> Result<StoredState, StoreError> {
        let pk = pk(owner);
        let Some(item) = item.map(from_item::<SessionItem>).transpose()? else { return Ok(StoredState::Absent) };
        let now = self.clock.now().as_second();
        if item.lease_until.is_some_and(|until| until > now) {
            return Ok(StoredState::Leased);
        }
        if let Some(left) = item.busy_until.and_then(|until| u64::try_from(until - now).ok()).filter(|left| *left > 0) {
            return Ok(StoredState::Busy(Duration::from_secs(left)));
        }
        let (Some(token), Some(path_id), Some(ends_at), Some(generation)) =
            (item.token, item.path_id, item.ends_at, item.generation)
        else {
            return Ok(StoredState::Absent);
        };
        if ends_at <= usable_at.as_second() {
            return Ok(StoredState::Absent);
        }
        if item.installation != Some(installation) {
            return Ok(StoredState::OfAnotherInstallation);
        }
        let ends_at = Timestamp::from_second(ends_at).map_err(|_| StoreError::Undecodable)?;
        let token = keys.open(Place { item: &pk, attribute: "token" }, &token)?;
        Ok(StoredState::Open(StoredSession { token, path_id, ends_at, generation, installation }))
    }
}
