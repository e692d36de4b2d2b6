//! A call to the bank as a plain value.

use std::fmt;

use http::Method;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    envelope::{DecodeError, Envelope, Verified},
    redaction::SentCredentials,
};
use crate::types::ids::BunqUserId;

/// The effect of sending a call twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It has no side effect.
    Read,
    /// It has a side effect, which may happen twice.
    Write,
}

impl Effect {
    /// Returns the effect of a call with this method.
    #[must_use]
    pub fn of(method: &Method) -> Self {
        if method.is_safe() { Self::Read } else { Self::Write }
    }
}

/// Query parameters, in order.
pub type Query = Vec<(&'static str, String)>;

/// A call as it is sent, before headers and signature.
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
    /// The request id, which the bank takes once. By default, each call gets a new one.
    pub request_id: Option<String>,
    /// The credentials in the body. They are removed from the bank's texts.
    pub credentials: SentCredentials,
}

/// Omits the body and the path: bodies contain keys, and paths contain ids.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {})", self.method, self.route)
    }
}

impl Request {
    /// Makes a GET request.
    #[must_use]
    pub fn get(route: &'static str, path: impl Into<String>, query: Query) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            route,
            query,
            body: None,
            request_id: None,
            credentials: SentCredentials::default(),
        }
    }

    /// Makes a POST request.
    #[must_use]
    pub fn post(route: &'static str, path: impl Into<String>, body: &serde_json::Value) -> Self {
        Self { method: Method::POST, body: Some(body.to_string().into_bytes()), ..Self::get(route, path, Query::new()) }
    }

    /// Makes a PUT request.
    #[must_use]
    pub fn put(route: &'static str, path: impl Into<String>, body: &serde_json::Value) -> Self {
        Self { method: Method::PUT, ..Self::post(route, path, body) }
    }

    /// Makes a DELETE request.
    #[must_use]
    pub fn delete(route: &'static str, path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, ..Self::get(route, path, Query::new()) }
    }

    /// Registers a credential or a signature of ours that the body contains.
    #[must_use]
    pub fn with_credential(mut self, credential: &str) -> Self {
        self.credentials.add(credential);
        self
    }

    /// Sets the request id, which the bank takes once.
    #[must_use]
    pub fn with_request_id(self, id: &str) -> Self {
        Self { request_id: Some(id.to_owned()), ..self }
    }
}

/// One operation of the bank in a session.
pub trait Call: Sync {
    /// The type of the result that is read from the answer.
    type Output: FromAnswer;

    /// Builds the request, without any side effect. `user` is the id in the path of calls with the session.
    fn build(&self, user: BunqUserId) -> Request;
}

/// One operation of the bank before there is a session.
pub trait SessionlessCall: Sync {
    /// The type of the result that is read from the answer.
    type Output: FromAnswer;

    /// Builds the request, without any side effect.
    fn build(&self) -> Request;
}

/// A type that a verified answer of the bank can be read into.
pub trait FromAnswer: Sized {
    /// Reads an answer whose signature was verified.
    ///
    /// # Errors
    /// Returns [`DecodeError`] if the answer is not an envelope, or lacks an element that the type needs.
    fn read(answer: Verified) -> Result<Self, DecodeError>;
}

/// Reads the answer as the bank wrote it, if it is a successful envelope.
impl FromAnswer for Verified {
    fn read(answer: Self) -> Result<Self, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Reads nothing: only the verified signature matters.
impl FromAnswer for () {
    fn read(_: Verified) -> Result<Self, DecodeError> {
        Ok(())
    }
}

/// Reads all elements of one type.
impl<T: Element> FromAnswer for Vec<T> {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        Envelope::parse(&answer.body)?.all(T::NAME)
    }
}

/// An element of an answer.
pub trait Element: DeserializeOwned {
    /// The key that names the element's type, such as `OauthClient`.
    const NAME: &'static str;
}

/// The first element of a type.
#[derive(Clone, Debug)]
pub struct One<T>(pub T);

impl<T: Element> FromAnswer for One<T> {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        Envelope::parse(&answer.body)?.find(T::NAME).map(Self)
    }
}

/// The id in `{"Id":{"id":N}}`, the answer to most creations.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct NewId<T> {
    /// The new object's id.
    pub id: T,
}

impl<T: DeserializeOwned> FromAnswer for NewId<T> {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        Envelope::parse(&answer.body)?.find("Id")
    }
}

/// The answer to a creation: the id, and the answer as the bank wrote it.
#[derive(Clone, Debug)]
pub struct Created<T> {
    /// The new object's id.
    pub id: T,
    /// The answer, as the bank wrote it.
    pub answer: Verified,
}

impl<T: DeserializeOwned> FromAnswer for Created<T> {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        let NewId { id } = Envelope::parse(&answer.body)?.find("Id")?;
        Ok(Self { id, answer })
    }
}
