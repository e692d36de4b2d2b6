//! `POST /setup`, and the same commands for a direct invocation.

use jiff::Timestamp;
use shared::{
    http::prelude::*,
    store::{NewApiKey, NoRotation, Successor},
    telemetry::{
        Metric,
        audit::{Fact, note},
        gauge,
    },
    tpp::{RotatedSecret, Step, StepState},
    types::deadline::Deadline,
};

use crate::{
    ApiKeyList, SetupAnswer, SetupCommand, SetupReport,
    command::{
        CreateApiKey, ItemLimit, KeyEnd, KeyName, Overlap, RemoveSealingKey, RenewCertificate, Reseal, RevokeApiKey,
        RotateApiKey, RotateSealingKey, Scopes, SealingKeyId, SealingSecretName,
    },
    report::RemovedSealingKey,
};

/// Receives each step of the onboarding when it is done.
pub type Progress<'a> = &'a (dyn Fn(Step, StepState) + Sync);

/// Set up the deployment
///
/// Needs IAM, not an API key. `{}` runs or resumes the onboarding and shows the first API key, once. The other actions
/// report the state, create, list, rotate and revoke API keys, and rotate the sealing keys, the installation and the
/// certificate. A run that was interrupted continues where it
/// stopped. A run with nothing to do changes nothing. The same payloads work as direct invocations.
#[utoipa::path(
    post,
    path = "/setup",
    request_body(
        content = SetupCommand,
        description = "What to do; `{}` runs or resumes the onboarding.",
        examples(
            ("run" = (summary = "Run or resume the onboarding", value = json!({}))),
            ("status" = (summary = "Report", value = json!({ "action": "status" }))),
            ("create_api_key" = (
                summary = "Make an API key",
                value = json!({
                    "action": "create_api_key", "name": "bookkeeping", "scopes": ["accounts"], "workspace": "bookkeeping",
                    "expires_at": "2030-01-01T00:00:00Z"
                })
            )),
            ("list_api_keys" = (summary = "List the API keys", value = json!({ "action": "list_api_keys" }))),
            ("rotate_api_key" = (
                summary = "Make a successor of an API key",
                value = json!({ "action": "rotate_api_key", "id": "5b1c8f0e-3b0c-4a39-9e55-0c6f3a0d7c11", "overlap": 24 })
            )),
            ("revoke_api_key" = (
                summary = "Revoke an API key",
                value = json!({ "action": "revoke_api_key", "id": "5b1c8f0e-3b0c-4a39-9e55-0c6f3a0d7c11" })
            )),
            ("rotate_sealing_key" = (summary = "Rotate the sealing key", value = json!({ "action": "rotate_sealing_key" }))),
            ("rotate_delivery_key" = (
                summary = "Rotate the key that seals the secrets of webhook endpoints",
                value = json!({ "action": "rotate_sealing_key", "secret": "delivery-key" })
            )),
            ("reseal" = (summary = "Seal again with the current key", value = json!({ "action": "reseal", "limit": 10000 }))),
            ("remove_sealing_key" = (
                summary = "Remove an old sealing key", value = json!({ "action": "remove_sealing_key", "id": "k0b1d9e77" })
            )),
            ("rotate_installation" = (summary = "Rotate the installation", value = json!({ "action": "rotate_installation" }))),
            ("renew_certificate" = (summary = "Renew the certificate", value = json!({ "action": "renew_certificate" }))),
        )
    ),
    security(("iam" = [])),
    responses(
        (status = 200, description = "A report, or the keys.", body = SetupAnswer),
        Problems<(AtBank, InSetup)>,
        (status = 403, description = "IAM does not let the caller through (API Gateway's own words), or bunq refuses.", content(
            (GatewayError = "application/json", example = json!({ "message": "Forbidden" })),
            (ProblemAnswer = "application/problem+json"),
        )),
    )
)]
pub(crate) async fn run_setup(
    State(app): State<App>,
    RequestDeadline(deadline): RequestDeadline,
    query: QueryParameters,
    body: JsonBody,
) -> Result<Json<SetupAnswer>, Problem> {
    query.read(|_| ())?;
    // A client that lost its body must not start an onboarding.
    if body.is_empty() {
        return Err(Problem::invalid(Place::Body(""), "must be a JSON object"));
    }
    run(&app, body.read()?, &|_, _| {}, deadline).await.map(Json)
}

