//! What the layers around the handlers know of each operation. They read it in [`OPERATIONS`], a table that is written
//! from the API's document, so that no function builds that document when it starts.

use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, header, request::Parts};
use url::form_urlencoded;

use super::{Parameters, Problem, QueryParameters, operations::OPERATIONS};
use crate::telemetry::audit::Action;

/// One operation of the API's document.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// What its audit line calls it. Pages, which need no key and belong to no consent, have none.
    pub(super) action: Option<Action>,
    /// The names of its query parameters.
    pub(super) query: &'static [&'static str],
}

/// Why a request that a route matches is not served.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The path does not have the method. Holds those that it has.
    MethodNotAllowed(Vec<&'static str>),
    /// The table does not have the route: nothing would check its query parameters or write its audit line.
    Unlisted,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let methods = match self {
            Self::MethodNotAllowed(methods) => methods,
            Self::Unlisted => return Problem::internal().into_response(),
        };
        let mut response = Problem::method_not_allowed().into_response();
        // RFC 9110 section 15.5.6: the answer names the methods that there are.
        if let Ok(allowed) = HeaderValue::from_str(&methods.join(",").replace("GET", "GET,HEAD")) {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response
    }
}

/// The operation of a request that a route matches; none if no route does.
///
/// # Errors
/// [`Refusal`].
pub(super) fn of_request(request: &Request) -> Result<Option<&'static Operation>, Refusal> {
    let Some(route) = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) else { return Ok(None) };
    // A route with a final slash is the same operation.
    let path = route.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(route);
    // axum answers HEAD where it answers GET.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let of_path = || OPERATIONS.iter().filter(|operation| operation.path == path);
    if let Some(operation) = of_path().find(|operation| operation.method == *method) {
        return Ok(Some(operation));
    }
    let methods: Vec<_> = of_path().map(|operation| operation.method.as_str()).collect();
    if methods.is_empty() {
        tracing::error!(route, "a route is not in the table of operations; it was not served");
        return Err(Refusal::Unlisted);
    }
    Err(Refusal::MethodNotAllowed(methods))
}

/// Refuses a request with a query parameter that its operation does not have, so that nothing that a caller asks for is
/// ignored silently.
///
/// # Errors
/// A [`Problem`] that names each such parameter.
pub(super) fn check_query(parts: &Parts) -> Result<(), Problem> {
    let Some(operation) = parts.extensions.get::<&'static Operation>() else {
        tracing::error!("a handler with an API key is not an operation");
        return Err(Problem::internal());
    };
    let Some(query) = parts.uri.query() else { return Ok(()) };
    let is_unknown = |name: &str| !operation.query.contains(&name);
    let unknown = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(name, _)| is_unknown(name));
    QueryParameters::of(unknown).read(|_: &mut Parameters| ())
}
