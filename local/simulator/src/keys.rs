//! RSA as the protocol uses it: PKCS#1 v1.5 with SHA-256, in base64. A signature covers the body of a message and
//! nothing else.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::rand_core::OsRng;
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::Sha256;

use crate::options::ServerKeyError;

const BITS: usize = 2048;

/// Generating a key pair takes almost a second without optimisation, so all simulators of one process share the first.
static SHARED: Mutex<Option<Arc<ServerKey>>> = Mutex::new(None);

/// A key pair of the bank.
pub(crate) struct ServerKey {
    signing: SigningKey<Sha256>,
    public_pem: String,
    private_pem: String,
}

impl ServerKey {
    pub(crate) fn shared() -> Result<Arc<Self>, ServerKeyError> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*shared {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(Self::generate()?);
        *shared = Some(Arc::clone(&key));
        Ok(key)
    }

    pub(crate) fn generate() -> Result<Self, ServerKeyError> {
        RsaPrivateKey::new(&mut OsRng, BITS).map_err(ServerKeyError::Generate).and_then(Self::new)
    }

    pub(crate) fn from_pem(private_pem: &str) -> Result<Self, ServerKeyError> {
        RsaPrivateKey::from_pkcs8_pem(private_pem).map_err(ServerKeyError::Decode).and_then(Self::new)
    }

    fn new(key: RsaPrivateKey) -> Result<Self, ServerKeyError> {
        let public_pem = key.to_public_key().to_public_key_pem(LineEnding::LF).map_err(ServerKeyError::EncodePublic)?;
        let private_pem = key.to_pkcs8_pem(LineEnding::LF).map_err(ServerKeyError::Encode)?.to_string();
        Ok(Self { signing: SigningKey::new(key), public_pem, private_pem })
    }

    pub(crate) fn public_pem(&self) -> &str {
        &self.public_pem
    }

    pub(crate) fn private_pem(&self) -> &str {
        &self.private_pem
    }

    pub(crate) fn sign(&self, body: &[u8]) -> String {
        STANDARD.encode(self.signing.sign(body).to_bytes())
    }
}

/// A public key of a client, from an installation or a certificate.
pub(crate) struct ClientKey(RsaPublicKey);

impl ClientKey {
    /// Reads `-----BEGIN PUBLIC KEY-----`; the base64 may be on one line or on several. An installation key must be RSA
    /// with 2048 bits.
    pub(crate) fn from_installation_pem(pem: &str) -> Option<Self> {
        let [der] = pem_bodies(pem, "PUBLIC KEY")?.try_into().ok()?;
        let key = Self::from_spki(&der)?;
        (key.0.n().bits() == BITS).then_some(key)
    }

    pub(crate) fn from_spki(der: &[u8]) -> Option<Self> {
        RsaPublicKey::from_public_key_der(der).ok().map(Self)
    }

    /// The key in the bank's form: lines of 64 characters, each with a line feed, for every form that the client sent.
    pub(crate) fn canonical_pem(&self) -> Option<String> {
        self.0.to_public_key_pem(LineEnding::LF).ok()
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        let Ok(signature) = Signature::try_from(signature.as_slice()) else { return false };
        VerifyingKey::<Sha256>::new(self.0.clone()).verify(message, &signature).is_ok()
    }
}

/// The DER contents of all PEM blocks with this label. `None` if the text has no block, or contains anything else.
pub(crate) fn pem_bodies(text: &str, label: &str) -> Option<Vec<Vec<u8>>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut rest = text.trim();
    let mut bodies = Vec::new();
    while !rest.is_empty() {
        let (body, after) = rest.strip_prefix(&begin)?.split_once(&end)?;
        let body: String = body.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        bodies.push(STANDARD.decode(body).ok()?);
        rest = after.trim_start();
    }
    (!bodies.is_empty()).then_some(bodies)
}