/// Runs a command.
///
/// # Errors
/// Returns a [`Problem`] if the command fails. The onboarding keeps the steps that are done.
pub async fn run(
    app: &App,
    command: SetupCommand,
    progress: Progress<'_>,
    deadline: Deadline,
) -> Result<SetupAnswer, Problem> {
    let tpp = &app.tpp;
    note(Fact::Action(command.action()));
    let answer = match command {
        SetupCommand::Run(_) => SetupReport::new(&tpp.config, tpp.onboarding.run(progress, deadline).await?).into(),
        SetupCommand::Status(_) => {
            let status = tpp.onboarding.status(deadline).await?;
            let left = |until: Timestamp| until.duration_since(tpp.clock.now()).as_hours().div_euclid(24);
            if status.steps.contains(&(Step::Certificate, StepState::Before)) {
                // An unreadable certificate is treated like an expired one.
                gauge(Metric::CertificateDaysLeft, status.certificate_valid_until.map_or(0, left));
            }
            let report = SetupReport::new(&tpp.config, status);
            // The bank is called only if the deployment can find out its own address. If the bank does not answer, the
            // status is still reported.
            let egress = match tpp.config.egress_ip_url {
                Some(_) => tpp.egress.report(deadline).await.ok(),
                None => None,
            };
            let sealing = tpp.sealing_rotation.status(RotatedSecret::Sealing, deadline).await?;
            let delivery = tpp.sealing_rotation.status(RotatedSecret::Delivery, deadline).await?;
            report.with_egress(egress).with_sealing(sealing, delivery).into()
        }
        SetupCommand::CreateApiKey(CreateApiKey {
            name: KeyName(name),
            scopes: Scopes(scopes),
            workspace,
            expires_at,
        }) => {
            let workspace = workspace.unwrap_or_default();
            let expires_at = in_future(expires_at, tpp.clock.now())?;
            tpp.access.create(NewApiKey { name, scopes, workspace, expires_at }).await?.into()
        }
        SetupCommand::RotateApiKey(RotateApiKey { id, overlap, expires_at }) => {
            let Overlap(overlap) = overlap.unwrap_or_default();
            let expires_at = in_future(expires_at, tpp.clock.now())?;
            match tpp.access.rotate(id, Successor { overlap, expires_at }).await? {
                Ok(made) => made.into(),
                Err(NoRotation::Unknown) => return Err(unknown_key()),
                Err(NoRotation::Ended) => {
                    return Err(Problem::invalid(Place::Body("/id"), "was revoked or has expired: make a new key"));
                }
            }
        }
        SetupCommand::ListApiKeys(_) => SetupAnswer::Listed(ApiKeyList { api_keys: tpp.access.list().await? }),
        SetupCommand::RevokeApiKey(RevokeApiKey { id }) => {
            if !tpp.access.revoke(id).await? {
                return Err(unknown_key());
            }
            SetupAnswer::Revoked(id.into())
        }
        SetupCommand::RotateSealingKey(RotateSealingKey { secret }) => {
            SetupAnswer::RotatedSealingKey(tpp.sealing_rotation.rotate(rotated(secret)).await?)
        }
        SetupCommand::Reseal(Reseal { limit, secret }) => {
            let most = limit.map(|ItemLimit(most)| most);
            SetupAnswer::Resealed(tpp.sealing_rotation.reseal(rotated(secret), most, deadline).await?)
        }
        SetupCommand::RemoveSealingKey(RemoveSealingKey { id: SealingKeyId(id), secret }) => {
            tpp.sealing_rotation.remove(rotated(secret), &id, deadline).await?;
            SetupAnswer::RemovedSealingKey(RemovedSealingKey::new(id))
        }
        SetupCommand::RotateInstallation(_) => {
            SetupAnswer::Renewed(Box::new(tpp.onboarding.rotate_installation(deadline).await?))
        }
        SetupCommand::RenewCertificate(RenewCertificate { force }) => {
            let force = force.unwrap_or_default();
            SetupAnswer::Renewed(Box::new(tpp.onboarding.renew_certificate(force, deadline).await?))
        }
    };
    Ok(answer)
}

fn rotated(secret: Option<SealingSecretName>) -> RotatedSecret {
    secret.map(RotatedSecret::from).unwrap_or_default()
}

fn unknown_key() -> Problem {
    Problem::invalid(Place::Body("/id"), "is not the id of an API key")
}

fn in_future(end: Option<KeyEnd>, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let expires_at = end.map(|KeyEnd(time)| time);
    if expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(Problem::invalid(Place::Body("/expires_at"), "must be in the future"));
    }
    Ok(expires_at)
}
