//! Exact amounts.

use std::io;

use quick_xml::events::BytesText;
use rust_decimal::Decimal;

use super::xml::{Xml, text};
use crate::transaction::SignedMoney;

/// `ActiveOrHistoricCurrencyAndAmount` has at most 18 digits, and 5 of them after the point.
const TOO_LARGE: u128 = 10_u128.pow(18);
const MOST_PLACES: u32 = 5;

/// An amount with its sign, which the standard can hold. It has no `Debug`, so that it reaches no log.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Amount {
    value: Decimal,
    currency: String,
}

impl Amount {
    /// `None` if the text is not a decimal number, or has more digits than the standard permits, or if the currency is
    /// not three capital letters.
    pub(super) fn read(money: &SignedMoney) -> Option<Self> {
        let value = Decimal::from_str_exact(&money.value).ok()?;
        if is_currency(&money.currency) { Self::fitting(value, &money.currency) } else { None }
    }

    /// Zeros at the end are kept, unless they would be too many.
    fn fitting(value: Decimal, currency: &str) -> Option<Self> {
        let fits = |value: &Decimal| value.scale() <= MOST_PLACES && value.mantissa().unsigned_abs() < TOO_LARGE;
        let value = [value, value.normalize()].into_iter().find(fits)?;
        Some(Self { value, currency: currency.to_owned() })
    }

    /// `None` if the currencies differ, or if the result does not fit.
    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        let sum = if self.currency == other.currency { self.value.checked_add(other.value) } else { None };
        Self::fitting(sum?, &self.currency)
    }

    /// `None` if the currencies differ, or if the result does not fit.
    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&Self { value: -other.value, currency: other.currency.clone() })
    }

    /// Whether it is a credit. Zero is one.
    pub(super) fn is_credit(&self) -> bool {
        self.value.is_zero() || self.value.is_sign_positive()
    }

    /// The number without its sign.
    pub(super) fn number(&self) -> String {
        self.value.abs().to_string()
    }

    pub(super) fn to_money(&self) -> SignedMoney {
        SignedMoney { value: self.value.to_string(), currency: self.currency.clone() }
    }

    /// Writes `Amt` without a sign, and `CdtDbtInd` for it.
    pub(super) fn write(&self, xml: &mut Xml) -> io::Result<()> {
        xml.create_element("Amt")
            .with_attribute(("Ccy", self.currency.as_str()))
            .write_text_content(BytesText::new(&self.number()))?;
        text(xml, "CdtDbtInd", if self.is_credit() { "CRDT" } else { "DBIT" })
    }
}

/// Whether a text has the form of a currency code.
pub(super) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
