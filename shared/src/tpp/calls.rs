//! Calls to the bank in the session of an owner: a customer or the TPP itself. Opens a customer's session, and decides
//! what a refusal of that session means.

use std::sync::Arc;

use crate::{
    bunq::Call,
    store::{OpenedSession, SessionOwner, StoredSession},
    tpp::{
        connections::Connections,
        egress::Egress,
        error::TppError,
        identity::{Identities, Identity},
        sessions::{Opener, Sessions},
        tpp_session::TppSession,
    },
    types::{deadline::Deadline, ids::UserId},
};

/// Makes calls for owners.
pub struct Calls {
    pub(super) identities: Arc<Identities>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) tpp_session: Arc<TppSession>,
    pub(super) connections: Arc<Connections>,
    pub(super) egress: Arc<Egress>,
}

impl Calls {
    /// Makes a call in an owner's session. If the bank says that the session is over, renews it and repeats the call,
    /// once, unless the bank may have executed the call.
    ///
    /// # Errors
    /// Returns [`TppError::Bank`] if the call fails, [`TppError::UnknownUser`], [`TppError::ConsentRevoked`] or
    /// [`TppError::ConsentExpired`] if the customer has no usable connection, and other variants if no session can be
    /// opened.
    pub async fn call<C: Call>(
        &self,
        owner: SessionOwner,
        call: &C,
        deadline: Deadline,
    ) -> Result<C::Output, TppError> {
        let identity = self.identities.get().await?;
        match owner {
            SessionOwner::Tpp => self.tpp_session.call(&identity, call, deadline).await,
            SessionOwner::Customer(user_id) => {
                let opener = CustomerOpener { calls: self, identity: &identity, user_id, deadline };
                self.sessions.call(&identity, &opener, call, deadline).await
            }
        }
    }
}

/// Opens a customer's session with the token of the connection.
struct CustomerOpener<'a> {
    calls: &'a Calls,
    identity: &'a Identity,
    user_id: UserId,
    deadline: Deadline,
}

impl Opener for CustomerOpener<'_> {
    fn owner(&self) -> SessionOwner {
        SessionOwner::Customer(self.user_id)
    }

    async fn open(&self) -> Result<OpenedSession, TppError> {
        let Self { calls, identity, user_id, deadline } = *self;
        calls.egress.prepare(identity, deadline).await?;
        // Not from memory: the customer may have consented again a moment ago.
        let connection = calls.connections.usable(user_id).await?;
        let token = connection.access_token(&identity.sealing)?;
        match calls.sessions.open(&identity.installation, &token, deadline).await {
            Ok((opened, _)) => Ok(opened),
            Err(error) => Err(match calls.egress.refused(identity, Some(self.owner()), error, deadline).await {
                TppError::ConsentRevoked => calls.connections.mark_revoked(&connection).await,
                refused => refused,
            }),
        }
    }

    async fn confirm(&self, session: &StoredSession) -> Result<(), TppError> {
        if matches!(self.calls.connections.exists(self.user_id).await, Ok(true)) {
            return Ok(());
        }
        // The connection was deleted meanwhile, and no other process would end this session.
        self.calls.sessions.end(self.identity, &session.token, session.path_id, self.deadline).await;
        Err(TppError::UnknownUser)
    }
}
