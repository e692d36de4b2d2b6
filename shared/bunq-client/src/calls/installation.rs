//! POST /installation: sends our public key to the bank and receives the bank's.

use serde::Deserialize;

use crate::{
    DecodeError, Envelope, FromAnswer, NewId, Request, SessionlessCall, Verified,
    types::{ids::InstallationId, secret::InstallationToken},
};

/// Creates an installation. This is the only call without a token and without a signature.
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
struct Token {
    token: InstallationToken,
}

#[derive(Deserialize)]
struct ServerPublicKey {
    server_public_key: String,
}

impl SessionlessCall for CreateInstallation {
    type Output = NewInstallation;

    fn build(&self) -> Request {
        let body = serde_json::json!({ "client_public_key": self.client_public_key });
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
