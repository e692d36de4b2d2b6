//! Why a call to the event bus failed.

use std::{error::Error, fmt};

use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};

use crate::types::causes::causes;

/// A call to the event bus failed as a whole: EventBridge cannot be reached, throttles, fails, or rejects the request,
/// for example because a permission is missing. Holds the error code, or the causes if there was no answer. Never
/// contains an event.
#[derive(Debug, thiserror::Error)]
#[error("the event bus failed: {0}")]
pub struct EventBusError(pub(super) String);

impl<E: Error + ProvideErrorMetadata + 'static, R: fmt::Debug + 'static> From<SdkError<E, R>> for EventBusError {
    fn from(error: SdkError<E, R>) -> Self {
        Self(match (&error, error.code()) {
            (_, Some(code)) => code.to_owned(),
            (SdkError::ServiceError(_), None) => "an answer without a code".to_owned(),
            (error, None) => causes(error),
        })
    }
}
