//! Wraps every request: sets a request id and a deadline, writes a log line and an audit line, and renders problems.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use http::{Extensions, HeaderValue, header};
use lambda_http::request::RequestContext;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{Instrument as _, Span, field::Empty};
use uuid::Uuid;

use super::{
    Problem,
    audit::{self, EndedWith},
    beside, limits, matched,
    operation::Operation,
};
use crate::{
    telemetry::{self, Metric, Quotas, audit::Trail},
    types::deadline::Deadline,
};

/// The maximum duration of a request. API Gateway stops waiting after 30 seconds.
const LONGEST_REQUEST: Duration = Duration::from_secs(25);

/// The id of a request. Callers quote it to support, and our logs contain it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The state of a router that knows how it is deployed.
pub trait Deployed {
    /// Returns whether browsers reach the deployment over HTTPS.
    fn is_over_https(&self) -> bool;

    /// Returns the number of requests above which a process rejects more.
    fn max_concurrent_requests(&self) -> usize;
}

/// Routes that need no deployment run only as a Lambda function behind API Gateway, which has no plain HTTP.
impl Deployed for () {
    fn is_over_https(&self) -> bool {
        true
    }

    fn max_concurrent_requests(&self) -> usize {
        Semaphore::MAX_PERMITS
    }
}

/// One year, for `Strict-Transport-Security` (<https://www.rfc-editor.org/rfc/rfc6797>). Does not include subdomains,
/// because others may own them.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What the layer around all routes needs.
#[derive(Clone)]
struct Around {
    is_over_https: bool,
    /// One permit for each request that is being handled.
    capacity: Arc<Semaphore>,
}

/// Returns a router with all layers, ready to serve. The state is available to handlers: an `App`, or
/// `()` for routes that need no deployment.
pub fn service<S: Deployed + Clone + Send + Sync + 'static>(router: Router<S>, state: S) -> Router {
    let around_all = Around {
        is_over_https: state.is_over_https(),
        capacity: Arc::new(Semaphore::new(state.max_concurrent_requests())),
    };
    router
        .fallback(async || Problem::route_not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        // Added by `Router::layer`, which runs after routing, so that the log line contains the matched route.
        .layer(middleware::from_fn_with_state(around_all, around))
        .with_state(state)
}

