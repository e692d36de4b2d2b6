//! The certificate of a payment service provider: its name and its roles.
//!
//! The sandbox accepts every self-signed certificate whose common name holds the roles as words. It checks nothing
//! else, and neither does this module.

use x509_parser::certificate::X509Certificate;
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::oid_registry::OID_X509_COMMON_NAME;
use x509_parser::prelude::FromDer;

use crate::keys::{ClientKey, pem_bodies};

const LABEL: &str = "CERTIFICATE";
const ROLES: [Role; 3] = [Role::Aisp, Role::Pisp, Role::Cbpii];
const LONGEST_COMMON_NAME: usize = 64;

/// A role of PSD2.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// Account information.
    Aisp,
    /// Payment initiation.
    Pisp,
    /// Confirmation of funds.
    Cbpii,
}

impl Role {
    /// The word for the role in a common name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Aisp => "AISP",
            Self::Pisp => "PISP",
            Self::Cbpii => "CBPII",
        }
    }

    /// Whether a common name contains the role as a word.
    pub(crate) fn is_in(self, common_name: &str) -> bool {
        common_name.split(|character: char| !character.is_ascii_alphanumeric()).any(|word| word == self.word())
    }
}

pub(crate) struct PspCertificate {
    pub(crate) common_name: String,
    /// Such as `/CN=My App PISP AISP/C=NL`, with the parts in the order of the certificate.
    pub(crate) distinguished_name: String,
    pub(crate) key: ClientKey,
}

/// Why a certificate is not accepted. The texts of the real bank are not known.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("the certificate is not one X.509 certificate in PEM")]
    Unreadable,
    #[error("the certificate chain is not X.509 certificates in PEM")]
    ChainUnreadable,
    #[error("the certificate's key is not RSA")]
    NotRsa,
    #[error("the certificate's subject has no common name")]
    NoCommonName,
    #[error("the certificate's common name is longer than 64 characters")]
    CommonNameTooLong,
    #[error("the certificate's common name holds none of the roles AISP, PISP, CBPII")]
    NoRole,
}

impl PspCertificate {
    pub(crate) fn read(certificate: &str, chain: &str) -> Result<Self, CertificateError> {
        let [der]: [Vec<u8>; 1] = pem_bodies(certificate, LABEL)
            .and_then(|bodies| bodies.try_into().ok())
            .ok_or(CertificateError::Unreadable)?;
        let (_, certificate) = X509Certificate::from_der(&der).map_err(|_| CertificateError::Unreadable)?;
        for der in pem_bodies(chain, LABEL).ok_or(CertificateError::ChainUnreadable)? {
            X509Certificate::from_der(&der).map_err(|_| CertificateError::ChainUnreadable)?;
        }
        let (common_name, distinguished_name) = subject(&certificate)?;
        if common_name.chars().count() > LONGEST_COMMON_NAME {
            return Err(CertificateError::CommonNameTooLong);
        }
        if !ROLES.iter().any(|role| role.is_in(&common_name)) {
            return Err(CertificateError::NoRole);
        }
        let key = ClientKey::from_spki(certificate.public_key().raw).ok_or(CertificateError::NotRsa)?;
        Ok(Self { common_name, distinguished_name, key })
    }
}

fn subject(certificate: &X509Certificate<'_>) -> Result<(String, String), CertificateError> {
    let mut common_name = None;
    let mut distinguished_name = String::new();
    for part in certificate.subject().iter().flat_map(|relative| relative.iter()) {
        let Ok(value) = part.as_str() else { continue };
        let name = oid2abbrev(part.attr_type(), oid_registry())
            .map_or_else(|_| part.attr_type().to_id_string(), str::to_owned);
        distinguished_name.push_str(&format!("/{name}={value}"));
        if *part.attr_type() == OID_X509_COMMON_NAME {
            common_name = Some(value.to_owned());
        }
    }
    Ok((common_name.ok_or(CertificateError::NoCommonName)?, distinguished_name))
}

/// The name of an application that people see: the common name without the roles, and without a long hexadecimal word
/// that only makes the name unique.
pub(crate) fn app_name(common_name: &str) -> String {
    let is_unique = |word: &str| {
        word.len() >= 32 && word.chars().all(|character| character.is_ascii_hexdigit() || character == '-')
    };
    // Roles may be joined, as in `(PISP,AISP)`.
    let is_role = |word: &str| {
        let mut parts =
            word.split(|character: char| !character.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
        word.contains(char::is_alphanumeric) && parts.all(|part| ROLES.iter().any(|role| role.word() == part))
    };
    let words = common_name.split_whitespace().filter(|word| !is_role(word) && !is_unique(word));
    let name = words.collect::<Vec<_>>().join(" ");
    if name.is_empty() { common_name.to_owned() } else { name }
}
