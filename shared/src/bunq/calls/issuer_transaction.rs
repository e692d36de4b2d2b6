//! `/user/{id}/payment-service-provider-issuer-transaction`: a payment that a customer of any account at bunq makes on bunq's own pay page,
//! without having connected. Belongs to the TPP itself.

use serde_json::{Value, json};
use url::Url;

use crate::{
    bunq::{Call, Created, DecodeError, Envelope, Page, Request, Verified, created},
    types::{
        counterparty::Counterparty,
        ids::{BunqUserId, IssuerTransactionId, PublicUuid},
        money::Money,
        schedule::BankTime,
    },
};

const ROUTE: &str = "user/{id}/payment-service-provider-issuer-transaction";
const ONE: &str = "user/{id}/payment-service-provider-issuer-transaction/{id}";

fn path(user: BunqUserId) -> String {
    format!("user/{user}/payment-service-provider-issuer-transaction")
}

/// What is to be paid to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerTransaction {
    /// How much.
    pub amount: Money,
    /// To whom: an account at any bank.
    pub counterparty: Counterparty,
    /// What for.
    pub description: String,
    /// Where the customer is sent afterwards.
    pub url_redirect: Url,
    /// Until when it can be paid; the bank's ten minutes where nobody says.
    pub time_expiry: Option<BankTime>,
    /// Whether the caller said the status that it begins with, which bunq's example does.
    pub says_pending: bool,
}

impl IssuerTransaction {
    /// bunq's form of it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut body = json!({
            "counterparty_alias": self.counterparty.to_json(),
            "amount": self.amount.to_json(),
            "description": self.description,
            "url_redirect": self.url_redirect.as_str(),
        });
        if let Some(time) = self.time_expiry {
            body["time_expiry"] = json!(time.to_string());
        }
        if self.says_pending {
            body["status"] = json!("PENDING");
        }
        body
    }
}

/// Makes one.
#[derive(Clone, Debug)]
pub struct CreateIssuerTransaction {
    /// The TPP.
    pub user: BunqUserId,
    /// What is to be paid.
    pub transaction: IssuerTransaction,
    /// The same on every try.
    pub request_id: String,
}

impl Call for CreateIssuerTransaction {
    type Output = Created;

    fn build(&self) -> Request {
        Request::post(ROUTE, path(self.user), &self.transaction.to_json()).with_request_id(&self.request_id)
    }

    fn decode(&self, answer: Verified) -> Result<Created, DecodeError> {
        created(answer)
    }
}

/// Lists them, newest first.
#[derive(Clone, Copy, Debug)]
pub struct ListIssuerTransactions {
    /// The TPP.
    pub user: BunqUserId,
    /// Which of them.
    pub page: Page,
}

impl Call for ListIssuerTransactions {
    type Output = Verified;

    fn build(&self) -> Request {
        Request::get(ROUTE, path(self.user), self.page.query())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Reads one.
#[derive(Clone, Copy, Debug)]
pub struct FindIssuerTransaction {
    /// The TPP.
    pub user: BunqUserId,
    /// Which.
    pub transaction: IssuerTransactionId,
}

impl Call for FindIssuerTransaction {
    type Output = Verified;

    fn build(&self) -> Request {
        Request::get(ONE, format!("{}/{}", path(self.user), self.transaction), Vec::new())
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Takes one back.
#[derive(Clone, Copy, Debug)]
pub struct CancelIssuerTransaction {
    /// The TPP.
    pub user: BunqUserId,
    /// Which.
    pub transaction: IssuerTransactionId,
}

impl Call for CancelIssuerTransaction {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("{}/{}", path(self.user), self.transaction);
        Request::put(ONE, path, &json!({ "status": "CANCELLED" }))
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}

/// Which of the two paths of the public view a bank has: both are in the wild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicPath {
    /// Below the TPP's user.
    User,
    /// At the root.
    Root,
}

/// Reads what anybody may see of one.
#[derive(Clone, Copy, Debug)]
pub struct FindPublicIssuerTransaction {
    /// The TPP.
    pub user: BunqUserId,
    /// Which.
    pub transaction: PublicUuid,
    /// Where.
    pub path: PublicPath,
}

impl Call for FindPublicIssuerTransaction {
    type Output = Verified;

    fn build(&self) -> Request {
        let path = format!("payment-service-provider-issuer-transaction-public/{}", self.transaction);
        match self.path {
            PublicPath::User => {
                let route = "user/{id}/payment-service-provider-issuer-transaction-public/{uuid}";
                Request::get(route, format!("user/{}/{path}", self.user), Vec::new())
            }
            PublicPath::Root => {
                Request::get("payment-service-provider-issuer-transaction-public/{uuid}", path, Vec::new())
            }
        }
    }

    fn decode(&self, answer: Verified) -> Result<Verified, DecodeError> {
        Envelope::check(&answer.body)?;
        Ok(answer)
    }
}
