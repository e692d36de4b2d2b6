//! The deadline of a request. Every wait and every call to the bank is limited to the time that is left.

use std::time::Duration;

use tokio::time::Instant;

/// The moment at which the caller stops waiting (API Gateway gives up after 30 seconds).
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// Returns a deadline that is `duration` from now.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration)
    }

    /// Returns the earlier of two deadlines.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// Returns the time that is left, or zero if the deadline has passed.
    #[must_use]
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Waits for `duration`.
    ///
    /// # Errors
    /// Returns [`TooLate`] at once, without waiting, if the wait would not end before the deadline.
    pub async fn wait(self, duration: Duration) -> Result<(), TooLate> {
        if duration >= self.left() {
            return Err(TooLate);
        }
        tokio::time::sleep(duration).await;
        Ok(())
    }
}

/// The wait would not end before the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the deadline leaves no time for another try")]
pub struct TooLate;
