//! The setup: onboards the TPP at the bank, reports the state, manages API keys, and rotates keys. An operator invokes
//! it directly, or by `POST /setup` behind IAM.

mod command;
mod report;
mod setup;

use serde_json::{Value, json};
use shared::{
    http::{App, JsonBody, Problem, routes},
    types::deadline::Deadline,
};
use std::time::Duration;

pub use command::{
    CreateApiKey, ItemLimit, KeyEnd, KeyName, ListApiKeys, Overlap, RemoveSealingKey, RenewCertificate, Reseal,
    RevokeApiKey, RotateApiKey, RotateInstallation, RotateSealingKey, Run, Scopes, SealingKeyId, SealingSecretName,
    SetupCommand, Status,
};
pub use report::{ApiKeyList, CreatedApiKey, RemovedSealingKey, RevokedApiKey, SetupAnswer, SetupReport, SetupStep};
pub use setup::{Progress, run};

/// How long a direct invocation may take; the template gives the function a minute.
const DIRECT: Duration = Duration::from_secs(50);

routes! {
    /// The routes of the group.
    pub fn router() -> Router<App> {
        setup::run_setup,
    }
}

/// Runs a direct invocation. The payload is `{}` or a [`SetupCommand`].
///
/// # Errors
/// Returns a [`Problem`] if the payload is invalid or the command fails.
pub async fn invoke(app: App, payload: Value) -> Result<Value, Problem> {
    let command = JsonBody::of(&payload).read()?;
    // The future of all commands is large, and would be in that of each caller.
    let answer = Box::pin(run(&app, command, &|_, _| {}, Deadline::after(DIRECT))).await?;
    Ok(json!(answer))
}
