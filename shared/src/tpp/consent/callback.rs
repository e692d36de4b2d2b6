//! Completes a consent when a browser returns from the bank.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    store::{AttemptRefused, ConsentAttempt, ConsentEnd, ConsentFailure, TakenAttempt, Unclaimed},
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{
        consent::{
            error::ConsentError,
            outcome::{CallbackParameters, Completed, Connected, ConsentAnswer, ConsentResult, ReturnTo},
            service::Consents,
        },
        error::TppError,
        identity::Context,
        parts::Parts,
    },
    types::{
        deadline::{Deadline, Priority},
        ids::ConsentId,
        secret::{BrowserSecret, OauthState, Secret as _},
    },
};

/// The interval at which a waiting request reads the state of the attempt.
const POLL: Duration = Duration::from_millis(200);

/// How long a page shows how a consent ended.
const RESULT_SHOWN: SignedDuration = SignedDuration::from_hours(24);

impl Consents {
    /// Completes a consent: state, code, session, connection. If the same callback arrives twice, even at the same
    /// time, both get the same result.
    pub async fn complete(
        &self,
        CallbackParameters { state, answer }: CallbackParameters,
        browsers: &[BrowserSecret],
        deadline: Deadline,
    ) -> Completed {
        if browsers.is_empty() {
            // The state is not looked up, so the answer does not reveal whether it exists.
            return ConsentError::Refused(AttemptRefused::OtherBrowser).into();
        }
        let Parts { store, identities, .. } = &*self.parts;
        let identity = match identities.for_sealing().await {
            Ok(identity) => identity,
            Err(error) => return ConsentError::from(error).into(),
        };
        // The customer is waiting in front of a page.
        let context = Context::new(&identity, deadline.with_priority(Priority::First));
        let attempt = match self.take_attempt(context, &state, browsers).await {
            Ok(Ok(attempt)) => attempt,
            Ok(Err((id, end))) => return Completed { ended: Some(id), result: self.told(context, id, end).await },
            Err(error) => return error.into(),
        };
        note(Fact::Object(ObjectId::Uuid(attempt.consent_id.into())));
        let result = self.complete_attempt(context, &attempt, (&state, answer)).await;
        let end = match &result {
            Ok(end) => Some(*end),
            Err(error) => error.end(),
        };
        let Some(end) = end else {
            let code_is_unused =
                matches!(&result, Err(ConsentError::Exchange(error)) if error.certainly_not_executed());
            if let Err(error) = store.release_attempt(&attempt, code_is_unused).await {
                // The attempt is released automatically after half a minute.
                tracing::error!(%error, "consent: an attempt could not be given back");
            }
            return Completed {
                ended: None,
                result: Err(result.err().unwrap_or(ConsentError::Failed(ConsentFailure::CodeLost))),
            };
        };
        let noted = async {
            if !store.end_consent(attempt.consent_id, end).await? {
                let first = store.find_consent(attempt.consent_id).await?.and_then(|consent| consent.end);
                if matches!(first, Some(ConsentEnd::Completed { .. })) {
                    // The customer gave this after the first was claimed, so it can no longer be claimed.
                    self.drop_unclaimed(context, attempt.consent_id).await?;
                }
            }
            Ok(store.end_attempt(&attempt, end).await?)
        };
        let noted: Result<(), TppError> = noted.await;
        if let Err(error) = noted {
            // The customer's decision stands. Only a repeated callback does not get the same result.
            tracing::error!(%error, "consent: how one ended could not be noted");
        }
        let result = match result {
            Ok(end) => self.told(context, attempt.consent_id, end).await,
            Err(error) => Err(error),
        };
        Completed { ended: Some(attempt.consent_id), result }
    }

    /// Returns the result of an attempt for the browser. A repeated callback gets the same result.
    async fn told(&self, context: Context<'_>, id: ConsentId, end: ConsentEnd) -> Result<Connected, ConsentError> {
        note(Fact::Object(ObjectId::Uuid(id.into())));
        match end {
            ConsentEnd::Completed { user_id } => {
                note(Fact::User(user_id));
                Ok(Connected::Now(user_id))
            }
            ConsentEnd::Denied => Err(ConsentError::Denied),
            ConsentEnd::Failed { code } => Err(ConsentError::Failed(code)),
            ConsentEnd::Unclaimed { .. } => {
                let consent = self.parts.store.find_consent(id).await?;
                let back = consent.and_then(|consent| consent.return_url);
                let back = back.ok_or(ConsentError::Refused(AttemptRefused::Unknown))?;
                let id_text = id.to_string();
                let mut parameters = vec![("consent_id", id_text.as_str())];
                let unclaimed = self.parts.store.find_unclaimed(&context.identity.sealing, id).await?;
                match &unclaimed {
                    Some(Unclaimed { proof, is_open: true, .. }) => parameters.push(("proof", proof.expose())),
                    Some(Unclaimed { is_open: false, .. }) => self.drop_unclaimed(context, id).await?,
                    None => {}
                }
                Ok(Connected::Return(ReturnTo(back.with(&parameters))))
            }
        }
    }

