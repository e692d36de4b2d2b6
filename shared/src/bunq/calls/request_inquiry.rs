//! `/user/{id}/monetary-account/{id}/request-inquiry`: asks somebody for money.

use serde_json::{Value, json};

use crate::{
    bunq::{Call, Created, DecodeError, Envelope, Page, Request, Verified, created},
    types::{
        counterparty::Counterparty,
        ids::{BunqUserId, MonetaryAccountId, RequestInquiryId},
        money::Money,
    },
};

const ROUTE: &str = "user/{id}/monetary-account/{id}/request-inquiry";

fn path(user: BunqUserId, account: MonetaryAccountId) -> String {
    format!("user/{user}/monetary-account/{account}/request-inquiry")
}

/// What is asked of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInquiry {
    /// How much.
    pub amount: Money,
    /// Of whom.
    pub counterparty: Counterparty,
    /// What for.
    pub description: String,
}

impl RequestInquiry {
    /// bunq's form of it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "amount_inquired": self.amount.to_json(),
            "counterparty_alias": self.counterparty.to_json(),
            "description": self.description,
            // Required; true lets people without a bunq account pay too.
            "allow_bunqme": true,
        })
    }
}

/// Asks.
#[derive(Clone, Debug)]
pub struct CreateRequestInquiry {
    /// The customer.
    pub user: BunqUserId,
    /// The account that receives.
    pub account: MonetaryAccountId,
    /// What is asked.
    pub inquiry: RequestInquiry,
    /// By which it is found again.
    pub reference: String,
    /// The same on every try.
    pub request_id: String,
}

impl Call for CreateRequestInquiry {
    type Output = Created;

    fn build(&self) -> Request {
        let mut body = self.inquiry.to_json();
        body["merchant_reference"] = json!(self.reference);
        Request::post(ROUTE, path(self.user, self.account), &body).with_request_id(&self.request_id)
    }

    fn decode(&self, answer: Verified) -> Result<Created, DecodeError> {
        created(answer)
    }
}

/// Lists what was asked, newest first.
#[derive(Clone, Copy, Debug)]
pub struct ListRequestInquiries {
    /// The customer.
    pub user: BunqUserId,
    /// The account.
    pub account: MonetaryAccountId,
    /// Which of them.
    pub page: Page,
}

impl Call for ListRequestInquiries {
    type Output = Verified;

    fn build(&self) -> Request {
        Request::get(ROUTE, path(self.user, self.account), self.page.query())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Reads one.
#[derive(Clone, Copy, Debug)]
pub struct FindRequestInquiry {
    /// The customer.
    pub user: BunqUserId,
    /// The account.
    pub account: MonetaryAccountId,
    /// Which.
    pub inquiry: RequestInquiryId,
}

impl Call for FindRequestInquiry {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("{}/{}", path(self.user, self.account), self.inquiry);
        Request::get("user/{id}/monetary-account/{id}/request-inquiry/{id}", path, Vec::new())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Takes a request back.
#[derive(Clone, Copy, Debug)]
pub struct RevokeRequestInquiry {
    /// The customer.
    pub user: BunqUserId,
    /// The account.
    pub account: MonetaryAccountId,
    /// Which.
    pub inquiry: RequestInquiryId,
}

impl Call for RevokeRequestInquiry {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("{}/{}", path(self.user, self.account), self.inquiry);
        Request::put("user/{id}/monetary-account/{id}/request-inquiry/{id}", path, &json!({ "status": "REVOKED" }))
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}
