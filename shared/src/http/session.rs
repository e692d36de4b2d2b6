//! Selects the session at the bank in which a route works: that of the customer in the path, or the TPP's own. Only an
//! authorised caller gets one.

use std::{fmt::Display, ops::Deref, str::FromStr, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use serde_json::json;
use tracing::{Span, field};
use url::Url;

use super::{Caller, IdempotencyHeader, Place, Problem, RequiredScope, app::App, auth::Entry};
use crate::{
    bunq::{BankError, Call, RefusalKind, Resource},
    store::{Connection, Information, OrderScope, ReadPart, SessionOwner},
    tpp::{Order, Started, Tpp, TppError},
    types::{
        cache::Trust,
        deadline::Deadline,
        idempotency::{RequestHash, RequestName},
        ids::PathParameter,
        order_reference::OrderReference,
        secret::Secret as _,
    },
};

/// A session of a customer or of the TPP at the bank, with a caller who may use it.
#[derive(Clone, Debug)]
pub struct Holder<S> {
    /// The caller.
    pub caller: Caller<S>,
    app: App,
    owner: SessionOwner,
    deadline: Deadline,
    trust: Trust,
}

impl<S> Holder<S> {
    /// Makes a call in the session.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the bank rejects the call, fails or does not answer in time, if the customer has no
    /// usable connection, or if no session can be opened.
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Output, Problem> {
        Ok(self.app.tpp.calls.call(self.owner, call, self.deadline, self.trust).await?)
    }

    /// Makes a call that reads one object. Returns `None` if the bank has no such object.
    ///
    /// # Errors
    /// Returns `account_not_granted` if the bank has no such account, and the errors of [`Self::call`].
    pub async fn find<C: Call>(&self, call: &C) -> Result<Option<C::Output>, Problem> {
        match self.app.tpp.calls.call(self.owner, call, self.deadline, self.trust).await {
            Ok(found) => Ok(Some(found)),
            Err(TppError::Bank(BankError::Refused(refusal)))
                if refusal.status == 404 && refusal.kind() == RefusalKind::Other =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns our path of a collection, below the public URL. A customer's collection has bunq's path, with our
    /// `user_id`. The TPP's own collections are below `psd2`.
    #[must_use]
    pub fn collection<R: Resource>(&self, parent: R::Parent) -> String {
        match self.owner {
            SessionOwner::Customer(user_id) => R::collection(user_id, parent),
            SessionOwner::Tpp => format!("psd2/{}", R::collection("", parent).trim_start_matches("user//")),
        }
    }

    /// Returns the scope of one type of orders that the caller's workspace created.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the customer is no longer connected, if the consent has ended, or if the store does not
    /// answer.
    pub async fn order_scope<O: Order>(
        &self,
        parent: <O::Resource as Resource>::Parent,
    ) -> Result<OrderScope, Problem> {
        Ok(self.app.tpp.orders.scope::<O>(self.owner, &self.caller.workspace, parent).await?)
    }

    /// Creates an order once, under an idempotency key of the caller's workspace, and stores its reference. Two
    /// requests are the same if their paths, the contents of the orders and the references are equal.
    ///
    /// # Errors
    /// Returns `request_in_flight` if the same request is in progress or its result is not known yet,
    /// `idempotency_key_reused` if the key was used for a different request, and `outcome_unknown` if the bank does not
    /// report whether the order exists. Repeats the bank's rejection if the first try was rejected. Also returns the
    /// errors of [`Self::call`] and [`Self::order_scope`].
    pub async fn create_once<O: Order>(
        &self,
        key: &IdempotencyHeader,
        order: &O,
        reference: Option<&OrderReference>,
    ) -> Result<Started, Problem> {
        let name = RequestName::new(&self.caller.workspace, key.key());
        let (route, content) = (self.collection::<O::Resource>(order.parent()), order.content());
        let hash = match reference {
            None => RequestHash::new(&route, &content),
            Some(reference) => RequestHash::new(&route, &json!([content, reference.expose()])),
        };
        let started = self.app.tpp.orders.start_once(self.owner, (&name, &hash), order, self.deadline).await?;
        if let Some(reference) = reference {
            // If this fails, a retry with the same key stores the reference.
            let scope = self.order_scope::<O>(order.parent()).await?;
            self.app.tpp.orders.keep_reference(&scope, started.id, reference).await?;
        }
        Ok(started)
    }

    /// Returns whether a request was started under an idempotency key of the caller's workspace.
    ///
    /// # Errors
    /// Returns a [`Problem`] if the store cannot be read.
    pub async fn has_begun(&self, key: &IdempotencyHeader) -> Result<bool, Problem> {
        let name = RequestName::new(&self.caller.workspace, key.key());
        Ok(self.app.tpp.orders.has_begun(&name).await?)
    }

    /// Returns the services of the deployment.
    #[must_use]
    pub fn tpp(&self) -> &Tpp {
        &self.app.tpp
    }

    /// Returns the deadline of the request.
    #[must_use]
    pub const fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Returns the public URL of one of our paths.
    #[must_use]
    pub fn public_url(&self, path: &str) -> Url {
        self.app.tpp.config.public(path)
    }
}

/// The TPP's own session.
#[derive(Clone, Debug)]
pub struct OwnSession<S>(Holder<S>);

impl<S> Deref for OwnSession<S> {
    type Target = Holder<S>;

    fn deref(&self) -> &Holder<S> {
        &self.0
    }
}

impl<S: RequiredScope> FromRequestParts<App> for OwnSession<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let owner = SessionOwner::Tpp;
        let (caller, Entry { trust, .. }) = Caller::enter(parts, app, Some(owner)).await?;
        let deadline = super::layers::deadline(&parts.extensions);
        Ok(Self(Holder { caller, app: app.clone(), owner, deadline, trust }))
    }
}

/// The session of a connected customer.
#[derive(Clone, Debug)]
pub struct ConnectedUser<S> {
    /// What we store about the customer's consent.
    pub connection: Arc<Connection>,
    holder: Holder<S>,
}

impl<S> Deref for ConnectedUser<S> {
    type Target = Holder<S>;

    fn deref(&self) -> &Holder<S> {
        &self.holder
    }
}

impl<S> ConnectedUser<S> {
    /// Reads information, and counts this, unless the customer is present or the deployment does not count. A read that
    /// fails is not counted.
    ///
    /// # Errors
    /// Returns `too_many_unattended_reads` if the information was read too often in the last 24 hours, the errors of
    /// the store, and those of `read`.
    pub async fn read<T>(
        &self,
        (what, part): (Information, ReadPart),
        read: impl AsyncFnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let (connections, user_id) = (&self.app.tpp.connections, self.connection.user_id);
        let counted_at = match self.caller.customer_is_present {
            true => None,
            false => connections.count_unattended_read(user_id, what, part).await?,
        };
        let outcome = read().await;
        if let (Some(at), Err(_)) = (counted_at, &outcome) {
            connections.forget_unattended_read(user_id, what, at).await;
        }
        outcome
    }
}

impl<S: RequiredScope> FromRequestParts<App> for ConnectedUser<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path_id = PathId::from_request_parts(parts, app).await;
        let owner = path_id.as_ref().ok().map(|PathId(user_id)| SessionOwner::Customer(*user_id));
        // Checks the key first: an unauthorised caller must not learn who is connected.
        let (caller, Entry { trust, connection }) = Caller::enter(parts, app, owner).await?;
        let PathId(user_id) = path_id?;
        let connection = app.tpp.connections.get(&caller.workspace, user_id, trust, connection).await?;
        let deadline = super::layers::deadline(&parts.extensions);
        let owner = SessionOwner::Customer(user_id);
        Ok(Self { connection, holder: Holder { caller, app: app.clone(), owner, deadline, trust } })
    }
}

/// An id in the path.
#[derive(Clone, Copy, Debug)]
pub struct PathId<T>(pub T);

impl<T: PathParameter + Display + FromStr<Err: Display>> FromRequestParts<App> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, app).await;
        let parameters = parameters.map_err(|_| Problem::invalid(Place::Parameter(T::NAME), "must be UTF-8"))?;
        let text = parameters.iter().find(|(name, _)| *name == T::NAME).map(|(_, value)| value);
        let text = text.ok_or_else(|| Problem::invalid(Place::Parameter(T::NAME), "is missing"))?;
        let id: T =
            text.parse().map_err(|error: T::Err| Problem::invalid(Place::Parameter(T::NAME), &error.to_string()))?;
        // The request's span has fields for some of the ids.
        Span::current().record(T::NAME, field::display(&id));
        Ok(Self(id))
    }
}
