//! The PSD2 certificate. The sandbox accepts any self-signed certificate that names the roles. Production requires the
//! owner's eIDAS QSEAL certificate with its chain. It is checked here first, because the bank does not say what is
//! wrong with a certificate. <https://doc.bunq.com/psd2/connect-as-a-psd2-user>

use jiff::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use tokio::task::spawn_blocking;
use uuid::Uuid;
use x509_parser::{pem::Pem, prelude::X509Certificate};

use crate::{
    bunq::{PublicKey, sign},
    config::BunqEnvironment,
    secrets::CertificateSecret,
    types::secret::{PrivateKeyPem, sha256_hex},
};

/// A certificate that the bank would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Production needs the owner's own certificate.
    #[error("production needs your QSEAL certificate in the secret {secret}")]
    Missing {
        /// The name of the secret.
        secret: String,
    },
    /// The secret has another shape than expected.
    #[error("the secret {secret} must be JSON with the texts `private_key`, `certificate` and `chain`")]
    Malformed {
        /// The name of the secret.
        secret: String,
    },
    /// Production does not accept the sandbox's kind of certificate.
    #[error("production needs a QSEAL certificate, and this one is self-signed")]
    SelfSigned,
    /// The sandbox's certificate could not be made.
    #[error("a certificate could not be made")]
    Making,
    /// A new certificate of the sandbox would have another name than the present one.
    #[error("a certificate of the same name cannot be made: store one in the secret {secret}")]
    OtherName {
        /// The name of the secret.
        secret: String,
    },
    /// The text is not PEM, or not X.509.
    #[error("the certificate or its chain is not X.509 in PEM")]
    Unreadable,
    /// The text contains more than the leaf, or no certificate.
    #[error("`certificate` must hold the leaf and nothing else")]
    NotOneLeaf,
    /// The chain is not in order.
    #[error("`chain` must hold the issuer of the leaf, then that one's issuer, up to the root, without the leaf")]
    ChainOrder,
    /// A certificate of the chain is not valid now.
    #[error("the certificate or a member of its chain is not valid today")]
    NotValidNow,
    /// The private key does not belong to the leaf.
    #[error("`private_key` is not an RSA key in PKCS#8 PEM that belongs to the certificate")]
    WrongKey,
}

/// Makes a self-signed certificate for the sandbox: RSA 4096, with the roles and a UUID in its name. The bank
/// identifies a TPP by that name.
pub(super) async fn make(tpp_name: &str) -> Result<CertificateSecret, CertificateError> {
    make_named(format!("{tpp_name} PISP AISP {}", Uuid::new_v4().simple())).await
}

/// Makes a certificate for the sandbox, with the name of another that [`make`] made, and another key. Returns `None` if
/// the other has a name that [`make`] does not give.
pub(super) async fn make_again(other: &CertificateSecret) -> Result<Option<CertificateSecret>, CertificateError> {
    let common_name = {
        let leaf = pems(&other.certificate)?;
        let leaf = parse(leaf.first().ok_or(CertificateError::NotOneLeaf)?)?;
        leaf.subject().iter_common_name().next().and_then(|name| name.as_str().ok()).map(str::to_owned)
    };
    let Some(common_name) = common_name else { return Ok(None) };
    let made = make_named(common_name).await?;
    Ok((name(&made)? == name(other)?).then_some(made))
}

async fn make_named(common_name: String) -> Result<CertificateSecret, CertificateError> {
    let made = spawn_blocking(move || {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096)?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.distinguished_name.push(DnType::CountryName, "NL");
        Ok::<_, rcgen::Error>((params.self_signed(&key)?.pem(), key.serialize_pem()))
    });
    let (certificate, key) = made.await.map_err(|_| CertificateError::Making)?.map_err(|_| CertificateError::Making)?;
    Ok(CertificateSecret { private_key: PrivateKeyPem::new(key), chain: certificate.clone(), certificate })
}

