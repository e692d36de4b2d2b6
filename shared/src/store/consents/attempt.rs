//! One visit to the bank, under a state. A browser may deliver its end twice: a reload, an impatient second click, a
//! network that asks again. So the request that takes an attempt has it alone for as long as a request lives; another
//! waits, and answers the same. Before the code is sent to the bank this is noted, since it works once; the access
//! token that comes back is kept, sealed, until the connection is stored, so that a busy bank or a process that dies in
//! between costs the customer a reload and not another consent.

use std::time::Duration;

use aws_sdk_dynamodb::{operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AT_THE_BANK, ConsentEnd};
use crate::{
    store::table::{Keyed, Store, StoreError, succeeded, text, to_attribute, to_item},
    types::{
        ids::ConsentId,
        sealing::{Place, SealingKeys},
        secret::{AccessToken, BrowserSecret, OauthState, Secret as _},
    },
};

/// How long one request may work at an attempt: longer than any request lives, so that only a dead one loses it.
const LEASE: Duration = Duration::from_secs(35);
/// How long an attempt is kept, so that a late browser is told that it is late.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Why an attempt cannot be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptRefused {
    /// There is none under this state.
    Unknown,
    /// The customer took longer than ten minutes.
    TooLate,
    /// Another browser began it.
    OtherBrowser,
}

/// What became of taking an attempt.
#[derive(Debug)]
pub enum TakenAttempt {
    /// It is ours to complete.
    Ours(ConsentAttempt),
    /// Another request is completing it.
    Busy,
    /// It has ended.
    Ended(ConsentId, ConsentEnd),
    /// It cannot be completed.
    Refused(AttemptRefused),
}

/// An attempt that this request completes.
#[derive(Debug)]
pub struct ConsentAttempt {
    /// The consent that it is for.
    pub consent_id: ConsentId,
    /// The access token that an earlier request has got for it.
    pub given: Option<AccessToken>,
    /// An earlier request has sent the code, and nobody knows what the bank answered.
    pub is_lost: bool,
    pk: String,
    worker: Uuid,
}

#[derive(Serialize, Deserialize)]
struct AttemptItem {
    consent_id: ConsentId,
    browser: String,
    /// Until when the browser may come back.
    open_until: i64,
    /// The request that took it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<Uuid>,
    /// Until when that one has it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_until: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    code_sent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<ConsentEnd>,
    expires_at: i64,
}

fn pk(state: &OauthState) -> String {
    format!("STATE#{}", state.fingerprint())
}

impl Store {
    /// Remembers a state for a consent and the browser that goes to the bank with it.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be written.
    pub async fn begin_attempt(
        &self,
        state: &OauthState,
        browser: &BrowserSecret,
        consent_id: ConsentId,
    ) -> Result<(), StoreError> {
        let attempt = AttemptItem {
            consent_id,
            browser: browser.fingerprint(),
            open_until: self.in_seconds(AT_THE_BANK),
            worker: None,
            worker_until: None,
            code_sent: false,
            access_token: None,
            end: None,
            expires_at: self.in_seconds(KEPT),
        };
        let item = to_item(&Keyed { pk: &pk(state), item: attempt })?;
        self.client.put_item().table_name(&self.ephemera).set_item(Some(item)).send().await?;
        Ok(())
    }

