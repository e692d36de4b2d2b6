//! Every operation of the API, as its document lists them: a new route cannot be forgotten by the tests that walk them.

use reqwest::Method;
use serde_json::Value;

/// One operation.
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: Method,
    /// The path as the document has it.
    pub(crate) route: String,
    /// The group that it belongs to.
    pub(crate) tag: String,
    /// The path, with an identifier of the right form in each place.
    pub(crate) path: String,
    /// The scope of the API key that it wants; none where it wants no API key.
    pub(crate) scope: Option<String>,
}

/// All of them. `user_id` stands where a customer is asked for.
pub(crate) fn operations(user_id: &str) -> Vec<Operation> {
    let document = serde_json::to_value(local::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations: Vec<_> = paths
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |(method, one)| (path, method, one)))
        .map(|(path, method, one)| Operation {
            id: one["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase().parse().unwrap(),
            route: path.clone(),
            tag: one["tags"][0].as_str().unwrap().to_owned(),
            path: fill(path, user_id),
            scope: one["security"].as_array().into_iter().flatten().find_map(scope),
        })
        .collect();
    assert!(operations.len() > 30, "the document lists them all: {}", operations.len());
    operations
}

fn scope(security: &Value) -> Option<String> {
    let scopes = security.get("api_key")?.as_array().unwrap();
    let [scope] = scopes.as_slice() else { panic!("one scope each: {security}") };
    Some(scope.as_str().unwrap().to_owned())
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
