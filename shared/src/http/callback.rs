//! The door for callbacks of the bank. bunq has no API key of ours: the token in the address names the customer, and
//! proves that this deployment gave the address to the bank.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts as _, RawPathParams, Request},
};
use http::header::CONTENT_LENGTH;
use tracing::{Span, field};

use super::{Problem, app::App, audit::source};
use crate::types::ids::UserId;

/// The maximum size of a callback, in bytes. The largest known one has about 10 KB.
const LARGEST: usize = 256 * 1024;
/// The name of the path parameter with the token.
const TOKEN: &str = "callback_token";

/// A callback to an address of this deployment. Whether the bank sent it is not known.
pub struct BankCallback {
    /// The customer whom the address names.
    pub user_id: UserId,
    /// The body, which may have any form.
    pub body: Bytes,
}

/// Omits the body, which contains names, IBANs and amounts.
impl std::fmt::Debug for BankCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BankCallback").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl FromRequest<App> for BankCallback {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let callbacks = &app.tpp.callbacks;
        // A wrong token looks like a route that does not exist, and so does each token if there are no callbacks.
        if !callbacks.is_on() {
            return Err(Problem::route_not_found());
        }
        let parameters = RawPathParams::from_request_parts(&mut parts, &()).await;
        let parameters = parameters.map_err(|_| Problem::route_not_found())?;
        let token = parameters.iter().find(|(name, _)| *name == TOKEN).map(|(_, token)| token);
        let user_id = match token {
            Some(token) => callbacks.customer(token).await?,
            None => None,
        };
        let user_id = user_id.ok_or_else(Problem::route_not_found)?;
        Span::current().record("user_id", field::display(user_id));
        if !callbacks.accepts(source(&parts.extensions)) {
            return Err(Problem::source_not_permitted());
        }
        let announced = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > LARGEST) {
            return Err(Problem::body_too_large());
        }
        // axum's own limit is larger. A body that does not arrive whole is one that bunq sends again.
        let body = axum::body::to_bytes(body, LARGEST).await.map_err(|_| Problem::body_too_large())?;
        Ok(Self { user_id, body })
    }
}
