//! The deadline of a request, and its priority. Every wait and every call to the bank is limited to the time that is
//! left.

use std::time::Duration;

use tokio::time::Instant;

/// Which of several requests goes first where the bank's limit makes them wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Nobody waits for the answer.
    Background,
    /// Any other request.
    #[default]
    Usual,
    /// An earlier answer has asked the caller to try again at this time.
    Returning,
    /// A person has just consented, or all callers need the result.
    First,
}

/// The moment at which the caller stops waiting (API Gateway gives up after 30 seconds).
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    at: Instant,
    priority: Priority,
}

impl Deadline {
    /// Returns a deadline that is `duration` from now, with the usual priority.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self { at: Instant::now() + duration, priority: Priority::default() }
    }

    /// Returns the earlier of two deadlines, with the priority of this one.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        Self { at: self.at.min(other.at), ..self }
    }

    /// Returns the same deadline for work of another priority.
    #[must_use]
    pub const fn with_priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// Returns the priority of the work.
    #[must_use]
    pub const fn priority(self) -> Priority {
        self.priority
    }

    /// Returns the time that is left, or zero if the deadline has passed.
    #[must_use]
    pub fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
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
