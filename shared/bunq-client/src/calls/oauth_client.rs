//! `/user/{id}/oauth-client` and its `callback-url`: the OAuth client that customers consent to. bunq allows one client
//! per user.

use serde::Deserialize;

use crate::{
    Element,
    types::{
        ids::{CallbackUrlId, OauthClientId},
        secret::{ClientId, ClientSecret},
    },
};

/// An OAuth client at the bank.
#[derive(Clone, Debug, Deserialize)]
pub struct OauthClient {
    /// The id of the client.
    pub id: OauthClientId,
    /// `ACTIVE`, `CANCELLED`, `CANCELLED_PENDING`.
    pub status: String,
    /// The `client_id`.
    pub client_id: ClientId,
    /// The `client_secret`.
    pub secret: ClientSecret,
}

impl Element for OauthClient {
    const NAME: &'static str = "OauthClient";
}

/// An address to which the bank redirects browsers.
#[derive(Clone, Debug, Deserialize)]
pub struct CallbackUrl {
    /// Its id at the bank.
    pub id: CallbackUrlId,
    /// The address. The bank compares it exactly.
    pub url: String,
}

impl Element for CallbackUrl {
    const NAME: &'static str = "OauthCallbackUrl";
}
