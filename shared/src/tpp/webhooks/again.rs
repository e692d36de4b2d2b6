//! The log of an event, and its deliveries that the owner asks for again.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    store::{EventLog, WebhookEndpoint},
    tpp::webhooks::{error::WebhookError, service::Webhooks},
    types::{
        deadline::Deadline,
        event::EventId,
        webhook::{EndpointState, WebhookEndpointId},
        workspace::Workspace,
    },
};

/// How many events one request sends again at most.
const MOST_REPLAYED: usize = 5000;
/// How much time is left for the deliveries when the events have their numbers.
const ROOM: Duration = Duration::from_secs(8);

impl Webhooks {
    /// Returns an event with its deliveries.
    ///
    /// # Errors
    /// Returns [`WebhookError::EventNotFound`] if the workspace has no such event, and [`WebhookError::Tpp`] if the
    /// store cannot be read.
    pub async fn find_event(&self, workspace: &Workspace, id: EventId) -> Result<EventLog, WebhookError> {
        self.store.find_event_log(workspace, id).await?.ok_or(WebhookError::EventNotFound)
    }

    /// Sends an event to an endpoint once more, whatever types the endpoint wants.
    ///
    /// # Errors
    /// Returns the errors of [`Self::find_event`], [`WebhookError::NotFound`] if the workspace has no such endpoint,
    /// and [`WebhookError::Disabled`] if the endpoint is disabled.
    pub async fn redeliver(
        &self,
        workspace: &Workspace,
        id: EventId,
        endpoint_id: WebhookEndpointId,
    ) -> Result<(), WebhookError> {
        let EventLog { event, number, .. } = self.find_event(workspace, id).await?;
        self.enabled(workspace, endpoint_id).await?;
        Ok(self.store.deliver_again(workspace, endpoint_id, &[(number, event)]).await?)
    }

    /// Sends the events since a time to an endpoint once more: those of the types that it wants, also if they happened
    /// before it was created. Returns how many there are.
    ///
    /// # Errors
    /// Returns [`WebhookError::NotFound`] if the workspace has no such endpoint, [`WebhookError::Disabled`] if the
    /// endpoint is disabled, [`WebhookError::TooManyEvents`] if more than 5000 events happened since, and
    /// [`WebhookError::NotNumbered`] if the events cannot be numbered before the deadline, and [`WebhookError::Tpp`] if
    /// the store fails. Then the deliveries may be added in part.
    pub async fn replay(
        &self,
        workspace: &Workspace,
        endpoint_id: WebhookEndpointId,
        since: Timestamp,
        deadline: Deadline,
    ) -> Result<usize, WebhookError> {
        let endpoint = self.enabled(workspace, endpoint_id).await?;
        // An event without a number is not found below.
        while !self.store.number_events(workspace).await?.is_whole {
            if deadline.left() < ROOM {
                return Err(WebhookError::NotNumbered);
            }
        }
        let events = self.store.events_since(workspace, since, MOST_REPLAYED).await?;
        let mut events = events.ok_or(WebhookError::TooManyEvents)?;
        events.retain(|(_, event)| endpoint.types.iter().any(|filter| filter.matches(&event.event_type)));
        self.store.deliver_again(workspace, endpoint_id, &events).await?;
        Ok(events.len())
    }

    async fn enabled(&self, workspace: &Workspace, id: WebhookEndpointId) -> Result<WebhookEndpoint, WebhookError> {
        let endpoint = self.find(workspace, id).await?;
        match endpoint.state {
            EndpointState::Enabled => Ok(endpoint),
            EndpointState::Disabled => Err(WebhookError::Disabled),
        }
    }
}