async fn around(
    State(Around { is_over_https, capacity }): State<Around>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_id(request.extensions());
    let limit = Deadline::after(LONGEST_REQUEST);
    let lambda = request.extensions().get::<lambda_http::Context>().and_then(|context| remaining(context.deadline));
    let deadline = lambda.map_or(limit, |left| limit.earlier(Deadline::after(left)));
    let deadline = deadline.with_priority(limits::priority(request.headers()));
    request.extensions_mut().insert(deadline);
    request.extensions_mut().insert(RequestId(id.clone()));

    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let trace_id = trace_id(&request);
    // The span has the level ERROR, so that it is active at every log level. Empty fields are filled in later.
    let span = tracing::error_span!("request", request_id = id, trace_id, %method, route, key = Empty, user_id = Empty);
    if let Some(principal) = audit::principal(request.extensions()) {
        span.record("key", tracing::field::display(principal));
    }
    let started = tokio::time::Instant::now();
    let quotas = Quotas::default();
    let mut response = match (capacity.try_acquire_owned(), span.in_scope(|| matched::of_request(&request))) {
        (Err(_), _) => Problem::overloaded().into_response(),
        (Ok(permit), Ok(operation)) => begin(operation, request, next, (&id, &span, &quotas), permit).await,
        (Ok(_), Err(refusal)) => *refusal,
    };
    let mut code = None;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        code = Some(problem.code().as_str());
        // Other headers of the handler's answer are kept, such as an idempotency key that was generated for the caller.
        let headers = std::mem::take(response.headers_mut());
        response = problem.render(&id);
        for (name, value) in &headers {
            response.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", value);
    }
    if let Some(quota) = quotas.tightest() {
        limits::add_quota(headers, quota);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if is_over_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    let (status, took) = (response.status().as_u16(), started.elapsed());
    span.in_scope(|| {
        tracing::info!(status, ms = took.as_millis(), code, "request");
        telemetry::latency(Metric::RequestLatency, took);
    });
    response
}

/// Starts the audit line of the operation, and runs its handler.
async fn begin(
    operation: Option<&'static Operation>,
    mut request: Request,
    next: Next,
    (id, span, quotas): (&str, &Span, &Quotas),
    permit: OwnedSemaphorePermit,
) -> Response {
    if let Some(operation) = operation {
        request.extensions_mut().insert(operation);
    }
    let (request, trail) = audit::begin(operation, request, id).await;
    let handled = tokio::spawn(quotas.follow({
        let handled = handle(request, next, trail, span.clone());
        // Until the handler ends, also if the client disconnects.
        async move {
            let _permit = permit;
            handled.await
        }
    }))
    .await;
    handled.unwrap_or_else(|_| Problem::internal().into_response())
}

/// Runs the handler and writes the audit line. The caller spawns it as a task that continues if the client disconnects:
/// a disconnect must not stop a consent or a payment half way, and must not suppress the audit line.
async fn handle(request: Request, next: Next, trail: Option<Trail>, span: Span) -> Response {
    let deadline = deadline(request.extensions());
    let Some(trail) = trail else { return beside::run(request, next, deadline).instrument(span).await };
    // Runs in another task, so that the line is written even if the handler panics.
    let run = trail.follow(beside::run(request, next, deadline).instrument(span.clone()));
    let handled = tokio::spawn(Quotas::current().follow(run)).await;
    let response = handled.unwrap_or_else(|_| Problem::internal().into_response());
    let extensions = response.extensions();
    let shown = extensions.get::<EndedWith>().map(|EndedWith(code)| *code);
    let code = extensions.get::<Problem>().map(Problem::code).or(shown);
    span.in_scope(|| audit::end(&trail, response.status(), code));
    response
}

/// Returns the id of the trace that API Gateway or, behind another gateway, Lambda has begun.
fn trace_id(request: &Request) -> Option<String> {
    let lambda =
        request.extensions().get::<lambda_http::Context>().and_then(|context| context.xray_trace_id.as_deref());
    let gateway = request.headers().get("x-amzn-trace-id").and_then(|header| header.to_str().ok());
    [gateway, lambda].into_iter().flatten().find_map(telemetry::trace_id).map(str::to_owned)
}

/// Returns the request id of API Gateway, so that its log and ours can be correlated. Without one, or with one that
/// no header can hold, returns a new id.
fn request_id(extensions: &Extensions) -> String {
    let gateway = match extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone(),
        _ => None,
    };
    let fits = |id: &String| !id.is_empty() && id.len() <= 200 && id.bytes().all(|byte| byte.is_ascii_graphic());
    gateway.filter(fits).unwrap_or_else(|| Uuid::new_v4().to_string())
}

/// Returns the time until Lambda's `deadline` (milliseconds since the epoch), less one second to send the answer.
/// Returns `None` if the deadline has passed. Lambda delivers no such event, but `cargo lambda watch` sends a duration
/// instead of a time, which reads as 1970.
fn remaining(deadline: u64) -> Option<Duration> {
    let now = jiff::Timestamp::now().as_millisecond();
    let left = i64::try_from(deadline).unwrap_or(i64::MAX).saturating_sub(now);
    let left = u64::try_from(left).ok().filter(|left| *left > 0)?;
    Some(Duration::from_millis(left).saturating_sub(Duration::from_secs(1)))
}

/// Returns the deadline of the request.
pub(super) fn deadline(extensions: &Extensions) -> Deadline {
    extensions.get().copied().unwrap_or_else(|| Deadline::after(LONGEST_REQUEST))
}

/// The deadline of the request, for a handler without a session.
#[derive(Clone, Copy, Debug)]
pub struct RequestDeadline(pub Deadline);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for RequestDeadline {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(deadline(&parts.extensions)))
    }
}
