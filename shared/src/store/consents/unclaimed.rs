//! What a customer gave to a consent with a return address, until the application that started the consent claims it.
//! It is no connection yet: no route reads it, and an existing connection of the same customer is not touched.

use std::time::Duration;

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::AttributeValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    store::{
        ConnectionKind, GrantedKey, OpenedSession,
        table::{Keyed, Store, StoreError, seconds, succeeded, text, to_item},
    },
    types::{
        display_name::DisplayName,
        ids::{BunqUserId, ConsentId, InstallationId},
        sealing::{Place, SealingKeys},
        secret::{AccessToken, ClaimProof, Secret as _, SessionToken},
    },
};

/// How long an application has to claim.
pub(super) const CLAIMABLE: Duration = Duration::from_secs(600);
/// How long what nobody claimed is kept, sealed, so that its session can be ended at the bank.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// How long one request may take to claim: longer than any request lives.
const LEASE: Duration = Duration::from_secs(35);

/// What a customer gave.
#[derive(Clone, Debug)]
pub struct Given {
    /// Who consented.
    pub granted: GrantedKey,
    /// What kind of customer.
    pub kind: ConnectionKind,
    /// `UserApiKey.id` at the time.
    pub api_key_id: BunqUserId,
    /// The consent itself.
    pub access_token: AccessToken,
    /// What bunq calls the customer.
    pub display_name: Option<DisplayName>,
    /// The session that said who consented.
    pub session: OpenedSession,
}

#[derive(Serialize, Deserialize)]
struct UnclaimedItem {
    granted_id: Option<BunqUserId>,
    kind: ConnectionKind,
    api_key_id: BunqUserId,
    access_token: String,
    display_name: Option<String>,
    session_token: String,
    session_path_id: BunqUserId,
    session_ends_at: Timestamp,
    installation: InstallationId,
    proof: String,
    proof_hash: String,
    claim_until: i64,
    expires_at: i64,
}

/// What is kept for a claim.
#[derive(Clone, Debug)]
pub struct Unclaimed {
    /// What the customer gave.
    pub given: Given,
    /// What the browser shows for it.
    pub proof: ClaimProof,
    /// Until when it can be claimed, in epoch seconds.
    pub until: i64,
    /// Whether it still can.
    pub is_open: bool,
}

fn pk(id: ConsentId) -> String {
    format!("UNCLAIMED#{id}")
}

impl Store {
    /// Keeps what a customer gave until it is claimed. Answers until when that can be, in epoch seconds; `None` if
    /// another visit of the customer has given something that can be claimed, which stays.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be sealed or written.
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
            expires_at: self.in_seconds(CLAIMABLE + KEPT),
        };
        let item = to_item(&Keyed { pk: &pk, item: unclaimed })?;
        let result = self
            .client
            .put_item()
            .table_name(&self.ephemera)
            .set_item(Some(item))
            // Our own proof counts as ours: the SDK sends again what went through but was not answered.
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

    /// Reads what is kept for a claim.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be read or does not open.
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

    /// Takes the right to claim, for as long as a request lives. False if another request has it, or the proof is not
    /// the right one.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be written.
    pub async fn take_claim(&self, id: ConsentId, proof: &ClaimProof) -> Result<bool, StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(pk(id)))
            .update_expression("SET claimer = :claimer, claimer_until = :until")
            // Our own name counts as ours: the SDK sends again what went through but was not answered.
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

    /// Erases what is kept for a claim.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be deleted.
    pub async fn forget_unclaimed(&self, id: ConsentId) -> Result<(), StoreError> {
        self.delete(&self.ephemera, &pk(id)).await
    }
}
