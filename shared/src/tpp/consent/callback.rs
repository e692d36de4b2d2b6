//! A browser comes back from the bank.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::ConsentError;
use crate::{
    bunq::TokenError,
    secrets::OauthClientSecret,
    store::{AttemptRefused, ConsentAttempt, ConsentEnd, TakenAttempt, Unclaimed},
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{Tpp, TppError},
    types::{
        deadline::Deadline,
        ids::{ConsentId, UserId},
        secret::{AccessToken, AuthorizationCode, BrowserSecret, OauthState, Secret as _},
    },
};

/// How often a request that waits for another looks at what became of it.
const POLL: Duration = Duration::from_millis(200);

/// How long a page tells how a consent ended.
const RESULT_SHOWN: SignedDuration = SignedDuration::from_hours(24);

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

/// Who is connected.
#[derive(Debug)]
pub enum Connected {
    /// The customer, at once.
    Now(UserId),
    /// The customer, once the application claims it: the browser goes there.
    Return(ReturnTo),
}

/// Where a browser goes back to. The proof is in it: not for logs.
#[derive(Clone)]
pub struct ReturnTo(pub Url);

impl fmt::Debug for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnTo([redacted])")
    }
}

/// What became of a browser that came back from the bank.
#[derive(Debug)]
pub struct Completed {
    /// The consent that it came back for, if the attempt has ended.
    pub ended: Option<ConsentId>,
    /// Who is connected, or why nobody is.
    pub result: Result<Connected, ConsentError>,
}

impl From<ConsentError> for Completed {
    fn from(error: ConsentError) -> Self {
        Self { ended: None, result: Err(error) }
    }
}

/// How a consent ended, for a page.
#[derive(Debug)]
pub enum ConsentResult {
    /// The customer is connected, or will be once the application has claimed it.
    Done(Option<UserId>),
    /// Nobody is.
    Failed {
        /// Why.
        error: ConsentError,
        /// Whether the same consent can be begun again.
        can_begin: bool,
        /// Whether a browser began it of its own accord.
        is_open: bool,
        /// Where the customer came from.
        back: Option<Url>,
    },
}

