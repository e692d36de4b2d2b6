//! Why an operation of the store failed.

use std::{error::Error, fmt};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::types::{causes::causes, sealing::SealError};

/// Why an operation of the store failed. Every operation that calls DynamoDB can return [`Self::Unavailable`] and
/// [`Self::Misconfigured`], and every operation that reads an item [`Self::Undecodable`]. The documentation of an
/// operation says when it returns another error.
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
    /// Other writers changed the same items at the same time.
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
            // A transaction was changing the same item.
            "TransactionConflictException" => Self::Contended,
            _ => Self::Unavailable(code),
        }
    }
}
