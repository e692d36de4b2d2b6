//! From nothing to a TPP that customers can connect to. Every step is saved before the next; what is there is not made again; the bank is
//! asked what it has before anything is created that it allows once. A run that dies at any point is taken up by the next.

mod psp_user;
mod run;

use jiff::Timestamp;
use run::Run;

use super::{CertificateError, Tpp, TppError, certificate};
use crate::{
    bunq::{BankError, KeyError},
    secrets::{CertificateSecret, OauthClientSecret, SealingSecret, SecretsError, TppSecret},
    store::StoreError,
    types::{deadline::Deadline, ids::BunqUserId, secret::ApiKey},
};

/// The steps, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The key that seals tokens in the tables.
    SealingKey,
    /// The PSD2 certificate.
    Certificate,
    /// Our key pair, and the installation that it makes at the bank.
    Installation,
    /// The TPP's API key.
    PspCredential,
    /// The device that the API key is bound to.
    DeviceServer,
    /// The TPP's first session, which says its user id.
    Session,
    /// The app that customers consent to.
    OauthClient,
    /// The address that the bank sends browsers back to.
    CallbackUrl,
    /// The first API key of ours.
    ApiKey,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 9] = [
        Self::SealingKey,
        Self::Certificate,
        Self::Installation,
        Self::PspCredential,
        Self::DeviceServer,
        Self::Session,
        Self::OauthClient,
        Self::CallbackUrl,
        Self::ApiKey,
    ];
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Done by this run.
    Now,
    /// Done by a run before.
    Before,
    /// Not done.
    Missing,
}

/// How far a deployment has come.
#[derive(Debug)]
pub struct OnboardingReport {
    /// Every step that was looked at, in order.
    pub steps: Vec<(Step, StepState)>,
    /// The TPP's user id at the bank.
    pub psp_user_id: Option<BunqUserId>,
    /// Until when the certificate and its whole chain are valid.
    pub certificate_valid_until: Option<Timestamp>,
    /// The first API key, from the run that made it: nobody can see it again.
    pub api_key: Option<ApiKey>,
}

/// A run stopped. What it had done is saved.
#[derive(Debug, thiserror::Error)]
pub enum OnboardingError {
    /// Another run started after this one.
    #[error("another run of the setup has taken over")]
    Superseded,
    /// The secrets belong to the bank's other world.
    #[error("the secrets belong to another BUNQ_ENVIRONMENT")]
    OtherEnvironment,
    /// The PSD2 certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Anything else.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

macro_rules! through_tpp_error {
    ($($error:ty),+) => {$(
        impl From<$error> for OnboardingError {
            fn from(error: $error) -> Self {
                Self::Tpp(error.into())
            }
        }
    )+};
}
through_tpp_error!(BankError, StoreError, SecretsError, KeyError);

impl Tpp {
    /// Runs or resumes the onboarding. `observe` hears of each step as it is done.
    ///
    /// # Errors
    /// [`OnboardingError`]; steps done are saved.
    pub async fn onboard(
        &self,
        observe: &(dyn Fn(Step, StepState) + Sync),
        deadline: Deadline,
    ) -> Result<OnboardingReport, OnboardingError> {
        let run = self.0.store.begin_onboarding().await?;
        let environment = self.0.config.environment.as_str();
        let secret = self.0.secrets.read::<TppSecret>().await?.unwrap_or_else(|| TppSecret {
            environment: environment.to_owned(),
            installation: None,
            psp: None,
            device: None,
            psp_user_id: None,
        });
        if secret.environment != environment {
            return Err(OnboardingError::OtherEnvironment);
        }
        let report =
            OnboardingReport { steps: Vec::new(), psp_user_id: None, certificate_valid_until: None, api_key: None };
        Run { tpp: self, run, secret, report, observe, deadline }.finish().await
    }

    /// How far this deployment has come, without changing anything.
    ///
    /// # Errors
    /// [`OnboardingError`].
    pub async fn onboarding_status(&self) -> Result<OnboardingReport, OnboardingError> {
        let secrets = &self.0.secrets;
        let (sealing, owned, tpp, client) = tokio::try_join!(
            secrets.read::<SealingSecret>(),
            secrets.read::<CertificateSecret>(),
            secrets.read::<TppSecret>(),
            secrets.read::<OauthClientSecret>(),
        )?;
        let environment = self.0.config.environment.as_str();
        if tpp.as_ref().is_some_and(|tpp| tpp.environment != environment) {
            return Err(OnboardingError::OtherEnvironment);
        }
        let api_keys = self.0.store.list_api_keys().await?;
        let callback = self.0.config.callback_url();
        let done = |step| match step {
            Step::SealingKey => sealing.is_some(),
            Step::Certificate => owned.is_some(),
            Step::Installation => tpp.as_ref().is_some_and(|tpp| tpp.installation.is_some()),
            Step::PspCredential => tpp.as_ref().is_some_and(|tpp| tpp.psp.is_some()),
            Step::DeviceServer => tpp.as_ref().is_some_and(|tpp| tpp.device.is_some()),
            Step::Session => tpp.as_ref().is_some_and(|tpp| tpp.psp_user_id.is_some()),
            Step::OauthClient => client.is_some(),
            Step::CallbackUrl => {
                client.as_ref().is_some_and(|client| client.callback_url.as_deref() == Some(callback.as_str()))
            }
            Step::ApiKey => !api_keys.is_empty(),
        };
        let state = |step| if done(step) { StepState::Before } else { StepState::Missing };
        Ok(OnboardingReport {
            steps: Step::ALL.into_iter().map(|step| (step, state(step))).collect(),
            psp_user_id: tpp.and_then(|tpp| tpp.psp_user_id),
            certificate_valid_until: owned.as_ref().and_then(|secret| certificate::valid_until(secret).ok()),
            api_key: None,
        })
    }
}
