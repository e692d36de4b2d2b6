//! Disturbances: the nth call to an endpoint is answered badly, late, or not at all.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bank::SharedBank;
use crate::switches::{SwitchError, parsed};
use crate::wire::answer::{Answer, JSON};
use crate::wire::routes::{Found, ROUTES, same_endpoint};

/// Stands for every endpoint.
const EVERY: &str = "*";

/// All faults, in the order in which they were ordered.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

/// A disturbance of some calls to one endpoint.
#[derive(Clone, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
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
    pub(crate) status: Option<u16>,
    /// Text is sent as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// The `Content-Type` of `body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// The bank carries out the call, then answers with `status`.
    #[serde(default)]
    pub(crate) act: bool,
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

impl Faults {
    /// Counts a call, and says what is to happen to it. Where several faults meet it, the one ordered first counts.
    pub(crate) fn effect_on(&mut self, found: &Found) -> Effect {
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
    fn concerns(&self, found: &Found) -> bool {
        let route = match found {
            Found::Route(route, _) => Some(route),
            Found::WrongMethod(_) | Found::Nothing => None,
        };
        self.endpoint == EVERY || route.is_some_and(|route| same_endpoint(route, &self.endpoint))
    }

    fn check(&self) -> Result<(), SwitchError> {
        if self.endpoint != EVERY && !ROUTES.iter().any(|route| same_endpoint(route, &self.endpoint)) {
            return Err(SwitchError::UnknownEndpoint(self.endpoint.clone()));
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
            Some((field, _)) => Err(SwitchError::BadFault(field)),
            None => Ok(()),
        }
    }
}

impl Effect {
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

pub(super) async fn list(State(bank): State<SharedBank>) -> Json<Value> {
    Json(json!({"faults": bank.lock().faults.0}))
}

pub(super) async fn add(State(bank): State<SharedBank>, body: Bytes) -> Result<(StatusCode, Json<Fault>), SwitchError> {
    let mut fault: Fault = parsed(&body)?;
    fault.check()?;
    if fault.effect.body.is_some() {
        fault.effect.status.get_or_insert(200);
    }
    bank.lock().faults.0.push(fault.clone());
    Ok((StatusCode::CREATED, Json(fault)))
}

pub(super) async fn clear(State(bank): State<SharedBank>) -> StatusCode {
    bank.lock().faults.0.clear();
    StatusCode::NO_CONTENT
}
