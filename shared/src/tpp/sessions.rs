//! Sessions at the bank, shared by all processes. bunq opens one session per 30 seconds and address. So a process first
//! looks in memory, then in the store. If there is no session, one process gets a lease and opens one, and the others
//! wait for it. The store is authoritative; memory is a cache of it.
//!
//! This module knows owners and keys only. The [`Opener`] knows who an owner is, and what a refused key means.
//!
//! # Lock order
//! The entry of an owner in memory stays locked while its session is looked for or opened. Meanwhile the entry of the
//! customer's connection, that of the TPP's session and that of the identity may be locked, in this order. A task that
//! holds one of these locks none of an earlier one.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    bunq::{
        Bank, BankError, Call, Credentials, Effect, Installation, Request, Session, UserElement,
        calls::{CreateSession, EndSession, NewSession},
    },
    config::Config,
    store::{
        Generation, Lease, OpenedSession, SessionOwner, Store, StoreError, StoredSession, StoredState, Usable, Verdict,
    },
    telemetry::{Metric, count},
    tpp::{
        address::OwnAddress,
        error::TppError,
        identity::{Context, Identities, Identity},
        verdict::verdict,
    },
    types::{
        cache::Cache,
        clock::Clock,
        deadline::{Deadline, Priority},
        ids::BunqUserId,
        secret::{Secret, SessionToken},
    },
};

/// A session is renewed this long before the bank ends it. bunq's own libraries do the same.
pub(super) const MARGIN: Duration = Duration::from_secs(30);
/// The lifetime of a session, in seconds, if the bank does not give one. It is the shortest lifetime seen.
const SHORTEST_LIFETIME: u64 = 300;
/// The interval at which the store is read while another process opens the session.
const POLL: Duration = Duration::from_millis(200);
/// The time that the bank has to end a session. A session that is not ended expires later.
const END_SESSION: Duration = Duration::from_secs(5);

/// Opens the sessions of one owner.
pub(super) trait Opener: Sync {
    /// Returns the owner of the sessions.
    fn owner(&self) -> SessionOwner;

    /// Returns the context of the request that needs a session.
    fn context(&self) -> Context<'_>;

    /// Opens a session at the bank. Those of a higher priority go first.
    ///
    /// # Errors
    /// Returns [`TppError::Session`] if the bank opens none now, and another variant if it refuses the owner's key.
    fn open(&self, priority: Priority) -> impl Future<Output = Result<OpenedSession, TppError>> + Send;

    /// Confirms that the owner still exists, after its session could not be stored because the lease was lost. Ends the
    /// session if the owner is gone: nothing else knows of it.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the owner is gone.
    fn confirm(&self, session: &StoredSession) -> impl Future<Output = Result<(), TppError>> + Send;
}

/// The sessions of all owners.
pub(super) struct Sessions {
    pub(super) config: Arc<Config>,
    pub(super) bank: Bank,
    identities: Arc<Identities>,
    store: Store,
    pub(super) clock: Clock,
    pub(super) address: OwnAddress,
    pub(super) cache: Cache<SessionOwner, StoredSession>,
}

impl Sessions {
    /// Makes the sessions of this bank, kept in this store.
    pub(super) fn new(
        config: Arc<Config>,
        bank: Bank,
        identities: Arc<Identities>,
        store: Store,
        clock: Clock,
    ) -> Self {
        let cache = Cache::new(clock.clone());
        Self { config, bank, identities, store, address: OwnAddress::default(), cache, clock }
    }

