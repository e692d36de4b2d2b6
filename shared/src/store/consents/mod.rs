//! Consents: what was requested, and how it ended. A consent may take several attempts. Each attempt is one visit to
//! the bank, with a `state` of its own.

mod attempt;
mod list;
mod record;
mod unclaimed;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::record::{BANK_VISIT, consent_pk, listed, listed_reference, sortable};
use super::{error::StoreError, table::Store, write::Write};
use crate::types::{
    ids::ConsentId,
    secret::{BrowserSecret, ConsentTicket, Secret as _},
    workspace::Workspace,
};

pub use attempt::{AttemptRefused, ConsentAttempt, TakenAttempt};
pub use record::{AskedConsent, Consent, ConsentCursor, ConsentEnd, ConsentFailure, ConsentStatus, TicketRefused};
pub use unclaimed::{Given, Unclaimed};

/// How long a consent that a browser began without an API key is kept.
const OPEN_RETENTION: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a consent that an API key requested is kept.
const ASKED_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[derive(Serialize, Deserialize)]
struct Ticket {
    consent_id: ConsentId,
    expires_at: i64,
}

fn ticket_pk(ticket: &ConsentTicket) -> String {
    format!("TICKET#{}", ticket.fingerprint())
}

impl Store {
    /// Stores a consent that a browser begins without an API key, and returns its id. The consent is in the default
    /// workspace, no list contains it, and it can be begun only once.
    pub async fn open_consent(&self, browser: &BrowserSecret) -> Result<ConsentId, StoreError> {
        let consent = Consent {
            consent_id: ConsentId::random(),
            workspace: Workspace::default(),
            reference: None,
            return_url: None,
            for_user: None,
            created_at: self.now_in_seconds(),
            ticket_until: None,
            open_until: Some(self.in_seconds(BANK_VISIT)),
            end: None,
            ended_at: None,
            browser: Some(browser.fingerprint()),
            listed: None,
            listed_reference: None,
            listed_at: None,
            expires_at: self.in_seconds(OPEN_RETENTION),
        };
        self.put_consent(&consent).await?;
        Ok(consent.consent_id)
    }

    /// Stores a consent that an API key requests, and then the hash of the ticket that opens it. Returns the consent.
    ///
    /// # Errors
    /// After any error, the consent may be stored without its ticket.
    pub async fn ask_consent(&self, ticket: &ConsentTicket, asked: AskedConsent) -> Result<Consent, StoreError> {
        let AskedConsent { workspace, reference, return_url, user_id, expires_in } = asked;
        let microseconds = u64::try_from(self.clock.now().as_microsecond()).unwrap_or_default();
        let consent = Consent {
            consent_id: ConsentId::random(),
            listed: Some(listed(&workspace)),
            listed_reference: reference.as_ref().map(|reference| listed_reference(&workspace, reference)),
            listed_at: Some(sortable(microseconds)),
            workspace,
            reference,
            return_url,
            for_user: user_id,
            created_at: self.now_in_seconds(),
            ticket_until: Some(self.in_seconds(expires_in)),
            open_until: None,
            end: None,
            ended_at: None,
            browser: None,
            expires_at: self.in_seconds(ASKED_RETENTION),
        };
        self.put_consent(&consent).await?;
        // The ticket is kept as long as the consent, so that a late customer learns what is wrong with the link.
        let ticket_item = Ticket { consent_id: consent.consent_id, expires_at: consent.expires_at };
        self.write(Write::put(&self.ephemera, &ticket_pk(ticket), &ticket_item)?).await?;
        Ok(consent)
    }

    async fn put_consent(&self, consent: &Consent) -> Result<(), StoreError> {
        self.write(Write::put(&self.ephemera, &consent_pk(consent.consent_id), consent)?).await.map(drop)
    }

    /// Looks up the consent that a ticket opens. Returns `None` if there is no such ticket. Does not check whether the
    /// ticket has expired.
    pub async fn find_ticket(&self, ticket: &ConsentTicket) -> Result<Option<ConsentId>, StoreError> {
        let found: Option<Ticket> = self.read(&self.ephemera, &ticket_pk(ticket)).await?;
        Ok(found.map(|ticket| ticket.consent_id))
    }

