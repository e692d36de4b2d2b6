//! The record of an event. It contains ids and times only.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    store::{connections::Connection, error::StoreError, table::Store, write::Write},
    types::{
        event::{EventId, EventType},
        ids::{ConsentId, IssuerTransactionId, MonetaryAccountId, UserId},
        notification::NotificationState,
        webhook::WebhookEndpointId,
        workspace::Workspace,
    },
};

/// How long an event that no reader asks for is kept in the outbox, after it is due.
const WAITS: Duration = Duration::from_secs(400 * 86_400);
/// The sort key of the item with the last number.
pub(super) const LAST: &str = "last";
/// How far the clocks of a writer and of a reader may differ. A reader also numbers what is due within this time.
pub(super) const TOLERANCE: SignedDuration = SignedDuration::from_mins(1);
/// How many days before a consent expires there is an event; the last is the day on which it does.
const REMINDERS: [u8; 5] = [30, 14, 7, 1, 0];

/// What changed, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The id, which stays the same wherever the event is read.
    pub id: EventId,
    /// The [`EventType`]. A newer version can have stored one that this version does not know.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When it changed.
    pub at: Timestamp,
    /// The customer. `None` if the event is not about one.
    pub user_id: Option<UserId>,
    /// The consent that connected the customer, if that is the change.
    pub consent_id: Option<ConsentId>,
    /// Until when the consent is or was valid. `None` if the change ended it.
    pub expires_at: Option<Timestamp>,
    /// In how many days the consent expires, if that is the event.
    pub days_left: Option<u8>,
    /// The endpoint of webhooks, if the event is about one.
    #[serde(default)]
    pub endpoint_id: Option<WebhookEndpointId>,
    /// The object at the bank, if the event is about one.
    #[serde(default)]
    pub object: Option<EventObject>,
    /// The issuer transaction, if the event is about one.
    #[serde(default)]
    pub issuer_transaction: Option<EventTransaction>,
    /// The [`NotificationState`], if its change is the event. A newer version can have stored another word.
    #[serde(default)]
    pub state: Option<String>,
}

/// The version of an object at the bank that an event is about. The type of the event says of which kind it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventObject {
    /// The account of the object.
    pub account_id: MonetaryAccountId,
    /// The id of the object.
    pub id: u64,
    /// When the bank last changed it, if the bank says.
    pub updated_at: Option<Timestamp>,
}

/// The issuer transaction that an event is about. It belongs to no account of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTransaction {
    /// The bank's id.
    pub id: IssuerTransactionId,
    /// When the bank last changed it, if the bank says.
    pub updated_at: Option<Timestamp>,
}

/// An event as it is stored.
#[derive(Serialize)]
struct Stored<'a> {
    event: &'a Event,
    /// For DynamoDB's TTL, in seconds.
    expires_at: i64,
}

impl Store {
    /// Returns the writes that add the event of a consent to the outbox, and the events of its expiry, which are
    /// numbered when their time has come. Those of an earlier consent are deleted.
    pub(in crate::store) fn announce_consent(
        &self,
        before: Option<&Connection>,
        connection: &Connection,
        consent_id: ConsentId,
    ) -> Result<Vec<Write>, StoreError> {
        let mut writes = Vec::new();
        // A callback or a claim that is repeated stores its consent again.
        let is_repeated = |before: &Connection| before.consent_id == Some(consent_id) && before.revoked_at.is_none();
        if !before.is_some_and(is_repeated) {
            let event_type = before.map_or(EventType::ConnectionCreated, |_| EventType::ConnectionRenewed);
            let mut event = self.event_of(event_type, connection);
            (event.consent_id, event.expires_at) = (Some(consent_id), Some(connection.expires_at()));
            writes.push(self.put_event(&connection.workspace, &place_of(&event), &event)?);
        }
        for days in REMINDERS {
            let due = due(connection, days);
            // A transaction can write an item only once.
            if let Some(before) = before.filter(|before| place(before, days) != place(connection, days)) {
                writes.push(self.delete_reminder(before, days));
            }
            let event_type = if days == 0 { EventType::ConnectionExpired } else { EventType::ConnectionExpiring };
            let expires_at = Some(connection.expires_at());
            let event = Event { at: due, expires_at, days_left: Some(days), ..self.event_of(event_type, connection) };
            writes.push(self.put_event(&connection.workspace, &place(connection, days), &event)?);
        }
        Ok(writes)
    }

