//! One attempt to send a message to an endpoint.

use tokio::time::Instant;
use webhooks::{EndpointUrl, Failure, Outcome, Signer, Signers};

use crate::{
    store::{LastAttempt, OpenedEndpoint},
    tpp::{
        event_view::EventBody,
        webhooks::{error::WebhookError, service::Webhooks},
    },
    types::{
        event::EventId,
        secret::{Secret as _, WebhookSecret},
    },
};

impl Webhooks {
    /// Checks that messages to an endpoint can be signed and sent.
    ///
    /// # Errors
    /// Returns [`WebhookError::Unusable`] if not.
    pub(super) fn check_sendable(&self, opened: &OpenedEndpoint) -> Result<(), WebhookError> {
        self.sender()?;
        signers(opened).map(drop)
    }

    /// Sends a message once, and returns how that ended.
    ///
    /// # Errors
    /// Returns [`WebhookError::Unusable`] if the message cannot be signed or sent at all.
    pub(super) async fn attempt(
        &self,
        opened: &OpenedEndpoint,
        id: EventId,
        body: &EventBody<'_>,
    ) -> Result<(Outcome, LastAttempt), WebhookError> {
        let signers = signers(opened)?;
        let id = id.to_string().parse().map_err(|_| WebhookError::Unusable)?;
        let body = serde_json::to_vec(body).map_err(|_| WebhookError::Unusable)?;
        let message = signers.sign(&id, self.clock.now().as_second(), body.into())?;
        let started = Instant::now();
        // A deployment can have another setting since the URL was stored.
        let outcome = match EndpointUrl::parse(&opened.endpoint.url, self.sender.receivers()) {
            Ok(url) => self.sender()?.send(&url, message).await,
            Err(_) => Outcome::Failed(Failure::RefusedAddress),
        };
        let last = LastAttempt {
            at: self.clock.now(),
            status: outcome.status(),
            ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            error: word(&outcome).map(str::to_owned),
        };
        Ok((outcome, last))
    }
}

fn signers(opened: &OpenedEndpoint) -> Result<Signers, WebhookError> {
    let signers = Signers::new(signer(&opened.secret)?);
    match &opened.old_secret {
        Some(old) => Ok(signers.with_older(signer(old)?)),
        None => Ok(signers),
    }
}

fn signer(secret: &WebhookSecret) -> Result<Signer, WebhookError> {
    secret.expose().parse().map_err(|_| WebhookError::Unusable)
}

/// Returns the word for a failure.
const fn word(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Delivered { .. } => None,
        Outcome::Gone | Outcome::Slow { .. } => Some("status"),
        Outcome::Failed(failure) => Some(failure.word()),
    }
}
