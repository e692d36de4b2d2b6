//! The bank takes the TPP's key only from addresses that it was told, and answers the same words whether the address, the key or a
//! customer's consent is at fault. Here they are told apart.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::{Tpp, TppError};
use crate::{
    bunq::calls::{ListPermittedIps, PermittedIp},
    secrets::TppSecret,
    store::SessionOwner,
    types::{deadline::Deadline, ids::CredentialPasswordIpId},
};

/// The address that the bank sees us from, next to those that it permits.
#[derive(Clone, Debug, Serialize)]
pub struct EgressReport {
    /// Where we come from; none where `EGRESS_IP_URL` is not set or does not answer.
    pub egress_ip: Option<Ipv4Addr>,
    /// The key whose addresses these are.
    pub credential_password_ip_id: CredentialPasswordIpId,
    /// The addresses that may use it, `*` for any.
    pub permitted: Vec<String>,
    /// Whether the one is among the others; none where it is not known.
    pub agrees: Option<bool>,
}

/// What it means that the bank refuses a customer's access token.
pub(super) enum RefusedToken {
    /// The consent is gone; for certain only where our address is known to be permitted.
    Consent { certain: bool },
    /// Something else, or nobody can tell.
    Other(TppError),
}

impl From<RefusedToken> for TppError {
    fn from(refused: RefusedToken) -> Self {
        match refused {
            RefusedToken::Consent { .. } => Self::ConsentRevoked,
            RefusedToken::Other(error) => error,
        }
    }
}

impl Tpp {
    /// The address that the bank sees us from, as far as anybody says.
    pub async fn egress_ip(&self, deadline: Deadline) -> Option<Ipv4Addr> {
        let service = self.0.config.egress_ip_url.as_ref()?;
        let answer = self.0.bank.egress_ip(service, deadline).await;
        answer.inspect_err(|error| tracing::warn!(%error, "egress: the address is not known")).ok()
    }

    /// Compares the address that the bank sees us from with those that it permits.
    ///
    /// # Errors
    /// [`TppError`], and where the address is not permitted [`TppError::IpNotPermitted`].
    pub async fn egress_report(&self, deadline: Deadline) -> Result<EgressReport, TppError> {
        let secret = self.0.secrets.read::<TppSecret>().await?.and_then(|tpp| tpp.psp);
        let key = secret.ok_or(TppError::NotOnboarded)?.credential_id;
        let list = self.call(SessionOwner::Tpp, |user| ListPermittedIps { user, key }, deadline);
        let (listed, egress_ip) = tokio::join!(list, self.egress_ip(deadline));
        let active = |ip: &PermittedIp| ip.status == "ACTIVE";
        let permitted: Vec<_> = listed?.into_iter().filter(active).map(|ip| ip.ip).collect();
        let agrees = egress_ip.map(|egress| permitted.iter().any(|ip| ip == "*" || *ip == egress.to_string()));
        Ok(EgressReport { egress_ip, credential_password_ip_id: key, permitted, agrees })
    }

    /// What it means that the bank refuses the TPP's own key.
    pub(super) async fn refused_tpp(&self, deadline: Deadline) -> TppError {
        TppError::IpNotPermitted { address: self.egress_ip(deadline).await }
    }

    /// What it means that the bank refuses a customer's access token: asked with the TPP's own key, which an address that is not permitted
    /// would have refused too.
    pub(super) async fn refused_token(&self, deadline: Deadline) -> RefusedToken {
        // Boxed, since a refusal of the TPP's own key on the way leads through here again.
        match Box::pin(self.egress_report(deadline)).await {
            // Some of the bank's calls do not look at the address, so what they answer is looked at, too.
            Ok(report) if report.agrees == Some(false) || report.permitted.is_empty() => {
                RefusedToken::Other(TppError::IpNotPermitted { address: report.egress_ip })
            }
            // An address that nobody knows may have moved, while the TPP's session is still taken from anywhere.
            Ok(report) => RefusedToken::Consent {
                certain: report.agrees == Some(true) || report.permitted.iter().any(|ip| ip == "*"),
            },
            // Nobody can tell now, so there is no verdict that would be remembered.
            Err(error) => RefusedToken::Other(error),
        }
    }
}
