//! Hands the queue of hints to the worker, in place of AWS's event source, and does what its schedules are for.

use std::time::Duration;

use shared::{
    http::{App, Problem},
    queue::HintBatch,
    tpp::TppError,
    types::deadline::Deadline,
};

/// The time limit of an invocation, as in the template.
const LONGEST: Duration = Duration::from_secs(29);
/// How often the filters that are due are checked.
const KEEP_EACH: Duration = Duration::from_secs(3);
/// How often changes are looked for, as in the template: each time costs calls to the bank.
const FIND_EACH: Duration = Duration::from_secs(900);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Receives messages of the queue, hands them to the worker, and deletes those that it has handled. Waits for a second
/// if there are none. Returns how many were received and how many were deleted.
///
/// # Errors
/// Returns a problem if the queue or the worker fails. The messages are received again later.
pub async fn work_once(app: &App) -> Result<(usize, usize), Problem> {
    let queue = app.tpp.callbacks.queue()?;
    let messages = queue.receive().await.map_err(TppError::from)?;
    if messages.is_empty() {
        return Ok((0, 0));
    }
    let answer = worker::handle_hints(app.clone(), HintBatch::event(&messages), Deadline::after(LONGEST)).await?;
    let failed = HintBatch::failed(&answer);
    let done: Vec<_> = messages.iter().filter(|message| !failed.contains(&message.id.as_str())).collect();
    for message in &done {
        queue.delete(message).await.map_err(TppError::from)?;
    }
    Ok((messages.len(), done.len()))
}

/// Works until the task is aborted. Does nothing if this deployment has no queue.
pub(crate) async fn run(app: App) {
    tokio::join!(work(&app), keep(&app), find(&app));
}

/// Does what the worker's schedule is for, again and again.
async fn keep(app: &App) {
    while app.tpp.callbacks.is_on() {
        if let Err(problem) = worker::look_around(app, Deadline::after(LONGEST)).await {
            tracing::warn!(%problem, "worker: a run of the schedule failed");
        }
        tokio::time::sleep(KEEP_EACH).await;
    }
}

/// Looks for changes that no callback has reported, again and again.
async fn find(app: &App) {
    while app.tpp.callbacks.is_on() {
        if let Err(problem) = worker::find_news(app, Deadline::after(LONGEST)).await {
            tracing::warn!(%problem, "notifications: a search failed");
        }
        tokio::time::sleep(FIND_EACH).await;
    }
}

async fn work(app: &App) {
    while app.tpp.callbacks.is_on() {
        if let Err(problem) = work_once(app).await {
            tracing::warn!(%problem, "callback: a run failed");
            tokio::time::sleep(PAUSE).await;
        }
    }
}
