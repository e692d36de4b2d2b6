//! Work that runs beside a handler, while it waits for the bank. The answer waits for it, because Lambda freezes the
//! process after the answer.

use std::{
    future::Future,
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    extract::Request,
    http::Method,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::Problem;
use crate::types::deadline::Deadline;

/// A request does not run again with less time than this. The store alone may need eight seconds.
const LEAST_TIME: Duration = Duration::from_secs(10);

/// What the work beside a handler found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// The answer is valid.
    Valid,
    /// The handler worked with something that is no longer true. Its answer must be dropped.
    Outdated,
}

/// The work beside one run of a handler. Handlers find it in the extensions of the request.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    /// Whether the request can run again, so that a handler may begin before a check has ended.
    pub(super) may_run_again: bool,
    work: Arc<Mutex<JoinSet<Finding>>>,
}

impl Beside {
    fn new(may_run_again: bool) -> Self {
        Self { may_run_again, work: Arc::default() }
    }

    /// Starts work beside the handler.
    pub(super) fn start(&self, work: impl Future<Output = Finding> + Send + 'static) {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).spawn(work.in_current_span());
    }

    /// Waits for all work, until the deadline of the request. Returns `None` if the work has not ended by then.
    async fn finish(&self, deadline: Deadline) -> Option<Finding> {
        let mut work = mem::take(&mut *self.work.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async {
            let mut finding = Finding::Valid;
            while let Some(ended) = work.join_next().await {
                // Work that panicked has confirmed nothing.
                if !matches!(ended, Ok(Finding::Valid)) {
                    finding = Finding::Outdated;
                }
            }
            finding
        };
        tokio::time::timeout(deadline.left(), all).await.ok()
    }
}

/// Runs a handler. A request that only reads runs again if its answer turns out to be outdated: then every check is
/// made before the handler begins.
pub(super) async fn run(mut request: Request, next: Next, deadline: Deadline) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let beside = Beside::new(false);
        request.extensions_mut().insert(beside.clone());
        let response = next.run(request).await;
        // Nothing beside a write decides about its answer.
        beside.finish(deadline).await;
        return response;
    }
    let (parts, body) = request.into_parts();
    let mut again = Request::from_parts(parts.clone(), Body::empty());
    let mut request = Request::from_parts(parts, body);
    let beside = Beside::new(true);
    request.extensions_mut().insert(beside.clone());
    let response = next.clone().run(request).await;
    match beside.finish(deadline).await {
        Some(Finding::Valid) => return response,
        Some(Finding::Outdated) if deadline.left() >= LEAST_TIME => {}
        Some(Finding::Outdated) | None => return Problem::store_unavailable().into_response(),
    }
    let beside = Beside::new(false);
    again.extensions_mut().insert(beside.clone());
    let response = next.run(again).await;
    beside.finish(deadline).await;
    response
}
