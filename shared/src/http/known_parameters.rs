//! Query parameters of every route that wants an API key: what the API document does not name is refused, so that
//! nothing that a caller asks for is passed over in silence.

use std::{collections::HashMap, sync::Arc};

use axum::extract::MatchedPath;
use http::{Method, request::Parts};
use url::form_urlencoded;
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, Parameter, ParameterIn},
};

use super::{Parameters, Problem, QueryParameters};

/// The names of the query parameters of each documented operation.
#[derive(Clone, Debug)]
pub(super) struct KnownParameters(Arc<HashMap<(Method, String), Vec<String>>>);

impl KnownParameters {
    pub(super) fn of(document: &OpenApi) -> Self {
        let operations = document.paths.paths.iter().flat_map(|(path, item)| {
            let methods = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::DELETE, &item.delete),
            ];
            methods.into_iter().filter_map(move |(method, operation)| {
                operation.as_ref().map(|operation| ((method, path.clone()), names(operation)))
            })
        });
        Self(Arc::new(operations.collect()))
    }

    /// Refuses a request with a query parameter that its route does not have.
    ///
    /// # Errors
    /// A [`Problem`] that names each such parameter.
    pub(super) fn check(parts: &Parts) -> Result<(), Problem> {
        let (Some(Self(known)), Some(query)) = (parts.extensions.get::<Self>(), parts.uri.query()) else {
            return Ok(());
        };
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str).trim_end_matches('/');
        // HEAD is answered by the handler of GET.
        let method = if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() };
        let Some(known) = known.get(&(method, path.to_owned())) else { return Ok(()) };
        let is_unknown = |name: &str| !known.iter().any(|known| known == name);
        let unknown = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(name, _)| is_unknown(name));
        QueryParameters::of(unknown).read(|_: &mut Parameters| ())
    }
}

fn names(operation: &Operation) -> Vec<String> {
    let parameters = operation.parameters.iter().flatten();
    let of_query = parameters.filter_map(|parameter| match parameter {
        RefOr::T(Parameter { name, parameter_in: ParameterIn::Query, .. }) => Some(name.clone()),
        RefOr::T(_) | RefOr::Ref(_) => None,
    });
    of_query.collect()
}
