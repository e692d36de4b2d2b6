//! Identifiers. Those of this API are random UUIDs, those of bunq are positive integers. Each kind has its own type.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text or number is not an identifier of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is not a `user_id`: a UUID in its hyphenated lower-case form.
    #[error("must be a UUID as /callback returned it, such as 2f1c7a52-6f0e-4c56-9e0b-0d8f9d2f4a11")]
    NotUuid,
    /// The text is not a `consent_id`: a UUID in its hyphenated lower-case form.
    #[error("must be a UUID as POST /consents returned it")]
    NotConsentId,
    /// The text is not the public id of an issuer transaction: a UUID in any form.
    #[error("must be a UUID")]
    NotPublicUuid,
    /// The text or number is not an id of bunq: a positive whole number below 2^63, in a text without leading zeros.
    #[error("must be a positive whole number")]
    NotNumber,
}

/// An identifier that can be a parameter of a path.
pub trait PathParameter {
    /// The name of the path parameter.
    const NAME: &'static str;
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
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let id = Uuid::parse_str(text).map_err(|_| IdError::$error)?;
                // `parse_str` also accepts braces, URNs and capitals. One object must not have several ids.
                if id.as_hyphenated().to_string() == text { Ok(Self(id)) } else { Err(IdError::$error) }
            }
        }
    )+};
}

own_id! {
    /// The id of a connected customer in this API. It is random, so that nobody can guess it.
    UserId = "user_id", NotUuid;
    /// The id of a consent in this API. It is random, so that nobody can guess it.
    ConsentId = "consent_id", NotConsentId;
}

/// The public id of an issuer transaction, with which anybody may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PublicUuid(Uuid);

impl PathParameter for PublicUuid {
    const NAME: &'static str = "public_id";
}

impl From<ConsentId> for Uuid {
    fn from(id: ConsentId) -> Self {
        id.0
    }
}

impl From<PublicUuid> for Uuid {
    fn from(id: PublicUuid) -> Self {
        id.0
    }
}

impl FromStr for PublicUuid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // The UUIDs of bunq do not always have a valid version, so only the form is checked.
        text.parse().map(Self).map_err(|_| IdError::NotPublicUuid)
    }
}

impl fmt::Display for PublicUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

macro_rules! bunq_id {
    ($(#[$doc:meta] $name:ident = $parameter:literal),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "u64", into = "u64")]
        pub struct $name(u64);

        impl PathParameter for $name {
            const NAME: &'static str = $parameter;
        }

        impl TryFrom<u64> for $name {
            type Error = IdError;

            fn try_from(id: u64) -> Result<Self, IdError> {
                // bunq's ids are signed 64-bit on the wire.
                if (1..=i64::MAX.cast_unsigned()).contains(&id) { Ok(Self(id)) } else { Err(IdError::NotNumber) }
            }
        }

        impl From<$name> for u64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                if !text.bytes().all(|byte| byte.is_ascii_digit()) || text.starts_with('0') {
                    return Err(IdError::NotNumber);
                }
                text.parse::<u64>().map_err(|_| IdError::NotNumber)?.try_into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

bunq_id! {
    /// A user at bunq: a person, a company, a payment service provider, or the user API key that stands for a consent.
    BunqUserId = "bunq_user_id",
    /// An OAuth client at bunq.
    OauthClientId = "oauth_client_id",
    /// A callback address of an OAuth client at bunq.
    CallbackUrlId = "callback_url_id",
    /// An installation at bunq.
    InstallationId = "installation_id",
    /// A device-server at bunq.
    DeviceServerId = "device_server_id",
    /// A credential-password-ip at bunq: an API key and the IP addresses that may use it.
    CredentialPasswordIpId = "credential_password_ip_id",
    /// An account at bunq, of any kind.
    MonetaryAccountId = "monetary_account_id",
    /// A payment at bunq.
    PaymentId = "payment_id",
    /// A request for money at bunq.
    RequestInquiryId = "request_inquiry_id",
    /// A draft payment at bunq, which waits for the customer's approval.
    DraftPaymentId = "draft_payment_id",
    /// An issuer transaction at bunq.
    IssuerTransactionId = "transaction_id",
    /// An IP address that may use an API key at bunq.
    PermittedIpId = "item_id",
    /// A file at bunq.
    AttachmentId = "attachment_id",
}
