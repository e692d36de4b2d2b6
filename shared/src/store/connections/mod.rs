//! Connected customers. A bunq user who consents again keeps the `user_id` that our callers know.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Item, Keyed, Store, StoreError, condition_failed, text, to_item};
use crate::types::{
    ids::{BunqUserId, UserId},
    sealing::{Place, SealingKeys},
    secret::AccessToken,
};

/// How often a race for the same customer is run again.
const TRIES: usize = 4;

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
    /// When the customer first connected.
    pub connected_at: Timestamp,
    /// When the customer last consented.
    pub consented_at: Timestamp,
    access_token: String,
}

impl Connection {
    /// Opens the sealed access token.
    ///
    /// # Errors
    /// [`StoreError::Seal`].
    pub fn access_token(&self, keys: &SealingKeys) -> Result<AccessToken, StoreError> {
        let pk = user_pk(self.user_id);
        Ok(keys.open(Place { item: &pk, attribute: "access_token" }, &self.access_token)?)
    }
}

#[derive(Deserialize, Serialize)]
struct Granted {
    user_id: UserId,
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
        self.read(&self.connections, &user_pk(user_id)).await
    }

    /// Stores a consent: a new connection, or new tokens for the one that this bunq user has. Both items change in one transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn save_connection(&self, keys: &SealingKeys, new: &NewConnection) -> Result<Connection, StoreError> {
        for _ in 0..TRIES {
            let known: Option<Granted> = self.read(&self.connections, &new.granted.pk()).await?;
            let before = match &known {
                Some(granted) => self.find_connection(granted.user_id).await?,
                None => None,
            };
            let user_id = known.as_ref().map_or_else(UserId::random, |granted| granted.user_id);
            let now = self.clock.now();
            let pk = user_pk(user_id);
            let connection = Connection {
                user_id,
                kind: new.kind,
                api_key_id: new.api_key_id,
                granted_id: match new.granted {
                    GrantedKey::User(id) => Some(id),
                    GrantedKey::ApiKey(_) => None,
                },
                connected_at: before.as_ref().map_or(now, |before| before.connected_at),
                consented_at: now,
                access_token: keys.seal(Place { item: &pk, attribute: "access_token" }, &new.access_token)?,
            };
            let lookup = to_item(&Keyed { pk: &new.granted.pk(), item: Granted { user_id } })?;
            let item = to_item(&Keyed { pk: &pk, item: &connection })?;
            if self.write_both(lookup, item, known.is_none(), user_id).await? {
                return Ok(connection);
            }
        }
        Err(StoreError::Contended)
    }

    /// Writes lookup and connection together; false where somebody else was first and the lookup is another now.
    async fn write_both(&self, lookup: Item, item: Item, is_new: bool, user_id: UserId) -> Result<bool, StoreError> {
        let put = |item| Put::builder().table_name(&self.connections).set_item(Some(item));
        let lookup = if is_new {
            put(lookup).condition_expression("attribute_not_exists(pk)")
        } else {
            put(lookup)
                .condition_expression("user_id = :user")
                .expression_attribute_values(":user", text(user_id.to_string()))
        };
        let write = |put: aws_sdk_dynamodb::types::builders::PutBuilder| {
            let put = put.build().map_err(|_| StoreError::Undecodable)?;
            Ok::<_, StoreError>(TransactWriteItem::builder().put(put).build())
        };
        let result = self
            .client
            .transact_write_items()
            .transact_items(write(lookup)?)
            .transact_items(write(put(item))?)
            .send()
            .await;
        match result {
            Ok(_) => Ok(true),
            Err(error) if condition_failed(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
