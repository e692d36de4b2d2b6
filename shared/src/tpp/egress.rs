//! The bank accepts the TPP's key only from permitted addresses. It sends the same text whether it refuses the address,
//! the key or a customer's consent. This module distinguishes the three.

use std::{net::Ipv4Addr, sync::Arc};

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    bunq::{
        BankError, Page, Resource as _,
        calls::{PermittedIp, PermittedIps},
    },
    secrets::{Secrets, TppSecret},
    store::SessionOwner,
    tpp::{
        error::TppError,
        identity::{Context, Identities},
        sessions::Sessions,
    },
    types::{deadline::Deadline, ids::CredentialPasswordIpId},
};

/// What the bank says about the addresses that may use the TPP's key.
struct Compared {
    egress_ip: Option<Ipv4Addr>,
    permitted: Vec<String>,
    /// Whether our address is among them, or `None` if our address is unknown.
    agrees: Option<bool>,
    /// Whether the bank lists any address at all, including those that are no longer permitted.
    is_restricted: bool,
}

/// The address that bunq sees us from, next to those that it permits.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EgressReport {
    /// Where we come from. Null if `EGRESS_IP_URL` is not set or does not answer.
    #[schema(value_type = Option<String>, format = Ipv4, required = true, example = "185.40.108.7")]
    pub egress_ip: Option<Ipv4Addr>,
    /// The key whose addresses these are.
    #[schema(value_type = u64, minimum = 1, example = 1001)]
    pub credential_password_ip_id: CredentialPasswordIpId,
    /// The addresses that may use it, `*` for any; null if bunq does not say, since it refuses ours.
    #[schema(required = true, example = json!(["185.40.108.7"]))]
    pub permitted: Option<Vec<String>>,
    /// Whether the one is among the others. Null if it is not known. `false` if `permitted` is null: bunq refuses
    /// the key from this address, or the key was revoked.
    #[schema(required = true)]
    pub agrees: Option<bool>,
}

/// Decides what the refusal of a customer's token means.
pub struct Egress {
    pub(super) secrets: Secrets,
    pub(super) identities: Arc<Identities>,
    pub(super) sessions: Arc<Sessions>,
}

impl Egress {
    /// Compares the address that the bank sees us from with those that it permits. If the bank refuses our address, it
    /// returns no list. Because that is when the report is needed, it is then made from what we know.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] if there is no key yet, and the errors of a call in the TPP's own session.
    pub async fn report(&self, deadline: Deadline) -> Result<EgressReport, TppError> {
        let key = self.own_key().await?;
        let identity = self.identities.recent().await?;
        let compared = match self.compare(Context::new(&identity, deadline), key).await {
            // No call was sent.
            Err(TppError::InstallationChanged) => {
                self.compare(Context::new(&*self.identities.recent().await?, deadline), key).await
            }
            compared => compared,
        };
        let (egress_ip, permitted, agrees) = match compared {
            Ok(Compared { egress_ip, permitted, agrees, .. }) => (egress_ip, Some(permitted), agrees),
            // The key may have been revoked, too. Without our own address, nothing is known.
            Err(TppError::IpNotPermitted { address }) => (address, None, address.map(|_| false)),
            Err(error) => return Err(error),
        };
        Ok(EgressReport { egress_ip, credential_password_ip_id: key, permitted, agrees })
    }

    /// Prepares for opening a customer's session: a refused token can be explained only with a session of the TPP's
    /// own. That session is opened first, because bunq opens one per 30 seconds. It lives for days, so this rarely
    /// needs a call.
    ///
    /// # Errors
    /// Returns the errors of opening the TPP's own session.
    pub(super) async fn prepare(&self, context: Context<'_>) -> Result<(), TppError> {
        let sessions = &self.sessions;
        if sessions.address.is_doubted() {
            sessions.renew_tpp(context).await
        } else {
            sessions.ensure_tpp(context).await
        }
    }

    /// Decides what it means that the bank refuses to open a session with a customer's access token. `owner` is the
    /// customer, or `None` for one who is about to connect.
    pub(super) async fn refused(
        &self,
        context: Context<'_>,
        owner: Option<SessionOwner>,
        error: BankError,
    ) -> TppError {
        if error.is_bad_key() {
            self.refused_token(context).await
        } else if error.is_dead_session() {
            // The bank refuses our installation. A call decides, because a session of the TPP's own may still be in
            // memory.
            let session = TppError::Session { owner: Some(SessionOwner::Tpp), error };
            self.compare_own_key(context).await.err().unwrap_or(session)
        } else {
            TppError::Session { owner, error }
        }
    }

    /// Decides what the refusal of a customer's access token means, by a call with the TPP's own key. The bank would
    /// refuse that key, too, from an address that is not permitted.
    async fn refused_token(&self, context: Context<'_>) -> TppError {
        let report = match self.compare_own_key(context).await {
            Ok(report) => report,
            // The cause is unknown now, so none is stored.
            Err(error) => return error,
        };
        let is_permitted = report.agrees == Some(true) || report.permitted.iter().any(|ip| ip == "*");
        // Some of the bank's calls do not check the address, so the content of the answer is checked, too.
        let is_elsewhere = report.is_restricted && (report.agrees == Some(false) || report.permitted.is_empty());
        if is_permitted || !is_elsewhere && self.sessions.address.is_proved(self.sessions.clock.now()) {
            TppError::ConsentRevoked
        } else if is_elsewhere {
            TppError::IpNotPermitted { address: report.egress_ip }
        } else if let Err(error) = self.sessions.renew_tpp(context).await {
            // The bank opens one session per 30 seconds, so a proof is usually impossible at once. The next try begins
            // with one.
            tracing::info!(%error, "egress: the address is not proved");
            self.sessions.address.doubt();
            TppError::AccessRefused
        } else {
            TppError::ConsentRevoked
        }
    }

    async fn compare_own_key(&self, context: Context<'_>) -> Result<Compared, TppError> {
        let key = self.own_key().await?;
        self.compare(context, key).await
    }

    /// Returns the id of the TPP's key at the bank.
    async fn own_key(&self) -> Result<CredentialPasswordIpId, TppError> {
        let secret = self.secrets.read::<TppSecret>().await?.and_then(|tpp| tpp.psp);
        Ok(secret.ok_or(TppError::NotOnboarded)?.credential_id)
    }

    /// Asks the bank for the permitted addresses of a key, and another service for our address.
    ///
    /// # Errors
    /// Returns [`TppError::IpNotPermitted`] if the bank does not permit ours, and the other errors of a call in the
    /// TPP's own session.
    async fn compare(&self, context: Context<'_>, key: CredentialPasswordIpId) -> Result<Compared, TppError> {
        let list = PermittedIps::list(key, Page::LARGEST).reading::<Vec<PermittedIp>>();
        let list = self.sessions.call_as_tpp(context, &list);
        let (listed, egress_ip) = tokio::join!(list, self.sessions.egress_ip(context.deadline));
        let active = |ip: &PermittedIp| ip.status == "ACTIVE";
        let listed = listed?;
        let is_restricted = !listed.is_empty();
        let permitted: Vec<_> = listed.into_iter().filter(active).map(|ip| ip.ip).collect();
        let agrees = egress_ip.map(|egress| permitted.iter().any(|ip| ip == "*" || *ip == egress.to_string()));
        Ok(Compared { egress_ip, permitted, agrees, is_restricted })
    }
}
