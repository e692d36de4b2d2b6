//! The period for which a caller requests transactions.

use std::str::FromStr;

use jiff::{Timestamp, civil::Date};
use shared::{
    bunq::transaction::{Transaction, start_of_day},
    http::Parameters,
    types::since::{Since, SinceError},
};

/// A bound of a period: a day of booking, in Amsterdam, or a moment.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    text: String,
    /// The first moment of the day, or the moment.
    start: Timestamp,
    /// The first moment of the next day, or the moment.
    end: Timestamp,
}

impl Bound {
    /// Returns the first moment of the period, if this bound begins it.
    pub(crate) const fn start(&self) -> Timestamp {
        self.start
    }
}

impl FromStr for Bound {
    type Err = SinceError;

    fn from_str(text: &str) -> Result<Self, SinceError> {
        let day = text.parse::<Date>().ok().filter(|_| text.len() == "2026-01-31".len());
        let (start, end) = match day {
            None => {
                let moment = text.parse::<Since>()?.at();
                (moment, moment)
            }
            // The last days of the year 9999 end later than any moment that can be represented.
            Some(day) => {
                let next = day.tomorrow().ok().and_then(start_of_day);
                (start_of_day(day).unwrap_or(Timestamp::MAX), next.unwrap_or(Timestamp::MAX))
            }
        };
        Ok(Self { text: text.to_owned(), start, end })
    }
}

/// A period, which can be open on both sides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Period {
    from: Option<Bound>,
    to: Option<Bound>,
}

/// Where a transaction is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Before,
    /// In the period, or without a time.
    Inside,
    After,
}

impl Period {
    /// Reads the parameters `from` and `to`.
    pub(crate) fn read(parameters: &mut Parameters) -> Self {
        let period = Self { from: parameters.parsed("from"), to: parameters.parsed("to") };
        if let (Some(from), Some(to)) = (&period.from, &period.to)
            && to.end <= from.start
        {
            parameters.refuse("to", "must be later than from");
        }
        period
    }

    /// Returns whether it is open on both sides.
    pub(crate) const fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Returns the first moment that is included.
    pub(crate) fn start(&self) -> Option<Timestamp> {
        self.from.as_ref().map(|from| from.start)
    }

    /// Returns the first moment after the period.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.to.as_ref().map(|to| to.end)
    }

    pub(crate) fn position(&self, transaction: &Transaction) -> Position {
        let Some(booked) = transaction.booked_at else { return Position::Inside };
        if self.start().is_some_and(|start| booked < start) {
            Position::Before
        } else if self.end().is_some_and(|end| booked >= end) {
            Position::After
        } else {
            Position::Inside
        }
    }

    /// Returns the parameters, for a link.
    pub(crate) fn query(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let from = self.from.as_ref().map(|bound| ("from", bound.text.as_str()));
        from.into_iter().chain(self.to.as_ref().map(|bound| ("to", bound.text.as_str())))
    }
}