impl Tpp {
    /// Completes a consent: state, code, session, connection. The same callback may come twice, also at once: both are
    /// told the same.
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
            Err((id, end)) => return Completed { ended: Some(id), result: self.told(id, end, deadline).await },
            Ok(attempt) => attempt,
        };
        note(Fact::Object(ObjectId::Uuid(attempt.consent_id.into())));
        let result = self.complete_attempt(&attempt, (&state, answer), deadline).await;
        let end = match &result {
            Ok(end) => Some(*end),
            Err(error) => error.end(),
        };
        let Some(end) = end else {
            let code_is_unused =
                matches!(&result, Err(ConsentError::Exchange(error)) if error.certainly_not_executed());
            if let Err(error) = self.0.store.release_attempt(&attempt, code_is_unused).await {
                // It is free again in half a minute.
                tracing::error!(%error, "consent: an attempt could not be given back");
            }
            return Completed { ended: None, result: Err(result.err().unwrap_or(ConsentError::CodeLost)) };
        };
        let noted = async {
            if !self.0.store.end_consent(attempt.consent_id, end).await? {
                self.drop_surplus(attempt.consent_id, deadline).await?;
            }
            Ok(self.0.store.end_attempt(&attempt, end).await?)
        };
        let noted: Result<(), TppError> = noted.await;
        if let Err(error) = noted {
            // What the customer decided stands; only who asks again is not told the same.
            tracing::error!(%error, "consent: how one ended could not be noted");
        }
        let result = match result {
            Ok(end) => self.told(attempt.consent_id, end, deadline).await,
            Err(error) => Err(error),
        };
        Completed { ended: Some(attempt.consent_id), result }
    }

    /// Erases what a customer gave a second time after the first was claimed. Nobody can claim it any more.
    async fn drop_surplus(&self, id: ConsentId, deadline: Deadline) -> Result<(), TppError> {
        match self.0.store.find_consent(id).await?.and_then(|consent| consent.end) {
            Some(ConsentEnd::Completed { .. }) => self.drop_unclaimed(id, deadline).await,
            Some(ConsentEnd::Unclaimed { .. } | ConsentEnd::Denied | ConsentEnd::Failed { .. }) | None => Ok(()),
        }
    }

    /// The result that an attempt ended with, as the browser is told it, and told again.
    async fn told(&self, id: ConsentId, end: ConsentEnd, deadline: Deadline) -> Result<Connected, ConsentError> {
        note(Fact::Object(ObjectId::Uuid(id.into())));
        match end {
            ConsentEnd::Completed { user_id } => {
                note(Fact::User(user_id));
                Ok(Connected::Now(user_id))
            }
            ConsentEnd::Denied => Err(ConsentError::Denied),
            ConsentEnd::Failed { code } => Err(code.into()),
            ConsentEnd::Unclaimed { .. } => {
                let consent = self.0.store.find_consent(id).await?;
                let back = consent.and_then(|consent| consent.return_url);
                let back = back.ok_or(ConsentError::Refused(AttemptRefused::Unknown))?;
                let identity = self.identity().await?;
                let id_text = id.to_string();
                let mut parameters = vec![("consent_id", id_text.as_str())];
                let unclaimed = self.0.store.find_unclaimed(&identity.sealing, id).await?;
                match &unclaimed {
                    Some(Unclaimed { proof, is_open: true, .. }) => parameters.push(("proof", proof.expose())),
                    Some(Unclaimed { is_open: false, .. }) => self.drop_unclaimed(id, deadline).await?,
                    None => {}
                }
                Ok(Connected::Return(ReturnTo(back.with(&parameters))))
            }
        }
    }

    /// How a consent ended, for the page that tells it; `None` if there is none, or it has not ended.
    ///
    /// # Errors
    /// Returns [`TppError`] if the store cannot be read.
    pub async fn consent_result(&self, id: ConsentId) -> Result<Option<ConsentResult>, TppError> {
        let found = self.0.store.find_consent(id).await?;
        let is_shown = |ended_at: Timestamp| self.now().duration_since(ended_at) < RESULT_SHOWN;
        let Some(consent) = found.filter(|consent| consent.ended_at.is_some_and(is_shown)) else { return Ok(None) };
        let can_begin = consent.can_begin(self.now().as_second());
        let is_open = consent.expires_at().is_none();
        let has_return_url = consent.return_url.is_some();
        let back = consent.return_url.map(|url| url.with(&[("consent_id", &id.to_string())]));
        let failed = |error| ConsentResult::Failed { error, can_begin, is_open, back };
        Ok(consent.end.map(|end| match end {
            // Where an application has asked to have the browser back, it knows, and nobody else needs to.
            ConsentEnd::Completed { .. } if has_return_url => ConsentResult::Done(None),
            ConsentEnd::Completed { user_id } => ConsentResult::Done(Some(user_id)),
            ConsentEnd::Unclaimed { .. } => ConsentResult::Done(None),
            ConsentEnd::Denied => failed(ConsentError::Denied),
            ConsentEnd::Failed { code } => failed(code.into()),
        }))
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
        (state, answer): (&OauthState, ConsentAnswer),
        deadline: Deadline,
    ) -> Result<ConsentEnd, ConsentError> {
        let consent = self.0.store.find_consent(attempt.consent_id).await?;
        let consent = consent.ok_or(ConsentError::Refused(AttemptRefused::Unknown))?;
        note(Fact::Workspace(consent.workspace.clone()));
        if let Some(end @ (ConsentEnd::Completed { .. } | ConsentEnd::Unclaimed { .. })) = consent.end {
            // Another attempt of the same browser has done it.
            return Ok(end);
        }
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
                let access_token = self.exchange(&client, (&code, state), deadline).await?;
                if let Err(error) = self.0.store.keep_given(&identity.sealing, attempt, &access_token).await {
                    // The token is here: better to go on without the safety net than to lose it.
                    tracing::error!(%error, "consent: a given one could not be kept");
                }
                access_token
            }
        };
        self.connect(&consent, access_token, deadline).await
    }

    async fn exchange(
        &self,
        client: &OauthClientSecret,
        code: (&AuthorizationCode, &OauthState),
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
