//! Whoever is on the other side of a payment: bunq's `Pointer`, in its three forms.

use std::fmt;

use email_address::EmailAddress;
use iban::{Iban, IbanLike as _};
use serde_json::{Value, json};

use super::text::check_visible;

/// Why a text does not name a counterparty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CounterpartyError {
    /// Not a type that bunq knows.
    #[error("must be EMAIL, PHONE_NUMBER or IBAN")]
    Type,
    /// Not an address of e-mail.
    #[error("must be an e-mail address")]
    Email,
    /// Not E.164.
    #[error("must be a phone number in the international form of E.164, such as +31612345678")]
    Phone,
    /// Not an IBAN.
    #[error("must be an IBAN: the length of its country and the right check digits")]
    Iban,
}

/// What kind of address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CounterpartyType {
    /// An e-mail address.
    Email,
    /// A phone number.
    PhoneNumber,
    /// A bank account.
    Iban,
}

impl std::str::FromStr for CounterpartyType {
    type Err = CounterpartyError;

    fn from_str(text: &str) -> Result<Self, CounterpartyError> {
        match text {
            "EMAIL" => Ok(Self::Email),
            "PHONE_NUMBER" => Ok(Self::PhoneNumber),
            "IBAN" => Ok(Self::Iban),
            _ => Err(CounterpartyError::Type),
        }
    }
}

impl fmt::Display for CounterpartyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email => "EMAIL",
            Self::PhoneNumber => "PHONE_NUMBER",
            Self::Iban => "IBAN",
        })
    }
}

/// The address of a counterparty: valid for its type, in the one form that we send.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    kind: CounterpartyType,
    value: String,
}

impl Address {
    /// Reads an address of a type.
    ///
    /// # Errors
    /// [`CounterpartyError`].
    pub fn parse(kind: CounterpartyType, text: &str) -> Result<Self, CounterpartyError> {
        let value = match kind {
            CounterpartyType::Email => {
                // RFC 6531 allows any character of Unicode before the `@`.
                check_visible(text).map_err(|_| CounterpartyError::Email)?;
                EmailAddress::parse_with_options(text, email_address::Options::default().without_display_text())
                    .map_err(|_| CounterpartyError::Email)?
                    .to_string()
            }
            CounterpartyType::PhoneNumber => e164(text).ok_or(CounterpartyError::Phone)?,
            // Without spaces and in capitals, as bunq writes it.
            CounterpartyType::Iban => {
                text.to_uppercase().parse::<Iban>().map_err(|_| CounterpartyError::Iban)?.electronic_str().to_owned()
            }
        };
        Ok(Self { kind, value })
    }

    /// What kind of address it is.
    #[must_use]
    pub const fn kind(&self) -> CounterpartyType {
        self.kind
    }

    /// The address itself: for the bank only.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Addresses are personal data: never in a log.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}, [redacted])", self.kind)
    }
}

/// `+`, a country code that does not begin with 0, and 7 to 15 digits in all (ITU-T E.164).
fn e164(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+')?;
    let fits = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    fits.then(|| text.to_owned())
}

/// Whoever is on the other side.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Counterparty {
    /// Where they are.
    pub address: Address,
    /// What they are called. bunq wants it with an IBAN.
    pub name: Option<String>,
}

impl Counterparty {
    /// bunq's form of it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut pointer = json!({ "type": self.address.kind.to_string(), "value": self.address.value });
        if let Some(name) = &self.name {
            pointer["name"] = json!(name);
        }
        pointer
    }
}

impl fmt::Debug for Counterparty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Counterparty({:?})", self.address)
    }
}
