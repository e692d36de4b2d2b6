//! Shows and clears the list of calls that arrived.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::SharedDesk;

pub(super) async fn list(State(desk): State<SharedDesk>) -> Json<Value> {
    Json(json!(desk.lock().calls))
}

pub(super) async fn clear(State(desk): State<SharedDesk>) -> StatusCode {
    desk.lock().calls.clear();
    StatusCode::NO_CONTENT
}
