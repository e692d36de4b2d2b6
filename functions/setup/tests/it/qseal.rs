//! Certificates such as an owner may have.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, PKCS_RSA_SHA256, RsaKeySize,
    date_time_ymd,
};
use serde_json::{Value, json};

/// The first year and the last year of a validity.
pub(crate) type Years = (i32, i32);

/// A validity that includes today and lasts long.
pub(crate) const TODAY: Years = (2020, 2090);

/// A leaf certificate and the two certificates above it.
pub(crate) struct Qseal {
    pub(crate) key: String,
    pub(crate) leaf: String,
    pub(crate) intermediate: String,
    pub(crate) root: String,
}

/// The name of the leaf. eIDAS certificates state the roles in an extension; bunq's sandbox and simulator read the
/// name.
const LEAF: &str = "Owner PISP AISP";

fn params(common_name: &str, (from, to): Years, ca: bool) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.distinguished_name.push(DnType::CountryName, "NL");
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    if ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params
}

/// An RSA key in PKCS#8 PEM.
pub(crate) fn rsa_key() -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
}

impl Qseal {
    /// Creates a valid chain.
    pub(crate) fn new(key: &KeyPair) -> Self {
        Self::valid(key, TODAY, TODAY, TODAY)
    }

    /// Creates a chain whose members, from the leaf up, are valid in these years.
    pub(crate) fn valid(key: &KeyPair, leaf: Years, intermediate: Years, root: Years) -> Self {
        let (root_key, intermediate_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let (root, intermediate) = (params("Test Root", root, true), params("Test Issuing CA", intermediate, true));
        let root_pem = root.self_signed(&root_key).unwrap().pem();
        let root = Issuer::new(root, root_key);
        let intermediate_pem = intermediate.signed_by(&intermediate_key, &root).unwrap().pem();
        let intermediate = Issuer::new(intermediate, intermediate_key);
        let leaf = params(LEAF, leaf, false).signed_by(key, &intermediate).unwrap().pem();
        Self { key: key.serialize_pem(), leaf, intermediate: intermediate_pem, root: root_pem }
    }

    /// The chain in the form that the bank requires.
    pub(crate) fn chain(&self) -> String {
        format!("{}{}", self.intermediate, self.root)
    }

    /// The secret in the form that the bank requires.
    pub(crate) fn secret(&self) -> Value {
        secret(&self.key, &self.leaf, &self.chain())
    }
}

/// A leaf that is signed by its own key.
pub(crate) fn self_signed(key: &KeyPair) -> String {
    params(LEAF, TODAY, false).self_signed(key).unwrap().pem()
}

/// The content of the secret `psd2-certificate`.
pub(crate) fn secret(private_key: &str, certificate: &str, chain: &str) -> Value {
    json!({ "private_key": private_key, "certificate": certificate, "chain": chain })
}
