//! Reads from the bank what callbacks may concern, and adds the events of what is new. A queue invokes it with a batch
//! of hints. A schedule invokes it too: then it checks the filters that make the bank call. It has no routes.

use serde_json::{Value, json};
use shared::{
    http::{App, Problem},
    queue::HintBatch,
    types::deadline::Deadline,
};

/// How many connections one run of the schedule checks at most. Each is checked once a day.
const MOST_CHECKS: u32 = 200;

/// Handles an event: a batch of messages of the queue, or that of the schedule.
///
/// # Errors
/// Returns the errors of [`handle_hints`] and [`look_around`].
pub async fn run(app: App, event: Value, deadline: Deadline) -> Result<Value, Problem> {
    match event.get("source").and_then(Value::as_str) {
        Some("aws.events") => look_around(&app, deadline).await,
        _ => handle_hints(app, event, deadline).await,
    }
}

/// Does what the schedule is for: [`watch_issuer_transactions`], then [`keep_filters`]. A failure of the one keeps the
/// other from nothing. Returns what was done.
///
/// # Errors
/// Returns the first problem of both.
pub async fn look_around(app: &App, deadline: Deadline) -> Result<Value, Problem> {
    let transactions = watch_issuer_transactions(app, deadline).await;
    let filters = keep_filters(app, deadline).await;
    Ok(json!({ "issuer_transactions": transactions?, "filters": filters? }))
}

/// Reads the status of the issuer transactions that can still be paid, and adds the events of those that have changed.
/// Returns what was done.
///
/// # Errors
/// Returns the problem if the store or the bank does not answer. The next run continues.
pub async fn watch_issuer_transactions(app: &App, deadline: Deadline) -> Result<Value, Problem> {
    let watched = Box::pin(app.tpp.issuer_transactions.check(deadline)).await?;
    serde_json::to_value(watched).map_err(|_| Problem::internal())
}

/// Checks the notification filters of connections that are due, until the deadline is near. Returns what was done.
///
/// # Errors
/// Returns the problem if the store cannot be read. What was checked stays so.
pub async fn keep_filters(app: &App, deadline: Deadline) -> Result<Value, Problem> {
    let kept = Box::pin(app.tpp.notifications.keep_filters(MOST_CHECKS, deadline)).await?;
    serde_json::to_value(kept).map_err(|_| Problem::internal())
}

/// Handles a batch of messages of the queue, until the deadline is near. Returns the ids of those that the queue keeps.
///
/// # Errors
/// Returns the problem if the event is not a batch, or this deployment has no queue. Then the queue keeps all of them.
pub async fn handle_hints(app: App, event: Value, deadline: Deadline) -> Result<Value, Problem> {
    let batch = HintBatch::read(event).map_err(|error| {
        tracing::error!(%error, "callback: an invocation cannot be read");
        Problem::internal()
    })?;
    // The compiler limits how deeply futures are nested, and those of AWS's SDK are deep.
    Ok(Box::pin(app.tpp.callbacks.handle(&batch, deadline)).await?)
}
