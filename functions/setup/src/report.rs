//! The answers of the setup. An answer contains a secret in one case only: a new API key, in the answer to the command
//! that created it.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use shared::{
    config::{BunqEnvironment, Config},
    store::{ApiKeyRecord, KeyId},
    tpp::{
        AtBank, EgressReport, OnboardingReport, RenewalReport, ResealReport, RotatedSealingKey, SealingReport, Step,
        StepState,
    },
    types::{
        ids::BunqUserId,
        secret::{ApiKey, Secret},
    },
};
use utoipa::ToSchema;

/// The answer of the setup, which depends on the action.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SetupAnswer {
    /// The answer to `run` and `status`.
    Report(Box<SetupReport>),
    /// The answer to `create_api_key` and `rotate_api_key`.
    Created(Box<CreatedApiKey>),
    /// The answer to `list_api_keys`.
    Listed(ApiKeyList),
    /// The answer to `revoke_api_key`.
    Revoked(RevokedApiKey),
    /// The answer to `rotate_sealing_key`.
    RotatedSealingKey(RotatedSealingKey),
    /// The answer to `reseal`.
    Resealed(ResealReport),
    /// The answer to `remove_sealing_key`.
    RemovedSealingKey(RemovedSealingKey),
    /// The answer to `rotate_installation` and `renew_certificate`.
    Renewed(Box<RenewalReport>),
}

/// The progress of the deployment's onboarding.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SetupReport {
    #[schema(inline)]
    environment: BunqEnvironment,
    /// Whether every step is done.
    onboarded: bool,
    /// Every step that was examined, in order.
    steps: Vec<SetupStep>,
    /// The TPP's user id at bunq; null until it exists.
    #[schema(value_type = Option<u64>, required = true, example = 50001)]
    psp_user_id: Option<BunqUserId>,
    /// The address to which bunq redirects browsers back.
    #[schema(example = "https://tpp.example/callback")]
    callback_url: String,
    // Without a description of its own: utoipa would add an object to the text's schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline, nullable = false)]
    at_bank: Option<BankReport>,
    /// Only for `status`, if bunq reports them: the callback addresses that are registered there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = json!(["https://tpp.example/callback"]))]
    registered_callback_urls: Option<Vec<String>>,
    /// Until when the PSD2 certificate and its whole chain are valid. Absent if there is no certificate yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    certificate_valid_until: Option<Timestamp>,
    /// Only for `status`, if the deployment can find out its own address: whether bunq permits that address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    egress: Option<EgressReport>,
    /// Only for `status`, once there is a sealing key: the sealing keys, and what each old one still seals.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sealing: Option<SealingReport>,
    /// Only for `status`, once there is a key that seals the secrets of webhook endpoints: these keys, and what each
    /// old one still seals.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    delivery: Option<SealingReport>,
    /// The first API key, with every scope. Only the answer to the run that created it contains it; it cannot be read
    /// again.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose_some")]
    #[schema(value_type = String, required = false)]
    api_key: Option<ApiKey>,
}

/// One step of the onboarding.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct SetupStep {
    #[schema(inline)]
    step: Step,
    #[schema(inline)]
    state: StepState,
}

/// Only for `status`, once the deployment is registered at bunq: whether bunq still knows it. `forgotten`: bunq no
/// longer knows it, for example after a reset of bunq's sandbox; run the setup. `no_answer`: bunq did not answer,
/// so this is unknown.
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
            environment: config.environment,
            onboarded: steps.iter().all(|step| matches!(step.state, StepState::Now | StepState::Before)),
            steps,
            psp_user_id: report.psp_user_id,
            callback_url: config.callback_url().to_string(),
            at_bank,
            registered_callback_urls,
            certificate_valid_until: report.certificate_valid_until,
            egress: None,
            sealing: None,
            delivery: None,
            api_key: report.api_key,
        }
    }

    pub(crate) fn with_egress(self, egress: Option<EgressReport>) -> Self {
        Self { egress, ..self }
    }

    pub(crate) fn with_sealing(self, sealing: Option<SealingReport>, delivery: Option<SealingReport>) -> Self {
        Self { sealing, delivery, ..self }
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
    /// The key itself. It cannot be read again.
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
    /// All API keys, including revoked ones.
    pub(crate) api_keys: Vec<ApiKeyRecord>,
}

/// The answer for a revoked API key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevokedApiKey {
    /// The id of the key.
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

/// The answer for a removed sealing key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemovedSealingKey {
    /// The id of the key.
    #[schema(example = "k0b1d9e77")]
    id: String,
    /// Always `true`.
    removed: bool,
}

impl RemovedSealingKey {
    pub(crate) const fn new(id: String) -> Self {
        Self { id, removed: true }
    }
}

/// Writes the key into the answer. This is the only place where a key leaves the system: to the caller who created it.
fn expose<S: Serializer>(key: &ApiKey, serializer: S) -> Result<S::Ok, S::Error> {
    key.expose().serialize(serializer)
}

fn expose_some<S: Serializer>(key: &Option<ApiKey>, serializer: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(Secret::expose).serialize(serializer)
}
