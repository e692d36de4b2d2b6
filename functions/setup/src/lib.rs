//! The one-shot setup: onboards the TPP at the bank, reports, and manages API keys. Invoked directly, or by POST /setup behind IAM.

mod command;
mod report;
mod schema;
mod setup;

use lambda_runtime::Diagnostic;
use serde_json::Value;
use shared::{http::App, types::deadline::Deadline};
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use command::Command;
pub use report::Report;
pub use setup::{Progress, run};

/// How long a direct invocation may take; the template gives the function a minute.
const DIRECT: Duration = Duration::from_secs(50);

/// The routes of the group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(setup::post_setup))
}

/// A direct invocation: `{}` or a [`Command`].
///
/// # Errors
/// The problem's code as `errorType`, its words as `errorMessage`.
pub async fn invoke(app: App, payload: Value) -> Result<Value, Diagnostic> {
    let outcome = async { run(&app, Command::parse(payload)?, &|_, _| {}, Deadline::after(DIRECT)).await }.await;
    outcome.map_err(|problem| Diagnostic {
        error_type: problem.code().as_str().to_owned(),
        error_message: problem.to_string(),
    })
}
