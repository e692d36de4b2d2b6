//! The operations of the API, read from its own document, so that tests that visit them include every new route.

use std::sync::LazyLock;

use reqwest::Method;
use serde_json::Value;

/// One operation of a document.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// The method in lower case, as in the document.
    pub method: &'a str,
    /// The path, with the names of its parameters in braces.
    pub path: &'a str,
    /// The operation's object in the document.
    pub value: &'a Value,
}

impl<'a> Operation<'a> {
    /// Returns the `operationId`.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.value["operationId"].as_str().unwrap_or_default()
    }

    /// Returns the name of the function that answers the operation.
    #[must_use]
    pub fn function(&self) -> &'a str {
        self.value["tags"][0].as_str().expect("a tag")
    }

    /// Returns the method as in a request.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method.to_uppercase().parse().expect("a method")
    }

    /// Returns the scope that an API key needs for it, or `None` if it takes no API key.
    #[must_use]
    pub fn scope(&self) -> Option<&'a str> {
        let scopes = self.value["security"].as_array()?.iter().find_map(|security| security.get("api_key"))?.as_array();
        let [scope] = scopes?.as_slice() else { panic!("{} needs one scope", self.id()) };
        scope.as_str()
    }

    /// Returns whether only an IAM user may call it.
    #[must_use]
    pub fn is_for_iam(&self) -> bool {
        self.value["security"].as_array().into_iter().flatten().any(|security| security.get("iam").is_some())
    }

    /// Returns the names of its parameters of one kind: `path`, `query` or `header`.
    pub fn parameters(&self, kind: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let parameters = self.value["parameters"].as_array().into_iter().flatten();
        let of_kind = parameters.filter(move |parameter| parameter["in"] == kind);
        of_kind.map(|parameter| (parameter["name"].as_str().expect("a name"), parameter))
    }

    /// Returns whether a caller may repeat it with an idempotency key.
    #[must_use]
    pub fn takes_idempotency_key(&self) -> bool {
        self.parameters("header").any(|(name, _)| name == "Idempotency-Key")
    }

    /// Returns the status of its success: the smallest status in the document.
    #[must_use]
    pub fn success(&self) -> u16 {
        let statuses = self.value["responses"].as_object().into_iter().flatten();
        let success = statuses.filter_map(|(status, _)| status.parse().ok()).filter(|status| *status < 400).min();
        success.unwrap_or_else(|| panic!("{} never succeeds", self.id()))
    }

    /// Returns the documented example of its body. If there are several, `run` is the one without any choice.
    #[must_use]
    pub fn example(&self) -> Option<&'a Value> {
        let content = self.value.get("requestBody")?["content"].get("application/json")?;
        let example = content.get("example").or_else(|| content.pointer("/examples/run/value"));
        Some(example.unwrap_or_else(|| panic!("{} has no example of its body", self.id())))
    }

    /// Returns the schema of an answer of this status and media type.
    #[must_use]
    pub fn answer(&self, status: &str, media_type: &str) -> Option<&'a Value> {
        self.value["responses"].get(status)?["content"].get(media_type)?.get("schema")
    }
}

/// Returns the operations of a document.
#[must_use]
pub fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = paths.iter().flat_map(|(path, item)| {
        let methods = ["get", "post", "put", "delete", "patch"];
        methods.into_iter().filter_map(|method| item.get(method).map(|value| Operation { method, path, value }))
    });
    let operations: Vec<_> = of_path.collect();
    assert!(operations.len() > 30, "the document lists them all: {}", operations.len());
    operations
}

/// Returns the operations of the API.
#[must_use]
pub fn every_operation() -> &'static [Operation<'static>] {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(local::document()).expect("a document is JSON"));
    static OPERATIONS: LazyLock<Vec<Operation<'static>>> = LazyLock::new(|| operations(&DOCUMENT));
    &OPERATIONS
}

/// Returns the operation of this id.
#[must_use]
pub fn operation(id: &str) -> Operation<'static> {
    let operation = every_operation().iter().find(|operation| operation.id() == id);
    *operation.unwrap_or_else(|| panic!("the document has no operation {id}"))
}
