//! The counterparty of a payment: bunq's `Pointer`, in its three forms.

use std::{fmt, str::FromStr};

use email_address::EmailAddress;
use iban::{Iban, IbanLike as _, ParseIbanError};
use serde_json::{Value, json};

use super::{json::without_nulls, text::check_visible};

/// Why a text is not a counterparty's address or its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CounterpartyError {
    /// The text is not a type of address that bunq knows.
    #[error("must be EMAIL, PHONE_NUMBER or IBAN")]
    Type,
    /// The text is not an e-mail address.
    #[error("must be an e-mail address")]
    Email,
    /// The text is not a phone number in the form of ITU-T E.164.
    #[error("must be a phone number in the international form of E.164, such as +31612345678")]
    Phone,
    /// The text is not an IBAN: its characters, its length or its check digits are wrong.
    #[error("must be an IBAN: the length of its country and the right check digits")]
    Iban,
    /// The check digits are right, but no country with this code is known to have IBANs.
    #[error("must be an IBAN of a country that is in the IBAN registry")]
    IbanCountry,
}

crate::words! {
    /// The type of a counterparty's address.
    CounterpartyType, CounterpartyError = CounterpartyError::Type;
    /// An e-mail address.
    Email = "EMAIL",
    /// A phone number.
    PhoneNumber = "PHONE_NUMBER",
    /// An IBAN.
    Iban = "IBAN",
}

/// The address of a counterparty: valid for its type, and in the normal form that is sent to bunq.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    kind: CounterpartyType,
    value: String,
}

impl Address {
    /// Parses an address of a type. An IBAN may contain spaces and lower-case letters.
    ///
    /// # Errors
    /// Returns [`CounterpartyError::Email`], [`CounterpartyError::Phone`] or [`CounterpartyError::Iban`] if the text is
    /// not a valid address of its type, and [`CounterpartyError::IbanCountry`] if the country of an IBAN is not known.
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

    /// Returns the type of the address.
    #[must_use]
    pub const fn kind(&self) -> CounterpartyType {
        self.kind
    }

    /// Returns whether the address is the IBAN of an account that is certainly not at bunq. IBANs of the Netherlands
    /// and Ireland contain the name of the bank. Those of Germany, France and Spain, where bunq also has accounts,
    /// contain a number instead, so the result for them is `false`. It is also `false` for e-mail addresses and phone
    /// numbers.
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

    /// Returns the address in plain text. Only for the bank.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Redacts the address: it is personal data and must not get into a log.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}, [redacted])", self.kind)
    }
}

/// The address of a bank account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IbanAddress(Address);

impl IbanAddress {
    /// Converts to an address of any type.
    #[must_use]
    pub fn into_address(self) -> Address {
        self.0
    }
}

impl FromStr for IbanAddress {
    type Err = CounterpartyError;

    fn from_str(text: &str) -> Result<Self, CounterpartyError> {
        Address::parse(CounterpartyType::Iban, text).map(Self)
    }
}

/// Countries of the IBAN registry that the library lacks: code, length of an IBAN, and whether the part after the four
/// letters of the bank may contain letters as well as digits.
const OTHER_COUNTRIES: [(&str, usize, bool); 2] = [("PK", 24, true), ("HN", 28, false)];

/// Parses an IBAN as people paste it, with any white space and in any case, into the form that bunq writes. Only ASCII
/// letters are converted to upper case: `ß` would become `SS`, and so another account.
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

/// Returns whether a character is white space in Unicode, or one of the zero-width characters that word processors and
/// web pages leave between groups.
fn is_space(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// Checks the IBAN of a country that the library lacks. The check digits are already checked.
fn of_other_country(iban: &str) -> Result<String, CounterpartyError> {
    let known = OTHER_COUNTRIES.into_iter().find(|(country, ..)| iban.starts_with(country));
    let (_, length, letters) = known.ok_or(CounterpartyError::IbanCountry)?;
    let (bank, number) = (iban.get(4..8).unwrap_or_default(), iban.get(8..).unwrap_or_default());
    let fits = iban.len() == length
        && bank.bytes().all(|byte| byte.is_ascii_uppercase())
        && number.bytes().all(|byte| byte.is_ascii_digit() || (letters && byte.is_ascii_uppercase()));
    if fits { Ok(iban.to_owned()) } else { Err(CounterpartyError::Iban) }
}

/// Returns the text if it is a phone number in the form of ITU-T E.164: `+` and 7 to 15 digits, of which the first is
/// not 0.
fn e164(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+')?;
    let fits = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    fits.then(|| text.to_owned())
}

/// The counterparty of a payment.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Counterparty {
    /// The address of the counterparty.
    pub address: Address,
    /// The name of the counterparty. bunq requires it with an IBAN; this type does not check that.
    pub name: Option<String>,
}

impl Counterparty {
    /// Returns bunq's `Pointer`: an object with `type`, `value` and, if known, `name`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Address { kind, value } = &self.address;
        without_nulls(json!({ "type": kind.as_str(), "value": value, "name": self.name }))
    }
}

impl fmt::Debug for Counterparty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Counterparty({:?})", self.address)
    }
}
