//! Sessions are scarce: bunq opens one per 30 seconds and address. So memory first, then the store, then a lease and
//! one call; whoever does not get the lease waits for the one who did. The store is the truth, memory a cache of it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Tpp, TppError};
use crate::{
    bunq::{
        BankError, Call, Credentials, Effect, Installation, Request, Session, UserElement,
        calls::{CreateSession, NewSession},
    },
    store::{Generation, Lease, OpenedSession, SessionOwner, StoredSession, StoredState, Usable, Verdict},
    types::{deadline::Deadline, secret::Secret},
};

/// A session is renewed this long before the bank ends it, as bunq's own libraries do.
const MARGIN: Duration = Duration::from_secs(30);
/// What a session lives where the bank does not say: the shortest ever seen.
const SHORTEST_LIFETIME: u64 = 300;
/// How often the store is asked while somebody else opens the session.
const POLL: Duration = Duration::from_millis(200);

impl Tpp {
    /// Makes a call in an owner's session. If the bank says that the session is over, renews it and repeats the call,
    /// once, unless the bank may have executed the call.
    ///
    /// # Errors
    /// Returns [`TppError`] if there is no session, or if the call fails.
    pub async fn call<C: Call>(
        &self,
        owner: SessionOwner,
        call: &C,
        deadline: Deadline,
    ) -> Result<C::Output, TppError> {
        let identity = self.identity().await?;
        let send = async |session: &StoredSession, request: &Request| {
            let session =
                Session { installation: &identity.installation, token: &session.token, user: session.path_id };
            self.0.bank.send::<C::Output>(Credentials::Session(session), request, deadline).await
        };
        let session = self.session(owner, None, deadline).await?;
        let request = call.build(session.path_id);
        match send(&session, &request).await {
            Err(error) if error.is_dead_session() && may_repeat(&request, &error) => {
                let renewed = self.session(owner, Some(session.generation), deadline).await?;
                Ok(send(&renewed, &call.build(renewed.path_id)).await?)
            }
            sent => Ok(sent?),
        }
    }

    /// An open session of an owner, other than the one that the bank `refused`.
    async fn session(
        &self,
        owner: SessionOwner,
        refused: Option<Generation>,
        deadline: Deadline,
    ) -> Result<StoredSession, TppError> {
        let open = self.0.sessions.open(&owner);
        let mut place = tokio::time::timeout(deadline.left(), open).await.map_err(|_| TppError::SessionPending)?;
        let usable_at = || self.0.clock.now() + MARGIN;
        let usable = |session: &StoredSession| Some(session.generation) != refused && session.ends_at > usable_at();
        if let Some(session) = place.value().filter(usable) {
            return Ok(session);
        }
        place.clear();
        let identity = self.identity().await?;
        let stored = || Usable { at: usable_at(), installation: identity.installation.id };
        loop {
            match self.0.store.find_session(&identity.sealing, owner, stored()).await? {
                StoredState::Open(session) if usable(&session) => {
                    place.keep(session.clone());
                    return Ok(session);
                }
                StoredState::Open(_) | StoredState::Absent => {
                    if let Some(lease) = self.0.store.lease_session(owner, stored(), refused).await? {
                        let session = self.open_leased(owner, lease, deadline).await?;
                        place.keep(session.clone());
                        return Ok(session);
                    }
                }
                // Every try counts against the bank's limit: whoever comes after a refusal waits, too.
                StoredState::Busy(wait) if wait < deadline.left() => {
                    deadline.wait(wait).await.map_err(|_| TppError::SessionPending)?;
                }
                StoredState::Busy(wait) => {
                    let error = BankError::RateLimited { wait, response_id: None };
                    return Err(TppError::Session { owner: Some(owner), error });
                }
                StoredState::Leased => {}
            }
            deadline.wait(POLL).await.map_err(|_| TppError::SessionPending)?;
        }
    }

