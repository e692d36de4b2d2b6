//! `/user/{id}/payment-service-provider-issuer-transaction`: a payment that a customer of any account at bunq makes on bunq's own pay page,
//! without having connected. Belongs to the TPP itself.

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
    /// Until when it can be paid; ten minutes by default.
    pub time_expiry: Option<BankTime>,
    /// Whether the body names the status `PENDING`, which bunq's example does.
    pub explicit_status: bool,
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
        if self.explicit_status {
            body["status"] = json!("PENDING");
        }
        body
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
    /// The transaction's public name.
    pub transaction: PublicUuid,
    /// The path that the bank has.
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
