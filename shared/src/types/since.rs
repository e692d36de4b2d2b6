//! The start of a period that a caller requests.

use std::str::FromStr;

use jiff::Timestamp;

use super::schedule::BankTime;

/// The text is neither a date nor a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a date such as 2026-01-31, or a time such as 2026-01-31T09:00:00Z")]
pub struct SinceError;

/// The start of a period: a moment, or a date, which means the start of that day in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    text: String,
    at: Timestamp,
}

impl Since {
    /// Returns the text as the caller wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the first moment that is included.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

impl FromStr for Since {
    type Err = SinceError;

    fn from_str(text: &str) -> Result<Self, SinceError> {
        let is_date = text.len() == "2026-01-31".len();
        let moment = if is_date { format!("{text} 00:00") } else { text.to_owned() };
        Ok(Self { text: text.to_owned(), at: moment.parse::<BankTime>().map_err(|_| SinceError)?.timestamp() })
    }
}
