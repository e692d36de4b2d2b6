//! The parts of an event that readers of the feed and receivers of webhooks see alike.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    store::{Event, EventObject, EventTransaction},
    types::{
        event::{EventId, EventType},
        ids::{ConsentId, MonetaryAccountId, UserId},
        notification::NotificationState,
        webhook::WebhookEndpointId,
        workspace::Workspace,
    },
};

/// The path of issuer transactions in this API.
const ISSUER_TRANSACTIONS: &str = "/psd2/payment-service-provider-issuer-transaction";

/// What an event concerns.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
#[schema(as = WebhookEventData)]
pub struct EventData {
    /// The customer; null if the event is not about one.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    pub user_id: Option<UserId>,
    /// The consent that connected the customer; null if the event is about something else.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    pub consent_id: Option<ConsentId>,
    /// Until when the consent is valid; null if the change ended it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub expires_at: Option<Timestamp>,
    /// In how many days the consent expires: 30, 14, 7, 1, or 0 on the day itself; null if the event is about something
    /// else.
    #[schema(required, minimum = 0, example = 14)]
    pub days_left: Option<u8>,
    /// The endpoint that was disabled; null if the event is about something else.
    #[schema(value_type = Option<String>, required, pattern = "^we_[0-9a-f]{32}$")]
    pub endpoint_id: Option<WebhookEndpointId>,
    /// bunq's id of the account, if the event is about an object of one; else null.
    #[schema(value_type = Option<u64>, required, minimum = 1, example = 60101)]
    pub account_id: Option<MonetaryAccountId>,
    /// The object at bunq: of a transaction the id as `GET …/transactions` lists it, of other objects bunq's id; null
    /// if the event is about something else.
    #[schema(required, max_length = 40, example = "60101.71234")]
    pub object_id: Option<String>,
    /// When bunq last changed the object; null if bunq does not say, or the event is about something else.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub updated_at: Option<Timestamp>,
    /// The path at which this API shows the object; null if it shows none, or the event is about something else.
    #[schema(required, max_length = 200)]
    pub path: Option<String>,
    /// Whether bunq reports changes of the customer; null if the event is about something else.
    #[schema(value_type = Option<NotificationState>, required)]
    pub state: Option<String>,
}

impl From<&Event> for EventData {
    fn from(event: &Event) -> Self {
        let Event { user_id, consent_id, expires_at, days_left, endpoint_id, object, issuer_transaction, .. } = *event;
        let event_type = event.event_type.parse().ok();
        let object_id = object.map(|object| match event_type {
            Some(EventType::TransactionCreated | EventType::TransactionUpdated) => transaction_id(object),
            _ => object.id.to_string(),
        });
        let object_id = object_id.or_else(|| issuer_transaction.map(|transaction| transaction.id.to_string()));
        let path = match (user_id.zip(object), issuer_transaction) {
            (Some((user_id, object)), _) => event_type.and_then(|event_type| path(event_type, user_id, object)),
            (None, Some(EventTransaction { id, .. })) => Some(format!("{ISSUER_TRANSACTIONS}/{id}")),
            (None, None) => None,
        };
        let account_id = object.map(|object| object.account_id);
        let updated_at = match (object, issuer_transaction) {
            (Some(EventObject { updated_at, .. }), _) | (None, Some(EventTransaction { updated_at, .. })) => updated_at,
            (None, None) => None,
        };
        let state = event.state.clone();
        Self { user_id, consent_id, expires_at, days_left, endpoint_id, account_id, object_id, updated_at, path, state }
    }
}

fn transaction_id(object: EventObject) -> String {
    format!("{}.{}", object.account_id, object.id)
}

/// Returns the path of an object in this API, if the API shows objects of its kind.
fn path(event_type: EventType, user_id: UserId, object: EventObject) -> Option<String> {
    let element = match event_type {
        EventType::TransactionCreated | EventType::TransactionUpdated => {
            format!("transactions/{}", transaction_id(object))
        }
        EventType::DraftPaymentUpdated => format!("draft-payment/{}", object.id),
        EventType::RequestInquiryUpdated => format!("request-inquiry/{}", object.id),
        EventType::CardTransactionCreated
        | EventType::CardTransactionUpdated
        | EventType::RequestResponseUpdated
        | EventType::BunqmeTabUpdated
        | EventType::ConnectionCreated
        | EventType::ConnectionRenewed
        | EventType::ConnectionExpiring
        | EventType::ConnectionExpired
        | EventType::ConnectionRevoked
        | EventType::ConnectionDeleted
        | EventType::ConnectionNotifications
        | EventType::IssuerTransactionUpdated
        | EventType::WebhookDisabled => return None,
    };
    Some(format!("/user/{user_id}/monetary-account/{}/{element}", object.account_id))
}

/// The body of a message to a receiver. The id of the event is in the header `webhook-id`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct EventBody<'a> {
    #[serde(rename = "type")]
    pub(super) event_type: &'a str,
    pub(super) timestamp: Timestamp,
    pub(super) data: EventData,
}

impl<'a> From<&'a Event> for EventBody<'a> {
    fn from(event: &'a Event) -> Self {
        Self { event_type: &event.event_type, timestamp: event.at, data: event.into() }
    }
}

/// An event as the event bus gets it: the body of a message, with what receivers of webhooks know otherwise.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BusDetail<'a> {
    id: EventId,
    workspace: &'a Workspace,
    #[serde(flatten)]
    body: EventBody<'a>,
}

impl<'a> BusDetail<'a> {
    pub(super) fn new(workspace: &'a Workspace, event: &'a Event) -> Self {
        Self { id: event.id, workspace, body: event.into() }
    }
}
