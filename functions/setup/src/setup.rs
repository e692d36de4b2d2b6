//! POST /setup, and the same for a direct invocation.

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
};
use serde_json::{Value, json};
use shared::{
    http::{App, Problem},
    tpp::{Step, StepState, TppError},
    types::{deadline::Deadline, secret::Secret as _},
};

use crate::{Command, Report};

/// Hears of each step of the onboarding as it is done.
pub type Progress<'a> = &'a (dyn Fn(Step, StepState) + Sync);

/// Set the deployment up
///
/// Behind IAM, not an API key. `{}` runs or resumes the onboarding; see the actions for the rest.
#[utoipa::path(
    post,
    path = "/setup",
    operation_id = "run_setup",
    tag = "setup",
    request_body = Command,
    responses((status = 200, description = "A report, or the keys.", body = serde_json::Value))
)]
pub(crate) async fn post_setup(
    State(app): State<App>,
    deadline: Deadline,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let Json(payload) = body.map_err(|_| Problem::invalid("body", "must be JSON, sent as application/json"))?;
    run(&app, Command::parse(payload)?, &|_, _| {}, deadline).await.map(Json)
}

/// Does what a command says.
///
/// # Errors
/// A [`Problem`]; the onboarding keeps what it has done.
pub async fn run(app: &App, command: Command, progress: Progress<'_>, deadline: Deadline) -> Result<Value, Problem> {
    let tpp = &app.tpp;
    let answer = match command {
        Command::Run {} => json!(Report::new(tpp.config(), tpp.onboard(progress, deadline).await?)),
        Command::Status {} => {
            let report = Report::new(tpp.config(), tpp.onboarding_status().await?);
            // Asked only where the deployment says how its address is found; a bank that does not answer spoils no status.
            let egress = match tpp.config().egress_ip_url {
                Some(_) => match tpp.egress_report(deadline).await {
                    Ok(report) => Some(json!(report)),
                    Err(TppError::IpNotPermitted { address }) => Some(json!({ "egress_ip": address, "agrees": false })),
                    Err(_) => None,
                },
                None => None,
            };
            json!(report.with_egress(egress))
        }
        Command::CreateApiKey { name, scopes } => {
            let (key, record) = tpp.create_api_key(&name, &scopes).await?;
            json!({ "id": record.id, "name": record.name, "scopes": record.scopes, "api_key": key.expose() })
        }
        Command::ListApiKeys {} => json!({ "api_keys": tpp.list_api_keys().await? }),
        Command::RevokeApiKey { id } => {
            if !tpp.revoke_api_key(id).await? {
                return Err(Problem::invalid("/id", "is not the id of an API key"));
            }
            json!({ "id": id, "revoked": true })
        }
    };
    Ok(answer)
}
