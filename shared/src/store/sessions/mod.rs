//! Open sessions at the bank, which all containers share. One container opens a session under a lease, and the others
//! wait for it.

mod lease;
mod record;

use std::time::Duration;

use jiff::Timestamp;

use self::{
    lease::DUE,
    record::{SessionItem, pk},
};
use super::{
    error::StoreError,
    item::{Item, from_item, text},
    table::Store,
    write::Write,
};
use crate::types::sealing::{Place, SealError, SealingKeys};

pub use record::{Generation, Lease, OpenedSession, SessionOwner, StoredSession, StoredState, Usable, Verdict};

impl Store {
    /// Looks up the state of an owner's session. A session that ends too soon counts as absent. So does one whose key
    /// was removed: it is erased, so that another can be opened in its place.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the token was changed or moved.
    pub async fn find_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        usable: Usable,
    ) -> Result<StoredState, StoreError> {
        let item = self.read_item(&self.ephemera, &pk(owner)).await?;
        let token = item.as_ref().and_then(|item| item.get("token")?.as_s().ok()).cloned();
        match self.decode(keys, owner, usable, item) {
            Err(StoreError::Seal(SealError::KeyGone)) => {
                let expression = "REMOVE #token, ends_at, generation, installation";
                let erase = Write::update(&self.ephemera, &pk(owner), expression).only_if("#token = :token");
                self.write(erase.name("token").attribute(":token", text(token.unwrap_or_default()))).await?;
                Ok(StoredState::Absent { is_due: false })
            }
            decoded => decoded,
        }
    }

    /// Returns the primary key of an owner's session.
    pub(super) fn session_pk(owner: SessionOwner) -> String {
        pk(owner)
    }

    /// Decodes what the item of an owner's session says. A session whose key was removed counts as absent.
    pub(super) fn decode_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        usable: Usable,
        item: Option<Item>,
    ) -> Result<StoredState, StoreError> {
        match self.decode(keys, owner, usable, item) {
            Err(StoreError::Seal(SealError::KeyGone)) => Ok(StoredState::Absent { is_due: false }),
            decoded => decoded,
        }
    }

    fn decode(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        Usable { at: usable_at, installation }: Usable,
        item: Option<Item>,
    ) -> Result<StoredState, StoreError> {
        let pk = pk(owner);
        let Some(item) = item.map(from_item::<SessionItem>).transpose()? else {
            return Ok(StoredState::Absent { is_due: false });
        };
        let now = self.clock.now().as_second();
        if item.lease_until.is_some_and(|until| until > now) {
            return Ok(StoredState::Leased);
        }
        if let Some(left) =
            item.busy_until.and_then(|until| u64::try_from(until.saturating_sub(now)).ok()).filter(|left| *left > 0)
        {
            return Ok(StoredState::Busy(Duration::from_secs(left)));
        }
        let absent =
            StoredState::Absent { is_due: item.busy_until.is_some_and(|until| until.saturating_add(DUE) > now) };
        let (Some(token), Some(path_id), Some(ends_at), Some(generation)) =
            (item.token, item.path_id, item.ends_at, item.generation)
        else {
            return Ok(absent);
        };
        if ends_at <= usable_at.as_second() {
            return Ok(absent);
        }
        if item.installation != Some(installation) {
            return Ok(StoredState::OfAnotherInstallation);
        }
        let ends_at = Timestamp::from_second(ends_at).map_err(|_| StoreError::Undecodable)?;
        let token = keys.open(Place { item: &pk, attribute: "token" }, &token)?;
        Ok(StoredState::Open(StoredSession { token, path_id, ends_at, generation, installation }))
    }
}
