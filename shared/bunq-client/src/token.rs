//! The OAuth token endpoint: RFC 6749 section 4.1.3, except that bunq accepts all parameters in the query string and
//! signs no answer. The whole URL is a secret: it is never logged, and it is removed from errors.

use serde::Deserialize;
use url::Url;

use super::{
    client::Bank,
    error::BankError,
    redaction::SentCredentials,
    refusal::Refusal,
    request::Effect,
    retry::{Failure, RetryDecision, decide},
};
use crate::types::{
    deadline::Deadline,
    secret::{AccessToken, AuthorizationCode, ClientId, ClientSecret, OauthState, Secret as _},
};

/// An authorization code was not exchanged for an access token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// `invalid_grant`: the code is wrong, used or too old, or it was issued for another visit. A new consent helps.
    #[error("bunq does not take the authorization code")]
    CodeRefused,
    /// Any other OAuth error: our client or callback URL is wrong.
    #[error("bunq does not take the OAuth client")]
    ClientRefused,
    /// The exchange failed.
    #[error(transparent)]
    Bank(#[from] BankError),
}

#[derive(Deserialize)]
struct Granted {
    access_token: AccessToken,
    /// The `state` of the authorization request that the code was issued for.
    state: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: OauthError,
}

/// The errors of RFC 6749 section 5.2. An OAuth server sends no other value.
#[derive(Clone, Copy, Deserialize)]
enum OauthError {
    #[serde(rename = "invalid_grant")]
    Code,
    #[serde(rename = "invalid_client", alias = "invalid_request", alias = "invalid_scope")]
    #[serde(alias = "unauthorized_client", alias = "unsupported_grant_type")]
    Client,
}

impl Bank {
    /// Exchanges an authorization code for an access token. A code works once, so it is not sent again after an unknown
    /// outcome. bunq returns the `state` that the code was issued for. A `state` other than this visit's proves that
    /// the code was injected (RFC 9700 section 4.5).
    ///
    /// # Errors
    /// Returns [`TokenError::CodeRefused`] if the bank refuses the code or the code was issued for another visit,
    /// [`TokenError::ClientRefused`] if the bank refuses our client, callback URL or request, and [`TokenError::Bank`]
    /// if the call fails.
    pub async fn exchange_code(
        &self,
        (code, state): (&AuthorizationCode, &OauthState),
        redirect_uri: &Url,
        (client_id, client_secret): (&ClientId, &ClientSecret),
        deadline: Deadline,
    ) -> Result<AccessToken, TokenError> {
        let mut url = self.urls.token.clone();
        url.query_pairs_mut()
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose())
            .append_pair("redirect_uri", redirect_uri.as_str())
            .append_pair("client_id", client_id.expose())
            .append_pair("client_secret", client_secret.expose());
        let sent = SentCredentials::new([code.expose(), client_id.expose(), client_secret.expose()]);
        let mut tries = 0;
        loop {
            tries += 1;
            let started = tokio::time::Instant::now();
            let result = self.exchange_once(url.clone(), state, &sent, deadline).await;
            let took = started.elapsed();
            self.observer.took(took);
            let outcome = result.as_ref().err().map_or_else(|| "ok".to_owned(), ToString::to_string);
            tracing::info!(method = "POST", route = "oauth token", outcome, ms = took.as_millis(), "bunq: call");
            let Err(TokenError::Bank(error)) = &result else { return result };
            self.note_failure(error);
            match decide(Effect::Write, Failure::from(error), tries, deadline.left(), rand::random_range(0..=1000)) {
                RetryDecision::GiveUp => return result,
                RetryDecision::Again(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    async fn exchange_once(
        &self,
        url: Url,
        state: &OauthState,
        sent: &SentCredentials,
        deadline: Deadline,
    ) -> Result<AccessToken, TokenError> {
        let answer = self.receive(self.http.others.post(url).body(Vec::new()), deadline).await?;
        let refused = serde_json::from_slice::<Refused>(&answer.body).ok().map(|refused| refused.error);
        match (answer.status, refused) {
            (200..=299 | 400..=499, Some(OauthError::Code)) => Err(TokenError::CodeRefused),
            (200..=299 | 400..=499, Some(OauthError::Client)) => Err(TokenError::ClientRefused),
            (200..=299, None) => {
                let granted = serde_json::from_slice::<Granted>(&answer.body).map_err(|_| {
                    let reason = super::envelope::DecodeError::Missing("access_token");
                    BankError::Undecodable { reason, response_id: answer.response_id(sent) }
                })?;
                if granted.state.is_some_and(|granted_for| granted_for != state.expose()) {
                    return Err(TokenError::CodeRefused);
                }
                Ok(granted.access_token)
            }
            (300..=499, _) => match answer.judge(None, sent) {
                // A refusal without a reason does not prove that the code was at fault.
                Ok(_) => Err(TokenError::ClientRefused),
                Err(error) => Err(error.into()),
            },
            (status, _) => {
                let refusal = Refusal { status, texts: Vec::new(), response_id: answer.response_id(sent) };
                Err(BankError::Failed(refusal).into())
            }
        }
    }
}