/// Checks a certificate before the bank sees it.
pub(super) fn check(
    secret: &CertificateSecret,
    environment: BunqEnvironment,
    now: Timestamp,
) -> Result<(), CertificateError> {
    let (leaf, chain) = (pems(&secret.certificate)?, pems(&secret.chain)?);
    let [leaf] = leaf.as_slice() else { return Err(CertificateError::NotOneLeaf) };
    let leaf = parse(leaf)?;
    let chain = chain.iter().map(parse).collect::<Result<Vec<_>, _>>()?;

    let valid = |certificate: &X509Certificate<'_>| {
        let validity = certificate.validity();
        (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now.as_second())
    };
    if !valid(&leaf) || !chain.iter().all(valid) {
        return Err(CertificateError::NotValidNow);
    }
    // The sandbox's certificate is also its own chain.
    let self_signed = leaf.issuer().as_raw() == leaf.subject().as_raw();
    if self_signed && environment == BunqEnvironment::Production {
        return Err(CertificateError::SelfSigned);
    }
    let above = if self_signed { None } else { Some(&leaf) };
    let mut members = above.into_iter().chain(&chain).peekable();
    while let Some(member) = members.next() {
        if members.peek().is_some_and(|issuer| member.issuer().as_raw() != issuer.subject().as_raw()) {
            return Err(CertificateError::ChainOrder);
        }
    }
    if chain.last().is_none_or(|root| root.issuer().as_raw() != root.subject().as_raw()) {
        return Err(CertificateError::ChainOrder);
    }
    belongs(secret, &leaf)
}

/// Returns the fingerprint of the leaf: SHA-256 of its DER encoding, in lower-case hex.
pub(super) fn fingerprint(secret: &CertificateSecret) -> Result<String, CertificateError> {
    let leaf = pems(&secret.certificate)?;
    Ok(sha256_hex(&leaf.first().ok_or(CertificateError::NotOneLeaf)?.contents))
}

/// Returns the distinguished name of the leaf, in DER.
fn name(secret: &CertificateSecret) -> Result<Vec<u8>, CertificateError> {
    let leaf = pems(&secret.certificate)?;
    let leaf = parse(leaf.first().ok_or(CertificateError::NotOneLeaf)?)?;
    Ok(leaf.subject().as_raw().to_vec())
}

/// Returns until when the certificate and its whole chain are valid.
pub(super) fn valid_until(secret: &CertificateSecret) -> Result<Timestamp, CertificateError> {
    let (leaf, chain) = (pems(&secret.certificate)?, pems(&secret.chain)?);
    let ends = leaf.iter().chain(&chain).map(|member| {
        let second = parse(member)?.validity().not_after.timestamp();
        Timestamp::from_second(second).map_err(|_| CertificateError::Unreadable)
    });
    let ends = ends.collect::<Result<Vec<_>, _>>()?;
    ends.into_iter().min().ok_or(CertificateError::NotOneLeaf)
}

/// Checks that the private key belongs to the certificate: the certificate's public key must verify what the key signs.
fn belongs(secret: &CertificateSecret, leaf: &X509Certificate<'_>) -> Result<(), CertificateError> {
    let probe = b"does this key belong to this certificate?";
    let signature = sign(&secret.private_key, probe).map_err(|_| CertificateError::WrongKey)?;
    let public = PublicKey::from_der(leaf.public_key().raw).map_err(|_| CertificateError::WrongKey)?;
    if public.verifies(probe, &signature) { Ok(()) } else { Err(CertificateError::WrongKey) }
}

fn pems(text: &str) -> Result<Vec<Pem>, CertificateError> {
    Pem::iter_from_buffer(text.as_bytes()).collect::<Result<_, _>>().map_err(|_| CertificateError::Unreadable)
}

fn parse(pem: &Pem) -> Result<X509Certificate<'_>, CertificateError> {
    pem.parse_x509().map_err(|_| CertificateError::Unreadable)
}
