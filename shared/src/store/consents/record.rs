//! The record of a consent, and its status.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    store::page::PageCursor,
    types::{
        ids::{ConsentId, UserId},
        reference::Reference,
        return_url::ReturnUrl,
        workspace::Workspace,
    },
};

/// How long one visit to the bank may take.
pub(super) const BANK_VISIT: Duration = Duration::from_secs(600);

/// Why a consent failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentFailure {
    /// The bank refused the authorization code.
    CodeRefused,
    /// The code was sent, but the answer was lost. A code cannot be sent again.
    CodeLost,
    /// The bank refused the OAuth client or its callback address.
    ClientRefused,
    /// The bank refused the access token that it gave.
    TokenRefused,
    /// The bank sent the browser back with an OAuth error other than a denial (RFC 6749 section 4.1.2.1).
    BankRefused,
    /// Another bunq customer consented than the one that the consent is for.
    WrongCustomer,
    /// The application withdrew the consent before a browser opened it.
    Withdrawn,
    /// The bunq customer is connected in another workspace.
    ConnectedElsewhere,
    /// The customer's connection already has the maximum of references.
    TooManyReferences,
}

/// How an attempt, or a whole consent, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum ConsentEnd {
    /// The customer is connected.
    Completed {
        /// The customer's id in this API.
        user_id: UserId,
    },
    /// The customer consented, and the application must claim the consent.
    Unclaimed {
        /// Until when the consent can be claimed, in epoch seconds.
        until: i64,
    },
    /// The customer denied the consent.
    Denied,
    /// The consent failed.
    Failed {
        /// Why it failed.
        code: ConsentFailure,
    },
}

/// A consent that an API key requests.
#[derive(Clone, Debug)]
pub struct AskedConsent {
    /// The workspace of the API key.
    pub workspace: Workspace,
    /// The application's name for the user who shall consent, if it gave one.
    pub reference: Option<Reference>,
    /// Where the browser goes after the consent, if the application named a page.
    pub return_url: Option<ReturnUrl>,
    /// The connection that the consenting customer must already have. `None`: any customer may consent.
    pub user_id: Option<UserId>,
    /// How long the ticket is valid.
    pub expires_in: Duration,
}

/// A consent as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consent {
    /// The id of the consent.
    pub consent_id: ConsentId,
    /// The workspace that the consent is for.
    pub workspace: Workspace,
    /// The application's name for the user who shall consent, if it gave one.
    pub reference: Option<Reference>,
    /// Where the browser goes after the consent, if the application named a page.
    pub return_url: Option<ReturnUrl>,
    /// The connection that the consenting customer must already have. `None`: any customer may consent.
    pub for_user: Option<UserId>,
    /// When the consent was created.
    pub created_at: Timestamp,
    /// Until when the consent can be begun and begun again, in epoch seconds. `None` for a consent that a browser began
    /// without an API key: it cannot be begun again.
    pub ticket_until: Option<i64>,
    /// Until when the customer may come back from the bank, in epoch seconds. `None` before a browser has opened it.
    pub(super) open_until: Option<i64>,
    /// How the consent ended. `None` if it has not.
    pub end: Option<ConsentEnd>,
    /// When the consent ended. `None` if it has not.
    pub ended_at: Option<Timestamp>,
    /// SHA-256 of the secret of the browser that opened the consent.
    pub(super) browser: Option<String>,
    pub(super) listed: Option<String>,
    pub(super) listed_reference: Option<String>,
    pub(super) listed_at: Option<String>,
    pub(super) expires_at: i64,
}

/// `pending`: its address has not been opened. `opened`: its address has been opened and the customer has not finished,
/// or you have yet to claim the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// No browser has opened the consent.
    Pending,
    /// A browser has opened the consent, and it can still be finished or claimed.
    Opened,
    /// The customer is connected.
    Completed,
    /// The customer denied the consent.
    Denied,
    /// The consent was not finished, or not claimed, in time.
    Expired,
    /// The consent failed.
    Failed,
}

impl Consent {
    /// Returns the status of the consent at `now`.
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

    /// Returns whether the ticket is still valid at `now`, in epoch seconds. Checks the time only, and not whether or
    /// how the consent ended.
    #[must_use]
    pub fn can_begin(&self, now: i64) -> bool {
        self.ticket_until.is_some_and(|until| until > now)
    }

    /// Returns until when the ticket is valid, or `None` for a consent without a ticket.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.ticket_until.and_then(|until| Timestamp::from_second(until).ok())
    }
}

/// The place in a list of consents at which the next page begins. Its time is in epoch microseconds.
pub type ConsentCursor = PageCursor<u64, ConsentId>;

/// Why a consent cannot be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketRefused {
    /// There is no such ticket or consent, or the consent needs its ticket.
    Unknown,
    /// The ticket has expired.
    Expired,
    /// The consent is completed, or waits to be claimed.
    Used,
    /// The application withdrew the consent.
    Withdrawn,
    /// Another browser has opened the consent.
    OtherBrowser,
}

pub(super) fn consent_pk(id: ConsentId) -> String {
    format!("CONSENT#{id}")
}

/// Returns the partition of the index that lists a workspace's consents.
pub(super) fn listed(workspace: &Workspace) -> String {
    format!("CONSENTS#{workspace}")
}

/// Returns the partition of the index that lists a workspace's consents for a reference.
pub(super) fn listed_reference(workspace: &Workspace, reference: &Reference) -> String {
    format!("{workspace}#{reference}")
}

/// Returns a time in epoch microseconds as a text that sorts chronologically.
pub(super) fn sortable(microseconds: u64) -> String {
    format!("{microseconds:020}")
}
