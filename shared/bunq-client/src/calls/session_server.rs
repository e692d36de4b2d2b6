//! POST /session-server: opens a session. bunq accepts one such call per 30 seconds and address.

use serde::Deserialize;

use crate::{
    DecodeError, Envelope, FromAnswer, Request, SessionlessCall, UserElement, Verified,
    types::secret::{Secret, SessionToken},
};

/// Opens a session for the owner of a key.
#[derive(Clone, Debug)]
pub struct CreateSession<S> {
    /// The TPP's API key, or a customer's access token.
    pub secret: S,
}

/// An open session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The token that identifies the session from now on.
    pub token: SessionToken,
    /// The owner of the session.
    pub user: UserElement,
}

#[derive(Deserialize)]
struct Token {
    token: SessionToken,
}

impl<S: Secret + Sync> SessionlessCall for CreateSession<S> {
    type Output = NewSession;

    fn build(&self) -> Request {
        let body = serde_json::json!({ "secret": self.secret.expose() });
        Request::post("session-server", "session-server", &body).with_credential(self.secret.expose())
    }
}

impl FromAnswer for NewSession {
    fn read(answer: Verified) -> Result<Self, DecodeError> {
        let envelope = Envelope::parse(&answer.body)?;
        let Token { token } = envelope.find("Token")?;
        Ok(Self { token, user: UserElement::read(&envelope)? })
    }
}
