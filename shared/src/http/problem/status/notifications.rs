//! Problems of notifications.

use crate::{
    http::problem::{Code, Problem},
    tpp::NotificationsError,
};

impl From<NotificationsError> for Problem {
    fn from(error: NotificationsError) -> Self {
        match error {
            NotificationsError::CallbacksOff => Self::new(
                Code::CallbacksOff,
                "bunq does not report changes to this deployment. Its operator turns this on with HINTS_QUEUE.",
            ),
            NotificationsError::InProgress(wait) => {
                Self::new(Code::CheckInProgress, "The notifications of this customer are being checked.").after(wait)
            }
            NotificationsError::Tpp(error) => error.into(),
        }
    }
}