    /// Takes an attempt for a browser that has one of these secrets.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be read or written, or the kept token does not open.
    pub async fn take_attempt(
        &self,
        keys: &SealingKeys,
        state: &OauthState,
        browsers: &[BrowserSecret],
    ) -> Result<TakenAttempt, StoreError> {
        let pk = pk(state);
        let Some(item) = self.read::<AttemptItem>(&self.ephemera, &pk).await? else {
            return Ok(TakenAttempt::Refused(AttemptRefused::Unknown));
        };
        let now = self.clock.now().as_second();
        if item.expires_at <= now {
            return Ok(TakenAttempt::Refused(AttemptRefused::Unknown));
        }
        if !browsers.iter().any(|browser| browser.fingerprint() == item.browser) {
            return Ok(TakenAttempt::Refused(AttemptRefused::OtherBrowser));
        }
        if let Some(end) = item.end {
            return Ok(TakenAttempt::Ended(item.consent_id, end));
        }
        if item.worker_until.is_some_and(|until| until > now) {
            return Ok(TakenAttempt::Busy);
        }
        if item.open_until <= now {
            return Ok(TakenAttempt::Refused(AttemptRefused::TooLate));
        }
        let worker = Uuid::new_v4();
        let seen = item.worker.map_or("attribute_not_exists(worker)", |_| "worker = :seen");
        let mut update = self
            .attempt_update(&pk, worker)
            .update_expression("SET worker = :worker, worker_until = :until")
            // Nobody has taken it since it was read. Our own name counts as ours: the SDK sends again what went through
            // but was not answered.
            .condition_expression(format!("worker = :worker OR (attribute_exists(browser) AND {seen})"))
            .expression_attribute_values(":until", AttributeValue::N(self.in_seconds(LEASE).to_string()));
        if let Some(seen) = item.worker {
            update = update.expression_attribute_values(":seen", text(seen.to_string()));
        }
        if !succeeded(update.send().await)? {
            return Ok(TakenAttempt::Busy);
        }
        let place = Place { item: &pk, attribute: "access_token" };
        let given = item.access_token.as_ref().map(|token| keys.open(place, token)).transpose()?;
        let is_lost = item.code_sent && given.is_none();
        Ok(TakenAttempt::Ours(ConsentAttempt { consent_id: item.consent_id, given, is_lost, pk, worker }))
    }

    /// Notes that the code is about to be sent. Answers false if another request has taken the attempt over: then it
    /// must not be.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be written.
    pub async fn note_code_sent(&self, attempt: &ConsentAttempt) -> Result<bool, StoreError> {
        let update = self
            .attempt_update(&attempt.pk, attempt.worker)
            .update_expression("SET code_sent = :true")
            .condition_expression("worker = :worker")
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        succeeded(update.send().await)
    }

    /// Keeps the access token that the bank gave.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be written.
    pub async fn keep_given(
        &self,
        keys: &SealingKeys,
        attempt: &ConsentAttempt,
        token: &AccessToken,
    ) -> Result<(), StoreError> {
        let sealed = keys.seal(Place { item: &attempt.pk, attribute: "access_token" }, token)?;
        let update = self
            .attempt_update(&attempt.pk, attempt.worker)
            .update_expression("SET access_token = :token, open_until = :open_until")
            .condition_expression("worker = :worker")
            .expression_attribute_values(":token", text(sealed))
            .expression_attribute_values(":open_until", AttributeValue::N(self.in_seconds(AT_THE_BANK).to_string()));
        succeeded(update.send().await).map(drop)
    }

    /// Gives an attempt back, so that the same address works again. `code_is_unused` says that the bank has certainly
    /// not seen the code.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be written.
    pub async fn release_attempt(&self, attempt: &ConsentAttempt, code_is_unused: bool) -> Result<(), StoreError> {
        let code_sent = if code_is_unused { ", code_sent" } else { "" };
        let update = self
            .attempt_update(&attempt.pk, attempt.worker)
            .update_expression(format!("REMOVE worker_until{code_sent}"))
            .condition_expression("worker = :worker");
        succeeded(update.send().await).map(drop)
    }

    /// Notes how an attempt ended, for whoever comes back with the same state, and erases the token.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the item cannot be written.
    pub async fn end_attempt(&self, attempt: &ConsentAttempt, end: ConsentEnd) -> Result<(), StoreError> {
        let update = self
            .attempt_update(&attempt.pk, attempt.worker)
            .update_expression("SET #end = :end REMOVE access_token, worker_until")
            .condition_expression("worker = :worker")
            .expression_attribute_names("#end", "end")
            .expression_attribute_values(":end", to_attribute(&end)?);
        succeeded(update.send().await).map(drop)
    }

    fn attempt_update(&self, pk: &str, worker: Uuid) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.ephemera).key("pk", text(pk));
        update.expression_attribute_values(":worker", text(worker.to_string()))
    }
}
