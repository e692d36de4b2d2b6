//! GET /user/{id}/monetary-account: the accounts that a customer granted, of every kind.

use crate::{
    bunq::{Call, DecodeError, Envelope, Page, Request, Verified},
    types::ids::BunqUserId,
};

/// Lists a customer's accounts, as the bank wrote them.
#[derive(Clone, Copy, Debug)]
pub struct ListMonetaryAccounts {
    /// The customer.
    pub user: BunqUserId,
    /// Which of them.
    pub page: Page,
}

impl Call for ListMonetaryAccounts {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("user/{}/monetary-account", self.user);
        Request::get("user/{id}/monetary-account", path, self.page.query())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}
