//! The errors of requests about notifications.

use std::time::Duration;

use crate::{
    bunq::BankError,
    store::StoreError,
    tpp::error::{TppError, through_tpp_error},
};

/// A request about notifications failed.
#[derive(Debug, thiserror::Error)]
pub enum NotificationsError {
    /// The deployment has no callbacks.
    #[error("this deployment has no callbacks")]
    CallbacksOff,
    /// Another request is checking the same filters. It ends within this time.
    #[error("the filters are being checked")]
    InProgress(Duration),
    /// Anything else.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

through_tpp_error!(NotificationsError from BankError, StoreError);
