//! The clock of the bank. Tests move it instead of waiting.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub(crate) fn now(offset_seconds: i64) -> Timestamp {
    let now = Timestamp::now();
    // An offset that exceeds the calendar has no effect.
    now.checked_add(SignedDuration::from_secs(offset_seconds)).unwrap_or(now)
}

pub(crate) fn after(start: Timestamp, seconds: u32) -> Timestamp {
    start.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}

/// A moment as the protocol writes it: `2025-03-05 16:12:11.918100`, in UTC, without a zone.
pub(crate) fn text(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// Reads a moment in UTC with a space between date and time, with or without a fraction. It refuses the form with a
/// `T`, which the protocol does not have.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let shaped = text.as_bytes().get(10) == Some(&b' ') && matches!(text.len(), 19 | 26);
    let parsed = shaped.then(|| DateTime::strptime("%Y-%m-%d %H:%M:%S%.f", text).ok()).flatten()?;
    TimeZone::UTC.to_timestamp(parsed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_a_space_and_perhaps_a_fraction() {
        let again = |moment| read(moment).map(text);

        assert_eq!(again("2027-01-31 09:30:00").unwrap(), "2027-01-31 09:30:00.000000");
        assert_eq!(again("2027-01-31 09:30:00.250000").unwrap(), "2027-01-31 09:30:00.250000");
        for moment in ["2027-01-31T09:30:00", "2027-01-31T09:30:00Z", "2027-01-31", "2027-02-30 09:30:00", "morgen", ""]
        {
            assert_eq!(again(moment), None, "{moment}");
        }
    }
}
