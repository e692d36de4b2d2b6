//! Reads from the bank what callbacks may concern, and adds the events of what is new. A queue invokes it with a batch
//! of hints; it has no routes.

use serde_json::Value;
use shared::{
    http::{App, Problem},
    queue::HintBatch,
    types::deadline::Deadline,
};

/// Handles a batch of messages of the queue, until the deadline is near. Returns the ids of those that the queue keeps.
///
/// # Errors
/// Returns the problem if the event is not a batch, or this deployment has no queue. Then the queue keeps all of them.
pub async fn run(app: App, event: Value, deadline: Deadline) -> Result<Value, Problem> {
    let batch = HintBatch::read(event).map_err(|error| {
        tracing::error!(%error, "callback: an invocation cannot be read");
        Problem::internal()
    })?;
    // The compiler limits how deeply futures are nested, and those of AWS's SDK are deep.
    Ok(Box::pin(app.tpp.callbacks.handle(&batch, deadline)).await?)
}
