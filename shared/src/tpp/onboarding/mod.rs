//! From nothing to a TPP that customers can connect to. Every step is saved before the next; what is there is not made
//! again; the bank is asked what it has before anything is created that it allows once. A run that dies at any point is
//! taken up by the next.

mod psp_user;
mod run;

use jiff::Timestamp;
use run::Run;

use super::{CertificateError, Tpp, TppError, certificate};
use crate::{
    bunq::{
        BankError, KeyError, List, Page,
        calls::{CallbackUrl, CallbackUrls, OauthClient, OauthClients},
    },
    secrets::{CertificateSecret, OauthClientSecret, SealingSecret, SecretsError, TppSecret},
    store::{SessionOwner, StoreError},
    types::{
        deadline::Deadline,
        ids::BunqUserId,
        secret::{ApiKey, Secret as _},
    },
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

    /// Whether what it makes is at the bank.
    const fn is_at_bank(self) -> bool {
        match self {
            Self::SealingKey | Self::Certificate | Self::ApiKey => false,
            Self::Installation
            | Self::PspCredential
            | Self::DeviceServer
            | Self::Session
            | Self::OauthClient
            | Self::CallbackUrl => true,
        }
    }
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
    /// Done before, but the bank no longer knows it.
    Forgotten,
}

/// What the bank says of what a deployment has at it.
#[derive(Debug)]
pub enum AtBank {
    /// It was not asked: there is nothing at it yet.
    NotAsked,
    /// It knows this deployment.
    Known {
        /// The callback addresses that are registered.
        callback_urls: Vec<String>,
    },
    /// It does not.
    Forgotten,
    /// It does not answer now, or not to this address.
    NoAnswer,
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
    /// What the bank says of it.
    pub at_bank: AtBank,
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

/// Whether what the bank lists is the OAuth client that this deployment has.
fn is_ours(known: &OauthClientSecret, listed: &OauthClient) -> bool {
    let has_its_name = listed.client_id.expose() == known.client_id.expose();
    listed.id == known.id && listed.status == "ACTIVE" && has_its_name
}

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
        let report = OnboardingReport {
            steps: Vec::new(),
            psp_user_id: None,
            certificate_valid_until: None,
            at_bank: AtBank::NotAsked,
            api_key: None,
        };
        Run { tpp: self, run, secret, report, observe, deadline }.finish().await
    }

    /// How far this deployment has come, without changing anything. Asks the bank whether it still knows the
    /// deployment.
    ///
    /// # Errors
    /// [`OnboardingError`].
    pub async fn onboarding_status(&self, deadline: Deadline) -> Result<OnboardingReport, OnboardingError> {
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
        let at_bank = match (tpp.as_ref().and_then(|tpp| tpp.psp_user_id), &client) {
            (Some(_), Some(client)) => self.at_bank(client, deadline).await,
            _ => AtBank::NotAsked,
        };
        let state = |step| match (done(step), &at_bank) {
            (false, _) => StepState::Missing,
            (true, AtBank::Forgotten) if step.is_at_bank() => StepState::Forgotten,
            (true, AtBank::Known { callback_urls }) if step == Step::CallbackUrl => {
                let is_registered = callback_urls.iter().any(|url| url == callback.as_str());
                if is_registered { StepState::Before } else { StepState::Forgotten }
            }
            (true, _) => StepState::Before,
        };
        Ok(OnboardingReport {
            steps: Step::ALL.into_iter().map(|step| (step, state(step))).collect(),
            psp_user_id: tpp.and_then(|tpp| tpp.psp_user_id),
            certificate_valid_until: owned.as_ref().and_then(|secret| certificate::valid_until(secret).ok()),
            at_bank,
            api_key: None,
        })
    }

    /// Whether an error says that the bank does not know this deployment any more. In a session the same words also
    /// refuse a permission, so a new session decides: it is opened with the installation's own token.
    async fn is_forgotten(&self, error: &TppError, deadline: Deadline) -> bool {
        let says_so = |error: &TppError| match error {
            TppError::Forgotten => true,
            TppError::Session { error, .. } => error.is_unknown_installation(),
            _ => false,
        };
        match error {
            TppError::Bank(refusal) if refusal.is_unknown_installation() => match self.prove_address(deadline).await {
                // There is no key yet: what was refused is the installation itself.
                Err(TppError::NotOnboarded) => true,
                proved => proved.is_err_and(|error| says_so(&error)),
            },
            error => says_so(error),
        }
    }

    /// What the bank knows of this deployment, asked in the TPP's own session.
    async fn at_bank(&self, client: &OauthClientSecret, deadline: Deadline) -> AtBank {
        let registered = async {
            let clients = self
                .call(SessionOwner::Tpp, &List::<OauthClients, Vec<OauthClient>>::new((), Page::LARGEST), deadline)
                .await?;
            if !clients.iter().any(|listed| is_ours(client, listed)) {
                return Ok(None);
            }
            let urls = self
                .call(
                    SessionOwner::Tpp,
                    &List::<CallbackUrls, Vec<CallbackUrl>>::new(client.id, Page::LARGEST),
                    deadline,
                )
                .await?;
            Ok(Some(urls.into_iter().map(|registered| registered.url).collect()))
        };
        match registered.await {
            Ok(Some(callback_urls)) => AtBank::Known { callback_urls },
            Ok(None) => AtBank::Forgotten,
            Err(error) if self.is_forgotten(&error, deadline).await => AtBank::Forgotten,
            Err(error) => {
                tracing::warn!(%error, "onboarding: the bank does not say whether it knows this deployment");
                AtBank::NoAnswer
            }
        }
    }
}
