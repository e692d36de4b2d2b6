//! The bank takes the TPP's key only from addresses that it was told, and answers the same words whether the address,
//! the key or a customer's consent is at fault. Here they are told apart.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::{Tpp, TppError};
use crate::{
    bunq::{
        BankError, List, Page,
        calls::{PermittedIp, PermittedIps},
    },
    secrets::TppSecret,
    store::SessionOwner,
    types::{deadline::Deadline, ids::CredentialPasswordIpId},
};

/// What the bank says of the addresses that may use the TPP's key.
struct Compared {
    key: CredentialPasswordIpId,
    egress_ip: Option<Ipv4Addr>,
    permitted: Vec<String>,
    /// Whether our address is among them; none where it is not known.
    agrees: Option<bool>,
    /// Whether the bank lists any address at all, also those that are no longer permitted.
    is_restricted: bool,
}

/// The address that the bank sees us from, next to those that it permits.
#[derive(Clone, Debug, Serialize)]
pub struct EgressReport {
    /// Where we come from; none where `EGRESS_IP_URL` is not set or does not answer.
    pub egress_ip: Option<Ipv4Addr>,
    /// The key whose addresses these are.
    pub credential_password_ip_id: CredentialPasswordIpId,
    /// The addresses that may use it, `*` for any; none where the bank does not say, since it refuses ours.
    pub permitted: Option<Vec<String>>,
    /// Whether the one is among the others; none where it is not known. False beside no list: the bank refuses the key
    /// from this address, or the key was revoked.
    pub agrees: Option<bool>,
}

impl Tpp {
    /// The address that the bank sees us from, as far as anybody says.
    pub async fn egress_ip(&self, deadline: Deadline) -> Option<Ipv4Addr> {
        let service = self.0.config.egress_ip_url.as_ref()?;
        let answer = self.0.bank.egress_ip(service, deadline).await;
        answer.inspect_err(|error| tracing::warn!(%error, "egress: the address is not known")).ok()
    }

    /// Compares the address that the bank sees us from with those that it permits. Where the bank refuses ours, it says
    /// no more; that is when the report is needed, so it is made of what we know.
    ///
    /// # Errors
    /// [`TppError`].
    pub async fn egress_report(&self, deadline: Deadline) -> Result<EgressReport, TppError> {
        let report = match self.compare_egress(deadline).await {
            Ok(Compared { key, egress_ip, permitted, agrees, .. }) => {
                EgressReport { egress_ip, credential_password_ip_id: key, permitted: Some(permitted), agrees }
            }
            Err(TppError::IpNotPermitted { address: egress_ip }) => EgressReport {
                egress_ip,
                credential_password_ip_id: self.own_key().await?,
                permitted: None,
                // The key may have been revoked, too; without an address of ours nothing is known.
                agrees: egress_ip.map(|_| false),
            },
            Err(error) => return Err(error),
        };
        Ok(report)
    }

    /// The TPP's key at the bank.
    async fn own_key(&self) -> Result<CredentialPasswordIpId, TppError> {
        let secret = self.0.secrets.read::<TppSecret>().await?.and_then(|tpp| tpp.psp);
        Ok(secret.ok_or(TppError::NotOnboarded)?.credential_id)
    }

    /// # Errors
    /// [`TppError`], and where the address is not permitted [`TppError::IpNotPermitted`].
    async fn compare_egress(&self, deadline: Deadline) -> Result<Compared, TppError> {
        let key = self.own_key().await?;
        let list = List::<PermittedIps, Vec<PermittedIp>>::new(key, Page::LARGEST);
        let list = self.call(SessionOwner::Tpp, &list, deadline);
        let (listed, egress_ip) = tokio::join!(list, self.egress_ip(deadline));
        let active = |ip: &PermittedIp| ip.status == "ACTIVE";
        let listed = listed?;
        let is_restricted = !listed.is_empty();
        let permitted: Vec<_> = listed.into_iter().filter(active).map(|ip| ip.ip).collect();
        let agrees = egress_ip.map(|egress| permitted.iter().any(|ip| ip == "*" || *ip == egress.to_string()));
        Ok(Compared { key, egress_ip, permitted, agrees, is_restricted })
    }

    /// What it means that the bank refuses the TPP's own key.
    pub(super) async fn refused_tpp(&self, deadline: Deadline) -> TppError {
        TppError::IpNotPermitted { address: self.egress_ip(deadline).await }
    }

    /// What it means that the bank refuses a customer's access token: asked with the TPP's own key, which an address
    /// that is not permitted would have refused too.
    pub(super) async fn refused_token(&self, deadline: Deadline) -> TppError {
        // Boxed, since a refusal of the TPP's own key on the way leads through here again.
        let report = match Box::pin(self.compare_egress(deadline)).await {
            Ok(report) => report,
            // There is no verdict now, so none is remembered.
            Err(error) => return error,
        };
        let is_permitted = report.agrees == Some(true) || report.permitted.iter().any(|ip| ip == "*");
        // Some of the bank's calls do not look at the address, so what they answer is looked at, too.
        let is_elsewhere = report.is_restricted && (report.agrees == Some(false) || report.permitted.is_empty());
        if is_permitted || !is_elsewhere && self.0.address.is_proved(self.0.clock.now()) {
            TppError::ConsentRevoked
        } else if is_elsewhere {
            TppError::IpNotPermitted { address: report.egress_ip }
        } else if let Err(error) = self.prove_address(deadline).await {
            // The bank opens one session in half a minute: mostly there is no proof at once, and the next try begins
            // with one.
            tracing::info!(%error, "egress: the address is not proved");
            self.0.address.doubt();
            TppError::AccessRefused
        } else {
            TppError::ConsentRevoked
        }
    }

    /// Opens a session of the TPP's own, whether there is one or not: only that proves the address that this process
    /// calls from.
    pub(super) async fn prove_address(&self, deadline: Deadline) -> Result<(), TppError> {
        let identity = self.identity().await?;
        let key = identity.psp_api_key.as_ref().ok_or(TppError::NotOnboarded)?;
        match self.open_session(&identity.installation, key, deadline).await {
            Ok((opened, _)) => self.adopt_session(SessionOwner::Tpp, opened).await,
            Err(error) if error.is_bad_key() => Err(self.refused_tpp(deadline).await),
            Err(error) if error.is_dead_session() => Err(TppError::Forgotten),
            Err(error) => Err(TppError::Session { owner: Some(SessionOwner::Tpp), error }),
        }
    }

    /// What it means that the bank refuses our installation beside a customer's token, while a session of the TPP's own
    /// may still be in memory: the bank is asked for something in that session.
    pub(super) async fn refused_installation(&self, error: BankError, deadline: Deadline) -> TppError {
        let session = TppError::Session { owner: Some(SessionOwner::Tpp), error };
        Box::pin(self.compare_egress(deadline)).await.err().unwrap_or(session)
    }
}
