//! What the setup answers. A secret is in it once: the API key, in the answer to what made it.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;
use shared::{
    config::Config,
    tpp::{AtBank, OnboardingReport, Step, StepState},
    types::{
        ids::BunqUserId,
        secret::{ApiKey, Secret},
    },
};

/// One step of the onboarding.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct StepReport {
    step: Step,
    state: StepState,
}

/// Whether the bank knows the deployment.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum BankReport {
    Known,
    Forgotten,
    NoAnswer,
}

/// How far the deployment has come.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    environment: &'static str,
    onboarded: bool,
    steps: Vec<StepReport>,
    psp_user_id: Option<BunqUserId>,
    callback_url: String,
    /// What the bank says of all that; only where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_bank: Option<BankReport>,
    /// The callback addresses that the bank has, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_callback_urls: Option<Vec<String>>,
    /// Until when the certificate and its whole chain are valid.
    certificate_valid_until: Option<Timestamp>,
    /// Whether the bank permits the address that we call from.
    #[serde(skip_serializing_if = "Option::is_none")]
    egress: Option<Value>,
    /// Shown once.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    api_key: Option<ApiKey>,
}

impl Report {
    pub(crate) fn new(config: &Config, report: OnboardingReport) -> Self {
        let (at_bank, registered_callback_urls) = match report.at_bank {
            AtBank::NotAsked => (None, None),
            AtBank::Known { callback_urls } => (Some(BankReport::Known), Some(callback_urls)),
            AtBank::Forgotten => (Some(BankReport::Forgotten), None),
            AtBank::NoAnswer => (Some(BankReport::NoAnswer), None),
        };
        let steps: Vec<_> = report.steps.into_iter().map(|(step, state)| StepReport { step, state }).collect();
        Self {
            environment: config.environment.as_str(),
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
}

impl Report {
    pub(crate) fn with_egress(self, egress: Option<Value>) -> Self {
        Self { egress, ..self }
    }
}

/// The one place where a key leaves us: to whoever had it made.
fn expose<S: Serializer>(key: &Option<ApiKey>, serializer: S) -> Result<S::Ok, S::Error> {
    key.as_ref().map(Secret::expose).serialize(serializer)
}
