//! POST /payment-service-provider-credential: turns a PSD2 certificate into the TPP's API key.

use serde::Deserialize;

use crate::{
    Element, One, Request, SessionlessCall,
    types::{ids::CredentialPasswordIpId, secret::PspApiKey},
};

/// Registers the TPP's certificate. With the same certificate again: another key of the same TPP.
#[derive(Clone, Debug)]
pub struct CreatePspCredential {
    /// The leaf, PEM.
    pub certificate: String,
    /// Intermediate and root without the leaf, PEM; in the sandbox the self-signed leaf itself.
    pub chain: String,
    /// What [`credential_proof`](crate::credential_proof) made.
    pub proof: String,
}

/// The TPP's API key. Dies unused after an hour.
#[derive(Clone, Debug, Deserialize)]
pub struct PspCredential {
    /// Its id, under which its permitted addresses are.
    pub id: CredentialPasswordIpId,
    /// The key; the bank shows it this once.
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
        request.with_signature(&self.proof)
    }
}

impl Element for PspCredential {
    const NAME: &'static str = "CredentialPasswordIp";
}
