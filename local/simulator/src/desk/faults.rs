//! Faults: the nth call to an endpoint gets a wrong answer, a late one, or none.

use axum::http::HeaderValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::routes::Found;
use crate::api::table::ROUTES;
use crate::wire::answer::{Answer, JSON};

/// Matches every endpoint.
const EVERY: &str = "*";

/// All faults, oldest first.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Faults(Vec<Fault>);

/// A fault of some calls to one endpoint.
#[derive(Clone, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The method and path template of the endpoint, such as `POST session-server` or `GET
    /// user/{user-id}/monetary-account`; `*` matches every endpoint. `/_simulator/calls` shows the names of the
    /// endpoints that were called.
    endpoint: String,
    /// The number of the first call that is disturbed, counted from now; 1, the default, is the next call.
    #[serde(default = "one")]
    nth: u64,
    /// The number of calls that are disturbed; 1 by default.
    #[serde(default = "one")]
    times: u64,
    /// The calls counted so far.
    #[serde(default, skip_deserializing)]
    seen: u64,
    #[serde(flatten)]
    effect: Effect,
}

/// The effect on one call.
#[derive(Clone, Default, Deserialize, JsonSchema, Serialize)]
pub(crate) struct Effect {
    /// The bank answers with this status. It does not execute the call unless `act` is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The body of the answer. Text is sent unchanged, any other value as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// The `Content-Type` of `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// The bank executes the call before it answers with `status`.
    #[serde(default)]
    act: bool,
    /// Delays the answer by this many milliseconds. The bank executes the call at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
    /// The bank closes the connection instead of answering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drop: Option<Closing>,
    /// The bank's signature is wrong or missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<BadSignature>,
    /// The bank announces the whole body, sends this many bytes of it, and closes the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) truncate: Option<usize>,
}

/// Whether the bank executes a call before it closes the connection.
#[derive(Clone, Copy, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Closing {
    /// The bank closes the connection first, and does not execute the call.
    Before,
    /// The bank executes the call first.
    After,
}

/// The fault of a signature.
#[derive(Clone, Copy, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BadSignature {
    /// The signature covers another body.
    Wrong,
    /// There is no signature.
    Missing,
}

fn one() -> u64 {
    1
}

/// Why a fault is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FaultError {
    #[error(
        "no endpoint of this bank is called \"{0}\"; GET /_simulator/calls names those that were called, \
         such as GET user/{{user-id}}/monetary-account"
    )]
    UnknownEndpoint(String),
    #[error("a fault cannot have this {0}")]
    BadField(&'static str),
}

impl Faults {
    /// Adds a fault after all others, and returns it as stored.
    ///
    /// # Errors
    ///
    /// When the endpoint does not exist, or a field has an invalid value.
    pub(crate) fn order(&mut self, mut fault: Fault) -> Result<Fault, FaultError> {
        fault.check()?;
        if fault.effect.body.is_some() {
            fault.effect.status.get_or_insert(200);
        }
        self.0.push(fault.clone());
        Ok(fault)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a call, and returns its effect. If several faults match, the oldest decides.
    pub(crate) fn effect_on(&mut self, found: Found) -> Effect {
        let mut effect = None;
        for fault in self.0.iter_mut().filter(|fault| fault.concerns(found)) {
            fault.seen += 1;
            if fault.seen >= fault.nth && fault.seen - fault.nth < fault.times {
                effect.get_or_insert_with(|| fault.effect.clone());
            }
        }
        effect.unwrap_or_default()
    }
}

impl Fault {
    fn concerns(&self, found: Found) -> bool {
        let route = match found {
            Found::Route(route) => Some(route),
            Found::WrongMethod(_) | Found::Nothing => None,
        };
        self.endpoint == EVERY || route.is_some_and(|route| route.is_named(&self.endpoint))
    }

    fn check(&self) -> Result<(), FaultError> {
        if self.endpoint != EVERY && !ROUTES.iter().any(|route| route.is_named(&self.endpoint)) {
            return Err(FaultError::UnknownEndpoint(self.endpoint.clone()));
        }
        let content_type = self.effect.content_type.as_deref();
        let checks = [
            ("nth", self.nth > 0),
            ("times", self.times > 0),
            // A client would wait for another answer after an informational one.
            ("status", self.effect.status.is_none_or(|status| (200..=999).contains(&status))),
            ("content_type", content_type.is_none_or(|value| HeaderValue::from_str(value).is_ok())),
        ];
        match checks.iter().find(|(_, good)| !good) {
            Some((field, _)) => Err(FaultError::BadField(field)),
            None => Ok(()),
        }
    }
}

impl Effect {
    /// Whether the bank executes the call.
    pub(crate) fn acts(&self) -> bool {
        match self.drop {
            Some(Closing::Before) => false,
            Some(Closing::After) => true,
            None => self.act || self.status.is_none(),
        }
    }

    /// The answer of the fault, if it has one.
    pub(crate) fn answer(&self) -> Option<Answer> {
        let status = self.status?;
        let body = match &self.body {
            Some(Value::String(text)) => text.clone(),
            Some(json) => json.to_string(),
            None => default_body(status).to_string(),
        };
        Some(Answer::new(status, self.content_type.as_deref().unwrap_or(JSON), body.into_bytes()))
    }
}

fn default_body(status: u16) -> Value {
    let text = match status {
        429 => "Too many requests. You can do a maximum of 3 calls per 3 second to this endpoint.",
        _ => "Simulator: a fault was ordered for this call.",
    };
    json!({"Error": [{"error_description": text, "error_description_translated": text}]})
}
