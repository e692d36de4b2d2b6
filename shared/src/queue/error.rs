//! Why a call to the queue failed.

use std::{error::Error, fmt};

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

use crate::types::causes::causes;

/// Why a call to the queue failed. Never contains a message.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// SQS cannot be reached, throttles, or fails. A later retry may succeed. Holds the error code, or the causes if
    /// there was no answer.
    #[error("the queue is unavailable: {0}")]
    Unavailable(String),
    /// SQS rejects the request, for example because a permission or the queue is missing. A retry does not help: the
    /// operator must fix the deployment. Holds the error code.
    #[error("the queue rejects the request: {0}")]
    Misconfigured(String),
    /// A message cannot be written as JSON.
    #[error("a message cannot be written")]
    Unwritable,
}

impl<E: Error + ProvideErrorMetadata + 'static, R: fmt::Debug + 'static> From<SdkError<E, R>> for QueueError {
    fn from(error: SdkError<E, R>) -> Self {
        let code = match (&error, error.code()) {
            (_, Some(code)) => code.to_owned(),
            (SdkError::ServiceError(_), None) => "an answer without a code".to_owned(),
            (error, None) => causes(error),
        };
        // The JSON protocol puts a name space before the codes.
        match code.rsplit(['.', '#']).next().unwrap_or_default() {
            "QueueDoesNotExist"
            | "NonExistentQueue"
            | "AccessDenied"
            | "AccessDeniedException"
            | "InvalidAddress"
            | "UnrecognizedClientException" => Self::Misconfigured(code),
            _ => Self::Unavailable(code),
        }
    }
}
