//! Open sessions at the bank, shared by every container. One container opens a session under a lease; the others wait for it.

use std::{fmt, time::Duration};

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::{UpdateItemError, UpdateItemOutput},
    types::AttributeValue,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::table::{Item, Keyed, Store, StoreError, seconds, text, to_item};
use crate::types::{
    ids::{BunqUserId, InstallationId, UserId},
    sealing::{Place, SealingKeys},
    secret::SessionToken,
};

/// How long one container may take to open a session: longer than any request lives, so that only a dead one loses its lease.
const LEASE: Duration = Duration::from_secs(35);

/// Whose session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionOwner {
    /// The TPP itself.
    Tpp,
    /// A connected customer.
    Customer(UserId),
}

impl fmt::Display for SessionOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tpp => f.write_str("tpp"),
            Self::Customer(user_id) => user_id.fmt(f),
        }
    }
}

/// Tells one session of an owner from the next, without its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation(Uuid);

/// The right to open a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    owner: SessionOwner,
    holder: Uuid,
}

/// A session that the bank has just opened.
#[derive(Clone, Debug)]
pub struct OpenedSession {
    /// Names it to the bank.
    pub token: SessionToken,
    /// The id that stands in the path of calls with it.
    pub path_id: BunqUserId,
    /// When the bank ends it.
    pub ends_at: Timestamp,
    /// The installation that it belongs to: answers are signed with that one's keys.
    pub installation: InstallationId,
}

impl OpenedSession {
    /// The same for this process alone, where the store does not take it.
    #[must_use]
    pub fn unstored(self) -> StoredSession {
        let Self { token, path_id, ends_at, .. } = self;
        StoredSession { token, path_id, ends_at, generation: Generation(Uuid::new_v4()) }
    }
}

/// An open session.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Names it to the bank.
    pub token: SessionToken,
    /// The id that stands in the path of calls with it.
    pub path_id: BunqUserId,
    /// When the bank ends it.
    pub ends_at: Timestamp,
    /// Tells it from the next one.
    pub generation: Generation,
}

/// Which sessions can be used.
#[derive(Clone, Copy, Debug)]
pub struct Usable {
    /// Those that last beyond this.
    pub at: Timestamp,
    /// Those of this installation.
    pub installation: InstallationId,
}

/// Why no session came of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Something failed: the next may try at once.
    Failed,
    /// The bank refuses the key; nobody asks it again for this long.
    Refused(Duration),
    /// The bank's limit; nobody asks it again for this long.
    Busy(Duration),
}

/// What the store knows of an owner's session.
#[derive(Clone, Debug)]
pub enum StoredState {
    /// Nothing that can be used; nobody is opening one.
    Absent,
    /// Somebody is opening one.
    Leased,
    /// The bank refused to open one a moment ago.
    Refused,
    /// The bank opens none for this long.
    Busy(Duration),
    /// It is open.
    Open(StoredSession),
}

/// Conditions ask whether an attribute exists, so what is absent is not written.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct SessionItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_id: Option<BunqUserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<Generation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installation: Option<InstallationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_holder: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    busy_until: Option<i64>,
    expires_at: i64,
}

fn pk(owner: SessionOwner) -> String {
    format!("SESSION#{owner}")
}

impl Store {
    /// What is known of an owner's session. One that ends before `usable_at`, or belongs to another installation, counts as absent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find_session(
        &self,
        keys: &SealingKeys,
        owner: SessionOwner,
        Usable { at: usable_at, installation }: Usable,
    ) -> Result<StoredState, StoreError> {
        let pk = pk(owner);
        let Some(item) = self.read::<SessionItem>(&self.ephemera, &pk).await? else { return Ok(StoredState::Absent) };
        let now = self.clock.now().as_second();
        if item.lease_until.is_some_and(|until| until > now) {
            return Ok(StoredState::Leased);
        }
        if item.refused_until.is_some_and(|until| until > now) {
            return Ok(StoredState::Refused);
        }
        if let Some(left) = item.busy_until.and_then(|until| u64::try_from(until - now).ok()).filter(|left| *left > 0) {
            return Ok(StoredState::Busy(Duration::from_secs(left)));
        }
        let (Some(token), Some(path_id), Some(ends_at), Some(generation)) =
            (item.token, item.path_id, item.ends_at, item.generation)
        else {
            return Ok(StoredState::Absent);
        };
        if ends_at <= usable_at.as_second() || item.installation != Some(installation) {
            return Ok(StoredState::Absent);
        }
        let ends_at = Timestamp::from_second(ends_at).map_err(|_| StoreError::Undecodable)?;
        let token = keys.open(Place { item: &pk, attribute: "token" }, &token)?;
        Ok(StoredState::Open(StoredSession { token, path_id, ends_at, generation }))
    }

    /// Asks for the right to open a session in place of one that is absent, ended, or `refused` by the bank.
    /// `None`: somebody else has it, or a usable session is there.
    ///
    /// # Errors
    /// [`StoreError`].
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
                // Our own name counts as ours: the SDK sends again what went through but was not answered.
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

    /// Stores the session that was opened under a lease. Where the lease was lost meanwhile, the later holder's session stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn save_session(
        &self,
        keys: &SealingKeys,
        lease: Lease,
        opened: OpenedSession,
    ) -> Result<StoredSession, StoreError> {
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
            Ok(_) => Ok(session),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_conditional_check_failed_exception() => Ok(session),
                _ => Err(error.into()),
            },
        }
    }

    /// Puts a session in the place of whatever was there: after a new consent, which opened it.
    ///
    /// # Errors
    /// [`StoreError`].
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
        Ok((to_item(&Keyed { pk: &pk, item })?, StoredSession { token, path_id, ends_at, generation }))
    }

    /// Gives a lease back, and tells everybody why.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release_session(&self, lease: Lease, verdict: Verdict) -> Result<(), StoreError> {
        let (attribute, wait) = match verdict {
            Verdict::Failed => ("refused_until", Duration::ZERO),
            Verdict::Refused(wait) => ("refused_until", wait),
            Verdict::Busy(wait) => ("busy_until", wait),
        };
        let until = self.clock.now().as_second().saturating_add_unsigned(wait.as_secs());
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(pk(lease.owner)))
            .update_expression(
                "SET #why = :until, expires_at = :until \
                 REMOVE lease_holder, lease_until, #token, ends_at, generation, installation",
            )
            .condition_expression("lease_holder = :holder")
            .expression_attribute_names("#why", attribute)
            .expression_attribute_names("#token", "token")
            .expression_attribute_values(":holder", text(lease.holder.to_string()))
            .expression_attribute_values(":until", AttributeValue::N(until.to_string()))
            .send()
            .await;
        succeeded(result).map(|_| ())
    }
}

/// Whether a conditional update took place.
pub(super) fn succeeded<R: std::fmt::Debug + Send + Sync + 'static>(
    result: Result<UpdateItemOutput, SdkError<UpdateItemError, R>>,
) -> Result<bool, StoreError> {
    match result {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(service) if service.is_conditional_check_failed_exception() => Ok(false),
            _ => Err(error.into()),
        },
    }
}
