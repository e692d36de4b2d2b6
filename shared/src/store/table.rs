//! The client of the two tables, its errors, and helpers that read and write items. Every item has one string key,
//! `pk`.

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

/// Why an operation of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB cannot be reached, throttles, or fails. A later retry may succeed. Holds DynamoDB's error code, or the
    /// causes if it did not answer.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// DynamoDB rejects the request, for example because a table or a permission is missing. A retry does not help: the
    /// operator must fix the deployment. Holds DynamoDB's error code.
    #[error("the store rejects the request: {0}")]
    Misconfigured(String),
    /// A stored item does not have the expected shape, or a value cannot be stored.
    #[error("an item of the store cannot be encoded or decoded")]
    Undecodable,
    /// An attribute cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Other writers changed the same items at the same time, and every try lost.
    #[error("other writers changed the same items at the same time")]
    Contended,
}

impl<E: Error + ProvideErrorMetadata + 'static, R: fmt::Debug + 'static> From<SdkError<E, R>> for StoreError {
    fn from(error: SdkError<E, R>) -> Self {
        // Only the code of an answer is kept: messages can quote keys.
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

/// Returns whether a transaction was cancelled because one of its conditions failed. A lack of capacity or a conflict
/// with another transaction does not count.
pub(super) fn condition_failed<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    cancelled_for(error, &["ConditionalCheckFailed"])
}

/// Returns whether a transaction was cancelled because one of its conditions failed, or because another writer was
/// changing one of its items.
pub(super) fn lost_race<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    cancelled_for(error, &["ConditionalCheckFailed", "TransactionConflict"])
}

fn cancelled_for<R>(error: &SdkError<TransactWriteItemsError, R>, reasons: &[&str]) -> bool {
    cancellations(error).iter().any(|code| reasons.contains(&code.as_str()))
}

/// Returns why a transaction was cancelled: DynamoDB's reason code for each of its writes, in order. Empty if the
/// transaction failed in another way.
pub(super) fn cancellations<R>(error: &SdkError<TransactWriteItemsError, R>) -> Vec<String> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Vec::new();
    };
    let codes = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default().to_owned());
    codes.collect()
}

/// Access to the two tables.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) client: Client,
    pub(super) connections: String,
    pub(super) ephemera: String,
    pub(super) clock: Clock,
}

pub(super) type Item = std::collections::HashMap<String, AttributeValue>;

impl Store {
    /// Returns a store that uses these tables. Sends no request.
    #[must_use]
    pub fn new(client: Client, connections: &str, ephemera: &str, clock: Clock) -> Self {
        Self { client, connections: connections.to_owned(), ephemera: ephemera.to_owned(), clock }
    }

    /// Reads one item with a consistent read, which sees all earlier writes. Returns `None` if there is no such item.
    pub(super) async fn read<T: DeserializeOwned>(&self, table: &str, key: &str) -> Result<Option<T>, StoreError> {
        self.read_item(table, key).await?.map(from_item).transpose()
    }

    /// Like [`Self::read`], but returns the attributes as they are stored.
    pub(super) async fn read_item(&self, table: &str, key: &str) -> Result<Option<Item>, StoreError> {
        let answer = self.client.get_item().table_name(table).key("pk", text(key)).consistent_read(true).send().await?;
        Ok(answer.item)
    }

    /// Returns the current time in whole seconds. Texts of such times sort chronologically.
    pub(super) fn now_in_seconds(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// Sets `last_used_at` of an item of the Connections table to the current time, at most once per `every`: a busy
    /// item costs one write per period, not one per request. `last_used_at` is the value that the caller has read. Does
    /// nothing if the item lacks the attribute `alive`, as a deleted one does.
    pub(super) async fn touch_last_used(
        &self,
        key: &str,
        last_used_at: Option<Timestamp>,
        alive: &str,
        every: SignedDuration,
    ) -> Result<(), StoreError> {
        let now = self.now_in_seconds();
        let before = now.checked_sub(every).unwrap_or(Timestamp::MIN);
        if last_used_at.is_some_and(|last_used_at| last_used_at > before) {
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

    /// Performs all writes in one transaction. Returns `false`, and writes nothing, if a condition failed or another
    /// writer was changing one of the items.
    pub(super) async fn write_all(&self, writes: Vec<TransactWriteItem>) -> Result<bool, StoreError> {
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(true),
            Err(error) if lost_race(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an item. Deleting an item that does not exist is no error.
    pub(super) async fn delete(&self, table: &str, key: &str) -> Result<(), StoreError> {
        self.client.delete_item().table_name(table).key("pk", text(key)).send().await?;
        Ok(())
    }
}

/// A text of any content and length that is sealed like a secret.
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

/// Returns a time in epoch seconds, the unit that DynamoDB's TTL needs.
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

/// An item together with its primary key.
#[derive(Serialize)]
pub(super) struct WithKey<'a, T> {
    pub(super) pk: &'a str,
    #[serde(flatten)]
    pub(super) item: T,
}

/// Returns whether a conditional update took place, or `false` if its condition failed.
pub(super) fn succeeded<R: std::fmt::Debug + Send + Sync + 'static>(
    result: Result<UpdateItemOutput, SdkError<UpdateItemError, R>>,
) -> Result<bool, StoreError> {
    Ok(updated(result)?.is_some())
}

/// Returns the attributes that a conditional update returned, or `None` if its condition failed. The attributes are
/// empty if the update asked for none.
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