    /// Makes a call in the owner's session. If the bank says that the session is over, renews it and repeats the call,
    /// once, unless the bank may have executed the call.
    ///
    /// # Errors
    /// Returns [`TppError::Bank`] if the call fails, [`TppError::InstallationChanged`] if the bank's signature of a
    /// read is invalid and the setup has made another installation meanwhile, and the errors of [`Self::get`] if there
    /// is no session.
    pub(super) async fn call<C: Call>(&self, opener: &impl Opener, call: &C) -> Result<C::Output, TppError> {
        let Context { identity, deadline, .. } = opener.context();
        let send = async |session: &StoredSession, request: &Request| {
            let session =
                Session { installation: &identity.installation, token: &session.token, user: session.path_id };
            self.bank.send::<C::Output>(Credentials::Session(session), request, deadline).await
        };
        let session = self.get(opener, None).await?;
        let request = call.build(session.path_id);
        match send(&session, &request).await {
            Err(error)
                if error.is_dead_session()
                    && (Effect::of(&request.method) == Effect::Read || error.certainly_not_executed()) =>
            {
                let renewed = self.get(opener, Some(session.generation)).await?;
                Ok(send(&renewed, &call.build(renewed.path_id)).await?)
            }
            Err(error @ BankError::Signature { .. }) => {
                // The setup may have read a new key of the bank meanwhile.
                let is_changed = matches!(self.identities.other_than(identity).await, Ok(Some(_)));
                match is_changed && Effect::of(&request.method) == Effect::Read {
                    true => Err(TppError::InstallationChanged),
                    false => Err(error.into()),
                }
            }
            sent => Ok(sent?),
        }
    }

    /// Returns an open session of the owner, other than the one that the bank `refused`.
    ///
    /// # Errors
    /// Returns [`TppError::SessionPending`] if another process is still opening one at the deadline,
    /// [`TppError::Session`] if the bank's rate limit lasts longer than that, [`TppError::InstallationChanged`] if the
    /// setup has made another installation meanwhile, the opener's errors, and [`TppError::Store`].
    pub(super) async fn get(
        &self,
        opener: &impl Opener,
        refused: Option<Generation>,
    ) -> Result<StoredSession, TppError> {
        let Context { identity, deadline, trust } = opener.context();
        let owner = opener.owner();
        let open = self.cache.open(&owner);
        let mut place = tokio::time::timeout(deadline.left(), open).await.map_err(|_| TppError::SessionPending)?;
        let usable_at = || self.clock.now() + MARGIN;
        let usable = |session: &StoredSession| {
            let is_ours = session.installation == identity.installation.id;
            is_ours && Some(session.generation) != refused && session.ends_at > usable_at()
        };
        if let Some(session) = place.value(trust).filter(usable) {
            return Ok(session);
        }
        place.clear();
        let stored = || Usable { at: usable_at(), installation: identity.installation.id };
        loop {
            let asked_at = self.clock.now();
            match self.store.find_session(&identity.sealing, owner, stored()).await? {
                StoredState::Open(session) if usable(&session) => {
                    place.keep(session.clone(), asked_at);
                    return Ok(session);
                }
                // An old and a new process would otherwise take turns to open sessions.
                StoredState::OfAnotherInstallation if self.identities.other_than(identity).await?.is_some() => {
                    return Err(TppError::InstallationChanged);
                }
                state @ (StoredState::Open(_) | StoredState::Absent { .. } | StoredState::OfAnotherInstallation) => {
                    let is_due = matches!(state, StoredState::Absent { is_due: true });
                    let priority = match deadline.priority() {
                        Priority::Usual if is_due => Priority::Returning,
                        priority => priority,
                    };
                    if let Some(lease) = self.store.lease_session(owner, stored(), refused).await? {
                        let session = self.open_leased(opener, lease, priority).await?;
                        place.keep(session.clone(), asked_at);
                        return Ok(session);
                    }
                }
                // Every try counts against the bank's limit, so tries after a refusal wait, too.
                StoredState::Busy(wait) if wait < deadline.left() => {
                    deadline.wait(wait).await.map_err(|_| TppError::SessionPending)?;
                }
                StoredState::Busy(wait) => {
                    let error = BankError::Busy { wait };
                    return Err(TppError::Session { owner: Some(owner), error });
                }
                StoredState::Leased => {}
            }
            deadline.wait(POLL).await.map_err(|_| TppError::SessionPending)?;
        }
    }

