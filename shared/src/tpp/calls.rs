//! Calls to the bank in the session of an owner: a customer or the TPP itself. Opens a customer's session, and decides
//! what a refusal of that session means.

use std::{sync::Arc, time::Duration};

use crate::{
    bunq::{BankError, Call},
    store::{OpenedSession, SessionOwner, StoredSession},
    tpp::{error::TppError, identity::Context, parts::Parts, sessions::Opener},
    types::{
        cache::Trust,
        deadline::{Deadline, Priority},
        ids::UserId,
    },
};

/// The shortest pause before a call that the bank's limit delays is tried again.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
/// The time that a call needs after it has waited for the bank's limit.
const ROOM: Duration = Duration::from_secs(2);

/// Makes calls for owners.
#[derive(Clone)]
pub struct Calls {
    pub(super) parts: Arc<Parts>,
}

impl Calls {
    /// Makes a call in an owner's session. If the bank says that the session is over, renews it and repeats the call,
    /// once, unless the bank may have executed the call. If the setup has made another installation meanwhile,
    /// continues with that one.
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
        trust: Trust,
    ) -> Result<C::Output, TppError> {
        let identities = &self.parts.identities;
        let identity = identities.get().await?;
        match self.call_as(Context { identity: &identity, deadline, trust }, owner, call).await {
            // The call was not sent, or it was a read.
            Err(TppError::InstallationChanged) => {
                self.call_as(Context::new(&*identities.get().await?, deadline), owner, call).await
            }
            Err(error @ (TppError::Forgotten | TppError::Session { error: BankError::Signature { .. }, .. })) => {
                match identities.other_than(&identity).await? {
                    Some(identity) => self.call_as(Context::new(&identity, deadline), owner, call).await,
                    None => Err(error),
                }
            }
            result => result,
        }
    }

    /// Makes a call as [`Self::call`] does. Work in the background reserves no turn within the bank's limit, so it
    /// waits here until one is free, as long as there is time. A person's request goes first in any case.
    ///
    /// # Errors
    /// Returns the errors of [`Self::call`].
    pub async fn call_when_free<C: Call>(
        &self,
        owner: SessionOwner,
        call: &C,
        deadline: Deadline,
    ) -> Result<C::Output, TppError> {
        loop {
            let error = match self.call(owner, call, deadline, Trust::Recent).await {
                Err(error) if deadline.priority() == Priority::Background => error,
                result => return result,
            };
            // Sessions have a longer wait, in which other work can be done.
            let TppError::Bank(BankError::Busy { wait }) = error else { return Err(error) };
            let wait = wait.max(SHORTEST_WAIT);
            if deadline.left() <= wait + ROOM {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn call_as<C: Call>(
        &self,
        context: Context<'_>,
        owner: SessionOwner,
        call: &C,
    ) -> Result<C::Output, TppError> {
        let parts = &*self.parts;
        match owner {
            SessionOwner::Tpp => parts.sessions.call_as_tpp(context, call).await,
            SessionOwner::Customer(user_id) => {
                parts.sessions.call(&CustomerOpener { parts, context, user_id }, call).await
            }
        }
    }
}

/// Opens a customer's session with the token of the connection.
struct CustomerOpener<'a> {
    parts: &'a Parts,
    context: Context<'a>,
    user_id: UserId,
}

impl Opener for CustomerOpener<'_> {
    fn owner(&self) -> SessionOwner {
        SessionOwner::Customer(self.user_id)
    }

    fn context(&self) -> Context<'_> {
        self.context
    }

    async fn open(&self, priority: Priority) -> Result<OpenedSession, TppError> {
        let Self { parts, context, user_id } = *self;
        let Context { identity, deadline, .. } = context;
        parts.egress.prepare(context).await?;
        // Not from memory: the customer may have consented again a moment ago.
        let connection = parts.connections.usable(user_id).await?;
        let token = connection.access_token(&identity.sealing)?;
        match parts.sessions.open(&identity.installation, &token, deadline.with_priority(priority)).await {
            Ok((opened, _)) => Ok(opened),
            Err(error) => Err(match parts.egress.refused(context, Some(self.owner()), error).await {
                TppError::ConsentRevoked => parts.connections.mark_revoked(&connection).await,
                refused => refused,
            }),
        }
    }

    async fn confirm(&self, session: &StoredSession) -> Result<(), TppError> {
        if matches!(self.parts.store.find_connection(self.user_id).await, Ok(Some(_))) {
            return Ok(());
        }
        // The connection was deleted meanwhile, and no other process would end this session.
        self.parts.sessions.end(self.context, &session.token, session.path_id).await;
        Err(TppError::UnknownUser)
    }
}
