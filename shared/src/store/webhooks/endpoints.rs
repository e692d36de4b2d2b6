//! Creates and reads endpoints.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use webhooks::Health;

use super::{
    endpoint::{NewWebhookEndpoint, WebhookEndpoint, endpoints},
    secrets::{SECRET, place_of},
};
use crate::{
    store::{
        error::StoreError,
        item::{Item, from_item, text},
        page::attribute,
        table::Store,
        write::{Failed, Write},
    },
    types::{
        sealing::{Place, SealingKeys},
        webhook::{EndpointState, WebhookEndpointId},
        workspace::Workspace,
    },
};

/// The maximum number of endpoints of a workspace.
pub const MOST_ENDPOINTS: u8 = 20;
/// The key of the items that name the workspaces with endpoints.
const WORKSPACES: &str = "WORKSPACES";

/// Why an endpoint was not created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCreated {
    /// The workspace has [`MOST_ENDPOINTS`].
    TooMany,
}

/// An endpoint as it is stored, with its secret.
#[derive(Serialize)]
struct Stored<'a> {
    #[serde(flatten)]
    endpoint: &'a WebhookEndpoint,
    secret: String,
}

/// The item of a workspace.
#[derive(Deserialize)]
struct Registered {
    sk: Workspace,
    endpoints: i64,
}

