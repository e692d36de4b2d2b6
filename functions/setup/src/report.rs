//! What the setup answers. A secret is in it once: the API key, in the answer to what made it.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use shared::{
    config::{BunqEnvironment, Config},
    store::{ApiKeyRecord, KeyId},
    tpp::{AtBank, EgressReport, OnboardingReport, Step, StepState},
    types::{
        ids::BunqUserId,
        secret::{ApiKey, Secret},
    },
};
use utoipa::ToSchema;

/// What the setup answers, by the action.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SetupAnswer {
    /// To `run` and `status`.
    Report(Box<SetupReport>),
    /// To `create_api_key` and `rotate_api_key`.
    Created(Box<CreatedApiKey>),
    /// To `list_api_keys`.
    Listed(ApiKeyList),
    /// To `revoke_api_key`.
    Revoked(RevokedApiKey),
}

/// How far the deployment has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SetupReport {
    #[schema(inline)]
    environment: Environment,
    /// Whether every step is done.
    onboarded: bool,
    /// Every step that was looked at, in order.
    steps: Vec<SetupStep>,
    /// The TPP's user id at bunq; null until there is one.
    #[schema(value_type = Option<u64>, required = true, example = 50001)]
    psp_user_id: Option<BunqUserId>,
    /// The address that bunq sends browsers back to.
    #[schema(example = "https://tpp.example/callback")]
    callback_url: String,
    /// To `status`, once there is something at bunq: whether bunq still knows this deployment. `forgotten`: bunq's
    /// sandbox was reset, for example; run the setup. `no_answer`: this is not known now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline, nullable = false)]
    at_bank: Option<BankReport>,
    /// To `status`, if bunq says so: the callback addresses that are registered there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = json!(["https://tpp.example/callback"]))]
    registered_callback_urls: Option<Vec<String>>,
    /// Until when the PSD2 certificate and its whole chain are valid. Absent if there is no certificate yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    certificate_valid_until: Option<Timestamp>,
    /// To `status`, if the deployment knows how its address is found: whether bunq permits it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    egress: Option<EgressReport>,
    /// The first API key, with every scope: only in the answer to the run that made it. Nobody can see it again.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose_some")]
    #[schema(value_type = String, required = false)]
    api_key: Option<ApiKey>,
}

/// Which of bunq's two worlds.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Environment {
    Sandbox,
    Production,
}

/// One step of the onboarding.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct SetupStep {
    #[schema(inline)]
    step: Step,
    #[schema(inline)]
    state: StepState,
}

/// Whether the bank knows the deployment.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BankReport {
    Known,
    Forgotten,
    NoAnswer,
}

impl SetupReport {
    pub(crate) fn new(config: &Config, report: OnboardingReport) -> Self {
        let (at_bank, registered_callback_urls) = match report.at_bank {
            AtBank::NotAsked => (None, None),
            AtBank::Known { callback_urls } => (Some(BankReport::Known), Some(callback_urls)),
            AtBank::Forgotten => (Some(BankReport::Forgotten), None),
            AtBank::NoAnswer => (Some(BankReport::NoAnswer), None),
        };
        let steps: Vec<_> = report.steps.into_iter().map(|(step, state)| SetupStep { step, state }).collect();
        Self {
            environment: match config.environment {
                BunqEnvironment::Sandbox => Environment::Sandbox,
                BunqEnvironment::Production => Environment::Production,
            },
            onboarded: steps.iter().all(|step| matches!(step.state, StepState::Now | StepState::Before)),
            steps,
            psp_user_id: report.psp_user_id,
            callback_url: config.callback_url().to_string(),
            at_bank,
            registered_callback_urls,
            certificate_valid_until: report.certificate_valid_until,
            egress: None,
            api_key: report.api_key,
        }
    }

    pub(crate) fn with_egress(self, egress: Option<EgressReport>) -> Self {
        Self { egress, ..self }
    }
}

impl From<SetupReport> for SetupAnswer {
    fn from(report: SetupReport) -> Self {
        Self::Report(Box::new(report))
    }
}

/// A new API key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CreatedApiKey {
    #[serde(flatten)]
    record: ApiKeyRecord,
    /// The key itself. Nobody can see it again.
    #[serde(serialize_with = "expose")]
    #[schema(value_type = String)]
    api_key: ApiKey,
}

impl From<(ApiKey, ApiKeyRecord)> for SetupAnswer {
    fn from((api_key, record): (ApiKey, ApiKeyRecord)) -> Self {
        Self::Created(Box::new(CreatedApiKey { record, api_key }))
    }
}

/// The API keys, without the keys themselves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiKeyList {
    /// All of them, also those that were revoked.
    pub(crate) api_keys: Vec<ApiKeyRecord>,
}

/// An API key is revoked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevokedApiKey {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: KeyId,
    /// Always `true`.
    revoked: bool,
}

impl From<KeyId> for RevokedApiKey {
    fn from(id: KeyId) -> Self {
        Self { id, revoked: true }
    }
}

/// The one place where a key leaves us: to the caller who had it made.
fn expose<S: Serializer>(key: &ApiKey, serializer: S) -> Result<S::Ok, S::Error> {
    key.expose().serialize(serializer)
}

fn expose_some<S: Serializer>(key: &Option<ApiKey>, serializer: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(Secret::expose).serialize(serializer)
}
