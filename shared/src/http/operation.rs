//! The properties of each operation that the layers need.

use http::{Method, request::Parts};
use url::form_urlencoded;

use super::{Parameters, Problem, QueryParameters};
use crate::telemetry::audit::Action;

/// One operation of the OpenAPI document.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// The action in its audit line. `None` for pages, which need no API key and belong to no consent.
    pub(super) action: Option<Action>,
    /// The names of its query parameters.
    pub(super) query: &'static [&'static str],
}

impl Operation {
    /// A row of the table.
    pub(super) const fn new(
        method: Method,
        path: &'static str,
        action: Option<Action>,
        query: &'static [&'static str],
    ) -> Self {
        Self { method, path, action, query }
    }
}

/// Rejects a request with unknown query parameters, because ignoring them could answer something that the caller did
/// not ask for.
///
/// # Errors
/// Returns `invalid_request` with the unknown parameters, or `internal_error` if the route is not in the table of
/// operations.
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
