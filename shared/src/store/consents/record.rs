//! What is stored of a consent, and where it stands.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::types::{
    ids::{ConsentId, UserId},
    reference::Reference,
    return_url::ReturnUrl,
    workspace::Workspace,
};

/// Why a consent did not become a connection, other than by the customer's own decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentFailure {
    /// The bank does not take the authorization code.
    CodeRefused,
    /// The code was sent, but its answer was lost: it cannot be sent again.
    CodeLost,
    /// The bank does not take the OAuth client or its callback address.
    ClientRefused,
    /// The bank does not take the access token that it gave.
    TokenRefused,
    /// The bank sent the browser back with an error of its own (RFC 6749 section 4.1.2.1).
    BankRefused,
    /// Another bunq customer consented than the one that the consent is for.
    WrongCustomer,
    /// The owner took the consent back before anybody opened it.
    Withdrawn,
    /// The bunq customer is connected in another workspace.
    ConnectedElsewhere,
    /// The customer's connection has as many references as it may have.
    TooManyReferences,
}

/// How an attempt, or a whole consent, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum ConsentEnd {
    /// The customer is connected.
    Completed {
        /// Our name for the customer.
        user_id: UserId,
    },
    /// The customer consented, and the application has to claim it.
    Unclaimed {
        /// Until when, in epoch seconds.
        until: i64,
    },
    /// The customer said no.
    Denied,
    /// It failed.
    Failed {
        /// Why.
        code: ConsentFailure,
    },
}

/// What an API key asks for.
#[derive(Clone, Debug)]
pub struct AskedConsent {
    /// The key's workspace.
    pub workspace: Workspace,
    /// What the owner calls the customer.
    pub reference: Option<Reference>,
    /// Where the browser goes afterwards.
    pub return_url: Option<ReturnUrl>,
    /// The connection that the customer must have.
    pub user_id: Option<UserId>,
    /// How long the ticket works.
    pub expires_in: Duration,
}

/// A consent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consent {
    /// Our name for it.
    pub consent_id: ConsentId,
    /// Whose it is.
    pub workspace: Workspace,
    /// What the owner calls the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Where the browser goes afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_url: Option<ReturnUrl>,
    /// The connection that the customer must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_user: Option<UserId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Until when it can be begun, and begun again; a consent that a browser began of its own accord cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_until: Option<i64>,
    /// Until when the customer may come back from the bank; `None` before anybody has opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) open_until: Option<i64>,
    /// How it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<ConsentEnd>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// SHA-256 of the secret of the browser that opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) browser: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) listed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) listed_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) listed_at: Option<String>,
    pub(super) expires_at: i64,
}

/// Where a consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// Nobody has opened its address.
    Pending,
    /// A customer is at it.
    Opened,
    /// The customer is connected.
    Completed,
    /// The customer said no.
    Denied,
    /// Nobody finished, or claimed, it in time.
    Expired,
    /// It failed.
    Failed,
}

impl Consent {
    /// Where it stands at a time.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> ConsentStatus {
        let now = now.as_second();
        let is_open = self.open_until.is_some_and(|until| until > now);
        match self.end {
            Some(ConsentEnd::Completed { .. }) => ConsentStatus::Completed,
            Some(ConsentEnd::Denied) => ConsentStatus::Denied,
            Some(ConsentEnd::Failed { .. }) => ConsentStatus::Failed,
            Some(ConsentEnd::Unclaimed { until }) if until > now => ConsentStatus::Opened,
            Some(ConsentEnd::Unclaimed { .. }) => ConsentStatus::Expired,
            None if is_open || self.can_begin(now) => match self.open_until {
                Some(_) => ConsentStatus::Opened,
                None => ConsentStatus::Pending,
            },
            None => ConsentStatus::Expired,
        }
    }

    /// Whether its ticket still works, as far as time goes.
    #[must_use]
    pub fn can_begin(&self, now: i64) -> bool {
        self.ticket_until.is_some_and(|until| until > now)
    }

    /// Until when its ticket works.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.ticket_until.and_then(|until| Timestamp::from_second(until).ok())
    }
}

/// Why a consent cannot be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketRefused {
    /// There is no such ticket.
    Unknown,
    /// It is too old.
    Expired,
    /// Its consent is completed.
    Used,
    /// The owner took it back.
    Withdrawn,
    /// Another browser has opened it.
    OtherBrowser,
}
