//! The answer to a call, before headers and signature.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::wire::object::{Object, object};

pub(crate) const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: HeaderMap,
    /// The installation whose server key signs the answer, if the token of the call does not decide it.
    pub(crate) signed_for: Option<u64>,
}

/// The envelope of every success. A struct keeps `Pagination` after `Response`.
#[derive(Serialize)]
struct Envelope {
    #[serde(rename = "Response")]
    response: Vec<Object>,
    #[serde(rename = "Pagination", skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
}

/// The links to the neighbouring pages of a listing.
#[derive(Serialize)]
pub(crate) struct Pagination {
    pub(crate) future_url: Option<String>,
    pub(crate) newer_url: Option<String>,
    pub(crate) older_url: Option<String>,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let mut answer = Self { status, body, headers: HeaderMap::new(), signed_for: None };
        answer.set(header::CONTENT_TYPE, content_type);
        answer
    }

    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self::new(status, JSON, body),
            // Only maps with keys that are not text fail to serialize, and no answer has one.
            Err(_) => Self::new(500, JSON, Vec::new()),
        }
    }

    pub(crate) fn html(status: u16, page: String) -> Self {
        Self::new(status, HTML, page.into_bytes())
    }

    /// `{"Response":[…]}`
    pub(crate) fn response(elements: Vec<Object>) -> Self {
        Self::json(200, &Envelope { response: elements, pagination: None })
    }

    /// `{"Response":[{…}]}`
    pub(crate) fn one(element: Object) -> Self {
        Self::response(vec![element])
    }

    /// `{"Response":{…}}`, as one production client of the bank expects one resource.
    pub(crate) fn without_array(element: Object) -> Self {
        Self::json(200, &object! { "Response": element })
    }

    /// `{"Response":[{"Id":{"id":1}}]}`
    pub(crate) fn id(id: u64) -> Self {
        Self::one(object! { "Id": object! { "id": id } })
    }

    pub(crate) fn listing(elements: Vec<Object>, pagination: Pagination) -> Self {
        Self::json(200, &Envelope { response: elements, pagination: Some(pagination) })
    }

    /// Redirects a browser. The bank refused every target that is not a valid header when the target was registered.
    pub(crate) fn redirect(target: &str) -> Self {
        let mut answer = Self::html(StatusCode::SEE_OTHER.as_u16(), String::new());
        answer.set(header::LOCATION, target);
        answer
    }

    pub(crate) fn set(&mut self, name: header::HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }
}
