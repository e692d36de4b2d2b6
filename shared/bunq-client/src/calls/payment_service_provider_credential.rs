//! POST /payment-service-provider-credential: turns a PSD2 certificate into the TPP's API key.

use serde::Deserialize;

use crate::{
    Element, One, Request, SessionlessCall,
    types::{ids::CredentialPasswordIpId, secret::PspApiKey},
};

/// Registers the TPP's certificate. Registering the same certificate again creates another key of the same TPP.
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
        let body = serde_json::json!({
            "client_payment_service_provider_certificate": self.certificate,
            "client_payment_service_provider_certificate_chain": self.chain,
            "client_public_key_signature": self.proof,
        });
        let request =
            Request::post("payment-service-provider-credential", "payment-service-provider-credential", &body);
        request.with_credential(&self.proof)
    }
}

impl Element for PspCredential {
    const NAME: &'static str = "CredentialPasswordIp";
}
