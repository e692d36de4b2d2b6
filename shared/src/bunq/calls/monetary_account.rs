//! GET /user/{id}/monetary-account: the accounts that a customer granted, of every kind.

use crate::{
    bunq::{Call, DecodeError, Envelope, Request, Verified},
    types::ids::BunqUserId,
};

/// Lists a customer's accounts, as the bank wrote them.
#[derive(Clone, Copy, Debug)]
pub struct ListMonetaryAccounts {
    /// The customer.
    pub user: BunqUserId,
}

impl Call for ListMonetaryAccounts {
    type Output = Verified;

    fn build(&self) -> Request {
        // bunq gives ten unless asked for more, and never more than 200.
        let query = vec![("count", "200".to_owned())];
        Request::get("user/{id}/monetary-account", format!("user/{}/monetary-account", self.user), query)
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}
