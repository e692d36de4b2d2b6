//! The operations of the API, read from its document, so that tests that visit them include every new route.

use reqwest::Method;
use testkit::every_operation;

/// One operation.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: Method,
    /// The path as in the document.
    pub(crate) route: String,
    /// The group of the operation.
    pub(crate) tag: String,
    /// The path, with a valid identifier in each place.
    pub(crate) path: String,
    /// The scope of the API key that it requires, or none if it requires no API key.
    pub(crate) scope: Option<String>,
}

/// Returns all operations. `user_id` is the customer in their paths.
pub(crate) fn operations(user_id: &str) -> Vec<Operation> {
    let operation = |one: &testkit::Operation<'_>| Operation {
        id: one.id().to_owned(),
        method: one.method(),
        route: one.path.to_owned(),
        tag: one.function().to_owned(),
        path: fill(one.path, user_id),
        scope: one.scope().map(str::to_owned),
    };
    every_operation().iter().map(operation).collect()
}

fn fill(path: &str, user_id: &str) -> String {
    let fill = |segment: &str| match segment {
        "{user_id}" => user_id.to_owned(),
        "{public_id}" | "{consent_id}" => "2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11".to_owned(),
        "{file}" => "style.css".to_owned(),
        _ if segment.starts_with('{') => "7".to_owned(),
        _ => segment.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}
