//! Values in a file of customers: text that is checked when it is read, so that an error has its line.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::records::customers::account::FIRST_ASSIGNED_NUMBER;
use crate::records::parts;

/// An amount in cents. In JSON it is decimal text.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Cents(pub(crate) i64);

/// An IBAN with correct check digits, in capitals and without spaces.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Iban(pub(crate) String);

/// A moment, in JSON as the bank writes it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Moment(pub(crate) Timestamp);

impl TryFrom<String> for Cents {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let negative = text.strip_prefix('-');
        let cents =
            parts::cents(negative.unwrap_or(&text)).map(|cents| if negative.is_some() { -cents } else { cents });
        cents.map(Self).ok_or_else(|| format!("\"{text}\" is not an amount such as \"12.50\""))
    }
}

impl From<Cents> for String {
    fn from(Cents(cents): Cents) -> Self {
        parts::decimal(cents)
    }
}

impl TryFrom<String> for Iban {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let iban: String = text.split_whitespace().collect::<String>().to_uppercase();
        let good = parts::is_iban(&iban) && (!iban.starts_with("NL") || iban.len() == 18);
        good.then_some(Self(iban)).ok_or_else(|| format!("\"{text}\" is not an IBAN; see its length and check digits"))
    }
}

impl From<Iban> for String {
    fn from(Iban(iban): Iban) -> Self {
        iban
    }
}

impl Iban {
    /// Whether a Dutch account is at bunq.
    pub(crate) fn is_bunq(&self) -> bool {
        self.0.get(4..8) == Some("BUNQ")
    }

    /// Whether the simulator may give this IBAN to an account later.
    pub(crate) fn is_reserved(&self) -> bool {
        let number = self.0.get(8..).and_then(|number| number.parse::<u64>().ok());
        self.is_bunq() && number.is_some_and(|number| number >= FIRST_ASSIGNED_NUMBER)
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let noon = || TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.at(12, 0, 0, 0)).ok();
        let of_day = || (text.len() == 10).then(noon).flatten();
        let moment = clock::read(&text).or_else(of_day).or_else(|| text.parse::<Timestamp>().ok());
        // The state file keeps microseconds, as the bank does.
        let kept = moment.and_then(|moment| Timestamp::from_microsecond(moment.as_microsecond()).ok());
        kept.map(Self).ok_or_else(|| {
            format!("\"{text}\" is not a time such as \"2026-03-31 14:05:00\" or \"2026-03-31\", in UTC")
        })
    }
}

impl From<Moment> for String {
    fn from(Moment(moment): Moment) -> Self {
        clock::text(moment)
    }
}

impl JsonSchema for Cents {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": r"^-?\d{1,10}(\.\d{1,2})?$"})
    }
}

impl JsonSchema for Iban {
    fn schema_name() -> Cow<'static, str> {
        "Iban".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": r"^[A-Za-z]{2}\d{2}[A-Za-z0-9 ]{11,}$"})
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let time = r"[ T]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?";
        json_schema!({"type": "string", "pattern": format!(r"^\d{{4}}-\d{{2}}-\d{{2}}({time})?$")})
    }
}
