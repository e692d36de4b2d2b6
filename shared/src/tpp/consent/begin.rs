//! Begins a consent: sends a browser to the bank.

use std::fmt;

use url::Url;

use crate::{
    store::TicketRefused,
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{
        consent::{error::StartError, service::Consents},
        parts::Parts,
    },
    types::{
        ids::ConsentId,
        secret::{BrowserSecret, ConsentTicket, OauthState, Secret as _},
    },
};

/// The address for the browser, and the secret for its cookie.
#[derive(Clone)]
pub struct BeginConsent {
    /// The URL of the bank's page. It contains the state, so it must not be logged.
    pub authorize_url: Url,
    /// The secret for the browser's cookie.
    pub browser: BrowserSecret,
}

/// Omits the URL, because it contains the state.
impl fmt::Debug for BeginConsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeginConsent([redacted])")
    }
}

/// How a consent begins.
#[derive(Debug)]
pub enum Start {
    /// By a browser, without a ticket.
    Open,
    /// With a ticket that was created with an API key.
    Ticket(ConsentTicket),
    /// Again, by the browser that opened the consent.
    Again(ConsentId),
}

impl Consents {
    /// Begins a consent for a browser. A browser that has begun one before keeps its secret, so that two tabs both
    /// work.
    ///
    /// # Errors
    /// Returns [`StartError`] if the deployment wants a ticket, or the ticket does not work.
    pub async fn begin(&self, start: Start, browsers: &[BrowserSecret]) -> Result<BeginConsent, StartError> {
        let Parts { config, store, identities, .. } = &*self.parts;
        if matches!(start, Start::Open) && !config.provider.open_consent {
            return Err(StartError::TicketMissing);
        }
        let client = identities.oauth_client().await?;
        let fresh = [BrowserSecret::random()];
        let browsers = if browsers.is_empty() { &fresh } else { browsers };
        let (consent_id, browser) = match start {
            Start::Open => {
                let [browser, ..] = browsers else { return Err(StartError::TicketMissing) };
                (store.open_consent(browser).await?, browser.clone())
            }
            Start::Ticket(ticket) => {
                let found = store.find_ticket(&ticket).await?;
                let id = found.ok_or(StartError::Refused(TicketRefused::Unknown))?;
                (id, store.begin_asked(id, browsers, true).await?.map_err(StartError::Refused)?)
            }
            Start::Again(id) => (id, store.begin_asked(id, browsers, false).await?.map_err(StartError::Refused)?),
        };
        note(Fact::Object(ObjectId::Uuid(consent_id.into())));
        let state = OauthState::random();
        store.begin_attempt(&state, &browser, consent_id).await?;
        let mut authorize_url = config.bunq.authorize.clone();
        authorize_url
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client.client_id.expose())
            .append_pair("redirect_uri", config.callback_url().as_str())
            .append_pair("state", state.expose());
        Ok(BeginConsent { authorize_url, browser })
    }
}
