//! Identifiers of objects at bunq: positive integers, each with a type of its own.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text or number is not an identifier of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is not a UUID.
    #[error("must be a UUID")]
    NotUuid,
    /// The text or number is not an id of bunq: a positive whole number below 2^63, in a text without leading zeros.
    #[error("must be a positive whole number")]
    NotNumber,
}

/// The public id of an issuer transaction. Anyone who knows it may read the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PublicUuid(Uuid);

impl From<PublicUuid> for Uuid {
    fn from(id: PublicUuid) -> Self {
        id.0
    }
}

impl FromStr for PublicUuid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        // The UUIDs of bunq do not always have a valid version, so only the form is checked.
        text.parse().map(Self).map_err(|_| IdError::NotUuid)
    }
}

impl fmt::Display for PublicUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

macro_rules! bunq_id {
    ($($(#[$doc:meta])+ $name:ident),+ $(,)?) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "u64", into = "u64")]
        pub struct $name(u64);

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
    BunqUserId,
    /// An OAuth client at bunq.
    OauthClientId,
    /// A callback address of an OAuth client at bunq.
    CallbackUrlId,
    /// An installation at bunq.
    InstallationId,
    /// A device-server at bunq.
    DeviceServerId,
    /// A credential-password-ip at bunq: an API key and the IP addresses that may use it.
    CredentialPasswordIpId,
    /// An account at bunq, of any kind.
    MonetaryAccountId,
    /// A payment at bunq.
    PaymentId,
    /// A request for money at bunq.
    RequestInquiryId,
    /// A request for money at bunq, as the customer sees it who is asked.
    RequestResponseId,
    /// A card transaction at bunq.
    MasterCardActionId,
    /// A bunq.me link.
    BunqMeTabId,
    /// A draft payment at bunq, which waits for the customer's approval.
    DraftPaymentId,
    /// An issuer transaction at bunq.
    IssuerTransactionId,
    /// An IP address that may use an API key at bunq.
    PermittedIpId,
    /// A file at bunq.
    AttachmentId,
}
