//! The record of a connection, and what remains of a deleted one.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{granted::GrantedKey, notifications::record::Notifications, unattended_reads::UnattendedReads};
use crate::{
    store::{
        error::StoreError,
        page::{CursorError, PageCursor},
    },
    types::{
        ids::{BunqUserId, ConsentId, UserId},
        reference::Reference,
        sealing::{Place, SealingKeys},
        secret::{AccessToken, DisplayName, SealingKey},
        workspace::Workspace,
    },
};

/// How long a customer's consent is valid: after 180 days the bank must authenticate the customer again (Delegated
/// Regulation (EU) 2018/389, article 10a).
const CONSENT_LIFETIME: SignedDuration = SignedDuration::from_hours(180 * 24);

/// An attribute that every tombstone has and no connection has.
pub(super) const DELETED_AT: &str = "deleted_at";

/// The kind of customer. `other` is a kind that bunq has added later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// A natural person.
    Person,
    /// A company.
    Company,
    /// A kind that this program does not know, because bunq added it later.
    Other,
}

/// A user of the owner's who consented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConnectionReference {
    /// The owner's name for the user.
    #[schema(value_type = String, example = "customer-17")]
    pub reference: Reference,
    /// The user's last consent.
    #[schema(value_type = uuid::Uuid)]
    pub consent_id: ConsentId,
    /// When the user last consented.
    #[schema(value_type = String, format = DateTime)]
    pub consented_at: Timestamp,
}

/// A consent to store as a connection.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// The bunq user who consented.
    pub granted: GrantedKey,
    /// The kind of the customer.
    pub kind: ConnectionKind,
    /// `UserApiKey.id` of this consent.
    pub api_key_id: BunqUserId,
    /// The access token that the consent gave.
    pub access_token: AccessToken,
    /// The customer's name at bunq, if known.
    pub display_name: Option<DisplayName>,
    /// The workspace that the consent is for.
    pub workspace: Workspace,
    /// The id of the consent.
    pub consent_id: ConsentId,
    /// The application's name for the user who consented, if it gave one.
    pub reference: Option<Reference>,
}

/// A customer's connection as it is stored. Token and name are sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Connection {
    /// The customer's id in this API.
    pub user_id: UserId,
    /// The kind of the customer.
    pub kind: ConnectionKind,
    /// `UserApiKey.id` of the last consent.
    pub api_key_id: BunqUserId,
    /// The customer's own id at bunq, if bunq gave it.
    pub granted_id: Option<BunqUserId>,
    /// The workspace that the customer belongs to. It never changes.
    pub workspace: Workspace,
    /// The last consent. `None` in an item of an earlier version.
    pub consent_id: Option<ConsentId>,
    /// The application's names for the users that this customer is, oldest first.
    #[serde(default)]
    pub references: Vec<ConnectionReference>,
    /// When the customer first connected.
    pub connected_at: Timestamp,
    /// When the customer last consented.
    pub consented_at: Timestamp,
    /// When a caller last used the connection, to the hour. `None` if none has.
    pub last_used_at: Option<Timestamp>,
    /// When the bank first refused the last consent. `None` if it has not.
    pub revoked_at: Option<Timestamp>,
    /// The reads of the last day while the customer was not present, if they are counted.
    pub unattended_reads: Option<UnattendedReads>,
    /// What is known of the notification filters, if they were ever checked.
    pub notifications: Option<Notifications>,
    /// When the bank last reported a change, to the hour. `None` if it never has.
    pub last_callback_at: Option<Timestamp>,
    /// The id of the last failed callback that was handled. `None` if none was.
    pub failures_until: Option<u64>,
    /// When the accounts were last polled. `None` if they never were.
    pub polled_at: Option<Timestamp>,
    pub(super) access_token: String,
    pub(super) display_name: Option<String>,
    /// The sealed key that seals records of this customer's orders. `None` in an item of an earlier version.
    pub(super) record_key: Option<String>,
    /// The workspace again, as partition of the index that lists its connections. A tombstone lacks it, so no list
    /// contains one.
    pub(super) listed: Workspace,
}

/// Whether a connection can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// The consent is valid.
    Active,
    /// The consent is older than 180 days. The bank may refuse it from now on, so the customer should consent again.
    Expired,
    /// The bank refuses the consent. It is not used any more until the customer consents again.
    Revoked,
}