impl Store {
    /// Creates an endpoint.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if another writer changes the endpoints of the workspace at the same time.
    pub async fn create_webhook_endpoint(
        &self,
        keys: &SealingKeys,
        new: NewWebhookEndpoint,
    ) -> Result<Result<WebhookEndpoint, NotCreated>, StoreError> {
        let NewWebhookEndpoint { workspace, url, types, description, signature, secret, public_key } = new;
        let endpoint = WebhookEndpoint {
            id: WebhookEndpointId::random(),
            workspace,
            url,
            types,
            description: description.map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty()),
            signature,
            public_key,
            state: EndpointState::Enabled,
            disabled_because: None,
            created_at: self.now_in_seconds(),
            old_valid_until: None,
            health: Health::default(),
            revision: 0,
        };
        let item = place_of(&endpoint);
        let secret = keys.seal(Place { item: &item, attribute: SECRET }, &secret)?;
        let stored = Stored { endpoint: &endpoint, secret };
        let put = Write::put(&self.events, &endpoints(&endpoint.workspace), &stored)?.at(&endpoint.id.to_string());
        let put = put.only_if("attribute_not_exists(pk)");
        match self.transact(vec![put, self.count_endpoints(&endpoint.workspace, 1)?]).await {
            Ok(()) => Ok(Ok(endpoint)),
            // Nobody else knows the id, so this is a repetition of our own write whose answer was lost.
            Err(failed) if failed.reasons.first().is_some_and(|reason| reason == Failed::CONDITION) => Ok(Ok(endpoint)),
            Err(failed) if failed.is_condition() => Ok(Err(NotCreated::TooMany)),
            Err(failed) if failed.is_lost_race() => Err(StoreError::Contended),
            Err(failed) => Err(failed.error),
        }
    }

    /// Returns the write that counts an endpoint more or less, on condition that there are not too many.
    pub(super) fn count_endpoints(&self, workspace: &Workspace, more: i8) -> Result<Write, StoreError> {
        let count = Write::update(&self.events, WORKSPACES, "ADD endpoints :more").at(workspace.as_str());
        let count = count.value(":more", &more)?;
        if more < 0 {
            return Ok(count);
        }
        let count = count.only_if("attribute_not_exists(endpoints) OR endpoints < :most");
        count.value(":most", &MOST_ENDPOINTS)
    }

    /// Returns the write that registers a workspace, so that its events are found also if it has no endpoints.
    pub(in crate::store) fn register_workspace(&self, workspace: &Workspace) -> Result<Write, StoreError> {
        let register = Write::update(&self.events, WORKSPACES, "ADD endpoints :none").at(workspace.as_str());
        register.value(":none", &0)
    }

    /// Returns the workspaces whose events have receivers: those with endpoints, or all if there is an event bus. Also
    /// returns how many items about workspaces cannot be read.
    pub async fn workspaces_with_receivers(&self) -> Result<(BTreeSet<Workspace>, u32), StoreError> {
        let (registered, unreadable) = self.registered_workspaces().await?;
        let has_receiver = |(_, endpoints): &(Workspace, i64)| *endpoints > 0 || self.has_event_bus;
        let mut workspaces: BTreeSet<_> = registered.into_iter().filter(has_receiver).map(|(one, _)| one).collect();
        if self.has_event_bus {
            // Customers can connect to it without an API key.
            workspaces.insert(Workspace::default());
        }
        Ok((workspaces, unreadable))
    }

    /// Returns the workspaces that have an API key, or have or had endpoints, with the number of their endpoints. Also
    /// returns how many items about workspaces cannot be read.
    pub async fn registered_workspaces(&self) -> Result<(Vec<(Workspace, i64)>, u32), StoreError> {
        let (mut workspaces, mut unreadable, mut after) = (Vec::new(), 0, "-".to_owned());
        loop {
            let items = self.query_events(WORKSPACES, (after, "~".to_owned()), 500).await?;
            let Some(last) = items.last() else { return Ok((workspaces, unreadable)) };
            after = format!("{}!", attribute(last, "sk")?);
            for item in items {
                match from_item::<Registered>(item) {
                    Ok(Registered { sk, endpoints }) => workspaces.push((sk, endpoints)),
                    Err(error) => {
                        unreadable += 1;
                        tracing::error!(%error, "webhook: the item of a workspace is unreadable");
                    }
                }
            }
        }
    }

    /// Returns the endpoints of a workspace, the oldest first.
    ///
    /// # Errors
    /// Returns [`StoreError::Undecodable`] if one of them cannot be read.
    pub async fn list_webhook_endpoints(&self, workspace: &Workspace) -> Result<Vec<WebhookEndpoint>, StoreError> {
        match self.readable_webhook_endpoints(workspace).await? {
            (endpoints, 0) => Ok(endpoints),
            _ => Err(StoreError::Undecodable),
        }
    }

    /// Returns the endpoints of a workspace that can be read, the oldest first, and how many cannot. One that cannot be
    /// read must not stop the events of the others.
    pub async fn readable_webhook_endpoints(
        &self,
        workspace: &Workspace,
    ) -> Result<(Vec<WebhookEndpoint>, u32), StoreError> {
        let range = ("we_".to_owned(), "we_~".to_owned());
        let items = self.query_events(&endpoints(workspace), range, i32::from(MOST_ENDPOINTS)).await?;
        let (mut found, mut unreadable) = (Vec::new(), 0);
        for item in items {
            match from_item::<WebhookEndpoint>(item) {
                Ok(endpoint) => found.push(endpoint),
                Err(error) => {
                    unreadable += 1;
                    tracing::error!(%error, %workspace, "webhook: an endpoint is unreadable");
                }
            }
        }
        found.sort_by_key(|endpoint| (endpoint.created_at, endpoint.id));
        Ok((found, unreadable))
    }

    /// Reads an endpoint with a consistent read. Returns `None` if the workspace has no such endpoint.
    pub async fn find_webhook_endpoint(
        &self,
        workspace: &Workspace,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, StoreError> {
        self.endpoint_item(workspace, id).await?.map(from_item).transpose()
    }

    pub(super) async fn endpoint_item(
        &self,
        workspace: &Workspace,
        id: WebhookEndpointId,
    ) -> Result<Option<Item>, StoreError> {
        let read = self.client.get_item().table_name(&self.events).consistent_read(true);
        let read = read.key("pk", text(endpoints(workspace))).key("sk", text(id.to_string()));
        Ok(read.send().await?.item)
    }
}
