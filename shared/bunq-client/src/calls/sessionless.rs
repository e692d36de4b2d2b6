//! The calls before there is a session: from an installation to a session.

use serde::Deserialize;
use serde_json::json;

use crate::{
    DecodeError, Element, Envelope, FromAnswer, NewId, One, Request, SessionlessCall, UserElement, Verified,
    types::{
        ids::{CredentialPasswordIpId, DeviceServerId, InstallationId},
        secret::{InstallationToken, PspApiKey, Secret, SessionToken},
    },
};

/// POST /installation: sends our public key to the bank and receives the bank's. This is the only call without a
/// token and without a signature.
#[derive(Clone, Debug)]
pub struct CreateInstallation {
    /// Our public key, in SPKI PEM.
    pub client_public_key: String,
}

/// A new installation.
#[derive(Clone, Debug)]
pub struct NewInstallation {
    /// The id of the installation.
    pub id: InstallationId,
    /// The token that identifies the installation from now on.
    pub token: InstallationToken,
    /// The bank's public key, in SPKI PEM.
    pub server_public_key: String,
}

#[derive(Deserialize)]
struct Token<T> {
    token: T,
}

#[derive(Deserialize)]
struct ServerPublicKey {
    server_public_key: String,
}

impl SessionlessCall for CreateInstallation {
    type Output = NewInstallation;

    fn build(&self) -> Request {
        let body = json!({ "client_public_key": self.client_public_key });
        Request::post("installation", "installation", &body)
    }
}

impl FromAnswer for NewInstallation {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        let envelope = Envelope::parse(&answer.body)?;
        let NewId { id } = envelope.find("Id")?;
        let Token { token } = envelope.find("Token")?;
        let ServerPublicKey { server_public_key } = envelope.find("ServerPublicKey")?;
        Ok(Self { id, token, server_public_key })
    }
}

/// POST /payment-service-provider-credential: turns the TPP's PSD2 certificate into its API key. Registering the same
/// certificate again creates another key of the same TPP.
#[derive(Clone, Debug)]
pub struct CreatePspCredential {
    /// The leaf certificate, in PEM.
    pub certificate: String,
    /// The intermediate and root certificates without the leaf, in PEM. In the sandbox, this is the self-signed leaf
    /// itself.
    pub chain: String,
    /// The signature that [`credential_proof`](crate::credential_proof) returns.
    pub proof: String,
}

/// The TPP's API key. It expires after an hour if it is not used.
#[derive(Clone, Debug, Deserialize)]
pub struct PspCredential {
    /// The id of the key. Its permitted addresses are below this id.
    pub id: CredentialPasswordIpId,
    /// The key. The bank returns it only in this answer.
    #[serde(rename = "token_value")]
    pub api_key: PspApiKey,
}

impl SessionlessCall for CreatePspCredential {
    type Output = One<PspCredential>;

    fn build(&self) -> Request {
        let body = json!({
            "client_payment_service_provider_certificate": self.certificate,
            "client_payment_service_provider_certificate_chain": self.chain,
            "client_public_key_signature": self.proof,
        });
        let route = "payment-service-provider-credential";
        Request::post(route, route, &body).with_credential(&self.proof)
    }
}

impl Element for PspCredential {
    const NAME: &'static str = "CredentialPasswordIp";
}

/// POST /device-server: binds an API key to an installation and to the addresses that may use it.
#[derive(Clone, Debug)]
pub struct CreateDeviceServer<S> {
    /// The name of the device, for people to read.
    pub description: String,
    /// The API key or access token to bind.
    pub secret: S,
    /// The addresses that may use the key, `*` for any. If empty, only the address that this call comes from may use
    /// it.
    pub permitted_ips: Vec<String>,
}

impl<S: Secret + Sync> SessionlessCall for CreateDeviceServer<S> {
    type Output = NewId<DeviceServerId>;

    fn build(&self) -> Request {
        let mut body = json!({ "description": self.description, "secret": self.secret.expose() });
        if !self.permitted_ips.is_empty() {
            body["permitted_ips"] = self.permitted_ips.clone().into();
        }
        Request::post("device-server", "device-server", &body).with_credential(self.secret.expose())
    }
}

/// POST /session-server: opens a session for the owner of a key. bunq accepts one such call per 30 seconds and address.
#[derive(Clone, Debug)]
pub struct CreateSession<S> {
    /// The TPP's API key, or a customer's access token.
    pub secret: S,
}

/// An open session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The token that identifies the session from now on.
    pub token: SessionToken,
    /// The owner of the session.
    pub user: UserElement,
}

impl<S: Secret + Sync> SessionlessCall for CreateSession<S> {
    type Output = NewSession;

    fn build(&self) -> Request {
        let body = json!({ "secret": self.secret.expose() });
        Request::post("session-server", "session-server", &body).with_credential(self.secret.expose())
    }
}

impl FromAnswer for NewSession {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        let envelope = Envelope::parse(&answer.body)?;
        let Token { token } = envelope.find("Token")?;
        Ok(Self { token, user: UserElement::read(&envelope)? })
    }
}
