//! Measured values of one kind, and how a table shows them.

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Nanoseconds, shown in milliseconds.
    Milliseconds,
    /// Nanoseconds, shown in microseconds.
    Microseconds,
    /// Bytes, shown in MiB.
    Mebibytes,
    /// Bytes, shown in KiB.
    Kibibytes,
    /// A number of things.
    Count,
    /// Tenths of a number.
    Tenths,
    /// Millionths of a US dollar, shown in dollars.
    Dollars,
}

impl Unit {
    /// The name of the unit in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::Mebibytes => "MiB",
            Self::Kibibytes => "KiB",
            Self::Count | Self::Tenths => "",
            Self::Dollars => "USD",
        }
    }

    /// Writes a value.
    pub(crate) fn show(self, value: i64) -> String {
        let (parts, digits) = match self {
            Self::Milliseconds => (1_000_000, 2),
            Self::Microseconds => (1_000, 1),
            Self::Mebibytes => (1024 * 1024, 2),
            Self::Kibibytes => (1024, 0),
            Self::Count => return value.to_string(),
            Self::Tenths => (10, 1),
            Self::Dollars => (1_000_000, 3),
        };
        let scale = 10_i64.pow(digits);
        // Half of a last digit more, so that the division rounds.
        let scaled = (value.abs() * scale + parts / 2) / parts;
        let sign = if value < 0 && scaled != 0 { "-" } else { "" };
        if digits == 0 {
            return format!("{sign}{scaled}");
        }
        let width = usize::try_from(digits).unwrap_or(0);
        format!("{sign}{}.{:0width$}", scaled / scale, scaled % scale)
    }
}

/// Measured values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series(Vec<i64>);

impl Series {
    /// Adds a value.
    pub(crate) fn push(&mut self, value: i64) {
        self.0.push(value);
    }

    /// Returns the median, or `None` without values.
    pub(crate) fn median(&self) -> Option<i64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get((sorted.len() - 1) / 2)?;
        Some(i64::midpoint(lower, upper))
    }

    /// Returns the smallest value, or `None` without values. Noise of the machine only adds, so it is the least noisy.
    pub(crate) fn minimum(&self) -> Option<i64> {
        self.0.iter().min().copied()
    }

    /// Writes minimum, median and maximum; a single value only once.
    pub(crate) fn show(&self, unit: Unit) -> String {
        let (Some(median), Some(least), Some(most)) = (self.median(), self.minimum(), self.0.iter().max().copied())
        else {
            return "not measured".to_owned();
        };
        if least == most {
            return unit.show(median);
        }
        format!("{} / **{}** / {}", unit.show(least), unit.show(median), unit.show(most))
    }
}

impl FromIterator<i64> for Series {
    fn from_iter<T: IntoIterator<Item = i64>>(values: T) -> Self {
        Self(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rounded_to_the_last_digit() {
        assert_eq!(Unit::Milliseconds.show(1_235_000), "1.24");
        assert_eq!(Unit::Milliseconds.show(-4_000), "0.00");
        assert_eq!(Unit::Milliseconds.show(-64_000), "-0.06");
        assert_eq!(Unit::Mebibytes.show(10 * 1024 * 1024), "10.00");
        assert_eq!(Unit::Kibibytes.show(1_600), "2");
    }

    #[test]
    fn a_series_shows_its_middle() {
        assert_eq!(Series::from_iter([3, 1, 2]).show(Unit::Count), "1 / **2** / 3");
        assert_eq!(Series::from_iter([4, 1, 3, 2]).median(), Some(2));
        assert_eq!(Series::from_iter([2, 2]).show(Unit::Count), "2");
        assert_eq!(Series::default().show(Unit::Count), "not measured");
    }
}
