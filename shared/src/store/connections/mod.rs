//! Connected customers. A bunq user who consents again keeps the `user_id` that our callers know.

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
    display_name::DisplayName,
    ids::{BunqUserId, ConsentId, UserId},
    reference::Reference,
    sealing::{Place, SealingKeys},
    secret::{AccessToken, SealingKey},
    workspace::Workspace,
};

pub use end::Marked;
pub use granted::Granted;
pub use list::{Cursor, CursorError};
pub use references::ConnectionReference;
pub use save::Saved;

/// How long a customer's consent counts: after 180 days the bank must see the customer again (Delegated Regulation (EU)
/// 2018/389, article 10a).
const CONSENT_LASTS: SignedDuration = SignedDuration::from_hours(180 * 24);

/// What kind of customer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// A natural person.
    Person,
    /// A company.
    Company,
    /// A kind that bunq has added since.
    Other,
}

/// What tells one bunq user from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantedKey {
    /// The user's own id at bunq.
    User(BunqUserId),
    /// Where bunq does not give it, the id of the user API key.
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

/// A consent to store.
#[derive(Clone, Debug)]
pub struct NewConnection {
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
    /// The workspace that the consent is for.
    pub workspace: Workspace,
    /// The consent.
    pub consent_id: ConsentId,
    /// What the owner calls the user who gave it.
    pub reference: Option<Reference>,
}

/// What we keep of a customer's consent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Connection {
    /// Our name for the customer.
    pub user_id: UserId,
    /// What kind of customer.
    pub kind: ConnectionKind,
    /// `UserApiKey.id` when the consent was given.
    pub api_key_id: BunqUserId,
    /// The customer's own id at bunq, where bunq gave it.
    pub granted_id: Option<BunqUserId>,
    /// Whose customer it is. Never changes.
    pub workspace: Workspace,
    /// What the owner calls the users that the customer stands for, the oldest first.
    #[serde(default)]
    pub references: Vec<ConnectionReference>,
    /// When the customer first connected.
    pub connected_at: Timestamp,
    /// When the customer last consented.
    pub consented_at: Timestamp,
    /// When somebody last asked for something of the customer's, to the hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When the bank was first seen to refuse the consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// The sealed key that seals records of what was started for this customer. None in an item of an earlier version.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_key: Option<String>,
    /// The workspace again: the partition of the index that lists its connections, which a tombstone is not in.
    listed: Workspace,
}

/// Whether a connection can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// It can.
    Active,
    /// The consent is older than 180 days: the bank may refuse from now on, the customer should consent again.
    Expired,
    /// The bank refuses the consent; nobody asks again before the customer has consented again.
    Revoked,
}

impl Connection {
    /// What the owner called the customer first.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference> {
        self.references.first().map(|first| &first.reference)
    }

    /// Whether the owner calls one of the customer's users so.
    #[must_use]
    pub fn has_reference(&self, reference: &Reference) -> bool {
        self.references.iter().any(|one| one.reference == *reference)
    }

    /// Opens the sealed access token.
    ///
    /// # Errors
    /// [`StoreError::Seal`].
    pub fn access_token(&self, keys: &SealingKeys) -> Result<AccessToken, StoreError> {
        let pk = user_pk(self.user_id);
        Ok(keys.open(Place { item: &pk, attribute: "access_token" }, &self.access_token)?)
    }

    /// What bunq calls the customer; none where it did not say, or the key that seals the name is gone.
    #[must_use]
    pub fn display_name(&self, keys: &SealingKeys) -> Option<DisplayName> {
        let pk = user_pk(self.user_id);
        keys.open(Place { item: &pk, attribute: "display_name" }, self.display_name.as_ref()?).ok()
    }

    /// The keys for records of what was started for this customer. The one that seals is kept in the connection: with
    /// the connection ends the way to read them.
    ///
    /// # Errors
    /// [`StoreError::Seal`].
    pub fn record_keys(&self, keys: &SealingKeys) -> Result<SealingKeys, StoreError> {
        let Some(sealed) = &self.record_key else { return Ok(keys.clone()) };
        let pk = user_pk(self.user_id);
        let own: SealingKey = keys.open(Place { item: &pk, attribute: "record_key" }, sealed)?;
        Ok(keys.with_own(&own)?)
    }

    /// Until when the consent counts.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.consented_at.checked_add(CONSENT_LASTS).unwrap_or(Timestamp::MAX)
    }

    /// Whether it can be used at a time.
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

/// What there is under a `user_id`.
#[derive(Clone, Debug)]
pub enum Found {
    /// A connection.
    Connected(Box<Connection>),
    /// There was one in this workspace; it was deleted.
    Deleted(Workspace),
    /// There never was any.
    Nothing,
}

fn user_pk(user_id: UserId) -> String {
    format!("USER#{user_id}")
}

impl Store {
    /// A connection by our name for the customer.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find_connection(&self, user_id: UserId) -> Result<Option<Connection>, StoreError> {
        match self.look_for_connection(user_id).await? {
            Found::Connected(connection) => Ok(Some(*connection)),
            Found::Deleted(_) | Found::Nothing => Ok(None),
        }
    }

    /// What there is, or was, under a name of ours.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn look_for_connection(&self, user_id: UserId) -> Result<Found, StoreError> {
        match self.read_item(&self.connections, &user_pk(user_id)).await? {
            None => Ok(Found::Nothing),
            Some(item) if item.contains_key(DELETED_AT) => Ok(Found::Deleted(from_item::<Tombstone>(item)?.workspace)),
            Some(item) => Ok(Found::Connected(Box::new(from_item(item)?))),
        }
    }

    /// Notes that a connection is in use, unless that was noted within the hour.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_connection_use(&self, connection: &Connection) -> Result<(), StoreError> {
        let hour = SignedDuration::from_hours(1);
        self.note_use(&user_pk(connection.user_id), connection.last_used_at, "access_token", hour).await
    }
}

/// What a tombstone has and a connection has not.
const DELETED_AT: &str = "deleted_at";
