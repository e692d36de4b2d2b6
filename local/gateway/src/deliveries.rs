//! Runs the deliveries of webhooks, in place of the schedule in the cloud.

use std::time::Duration;

use shared::{http::App, types::deadline::Deadline};

/// The pause between two runs. In the cloud, a run begins each minute.
const PAUSE: Duration = Duration::from_secs(1);
/// The time limit of a run, as in the template.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs the deliveries until the task is aborted.
pub(crate) async fn run(app: App) {
    loop {
        tokio::time::sleep(PAUSE).await;
        if let Err(problem) = deliver::run(app.clone(), Deadline::after(LONGEST)).await {
            tracing::warn!(%problem, "webhook: a run failed");
        }
    }
}
