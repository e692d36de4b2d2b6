//! The form of times: bunq's six decimals, always, so that texts sort like times.

use jiff::Timestamp;
use serde::{Serialize as _, Serializer};

/// Returns a time in UTC with six decimals, such as `2026-01-31T09:00:00.123456Z`.
pub(crate) fn text(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// Writes a time, or null.
pub(super) fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(text).serialize(serializer)
}
