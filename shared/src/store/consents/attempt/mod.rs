//! Attempts: one visit of a customer to the bank, identified by its OAuth `state`.
//!
//! A browser may deliver the bank's answer twice: by a reload, a second click, or a retry of the network. The request
//! that takes an attempt therefore holds it under a lease for as long as a request lives. Another request waits, and
//! answers the same.
//!
//! An authorization code works once, so the attempt records that the code is about to be sent. The access token that
//! the bank returns is kept, sealed, until the connection is stored. If the bank is busy, or the process ends in
//! between, the customer needs to reload the page and not to consent again.

mod record;

use std::time::Duration;

use uuid::Uuid;

use self::record::AttemptItem;
use super::record::{BANK_VISIT, ConsentEnd};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::{
        ids::ConsentId,
        sealing::{Place, SealingKeys},
        secret::{AccessToken, BrowserSecret, OauthState, Secret as _},
    },
};

pub use record::{AttemptRefused, ConsentAttempt, TakenAttempt};

/// How long one request may hold an attempt: longer than any request lives, so that only a dead request loses it.
const LEASE: Duration = Duration::from_secs(35);
/// How long an attempt is kept. Longer than it may be completed, so that a late browser learns that it is late.
const RETENTION: Duration = Duration::from_secs(60 * 60);

fn pk(state: &OauthState) -> String {
    format!("STATE#{}", state.fingerprint())
}

impl Store {
    /// Stores an attempt at a consent: the state, and the browser that visits the bank with it. The attempt can be
    /// completed for ten minutes.
    pub async fn begin_attempt(
        &self,
        state: &OauthState,
        browser: &BrowserSecret,
        consent_id: ConsentId,
    ) -> Result<(), StoreError> {
        let attempt = AttemptItem {
            consent_id,
            browser: browser.fingerprint(),
            open_until: self.in_seconds(BANK_VISIT),
            worker: None,
            worker_until: None,
            code_sent: false,
            access_token: None,
            end: None,
            expires_at: self.in_seconds(RETENTION),
        };
        self.write(Write::put(&self.ephemera, &pk(state), &attempt)?).await.map(drop)
    }

    /// Takes an attempt for a browser that presents these secrets, one of which must have begun it. The caller holds
    /// the attempt for 35 seconds, or until it calls [`Self::release_attempt`] or [`Self::end_attempt`]. Does not wait
    /// for another request that holds it.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the kept access token cannot be opened with `keys`.
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
        let mut update = Write::update(&self.ephemera, &pk, "SET worker = :worker, worker_until = :until")
            // No other request has taken it since it was read. Our own id passes, too: the SDK sends the update again
            // if the first answer is lost.
            .only_if(format!("worker = :worker OR (attribute_exists(browser) AND {seen})"))
            .value(":worker", &worker)?
            .value(":until", &self.in_seconds(LEASE))?;
        if let Some(seen) = item.worker {
            update = update.value(":seen", &seen)?;
        }
        if !self.write(update).await? {
            return Ok(TakenAttempt::Busy);
        }
        let place = Place { item: &pk, attribute: "access_token" };
        let given = item.access_token.as_ref().map(|token| keys.open(place, token)).transpose()?;
        let is_lost = item.code_sent && given.is_none();
        Ok(TakenAttempt::Ours(ConsentAttempt { consent_id: item.consent_id, given, is_lost, pk, worker }))
    }

    /// Records that the authorization code is about to be sent. Returns `false` if another request has taken over the
    /// attempt: then the caller must not send the code.
    pub async fn note_code_sent(&self, attempt: &ConsentAttempt) -> Result<bool, StoreError> {
        self.write(self.attempt_update(attempt, "SET code_sent = :true")?.value(":true", &true)?).await
    }

    /// Stores the access token that the bank returned, sealed, and lets the browser come back for another ten minutes.
    /// Does nothing if another request has taken over the attempt.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if the token cannot be sealed.
    pub async fn keep_given(
        &self,
        keys: &SealingKeys,
        attempt: &ConsentAttempt,
        token: &AccessToken,
    ) -> Result<(), StoreError> {
        let sealed = keys.seal(Place { item: &attempt.pk, attribute: "access_token" }, token)?;
        let update = self.attempt_update(attempt, "SET access_token = :token, open_until = :open_until")?;
        let update = update.value(":token", &sealed)?.value(":open_until", &self.in_seconds(BANK_VISIT))?;
        self.write(update).await.map(drop)
    }

    /// Releases an attempt without an end, so that the same callback can be tried again. `code_is_unused` states that
    /// the bank has certainly not received the code, so the next request may send it. Does nothing if another request
    /// has taken over the attempt.
    pub async fn release_attempt(&self, attempt: &ConsentAttempt, code_is_unused: bool) -> Result<(), StoreError> {
        let expression = if code_is_unused { "REMOVE worker_until, code_sent" } else { "REMOVE worker_until" };
        self.write(self.attempt_update(attempt, expression)?).await.map(drop)
    }

    /// Stores how an attempt ended, deletes the kept access token, and releases the attempt. A later request with the
    /// same state gets this end. Does nothing if another request has taken over the attempt.
    pub async fn end_attempt(&self, attempt: &ConsentAttempt, end: ConsentEnd) -> Result<(), StoreError> {
        let update = self.attempt_update(attempt, "SET #end = :end REMOVE access_token, worker_until")?;
        self.write(update.name("end").value(":end", &end)?).await.map(drop)
    }

    /// Returns an update of an attempt, on condition that the caller still holds it.
    fn attempt_update(&self, attempt: &ConsentAttempt, expression: &str) -> Result<Write, StoreError> {
        let update = Write::update(&self.ephemera, &attempt.pk, expression);
        update.only_if("worker = :worker").value(":worker", &attempt.worker)
    }
}
