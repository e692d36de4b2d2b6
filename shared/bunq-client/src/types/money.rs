//! Money: a decimal text with two places, and a currency of ISO 4217. Never a float, because rounding would change
//! amounts.

use std::{fmt, str::FromStr};

use iso_currency::Currency as Iso;

/// The maximum of digits before the decimal point: above any payment, and small enough for the arithmetic of any
/// program.
const MOST_DIGITS: usize = 12;

/// Why a text is not an amount or a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number of the accepted form.
    #[error("must be decimal text such as 12.50, with at most two places and twelve digits before them")]
    NotDecimal,
    /// The amount is zero.
    #[error("must be more than zero")]
    Zero,
    /// The text is not a currency code.
    #[error("must be a currency code of ISO 4217, such as EUR")]
    NotCurrency,
}

/// A positive amount with exactly two decimal places: `12.50`. A text with fewer places is completed with zeros.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Amount(String);

impl FromStr for Amount {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (whole, places) = text.split_once('.').unwrap_or((text, "00"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = digits(whole)
            && digits(places)
            && whole.len() <= MOST_DIGITS
            && places.len() <= 2
            // Leading zeros, as in 007.00, are more likely a mistake than an amount.
            && (whole == "0" || !whole.starts_with('0'));
        if !fits {
            return Err(MoneyError::NotDecimal);
        }
        if [whole, places].concat().bytes().all(|byte| byte == b'0') {
            return Err(MoneyError::Zero);
        }
        Ok(Self(format!("{whole}.{places:0<2}")))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A currency of ISO 4217, which callers write as its code in upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(Iso);

impl Currency {
    /// Returns every accepted code, in order.
    pub fn codes() -> impl Iterator<Item = String> {
        let letters = || (b'A'..=b'Z').map(char::from);
        let pairs = letters().flat_map(move |first| letters().map(move |second| [first, second]));
        let codes =
            pairs.flat_map(move |[first, second]| letters().map(move |third| [first, second, third].iter().collect()));
        codes.filter(|code: &String| code.parse::<Self>().is_ok())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        // The library also accepts lower case; the bank does not.
        Iso::from_code(text).filter(|iso| iso.code() == text).map(Self).ok_or(MoneyError::NotCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code())
    }
}

/// An amount in a currency: bunq's `Amount`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount.
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// Returns bunq's `Amount`: an object with `value` and `currency`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "value": self.amount.to_string(), "currency": self.currency.to_string() })
    }
}
