//! Keeps what memory holds in agreement with the store and the secrets, so that no request waits for it.
//!
//! A request needs the caller's API key, the connection and the session of an owner, and the deployment's identity.
//!
//! - What memory lacks is read first, in one round trip.
//! - A write trusts what memory has read within the last minute (the identity: ten minutes). Older data is read again
//!   first, in one round trip.
//! - A read starts with what memory has, and the store is asked beside the call to the bank. If the two differ, the
//!   bank's answer is dropped and the request runs again with what the store says.

mod check;

use std::sync::Arc;

use crate::{
    store::{ApiKeyRecord, Connection, Found, LookUp, SessionOwner, StoredSession, StoredState, Usable},
    tpp::{
        access::{Access, AccessError},
        identity::Identity,
        parts::Parts,
        sessions::MARGIN,
    },
    types::{
        cache::{Place, Trust},
        ids::UserId,
        secret::{ApiKey, Secret as _},
    },
};

/// Prepares requests, and checks afterwards what they were prepared with.
pub struct Freshness {
    pub(super) parts: Arc<Parts>,
    pub(super) access: Arc<Access>,
}

/// What a request needs.
#[derive(Clone, Debug)]
pub struct Needs {
    fingerprint: String,
    owner: Option<SessionOwner>,
    /// Whether the request needs the deployment's identity, which is read from the secrets.
    uses_secrets: bool,
}

impl Needs {
    /// Returns the needs of a request with this API key, in a session of this owner if it works in one.
    #[must_use]
    pub fn new(key: &ApiKey, owner: Option<SessionOwner>) -> Self {
        Self { fingerprint: key.fingerprint(), owner, uses_secrets: true }
    }

    /// Returns the needs of a request with this API key that uses no secrets: neither the bank nor sealed data.
    #[must_use]
    pub fn without_secrets(key: &ApiKey) -> Self {
        Self { fingerprint: key.fingerprint(), owner: None, uses_secrets: false }
    }

    /// Returns whether the request uses the deployment's secrets: for the bank, or for sealed data.
    #[must_use]
    pub const fn uses_secrets(&self) -> bool {
        self.uses_secrets
    }

    /// Returns the customer in whose session the request works, if there is one.
    #[must_use]
    pub fn customer(&self) -> Option<UserId> {
        match self.owner? {
            SessionOwner::Customer(user_id) => Some(user_id),
            SessionOwner::Tpp => None,
        }
    }

    fn look_up(&self) -> LookUp {
        LookUp { api_key: Some(self.fingerprint.clone()), connection: self.customer(), session: self.owner }
    }
}

/// How a request may proceed.
#[derive(Debug)]
pub struct Prepared {
    /// Which values of memory the request may use.
    pub trust: Trust,
    /// The work to do beside the request, if any.
    pub upkeep: Option<Upkeep>,
    /// The connection, if it was read just now.
    pub connection: Option<Found>,
}

/// Work on memory and the store that is done while the request waits for the bank. [`Freshness::run`] does it.
#[derive(Debug)]
pub enum Upkeep {
    /// Compares what memory held with the store and the secrets.
    Check(Box<Held>),
    /// Notes that an API key and a connection are in use.
    NoteUse {
        /// The key.
        key: Arc<ApiKeyRecord>,
        /// The connection.
        connection: Option<Arc<Connection>>,
    },
}

/// What memory held when the request began.
#[derive(Debug)]
pub struct Held {
    needs: Needs,
    key: Arc<ApiKeyRecord>,
    connection: Option<Arc<Connection>>,
    session: Option<StoredSession>,
    identity: Option<Arc<Identity>>,
}

/// Whether memory and the store agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// They agree.
    Same,
    /// They differ, and memory was corrected; or the store does not answer.
    Differs,
}

/// The entries of memory that a request needs, locked. An entry that another task has locked is left to that task.
struct Entries {
    key: Option<Place<Arc<ApiKeyRecord>>>,
    connection: Option<Place<Arc<Connection>>>,
    session: Option<Place<StoredSession>>,
}

impl Entries {
    /// Returns whether every entry has a value that this trust accepts.
    fn are_ready(&self, trust: Trust) -> bool {
        fn is_ready<V: Clone>(place: Option<&Place<V>>, trust: Trust) -> bool {
            place.is_none_or(|place| place.value(trust).is_some())
        }
        is_ready(self.key.as_ref(), trust)
            && is_ready(self.connection.as_ref(), trust)
            && is_ready(self.session.as_ref(), trust)
    }
}

