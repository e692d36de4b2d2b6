//! The steps of the onboarding, the progress of a deployment, and why a run stopped.

use jiff::Timestamp;

use crate::{
    bunq::{BankError, KeyError},
    secrets::SecretsError,
    store::StoreError,
    tpp::{
        certificate::CertificateError,
        error::{TppError, through_tpp_error},
    },
    types::{
        ids::{BunqUserId, CredentialPasswordIpId, InstallationId},
        secret::ApiKey,
    },
};

/// A step of the onboarding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The keys that seal tokens in the tables, and the secrets of webhook endpoints.
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

    /// Returns whether the step creates something at the bank.
    pub(super) const fn is_at_bank(self) -> bool {
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

/// `now`: done by this run; `before`: by a run before; `missing`: not done; `forgotten`: done before, but bunq no
/// longer knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
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

/// What the bank still has of a deployment.
#[derive(Debug, Default)]
pub enum AtBank {
    /// The bank was not asked, because the deployment has nothing there yet.
    #[default]
    NotAsked,
    /// The bank knows this deployment.
    Known {
        /// The callback addresses that are registered.
        callback_urls: Vec<String>,
    },
    /// The bank does not know this deployment.
    Forgotten,
    /// The bank does not answer now, or does not answer this address.
    NoAnswer,
}

/// The progress of a deployment.
#[derive(Debug, Default)]
pub struct OnboardingReport {
    /// Every step that was checked, in order.
    pub steps: Vec<(Step, StepState)>,
    /// The TPP's user id at the bank.
    pub psp_user_id: Option<BunqUserId>,
    /// Until when the certificate and its whole chain are valid.
    pub certificate_valid_until: Option<Timestamp>,
    /// What the bank says about the deployment.
    pub at_bank: AtBank,
    /// The first API key, in the report of the run that made it. It cannot be read again.
    pub api_key: Option<ApiKey>,
}

/// The registration of the TPP at the bank.
#[derive(Clone, Copy, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Registration {
    /// The id of the installation.
    #[schema(value_type = u64, minimum = 1, example = 3001)]
    pub installation: InstallationId,
    /// The id of the TPP's API key at the bank.
    #[schema(value_type = u64, minimum = 1, example = 1001)]
    pub credential_password_ip_id: CredentialPasswordIpId,
}

/// A registration that was replaced.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RenewalReport {
    /// The registration in use.
    pub registration: Registration,
    /// The registration that it replaced. It stays valid at bunq until it is revoked there.
    pub replaced: Registration,
    /// The addresses that were permitted for the replaced key, and that this run permitted for the new one, too.
    #[schema(example = json!(["185.40.108.7"]))]
    pub permitted_ips: Vec<String>,
    /// Until when the registered certificate and its whole chain are valid.
    #[schema(value_type = String, format = DateTime)]
    pub certificate_valid_until: Timestamp,
}

/// A run stopped. The steps that it completed are saved.
#[derive(Debug, thiserror::Error)]
pub enum OnboardingError {
    /// Another run started after this one.
    #[error("another run of the setup has taken over")]
    Superseded,
    /// The secrets belong to the bank's other environment.
    #[error("the secrets belong to another BUNQ_ENVIRONMENT")]
    OtherEnvironment,
    /// The certificate in the secret is the one in use, so there is none to renew it with.
    #[error("the certificate in the secret is the one in use")]
    SameCertificate,
    /// The bank takes the certificate for that of another user, who does not own the OAuth client.
    #[error("the bank knows the certificate as another user")]
    OtherPspUser,
    /// The PSD2 certificate is missing or invalid.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Another error.
    #[error(transparent)]
    Tpp(#[from] TppError),
}

through_tpp_error!(OnboardingError from BankError, StoreError, SecretsError, KeyError);
