//! Finds the operation of a request in [`OPERATIONS`], a table that is generated from the OpenAPI document, so that no
//! function builds that document when it starts.

use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse as _, Response},
};
use http::{Method, header};

use super::{Problem, operation::Operation, operations::OPERATIONS};

/// Returns the operation of a request, or `None` if no route matches.
///
/// # Errors
/// Returns the answer `method_not_allowed` if the path does not support the method, and `internal_error` if the table
/// does not contain the route, because nothing would check its query parameters or write its audit line.
pub(super) fn of_request(request: &Request) -> Result<Option<&'static Operation>, Box<Response>> {
    let Some(route) = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) else { return Ok(None) };
    // A trailing slash does not change the operation.
    let path = route.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(route);
    // axum answers HEAD wherever it answers GET.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let of_path = || OPERATIONS.iter().filter(|operation| operation.path == path);
    if let Some(operation) = of_path().find(|operation| operation.method == *method) {
        return Ok(Some(operation));
    }
    let methods: Vec<_> = of_path().map(|operation| operation.method.as_str()).collect();
    if methods.is_empty() {
        tracing::error!(route, "a route is not in the table of operations; it was not served");
        return Err(Box::new(Problem::internal().into_response()));
    }
    // RFC 9110 section 15.5.6: the answer lists the supported methods.
    let allowed = methods.join(",").replace("GET", "GET,HEAD");
    Err(Box::new(([(header::ALLOW, allowed)], Problem::method_not_allowed()).into_response()))
}
