//! An answer of the API.

use reqwest::header;
use serde_json::Value;

/// An answer of the API, read completely.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: header::HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// Returns the body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Returns a header's text, or an empty text if the header is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a text"))
    }

    /// Checks that this is a problem of this status and code, in the right format, and returns it.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!((self.status, problem["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        problem
    }

    /// Returns where an invalid request is wrong and why, in the order of the answer: a JSON Pointer, or a parameter's
    /// name.
    #[track_caller]
    pub fn reasons(&self) -> Vec<(String, String)> {
        let problem = self.problem(422, "invalid_request");
        let text = |error: &Value, name: &str| error[name].as_str().map(str::to_owned);
        let place = |error: &Value| match (text(error, "pointer"), text(error, "parameter")) {
            (Some(pointer), None) if pointer.is_empty() || pointer.starts_with('/') => pointer,
            (None, Some(parameter)) if !parameter.starts_with('/') => parameter,
            _ => panic!("neither a JSON Pointer nor a parameter: {error}"),
        };
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (place(error), text(error, "detail").expect("a detail"))).collect()
    }

    /// Returns where an invalid request is wrong, sorted.
    #[track_caller]
    pub fn places(&self) -> Vec<String> {
        let mut places: Vec<_> = self.reasons().into_iter().map(|(place, _)| place).collect();
        places.sort();
        places
    }
}
