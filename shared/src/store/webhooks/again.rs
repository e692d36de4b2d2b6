//! Sends events again that were sent, or were not, because the owner asks for it.

use jiff::Timestamp;

use super::delivery::{Delivery, KEPT};
use crate::{
    store::{
        error::StoreError,
        events::Event,
        table::Store,
        write::{Failed, MOST_WRITES},
    },
    types::{event::EventNumber, webhook::WebhookEndpointId, workspace::Workspace},
};

impl Store {
    /// Adds a delivery of each of these events to an endpoint, all of which are due now. What waits for the endpoint
    /// already is sent, too, with the same id.
    ///
    /// # Errors
    /// Returns an error if one of the writes fails. Deliveries before it are added, and sent twice if the caller tries
    /// again.
    pub async fn deliver_again(
        &self,
        workspace: &Workspace,
        endpoint_id: WebhookEndpointId,
        events: &[(EventNumber, Event)],
    ) -> Result<(), StoreError> {
        let now: Timestamp = self.clock.now();
        let expires_at = self.in_seconds(KEPT);
        for events in events.chunks(MOST_WRITES) {
            let writes = events.iter().map(|(number, event)| {
                let (workspace, event) = (workspace.clone(), event.clone());
                let delivery = Delivery { workspace, endpoint_id, number: *number, attempts: 0, event, expires_at };
                self.put_delivery(&delivery, now)
            });
            let writes = writes.collect::<Result<_, _>>()?;
            self.transact(writes).await.map_err(|Failed { error, .. }| error)?;
        }
        Ok(())
    }
}
