//! `/user/{id}/payment-service-provider-issuer-transaction`: a payment that a customer makes on bunq's own pay page,
//! from any account at bunq and without a connection. It belongs to the TPP itself.

use serde_json::{Value, json};
use url::Url;

use crate::{
    Call, Request, Verified,
    types::{
        counterparty::Counterparty,
        ids::{BunqUserId, PublicUuid},
        money::Money,
        schedule::BankTime,
    },
};

/// The content of an issuer transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerTransaction {
    /// The amount.
    pub amount: Money,
    /// The receiver: an account at any bank.
    pub counterparty: Counterparty,
    /// The description.
    pub description: String,
    /// The address to which the customer is sent after the payment.
    pub url_redirect: Url,
    /// The time until which the customer can pay. The default is ten minutes.
    pub time_expiry: Option<BankTime>,
    /// Whether the body has the status `PENDING`, as in bunq's example.
    pub explicit_status: bool,
}

impl IssuerTransaction {
    /// Returns the transaction in bunq's form.
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
        if self.explicit_status {
            body["status"] = json!("PENDING");
        }
        body
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