impl Freshness {
    /// Prepares a request: reads in one round trip what memory lacks or what is too old for it. `checks_beside` states
    /// that the request only reads and will wait for [`Self::run`] before it answers.
    ///
    /// # Errors
    /// Returns [`AccessError::Invalid`] if the key was read and is not valid, and [`AccessError::Store`] if the store
    /// cannot be read.
    pub async fn prepare(&self, needs: Needs, checks_beside: bool) -> Result<Prepared, AccessError> {
        let entries = self.entries(&needs);
        let identity_is_recent = !needs.uses_secrets || self.parts.identities.is_recent().await;
        if identity_is_recent && entries.are_ready(Trust::Recent) {
            return Ok(Prepared { trust: Trust::Recent, upkeep: None, connection: None });
        }
        if checks_beside && let Some(held) = self.held(&needs, &entries).await {
            let upkeep = Some(Upkeep::Check(Box::new(held)));
            return Ok(Prepared { trust: Trust::AnyAge, upkeep, connection: None });
        }
        self.read(needs, entries).await
    }

    fn entries(&self, needs: &Needs) -> Entries {
        let Parts { connections, sessions, .. } = &*self.parts;
        // Without waiting: another task may hold one of these entries while it waits for another of them.
        Entries {
            key: self.access.cache.try_open(&needs.fingerprint),
            connection: needs.customer().and_then(|user_id| connections.cache.try_open(&user_id)),
            session: needs.owner.and_then(|owner| sessions.cache.try_open(&owner)),
        }
    }

    /// Returns what memory holds, of any age, or `None` if it lacks something that the request needs.
    async fn held(&self, needs: &Needs, entries: &Entries) -> Option<Held> {
        let identity = match needs.uses_secrets {
            true => Some(self.parts.identities.held().await?),
            false => None,
        };
        let key = entries.key.as_ref()?.value(Trust::AnyAge)?;
        let connection = match needs.customer() {
            Some(_) => Some(entries.connection.as_ref()?.value(Trust::AnyAge)?),
            None => None,
        };
        let session = match needs.owner {
            Some(_) => Some(entries.session.as_ref()?.value(Trust::AnyAge)?),
            None => None,
        };
        if session.as_ref().is_some_and(|session| session.ends_at <= self.parts.clock.now() + MARGIN) {
            return None;
        }
        Some(Held { needs: needs.clone(), key, connection, session, identity })
    }

    /// Reads what the entries lack, and keeps it in memory.
    async fn read(&self, needs: Needs, mut entries: Entries) -> Result<Prepared, AccessError> {
        // Another task has locked the key, perhaps to read it. Whatever memory lacks afterwards is read one by one.
        let Some(place) = &mut entries.key else {
            return Ok(Prepared { trust: Trust::Recent, upkeep: None, connection: None });
        };
        let Parts { store, identities, connections, clock, .. } = &*self.parts;
        let (asked_at, usable_at) = (clock.now(), clock.now() + MARGIN);
        // What another task has locked, that task reads.
        let wanted = LookUp {
            api_key: Some(needs.fingerprint.clone()),
            connection: entries.connection.as_ref().and(needs.customer()),
            session: entries.session.as_ref().and(needs.owner),
        };
        let identity = async {
            match needs.uses_secrets {
                true => identities.recent().await.ok(),
                false => None,
            }
        };
        let (identity, found) = tokio::join!(identity, store.look_up(wanted));
        let mut found = found?;
        let mut prepared = Prepared { trust: Trust::Recent, upkeep: None, connection: None };
        place.clear();
        let key = Arc::new(self.access.accept(found.api_key(&needs.fingerprint))?);
        place.keep(Arc::clone(&key), asked_at);
        let mut used = None;
        if let (Some(place), Some(user_id)) = (&mut entries.connection, needs.customer()) {
            place.clear();
            let connection = found.connection(user_id)?;
            if let Found::Connected(connection) = &connection
                && connections.check_usable(connection).is_ok()
            {
                let connection = Arc::new(Connection::clone(connection));
                place.keep(Arc::clone(&connection), asked_at);
                used = Some(connection).filter(|connection| connection.workspace == key.workspace);
            }
            prepared.connection = Some(connection);
        }
        if let (Some(place), Some(owner), Some(identity)) = (&mut entries.session, needs.owner, identity) {
            place.clear();
            let usable = Usable { at: usable_at, installation: identity.installation.id };
            if let StoredState::Open(session) = found.session(store, &identity.sealing, owner, usable)? {
                place.keep(session, asked_at);
            }
        }
        prepared.upkeep = Some(Upkeep::NoteUse { key, connection: used });
        Ok(prepared)
    }

    /// Does the work beside a request.
    pub async fn run(&self, upkeep: Upkeep) -> Agreement {
        match upkeep {
            Upkeep::NoteUse { key, connection } => {
                self.note_use(&key, connection.as_deref()).await;
                Agreement::Same
            }
            Upkeep::Check(held) => match self.check(*held).await {
                Ok(agreement) => agreement,
                Err(error) => {
                    tracing::warn!(%error, "memory could not be checked");
                    Agreement::Differs
                }
            },
        }
    }
}
