//! Calls in the TPP's own session. Opening one also proves that the bank permits the address of this process.

use std::net::Ipv4Addr;

use crate::{
    bunq::Call,
    store::{OpenedSession, SessionOwner, StoredSession},
    tpp::{
        error::TppError,
        identity::Context,
        sessions::{Opener, Sessions},
    },
    types::deadline::{Deadline, Priority},
};

impl Sessions {
    /// Makes a call in the TPP's own session, as [`Self::call`] does.
    pub(super) async fn call_as_tpp<C: Call>(&self, context: Context<'_>, call: &C) -> Result<C::Output, TppError> {
        self.call(&TppOpener { sessions: self, context }, call).await
    }

    /// Opens the TPP's own session unless it is open.
    pub(super) async fn ensure_tpp(&self, context: Context<'_>) -> Result<(), TppError> {
        self.get(&TppOpener { sessions: self, context }, None).await?;
        Ok(())
    }

    /// Opens a new session of the TPP's own, even if one is open. Only this proves the address that this process calls
    /// from.
    ///
    /// # Errors
    /// Returns [`TppError::NotOnboarded`] if there is no key yet, [`TppError::IpNotPermitted`] if the bank refuses it,
    /// [`TppError::Forgotten`] if the bank does not know the installation, [`TppError::Session`] if it opens none now.
    pub(super) async fn renew_tpp(&self, context: Context<'_>) -> Result<(), TppError> {
        let opened = TppOpener { sessions: self, context }.open(Priority::First).await?;
        Ok(self.adopt(context.identity, SessionOwner::Tpp, opened).await?)
    }

    /// Returns the address that the bank sees us from, if known.
    pub(super) async fn egress_ip(&self, deadline: Deadline) -> Option<Ipv4Addr> {
        let service = self.config.egress_ip_url.as_ref()?;
        let answer = self.bank.egress_ip(service, deadline).await;
        answer.inspect_err(|error| tracing::warn!(%error, "egress: the address is not known")).ok()
    }
}

/// Opens the session with the TPP's own key.
struct TppOpener<'a> {
    sessions: &'a Sessions,
    context: Context<'a>,
}

impl Opener for TppOpener<'_> {
    fn owner(&self) -> SessionOwner {
        SessionOwner::Tpp
    }

    fn context(&self) -> Context<'_> {
        self.context
    }

    async fn open(&self, _: Priority) -> Result<OpenedSession, TppError> {
        let Context { identity, deadline, .. } = self.context;
        let key = identity.psp_api_key.as_ref().ok_or(TppError::NotOnboarded)?;
        // Every customer needs this session, too.
        match self.sessions.open(&identity.installation, key, deadline.with_priority(Priority::First)).await {
            Ok((opened, _)) => Ok(opened),
            Err(error) if error.is_bad_key() => {
                Err(TppError::IpNotPermitted { address: self.sessions.egress_ip(deadline).await })
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
