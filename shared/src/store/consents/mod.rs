//! Consents: what was asked for, and how it ended. A consent may take several attempts: each visit to the bank is one, with a state of its own.

mod attempt;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Keyed, Store, StoreError, seconds, text, to_attribute, to_item, updated};
use crate::types::{
    ids::{ConsentId, UserId},
    reference::Reference,
    secret::{BrowserSecret, Secret as _},
};

pub use attempt::{AttemptRefused, ConsentAttempt, TakenAttempt};

/// How long a customer has at the bank.
const AT_THE_BANK: Duration = Duration::from_secs(600);
/// How long the result of a consent that nobody asked for by name is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

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
    /// The customer said no.
    Denied,
    /// It failed.
    Failed {
        /// Why.
        code: ConsentFailure,
    },
}

/// A consent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consent {
    /// Our name for it.
    pub consent_id: ConsentId,
    /// What the owner calls the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// How it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<ConsentEnd>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// SHA-256 of the secret of the browser that opened it.
    browser: String,
    expires_at: i64,
}

fn consent_pk(id: ConsentId) -> String {
    format!("CONSENT#{id}")
}

impl Store {
    fn in_seconds(&self, duration: Duration) -> i64 {
        self.clock.now().as_second().saturating_add_unsigned(duration.as_secs())
    }

    /// Stores a consent that a browser begins of its own accord.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be written.
    pub async fn open_consent(
        &self,
        browser: &BrowserSecret,
        reference: Option<Reference>,
    ) -> Result<ConsentId, StoreError> {
        let consent = Consent {
            consent_id: ConsentId::random(),
            reference,
            created_at: self.now_in_seconds(),
            end: None,
            ended_at: None,
            browser: browser.fingerprint(),
            expires_at: self.in_seconds(KEPT),
        };
        let item = to_item(&Keyed { pk: &consent_pk(consent.consent_id), item: &consent })?;
        self.client.put_item().table_name(&self.ephemera).set_item(Some(item)).send().await?;
        Ok(consent.consent_id)
    }

    /// Reads a consent.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be read.
    pub async fn find_consent(&self, id: ConsentId) -> Result<Option<Consent>, StoreError> {
        let found: Option<Consent> = self.read(&self.ephemera, &consent_pk(id)).await?;
        // DynamoDB deletes what has expired, but takes up to two days for it.
        Ok(found.filter(|consent| consent.expires_at > self.clock.now().as_second()))
    }

    /// Notes how a consent ended, unless it is completed already.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be written.
    pub async fn end_consent(&self, id: ConsentId, end: ConsentEnd) -> Result<(), StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(consent_pk(id)))
            .update_expression("SET #end = :end, ended_at = :now")
            .condition_expression("expires_at > :seconds AND (attribute_not_exists(#end) OR #end.how <> :completed)")
            .expression_attribute_names("#end", "end")
            .expression_attribute_values(":end", to_attribute(&end)?)
            .expression_attribute_values(":completed", text("completed"))
            .expression_attribute_values(":now", text(self.now_in_seconds().to_string()))
            .expression_attribute_values(":seconds", seconds(self.clock.now()))
            .send()
            .await;
        updated(result).map(drop)
    }
}
