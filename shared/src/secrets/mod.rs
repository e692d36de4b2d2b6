//! Secrets Manager: one secret for each set of readers.
//!
//! | secret | holds | read by |
//! |---|---|---|
//! | `<prefix>/tpp` | [`TppSecret`] | every function that talks to the bank |
//! | `<prefix>/oauth-client` | [`OauthClientSecret`] | oauth, setup |
//! | `<prefix>/psd2-certificate` | [`CertificateSecret`] | setup |
//! | `<prefix>/sealing-key` | [`SealingSecret`] | every function that opens or makes sealed items |

mod shapes;

use std::{error::Error, fmt};

use aws_sdk_secretsmanager::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::types::causes::causes;

pub use shapes::{
    CertificateSecret, DeviceRecord, FormerCallbackUrl, InstallationSecret, OauthClientSecret, PspSecret,
    SealingSecret, TppSecret,
};

/// Secrets Manager did not do what it was asked. Says nothing of a secret's content.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// It cannot be reached, throttles, or fails: another try later may work.
    #[error("Secrets Manager is unavailable: {0}")]
    Unavailable(String),
    /// It refuses: a permission is missing.
    #[error("Secrets Manager refuses: {0}")]
    Misconfigured(String),
    /// The secret is there, but not in the shape that it should have.
    #[error("the secret {0} is not the JSON that it should be")]
    Undecodable(&'static str),
}

impl<E: Error + ProvideErrorMetadata + 'static, R: fmt::Debug + 'static> From<SdkError<E, R>> for SecretsError {
    fn from(error: SdkError<E, R>) -> Self {
        // Of an answer only the code: messages can quote keys.
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

/// A secret's content: what it is called, and how it is written.
pub trait Content: DeserializeOwned {
    /// Its name below the prefix.
    const NAME: &'static str;

    /// Its JSON, with everything exposed: for Secrets Manager only.
    fn expose(&self) -> Value;
}

/// The deployment's secrets.
#[derive(Clone, Debug)]
pub struct Secrets {
    client: Client,
    prefix: String,
}

impl Secrets {
    /// The secrets below a prefix.
    #[must_use]
    pub fn new(client: Client, prefix: &str) -> Self {
        Self { client, prefix: prefix.to_owned() }
    }

    /// A secret's whole name.
    pub(crate) fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// Reads a secret; `None` where it is not there or was made empty (as the template makes it).
    ///
    /// # Errors
    /// [`SecretsError`].
    pub async fn read<C: Content>(&self) -> Result<Option<C>, SecretsError> {
        let result = self.client.get_secret_value().secret_id(self.id(C::NAME)).send().await;
        let value = match result {
            Ok(value) => value,
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_resource_not_found_exception() => return Ok(None),
                _ => return Err(error.into()),
            },
        };
        let text = value.secret_string.ok_or(SecretsError::Undecodable(C::NAME))?;
        // serde_json's errors can quote what they read.
        serde_json::from_str(&text).map(Some).map_err(|_| SecretsError::Undecodable(C::NAME))
    }

    /// Writes a secret; makes it where nobody has.
    ///
    /// # Errors
    /// [`SecretsError`].
    pub async fn write<C: Content>(&self, content: &C) -> Result<(), SecretsError> {
        let (id, text) = (self.id(C::NAME), content.expose().to_string());
        let result = self.client.put_secret_value().secret_id(&id).secret_string(&text).send().await;
        match result {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_resource_not_found_exception() => {
                    self.client.create_secret().name(&id).secret_string(&text).send().await?;
                    Ok(())
                }
                _ => Err(error.into()),
            },
        }
    }
}
