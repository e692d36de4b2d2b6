//! The PSD2 certificate of the TPP.

use bunq_client::types::secret::PrivateKeyPem;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use uuid::Uuid;

/// A certificate, its chain and its key, all in PEM.
pub(crate) struct Certificate {
    /// The leaf.
    pub(crate) certificate: String,
    /// The intermediate and root certificates.
    pub(crate) chain: String,
    /// The private key.
    pub(crate) key: PrivateKeyPem,
}

impl Certificate {
    /// Makes a self-signed certificate with a name of its own, so that the bank makes a new provider. `None` if the
    /// machine makes no key.
    pub(super) fn self_signed(roles: &str) -> Option<Self> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).ok()?;
        let mut parameters = CertificateParams::new(Vec::new()).ok()?;
        // A common name has at most 64 characters.
        parameters.distinguished_name.push(DnType::CommonName, format!("probe {} {roles}", Uuid::new_v4().simple()));
        let certificate = parameters.self_signed(&key).ok()?.pem();
        Some(Self { chain: certificate.clone(), certificate, key: PrivateKeyPem::new(key.serialize_pem()) })
    }
}

/// Makes an RSA key in PKCS#8 PEM. `None` if the machine makes none.
pub(super) fn rsa_key() -> Option<PrivateKeyPem> {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).ok()?;
    Some(PrivateKeyPem::new(key.serialize_pem()))
}
