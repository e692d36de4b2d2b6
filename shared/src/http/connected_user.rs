//! The customer that a path names, for a caller who may.

use std::{str::FromStr, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::{App, Caller, Problem, RequiredScope};
use crate::{
    bunq::Call,
    store::{Connection, SessionOwner},
    types::{deadline::Deadline, ids::BunqUserId},
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
}

impl<S: RequiredScope> FromRequestParts<App> for ConnectedUser<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        // The key first: who may not call learns nothing of who is connected.
        let caller = Caller::from_request_parts(parts, app).await?;
        let user_id = path_parameter(parts, app, "user_id").await?;
        let connection = app.tpp.connection(user_id).await?;
        let deadline = super::layers::deadline(&parts.extensions);
        Ok(Self { caller, connection, app: app.clone(), deadline })
    }
}

/// A parameter of the path, parsed.
///
/// # Errors
/// A [`Problem`] that names it.
pub async fn path_parameter<T: FromStr<Err: std::fmt::Display>>(
    parts: &mut Parts,
    app: &App,
    name: &'static str,
) -> Result<T, Problem> {
    let parameters = RawPathParams::from_request_parts(parts, app).await;
    let parameters = parameters.map_err(|_| Problem::invalid(name, "must be UTF-8"))?;
    let text = parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
    let text = text.ok_or_else(|| Problem::invalid(name, "is missing"))?;
    text.parse().map_err(|error: T::Err| Problem::invalid(name, &error.to_string()))
}
