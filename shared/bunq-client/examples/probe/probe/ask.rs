//! One call to the bank, as a question needs it: with a wrong signature, a used request id, or without a header, which
//! [`bunq_client::Bank`] does not send on purpose.

use std::fmt::Display;

use bunq_client::{InstallationKey, PublicKey};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;

/// The ids in a path.
type Ids<'a> = &'a [&'a (dyn Display + Sync)];

/// The owner of a token: an installation, or the user of a session.
#[derive(Clone)]
pub(super) struct Identity {
    pub(super) token: SecretString,
    pub(super) key: InstallationKey,
    pub(super) server_key: PublicKey,
    /// The user in paths; 0 for an installation.
    pub(super) user: u64,
}

/// The signature of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    /// None.
    Missing,
    /// Over the body.
    Right,
    /// Over other bytes than the body.
    Wrong,
}

/// A call to the bank.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// The template of the path, with `{}` for ids.
    pub(super) route: &'static str,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) identity: Option<Identity>,
    pub(super) signature: Signature,
    /// The request id, or `None` for a new one.
    pub(super) request_id: Option<String>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) content_type: bool,
    /// Whether a call above the bank's limit is repeated when the limit allows it.
    pub(super) waits: bool,
    /// What is special about the call, for the report.
    pub(super) note: &'static str,
}

impl Ask {
    fn new(method: Method, route: &'static str, ids: Ids<'_>, body: Option<&Value>) -> Self {
        let mut parts = route.split("{}");
        let mut path = parts.next().unwrap_or_default().to_owned();
        for (part, id) in parts.zip(ids) {
            path.push_str(&id.to_string());
            path.push_str(part);
        }
        let signature = if method == Method::GET { Signature::Missing } else { Signature::Right };
        Self {
            method,
            route,
            path,
            query: Vec::new(),
            identity: None,
            signature,
            request_id: None,
            body: body.map(|body| body.to_string().into_bytes()),
            content_type: true,
            waits: true,
            note: "",
        }
    }

    pub(super) fn get(route: &'static str, ids: Ids<'_>) -> Self {
        Self::new(Method::GET, route, ids, None)
    }

    pub(super) fn post(route: &'static str, ids: Ids<'_>, body: &Value) -> Self {
        Self::new(Method::POST, route, ids, Some(body))
    }

    pub(super) fn put(route: &'static str, ids: Ids<'_>, body: &Value) -> Self {
        Self::new(Method::PUT, route, ids, Some(body))
    }

    pub(super) fn delete(route: &'static str, ids: Ids<'_>) -> Self {
        Self::new(Method::DELETE, route, ids, None)
    }

    /// Makes the call with this token, and signs it if it changes something.
    pub(super) fn by(self, identity: &Identity) -> Self {
        Self { identity: Some(identity.clone()), ..self }
    }

    pub(super) fn unsigned(self) -> Self {
        Self { signature: Signature::Missing, note: "without a signature", ..self }
    }

    pub(super) fn wrongly_signed(self) -> Self {
        Self { signature: Signature::Wrong, note: "with a signature over other bytes", ..self }
    }

    pub(super) fn with_request_id(self, id: &str, note: &'static str) -> Self {
        Self { request_id: Some(id.to_owned()), note, ..self }
    }

    pub(super) fn without_content_type(self) -> Self {
        Self { content_type: false, note: "without Content-Type", ..self }
    }

    pub(super) fn with_query(mut self, name: &'static str, value: impl Display) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    pub(super) fn at_once(self) -> Self {
        Self { waits: false, ..self }
    }

    pub(super) fn noting(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
}
