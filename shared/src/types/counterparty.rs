//! Whoever is on the other side of a payment: bunq's `Pointer`, in its three forms.

use std::fmt;

use email_address::EmailAddress;
use iban::{Iban, IbanLike as _, ParseIbanError};
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
    /// The check digits are right, but no country of this code has IBANs as far as we know.
    #[error("must be an IBAN of a country that is in the IBAN registry")]
    IbanCountry,
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
            CounterpartyType::Iban => iban(text)?,
        };
        Ok(Self { kind, value })
    }

    /// What kind of address it is.
    #[must_use]
    pub const fn kind(&self) -> CounterpartyType {
        self.kind
    }

    /// Whether the account is certainly not one of bunq's. IBANs of bunq in the Netherlands and Ireland name the bank;
    /// those in Germany, France and Spain have numbers in place of its name.
    #[must_use]
    pub fn is_outside_bunq(&self) -> bool {
        let is_iban = self.kind == CounterpartyType::Iban;
        is_iban
            && match self.value.get(..2) {
                Some("NL" | "IE") => self.value.get(4..8) != Some("BUNQ"),
                Some("DE" | "ES" | "FR") => false,
                _ => true,
            }
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

/// Countries of the IBAN registry that the library lacks: code, length, and whether the number after the four letters
/// of the bank may hold letters, too.
const OTHER_COUNTRIES: [(&str, usize, bool); 2] = [("PK", 24, true), ("HN", 28, false)];

/// Reads an IBAN as people paste it, with any white space and in any case, into the one form that bunq writes. Only
/// ASCII letters have a capital here: `ß` would become `SS`, and another account.
fn iban(text: &str) -> Result<String, CounterpartyError> {
    let plain: String = text.chars().filter(|sign| !is_space(*sign)).collect();
    if !plain.is_ascii() {
        return Err(CounterpartyError::Iban);
    }
    match plain.to_ascii_uppercase().parse::<Iban>() {
        Ok(iban) => Ok(iban.electronic_str().to_owned()),
        Err(ParseIbanError::UnknownCountry(base)) => of_other_country(base.electronic_str()),
        Err(ParseIbanError::InvalidBaseIban { .. } | ParseIbanError::InvalidBban(_)) => Err(CounterpartyError::Iban),
    }
}

/// Unicode's white space, and the marks without any width that word processors and web pages leave between groups.
fn is_space(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

fn of_other_country(iban: &str) -> Result<String, CounterpartyError> {
    let known = OTHER_COUNTRIES.into_iter().find(|(country, ..)| iban.starts_with(country));
    let (_, length, letters) = known.ok_or(CounterpartyError::IbanCountry)?;
    let (bank, number) = (iban.get(4..8).unwrap_or_default(), iban.get(8..).unwrap_or_default());
    let fits = iban.len() == length
        && bank.bytes().all(|byte| byte.is_ascii_uppercase())
        && number.bytes().all(|byte| byte.is_ascii_digit() || (letters && byte.is_ascii_uppercase()));
    if fits { Ok(iban.to_owned()) } else { Err(CounterpartyError::Iban) }
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
