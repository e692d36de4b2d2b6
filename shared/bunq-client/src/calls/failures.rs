//! Callbacks that the bank could not deliver: it tries six times in five minutes, and keeps a record then.
//! <https://doc.bunq.com/basics/callbacks-webhooks>

use std::fmt;

use serde_json::Value;

use crate::{Call, DecodeError, Envelope, FromAnswer, Neighbours, Page, Request, Verified, types::ids::BunqUserId};

const ROUTE: &str = "user/{id}/notification-filter-failure";
const ELEMENT: &str = "NotificationFilterFailure";

/// A callback that failed. What the bank does not say is `None`. It names neither the account nor the kind of the
/// object.
#[derive(Clone, PartialEq, Eq)]
pub struct FailedCallback {
    /// The id of the record. Later records have higher ids.
    pub id: u64,
    /// What was to be reported, such as `MUTATION`.
    pub category: String,
    /// The type of event, such as `MUTATION_CREATED`.
    pub event_type: Option<String>,
    /// The id of the object.
    pub object_id: Option<u64>,
    /// The address that was called. Its path may be a secret of the application.
    pub target: Option<String>,
}

/// Omits the target, which may be a secret.
impl fmt::Debug for FailedCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FailedCallback({}, {})", self.id, self.category)
    }
}

impl FailedCallback {
    /// Reads a record. Returns `None` if it has no id or no category.
    fn read(element: &Value) -> Option<Self> {
        let text = |name: &str| element.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str| element.get(name)?.as_u64();
        Some(Self {
            id: number("id")?,
            category: text("category")?,
            event_type: text("event_type"),
            object_id: number("object_id"),
            target: text("notification_target"),
        })
    }
}

/// A page of the list of failed callbacks, newest first.
#[derive(Clone, Debug)]
pub struct FailedCallbackPage {
    /// The records that can be read.
    pub failures: Vec<FailedCallback>,
    /// Where the next older page begins.
    pub older: Option<u64>,
}

impl FromAnswer for FailedCallbackPage {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        let envelope = Envelope::parse(&answer.body)?;
        let read = |(name, element): (&str, &Value)| FailedCallback::read(element).filter(|_| name == ELEMENT);
        let failures = envelope.elements().filter_map(read).collect();
        Ok(Self { failures, older: Neighbours::of(&answer.body).older })
    }
}

/// GET /user/{id}/notification-filter-failure: lists the failed callbacks of the session's user.
#[derive(Clone, Copy, Debug)]
pub struct ListFailedCallbacks {
    /// The page.
    pub page: Page,
}

impl Call for ListFailedCallbacks {
    type Output = FailedCallbackPage;

    fn build(&self, user: BunqUserId) -> Request {
        Request::get(ROUTE, format!("user/{user}/notification-filter-failure"), self.page.query())
    }
}
