//! Shows the callbacks that the bank sends, and disturbs them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::desk::SharedDesk;
use crate::desk::callbacks::disturbances::Disturbances;
use crate::switches::body::parsed;
use crate::switches::error::SwitchError;

#[derive(Serialize)]
struct Shown<'a> {
    disturbances: &'a Disturbances,
    /// The callbacks that wait for a try or its answer.
    waiting: usize,
    failures: usize,
    tries: Vec<Value>,
}

pub(super) async fn show(State(desk): State<SharedDesk>) -> Json<Value> {
    let desk = desk.lock();
    let notifications = &desk.bank.books.notifications;
    let tries = desk.callbacks.log.iter().map(|entry| json!(entry)).collect();
    let (waiting, failures) = (notifications.count(), notifications.failures.len());
    Json(json!(Shown { disturbances: &desk.callbacks.disturbances, waiting, failures, tries }))
}

/// Replaces the disturbances in the body, and returns all of them.
pub(super) async fn disturb(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Disturbances>, SwitchError> {
    let changes: Map<String, Value> = parsed(&body)?;
    let disturbances = &mut desk.lock().callbacks.disturbances;
    let mut all: Map<String, Value> = serde_json::from_value(serde_json::to_value(&*disturbances)?)?;
    all.extend(changes);
    *disturbances = serde_json::from_value(Value::Object(all))?;
    Ok(Json(disturbances.clone()))
}

/// Ends all disturbances, and clears the log. Callbacks that wait stay.
pub(super) async fn clear(State(desk): State<SharedDesk>) -> StatusCode {
    let callbacks = &mut desk.lock().callbacks;
    callbacks.disturbances = Disturbances::default();
    callbacks.log.clear();
    StatusCode::NO_CONTENT
}
