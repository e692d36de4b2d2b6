//! Signatures: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2) over the exact bytes of a body, base64 on one line.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rsa::{
    RsaPrivateKey, RsaPublicKey,
    pkcs1v15::{Signature, SigningKey, VerifyingKey},
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding},
    rand_core::OsRng,
    sha2::Sha256,
    signature::{RandomizedSigner as _, SignatureEncoding as _, Verifier as _},
};
use tokio::task::spawn_blocking;

use crate::types::secret::{InstallationToken, PrivateKeyPem, Secret as _};

/// bunq takes installation keys of exactly this size.
const INSTALLATION_KEY_BITS: usize = 2048;

/// A key cannot be made, read or used. Says nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The operating system gave no random numbers, or the key did not sign.
    #[error("an RSA key could not be made or used")]
    Unusable,
    /// Not a PKCS#8 private key or SPKI public key.
    #[error("not an RSA key")]
    NotRsa,
}

/// The key pair whose public half the bank knows from POST /installation.
#[derive(Clone)]
pub struct InstallationKey {
    key: SigningKey<Sha256>,
}

impl InstallationKey {
    /// Makes a new pair, on a thread of its own: it takes a good part of a second.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] where the operating system gives no random numbers.
    pub async fn generate() -> Result<Self, KeyError> {
        let made = spawn_blocking(|| RsaPrivateKey::new(&mut OsRng, INSTALLATION_KEY_BITS)).await;
        let key = made.map_err(|_| KeyError::Unusable)?.map_err(|_| KeyError::Unusable)?;
        Ok(Self { key: SigningKey::new(key) })
    }

    /// Reads a stored pair.
    ///
    /// # Errors
    /// [`KeyError::NotRsa`].
    pub fn from_pem(pem: &PrivateKeyPem) -> Result<Self, KeyError> {
        let key = RsaPrivateKey::from_pkcs8_pem(pem.expose()).map_err(|_| KeyError::NotRsa)?;
        Ok(Self { key: SigningKey::new(key) })
    }

    /// The pair for Secrets Manager.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] where it does not encode.
    pub fn to_pem(&self) -> Result<PrivateKeyPem, KeyError> {
        let pem = self.key.as_ref().to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Unusable)?;
        Ok(PrivateKeyPem::new(pem.to_string()))
    }

    /// The public half for POST /installation: SPKI, 64 columns, every line ended by LF. The proof of [`credential_proof`] is over these bytes.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] where it does not encode.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        self.key.as_ref().to_public_key().to_public_key_pem(LineEnding::LF).map_err(|_| KeyError::Unusable)
    }

    /// Signs a body for `X-Bunq-Client-Signature`.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] where the operating system gives no random numbers.
    pub fn sign(&self, body: &[u8]) -> Result<String, KeyError> {
        sign_with(&self.key, body)
    }
}

impl fmt::Debug for InstallationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstallationKey([redacted])")
    }
}

/// Signing is blinded with random numbers, so that its time says nothing of the key (RUSTSEC-2023-0071); the signature is the same.
fn sign_with(key: &SigningKey<Sha256>, bytes: &[u8]) -> Result<String, KeyError> {
    let signature = key.try_sign_with_rng(&mut OsRng, bytes).map_err(|_| KeyError::Unusable)?;
    Ok(STANDARD.encode(signature.to_bytes()))
}

/// Signs bytes with any RSA private key in PKCS#8 PEM.
///
/// # Errors
/// [`KeyError`].
pub fn sign(pem: &PrivateKeyPem, bytes: &[u8]) -> Result<String, KeyError> {
    let key = RsaPrivateKey::from_pkcs8_pem(pem.expose()).map_err(|_| KeyError::NotRsa)?;
    sign_with(&SigningKey::new(key), bytes)
}

/// `client_public_key_signature`: proves to the bank that whoever holds the PSD2 certificate also made the installation.
///
/// # Errors
/// [`KeyError`].
pub fn credential_proof(
    certificate_key: &PrivateKeyPem,
    installation_key: &InstallationKey,
    token: &InstallationToken,
) -> Result<String, KeyError> {
    sign(certificate_key, format!("{}{}", installation_key.public_pem()?, token.expose()).as_bytes())
}

/// Somebody else's public key.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey<Sha256>);

impl PublicKey {
    /// Reads SPKI PEM: the bank's `server_public_key`, which signs every answer to an installation.
    ///
    /// # Errors
    /// [`KeyError::NotRsa`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        RsaPublicKey::from_public_key_pem(pem).map(|key| Self(VerifyingKey::new(key))).map_err(|_| KeyError::NotRsa)
    }

    /// Reads SPKI DER: a certificate's key.
    ///
    /// # Errors
    /// [`KeyError::NotRsa`].
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        RsaPublicKey::from_public_key_der(der).map(|key| Self(VerifyingKey::new(key))).map_err(|_| KeyError::NotRsa)
    }

    /// Whether the key's owner signed these bytes.
    #[must_use]
    pub fn verifies(&self, bytes: &[u8], signature: &str) -> bool {
        STANDARD
            .decode(signature)
            .ok()
            .and_then(|signature| Signature::try_from(signature.as_slice()).ok())
            .is_some_and(|signature| self.0.verify(bytes, &signature).is_ok())
    }
}
