//! Sends a browser to the bank.

use std::fmt;

use url::Url;

use crate::{
    tpp::{Tpp, TppError},
    types::{
        reference::Reference,
        secret::{BrowserSecret, OauthState, Secret as _},
    },
};

/// Where to send the browser, and what to leave with it.
#[derive(Clone)]
pub struct BeginConsent {
    /// The bank's page. Holds the state: not for logs.
    pub authorize_url: Url,
    /// For the browser's cookie.
    pub browser: BrowserSecret,
}

/// The URL has the state in it.
impl fmt::Debug for BeginConsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeginConsent([redacted])")
    }
}

impl Tpp {
    /// Begins a consent for a browser; one that has begun before keeps its secret, so that two tabs both work.
    ///
    /// # Errors
    /// [`TppError`].
    pub async fn begin_consent(
        &self,
        browser: Option<BrowserSecret>,
        reference: Option<Reference>,
    ) -> Result<BeginConsent, TppError> {
        let client = self.oauth_client().await?;
        let (state, browser) = (OauthState::random(), browser.unwrap_or_else(BrowserSecret::random));
        let consent_id = self.0.store.open_consent(&browser, reference).await?;
        self.0.store.begin_attempt(&state, &browser, consent_id).await?;
        let mut authorize_url = self.0.config.bunq.authorize.clone();
        authorize_url
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client.client_id.expose())
            .append_pair("redirect_uri", self.0.config.callback_url().as_str())
            .append_pair("state", state.expose());
        Ok(BeginConsent { authorize_url, browser })
    }
}
