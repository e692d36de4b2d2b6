//! Signatures: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2) over the exact bytes of a body, in base64 on one
//! line.
//!
//! AWS-LC signs and verifies: it is several times as fast as `rsa`, and its computation takes the same time for every
//! key, which RUSTSEC-2023-0071 asks for. The crate `rsa` makes keys, and reads and writes PEM.

use std::sync::{Arc, OnceLock};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rsa::{
    RsaPrivateKey, pkcs1,
    pkcs1::{ALGORITHM_OID, der::Decode as _},
    pkcs8::{
        DecodePrivateKey as _, Document, EncodePrivateKey as _, EncodePublicKey as _, LineEnding, PrivateKeyInfo,
        SecretDocument, SubjectPublicKeyInfoRef, der::pem::PemLabel as _,
    },
    rand_core::OsRng,
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
    /// The text is not a PKCS#8 private key or SPKI public key for RSA with 2048 to 8192 bits.
    #[error("not an RSA key")]
    NotRsa,
}

/// The key pair of an installation. The bank knows the public key from POST /installation.
#[derive(Clone)]
pub struct InstallationKey(Arc<Pair>);

struct Pair {
    pem: PrivateKeyPem,
    der: SecretDocument,
    /// Made at the first signature, because AWS-LC checks the numbers of the key, which takes most of a millisecond. A
    /// process that only reads never signs.
    signer: OnceLock<Result<KeyPair, KeyError>>,
}

impl InstallationKey {
    /// Makes a new key pair. Runs on a separate thread, because this takes a large part of a second.
    ///
    /// # Errors
    /// Returns [`KeyError::Unusable`] if the operating system gives no random numbers.
    pub async fn generate() -> Result<Self, KeyError> {
        let made = spawn_blocking(|| {
            let key = RsaPrivateKey::new(&mut OsRng, INSTALLATION_KEY_BITS).map_err(|_| KeyError::Unusable)?;
            key.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Unusable)
        });
        let pem = made.await.map_err(|_| KeyError::Unusable)??;
        Self::from_pem(&PrivateKeyPem::new(pem.to_string()))
    }

    /// Reads a stored key pair. Does not check yet whether the numbers of the key belong together.
    ///
    /// # Errors
    /// Returns [`KeyError::NotRsa`] if the text is not an RSA private key in PKCS#8 PEM.
    pub fn from_pem(pem: &PrivateKeyPem) -> Result<Self, KeyError> {
        let (label, der) = SecretDocument::from_pem(pem.expose()).map_err(|_| KeyError::NotRsa)?;
        PrivateKeyInfo::validate_pem_label(label).map_err(|_| KeyError::NotRsa)?;
        let info: PrivateKeyInfo<'_> = der.decode_msg().map_err(|_| KeyError::NotRsa)?;
        info.algorithm.assert_algorithm_oid(ALGORITHM_OID).map_err(|_| KeyError::NotRsa)?;
        pkcs1::RsaPrivateKey::from_der(info.private_key).map_err(|_| KeyError::NotRsa)?;
        Ok(Self(Arc::new(Pair { pem: pem.clone(), der, signer: OnceLock::new() })))
    }

    /// Returns the key pair as PEM, for Secrets Manager.
    #[must_use]
    pub fn to_pem(&self) -> PrivateKeyPem {
        self.0.pem.clone()
    }

    /// Returns the public key for POST /installation: SPKI PEM with 64 columns, in which LF ends every line.
    /// [`credential_proof`] signs these bytes.
    ///
    /// # Errors
    /// Returns [`KeyError::Unusable`] if the key cannot be encoded.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        let key = RsaPrivateKey::from_pkcs8_pem(self.0.pem.expose()).map_err(|_| KeyError::Unusable)?;
        key.to_public_key().to_public_key_pem(LineEnding::LF).map_err(|_| KeyError::Unusable)
    }

    /// Signs a body for `X-Bunq-Client-Signature`.
    ///
    /// # Errors
    /// Returns [`KeyError::NotRsa`] if the numbers of the key do not belong together or it has fewer than 2048 bits,
    /// and [`KeyError::Unusable`] if it does not sign.
    pub fn sign(&self, body: &[u8]) -> Result<String, KeyError> {
        let make = || KeyPair::from_pkcs8(self.0.der.as_bytes()).map_err(|_| KeyError::NotRsa);
        let signer = self.0.signer.get_or_init(make).as_ref().map_err(|error| *error)?;
        let mut signature = vec![0; signer.public_modulus_len()];
        let signed = signer.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), body, &mut signature);
        signed.map_err(|_| KeyError::Unusable)?;
        Ok(STANDARD.encode(signature))
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
pub struct PublicKey(ParsedPublicKey);

impl PublicKey {
    /// Reads SPKI PEM, such as the bank's `server_public_key`, which signs every answer to an installation.
    ///
    /// # Errors
    /// Returns [`KeyError::NotRsa`] if the text is not an RSA public key in SPKI PEM.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (label, der) = Document::from_pem(pem).map_err(|_| KeyError::NotRsa)?;
        SubjectPublicKeyInfoRef::validate_pem_label(label).map_err(|_| KeyError::NotRsa)?;
        Self::from_der(der.as_bytes())
    }

    /// Reads SPKI DER, such as the key of a certificate.
    ///
    /// # Errors
    /// Returns [`KeyError::NotRsa`] if the bytes are not an RSA public key in SPKI DER.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map(Self).map_err(|_| KeyError::NotRsa)
    }

    /// Returns whether the signature is valid for these bytes and this key.
    #[must_use]
    pub fn verifies(&self, bytes: &[u8], signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|signature| self.0.verify_sig(bytes, &signature).is_ok())
    }
}
