//! The deployment's secrets in AWS Secrets Manager: one secret for each set of readers.
//!
//! | secret | holds | read by |
//! |---|---|---|
//! | `<prefix>/tpp` | [`TppSecret`] | every function that talks to the bank |
//! | `<prefix>/oauth-client` | [`OauthClientSecret`] | oauth, setup |
//! | `<prefix>/psd2-certificate` | [`CertificateSecret`] | setup |
//! | `<prefix>/sealing-key` | [`SealingSecret`] | every function that opens or seals items of the store |
//! | `<prefix>/delivery-key` | [`DeliverySecret`] | events, deliver, setup |
//! | `<prefix>/hook-key` | [`HookSecret`] | hooks, users, worker, setup |

mod hook;
mod sealing;
mod shapes;

use std::{error::Error, fmt};

use aws_sdk_secretsmanager::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};

use crate::types::causes::causes;

pub use hook::HookSecret;
pub use sealing::{DeliverySecret, NextSealingKey, SealingKeySecret, SealingSecret};
pub use shapes::{
    CertificateSecret, Content, DeviceRecord, FormerCallbackUrl, InstallationSecret, NextRegistration,
    OauthClientSecret, PspSecret, TppSecret,
};

/// The error code for a secret that does not exist or has no value.
const NOT_FOUND: &str = "ResourceNotFoundException";

/// Why a secret could not be read or written. Never contains the content of a secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// Secrets Manager cannot be reached, throttles, or fails. A later retry may succeed. Holds the error code, or the
    /// causes if there was no answer.
    #[error("Secrets Manager is unavailable: {0}")]
    Unavailable(String),
    /// Secrets Manager rejects the request, for example because a permission is missing. A retry does not help: the
    /// operator must fix the deployment. Holds the error code.
    #[error("Secrets Manager rejects the request: {0}")]
    Misconfigured(String),
    /// The secret exists, but its content is not JSON of the expected shape. Holds the secret's name below the prefix.
    #[error("the secret {0} is not JSON of the expected shape")]
    Undecodable(&'static str),
}

impl<E: Error + ProvideErrorMetadata + 'static, R: fmt::Debug + 'static> From<SdkError<E, R>> for SecretsError {
    fn from(error: SdkError<E, R>) -> Self {
        // Only the code of an answer is kept: messages can quote keys.
        let code = match (&error, error.code()) {
            (_, Some(code)) => code.to_owned(),
            (SdkError::ServiceError(_), None) => "an answer without a code".to_owned(),
            (error, None) => causes(error),
        };
        match code.as_str() {
            "AccessDeniedException" | "UnrecognizedClientException" | "DecryptionFailure" | "ValidationException" => {
                Self::Misconfigured(code)
            }
            _ => Self::Unavailable(code),
        }
    }
}

/// Identifies what a secret contained when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionId(Option<String>);

/// Access to the deployment's secrets.
#[derive(Clone, Debug)]
pub struct Secrets {
    client: Client,
    prefix: String,
}

impl Secrets {
    /// Returns access to the secrets whose names begin with `<prefix>/`. Sends no request.
    #[must_use]
    pub fn new(client: Client, prefix: &str) -> Self {
        Self { client, prefix: prefix.to_owned() }
    }

    /// Returns the full name of a secret.
    pub(crate) fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// Reads a secret. Returns `None` if it does not exist or has no value yet, as after the template created it.
    ///
    /// # Errors
    /// Returns [`SecretsError::Undecodable`] if the content is not JSON of the expected shape,
    /// [`SecretsError::Misconfigured`] if Secrets Manager rejects the request, and [`SecretsError::Unavailable`] if it
    /// fails.
    pub async fn read<C: Content>(&self) -> Result<Option<C>, SecretsError> {
        Ok(self.read_version().await?.map(|(content, _)| content))
    }

    /// Like [`Self::read`]. Also returns the id of the version, which changes whenever the secret is written.
    ///
    /// # Errors
    /// Returns the errors of [`Self::read`].
    pub async fn read_version<C: Content>(&self) -> Result<Option<(C, VersionId)>, SecretsError> {
        let value = match self.client.get_secret_value().secret_id(self.id(C::NAME)).send().await {
            Ok(value) => value,
            Err(error) if error.code() == Some(NOT_FOUND) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let text = value.secret_string.ok_or(SecretsError::Undecodable(C::NAME))?;
        // The error of serde_json is dropped because it can quote the secret.
        let content = serde_json::from_str(&text).map_err(|_| SecretsError::Undecodable(C::NAME))?;
        Ok(Some((content, VersionId(value.version_id))))
    }

    /// Writes a secret in place of its earlier content. Creates the secret if it does not exist.
    ///
    /// # Errors
    /// Returns [`SecretsError::Misconfigured`] if Secrets Manager rejects the request, and
    /// [`SecretsError::Unavailable`] if it fails.
    pub async fn write<C: Content>(&self, content: &C) -> Result<(), SecretsError> {
        let (id, text) = (self.id(C::NAME), content.expose().to_string());
        match self.client.put_secret_value().secret_id(&id).secret_string(&text).send().await {
            Err(error) if error.code() == Some(NOT_FOUND) => {
                self.client.create_secret().name(&id).secret_string(&text).send().await?;
            }
            result => drop(result?),
        }
        Ok(())
    }
}
