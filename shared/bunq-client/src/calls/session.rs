//! The calls in a session that are like no other.

use crate::{
    Call, Request, Verified,
    types::ids::{BunqUserId, PublicUuid},
};

/// DELETE /session: ends the session that it is called in.
#[derive(Clone, Copy, Debug)]
pub struct EndSession;

impl Call for EndSession {
    type Output = ();

    fn build(&self, _: BunqUserId) -> Request {
        // bunq ignores the id. bunq's own libraries send 0.
        Request::delete("session/{id}", "session/0")
    }
}

/// GET /user/{id}: reads a user's profile. The answer is passed on as the bank wrote it.
#[derive(Clone, Copy, Debug, Default)]
pub struct FindUser {
    /// The user, or `None` for the session's user. bunq also accepts the id of the customer who granted the session.
    pub other: Option<BunqUserId>,
}

impl Call for FindUser {
    type Output = Verified;

    fn build(&self, user: BunqUserId) -> Request {
        Request::get("user/{id}", format!("user/{}", self.other.unwrap_or(user)), Vec::new())
    }
}

/// The path of a transaction's public view. Banks have one of the two paths; both occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicPath {
    /// Below the TPP's user.
    User,
    /// At the root.
    Root,
}

/// Reads the public view of an issuer transaction.
#[derive(Clone, Copy, Debug)]
pub struct FindPublicIssuerTransaction {
    /// The public id of the transaction.
    pub transaction: PublicUuid,
    /// The path that this bank has.
    pub path: PublicPath,
}

impl Call for FindPublicIssuerTransaction {
    type Output = Verified;

    fn build(&self, user: BunqUserId) -> Request {
        let path = format!("payment-service-provider-issuer-transaction-public/{}", self.transaction);
        match self.path {
            PublicPath::User => {
                let route = "user/{id}/payment-service-provider-issuer-transaction-public/{uuid}";
                Request::get(route, format!("user/{user}/{path}"), Vec::new())
            }
            PublicPath::Root => {
                Request::get("payment-service-provider-issuer-transaction-public/{uuid}", path, Vec::new())
            }
        }
    }
}
