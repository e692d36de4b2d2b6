//! What all items have in common: one string key, and errors that say what to do.

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        transact_write_items::TransactWriteItemsError,
        update_item::{UpdateItemError, UpdateItemOutput},
    },
    types::AttributeValue,
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::types::{clock::Clock, sealing::SealError};

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

impl<E: ProvideErrorMetadata, R> From<SdkError<E, R>> for StoreError {
    fn from(error: SdkError<E, R>) -> Self {
        // Only the code: messages can quote keys.
        let code = error.code().unwrap_or("no answer").to_owned();
        match code.as_str() {
            "ResourceNotFoundException"
            | "AccessDeniedException"
            | "UnrecognizedClientException"
            | "ValidationException" => Self::Misconfigured(code),
            _ => Self::Unavailable(code),
        }
    }
}

/// Whether a transaction was cancelled because one of its conditions did not hold, and not for want of capacity or by a conflict.
pub(super) fn condition_failed<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return false;
    };
    cancelled.cancellation_reasons().iter().any(|reason| reason.code() == Some("ConditionalCheckFailed"))
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
        let answer = self.client.get_item().table_name(table).key("pk", text(key)).consistent_read(true).send().await?;
        answer.item.map(from_item).transpose()
    }

    pub(super) async fn delete(&self, table: &str, key: &str) -> Result<(), StoreError> {
        self.client.delete_item().table_name(table).key("pk", text(key)).send().await?;
        Ok(())
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
    match result {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(service) if service.is_conditional_check_failed_exception() => Ok(false),
            _ => Err(error.into()),
        },
    }
}
