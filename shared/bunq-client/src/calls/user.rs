//! GET /user/{id}: a user's profile.

use crate::{Call, Query, Request, Verified, types::ids::BunqUserId};

/// Reads a user's profile, as the bank wrote it.
#[derive(Clone, Copy, Debug, Default)]
pub struct FindUser {
    /// The user, if it is not the session's: bunq also takes the id of the customer who granted the session.
    pub other: Option<BunqUserId>,
}

impl Call for FindUser {
    type Output = Verified;

    fn build(&self, user: BunqUserId) -> Request {
        Request::get("user/{id}", format!("user/{}", self.other.unwrap_or(user)), Query::new())
    }
}
