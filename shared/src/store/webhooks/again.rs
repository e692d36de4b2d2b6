//! Sends events again that were sent, or were not, because the owner asks for it.

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
        for events in events.chunks(MOST_WRITES) {
            let writes =
                events.iter().map(|(number, event)| self.new_delivery((workspace, endpoint_id), *number, event));
            let writes = writes.collect::<Result<_, _>>()?;
            self.transact_patiently(writes).await.map_err(|Failed { error, .. }| error)?;
        }
        Ok(())
    }
}
