//! Disturbances: the nth call to an endpoint is answered badly, late, or not at all.

use axum::http::HeaderValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::routes::Found;
use crate::api::table::ROUTES;
use crate::wire::answer::{Answer, JSON};

/// Stands for every endpoint.
const EVERY: &str = "*";

/// All faults, in the order in which they were ordered.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Faults(Vec<Fault>);

/// A disturbance of some calls to one endpoint.
#[derive(Clone, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The method and route of the bank, such as `POST session-server` or `GET user/{user-id}/monetary-account`; `*` is
    /// any. `/_simulator/calls` names those that were called.
    endpoint: String,
    /// Which call is the first to be disturbed; 1, the default, is the next one.
    #[serde(default = "one")]
    nth: u64,
    /// How many calls are disturbed; 1 by default.
    #[serde(default = "one")]
    times: u64,
    /// The calls counted so far.
    #[serde(default, skip_deserializing)]
    seen: u64,
    #[serde(flatten)]
    effect: Effect,
}

/// What happens to one call.
#[derive(Clone, Default, Deserialize, JsonSchema, Serialize)]
pub(crate) struct Effect {
    /// Answers with this status, and does not carry the call out unless `act` says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Text is sent as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// The `Content-Type` of `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// The bank carries out the call, then answers with `status`.
    #[serde(default)]
    act: bool,
    /// The call acts at once; only its answer is late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
    /// Closes the connection without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drop: Option<Closing>,
    /// Makes the bank's signature useless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<BadSignature>,
    /// Announces the whole body, sends this many bytes of it, and closes the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) truncate: Option<usize>,
}

/// Whether a call acts before its connection closes.
#[derive(Clone, Copy, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Closing {
    /// It does not act.
    Before,
    /// It has acted.
    After,
}

/// What is wrong with the bank's signature.
#[derive(Clone, Copy, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BadSignature {
    /// The signature belongs to another text.
    Wrong,
    /// There is no signature.
    Missing,
}

fn one() -> u64 {
    1
}

/// Why a fault is not ordered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FaultError {
    #[error(
        "no endpoint of this bank is called \"{0}\"; GET /_simulator/calls names those that were called, such as GET user/{{user-id}}/monetary-account"
    )]
    UnknownEndpoint(String),
    #[error("a fault cannot have this {0}")]
    BadField(&'static str),
}

impl Faults {
    /// Orders a fault behind all others, and returns it as it was kept.
    ///
    /// # Errors
    ///
    /// When the bank has no such endpoint, or a field has a value that no answer can have.
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

    /// Counts a call, and says what is to happen to it. Where several faults meet it, the one ordered first counts.
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
            // An informational answer is not the last one, so a client would wait for another.
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
    /// Whether the bank carries the call out.
    pub(crate) fn acts(&self) -> bool {
        match self.drop {
            Some(Closing::Before) => false,
            Some(Closing::After) => true,
            None => self.act || self.status.is_none(),
        }
    }

    /// The answer that was ordered, if one was.
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
