//! Reads the fields of bunq's objects leniently: what has another type than documented counts as absent.

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use jiff::Timestamp;
use serde_json::Value;

use super::parts::{Party, PartyType, SignedMoney};
use crate::types::schedule::BankTime;

/// Zero width non-joiner and joiner.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// The fields of an object; none of a value that is not an object.
pub(crate) struct Fields<'a>(pub(crate) &'a Value);

impl Fields<'_> {
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.as_u64()
    }

    /// The id of the object. bunq's ids are positive and have 64 bits with a sign.
    pub(crate) fn id(&self) -> Option<u64> {
        self.number("id").filter(|id| (1..=i64::MAX.cast_unsigned()).contains(id))
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    pub(crate) fn object(&self, name: &str) -> Fields<'_> {
        Fields(self.0.get(name).unwrap_or(&Value::Null))
    }

    pub(crate) fn time(&self, name: &str) -> Option<Timestamp> {
        self.text(name)?.parse::<BankTime>().ok().map(BankTime::timestamp)
    }

    pub(crate) fn money(&self, name: &str) -> Option<SignedMoney> {
        let money = self.object(name);
        let value = money.text("value").filter(|value| is_decimal(value))?;
        Some(SignedMoney { value, currency: money.text("currency")? })
    }

    /// The label of an account as one side of a transaction.
    pub(crate) fn party(&self, is_merchant: bool) -> Party {
        let iban = self.text("iban");
        let kind = match (is_merchant, &iban) {
            (true, _) => Some(PartyType::Merchant),
            (false, Some(_)) => Some(PartyType::Account),
            (false, None) => None,
        };
        Party { name: self.text("display_name").and_then(|name| visible(&name)), iban, kind }
    }

    /// The bank's id of the holder in the label of an account.
    pub(crate) fn user(&self) -> Option<&str> {
        self.0.get("label_user")?.get("uuid")?.as_str().filter(|uuid| !uuid.is_empty())
    }
}

/// Whether a text is a decimal number, with or without a minus.
fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(places)
}

/// A name without control characters and without those that change the direction of writing. `None` if nothing is left.
/// The spelling of some languages needs joiners, so these stay.
pub(crate) fn visible(name: &str) -> Option<String> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let kept = name.chars().filter_map(|character| match categories.get(character) {
        GeneralCategory::Control | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => Some(' '),
        GeneralCategory::Format if JOINERS.contains(&character) => Some(character),
        GeneralCategory::Format | GeneralCategory::PrivateUse | GeneralCategory::Unassigned => None,
        _ => Some(character),
    });
    let kept: String = kept.collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}
