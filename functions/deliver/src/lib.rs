//! Sends the events of all workspaces to their endpoints. A schedule invokes it; it has no routes. The bank is not
//! called, and no customer's data are read but the ids and times in the events.

use serde_json::Value;
use shared::{
    http::{App, Problem},
    types::deadline::Deadline,
};

/// Does the same as [`run`], and writes the metric of what is still overdue.
///
/// # Errors
/// Returns the errors of [`run`].
pub async fn run_and_measure(app: App, deadline: Deadline) -> Result<Value, Problem> {
    let report = run(app.clone(), deadline).await?;
    Box::pin(app.tpp.webhooks.measure()).await?;
    Ok(report)
}

/// Numbers what has happened, and sends what is due, until the deadline is near. Returns what was done.
///
/// # Errors
/// Returns the problem if the store or the secret cannot be read. What was sent until then is written.
pub async fn run(app: App, deadline: Deadline) -> Result<Value, Problem> {
    // The compiler limits how deeply futures are nested, and those of AWS's SDK are deep.
    let report = Box::pin(app.tpp.webhooks.deliver(deadline)).await?;
    serde_json::to_value(report).map_err(|_| Problem::internal())
}
