//! How long a request may still take. Every wait and every call to the bank is cut to what is left.

use std::time::Duration;

use tokio::time::Instant;

/// The moment at which the caller stops waiting (API Gateway gives up after 30 seconds).
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline this far ahead.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self(Instant::now() + duration)
    }

    /// The earlier of two deadlines.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// What is left of it; zero once it has passed.
    #[must_use]
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Waits this long, unless that would pass the deadline.
    ///
    /// # Errors
    /// [`TooLate`], at once, where the wait would end after the deadline.
    pub async fn wait(self, duration: Duration) -> Result<(), TooLate> {
        if duration >= self.left() {
            return Err(TooLate);
        }
        tokio::time::sleep(duration).await;
        Ok(())
    }
}

/// The deadline would pass before the wait is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the deadline leaves no time for another try")]
pub struct TooLate;
