//! Reads from the bank what callbacks may concern, and adds the events of what is new. A queue invokes it with a batch
//! of hints. Schedules invoke it too: then it reads issuer transactions, checks the filters that make the bank call,
//! or looks for changes that no call has reported. It has no routes.

use serde_json::{Value, json};
use shared::{
    http::{App, Problem},
    queue::HintBatch,
    types::deadline::Deadline,
};

/// How many connections one run of the schedule checks at most. Each is checked once a day.
const MOST_CHECKS: u32 = 200;
/// In how many connections one run of the schedule looks for changes at most. Each costs a call or two.
const MOST_SEARCHES: u32 = 100;

/// Handles an event: a batch of messages of the queue, or that of a schedule.
///
/// # Errors
/// Returns the errors of [`handle_hints`], [`look_around`] and [`find_news`].
pub async fn run(app: App, event: Value, deadline: Deadline) -> Result<Value, Problem> {
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    match (text("source"), text("task")) {
        // The input of the schedule in the template.
        (_, Some("find-news")) => find_news(&app, deadline).await,
        (Some("aws.events"), _) => look_around(&app, deadline).await,
        _ => handle_hints(app, event, deadline).await,
    }
}

/// Does what the schedule is for: [`watch_issuer_transactions`] in half of the time, then [`keep_filters`]. A failure
/// of the one keeps the other from nothing. Returns what was done.
///
/// # Errors
/// Returns the first problem of both.
pub async fn look_around(app: &App, deadline: Deadline) -> Result<Value, Problem> {
    let transactions = watch_issuer_transactions(app, Deadline::after(deadline.left() / 2)).await;
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

/// Looks for changes that no callback has reported, until the deadline is near. Returns what was done.
///
/// # Errors
/// Returns the problem if the store cannot be read. The hints that were sent stay so.
pub async fn find_news(app: &App, deadline: Deadline) -> Result<Value, Problem> {
    let found = Box::pin(app.tpp.notifications.find_news(MOST_SEARCHES, deadline)).await?;
    serde_json::to_value(found).map_err(|_| Problem::internal())
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
