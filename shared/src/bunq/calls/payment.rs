//! `/user/{id}/monetary-account/{id}/payment`: what came in and went out.

use crate::{
    bunq::{Call, DecodeError, Envelope, Page, Request, Verified},
    types::ids::{BunqUserId, MonetaryAccountId, PaymentId},
};

/// Lists an account's payments, newest first.
#[derive(Clone, Copy, Debug)]
pub struct ListPayments {
    /// The customer.
    pub user: BunqUserId,
    /// The account.
    pub account: MonetaryAccountId,
    /// Which of them.
    pub page: Page,
}

impl Call for ListPayments {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("user/{}/monetary-account/{}/payment", self.user, self.account);
        Request::get("user/{id}/monetary-account/{id}/payment", path, self.page.query())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Reads one payment.
#[derive(Clone, Copy, Debug)]
pub struct FindPayment {
    /// The customer.
    pub user: BunqUserId,
    /// The account.
    pub account: MonetaryAccountId,
    /// The payment.
    pub payment: PaymentId,
}

impl Call for FindPayment {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("user/{}/monetary-account/{}/payment/{}", self.user, self.account, self.payment);
        Request::get("user/{id}/monetary-account/{id}/payment/{id}", path, Vec::new())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}
