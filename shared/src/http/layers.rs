//! Around every request: a request id, a deadline, one log line, and the answer of a problem in its format.

use std::time::Duration;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use http::{Extensions, HeaderValue, header};
use lambda_http::request::RequestContext;
use tracing::{Instrument as _, field::Empty};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::Problem;
use crate::{telemetry::audit, types::deadline::Deadline};

/// API Gateway stops waiting after 30 seconds.
const LONGEST_REQUEST: Duration = Duration::from_secs(25);

/// What a caller tells support, and what our logs say of the request.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Routes with everything around them, ready to be served. The state is what handlers have at hand: an [`App`](super::App), or nothing.
pub fn service<S: Clone + Send + Sync + 'static>(router: OpenApiRouter<S>, state: S) -> Router {
    let (router, _) = router.split_for_parts();
    router
        .fallback(async || Problem::route_not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        // Below `Router::layer`, so that the matched route is known to the log line.
        .layer(middleware::from_fn(around))
        .with_state(state)
}

async fn around(mut request: Request, next: Next) -> Response {
    let id = request_id(request.extensions());
    let limit = Deadline::after(LONGEST_REQUEST);
    let lambda = request.extensions().get::<lambda_http::Context>().and_then(|context| remaining(context.deadline));
    let deadline = lambda.map_or(limit, |left| limit.earlier(Deadline::after(left)));
    request.extensions_mut().insert(deadline);
    request.extensions_mut().insert(RequestId(id.clone()));

    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    // At the level of errors, so that it is there for the audit line at every level. What is empty is filled in on the way.
    let span = tracing::error_span!(
        "request",
        request_id = id,
        %method,
        route,
        key = Empty,
        user_id = Empty,
        action = Empty,
        subject = Empty,
        bunq_response_id = Empty
    );
    if let Some(principal) = iam_principal(request.extensions()) {
        span.record("key", principal);
    }
    let started = tokio::time::Instant::now();
    // In a task of its own: a caller who hangs up must not stop a consent or a payment half way.
    let handled = tokio::spawn(next.run(request).instrument(span.clone())).await;
    let mut response = handled.unwrap_or_else(|_| Problem::internal().into_response());
    let problem = response.extensions_mut().remove::<Problem>();
    let outcome = problem.as_ref().map_or("done", |problem| problem.code().as_str());
    if !method.is_safe() {
        span.in_scope(|| audit("request", outcome));
    }
    if let Some(problem) = problem {
        // What the handler said besides stays: an idempotency key that was made for the caller.
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
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let (status, ms) = (response.status().as_u16(), started.elapsed().as_millis());
    span.in_scope(|| tracing::info!(status, ms, "request"));
    response
}

/// API Gateway's own id where there is one, so that its log and ours can be read together.
fn request_id(extensions: &Extensions) -> String {
    let gateway = match extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone(),
        _ => None,
    };
    gateway.unwrap_or_else(|| Uuid::new_v4().to_string())
}

/// Who calls a route behind IAM: the principal's unique id.
fn iam_principal(extensions: &Extensions) -> Option<&str> {
    let Some(RequestContext::ApiGatewayV2(context)) = extensions.get::<RequestContext>() else { return None };
    let id = context.authorizer.as_ref()?.iam.as_ref()?.user_id.as_deref()?;
    // Of an assumed role the session's name follows, which is mostly somebody's e-mail address.
    id.split(':').next()
}

/// The time that Lambda leaves until `deadline` (epoch milliseconds), less what it takes to answer. `None` if the deadline has
/// passed: Lambda delivers no such event, but `cargo lambda watch` sends a duration in place of a time, which reads as 1970.
fn remaining(deadline: u64) -> Option<Duration> {
    let now = jiff::Timestamp::now().as_millisecond();
    let left = i64::try_from(deadline).unwrap_or(i64::MAX).saturating_sub(now);
    let left = u64::try_from(left).ok().filter(|left| *left > 0)?;
    Some(Duration::from_millis(left).saturating_sub(Duration::from_secs(1)))
}

/// How long the request may still take.
pub(super) fn deadline(extensions: &Extensions) -> Deadline {
    extensions.get().copied().unwrap_or_else(|| Deadline::after(LONGEST_REQUEST))
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Deadline {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(deadline(&parts.extensions))
    }
}
