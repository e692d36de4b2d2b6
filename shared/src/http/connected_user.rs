//! The customer that a path names, for a caller who may.

use std::{fmt::Display, str::FromStr, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use serde_json::Value;
use url::Url;

use super::{App, Caller, IdempotencyHeader, Problem, RequiredScope};
use crate::{
    bunq::Call,
    store::{Connection, SessionOwner},
    tpp::{Order, Started},
    types::{
        deadline::Deadline,
        idempotency::{RequestHash, RequestName},
        ids::{BunqUserId, PathParameter},
    },
};

/// A connected customer, and the caller who asks.
#[derive(Clone, Debug)]
pub struct ConnectedUser<S> {
    /// Who asks.
    pub caller: Caller<S>,
    /// What we keep of the customer's consent.
    pub connection: Arc<Connection>,
    app: App,
    deadline: Deadline,
}

impl<S> ConnectedUser<S> {
    /// Makes a call in the customer's session. `make` gets the id that stands in the path.
    ///
    /// # Errors
    /// A [`Problem`] that says whose move it is.
    pub async fn call<C: Call>(&self, make: impl Fn(BunqUserId) -> C) -> Result<C::Output, Problem> {
        let owner = SessionOwner::Customer(self.connection.user_id);
        Ok(self.app.tpp.call(owner, make, self.deadline).await?)
    }

    /// Starts an order of the customer's once, under the caller's key. `content` is what would be sent to the bank, by which one request is told from another.
    ///
    /// # Errors
    /// A [`Problem`] that says whose move it is.
    pub async fn start_once(
        &self,
        key: &IdempotencyHeader,
        route: &str,
        content: &Value,
        order: &impl Order,
    ) -> Result<Started, Problem> {
        let owner = SessionOwner::Customer(self.connection.user_id);
        let name = RequestName::new(&self.caller.key.to_string(), key.key());
        let hash = RequestHash::new(route, content);
        Ok(self.app.tpp.start_once(owner, (&name, &hash), order, self.deadline).await?)
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

impl<S: RequiredScope> FromRequestParts<App> for ConnectedUser<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        // The key first: who may not call learns nothing of who is connected.
        let caller = Caller::from_request_parts(parts, app).await?;
        let PathId(user_id) = PathId::from_request_parts(parts, app).await?;
        let connection = app.tpp.connection(user_id).await?;
        let deadline = super::layers::deadline(&parts.extensions);
        Ok(Self { caller, connection, app: app.clone(), deadline })
    }
}

/// An identifier of the path.
#[derive(Clone, Copy, Debug)]
pub struct PathId<T>(pub T);

impl<T: PathParameter + FromStr<Err: Display>> FromRequestParts<App> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, app).await;
        let parameters = parameters.map_err(|_| Problem::invalid(T::NAME, "must be UTF-8"))?;
        let text = parameters.iter().find(|(name, _)| *name == T::NAME).map(|(_, value)| value);
        let text = text.ok_or_else(|| Problem::invalid(T::NAME, "is missing"))?;
        text.parse().map(Self).map_err(|error: T::Err| Problem::invalid(T::NAME, &error.to_string()))
    }
}
