//! The bank's clock. A test moves it instead of waiting.

use jiff::{SignedDuration, Timestamp};

pub(crate) fn now(offset_seconds: i64) -> Timestamp {
    let now = Timestamp::now();
    // An offset beyond the calendar leaves the clock as it is.
    now.checked_add(SignedDuration::from_secs(offset_seconds)).unwrap_or(now)
}

pub(crate) fn after(start: Timestamp, seconds: u32) -> Timestamp {
    start.checked_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}

/// As in every body of the protocol: `2025-03-05 16:12:11.918100`, in UTC, without a zone.
pub(crate) fn text(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string()
}
