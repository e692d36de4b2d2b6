//! `/user/{id}/oauth-client` and its `callback-url`: the app that customers consent to. bunq allows one client per
//! user.

use serde::Deserialize;

use crate::{
    Element,
    types::{
        ids::{CallbackUrlId, OauthClientId},
        secret::{ClientId, ClientSecret},
    },
};

/// An app as the bank knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct OauthClient {
    /// Its id.
    pub id: OauthClientId,
    /// `ACTIVE`, `CANCELLED`, `CANCELLED_PENDING`.
    pub status: String,
    /// Its public name.
    pub client_id: ClientId,
    /// Its password.
    pub secret: ClientSecret,
}

impl Element for OauthClient {
    const NAME: &'static str = "OauthClient";
}

/// An address that the bank sends browsers back to.
#[derive(Clone, Debug, Deserialize)]
pub struct CallbackUrl {
    /// Its id at the bank.
    pub id: CallbackUrlId,
    /// The address; compared exactly.
    pub url: String,
}

impl Element for CallbackUrl {
    const NAME: &'static str = "OauthCallbackUrl";
}
