//! Shows and changes the settings while the bank runs.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::Value;

use crate::desk::SharedDesk;
use crate::settings::Settings;
use crate::switches::body::parsed;
use crate::switches::error::SwitchError;

pub(super) async fn show(State(desk): State<SharedDesk>) -> Json<Settings> {
    Json(desk.lock().bank.settings.clone())
}

/// Replaces the fields in the body, and returns all settings.
pub(super) async fn merge(State(desk): State<SharedDesk>, body: Bytes) -> Result<Json<Settings>, SwitchError> {
    let changes: Value = parsed(&body)?;
    let bank = &mut desk.lock().bank;
    bank.settings = bank.settings.merged(&changes)?;
    Ok(Json(bank.settings.clone()))
}
