//! Signatures: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2) over the exact bytes of a body, in base64 on one
//! line.

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

/// The exact size of an installation key, in bits, that bunq accepts.
const INSTALLATION_KEY_BITS: usize = 2048;

/// A key cannot be made, read or used. The error contains nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The operating system gave no random numbers, or the key did not sign or encode.
    #[error("an RSA key could not be made or used")]
    Unusable,
    /// The text is not a PKCS#8 private key or SPKI public key for RSA.
    #[error("not an RSA key")]
    NotRsa,
}

/// The key pair of an installation. The bank knows the public key from POST /installation.
#[derive(Clone)]
pub struct InstallationKey(SigningKey<Sha256>);

impl InstallationKey {
    /// Makes a new key pair. Runs on a separate thread, because this takes a large part of a second.
    ///
    /// # Errors
    /// Returns [`KeyError::Unusable`] if the operating system gives no random numbers.
    pub async fn generate() -> Result<Self, KeyError> {
        let made = spawn_blocking(|| RsaPrivateKey::new(&mut OsRng, INSTALLATION_KEY_BITS)).await;
        let key = made.map_err(|_| KeyError::Unusable)?.map_err(|_| KeyError::Unusable)?;
        Ok(Self(SigningKey::new(key)))
    }

    /// Reads a stored key pair.
    ///
    /// # Errors
    /// Returns [`KeyError::NotRsa`] if the text is not an RSA private key in PKCS#8 PEM.
    pub fn from_pem(pem: &PrivateKeyPem) -> Result<Self, KeyError> {
        RsaPrivateKey::from_pkcs8_pem(pem.expose()).map(|key| Self(SigningKey::new(key))).map_err(|_| KeyError::NotRsa)
    }

    /// Returns the key pair as PEM, for Secrets Manager.
    ///
    /// # Errors
    /// Returns [`KeyError::Unusable`] if the key cannot be encoded.
    pub fn to_pem(&self) -> Result<PrivateKeyPem, KeyError> {
        let pem = self.0.as_ref().to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Unusable)?;
        Ok(PrivateKeyPem::new(pem.to_string()))
    }

    /// Returns the public key for POST /installation: SPKI PEM with 64 columns, in which LF ends every line.
    /// [`credential_proof`] signs these bytes.
    ///
    /// # Errors
    /// Returns [`KeyError::Unusable`] if the key cannot be encoded.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        self.0.as_ref().to_public_key().to_public_key_pem(LineEnding::LF).map_err(|_| KeyError::Unusable)
    }

    /// Signs a body for `X-Bunq-Client-Signature`. Random numbers blind the computation, so that its duration reveals
    /// nothing of the key (RUSTSEC-2023-0071). They do not change the signature.
    ///
    /// # Errors
    /// Returns [`KeyError::Unusable`] if the operating system gives no random numbers.
    pub fn sign(&self, body: &[u8]) -> Result<String, KeyError> {
        let signature = self.0.try_sign_with_rng(&mut OsRng, body).map_err(|_| KeyError::Unusable)?;
        Ok(STANDARD.encode(signature.to_bytes()))
    }
}

crate::redacted!(InstallationKey);

/// Signs bytes with any RSA private key in PKCS#8 PEM.
///
/// # Errors
/// Returns [`KeyError::NotRsa`] if the text is not such a key, and [`KeyError::Unusable`] if the key does not sign.
pub fn sign(pem: &PrivateKeyPem, bytes: &[u8]) -> Result<String, KeyError> {
    InstallationKey::from_pem(pem)?.sign(bytes)
}

/// Makes `client_public_key_signature`. It proves to the bank that the holder of the PSD2 certificate also made the
/// installation.
///
/// # Errors
/// Returns [`KeyError::NotRsa`] if the certificate's key is not an RSA key, and [`KeyError::Unusable`] if the
/// installation's key cannot be encoded or the certificate's key does not sign.
pub fn credential_proof(
    certificate_key: &PrivateKeyPem,
    installation_key: &InstallationKey,
    token: &InstallationToken,
) -> Result<String, KeyError> {
    sign(certificate_key, format!("{}{}", installation_key.public_pem()?, token.expose()).as_bytes())
}

/// The public key of another party.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey<Sha256>);

impl PublicKey {
    /// Reads SPKI PEM, such as the bank's `server_public_key`, which signs every answer to an installation.
    ///
    /// # Errors
    /// Returns [`KeyError::NotRsa`] if the text is not an RSA public key in SPKI PEM.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        RsaPublicKey::from_public_key_pem(pem).map(|key| Self(VerifyingKey::new(key))).map_err(|_| KeyError::NotRsa)
    }

    /// Reads SPKI DER, such as the key of a certificate.
    ///
    /// # Errors
    /// Returns [`KeyError::NotRsa`] if the bytes are not an RSA public key in SPKI DER.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        RsaPublicKey::from_public_key_der(der).map(|key| Self(VerifyingKey::new(key))).map_err(|_| KeyError::NotRsa)
    }

    /// Returns whether the signature is valid for these bytes and this key.
    #[must_use]
    pub fn verifies(&self, bytes: &[u8], signature: &str) -> bool {
        STANDARD
            .decode(signature)
            .ok()
            .and_then(|signature| Signature::try_from(signature.as_slice()).ok())
            .is_some_and(|signature| self.0.verify(bytes, &signature).is_ok())
    }
}
