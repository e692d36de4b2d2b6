//! What the setup answers. A secret is in it once: the API key, in the answer to what made it.

use serde::Serialize;
use shared::{
    config::Config,
    tpp::{OnboardingReport, Step, StepState},
    types::{ids::BunqUserId, secret::Secret as _},
};

/// One step of the onboarding.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct StepReport {
    step: Step,
    state: StepState,
}

/// How far the deployment has come.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    environment: &'static str,
    onboarded: bool,
    steps: Vec<StepReport>,
    psp_user_id: Option<BunqUserId>,
    callback_url: String,
    /// Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
}

impl Report {
    pub(crate) fn new(config: &Config, report: OnboardingReport) -> Self {
        let steps: Vec<_> = report.steps.into_iter().map(|(step, state)| StepReport { step, state }).collect();
        Self {
            environment: config.environment.as_str(),
            onboarded: steps.iter().all(|step| step.state != StepState::Missing),
            steps,
            psp_user_id: report.psp_user_id,
            callback_url: config.callback_url().to_string(),
            api_key: report.api_key.map(|key| key.expose().to_owned()),
        }
    }
}
