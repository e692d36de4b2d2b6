//! How writes with conditions ended.

use std::fmt::Debug;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{
        transact_write_items::TransactWriteItemsError,
        update_item::{UpdateItemError, UpdateItemOutput},
    },
};

use super::{error::StoreError, item::Item};

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

/// Returns whether a conditional update took place, or `false` if its condition failed.
pub(super) fn succeeded<R: Debug + Send + Sync + 'static>(
    result: Result<UpdateItemOutput, SdkError<UpdateItemError, R>>,
) -> Result<bool, StoreError> {
    Ok(updated(result)?.is_some())
}

/// Returns the attributes that a conditional update returned, or `None` if its condition failed. The attributes are
/// empty if the update asked for none.
pub(super) fn updated<R: Debug + Send + Sync + 'static>(
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
