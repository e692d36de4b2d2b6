//! Connected customers. A bunq user who consents again in a workspace keeps the `user_id` that callers know.

mod end;
mod granted;
mod list;
mod references;
mod save;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::end::Tombstone;
use super::table::{Store, StoreError, from_item};
use crate::types::{
    ids::{BunqUserId, ConsentId, UserId},
    reference::Reference,
    sealing::{Place, SealingKeys},
    secret::{AccessToken, DisplayName, SealingKey},
    workspace::Workspace,
};

pub use end::Marked;
pub use granted::Granted;
pub use list::{Cursor, CursorError};
pub use references::ConnectionReference;
pub use save::Saved;

/// How long a customer's consent is valid: after 180 days the bank must authenticate the customer again (Delegated
/// Regulation (EU) 2018/389, article 10a).
const CONSENT_LIFETIME: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The kind of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// A natural person.
    Person,
    /// A company.
    Company,
    /// A kind that this program does not know, because bunq added it later.
    Other,
}

/// Identifies a bunq user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantedKey {
    /// The user's own id at bunq.
    User(BunqUserId),
    /// The id of the user API key, if bunq does not give the user's own id.
    ApiKey(BunqUserId),
}

impl GrantedKey {
    fn pk(self) -> String {
        match self {
            Self::User(id) => format!("GRANTED#{id}"),
            Self::ApiKey(id) => format!("GRANTED#api-key-{id}"),
        }
    }
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
    /// The application's names for the users that this customer is, oldest first.
    #[serde(default)]
    pub references: Vec<ConnectionReference>,
    /// When the customer first connected.
    pub connected_at: Timestamp,
    /// When the customer last consented.
    pub consented_at: Timestamp,
    /// When a caller last used the connection, to the hour. `None` if none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When the bank first refused the last consent. `None` if it has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// The sealed key that seals records of this customer's orders. `None` in an item of an earlier version.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_key: Option<String>,
    /// The workspace again, as partition of the index that lists its connections. A tombstone lacks it, so no list
    /// contains one.
    listed: Workspace,
}

/// Whether a connection can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

    fn granted(&self) -> GrantedKey {
        self.granted_id.map_or(GrantedKey::ApiKey(self.api_key_id), GrantedKey::User)
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

fn user_pk(user_id: UserId) -> String {
    format!("USER#{user_id}")
}

impl Store {
    /// Looks up a connection in any workspace. Returns `None` if it was deleted or never existed.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// and [`StoreError::Undecodable`] if the item has an unexpected shape.
    pub async fn find_connection(&self, user_id: UserId) -> Result<Option<Connection>, StoreError> {
        match self.look_for_connection(user_id).await? {
            Found::Connected(connection) => Ok(Some(*connection)),
            Found::Deleted(_) | Found::Nothing => Ok(None),
        }
    }

    /// Looks up a connection in any workspace, distinguishing deleted from never existed.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// and [`StoreError::Undecodable`] if the item has an unexpected shape.
    pub async fn look_for_connection(&self, user_id: UserId) -> Result<Found, StoreError> {
        match self.read_item(&self.connections, &user_pk(user_id)).await? {
            None => Ok(Found::Nothing),
            Some(item) if item.contains_key(DELETED_AT) => Ok(Found::Deleted(from_item::<Tombstone>(item)?.workspace)),
            Some(item) => Ok(Found::Connected(Box::new(from_item(item)?))),
        }
    }

    /// Records that a connection is in use, at most once an hour. Does nothing if the connection was deleted.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, and [`StoreError::Misconfigured`] if it rejects the
    /// request.
    pub async fn note_connection_use(&self, connection: &Connection) -> Result<(), StoreError> {
        let hour = SignedDuration::from_hours(1);
        self.touch_last_used(&user_pk(connection.user_id), connection.last_used_at, "access_token", hour).await
    }
}

/// An attribute that every tombstone has and no connection has.
const DELETED_AT: &str = "deleted_at";
