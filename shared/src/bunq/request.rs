//! A call to the bank as a plain value.

use std::fmt;

use serde::Deserialize;

use super::{
    envelope::{DecodeError, Envelope, Verified},
    redaction::SentCredentials,
};
use crate::types::secret::Secret;

/// The HTTP methods that bunq uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Put,
    /// Ends.
    Delete,
}

impl Method {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it can be sent again without a second effect.
    #[must_use]
    pub const fn effect(self) -> Effect {
        match self {
            Self::Get => Effect::Read,
            Self::Post | Self::Put | Self::Delete => Effect::Write,
        }
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Delete => Self::DELETE,
        }
    }
}

/// What sending a call twice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Read,
    /// Perhaps the same thing twice.
    Write,
}

/// Query parameters in order.
pub type Query = Vec<(&'static str, String)>;

/// What a call looks like on the wire, before headers and signature.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path below the API's base, with its ids: `user/42/monetary-account`.
    pub path: String,
    /// The path without its ids, for logs: `user/{id}/monetary-account`.
    pub route: &'static str,
    /// Query parameters.
    pub query: Query,
    /// The exact bytes of the body, which are the bytes that are signed.
    pub body: Option<Vec<u8>>,
    /// What the bank takes once; a new one for each call where none is given.
    pub request_id: Option<String>,
    /// The credentials in the body, which no text of the bank's may repeat.
    pub credentials: SentCredentials,
}

/// Keys are in bodies, ids in paths.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {})", self.method.as_str(), self.route)
    }
}

impl Request {
    /// A reading request.
    #[must_use]
    pub fn get(route: &'static str, path: impl Into<String>, query: Query) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            route,
            query,
            body: None,
            request_id: None,
            credentials: SentCredentials::default(),
        }
    }

    /// A creating request.
    #[must_use]
    pub fn post(route: &'static str, path: impl Into<String>, body: &serde_json::Value) -> Self {
        Self { method: Method::Post, body: Some(body.to_string().into_bytes()), ..Self::get(route, path, Query::new()) }
    }

    /// A changing request.
    #[must_use]
    pub fn put(route: &'static str, path: impl Into<String>, body: &serde_json::Value) -> Self {
        Self { method: Method::Put, ..Self::post(route, path, body) }
    }

    /// An ending request.
    #[must_use]
    pub fn delete(route: &'static str, path: impl Into<String>) -> Self {
        Self { method: Method::Delete, ..Self::get(route, path, Query::new()) }
    }

    /// The same, known to carry a credential in its body.
    #[must_use]
    pub fn with_credential(self, credential: &impl Secret) -> Self {
        self.with_signature(credential.expose())
    }

    /// The same, known to carry a signature of ours in its body.
    #[must_use]
    pub fn with_signature(mut self, signature: &str) -> Self {
        self.credentials.add(signature);
        self
    }

    /// The same under a request id, which the bank takes once.
    #[must_use]
    pub fn with_request_id(self, id: &str) -> Self {
        Self { request_id: Some(id.to_owned()), ..self }
    }
}

/// One operation of the bank.
pub trait Call: Sync {
    /// What a caller gets.
    type Output;

    /// The request, without any side effect.
    fn build(&self) -> Request;

    /// Reads the answer, whose signature was verified.
    ///
    /// # Errors
    /// [`DecodeError`] where something needed is not there.
    fn decode(&self, answer: Verified) -> Result<Self::Output, DecodeError>;
}

/// The answer to a creation.
#[derive(Clone, Debug)]
pub struct Created {
    /// The new object's id.
    pub id: u64,
    /// The answer, as the bank wrote it.
    pub answer: Verified,
}

/// Reads `{"Id":{"id":N}}`, the answer to most creations.
///
/// # Errors
/// [`DecodeError`].
pub fn created(answer: Verified) -> Result<Created, DecodeError> {
    #[derive(Deserialize)]
    struct Id {
        id: u64,
    }
    let Id { id } = Envelope::parse(&answer.body)?.find("Id")?;
    Ok(Created { id, answer })
}