    /// Opens a session under a lease. The lease ends with this call in any case.
    async fn open_leased(
        &self,
        opener: &impl Opener,
        lease: Lease,
        priority: Priority,
    ) -> Result<StoredSession, TppError> {
        match opener.open(priority).await {
            Ok(opened) => {
                match self.store.save_session(&opener.context().identity.sealing, lease, opened.clone()).await {
                    Ok((session, true)) => Ok(session),
                    Ok((session, false)) => {
                        opener.confirm(&session).await?;
                        Ok(session)
                    }
                    Err(error) => {
                        // The bank has opened it, and opens no other for 30 seconds. At least this process can use it.
                        tracing::error!(%error, "session: one could not be stored");
                        let _ = self.store.release_session(lease, Verdict::Failed).await;
                        Ok(opened.unstored())
                    }
                }
            }
            Err(error) => {
                if let Err(error) = self.store.release_session(lease, verdict(opener.owner(), priority, &error)).await {
                    tracing::error!(%error, "session: a lease could not be given back");
                }
                Err(error)
            }
        }
    }

    /// Opens a session at the bank, with a key of the TPP or a token of a customer, and stores it nowhere.
    ///
    /// # Errors
    /// Returns [`BankError`] if the bank opens none.
    pub(super) async fn open<S: Secret + Clone + Sync>(
        &self,
        installation: &Installation,
        secret: &S,
        deadline: Deadline,
    ) -> Result<(OpenedSession, UserElement), BankError> {
        let call = CreateSession { secret: secret.clone() };
        let asked_at = self.clock.now();
        let NewSession { token, user } = self.bank.call_without_session(Some(installation), &call, deadline).await?;
        if matches!(user, UserElement::Psp(_)) {
            self.address.prove(self.clock.now());
        }
        count(Metric::SessionsOpened);
        let lifetime = user.session_timeout().unwrap_or(SHORTEST_LIFETIME);
        let ends_at = asked_at.checked_add(Duration::from_secs(lifetime)).unwrap_or(Timestamp::MAX);
        Ok((OpenedSession { token, path_id: user.path_id(), ends_at, installation: installation.id }, user))
    }

    /// Stores a session that was opened without a lease, in place of the owner's session.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the session cannot be stored.
    pub(super) async fn adopt(
        &self,
        identity: &Identity,
        owner: SessionOwner,
        opened: OpenedSession,
    ) -> Result<(), StoreError> {
        let asked_at = self.clock.now();
        let session = self.store.replace_session(&identity.sealing, owner, opened).await?;
        // Another request may have locked the entry while it waits for a session. It finds this one in the store.
        if let Ok(mut place) = tokio::time::timeout(POLL, self.cache.open(&owner)).await {
            place.keep(session, asked_at);
        }
        Ok(())
    }

    /// Ends an owner's session at the bank, if there is one, and forgets it. Without an identity it is only forgotten.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the session cannot be deleted.
    pub(super) async fn discard(&self, context: Option<Context<'_>>, owner: SessionOwner) -> Result<(), StoreError> {
        if let Some(context) = context {
            let usable = Usable { at: self.clock.now(), installation: context.identity.installation.id };
            let found = self.store.find_session(&context.identity.sealing, owner, usable).await;
            if let Ok(StoredState::Open(session)) = found {
                self.end(context, &session.token, session.path_id).await;
            }
        }
        self.store.forget_session(owner).await?;
        self.cache.forget(&owner).await;
        Ok(())
    }

    /// Ends a session at the bank. If that fails, the session expires later.
    pub(super) async fn end(&self, context: Context<'_>, token: &SessionToken, user: BunqUserId) {
        let session = Session { installation: &context.identity.installation, token, user };
        let deadline = context.deadline.earlier(Deadline::after(END_SESSION));
        match self.bank.call(session, &EndSession, deadline).await {
            Err(error) if !error.is_dead_session() => {
                tracing::warn!(%error, "connection: its session could not be ended at the bank");
            }
            Ok(()) | Err(_) => {}
        }
    }
}
