//! What an audit line says besides action and outcome. Typed ids only: no text of a caller or of a customer fits in.

use std::{fmt, net::IpAddr};

use uuid::Uuid;

use super::Action;
use crate::types::{
    ids::{
        ConsentId, CredentialPasswordIpId, DraftPaymentId, IssuerTransactionId, MonetaryAccountId, PathParameter,
        PaymentId, PermittedIpId, PublicUuid, RequestInquiryId, UserId,
    },
    pseudonym::Pseudonym,
    workspace::Workspace,
};

/// The id of an object: a number of the bank's, or a random UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectId {
    /// At the bank.
    Bank(u64),
    /// Ours, or the public name of an issuer transaction.
    Uuid(Uuid),
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bank(id) => id.fmt(f),
            Self::Uuid(id) => id.fmt(f),
        }
    }
}

/// Who signed a request for IAM: the unique id of a user or role, which AWS makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal(String);

impl Principal {
    /// Takes the `userId` of API Gateway's authorizer. The name of an assumed role's session follows a colon; it is
    /// left out, since it is often a person's e-mail address.
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

/// Something that becomes known while a request is handled.
#[derive(Clone, Debug)]
pub enum Fact {
    /// The action is more specific than the operation.
    Action(Action),
    /// The id of the API key that the caller has shown.
    ApiKey(Uuid),
    /// The workspace of that key, or of what was made.
    Workspace(Workspace),
    /// Who signed the request for IAM.
    Principal(Principal),
    /// The address that the request came from.
    Source(IpAddr),
    /// The customer is present, under this pseudonym of their address if it could be made.
    CustomerPresent(Option<Pseudonym>),
    /// Whose customer it is about.
    User(UserId),
    /// Which account.
    Account(MonetaryAccountId),
    /// Which of the TPP's keys at the bank.
    Credential(CredentialPasswordIpId),
    /// The id of the action's object.
    Object(ObjectId),
    /// Whether the answer is that of an earlier try.
    Replayed(bool),
    /// The bank answered under this id.
    BankAnswer(String),
}

impl Fact {
    /// What a parameter of a path says, if its text is an id of the right form.
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
            IssuerTransactionId::NAME => number::<IssuerTransactionId>(text),
            PermittedIpId::NAME => number::<PermittedIpId>(text),
            ConsentId::NAME => text.parse::<ConsentId>().ok().map(|id| Self::Object(ObjectId::Uuid(id.into()))),
            PublicUuid::NAME => text.parse::<PublicUuid>().ok().map(|id| Self::Object(ObjectId::Uuid(id.into()))),
            _ => None,
        }
    }
}
