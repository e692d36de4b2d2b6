//! A browser comes back from the bank.

use std::time::Duration;

use super::ConsentError;
use crate::{
    bunq::TokenError,
    secrets::OauthClientSecret,
    store::{AttemptRefused, ConsentAttempt, ConsentEnd, TakenAttempt},
    tpp::{Tpp, TppError},
    types::{
        deadline::Deadline,
        ids::{ConsentId, UserId},
        secret::{AccessToken, AuthorizationCode, BrowserSecret, OauthState},
    },
};

/// How often a request that waits for another looks at what became of it.
const POLL: Duration = Duration::from_millis(200);

/// What the bank sends the browser back with.
#[derive(Debug)]
pub struct CallbackParameters {
    /// Our own state.
    pub state: OauthState,
    /// What the bank says.
    pub answer: ConsentAnswer,
}

/// What the bank says of a consent (RFC 6749 sections 4.1.2 and 4.1.2.1).
#[derive(Debug)]
pub enum ConsentAnswer {
    /// The customer consented.
    Code(AuthorizationCode),
    /// The customer said no: `access_denied`.
    Denied,
    /// Any other error.
    Failed,
}

/// What became of a browser that came back from the bank.
#[derive(Debug)]
pub struct Completed {
    /// The consent that it came back for, if the attempt has ended.
    pub ended: Option<ConsentId>,
    /// Who is connected, or why nobody is.
    pub result: Result<UserId, ConsentError>,
}

impl From<ConsentError> for Completed {
    fn from(error: ConsentError) -> Self {
        Self { ended: None, result: Err(error) }
    }
}

/// The result that an attempt ended with, told again.
fn replayed(end: ConsentEnd) -> Result<UserId, ConsentError> {
    match end {
        ConsentEnd::Completed { user_id } => Ok(user_id),
        ConsentEnd::Denied => Err(ConsentError::Denied),
        ConsentEnd::Failed { code } => Err(code.into()),
    }
}

impl Tpp {
    /// Completes a consent: state, code, session, connection. The same callback may come twice, also at once: both are told the same.
    pub async fn complete_consent(
        &self,
        CallbackParameters { state, answer }: CallbackParameters,
        browsers: &[BrowserSecret],
        deadline: Deadline,
    ) -> Completed {
        let taken = match self.take_attempt(&state, browsers, deadline).await {
            Ok(taken) => taken,
            Err(error) => return error.into(),
        };
        let attempt = match taken {
            Err((consent_id, end)) => return Completed { ended: Some(consent_id), result: replayed(end) },
            Ok(attempt) => attempt,
        };
        let result = self.complete_attempt(&attempt, answer, deadline).await;
        let end = match &result {
            Ok(user_id) => Some(ConsentEnd::Completed { user_id: *user_id }),
            Err(error) => error.end(),
        };
        let Some(end) = end else {
            let code_is_unused =
                matches!(&result, Err(ConsentError::Exchange(error)) if error.certainly_not_executed());
            if let Err(error) = self.0.store.release_attempt(&attempt, code_is_unused).await {
                // It is free again in half a minute.
                tracing::error!(%error, "consent: an attempt could not be given back");
            }
            return Completed { ended: None, result };
        };
        let noted = async {
            self.0.store.end_consent(attempt.consent_id, end).await?;
            self.0.store.end_attempt(&attempt, end).await
        };
        if let Err(error) = noted.await {
            // What the customer decided stands; only who asks again is not told the same.
            tracing::error!(%error, "consent: how one ended could not be noted");
        }
        Completed { ended: Some(attempt.consent_id), result }
    }

    /// How a consent ended, for the page that tells it; `None` if there is none, or it has not ended.
    ///
    /// # Errors
    /// Returns [`TppError`] if the store cannot be read.
    pub async fn consent_result(&self, id: ConsentId) -> Result<Option<Result<UserId, ConsentError>>, TppError> {
        let consent = self.0.store.find_consent(id).await?;
        Ok(consent.and_then(|consent| consent.end).map(replayed))
    }

    /// Takes an attempt, or waits for the request that has it and takes over how it ended.
    async fn take_attempt(
        &self,
        state: &OauthState,
        browsers: &[BrowserSecret],
        deadline: Deadline,
    ) -> Result<Result<ConsentAttempt, (ConsentId, ConsentEnd)>, ConsentError> {
        if browsers.is_empty() {
            // Whether there is such a state is not looked at.
            return Err(ConsentError::Refused(AttemptRefused::OtherBrowser));
        }
        let identity = self.identity().await?;
        loop {
            match self.0.store.take_attempt(&identity.sealing, state, browsers).await? {
                TakenAttempt::Ours(attempt) => return Ok(Ok(attempt)),
                TakenAttempt::Ended(consent_id, end) => return Ok(Err((consent_id, end))),
                TakenAttempt::Refused(refused) => return Err(ConsentError::Refused(refused)),
                TakenAttempt::Busy => deadline.wait(POLL).await.map_err(|_| TppError::SessionPending)?,
            }
        }
    }

    async fn complete_attempt(
        &self,
        attempt: &ConsentAttempt,
        answer: ConsentAnswer,
        deadline: Deadline,
    ) -> Result<UserId, ConsentError> {
        let consent = self.0.store.find_consent(attempt.consent_id).await?;
        let reference = consent.and_then(|consent| consent.reference);
        let access_token = match (&attempt.given, answer) {
            (Some(given), _) => given.clone(),
            (None, ConsentAnswer::Denied) => return Err(ConsentError::Denied),
            (None, ConsentAnswer::Failed) => return Err(ConsentError::BankRefused),
            (None, ConsentAnswer::Code(_)) if attempt.is_lost => return Err(ConsentError::CodeLost),
            (None, ConsentAnswer::Code(code)) => {
                let (identity, client) = (self.identity().await?, self.oauth_client().await?);
                if !self.0.store.note_code_sent(attempt).await? {
                    return Err(TppError::SessionPending.into());
                }
                let access_token = self.exchange(&client, &code, deadline).await?;
                if let Err(error) = self.0.store.keep_given(&identity.sealing, attempt, &access_token).await {
                    // The token is here: better to go on without the safety net than to lose it.
                    tracing::error!(%error, "consent: a given one could not be kept");
                }
                access_token
            }
        };
        let connection = self.connect(access_token, reference, deadline).await?;
        tracing::info!(user_id = %connection.user_id, kind = ?connection.kind, "consent: connected");
        Ok(connection.user_id)
    }

    async fn exchange(
        &self,
        client: &OauthClientSecret,
        code: &AuthorizationCode,
        deadline: Deadline,
    ) -> Result<AccessToken, ConsentError> {
        let callback = self.0.config.callback_url();
        let exchanged =
            self.0.bank.exchange_code(code, &callback, (&client.client_id, &client.client_secret), deadline).await;
        exchanged.map_err(|error| match error {
            TokenError::CodeRefused => ConsentError::CodeRefused,
            TokenError::ClientRefused => ConsentError::ClientRefused,
            TokenError::Bank(error) => ConsentError::Exchange(error),
        })
    }
}