    /// Returns how a consent ended, for the page that shows it, or `None` if the consent does not exist or has not
    /// ended.
    ///
    /// # Errors
    /// Returns [`TppError`] if the store cannot be read.
    pub async fn result(&self, id: ConsentId) -> Result<Option<ConsentResult>, TppError> {
        let found = self.parts.store.find_consent(id).await?;
        let is_shown = |ended_at: Timestamp| self.parts.clock.now().duration_since(ended_at) < RESULT_SHOWN;
        let Some(consent) = found.filter(|consent| consent.ended_at.is_some_and(is_shown)) else { return Ok(None) };
        let can_begin = consent.can_begin(self.parts.clock.now().as_second());
        let is_open = consent.expires_at().is_none();
        let has_return_url = consent.return_url.is_some();
        let back = consent.return_url.map(|url| url.with(&[("consent_id", &id.to_string())]));
        let failed = |error| ConsentResult::Failed { error, can_begin, is_open, back };
        Ok(consent.end.map(|end| match end {
            // If the consent has a return address, the application knows the id, and the page does not need it.
            ConsentEnd::Completed { .. } if has_return_url => ConsentResult::Done(None),
            ConsentEnd::Completed { user_id } => ConsentResult::Done(Some(user_id)),
            ConsentEnd::Unclaimed { .. } => ConsentResult::Done(None),
            ConsentEnd::Denied => failed(ConsentError::Denied),
            ConsentEnd::Failed { code } => failed(ConsentError::Failed(code)),
        }))
    }

    /// Takes an attempt, or waits for the request that has it and returns how that one ended.
    async fn take_attempt(
        &self,
        Context { identity, deadline, .. }: Context<'_>,
        state: &OauthState,
        browsers: &[BrowserSecret],
    ) -> Result<Result<ConsentAttempt, (ConsentId, ConsentEnd)>, ConsentError> {
        loop {
            match self.parts.store.take_attempt(&identity.sealing, state, browsers).await? {
                TakenAttempt::Ours(attempt) => return Ok(Ok(attempt)),
                TakenAttempt::Ended(consent_id, end) => return Ok(Err((consent_id, end))),
                TakenAttempt::Refused(refused) => return Err(ConsentError::Refused(refused)),
                TakenAttempt::Busy => deadline.wait(POLL).await.map_err(|_| TppError::SessionPending)?,
            }
        }
    }

    async fn complete_attempt(
        &self,
        context: Context<'_>,
        attempt: &ConsentAttempt,
        (state, answer): (&OauthState, ConsentAnswer),
    ) -> Result<ConsentEnd, ConsentError> {
        let Parts { config, bank, store, identities, .. } = &*self.parts;
        let consent = store.find_consent(attempt.consent_id).await?;
        let consent = consent.ok_or(ConsentError::Refused(AttemptRefused::Unknown))?;
        note(Fact::Workspace(consent.workspace.clone()));
        if let Some(end @ (ConsentEnd::Completed { .. } | ConsentEnd::Unclaimed { .. })) = consent.end {
            // Another attempt of the same browser has completed the consent.
            return Ok(end);
        }
        let access_token = match (&attempt.given, answer) {
            (Some(given), _) => given.clone(),
            (None, ConsentAnswer::Denied) => return Err(ConsentError::Denied),
            (None, ConsentAnswer::Failed) => return Err(ConsentError::Failed(ConsentFailure::BankRefused)),
            (None, ConsentAnswer::Code(_)) if attempt.is_lost => {
                return Err(ConsentError::Failed(ConsentFailure::CodeLost));
            }
            (None, ConsentAnswer::Code(code)) => {
                let client = identities.oauth_client().await?;
                if !store.note_code_sent(attempt).await? {
                    return Err(TppError::SessionPending.into());
                }
                let (callback, credentials) = (config.callback_url(), (&client.client_id, &client.client_secret));
                let exchanged = bank.exchange_code((&code, state), &callback, credentials, context.deadline);
                let access_token = exchanged.await?;
                if let Err(error) = store.keep_given(&context.identity.sealing, attempt, &access_token).await {
                    // The token has arrived. To continue without a stored copy is better than to lose it.
                    tracing::error!(%error, "consent: a given one could not be kept");
                }
                access_token
            }
        };
        self.connect(context, &consent, access_token).await
    }
}
