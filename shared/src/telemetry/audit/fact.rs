//! The facts of an audit line besides action and outcome. They are typed ids only, so that no free text of a caller or
//! a customer gets into an audit line.

use std::{fmt, net::IpAddr};

use uuid::Uuid;

use super::Action;
use crate::types::{
    event::EventId,
    ids::{
        ConsentId, CredentialPasswordIpId, DraftPaymentId, IssuerTransactionId, MonetaryAccountId, PathParameter,
        PaymentId, PermittedIpId, PublicUuid, RequestInquiryId, TransactionId, UserId,
    },
    pseudonym::Pseudonym,
    webhook::WebhookEndpointId,
    workspace::Workspace,
};

/// The id of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectId {
    /// A number that the bank assigned.
    Bank(u64),
    /// A UUID: an id of this API, or the public id of an issuer transaction.
    Uuid(Uuid),
    /// The id of an endpoint of webhooks.
    Endpoint(WebhookEndpointId),
    /// The id of an event.
    Event(EventId),
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bank(id) => id.fmt(f),
            Self::Uuid(id) => id.fmt(f),
            Self::Endpoint(id) => id.fmt(f),
            Self::Event(id) => id.fmt(f),
        }
    }
}

/// The IAM identity that signed a request: the unique id that AWS assigns to a user or role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal(String);

impl Principal {
    /// Parses the `userId` that API Gateway reports for an IAM-signed request. In the `userId` of an assumed role, the
    /// name of the session follows a colon. It is left out, because it is often a person's e-mail address. Returns
    /// `None` if the rest is not 1 to 128 ASCII letters and digits.
    #[must_use]
    pub fn of_user_id(id: &str) -> Option<Self> {
        let id = id.split(':').next().unwrap_or_default();
        let fits = (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(id.to_owned()))
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A fact that becomes known while a request is handled.
#[derive(Clone, Debug)]
pub enum Fact {
    /// An action that is more specific than the action of the operation. It replaces that.
    Action(Action),
    /// The id of the caller's API key.
    ApiKey(Uuid),
    /// The workspace of the API key, or of the object that was created.
    Workspace(Workspace),
    /// The IAM identity that signed the request.
    Principal(Principal),
    /// The IP address that the request came from.
    Source(IpAddr),
    /// The customer is present. Holds the pseudonym of the customer's IP address, if one could be derived.
    CustomerPresent(Option<Pseudonym>),
    /// The customer whom the request concerns.
    User(UserId),
    /// The account that the request concerns.
    Account(MonetaryAccountId),
    /// The API key of the TPP at the bank that the request concerns.
    Credential(CredentialPasswordIpId),
    /// The id of the action's object.
    Object(ObjectId),
    /// Whether the answer is the stored answer of an earlier try.
    Replayed(bool),
    /// The response id of an answer of the bank.
    BankAnswer(String),
}

impl Fact {
    /// Returns the fact in a path parameter, by the parameter's name. Returns `None` if the name is not that of an id,
    /// or the text is not a valid id.
    #[must_use]
    pub fn in_path(name: &str, text: &str) -> Option<Self> {
        fn number<T: std::str::FromStr + Into<u64>>(text: &str) -> Option<Fact> {
            text.parse::<T>().ok().map(|id| Fact::Object(ObjectId::Bank(id.into())))
        }
        match name {
            UserId::NAME => text.parse().ok().map(Self::User),
            MonetaryAccountId::NAME => text.parse().ok().map(Self::Account),
            CredentialPasswordIpId::NAME => text.parse().ok().map(Self::Credential),
            PaymentId::NAME => number::<PaymentId>(text),
            RequestInquiryId::NAME => number::<RequestInquiryId>(text),
            DraftPaymentId::NAME => number::<DraftPaymentId>(text),
            // Also the name of our transactions, each of which is one payment.
            IssuerTransactionId::NAME => number::<IssuerTransactionId>(text).or_else(|| {
                let transaction = text.parse::<TransactionId>().ok()?;
                Some(Self::Object(ObjectId::Bank(transaction.payment.into())))
            }),
            PermittedIpId::NAME => number::<PermittedIpId>(text),
            ConsentId::NAME => text.parse::<ConsentId>().ok().map(|id| Self::Object(ObjectId::Uuid(id.into()))),
            WebhookEndpointId::NAME => text.parse().ok().map(|id| Self::Object(ObjectId::Endpoint(id))),
            EventId::NAME => text.parse().ok().map(|id| Self::Object(ObjectId::Event(id))),
            PublicUuid::NAME => text.parse::<PublicUuid>().ok().map(|id| Self::Object(ObjectId::Uuid(id.into()))),
            _ => None,
        }
    }
}
