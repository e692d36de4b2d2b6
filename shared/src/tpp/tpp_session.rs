//! Calls in the TPP's own session. Opening one also proves that the bank permits the address of this process.

use std::{net::Ipv4Addr, sync::Arc};

use crate::{
    bunq::{Bank, Call},
    config::Config,
    store::{OpenedSession, SessionOwner, StoredSession},
    tpp::{
        error::TppError,
        identity::Identity,
        sessions::{Opener, Sessions},
    },
    types::deadline::Deadline,
};

/// The TPP's own session.
pub(super) struct TppSession {
    pub(super) config: Arc<Config>,
    pub(super) bank: Bank,
    pub(super) sessions: Arc<Sessions>,
}

impl TppSession {
    /// Makes a call in the session, as [`Sessions::call`] does.
    pub(super) async fn call<C: Call>(
        &self,
        identity: &Identity,
        call: &C,
        deadline: Deadline,
    ) -> Result<C::Output, TppError> {
        self.sessions.call(identity, &self.opener(identity, deadline), call, deadline).await
    }

    /// Opens the session unless it is open.
    pub(super) async fn ensure(&self, identity: &Identity, deadline: Deadline) -> Result<(), TppError> {
        self.sessions.get(identity, &self.opener(identity, deadline), None, deadline).await?;
        Ok(())
    }

    /// Opens a new session, even if one is open. Only this proves the address that this process calls from.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] if there is no key yet, [`TppError::IpNotPermitted`] if the bank refuses it,
    /// [`TppError::Forgotten`] if the bank does not know the installation, [`TppError::Session`] if it opens none now.
    pub(super) async fn renew(&self, identity: &Identity, deadline: Deadline) -> Result<(), TppError> {
        let opened = self.opener(identity, deadline).open().await?;
        Ok(self.sessions.adopt(identity, SessionOwner::Tpp, opened).await?)
    }

    /// Returns the address that the bank sees us from, if known.
    pub(super) async fn egress_ip(&self, deadline: Deadline) -> Option<Ipv4Addr> {
        let service = self.config.egress_ip_url.as_ref()?;
        let answer = self.bank.egress_ip(service, deadline).await;
        answer.inspect_err(|error| tracing::warn!(%error, "egress: the address is not known")).ok()
    }

    const fn opener<'a>(&'a self, identity: &'a Identity, deadline: Deadline) -> TppOpener<'a> {
        TppOpener { session: self, identity, deadline }
    }
}

/// Opens the session with the TPP's own key.
struct TppOpener<'a> {
    session: &'a TppSession,
    identity: &'a Identity,
    deadline: Deadline,
}

impl Opener for TppOpener<'_> {
    fn owner(&self) -> SessionOwner {
        SessionOwner::Tpp
    }

    async fn open(&self) -> Result<OpenedSession, TppError> {
        let key = self.identity.psp_api_key.as_ref().ok_or(TppError::NotOnboarded)?;
        match self.session.sessions.open(&self.identity.installation, key, self.deadline).await {
            Ok((opened, _)) => Ok(opened),
            Err(error) if error.is_bad_key() => {
                Err(TppError::IpNotPermitted { address: self.session.egress_ip(self.deadline).await })
            }
            // The call uses the installation's token and no session, so the bank does not know the installation.
            Err(error) if error.is_dead_session() => Err(TppError::Forgotten),
            Err(error) => Err(TppError::Session { owner: Some(SessionOwner::Tpp), error }),
        }
    }

    async fn confirm(&self, _: &StoredSession) -> Result<(), TppError> {
        // The TPP cannot be deleted, so another process has opened a session, too.
        Ok(())
    }
}
