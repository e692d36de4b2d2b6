//! Schedules of draft payments. The simulator stores and shows them, and makes no payments by them.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Schedule {
    pub(crate) time_start: Timestamp,
    pub(crate) time_end: Option<Timestamp>,
    pub(crate) recurrence_unit: Unit,
    pub(crate) recurrence_size: u64,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Unit {
    Once,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Unit {
    fn word(self) -> &'static str {
        match self {
            Self::Once => "time",
            Self::Hourly => "hour",
            Self::Daily => "day",
            Self::Weekly => "week",
            Self::Monthly => "month",
            Self::Yearly => "year",
        }
    }
}

impl Schedule {
    /// The schedule in words: `every 2 weeks from 2027-01-31 09:30 UTC until 2027-12-31 09:30 UTC`.
    pub(crate) fn words(&self) -> String {
        let minute = |moment: Timestamp| moment.strftime("%Y-%m-%d %H:%M UTC").to_string();
        let start = minute(self.time_start);
        let every = match (self.recurrence_unit, self.recurrence_size) {
            (Unit::Once, _) => return format!("once, on {start}"),
            (unit, 1) => format!("every {}", unit.word()),
            (unit, size) => format!("every {size} {}s", unit.word()),
        };
        let end = self.time_end.map(|end| format!(" until {}", minute(end))).unwrap_or_default();
        format!("{every} from {start}{end}")
    }

    /// The second run, in whole seconds, as in the recording.
    pub(crate) fn second_time(&self) -> Option<Timestamp> {
        let size = i64::try_from(self.recurrence_size).ok()?;
        let span = match self.recurrence_unit {
            Unit::Once => return None,
            Unit::Hourly => Span::new().try_hours(size),
            Unit::Daily => Span::new().try_days(size),
            Unit::Weekly => Span::new().try_weeks(size),
            Unit::Monthly => Span::new().try_months(size),
            Unit::Yearly => Span::new().try_years(size),
        };
        let next = self.time_start.to_zoned(TimeZone::UTC).checked_add(span.ok()?).ok()?;
        let next = Timestamp::from_second(next.timestamp().as_second()).ok()?;
        self.time_end.is_none_or(|end| next <= end).then_some(next)
    }
}
