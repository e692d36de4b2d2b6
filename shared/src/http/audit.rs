//! Writes the audit line of each request. The line is started before the handler runs and written after it answers.
//! Handlers do not write it, so none can forget it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts as _, RawPathParams, Request};
use http::{Extensions, StatusCode};
use lambda_http::request::RequestContext;

use super::{Code, operation::Operation};
use crate::telemetry::audit::{Fact, Outcome, Principal, Trail};

/// Starts the audit trail of a request, with the facts that the request itself contains. Returns no trail for pages and
/// for routes that do not exist.
pub(super) async fn begin(operation: Option<&Operation>, request: Request, id: &str) -> (Request, Option<Trail>) {
    let Some(action) = operation.and_then(|operation| operation.action) else { return (request, None) };
    let trail = Trail::new(id.to_owned(), action);
    let (mut parts, body) = request.into_parts();
    if let Some(source) = source(&parts.extensions) {
        trail.note(Fact::Source(source));
    }
    if let Some(principal) = principal(&parts.extensions) {
        trail.note(Fact::Principal(principal));
    }
    // Read here and not by the handlers, so that the audit line of a rejected request also names its customer.
    if let Ok(parameters) = RawPathParams::from_request_parts(&mut parts, &()).await {
        let facts = parameters.iter().filter_map(|(name, text)| Fact::in_path(name, text));
        facts.for_each(|fact| trail.note(fact));
    }
    (Request::from_parts(parts, body), Some(trail))
}

/// The code of a problem, for the audit line, on an answer that shows the problem as a page or redirects the browser to
/// such a page. [`Problem`](super::Problem) itself would replace that answer.
#[derive(Clone, Copy, Debug)]
pub struct EndedWith(pub Code);

/// Writes the audit line with the outcome of the request.
pub(super) fn end(trail: &Trail, status: StatusCode, code: Option<Code>) {
    let outcome = match code {
        Some(code) => code.outcome(trail.action().effect()),
        None if status.is_client_error() => Outcome::Refused,
        None if status.is_server_error() => Outcome::Failed,
        None => Outcome::Done,
    };
    trail.write(outcome, code.map(Code::as_str));
}

/// Returns the IAM identity that signed a request, on a route that requires IAM.
pub(super) fn principal(extensions: &Extensions) -> Option<Principal> {
    let Some(RequestContext::ApiGatewayV2(context)) = extensions.get::<RequestContext>() else { return None };
    Principal::of_user_id(context.authorizer.as_ref()?.iam.as_ref()?.user_id.as_deref()?)
}

/// Returns the IP address that a request came from, as API Gateway or the listener of the local stack reports it. Never
/// reads a header, because callers can forge headers.
pub(super) fn source(extensions: &Extensions) -> Option<IpAddr> {
    let text = match extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.as_deref(),
        _ => return extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip()),
    };
    text?.parse().ok()
}
