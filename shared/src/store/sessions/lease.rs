//! Leases: the right to open a session, and the result of using it.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::record::{Generation, Lease, OpenedSession, SessionItem, SessionOwner, StoredSession, Usable, Verdict, pk};
use crate::{
    store::{
        condition::succeeded,
        error::StoreError,
        item::{Item, WithKey, seconds, text, to_item},
        table::Store,
    },
    types::sealing::{Place, SealingKeys},
};

/// How long a lease lasts: longer than any request lives, so that only a dead container loses its lease.
const LEASE: Duration = Duration::from_secs(35);

impl Store {
    /// Acquires the lease to open a session for an owner, for 35 seconds. Returns `None` if another container holds the
    /// lease, or if the stored session is usable and is not the one that the bank `refused`. Does not wait.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
    pub async fn lease_session(
        &self,
        owner: SessionOwner,
        Usable { at: usable_at, installation }: Usable,
        refused: Option<Generation>,
    ) -> Result<Option<Lease>, StoreError> {
        let holder = Uuid::new_v4();
        let now = self.clock.now();
        let until = now.as_second().saturating_add_unsigned(LEASE.as_secs());
        let refused = refused.map_or_else(String::new, |generation| generation.0.to_string());
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(pk(owner)))
            .update_expression("SET lease_holder = :holder, lease_until = :until, expires_at = :until")
            .condition_expression(
                // Our own lease passes, too: the SDK sends the update again if the first answer is lost.
                "(attribute_not_exists(lease_until) OR lease_until <= :now OR lease_holder = :holder) \
                 AND (attribute_not_exists(ends_at) OR ends_at <= :usable_at OR generation = :refused \
                 OR installation <> :installation)",
            )
            .expression_attribute_values(":holder", text(holder.to_string()))
            .expression_attribute_values(":until", AttributeValue::N(until.to_string()))
            .expression_attribute_values(":now", seconds(now))
            .expression_attribute_values(":usable_at", seconds(usable_at))
            .expression_attribute_values(":refused", text(refused))
            .expression_attribute_values(":installation", AttributeValue::N(installation.to_string()))
            .send()
            .await;
        Ok(succeeded(result)?.then_some(Lease { owner, holder }))
    }

    /// Stores the session that was opened under a lease, and ends the lease. Returns the session, and whether it was
    /// stored. If the lease was lost or deleted meanwhile, nothing is stored, and what another container has stored
    /// stays.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// and [`StoreError::Seal`] if the token cannot be sealed.
    pub async fn save_session(
        &self,
        keys: &SealingKeys,
        lease: Lease,
        opened: OpenedSession,
    ) -> Result<(StoredSession, bool), StoreError> {
        let (item, session) = self.session_item(keys, lease.owner, opened)?;
        let result = self
            .client
            .put_item()
            .table_name(&self.ephemera)
            .set_item(Some(item))
            .condition_expression("lease_holder = :holder")
            .expression_attribute_values(":holder", text(lease.holder.to_string()))
            .send()
            .await;
        match result {
            Ok(_) => Ok((session, true)),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_conditional_check_failed_exception() => Ok((session, false)),
                _ => Err(error.into()),
            },
        }
    }

    /// Stores a session in place of an owner's stored session and of any lease. Used after a new consent, which opened
    /// the session.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// and [`StoreError::Seal`] if the token cannot be sealed.
    pub async fn replace_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        opened: OpenedSession,
    ) -> Result<StoredSession, StoreError> {
        let (item, session) = self.session_item(keys, owner, opened)?;
        self.client.put_item().table_name(&self.ephemera).set_item(Some(item)).send().await?;
        Ok(session)
    }

    fn session_item(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        OpenedSession { token, path_id, ends_at, installation }: OpenedSession,
    ) -> Result<(Item, StoredSession), StoreError> {
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
        Ok((to_item(&WithKey { pk: &pk, item })?, StoredSession { token, path_id, ends_at, generation }))
    }

    /// Deletes an owner's session and any lease from the store. A container that is opening a session at that time can
    /// no longer store it. Does not end the session at the bank.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
    pub async fn forget_session(&self, owner: SessionOwner) -> Result<(), StoreError> {
        self.delete(&self.ephemera, &pk(owner)).await
    }

    /// Ends a lease without a session, removes the stored session, and stores how long other containers should wait.
    /// Does nothing if the lease was lost meanwhile.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
    pub async fn release_session(&self, lease: Lease, verdict: Verdict) -> Result<(), StoreError> {
        let wait = match verdict {
            Verdict::Failed => Duration::ZERO,
            Verdict::Busy(wait) => wait,
        };
        let until = self.clock.now().as_second().saturating_add_unsigned(wait.as_secs());
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(pk(lease.owner)))
            .update_expression(
                "SET busy_until = :until, expires_at = :until \
                 REMOVE lease_holder, lease_until, #token, ends_at, generation, installation",
            )
            .condition_expression("lease_holder = :holder")
            .expression_attribute_names("#token", "token")
            .expression_attribute_values(":holder", text(lease.holder.to_string()))
            .expression_attribute_values(":until", AttributeValue::N(until.to_string()))
            .send()
            .await;
        succeeded(result).map(|_| ())
    }
}