    /// Opens a session under a lease; the lease ends with it, whatever happens.
    async fn open_leased(
        &self,
        owner: SessionOwner,
        lease: Lease,
        deadline: Deadline,
    ) -> Result<StoredSession, TppError> {
        let identity = self.identity().await?;
        match self.open_for(owner, &identity.installation, deadline).await {
            Ok(opened) => match self.0.store.save_session(&identity.sealing, lease, opened.clone()).await {
                Ok((session, true)) => Ok(session),
                Ok((session, false)) => {
                    // Taken over; or deleted, and then nobody else would end this session.
                    if let SessionOwner::Customer(user_id) = owner
                        && !matches!(self.0.store.find_connection(user_id).await, Ok(Some(_)))
                    {
                        let installation = &identity.installation;
                        let session = Session { installation, token: &session.token, user: session.path_id };
                        self.end_session(session, deadline).await;
                        return Err(TppError::UnknownUser);
                    }
                    Ok(session)
                }
                Err(error) => {
                    // The bank has opened it, and opens no other for half a minute: this process at least can use it.
                    tracing::error!(%error, "session: one could not be stored");
                    let _ = self.0.store.release_session(lease, Verdict::Failed).await;
                    Ok(opened.unstored())
                }
            },
            Err(error) => {
                let verdict = match &error {
                    TppError::Session { error: BankError::RateLimited { wait, .. }, .. } => Verdict::Busy(*wait),
                    // An address can be permitted at any moment; a refused consent is known by its connection.
                    _ => Verdict::Failed,
                };
                if let Err(error) = self.0.store.release_session(lease, verdict).await {
                    tracing::error!(%error, "session: a lease could not be given back");
                }
                Err(error)
            }
        }
    }

    async fn open_for(
        &self,
        owner: SessionOwner,
        installation: &Installation,
        deadline: Deadline,
    ) -> Result<OpenedSession, TppError> {
        let identity = self.identity().await?;
        let opened = match owner {
            SessionOwner::Tpp => {
                let key = identity.psp_api_key.as_ref().ok_or(TppError::NotOnboarded)?;
                self.open_session(installation, key, deadline).await
            }
            SessionOwner::Customer(user_id) => {
                // A refusal of the token is understood only beside a session of the TPP's own; opened first, since bunq
                // opens one in half a minute. It lives for days, so this is hardly ever a call.
                if self.0.address.is_doubted() {
                    Box::pin(self.prove_address(deadline)).await?;
                } else {
                    Box::pin(self.session(SessionOwner::Tpp, None, deadline)).await?;
                }
                // Not from memory: the customer may have consented anew a moment ago.
                let connection = self.usable_connection(user_id).await?;
                let token = connection.access_token(&identity.sealing)?;
                match self.open_session(installation, &token, deadline).await {
                    Err(error) if error.is_bad_key() => {
                        return Err(self.refused_connection(&connection, deadline).await);
                    }
                    Err(error) if error.is_dead_session() => {
                        return Err(self.refused_installation(error, deadline).await);
                    }
                    opened => opened,
                }
            }
        };
        match opened {
            Ok((opened, _)) => Ok(opened),
            Err(error) if error.is_bad_key() => Err(self.refused_tpp(deadline).await),
            // Made with the installation's token, not in a session: the bank does not know the installation.
            Err(error) if error.is_dead_session() => Err(TppError::Forgotten),
            Err(error) => Err(TppError::Session { owner: Some(owner), error }),
        }
    }

    /// Opens a session with a key of the TPP or a token of a customer.
    pub(super) async fn open_session<S: Secret + Clone + Sync>(
        &self,
        installation: &Installation,
        secret: &S,
        deadline: Deadline,
    ) -> Result<(OpenedSession, UserElement), BankError> {
        let call = CreateSession { secret: secret.clone() };
        let asked_at = self.0.clock.now();
        let NewSession { token, user } = self.0.bank.call_without_session(Some(installation), &call, deadline).await?;
        if matches!(user, UserElement::Psp(_)) {
            self.0.address.prove(self.0.clock.now());
        }
        let lifetime = user.session_timeout().unwrap_or(SHORTEST_LIFETIME);
        let opened = OpenedSession {
            token,
            path_id: user.path_id(),
            ends_at: later(asked_at, lifetime),
            installation: installation.id,
        };
        Ok((opened, user))
    }

    /// Puts a session that was opened outside a lease in place of whatever was there.
    pub(super) async fn adopt_session(&self, owner: SessionOwner, opened: OpenedSession) -> Result<(), TppError> {
        let identity = self.identity().await?;
        let mut place = self.0.sessions.open(&owner).await;
        place.keep(self.0.store.replace_session(&identity.sealing, owner, opened).await?);
        Ok(())
    }
}

fn may_repeat(request: &Request, error: &BankError) -> bool {
    match request.method.effect() {
        Effect::Read => true,
        Effect::Write => error.certainly_not_executed(),
    }
}

/// A time this many seconds on; where that is past all time, the last there is.
fn later(time: Timestamp, seconds: u64) -> Timestamp {
    time.checked_add(Duration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
