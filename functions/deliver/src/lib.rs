//! Sends the events of all workspaces to their endpoints. A schedule invokes it; it has no routes. The bank is not
//! called, and no customer's data are read but the ids and times in the events.

use serde_json::Value;
use shared::{
    http::{App, Problem},
    tpp::DeliveryRun,
    types::deadline::Deadline,
};

/// Does the same as [`run`], and writes the metrics of the run.
///
/// # Errors
/// Returns the errors of [`run`].
pub async fn run_and_measure(app: App, deadline: Deadline) -> Result<Value, Problem> {
    let ended = deliver(&app, deadline).await?;
    ended.measure();
    as_value(&ended)
}

/// Numbers what has happened, and sends what is due, until the deadline is near. Returns what was done.
///
/// # Errors
/// Returns the problem if the store or the secret cannot be read. What was sent until then is written.
pub async fn run(app: App, deadline: Deadline) -> Result<Value, Problem> {
    as_value(&deliver(&app, deadline).await?)
}

async fn deliver(app: &App, deadline: Deadline) -> Result<DeliveryRun, Problem> {
    // The compiler limits how deeply futures are nested, and those of AWS's SDK are deep.
    Ok(Box::pin(app.tpp.webhooks.deliver(deadline)).await?)
}

fn as_value(ended: &DeliveryRun) -> Result<Value, Problem> {
    serde_json::to_value(ended.report).map_err(|_| Problem::internal())
}
