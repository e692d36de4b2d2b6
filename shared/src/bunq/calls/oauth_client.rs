//! `/user/{id}/oauth-client` and its `callback-url`: the app that customers consent to. bunq allows one client per
//! user.

use serde::Deserialize;

use super::Id;
use crate::{
    bunq::{Call, DecodeError, Envelope, Query, Request, Verified},
    types::{
        ids::{BunqUserId, CallbackUrlId, OauthClientId},
        secret::{ClientId, ClientSecret},
    },
};

/// The largest page that bunq gives.
fn largest_page() -> Query {
    vec![("count", "200".to_owned())]
}

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

/// Lists the TPP's apps.
#[derive(Clone, Copy, Debug)]
pub struct ListOauthClients {
    /// The TPP.
    pub user: BunqUserId,
}

impl Call for ListOauthClients {
    type Output = Vec<OauthClient>;

    fn build(&self) -> Request {
        Request::get("user/{id}/oauth-client", format!("user/{}/oauth-client", self.user), largest_page())
    }

    fn decode(&self, answer: Verified) -> Result<Self::Output, DecodeError> {
        Envelope::parse(&answer.body)?.all("OauthClient")
    }
}

/// Makes the TPP's app.
#[derive(Clone, Copy, Debug)]
pub struct CreateOauthClient {
    /// The TPP.
    pub user: BunqUserId,
}

impl Call for CreateOauthClient {
    type Output = OauthClientId;

    fn build(&self) -> Request {
        let body = serde_json::json!({ "status": "ACTIVE" });
        Request::post("user/{id}/oauth-client", format!("user/{}/oauth-client", self.user), &body)
    }

    fn decode(&self, answer: Verified) -> Result<Self::Output, DecodeError> {
        Envelope::parse(&answer.body)?.find("Id").map(|Id { id }| id)
    }
}

/// Reads an app with its password.
#[derive(Clone, Copy, Debug)]
pub struct FindOauthClient {
    /// The TPP.
    pub user: BunqUserId,
    /// The app.
    pub client: OauthClientId,
}

impl Call for FindOauthClient {
    type Output = OauthClient;

    fn build(&self) -> Request {
        let path = format!("user/{}/oauth-client/{}", self.user, self.client);
        Request::get("user/{id}/oauth-client/{id}", path, Query::new())
    }

    fn decode(&self, answer: Verified) -> Result<Self::Output, DecodeError> {
        Envelope::parse(&answer.body)?.find("OauthClient")
    }
}

/// An address that the bank sends browsers back to.
#[derive(Clone, Debug, Deserialize)]
pub struct CallbackUrl {
    /// Its id at the bank.
    pub id: CallbackUrlId,
    /// The address; compared exactly.
    pub url: String,
}

/// Lists the addresses of an app.
#[derive(Clone, Copy, Debug)]
pub struct ListCallbackUrls {
    /// The TPP.
    pub user: BunqUserId,
    /// The app.
    pub client: OauthClientId,
}

impl Call for ListCallbackUrls {
    type Output = Vec<CallbackUrl>;

    fn build(&self) -> Request {
        let path = format!("user/{}/oauth-client/{}/callback-url", self.user, self.client);
        Request::get("user/{id}/oauth-client/{id}/callback-url", path, largest_page())
    }

    fn decode(&self, answer: Verified) -> Result<Self::Output, DecodeError> {
        Envelope::parse(&answer.body)?.all("OauthCallbackUrl")
    }
}

/// Adds an address to an app.
#[derive(Clone, Debug)]
pub struct CreateCallbackUrl {
    /// The TPP.
    pub user: BunqUserId,
    /// The app.
    pub client: OauthClientId,
    /// The address.
    pub url: String,
}

impl Call for CreateCallbackUrl {
    type Output = ();

    fn build(&self) -> Request {
        let path = format!("user/{}/oauth-client/{}/callback-url", self.user, self.client);
        let body = serde_json::json!({ "url": self.url });
        Request::post("user/{id}/oauth-client/{id}/callback-url", path, &body)
    }

    fn decode(&self, answer: Verified) -> Result<(), DecodeError> {
        Envelope::parse(&answer.body).map(|_| ())
    }
}

/// Takes an address away from an app.
#[derive(Clone, Copy, Debug)]
pub struct DeleteCallbackUrl {
    /// The TPP.
    pub user: BunqUserId,
    /// The app.
    pub client: OauthClientId,
    /// The address.
    pub id: CallbackUrlId,
}

impl Call for DeleteCallbackUrl {
    type Output = ();

    fn build(&self) -> Request {
        let path = format!("user/{}/oauth-client/{}/callback-url/{}", self.user, self.client, self.id);
        Request::delete("user/{id}/oauth-client/{id}/callback-url/{id}", path)
    }

    fn decode(&self, _: Verified) -> Result<(), DecodeError> {
        Ok(())
    }
}
