//! Creates, reads, changes and deletes endpoints.

use serde::{Deserialize, Serialize};
use webhooks::Health;

use super::{
    endpoint::{NewWebhookEndpoint, WebhookChange, WebhookEndpoint, endpoints},
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
        webhook::{DisabledBecause, EndpointState, WebhookEndpointId},
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
    fn count_endpoints(&self, workspace: &Workspace, more: i8) -> Result<Write, StoreError> {
        let count = Write::update(&self.events, WORKSPACES, "ADD endpoints :more").at(workspace.as_str());
        let count = count.value(":more", &more)?;
        if more < 0 {
            return Ok(count);
        }
        let count = count.only_if("attribute_not_exists(endpoints) OR endpoints < :most");
        count.value(":most", &MOST_ENDPOINTS)
    }

    /// Returns the workspaces that have endpoints.
    pub async fn workspaces_with_endpoints(&self) -> Result<Vec<Workspace>, StoreError> {
        let (mut workspaces, mut after) = (Vec::new(), "-".to_owned());
        loop {
            let items = self.query_events(WORKSPACES, (after, "~".to_owned()), 500).await?;
            let Some(last) = items.last() else { return Ok(workspaces) };
            after = format!("{}!", attribute(last, "sk")?);
            for item in items {
                let registered = from_item::<Registered>(item)?;
                workspaces.extend((registered.endpoints > 0).then_some(registered.sk));
            }
        }
    }

    /// Returns the endpoints of a workspace, the oldest first.
    pub async fn list_webhook_endpoints(&self, workspace: &Workspace) -> Result<Vec<WebhookEndpoint>, StoreError> {
        let range = ("we_".to_owned(), "we_~".to_owned());
        let items = self.query_events(&endpoints(workspace), range, i32::from(MOST_ENDPOINTS)).await?;
        let mut found = items.into_iter().map(from_item).collect::<Result<Vec<WebhookEndpoint>, _>>()?;
        found.sort_by_key(|endpoint| (endpoint.created_at, endpoint.id));
        Ok(found)
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

    /// Changes an endpoint. Returns `false` if the workspace has no such endpoint.
    pub async fn change_webhook_endpoint(
        &self,
        workspace: &Workspace,
        id: WebhookEndpointId,
        change: &WebhookChange,
    ) -> Result<bool, StoreError> {
        let WebhookChange { url, types, description, state } = change;
        let (mut sets, mut removes) = (vec!["revision = revision + :one"], Vec::new());
        if url.is_some() {
            sets.push("#url = :url");
        }
        if types.is_some() {
            sets.push("#types = :types");
        }
        match description {
            Some(text) if text.as_str().is_empty() => removes.push("description"),
            Some(_) => sets.push("description = :description"),
            None => {}
        }
        match state {
            Some(EndpointState::Enabled) => {
                sets.extend(["#state = :state", "health = :health"]);
                removes.push("disabled_because");
            }
            // What has disabled it before stays.
            Some(EndpointState::Disabled) => {
                sets.extend(["#state = :state", "disabled_because = if_not_exists(disabled_because, :because)"]);
            }
            None => {}
        }
        let mut expression = format!("SET {}", sets.join(", "));
        if !removes.is_empty() {
            expression = format!("{expression} REMOVE {}", removes.join(", "));
        }
        let mut update = Write::update(&self.events, &endpoints(workspace), &expression).at(&id.to_string());
        update = update.only_if("attribute_exists(pk)").value(":one", &1)?;
        if let Some(url) = url {
            update = update.name("url").value(":url", url)?;
        }
        if let Some(types) = types {
            update = update.name("types").value(":types", types)?;
        }
        if let Some(description) = description.as_ref().map(|text| text.as_str()).filter(|text| !text.is_empty()) {
            update = update.value(":description", &description)?;
        }
        if let Some(state) = state {
            update = update.name("state").value(":state", state)?;
            update = match state {
                EndpointState::Enabled => update.value(":health", &Health::default())?,
                EndpointState::Disabled => update.value(":because", &DisabledBecause::Requested)?,
            };
        }
        self.write(update).await
    }

    /// Deletes an endpoint. Its deliveries are deleted when they are due. Deleting one that does not exist is no error.
    pub async fn delete_webhook_endpoint(
        &self,
        workspace: &Workspace,
        id: WebhookEndpointId,
    ) -> Result<(), StoreError> {
        let delete = Write::delete(&self.events, &endpoints(workspace)).at(&id.to_string());
        let delete = delete.only_if("attribute_exists(pk)");
        match self.transact(vec![delete, self.count_endpoints(workspace, -1)?]).await {
            Ok(()) => Ok(()),
            Err(failed) if failed.is_condition() => Ok(()),
            Err(failed) if failed.is_lost_race() => Err(StoreError::Contended),
            Err(failed) => Err(failed.error),
        }
    }
}
