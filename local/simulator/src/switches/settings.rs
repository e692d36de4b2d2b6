//! The settings, while the bank runs.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::Value;

use crate::bank::SharedBank;
use crate::settings::Settings;
use crate::switches::{SwitchError, parsed};

pub(super) async fn show(State(bank): State<SharedBank>) -> Json<Settings> {
    Json(bank.lock().settings.clone())
}

/// Replaces the fields that the body names, and answers with all of them.
pub(super) async fn merge(State(bank): State<SharedBank>, body: Bytes) -> Result<Json<Settings>, SwitchError> {
    let changes: Value = parsed(&body)?;
    let mut bank = bank.lock();
    bank.settings = bank.settings.merged(&changes)?;
    Ok(Json(bank.settings.clone()))
}
