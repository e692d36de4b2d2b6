//! The names and ids of events: what changed, for the owner of the deployment.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ids::PathParameter;

bunq_client::words! {
    /// The type of an event.
    #[derive(Serialize, utoipa::ToSchema)]
    EventType, UnknownEventType = UnknownEventType;
    /// A customer connected.
    #[serde(rename = "connection.created")]
    ConnectionCreated = "connection.created",
    /// A connected customer consented again.
    #[serde(rename = "connection.renewed")]
    ConnectionRenewed = "connection.renewed",
    /// A consent is valid for 30, 14, 7 days or one day more.
    #[serde(rename = "connection.expiring")]
    ConnectionExpiring = "connection.expiring",
    /// A consent is no longer valid: it is older than 180 days.
    #[serde(rename = "connection.expired")]
    ConnectionExpired = "connection.expired",
    /// The bank refuses a customer's consent.
    #[serde(rename = "connection.revoked")]
    ConnectionRevoked = "connection.revoked",
    /// A connection was deleted.
    #[serde(rename = "connection.deleted")]
    ConnectionDeleted = "connection.deleted",
    /// A transaction of a customer's account appeared.
    #[serde(rename = "transaction.created")]
    TransactionCreated = "transaction.created",
    /// A transaction of a customer's account changed.
    #[serde(rename = "transaction.updated")]
    TransactionUpdated = "transaction.updated",
    /// A transaction of a customer's card appeared.
    #[serde(rename = "card_transaction.created")]
    CardTransactionCreated = "card_transaction.created",
    /// A transaction of a customer's card changed.
    #[serde(rename = "card_transaction.updated")]
    CardTransactionUpdated = "card_transaction.updated",
    /// A draft payment was created or changed, for example because the customer decided.
    #[serde(rename = "draft_payment.updated")]
    DraftPaymentUpdated = "draft_payment.updated",
    /// A request for money to a customer's account was created or changed.
    #[serde(rename = "request_inquiry.updated")]
    RequestInquiryUpdated = "request_inquiry.updated",
    /// A request for money from a customer's account was created or changed.
    #[serde(rename = "request_response.updated")]
    RequestResponseUpdated = "request_response.updated",
    /// A bunq.me link of a customer's account was created or changed, for example because it was paid.
    #[serde(rename = "bunqme_tab.updated")]
    BunqmeTabUpdated = "bunqme_tab.updated",
    /// The status of an issuer transaction changed, for example because a customer paid it.
    #[serde(rename = "issuer_transaction.updated")]
    IssuerTransactionUpdated = "issuer_transaction.updated",
    /// bunq reports changes of a customer now, or does so no more, or in part.
    #[serde(rename = "connection.notifications")]
    ConnectionNotifications = "connection.notifications",
    /// An endpoint of webhooks was disabled, because it answered 410 or failed for five days.
    #[serde(rename = "webhook.disabled")]
    WebhookDisabled = "webhook.disabled",
}

/// The text is not the type of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the type of an event")]
pub struct UnknownEventType;

/// The text is not the id of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an event's id as the list returned it")]
pub struct EventIdError;

/// The id of an event: `evt_` and 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventId(Uuid);

impl EventId {
    const PREFIX: &str = "evt_";
    /// The pattern of the text form.
    pub const PATTERN: &str = "^evt_[0-9a-f]{32}$";

    /// Returns a new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Returns the id of an event that has the same id whenever it is found: the first 128 bits of a hash of what
    /// identifies it.
    #[must_use]
    pub fn of_hash(hash: [u8; 32]) -> Self {
        Self(Uuid::from_bytes(hash.first_chunk::<16>().copied().unwrap_or_default()))
    }
}

impl PathParameter for EventId {
    const NAME: &'static str = "event_id";
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, self.0.as_simple())
    }
}

impl FromStr for EventId {
    type Err = EventIdError;

    fn from_str(text: &str) -> Result<Self, EventIdError> {
        let id = text.strip_prefix(Self::PREFIX).and_then(|digits| Uuid::try_parse(digits).ok()).map(Self);
        // `try_parse` also accepts hyphens and capitals.
        id.filter(|id| id.to_string() == text).ok_or(EventIdError)
    }
}

impl Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The place of an event among the events of a workspace. The first event is number 1. Zero is the place before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventNumber(u64);

impl EventNumber {
    /// The maximum number of digits.
    pub const DIGITS: usize = 15;

    /// Returns the place that is `by` places later.
    #[must_use]
    pub const fn plus(self, by: u64) -> Self {
        Self(self.0.saturating_add(by))
    }

    /// Returns the place that is `by` places earlier, or zero.
    #[must_use]
    pub const fn minus(self, by: u64) -> Self {
        Self(self.0.saturating_sub(by))
    }

    /// Returns the number of places from `earlier` to this one, or zero if this one is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the number with leading zeros. Such texts sort like the numbers.
    #[must_use]
    pub fn sortable(self) -> String {
        format!("{:0width$}", self.0, width = Self::DIGITS)
    }

    /// Returns the number of a text of digits.
    #[must_use]
    pub fn of_digits(text: &str) -> Option<Self> {
        let fits = (1..=Self::DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| fits).map(Self)
    }
}

/// The text is not a cursor of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be as the answer before returned it")]
pub struct EventCursorError;

/// Where a reader of events continues: a number, and the random id of the feed that gave it. The numbers of a feed that
/// was lost begin again, under another id. `0` is the beginning of any feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCursor {
    /// The last event that was read.
    pub number: EventNumber,
    /// The feed. Zero at the beginning.
    pub feed: u32,
}

impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            EventNumber(0) => f.write_str("0"),
            EventNumber(number) => write!(f, "{number}-{:08x}", self.feed),
        }
    }
}

impl FromStr for EventCursor {
    type Err = EventCursorError;

    fn from_str(text: &str) -> Result<Self, EventCursorError> {
        if text == "0" {
            return Ok(Self::default());
        }
        let (number, feed) = text.split_once('-').ok_or(EventCursorError)?;
        let is_id = feed.len() == 8 && feed.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let feed = u32::from_str_radix(feed, 16).ok().filter(|_| is_id).ok_or(EventCursorError)?;
        Ok(Self { number: EventNumber::of_digits(number).ok_or(EventCursorError)?, feed })
    }
}
