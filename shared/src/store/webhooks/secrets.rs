//! The secrets of an endpoint, each sealed for its item and attribute. A secret that is replaced stays for a while.

use jiff::Timestamp;
use serde::Deserialize;

use super::endpoint::{WebhookEndpoint, endpoints};
use crate::{
    store::{error::StoreError, item::from_item, table::Store, write::Write},
    types::{
        sealing::{Place, SealingKeys},
        secret::WebhookSecret,
        webhook::WebhookEndpointId,
        workspace::Workspace,
    },
};

/// The attribute of the current secret.
pub(super) const SECRET: &str = "secret";
/// The attribute of the secret that was replaced.
pub(super) const OLD_SECRET: &str = "old_secret";

/// An endpoint with everything that signs its messages.
#[derive(Clone, Debug)]
pub struct OpenedEndpoint {
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
    /// The current secret.
    pub secret: WebhookSecret,
    /// The secret that was replaced, while it is valid.
    pub old_secret: Option<WebhookSecret>,
    /// The current secret as it is stored, as a condition of its replacement.
    sealed: String,
}

#[derive(Deserialize)]
struct Stored {
    #[serde(flatten)]
    endpoint: WebhookEndpoint,
    secret: String,
    old_secret: Option<String>,
}

/// Returns the place of an endpoint's item: both of its keys.
pub(super) fn place_of(endpoint: &WebhookEndpoint) -> String {
    format!("{}/{}", endpoints(&endpoint.workspace), endpoint.id)
}

impl Store {
    /// Reads an endpoint and opens its secrets. Returns `None` if the workspace has no such endpoint.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if a secret cannot be opened.
    pub async fn open_webhook_endpoint(
        &self,
        keys: &SealingKeys,
        workspace: &Workspace,
        id: WebhookEndpointId,
    ) -> Result<Option<OpenedEndpoint>, StoreError> {
        let Some(item) = self.endpoint_item(workspace, id).await? else { return Ok(None) };
        let Stored { endpoint, secret: sealed, old_secret } = from_item(item)?;
        let item = place_of(&endpoint);
        let open = |attribute, sealed: &str| keys.open(Place { item: &item, attribute }, sealed);
        let is_valid = endpoint.old_valid_until.is_some_and(|until| until > self.clock.now());
        let old_secret = old_secret.filter(|_| is_valid).map(|sealed| open(OLD_SECRET, &sealed)).transpose()?;
        let secret = open(SECRET, &sealed)?;
        Ok(Some(OpenedEndpoint { endpoint, secret, old_secret, sealed }))
    }

    /// Replaces the secret of an endpoint. Messages are also signed with the replaced one until `old_valid_until`.
    /// Returns `false`, and changes nothing, if the secret was replaced since it was read.
    pub async fn replace_webhook_secret(
        &self,
        keys: &SealingKeys,
        opened: &OpenedEndpoint,
        (new, public_key): (&WebhookSecret, Option<&str>),
        old_valid_until: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let item = place_of(&opened.endpoint);
        let seal = |attribute, secret| keys.seal(Place { item: &item, attribute }, secret);
        let mut set = "SET secret = :new".to_owned();
        if public_key.is_some() {
            set.push_str(", public_key = :public");
        }
        set.push_str(match old_valid_until {
            Some(_) => ", old_secret = :old, old_valid_until = :until",
            None => " REMOVE old_secret, old_valid_until",
        });
        let pk = endpoints(&opened.endpoint.workspace);
        let update = Write::update(&self.events, &pk, &set).at(&opened.endpoint.id.to_string());
        // Our own write passes, too: the SDK sends it again if the first answer is lost.
        let update = update.only_if("secret = :seen OR secret = :new");
        let mut update = update.value(":seen", &opened.sealed)?.value(":new", &seal(SECRET, new)?)?;
        if let Some(public_key) = public_key {
            update = update.value(":public", &public_key)?;
        }
        if let Some(until) = old_valid_until {
            update = update.value(":until", &until)?.value(":old", &seal(OLD_SECRET, &opened.secret)?)?;
        }
        self.write(update).await
    }
}
