//! A call to the bank as a plain value.

use super::envelope::{DecodeError, Verified};

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
#[derive(Clone, Debug)]
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
}

impl Request {
    /// A reading request.
    #[must_use]
    pub fn get(route: &'static str, path: impl Into<String>, query: Query) -> Self {
        Self { method: Method::Get, path: path.into(), route, query, body: None }
    }

    /// A creating request.
    #[must_use]
    pub fn post(route: &'static str, path: impl Into<String>, body: &serde_json::Value) -> Self {
        let body = Some(body.to_string().into_bytes());
        Self { method: Method::Post, path: path.into(), route, query: Query::new(), body }
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
