//! The notification filters of a user: the addresses to which the bank reports changes.
//! <https://doc.bunq.com/basics/callbacks-webhooks>
//!
//! The bank has one set for a user, which several applications may share, and POST replaces it as a whole. There is no
//! conditional write.

use std::fmt;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use crate::{Call, DecodeError, Envelope, FromAnswer, Neighbours, Page, Request, Verified, types::ids::BunqUserId};

const ROUTE: &str = "user/{id}/notification-filter-url";
const ELEMENT: &str = "NotificationFilterUrl";

/// A notification filter, with everything that a POST must repeat to keep it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotificationFilter {
    /// What is reported, such as `MUTATION`.
    pub category: String,
    /// The address that is called. Its path may be a secret of the application.
    pub target: String,
    /// How the bank authenticates itself, such as `BUNQ_CERTIFICATE`. Sorted.
    pub verification: Vec<String>,
}

/// Omits the target, which may be a secret.
impl fmt::Debug for NotificationFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NotificationFilter({})", self.category)
    }
}

impl NotificationFilter {
    /// Reads the filter of an answer. Returns `None` if a POST could not repeat it.
    fn read(element: &Value) -> Option<Self> {
        let text = |name: &str| element.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let mut verification = match element.get("all_verification_type") {
            None | Some(Value::Null) => Vec::new(),
            Some(list) => Vec::<String>::deserialize(list).ok()?,
        };
        verification.sort_unstable();
        Some(Self { category: text("category")?, target: text("notification_target")?, verification })
    }

    fn to_json(&self) -> Value {
        let mut element = json!({ "category": self.category, "notification_target": self.target });
        if !self.verification.is_empty() {
            element["all_verification_type"] = json!(self.verification);
        }
        element
    }
}

/// A page of the list of filters.
#[derive(Clone, Debug)]
pub struct NotificationFilterPage {
    /// The filters of the page.
    pub filters: Vec<NotificationFilter>,
    /// The ids of the elements that have one.
    pub ids: Vec<u64>,
    /// The number of elements that a POST could not repeat.
    pub unreadable: usize,
    /// Where the next older page begins.
    pub older: Option<u64>,
}

impl FromAnswer for NotificationFilterPage {
    /// Fails if it is unknown whether there are older elements.
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        #[derive(Deserialize)]
        struct Paged {
            #[serde(rename = "Pagination")]
            pagination: Option<IgnoredAny>,
        }
        let envelope = Envelope::parse(&answer.body)?;
        let (mut filters, mut ids, mut elements) = (Vec::new(), Vec::new(), 0);
        for (name, element) in envelope.elements() {
            elements += 1;
            filters.extend(NotificationFilter::read(element).filter(|_| name == ELEMENT));
            ids.extend(element.get("id").and_then(Value::as_u64));
        }
        let paged: Paged = serde_json::from_slice(&answer.body).map_err(|_| DecodeError::NotAnEnvelope)?;
        let older = match paged.pagination {
            Some(_) => Neighbours::read(&answer.body).ok_or(DecodeError::Missing("older_id in Pagination"))?.older,
            // Without `Pagination`, the list is whole, unless it is as long as a page can be.
            None if elements >= usize::from(Page::LARGEST.count) => return Err(DecodeError::Missing("Pagination")),
            None => None,
        };
        Ok(Self { unreadable: elements - filters.len(), filters, ids, older })
    }
}

/// GET /user/{id}/notification-filter-url: lists the filters of the session's user.
#[derive(Clone, Copy, Debug)]
pub struct ListNotificationFilters {
    /// The page.
    pub page: Page,
}

impl Call for ListNotificationFilters {
    type Output = NotificationFilterPage;

    fn build(&self, user: BunqUserId) -> Request {
        Request::get(ROUTE, path(user), self.page.query())
    }
}

/// POST /user/{id}/notification-filter-url: replaces all filters of the session's user by these.
#[derive(Clone, Debug)]
pub struct ReplaceNotificationFilters {
    /// The filters: those of every application.
    pub filters: Vec<NotificationFilter>,
}

/// The answer to [`ReplaceNotificationFilters`]: the new set. `None` if the bank answers in another form.
#[derive(Clone, Debug)]
pub struct ReplacedNotificationFilters(pub Option<Vec<NotificationFilter>>);

impl FromAnswer for ReplacedNotificationFilters {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        let envelope = Envelope::parse(&answer.body)?;
        // Some documents of the bank have an id instead of the list.
        let read = |(name, element): (&str, &Value)| NotificationFilter::read(element).filter(|_| name == ELEMENT);
        Ok(Self(envelope.elements().map(read).collect()))
    }
}

impl Call for ReplaceNotificationFilters {
    type Output = ReplacedNotificationFilters;

    fn build(&self, user: BunqUserId) -> Request {
        let filters: Vec<_> = self.filters.iter().map(NotificationFilter::to_json).collect();
        let request = Request::post(ROUTE, path(user), &json!({ "notification_filters": filters }));
        // The bank's texts could quote an address, whose path may be a secret.
        self.filters.iter().fold(request, |request, filter| request.with_credential(&filter.target))
    }
}

fn path(user: BunqUserId) -> String {
    format!("user/{user}/notification-filter-url")
}
