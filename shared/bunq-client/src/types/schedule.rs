//! The schedule of a payment: bunq's `Schedule`. bunq writes times as `YYYY-MM-DD hh:mm:ss.ffffff` in UTC. Callers may
//! also write ISO 8601.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::json::without_nulls;

/// Why a text is not a valid time or unit of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The text is not a time.
    #[error("must be a time such as 2026-12-01 09:00:00 (UTC) or 2026-12-01T10:00:00+01:00")]
    Time,
    /// The text is not a unit of recurrence.
    #[error("must be ONCE, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY")]
    Unit,
}

/// A moment that is displayed as bunq writes it: in UTC, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankTime(Timestamp);

impl BankTime {
    /// Returns the time of a moment.
    #[must_use]
    pub const fn at(moment: Timestamp) -> Self {
        Self(moment)
    }

    /// Returns the same second with these microseconds, modulo a million.
    #[must_use]
    pub fn with_microseconds(self, microseconds: u32) -> Self {
        let second = Timestamp::from_second(self.0.as_second()).unwrap_or(self.0);
        Self(second.checked_add(SignedDuration::from_micros(i64::from(microseconds % 1_000_000))).unwrap_or(second))
    }

    /// Returns the moment.
    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl FromStr for BankTime {
    type Err = ScheduleError;

    /// Parses a date and a time of day, with an offset or in UTC. Anything more, such as a time zone in brackets, is an
    /// error: to ignore it could change the moment.
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let (date, rest) = text.split_at_checked(10).ok_or(ScheduleError::Time)?;
        let rest = rest.strip_prefix([' ', 'T', 't']).ok_or(ScheduleError::Time)?;
        let (time, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()));
        if !has_shape(date, "0000-00-00") || !is_time_of_day(time) || !is_offset(offset) {
            return Err(ScheduleError::Time);
        }
        // A time without an offset is in UTC, as in bunq's own answers.
        let offset = if offset.is_empty() { "Z" } else { offset };
        format!("{date}T{time}{offset}").parse().map(Self).map_err(|_| ScheduleError::Time)
    }
}

/// Returns whether a text has the characters of `shape`, in which `0` stands for any digit.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(sign, wanted): (u8, u8)| if wanted == b'0' { sign.is_ascii_digit() } else { sign == wanted };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

/// Returns whether a text is `hh:mm`, `hh:mm:ss`, or `hh:mm:ss` with up to nine decimals. Programs write nine; bunq
/// stores six. A leap second is not accepted, because bunq cannot store it.
fn is_time_of_day(text: &str) -> bool {
    let has_seconds = |time: &str| has_shape(time, "00:00:00") && !time.ends_with("60");
    match text.split_once('.') {
        None => has_seconds(text) || has_shape(text, "00:00"),
        Some((time, decimals)) => {
            has_seconds(time) && (1..=9).contains(&decimals.len()) && decimals.bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}

/// Returns whether a text is an offset from UTC: empty, `Z`, or `hh:mm` with a sign.
fn is_offset(text: &str) -> bool {
    let has_sign = text.starts_with(['+', '-']);
    matches!(text, "" | "Z" | "z") || (has_sign && has_shape(text.get(1..).unwrap_or_default(), "00:00"))
}

impl fmt::Display for BankTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.strftime("%Y-%m-%d %H:%M:%S%.6f").fmt(f)
    }
}

crate::words! {
    /// The unit in which a payment recurs. [`Schedule::recurrence_size`] counts the units between two payments.
    Recurrence, ScheduleError = ScheduleError::Unit;
    /// The payment does not recur.
    Once = "ONCE",
    /// Hours.
    Hourly = "HOURLY",
    /// Days.
    Daily = "DAILY",
    /// Weeks.
    Weekly = "WEEKLY",
    /// Months.
    Monthly = "MONTHLY",
    /// Years.
    Yearly = "YEARLY",
}

/// When a payment is made, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Schedule {
    /// When the payment is first made.
    pub time_start: BankTime,
    /// When the payment is made for the last time. `None`: it recurs until it is stopped.
    pub time_end: Option<BankTime>,
    /// The unit in which the payment recurs.
    pub recurrence_unit: Recurrence,
    /// The number of units between two payments.
    pub recurrence_size: u32,
}

impl Schedule {
    /// Returns bunq's `Schedule` object. It has no `time_end` if the schedule has none.
    #[must_use]
    pub fn to_json(&self) -> Value {
        without_nulls(json!({
            "time_start": self.time_start.to_string(),
            "time_end": self.time_end.map(|end| end.to_string()),
            "recurrence_unit": self.recurrence_unit.as_str(),
            "recurrence_size": self.recurrence_size,
        }))
    }
}
