//! GET /user/{id}: a user's profile.

use crate::{Call, Query, Request, Verified, types::ids::BunqUserId};

/// Reads a user's profile. The answer is passed on as the bank wrote it.
#[derive(Clone, Copy, Debug, Default)]
pub struct FindUser {
    /// The user, or `None` for the session's user. bunq also accepts the id of the customer who granted the session.
    pub other: Option<BunqUserId>,
}

impl Call for FindUser {
    type Output = Verified;

    fn build(&self, user: BunqUserId) -> Request {
        Request::get("user/{id}", format!("user/{}", self.other.unwrap_or(user)), Query::new())
    }
}
