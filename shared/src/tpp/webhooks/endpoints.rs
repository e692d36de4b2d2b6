//! The owner's requests about endpoints.

use std::time::Duration;

use webhooks::{EndpointUrl, EndpointUrlError, Failure, HmacSecret, SigningKey};

use crate::{
    store::{LastAttempt, NewWebhookEndpoint, NotCreated, OpenedEndpoint, StoreError, WebhookChange, WebhookEndpoint},
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{
        event_view::{EventBody, EventData},
        webhooks::{error::WebhookError, service::Webhooks},
    },
    types::{
        event::EventId,
        secret::{Secret as _, WebhookSecret},
        text::Text,
        webhook::{EventFilter, SignatureKind, WebhookEndpointId},
        workspace::Workspace,
    },
};

/// The type of the message that tests an endpoint. It is in no feed.
const TEST: &str = "webhook.test";
/// How many times a secret is replaced while other requests replace it.
const TRIES: usize = 4;

/// The endpoint that an owner asks for.
#[derive(Debug)]
pub struct AskedEndpoint {
    /// The URL of the receiver.
    pub url: EndpointUrl,
    /// Which types of events are sent.
    pub types: Vec<EventFilter>,
    /// The owner's own text about it.
    pub description: Option<Text<0, 200>>,
    /// How messages are signed.
    pub signature: SignatureKind,
}

/// What the receiver verifies signatures with.
#[derive(Clone, Debug)]
pub enum WebhookCredential {
    /// The secret, which only this answer shows.
    Secret(WebhookSecret),
    /// The public key.
    PublicKey(String),
}

/// The result of a test.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The id of the message.
    pub event_id: EventId,
    /// How the attempt ended.
    pub last: LastAttempt,
}

impl Webhooks {
    /// Parses the URL of a receiver.
    ///
    /// # Errors
    /// Returns [`EndpointUrlError`] if the URL cannot be that of a receiver of this deployment.
    pub fn parse_url(&self, text: &str) -> Result<EndpointUrl, EndpointUrlError> {
        EndpointUrl::parse(text, self.sender.receivers())
    }

    /// Creates an endpoint, and returns it with what the receiver needs.
    ///
    /// # Errors
    /// Returns [`WebhookError::RefusedAddress`] if the receiver has private addresses only,
    /// [`WebhookError::TooMany`] if the workspace has too many endpoints, and [`WebhookError::Tpp`] if the store or
    /// the secret cannot be read.
    pub async fn create(
        &self,
        workspace: &Workspace,
        asked: AskedEndpoint,
    ) -> Result<(WebhookEndpoint, WebhookCredential), WebhookError> {
        let AskedEndpoint { url, types, description, signature } = asked;
        self.check(&url).await?;
        let keys = self.keys().await?;
        let (secret, public_key) = new_secret(signature)?;
        let credential = credential(&secret, public_key.as_deref());
        let (workspace, url) = (workspace.clone(), url.as_str().to_owned());
        let new = NewWebhookEndpoint { workspace, url, types, description, signature, secret, public_key };
        let endpoint = match self.store.create_webhook_endpoint(&keys, new).await? {
            Ok(endpoint) => endpoint,
            Err(NotCreated::TooMany) => return Err(WebhookError::TooMany),
        };
        note(Fact::Object(ObjectId::Endpoint(endpoint.id)));
        Ok((endpoint, credential))
    }

    /// Returns the endpoints of a workspace, the oldest first.
    ///
    /// # Errors
    /// Returns [`WebhookError::Tpp`] if the store cannot be read.
    pub async fn list(&self, workspace: &Workspace) -> Result<Vec<WebhookEndpoint>, WebhookError> {
        Ok(self.store.list_webhook_endpoints(workspace).await?)
    }

    /// Returns an endpoint.
    ///
    /// # Errors
    /// Returns [`WebhookError::NotFound`] if the workspace has no such endpoint, and [`WebhookError::Tpp`] if the store
    /// cannot be read.
    pub async fn find(&self, workspace: &Workspace, id: WebhookEndpointId) -> Result<WebhookEndpoint, WebhookError> {
        self.store.find_webhook_endpoint(workspace, id).await?.ok_or(WebhookError::NotFound)
    }