impl Connection {
    /// Returns the connection's oldest reference, or `None` if it has none.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference> {
        self.references.first().map(|first| &first.reference)
    }

    /// Returns whether the connection has this reference.
    #[must_use]
    pub fn has_reference(&self, reference: &Reference) -> bool {
        self.references.iter().any(|one| one.reference == *reference)
    }

    /// Opens the sealed access token.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if `keys` lacks the key that sealed the token, or the token was changed or moved.
    pub fn access_token(&self, keys: &SealingKeys) -> Result<AccessToken, StoreError> {
        let pk = user_pk(self.user_id);
        Ok(keys.open(Place { item: &pk, attribute: "access_token" }, &self.access_token)?)
    }

    /// Opens the sealed name of the customer at bunq. Returns `None` if bunq gave none, or if the name cannot be
    /// opened.
    #[must_use]
    pub fn display_name(&self, keys: &SealingKeys) -> Option<DisplayName> {
        let pk = user_pk(self.user_id);
        keys.open(Place { item: &pk, attribute: "display_name" }, self.display_name.as_ref()?).ok()
    }

    /// Returns the keys for records of this customer's orders. The key that seals them is stored in the connection, so
    /// nobody can read them once the connection is deleted. A connection of an earlier version has no such key: then
    /// the result is a copy of `keys`.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the connection's key cannot be opened with `keys`, or is not base64 of 32 bytes.
    pub fn record_keys(&self, keys: &SealingKeys) -> Result<SealingKeys, StoreError> {
        let Some(sealed) = &self.record_key else { return Ok(keys.clone()) };
        let pk = user_pk(self.user_id);
        let own: SealingKey = keys.open(Place { item: &pk, attribute: "record_key" }, sealed)?;
        Ok(keys.with_own(&own)?)
    }

    /// Returns whether `other` is this connection with the same consent: the same access token, as it is sealed. After
    /// `reseal`, it is sealed differently, so that a request runs once more.
    #[must_use]
    pub fn is_same_consent(&self, other: &Self) -> bool {
        self.access_token == other.access_token && self.workspace == other.workspace
    }

    /// Returns when the consent expires: 180 days after it was given.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.consented_at.checked_add(CONSENT_LIFETIME).unwrap_or(Timestamp::MAX)
    }

    /// Returns the status of the connection at `now`. A revoked consent that has also expired counts as revoked.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> ConnectionStatus {
        if self.revoked_at.is_some() {
            ConnectionStatus::Revoked
        } else if now >= self.expires_at() {
            ConnectionStatus::Expired
        } else {
            ConnectionStatus::Active
        }
    }

    pub(super) fn granted(&self) -> GrantedKey {
        GrantedKey::new(self.granted_id, self.api_key_id)
    }
}

/// The place in a list of connections at which the next page begins.
pub type Cursor = PageCursor<Second, UserId>;

/// A time in whole seconds. Its text is their number since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Second(pub(super) Timestamp);

impl fmt::Display for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_second().fmt(f)
    }
}

impl FromStr for Second {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        text.parse().ok().and_then(|second| Timestamp::from_second(second).ok()).map(Self).ok_or(CursorError)
    }
}

/// The result of looking up a connection by its `user_id`.
#[derive(Clone, Debug)]
pub enum Found {
    /// The connection exists.
    Connected(Box<Connection>),
    /// The connection was deleted. It was in this workspace.
    Deleted(Workspace),
    /// No connection ever had this `user_id`.
    Nothing,
}

/// What remains of a deleted connection: its `user_id` and workspace, when the customer last consented, and when it was
/// deleted. Holds no data of the customer.
#[derive(Serialize, Deserialize)]
pub(super) struct Tombstone {
    pub(super) user_id: UserId,
    pub(super) workspace: Workspace,
    pub(super) consented_at: Timestamp,
    pub(super) deleted_at: Timestamp,
}

/// The result of [`Store::mark_revoked`](crate::store::Store::mark_revoked).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// This call marked the consent as revoked.
    Now,
    /// The consent was already marked as revoked.
    Before,
    /// The connection no longer has this consent: the customer has consented again, or the connection was deleted.
    Outdated,
}

/// The result of [`Store::save_connection`](crate::store::Store::save_connection).
#[derive(Clone, Debug)]
pub enum Saved {
    /// The consent is stored.
    Connected {
        /// The connection as it is stored now.
        connection: Box<Connection>,
        /// Whether the connection existed before, and gained the consent's reference.
        has_new_reference: bool,
    },
    /// Nothing is stored: this bunq user is connected in another workspace, and customers are not shared.
    Elsewhere,
    /// Nothing is stored: the connection already has the maximum of 50 references.
    TooManyReferences,
}

pub(super) fn user_pk(user_id: UserId) -> String {
    format!("USER#{user_id}")
}
