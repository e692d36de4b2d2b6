//! Changes and deletes endpoints.

use webhooks::Health;

use super::endpoint::{WebhookChange, endpoints};
use crate::{
    store::{error::StoreError, table::Store, write::Write},
    types::{
        webhook::{DisabledBecause, EndpointState, WebhookEndpointId},
        workspace::Workspace,
    },
};

impl Store {
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
        if url.is_some() || *state == Some(EndpointState::Enabled) {
            sets.push("health = :health");
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
                sets.push("#state = :state");
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
        if url.is_some() || *state == Some(EndpointState::Enabled) {
            update = update.value(":health", &Health::default())?;
        }
        let clean_up = match state {
            Some(EndpointState::Enabled) => self.withdraw_clean_up(id),
            Some(EndpointState::Disabled) => {
                update = update.value(":because", &DisabledBecause::Requested)?;
                self.ask_clean_up(workspace, id)?
            }
            None => return self.write(update).await,
        };
        if let Some(state) = state {
            update = update.name("state").value(":state", state)?;
        }
        self.write_all_patiently(vec![update, clean_up]).await
    }

    /// Deletes an endpoint. What waits for it is cancelled by the next run of deliveries. Deleting one that does not
    /// exist is no error.
    pub async fn delete_webhook_endpoint(
        &self,
        workspace: &Workspace,
        id: WebhookEndpointId,
    ) -> Result<(), StoreError> {
        let delete = Write::delete(&self.events, &endpoints(workspace)).at(&id.to_string());
        let delete = delete.only_if("attribute_exists(pk)");
        let writes = vec![delete, self.count_endpoints(workspace, -1)?, self.ask_clean_up(workspace, id)?];
        match self.transact_patiently(writes).await {
            Ok(()) => Ok(()),
            Err(failed) if failed.is_condition() => Ok(()),
            Err(failed) if failed.is_lost_race() => Err(StoreError::Contended),
            Err(failed) => Err(failed.error),
        }
    }
}
