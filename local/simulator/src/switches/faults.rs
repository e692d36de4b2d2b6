//! Lists, adds and removes faults.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::SharedDesk;
use crate::desk::faults::Fault;
use crate::switches::body::parsed;
use crate::switches::error::SwitchError;

pub(super) async fn list(State(desk): State<SharedDesk>) -> Json<Value> {
    Json(json!({"faults": desk.lock().faults}))
}

pub(super) async fn add(State(desk): State<SharedDesk>, body: Bytes) -> Result<(StatusCode, Json<Fault>), SwitchError> {
    let fault = desk.lock().faults.order(parsed(&body)?)?;
    Ok((StatusCode::CREATED, Json(fault)))
}

pub(super) async fn clear(State(desk): State<SharedDesk>) -> StatusCode {
    desk.lock().faults.clear();
    StatusCode::NO_CONTENT
}
