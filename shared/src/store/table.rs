//! What all items have in common: one string key, and errors that say what to do.

use std::{error::Error, fmt};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        transact_write_items::TransactWriteItemsError,
        update_item::{UpdateItemError, UpdateItemOutput},
    },
    types::{AttributeValue, TransactWriteItem},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use crate::types::{
    causes::causes,
    clock::Clock,
    sealing::SealError,
    secret::{Secret, SecretError},
};

/// The store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB cannot be reached, throttles, or fails: another try later may work.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// DynamoDB refuses: a table is missing, or a permission. Somebody must mend the deployment.
    #[error("the store refuses: {0}")]
    Misconfigured(String),
    /// An item is not of the shape that it was written in.
    #[error("an item of the store cannot be read")]
    Undecodable,
    /// A sealed attribute does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Many writers at once: none of our tries came first.
    #[error("the store is contended")]
    Contended,
}

impl<E: Error + ProvideErrorMetadata + 'static, R: fmt::Debug + 'static> From<SdkError<E, R>> for StoreError {
    fn from(error: SdkError<E, R>) -> Self {
        // Of an answer only the code: messages can quote keys.
        let code = match (&error, error.code()) {
            (_, Some(code)) => code.to_owned(),
            (SdkError::ServiceError(_), None) => "an answer without a code".to_owned(),
            (error, None) => causes(error),
        };
        match code.as_str() {
            "ResourceNotFoundException"
            | "AccessDeniedException"
            | "UnrecognizedClientException"
            | "ValidationException" => Self::Misconfigured(code),
            _ => Self::Unavailable(code),
        }
    }
}

/// Whether a transaction was cancelled because one of its conditions did not hold, and not for want of capacity or by a
/// conflict.
pub(super) fn condition_failed<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    cancelled_for(error, &["ConditionalCheckFailed"])
}

/// Whether a transaction was cancelled because somebody else was first, or is at it.
pub(super) fn lost_race<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    cancelled_for(error, &["ConditionalCheckFailed", "TransactionConflict"])
}

fn cancelled_for<R>(error: &SdkError<TransactWriteItemsError, R>, reasons: &[&str]) -> bool {
    cancellations(error).iter().any(|code| reasons.contains(&code.as_str()))
}

/// Why a transaction was cancelled, write by write; nothing where it failed in another way.
pub(super) fn cancellations<R>(error: &SdkError<TransactWriteItemsError, R>) -> Vec<String> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Vec::new();
    };
    let codes = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default().to_owned());
    codes.collect()
}

/// The two tables.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) client: Client,
    pub(super) connections: String,
    pub(super) ephemera: String,
    pub(super) clock: Clock,
}

pub(super) type Item = std::collections::HashMap<String, AttributeValue>;

impl Store {
    /// The store with these tables.
    #[must_use]
    pub fn new(client: Client, connections: &str, ephemera: &str, clock: Clock) -> Self {
        Self { client, connections: connections.to_owned(), ephemera: ephemera.to_owned(), clock }
    }

    /// Reads one item, with everything that was written before.
    pub(super) async fn read<T: DeserializeOwned>(&self, table: &str, key: &str) -> Result<Option<T>, StoreError> {
        self.read_item(table, key).await?.map(from_item).transpose()
    }

    pub(super) async fn read_item(&self, table: &str, key: &str) -> Result<Option<Item>, StoreError> {
        let answer = self.client.get_item().table_name(table).key("pk", text(key)).consistent_read(true).send().await?;
        Ok(answer.item)
    }

    /// The current time without its fraction: texts of such times sort as the times do.
    pub(super) fn now_in_seconds(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// Notes that an item of the Connections table is in use, unless that was noted within the last hour, for
    /// instance: a busy item costs a write an hour, not one a request. `alive` is an attribute that the item has for
    /// as long as it counts.
    pub(super) async fn note_use(
        &self,
        key: &str,
        noted: Option<Timestamp>,
        alive: &str,
        every: SignedDuration,
    ) -> Result<(), StoreError> {
        let now = self.now_in_seconds();
        let before = now.checked_sub(every).unwrap_or(Timestamp::MIN);
        if noted.is_some_and(|noted| noted > before) {
            return Ok(());
        }
        let result = self
            .client
            .update_item()
            .table_name(&self.connections)
            .key("pk", text(key))
            .update_expression("SET last_used_at = :now")
            .condition_expression(
                "attribute_exists(#alive) AND (attribute_not_exists(last_used_at) OR last_used_at <= :before)",
            )
            .expression_attribute_names("#alive", alive)
            .expression_attribute_values(":now", text(now.to_string()))
            .expression_attribute_values(":before", text(before.to_string()))
            .send()
            .await;
        succeeded(result).map(drop)
    }

    /// Writes all or nothing. Returns `false` if a condition failed or another writer changed one of the items
    /// meanwhile.
    pub(super) async fn write_all(&self, writes: Vec<TransactWriteItem>) -> Result<bool, StoreError> {
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(true),
            Err(error) if lost_race(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn delete(&self, table: &str, key: &str) -> Result<(), StoreError> {
        self.client.delete_item().table_name(table).key("pk", text(key)).send().await?;
        Ok(())
    }
}

/// A text of any kind and length, to be sealed like a secret.
pub(super) struct SealedText(pub(super) String);

impl Secret for SealedText {
    fn parse(text: String) -> Result<Self, SecretError> {
        Ok(Self(text))
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// Times in items are epoch seconds, as DynamoDB's TTL wants them.
pub(super) fn seconds(time: Timestamp) -> AttributeValue {
    AttributeValue::N(time.as_second().to_string())
}

pub(super) fn to_item(value: &impl Serialize) -> Result<Item, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_item(value).map_err(|_| StoreError::Undecodable)
}

pub(super) fn to_attribute(value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value).map_err(|_| StoreError::Undecodable)
}

pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|_| StoreError::Undecodable)
}

/// The key of an item, put in front of its other attributes.
#[derive(Serialize)]
pub(super) struct Keyed<'a, T> {
    pub(super) pk: &'a str,
    #[serde(flatten)]
    pub(super) item: T,
}

/// Whether a conditional update took place.
pub(super) fn succeeded<R: std::fmt::Debug + Send + Sync + 'static>(
    result: Result<UpdateItemOutput, SdkError<UpdateItemError, R>>,
) -> Result<bool, StoreError> {
    Ok(updated(result)?.is_some())
}

/// What a conditional update left, as far as it was asked for; `None` where it did not take place.
pub(super) fn updated<R: std::fmt::Debug + Send + Sync + 'static>(
    result: Result<UpdateItemOutput, SdkError<UpdateItemError, R>>,
) -> Result<Option<Item>, StoreError> {
    match result {
        Ok(output) => Ok(Some(output.attributes.unwrap_or_default())),
        Err(error) => match error.as_service_error() {
            Some(service) if service.is_conditional_check_failed_exception() => Ok(None),
            _ => Err(error.into()),
        },
    }
}
