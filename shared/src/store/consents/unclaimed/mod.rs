//! Unclaimed grants: what a customer gave by a consent with a return URL, until the application that requested the
//! consent claims it. A grant is not a connection yet: no route reads it, and an existing connection of the same
//! customer does not change.

mod record;

use std::time::Duration;

use uuid::Uuid;

use self::record::UnclaimedItem;
use crate::{
    store::{connections::GrantedKey, error::StoreError, sessions::OpenedSession, table::Store, write::Write},
    types::{
        ids::ConsentId,
        sealing::{Place, SealingKeys},
        secret::{ClaimProof, Secret as _, SessionToken},
    },
};

pub use record::{Given, Unclaimed};

/// How long an application can claim a grant.
const CLAIMABLE: Duration = Duration::from_secs(600);
/// How much longer an unclaimed grant is kept, sealed, so that its session can be ended at the bank.
const RETENTION: Duration = Duration::from_secs(60 * 60);
/// How long one request may hold the right to claim: longer than any request lives.
const LEASE: Duration = Duration::from_secs(35);

fn pk(id: ConsentId) -> String {
    format!("UNCLAIMED#{id}")
}

impl Store {
    /// Stores a grant, sealed, until it is claimed. Returns until when it can be claimed, in epoch seconds. Returns
    /// `None`, and stores nothing, if another attempt at this consent has stored a grant that can still be claimed.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if a secret cannot be sealed.
    pub async fn keep_unclaimed(
        &self,
        keys: &SealingKeys,
        id: ConsentId,
        given: &Given,
        proof: &ClaimProof,
    ) -> Result<Option<i64>, StoreError> {
        let pk = pk(id);
        let claim_until = self.in_seconds(CLAIMABLE);
        let place = |attribute| Place { item: &pk, attribute };
        let name = given.display_name.as_ref();
        let unclaimed = UnclaimedItem {
            granted_id: given.granted.own(),
            kind: given.kind,
            api_key_id: given.api_key_id,
            access_token: keys.seal(place("access_token"), &given.access_token)?,
            display_name: name.map(|name| keys.seal(place("display_name"), name)).transpose()?,
            session_token: keys.seal(place("session_token"), &given.session.token)?,
            session_path_id: given.session.path_id,
            session_ends_at: given.session.ends_at,
            installation: given.session.installation,
            proof: keys.seal(place("proof"), proof)?,
            proof_hash: proof.fingerprint(),
            claim_until,
            expires_at: self.in_seconds(CLAIMABLE + RETENTION),
        };
        let put = Write::put(&self.ephemera, &pk, &unclaimed)?
            // Our own proof passes, too: the SDK sends the write again if the first answer is lost.
            .only_if("attribute_not_exists(pk) OR claim_until <= :now OR proof_hash = :proof")
            .value(":now", &self.clock.now().as_second())?
            .value(":proof", &unclaimed.proof_hash)?;
        Ok(self.write(put).await?.then_some(claim_until))
    }

    /// Looks up the grant of a consent, also after the time to claim it. Returns `None` if there is none.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if a token or the proof cannot be opened with `keys`. A name that cannot be opened
    /// is left out.
    pub async fn find_unclaimed(&self, keys: &SealingKeys, id: ConsentId) -> Result<Option<Unclaimed>, StoreError> {
        let pk = pk(id);
        let Some(item) = self.read::<UnclaimedItem>(&self.ephemera, &pk).await? else { return Ok(None) };
        let place = |attribute| Place { item: &pk, attribute };
        let session = OpenedSession {
            token: keys.open::<SessionToken>(place("session_token"), &item.session_token)?,
            path_id: item.session_path_id,
            ends_at: item.session_ends_at,
            installation: item.installation,
        };
        let given = Given {
            granted: GrantedKey::new(item.granted_id, item.api_key_id),
            kind: item.kind,
            api_key_id: item.api_key_id,
            access_token: keys.open(place("access_token"), &item.access_token)?,
            display_name: item.display_name.and_then(|name| keys.open(place("display_name"), &name).ok()),
            session,
        };
        let proof = keys.open(place("proof"), &item.proof)?;
        let until = item.claim_until;
        Ok(Some(Unclaimed { given, proof, until, is_open: until > self.clock.now().as_second() }))
    }

    /// Acquires the right to claim a grant, for 35 seconds. Returns `false` if another request holds that right, the
    /// proof is wrong, the time to claim is over, or there is no grant. Does not read or delete the grant.
    pub async fn take_claim(&self, id: ConsentId, proof: &ClaimProof) -> Result<bool, StoreError> {
        let take = Write::update(&self.ephemera, &pk(id), "SET claimer = :claimer, claimer_until = :until")
            // Our own lease passes, too: the SDK sends the update again if the first answer is lost.
            .only_if(
                "proof_hash = :proof AND claim_until > :now \
                 AND (attribute_not_exists(claimer_until) OR claimer_until <= :now OR claimer = :claimer)",
            )
            .value(":claimer", &Uuid::new_v4())?
            .value(":until", &self.in_seconds(LEASE))?
            .value(":proof", &proof.fingerprint())?
            .value(":now", &self.clock.now().as_second())?;
        self.write(take).await
    }

    /// Deletes the grant of a consent. Does not end its session at the bank. Deleting it again is no error.
    pub async fn forget_unclaimed(&self, id: ConsentId) -> Result<(), StoreError> {
        self.write(Write::delete(&self.ephemera, &pk(id))).await.map(drop)
    }
}