    /// Changes an endpoint, and returns it. `url` is that of the change.
    ///
    /// # Errors
    /// Returns the errors of [`Self::find`] and [`Self::create`].
    pub async fn change(
        &self,
        workspace: &Workspace,
        id: WebhookEndpointId,
        (url, change): (Option<EndpointUrl>, WebhookChange),
    ) -> Result<WebhookEndpoint, WebhookError> {
        // Before the look-up of a name, which takes longer.
        self.find(workspace, id).await?;
        if let Some(url) = &url {
            self.check(url).await?;
        }
        let change = WebhookChange { url: url.map(|url| url.as_str().to_owned()), ..change };
        if !self.store.change_webhook_endpoint(workspace, id, &change).await? {
            return Err(WebhookError::NotFound);
        }
        self.find(workspace, id).await
    }

    /// Deletes an endpoint. Deleting one that does not exist is no error.
    ///
    /// # Errors
    /// Returns [`WebhookError::Tpp`] if the store cannot be written.
    pub async fn delete(&self, workspace: &Workspace, id: WebhookEndpointId) -> Result<(), WebhookError> {
        Ok(self.store.delete_webhook_endpoint(workspace, id).await?)
    }

    /// Replaces the secret of an endpoint. Messages are also signed with the replaced one for the time `keep_old`.
    ///
    /// # Errors
    /// Returns the errors of [`Self::find`], and [`WebhookError::Tpp`] if other requests replace it at the same time.
    pub async fn rotate(
        &self,
        workspace: &Workspace,
        id: WebhookEndpointId,
        keep_old: Duration,
    ) -> Result<(WebhookEndpoint, WebhookCredential), WebhookError> {
        let keys = self.keys().await?;
        for _ in 0..TRIES {
            let opened = self.opened(workspace, id).await?;
            let (secret, public_key) = new_secret(opened.endpoint.signature)?;
            let until = self.clock.now().checked_add(keep_old).ok().filter(|_| !keep_old.is_zero());
            let new = (&secret, public_key.as_deref());
            if self.store.replace_webhook_secret(&keys, &opened, new, until).await? {
                let credential = credential(&secret, public_key.as_deref());
                return Ok((self.find(workspace, id).await?, credential));
            }
        }
        Err(StoreError::Contended.into())
    }

    /// Sends a message to an endpoint, whatever its state, and returns how that ended. Its health does not change.
    ///
    /// # Errors
    /// Returns the errors of [`Self::find`], and [`WebhookError::Unusable`] if the message cannot be signed.
    pub async fn test(&self, workspace: &Workspace, id: WebhookEndpointId) -> Result<Tested, WebhookError> {
        let opened = self.opened(workspace, id).await?;
        let event_id = EventId::random();
        let data = EventData { endpoint_id: Some(id), ..EventData::default() };
        let body = EventBody { event_type: TEST, timestamp: self.clock.now(), data };
        let (_, last) = self.attempt(&opened, event_id, &body).await?;
        Ok(Tested { event_id, last })
    }

    async fn opened(&self, workspace: &Workspace, id: WebhookEndpointId) -> Result<OpenedEndpoint, WebhookError> {
        let keys = self.keys().await?;
        self.store.open_webhook_endpoint(&keys, workspace, id).await?.ok_or(WebhookError::NotFound)
    }

    /// Refuses a receiver that has private addresses only. A name that cannot be resolved now is accepted: each attempt
    /// resolves it again, and the test of an endpoint shows it.
    async fn check(&self, url: &EndpointUrl) -> Result<(), WebhookError> {
        match self.sender()?.check(url).await {
            Err(Failure::RefusedAddress) => Err(WebhookError::RefusedAddress),
            Ok(())
            | Err(
                Failure::Timeout
                | Failure::Dns
                | Failure::Tls
                | Failure::Connection
                | Failure::Redirect { .. }
                | Failure::Status { .. },
            ) => Ok(()),
        }
    }
}

/// Returns a new secret, or a new private key with its public half.
fn new_secret(kind: SignatureKind) -> Result<(WebhookSecret, Option<String>), WebhookError> {
    let secret = |text: &str| WebhookSecret::parse(text.to_owned()).map_err(|_| WebhookError::Unusable);
    match kind {
        SignatureKind::Hmac => Ok((secret(HmacSecret::random().expose())?, None)),
        SignatureKind::Ed25519 => {
            let key = SigningKey::random()?;
            Ok((secret(key.expose())?, Some(key.public_key().to_string())))
        }
    }
}

fn credential(secret: &WebhookSecret, public_key: Option<&str>) -> WebhookCredential {
    match public_key {
        Some(public_key) => WebhookCredential::PublicKey(public_key.to_owned()),
        None => WebhookCredential::Secret(secret.clone()),
    }
}
