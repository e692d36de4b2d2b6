//! Elements of answers that are read, instead of passed on as the bank wrote them.

use serde::Deserialize;

use crate::{
    Element,
    types::{
        ids::{CallbackUrlId, OauthClientId},
        secret::{ClientId, ClientSecret},
    },
};

/// An OAuth client at the bank, which customers consent to. bunq allows one client per user.
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

/// An address that may use a key.
#[derive(Clone, Debug, Deserialize)]
pub struct PermittedIp {
    /// The address, or `*`.
    pub ip: String,
    /// `ACTIVE` or `INACTIVE`.
    pub status: String,
}

impl Element for PermittedIp {
    const NAME: &'static str = "PermittedIp";
}
