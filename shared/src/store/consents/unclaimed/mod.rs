//! Unclaimed grants: what a customer gave by a consent with a return URL, until the application that requested the
//! consent claims it. A grant is not a connection yet: no route reads it, and an existing connection of the same
//! customer does not change.

mod record;

use std::time::Duration;

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::AttributeValue};
use uuid::Uuid;

use self::record::UnclaimedItem;
use crate::{
    store::{
        condition::succeeded,
        connections::GrantedKey,
        error::StoreError,
        item::{WithKey, seconds, text, to_item},
        sessions::OpenedSession,
        table::Store,
    },
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
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// and [`StoreError::Seal`] if a secret cannot be sealed.
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
            granted_id: match given.granted {
                GrantedKey::User(id) => Some(id),
                GrantedKey::ApiKey(_) => None,
            },
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
        let item = to_item(&WithKey { pk: &pk, item: unclaimed })?;
        let result = self
            .client
            .put_item()
            .table_name(&self.ephemera)
            .set_item(Some(item))
            // Our own proof passes, too: the SDK sends the write again if the first answer is lost.
            .condition_expression("attribute_not_exists(pk) OR claim_until <= :now OR proof_hash = :proof")
            .expression_attribute_values(":now", seconds(self.clock.now()))
            .expression_attribute_values(":proof", text(proof.fingerprint()))
            .send()
            .await;
        match result {
            Ok(_) => Ok(Some(claim_until)),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Looks up the grant of a consent, also after the time to claim it. Returns `None` if there is none.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// [`StoreError::Undecodable`] if the item has an unexpected shape, and [`StoreError::Seal`] if a token or the
    /// proof cannot be opened with `keys`. A name that cannot be opened is left out.
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
            granted: item.granted_id.map_or(GrantedKey::ApiKey(item.api_key_id), GrantedKey::User),
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
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
    pub async fn take_claim(&self, id: ConsentId, proof: &ClaimProof) -> Result<bool, StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(pk(id)))
            .update_expression("SET claimer = :claimer, claimer_until = :until")
            // Our own lease passes, too: the SDK sends the update again if the first answer is lost.
            .condition_expression(
                "proof_hash = :proof AND claim_until > :now \
                 AND (attribute_not_exists(claimer_until) OR claimer_until <= :now OR claimer = :claimer)",
            )
            .expression_attribute_values(":claimer", text(Uuid::new_v4().to_string()))
            .expression_attribute_values(":until", AttributeValue::N(self.in_seconds(LEASE).to_string()))
            .expression_attribute_values(":proof", text(proof.fingerprint()))
            .expression_attribute_values(":now", seconds(self.clock.now()))
            .send()
            .await;
        succeeded(result)
    }

    /// Deletes the grant of a consent. Does not end its session at the bank. Deleting it again is no error.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
    pub async fn forget_unclaimed(&self, id: ConsentId) -> Result<(), StoreError> {
        self.delete(&self.ephemera, &pk(id)).await
    }
}
