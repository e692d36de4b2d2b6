//! Identifiers. Those of this API are random UUIDs, those of bunq are positive integers. Each kind has its own type.

use std::{fmt, str::FromStr};

pub use bunq_client::types::ids::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an identifier of this API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnIdError {
    /// The text is not a `user_id`: a UUID in its hyphenated lower-case form.
    #[error("must be a UUID as /callback returned it, such as 2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11")]
    NotUserId,
    /// The text is not a `consent_id`: a UUID in its hyphenated lower-case form.
    #[error("must be a UUID as POST /consents returned it")]
    NotConsentId,
    /// The text is not the id of a transaction: two ids of bunq, joined with a dot.
    #[error("must be a transaction's id as the list returned it, such as 60101.71234")]
    NotTransactionId,
}

/// An identifier that can be a parameter of a path.
pub trait PathParameter {
    /// The name of the path parameter.
    const NAME: &'static str;
}

macro_rules! path_parameters {
    ($($name:ident = $parameter:literal,)+) => {$(
        impl PathParameter for $name {
            const NAME: &'static str = $parameter;
        }
    )+};
}

path_parameters! {
    PublicUuid = "public_id",
    CredentialPasswordIpId = "credential_password_ip_id",
    MonetaryAccountId = "monetary_account_id",
    PaymentId = "payment_id",
    RequestInquiryId = "request_inquiry_id",
    DraftPaymentId = "draft_payment_id",
    IssuerTransactionId = "transaction_id",
    PermittedIpId = "item_id",
}

macro_rules! own_id {
    ($($(#[$doc:meta])+ $name:ident = $parameter:literal, $error:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(Uuid);

        impl $name {
            /// Returns a new random identifier.
            #[must_use]
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl PathParameter for $name {
            const NAME: &'static str = $parameter;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = OwnIdError;

            fn from_str(text: &str) -> Result<Self, OwnIdError> {
                let id = Uuid::parse_str(text).map_err(|_| OwnIdError::$error)?;
                // `parse_str` also accepts braces, URNs and capitals. One object must not have several ids.
                if id.as_hyphenated().to_string() == text { Ok(Self(id)) } else { Err(OwnIdError::$error) }
            }
        }
    )+};
}

own_id! {
    /// The id of a connected customer in this API. It is random, so that nobody can guess it.
    UserId = "user_id", NotUserId;
    /// The id of a consent in this API. It is random, so that nobody can guess it.
    ConsentId = "consent_id", NotConsentId;
}

/// The id of a transaction in this API: the account and the payment at bunq, joined with a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionId {
    /// The account.
    pub account: MonetaryAccountId,
    /// The payment.
    pub payment: PaymentId,
}

impl PathParameter for TransactionId {
    const NAME: &'static str = "transaction_id";
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.account, self.payment)
    }
}

impl FromStr for TransactionId {
    type Err = OwnIdError;

    fn from_str(text: &str) -> Result<Self, OwnIdError> {
        let (account, payment) = text.split_once('.').ok_or(OwnIdError::NotTransactionId)?;
        // As in the pattern of the document, which cannot say 2^63.
        if account.len().max(payment.len()) > 18 {
            return Err(OwnIdError::NotTransactionId);
        }
        let (account, payment) = (account.parse(), payment.parse());
        account
            .ok()
            .zip(payment.ok())
            .map(|(account, payment)| Self { account, payment })
            .ok_or(OwnIdError::NotTransactionId)
    }
}

impl UserId {
    /// Returns the id of these bytes.
    pub(crate) const fn of_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns the bytes of the id.
    pub(crate) const fn to_bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }
}

impl From<ConsentId> for Uuid {
    fn from(id: ConsentId) -> Self {
        id.0
    }
}
