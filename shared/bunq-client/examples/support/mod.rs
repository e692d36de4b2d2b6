//! The first steps of a TPP at the bank, for the examples.

use std::{error::Error, time::Duration};

use bunq_client::{
    Bank, BunqUrls, Installation, InstallationKey, NewId, One, PublicKey,
    calls::{CreateDeviceServer, CreateInstallation, CreatePspCredential, CreateSession, NewSession},
    credential_proof,
    types::{
        deadline::Deadline,
        secret::{PrivateKeyPem, PspApiKey},
    },
};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use url::Url;

/// Returns the deadline of a call.
pub(crate) fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(25))
}

/// Makes a client of the simulated bank, or of the bank at the base URL in the variable `BUNQ_SIMULATOR_URL`.
#[expect(clippy::disallowed_methods, reason = "an example has no configuration")]
pub(crate) fn bank() -> Result<Bank, Box<dyn Error>> {
    let base = std::env::var("BUNQ_SIMULATOR_URL").unwrap_or_else(|_| "http://127.0.0.1:4100".to_owned());
    let url = |path: &str| Url::parse(&format!("{}/{path}", base.trim_end_matches('/')));
    let urls = BunqUrls { api: url("v1")?, authorize: url("auth")?, token: url("v1/token")?, pay: url("pay")? };
    Ok(Bank::new(urls, "bunq-client-example/0.1")?)
}

/// Registers a key pair, a PSD2 certificate and a device, and opens the TPP's own session.
pub(crate) async fn onboard(bank: &Bank) -> Result<(Installation, NewSession), Box<dyn Error>> {
    let key = InstallationKey::generate().await?;
    let call = CreateInstallation { client_public_key: key.public_pem()? };
    let made = bank.call_without_session(None, &call, soon()).await?;
    let server_key = PublicKey::from_pem(&made.server_public_key)?;
    let installation = Installation { id: made.id, token: made.token, key, server_key };

    let api_key = credential(bank, &installation).await?;
    let device = CreateDeviceServer {
        description: "bunq-client example".to_owned(),
        secret: api_key.clone(),
        permitted_ips: Vec::new(),
    };
    let NewId { .. } = bank.call_without_session(Some(&installation), &device, soon()).await?;
    let session = bank.call_without_session(Some(&installation), &CreateSession { secret: api_key }, soon()).await?;
    Ok((installation, session))
}

/// Exchanges a certificate for the TPP's API key. bunq's sandbox accepts a self-signed certificate that names the
/// roles.
async fn credential(bank: &Bank, installation: &Installation) -> Result<PspApiKey, Box<dyn Error>> {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
    let mut parameters = CertificateParams::new(Vec::new())?;
    parameters.distinguished_name.push(DnType::CommonName, "bunq-client example PISP AISP");
    let certificate = parameters.self_signed(&key)?.pem();
    let proof = credential_proof(&PrivateKeyPem::new(key.serialize_pem()), &installation.key, &installation.token)?;
    let call = CreatePspCredential { chain: certificate.clone(), certificate, proof };
    let One(credential) = bank.call_without_session(Some(installation), &call, soon()).await?;
    Ok(credential.api_key)
}
