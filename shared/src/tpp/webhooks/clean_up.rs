//! Cancels what waits for endpoints that were disabled or deleted.

use std::sync::Arc;

use crate::{
    store::CleanUp,
    tpp::webhooks::{error::WebhookError, run::Run, service::Webhooks},
};

impl Webhooks {
    /// Performs all clean-ups, until the time is over.
    ///
    /// # Errors
    /// Returns [`WebhookError::Tpp`] if the store fails. The next run goes on.
    pub(super) async fn run_clean_ups(self: Arc<Self>, run: Arc<Run>) -> Result<(), WebhookError> {
        let (mut after, mut done) = (None::<String>, Ok(()));
        while run.has_time() {
            let page = self.store.clean_ups(after.as_deref()).await?;
            run.count(|report| report.unreadable += page.unreadable);
            let Some(last) = page.last else { break };
            after = Some(last);
            for clean_up in page.clean_ups {
                let endpoint_id = clean_up.endpoint_id;
                if let Err(error) = self.clean_up(&clean_up, &run).await {
                    tracing::warn!(%error, %endpoint_id, "webhook: deliveries cannot be cancelled");
                    done = Err(error);
                }
            }
        }
        done
    }

    async fn clean_up(&self, clean_up: &CleanUp, run: &Run) -> Result<(), WebhookError> {
        let (mut after, mut is_clean) = (None::<String>, true);
        while run.has_time() {
            let page = self.store.all_deliveries(clean_up.endpoint_id, after.as_deref()).await?;
            let Some(last) = page.last else {
                // Items that cannot be read are not sent, and TTL deletes them.
                if is_clean && clean_up.is_settled(self.clock.now()) {
                    self.store.end_clean_up(clean_up).await?;
                }
                break;
            };
            after = Some(last);
            is_clean &= page.due.is_empty();
            // A message that is being sent gets its own result. It is looked at again in the next run.
            let now = self.clock.now();
            let waiting: Vec<_> = page.due.into_iter().filter(|due| !due.is_being_sent(now)).collect();
            let Some(cancelled) = self.store.cancel_deliveries(clean_up, &waiting).await? else { break };
            run.count(|report| report.cancelled += cancelled);
        }
        Ok(())
    }
}
