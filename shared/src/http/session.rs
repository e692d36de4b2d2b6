//! Whose session at the bank a route works in: the customer's that its path names, or the TPP's own; and only for a
//! caller who may.

use std::{fmt::Display, ops::Deref, str::FromStr, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use serde_json::json;
use tracing::{Span, field};
use url::Url;

use super::{App, Caller, IdempotencyHeader, Place, Problem, RequiredScope};
use crate::{
    bunq::{BankError, Call, RefusalKind, Resource},
    store::{Connection, OrderKind, OrderScope, SessionOwner},
    tpp::{Order, Started, Tpp, TppError},
    types::{
        deadline::Deadline,
        idempotency::{RequestHash, RequestName},
        ids::{MonetaryAccountId, PathParameter},
        order_reference::OrderReference,
        secret::Secret as _,
    },
};

/// Somebody's session at the bank, in the hands of a caller who may use it.
#[derive(Clone, Debug)]
pub struct Holder<S> {
    /// Who asks.
    pub caller: Caller<S>,
    app: App,
    owner: SessionOwner,
    deadline: Deadline,
}

impl<S> Holder<S> {
    /// Makes a call in the session.
    ///
    /// # Errors
    /// A [`Problem`] that says who has to act.
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Output, Problem> {
        Ok(self.app.tpp.call(self.owner, call, self.deadline).await?)
    }

    /// Makes a call that reads one object; `None` if the bank has no such object.
    ///
    /// # Errors
    /// A [`Problem`] that says who has to act; also if the bank has no such account.
    pub async fn find<C: Call>(&self, call: &C) -> Result<Option<C::Output>, Problem> {
        match self.app.tpp.call(self.owner, call, self.deadline).await {
            Ok(found) => Ok(Some(found)),
            Err(TppError::Bank(BankError::Refused(refusal)))
                if refusal.status == 404 && refusal.kind() == RefusalKind::Other =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Our path of a collection, below the public URL: bunq's, with our id of the customer; below `psd2` if the
    /// collection is the TPP's own.
    #[must_use]
    pub fn collection<R: Resource>(&self, parent: R::Parent) -> String {
        match self.owner {
            SessionOwner::Customer(user_id) => R::collection(user_id, parent),
            SessionOwner::Tpp => format!("psd2/{}", R::COLLECTION.rsplit('/').next().unwrap_or_default()),
        }
    }

    /// The scope of the orders of one kind that the caller's workspace made.
    ///
    /// # Errors
    /// A [`Problem`] if the customer is not connected any more, or the store does not answer.
    pub async fn order_scope(
        &self,
        kind: OrderKind,
        account: Option<MonetaryAccountId>,
    ) -> Result<OrderScope, Problem> {
        Ok(self.app.tpp.order_scope(self.owner, &self.caller.workspace, kind, account).await?)
    }

    /// Creates an order once, under an idempotency key of the caller's workspace, and stores its reference. Two requests
    /// are the same if the orders' contents and the references are equal.
    ///
    /// # Errors
    /// A [`Problem`] that says who has to act.
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
        let started = self.app.tpp.start_once(self.owner, (&name, &hash), order, self.deadline).await?;
        if let Some(reference) = reference {
            // If this fails, the same request under the same key comes here again.
            let scope = self.order_scope(O::KIND, O::account_of(order.parent())).await?;
            self.app.tpp.keep_order_reference(&scope, started.id, reference).await?;
        }
        Ok(started)
    }

    /// Whether anything was begun under an idempotency key of the caller's workspace.
    ///
    /// # Errors
    /// A [`Problem`] where the store does not say.
    pub async fn has_begun(&self, key: &IdempotencyHeader) -> Result<bool, Problem> {
        let name = RequestName::new(&self.caller.workspace, key.key());
        Ok(self.app.tpp.has_begun(&name).await?)
    }

    /// The deployment at work.
    #[must_use]
    pub const fn tpp(&self) -> &Tpp {
        &self.app.tpp
    }

    /// How long the request may still take.
    #[must_use]
    pub const fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// One of our own URLs, as callers reach it.
    #[must_use]
    pub fn public_url(&self, path: &str) -> Url {
        self.app.tpp.config().public(path)
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
        let caller = Caller::from_request_parts(parts, app).await?;
        let deadline = super::layers::deadline(&parts.extensions);
        Ok(Self(Holder { caller, app: app.clone(), owner: SessionOwner::Tpp, deadline }))
    }
}

/// A connected customer's session.
#[derive(Clone, Debug)]
pub struct ConnectedUser<S> {
    /// What we keep of the customer's consent.
    pub connection: Arc<Connection>,
    holder: Holder<S>,
}

impl<S> Deref for ConnectedUser<S> {
    type Target = Holder<S>;

    fn deref(&self) -> &Holder<S> {
        &self.holder
    }
}

impl<S: RequiredScope> FromRequestParts<App> for ConnectedUser<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        // The key first: who may not call learns nothing of who is connected.
        let caller = Caller::from_request_parts(parts, app).await?;
        let PathId(user_id) = PathId::from_request_parts(parts, app).await?;
        let connection = app.tpp.connection(&caller.workspace, user_id).await?;
        let deadline = super::layers::deadline(&parts.extensions);
        let owner = SessionOwner::Customer(connection.user_id);
        Ok(Self { connection, holder: Holder { caller, app: app.clone(), owner, deadline } })
    }
}

/// An identifier of the path.
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
        // The request's span has a place for some of them.
        Span::current().record(T::NAME, field::display(&id));
        Ok(Self(id))
    }
}
