//! Days of booking, in Amsterdam.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Central European Time with its summer time, in the form of POSIX. The rules are those of Directive 2000/84/EC, so no
/// database of time zones is needed.
const AMSTERDAM: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The day of a moment in Amsterdam.
pub(crate) fn booking_date(moment: Timestamp) -> Option<Date> {
    TimeZone::posix(AMSTERDAM).ok().map(|zone| moment.to_zoned(zone).date())
}

/// Returns the moment at which a day begins in Amsterdam: the first whose booking date it is. `None` if the day begins
/// outside the range of [`Timestamp`].
#[must_use]
pub fn start_of_day(day: Date) -> Option<Timestamp> {
    TimeZone::posix(AMSTERDAM).ok()?.to_timestamp(day.at(0, 0, 0, 0)).ok()
}
