//! GET /user/{id}: a user's profile.

use crate::{
    bunq::{Call, DecodeError, Envelope, Query, Request, Verified},
    types::ids::BunqUserId,
};

/// Reads a user's profile, as the bank wrote it.
#[derive(Clone, Copy, Debug)]
pub struct FindUser {
    /// The user.
    pub user: BunqUserId,
}

impl Call for FindUser {
    type Output = Verified;

    fn build(&self) -> Request {
        Request::get("user/{id}", format!("user/{}", self.user), Query::new())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}