    /// Returns the writes that add the event of a connection's end to the outbox, and delete those of its expiry.
    pub(in crate::store) fn announce_end(
        &self,
        event_type: EventType,
        connection: &Connection,
    ) -> Result<Vec<Write>, StoreError> {
        let event = self.event_of(event_type, connection);
        let reminders = REMINDERS.map(|days| self.delete_reminder(connection, days));
        let put = self.put_event(&connection.workspace, &place_of(&event), &event)?;
        Ok([vec![put], Vec::from(reminders)].concat())
    }

    /// Returns the write that adds the event of an endpoint that is disabled to the outbox.
    pub(in crate::store) fn announce_disabled(
        &self,
        workspace: &Workspace,
        endpoint_id: WebhookEndpointId,
    ) -> Result<Write, StoreError> {
        let event = Event { endpoint_id: Some(endpoint_id), ..self.event(EventType::WebhookDisabled) };
        self.announce_event(workspace, &event)
    }

    /// Returns the write that adds the event of an object's version to the outbox.
    pub(super) fn announce_version(
        &self,
        connection: &Connection,
        (event_type, id): (EventType, EventId),
        object: EventObject,
    ) -> Result<Write, StoreError> {
        let event = Event { id, object: Some(object), ..self.event_of(event_type, connection) };
        self.announce_event(&connection.workspace, &event)
    }

    /// Returns the write that adds the event of a change of a connection's notifications to the outbox.
    pub(in crate::store) fn announce_notifications(
        &self,
        connection: &Connection,
        state: NotificationState,
    ) -> Result<Write, StoreError> {
        let event =
            Event { state: Some(state.to_string()), ..self.event_of(EventType::ConnectionNotifications, connection) };
        self.announce_event(&connection.workspace, &event)
    }

    fn event_of(&self, event_type: EventType, connection: &Connection) -> Event {
        Event { user_id: Some(connection.user_id), ..self.event(event_type) }
    }

    /// Returns an event of this moment with a new id.
    pub(super) fn event(&self, event_type: EventType) -> Event {
        let now = self.clock.now();
        Event {
            id: EventId::random(),
            event_type: event_type.as_str().to_owned(),
            at: Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now),
            user_id: None,
            consent_id: None,
            expires_at: None,
            days_left: None,
            endpoint_id: None,
            object: None,
            issuer_transaction: None,
            state: None,
        }
    }

    /// Returns the write that adds an event of this moment to the outbox.
    pub(super) fn announce_event(&self, workspace: &Workspace, event: &Event) -> Result<Write, StoreError> {
        self.put_event(workspace, &place_of(event), event)
    }

    fn put_event(&self, workspace: &Workspace, place: &str, event: &Event) -> Result<Write, StoreError> {
        let expires_at = event.at.as_second().saturating_add_unsigned(WAITS.as_secs());
        Ok(Write::put(&self.events, &outbox(workspace), &Stored { event, expires_at })?.at(place))
    }

    fn delete_reminder(&self, connection: &Connection, days: u8) -> Write {
        Write::delete(&self.events, &outbox(&connection.workspace)).at(&place(connection, days))
    }
}

/// Returns the place of an event in the outbox.
fn place_of(event: &Event) -> String {
    format!("{}#{}", sortable(event.at), event.id)
}

/// Returns when the event is due that comes this many days before a consent expires.
fn due(connection: &Connection, days: u8) -> Timestamp {
    let before = SignedDuration::from_hours(24 * i64::from(days));
    connection.expires_at().checked_sub(before).unwrap_or(Timestamp::MIN)
}

/// Returns the place of that event in the outbox. It can be computed again, to delete the event.
fn place(connection: &Connection, days: u8) -> String {
    // Readers number it this much earlier than its place says.
    let due = due(connection, days).checked_add(TOLERANCE).unwrap_or(Timestamp::MAX);
    format!("{}#{}#{days}", sortable(due), connection.user_id)
}

/// Returns a time in milliseconds, as the places in the outbox begin. They sort by time.
pub(in crate::store) fn sortable(time: Timestamp) -> String {
    format!("{:013}", time.as_millisecond())
}

/// Returns the key of a workspace's events that have no number yet.
pub(super) fn outbox(workspace: &Workspace) -> String {
    format!("OUTBOX#{workspace}")
}

/// Returns the key of a workspace's events that have a number.
pub(super) fn feed(workspace: &Workspace) -> String {
    format!("FEED#{workspace}")
}