    /// Begins a consent that an API key requested, or begins it again, and binds it to one browser. `browsers` are the
    /// secrets of that browser; for a browser without any, the caller passes a new one. Without the ticket
    /// (`has_ticket`), only a consent that this browser has begun before can be begun again.
    ///
    /// Returns the browser secret that the consent is bound to. The inner error says why the consent cannot be begun.
    pub async fn begin_asked(
        &self,
        id: ConsentId,
        browsers: &[BrowserSecret],
        has_ticket: bool,
    ) -> Result<Result<BrowserSecret, TicketRefused>, StoreError> {
        let found = self.find_consent(id).await?.filter(|consent| has_ticket || consent.browser.is_some());
        let Some(consent) = found else { return Ok(Err(TicketRefused::Unknown)) };
        let now = self.clock.now().as_second();
        let opener = consent.browser.as_ref();
        let known = browsers.iter().find(|browser| opener.is_none_or(|opener| *opener == browser.fingerprint()));
        match consent.end {
            Some(ConsentEnd::Failed { code: ConsentFailure::Withdrawn }) => return Ok(Err(TicketRefused::Withdrawn)),
            _ if known.is_none() => return Ok(Err(TicketRefused::OtherBrowser)),
            Some(ConsentEnd::Completed { .. }) => return Ok(Err(TicketRefused::Used)),
            Some(ConsentEnd::Unclaimed { until }) if until > now => return Ok(Err(TicketRefused::Used)),
            Some(ConsentEnd::Unclaimed { .. } | ConsentEnd::Denied | ConsentEnd::Failed { .. }) | None => {}
        }
        if !consent.can_begin(now) {
            return Ok(Err(TicketRefused::Expired));
        }
        let Some(browser) = known else { return Ok(Err(TicketRefused::OtherBrowser)) };
        let expression = "SET browser = :browser, open_until = :until REMOVE #end, ended_at";
        let begin = Write::update(&self.ephemera, &consent_pk(id), expression)
            .only_if(
                "ticket_until > :now AND (attribute_not_exists(browser) OR browser = :browser) \
                 AND (attribute_not_exists(#end) OR (#end.how <> :completed \
                 AND (#end.how <> :unclaimed OR #end.#until <= :now) \
                 AND (attribute_not_exists(#end.code) OR #end.code <> :withdrawn)))",
            )
            .name("end")
            .name("until")
            .value(":browser", &browser.fingerprint())?
            .value(":until", &self.in_seconds(BANK_VISIT))?
            .value(":now", &now)?
            .value(":completed", &"completed")?
            .value(":unclaimed", &"unclaimed")?
            .value(":withdrawn", &"withdrawn")?;
        // It could be begun a moment ago: another browser was faster.
        Ok(self.write(begin).await?.then(|| browser.clone()).ok_or(TicketRefused::OtherBrowser))
    }

    /// Looks up a consent in any workspace. Returns `None` if it does not exist or is no longer kept: 24 hours after a
    /// browser began it without an API key, or 30 days after an API key requested it.
    pub async fn find_consent(&self, id: ConsentId) -> Result<Option<Consent>, StoreError> {
        let found: Option<Consent> = self.read(&self.ephemera, &consent_pk(id)).await?;
        // DynamoDB deletes an expired item, but may take up to two days to do so.
        Ok(found.filter(|consent| consent.expires_at > self.clock.now().as_second()))
    }

    /// Returns an update that stores how a consent ended. The caller adds the condition.
    fn ending(&self, id: ConsentId, end: ConsentEnd) -> Result<Write, StoreError> {
        let update = Write::update(&self.ephemera, &consent_pk(id), "SET #end = :end, ended_at = :ended_at");
        update.name("end").value(":end", &end)?.value(":ended_at", &self.now_in_seconds())
    }

    /// Withdraws a consent that no browser has opened. Returns `false`, and changes nothing, if a browser has opened it
    /// or it does not exist.
    pub async fn withdraw_consent(&self, id: ConsentId) -> Result<bool, StoreError> {
        let withdrawn = ConsentEnd::Failed { code: ConsentFailure::Withdrawn };
        let condition = "attribute_exists(pk) AND attribute_not_exists(browser)";
        self.write(self.ending(id, withdrawn)?.only_if(condition)).await
    }

    /// Stores how an attempt ended a consent. Returns `false`, and changes nothing, if the consent is completed, can
    /// still be claimed, or does not exist.
    pub async fn end_consent(&self, id: ConsentId, end: ConsentEnd) -> Result<bool, StoreError> {
        let update = self
            .ending(id, end)?
            .only_if(
                "attribute_exists(pk) AND (attribute_not_exists(#end) \
                 OR (#end.how <> :completed AND (#end.how <> :unclaimed OR #end.#until <= :now)))",
            )
            .name("until")
            .value(":completed", &"completed")?
            .value(":unclaimed", &"unclaimed")?
            .value(":now", &self.clock.now().as_second())?;
        self.write(update).await
    }

    /// Stores how a claim ended a consent. Returns `false`, and changes nothing, if the consent is already completed or
    /// does not exist.
    pub async fn end_claim(&self, id: ConsentId, end: ConsentEnd) -> Result<bool, StoreError> {
        let condition = "attribute_exists(pk) AND (attribute_not_exists(#end) OR #end.how <> :completed)";
        self.write(self.ending(id, end)?.only_if(condition).value(":completed", &"completed")?).await
    }
}
