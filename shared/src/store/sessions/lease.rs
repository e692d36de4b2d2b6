//! Leases: the right to open a session, and the result of using it.

use std::time::Duration;

use uuid::Uuid;

use super::record::{Generation, Lease, OpenedSession, SessionItem, SessionOwner, StoredSession, Usable, Verdict, pk};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::sealing::{Place, SealingKeys},
};

/// How long a lease lasts: longer than any request lives, so that only a dead container loses its lease.
const LEASE: Duration = Duration::from_secs(35);

/// After the end of a wait, how long the store knows that a container had to wait, in seconds.
pub(super) const DUE: i64 = 600;

impl Store {
    /// Acquires the lease to open a session for an owner, for 35 seconds. Returns `None` if another container holds the
    /// lease, or if the stored session is usable and is not the one that the bank `refused`. Does not wait.
    pub async fn lease_session(
        &self,
        owner: SessionOwner,
        Usable { at: usable_at, installation }: Usable,
        refused: Option<Generation>,
    ) -> Result<Option<Lease>, StoreError> {
        let holder = Uuid::new_v4();
        let refused = refused.map_or_else(String::new, |generation| generation.0.to_string());
        let expression = "SET lease_holder = :holder, lease_until = :until, expires_at = :until";
        let take = Write::update(&self.ephemera, &pk(owner), expression)
            .only_if(
                // Our own lease passes, too: the SDK sends the update again if the first answer is lost.
                "(attribute_not_exists(lease_until) OR lease_until <= :now OR lease_holder = :holder) \
                 AND (attribute_not_exists(ends_at) OR ends_at <= :usable_at OR generation = :refused \
                 OR installation <> :installation)",
            )
            .value(":holder", &holder)?
            .value(":until", &self.in_seconds(LEASE))?
            .value(":now", &self.clock.now().as_second())?
            .value(":usable_at", &usable_at.as_second())?
            .value(":refused", &refused)?
            .value(":installation", &installation)?;
        Ok(self.write(take).await?.then_some(Lease { owner, holder }))
    }

    /// Stores the session that was opened under a lease, and ends the lease. Returns the session, and whether it was
    /// stored. If the lease was lost or deleted meanwhile, nothing is stored, and what another container has stored
    /// stays.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the token cannot be sealed.
    pub async fn save_session(
        &self,
        keys: &SealingKeys,
        lease: Lease,
        opened: OpenedSession,
    ) -> Result<(StoredSession, bool), StoreError> {
        let (put, session) = self.put_session(keys, lease.owner, opened)?;
        let put = put.only_if("lease_holder = :holder").value(":holder", &lease.holder)?;
        Ok((session, self.write(put).await?))
    }

    /// Stores a session in place of an owner's stored session and of any lease. Used after a new consent, which opened
    /// the session.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the token cannot be sealed.
    pub async fn replace_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        opened: OpenedSession,
    ) -> Result<StoredSession, StoreError> {
        let (put, session) = self.put_session(keys, owner, opened)?;
        self.write(put).await?;
        Ok(session)
    }

    /// Returns the write that stores a session, and the session as it is stored then.
    fn put_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        OpenedSession { token, path_id, ends_at, installation }: OpenedSession,
    ) -> Result<(Write, StoredSession), StoreError> {
        let pk = pk(owner);
        let generation = Generation(Uuid::new_v4());
        let item = SessionItem {
            token: Some(keys.seal(Place { item: &pk, attribute: "token" }, &token)?),
            path_id: Some(path_id),
            ends_at: Some(ends_at.as_second()),
            generation: Some(generation),
            installation: Some(installation),
            expires_at: ends_at.as_second(),
            ..SessionItem::default()
        };
        Ok((
            Write::put(&self.ephemera, &pk, &item)?,
            StoredSession { token, path_id, ends_at, generation, installation },
        ))
    }

    /// Deletes an owner's session and any lease from the store. A container that is opening a session at that time can
    /// no longer store it. Does not end the session at the bank.
    pub async fn forget_session(&self, owner: SessionOwner) -> Result<(), StoreError> {
        self.write(Write::delete(&self.ephemera, &pk(owner))).await.map(drop)
    }

    /// Ends a lease without a session, removes the stored session, and stores how long other containers should wait.
    /// Does nothing if the lease was lost meanwhile.
    pub async fn release_session(&self, lease: Lease, verdict: Verdict) -> Result<(), StoreError> {
        let forget = "lease_holder, lease_until, #token, ends_at, generation, installation";
        let release = |expression: String| {
            let release = Write::update(&self.ephemera, &pk(lease.owner), &expression);
            release.only_if("lease_holder = :holder").name("token").value(":holder", &lease.holder)
        };
        let release = match verdict {
            Verdict::Failed => release(format!("REMOVE busy_until, {forget}"))?,
            Verdict::Busy(wait) => {
                let release = release(format!("SET busy_until = :until, expires_at = :expires REMOVE {forget}"))?;
                let release = release.value(":until", &self.in_seconds(wait))?;
                release.value(":expires", &self.in_seconds(wait).saturating_add(DUE))?
            }
        };
        self.write(release).await.map(drop)
    }
}
