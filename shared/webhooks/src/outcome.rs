//! The result of one attempt to deliver a message.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use jiff::Timestamp;

/// The longest wait that a receiver can ask for.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The result of one attempt to deliver a message. A status is that of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has the message (2xx).
    Delivered {
        /// The status.
        status: u16,
    },
    /// The receiver wants no more messages (410).
    Gone,
    /// The receiver is overloaded (429, 502, 503 or 504).
    Slow {
        /// The status.
        status: u16,
        /// How long the receiver asks to wait (`Retry-After`), at most 24 hours.
        retry_after: Option<Duration>,
    },
    /// The message may not have been delivered.
    Failed(Failure),
}

/// Why a message may not have been delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No complete answer within the time limit.
    Timeout,
    /// The name of the receiver could not be resolved.
    Dns,
    /// TLS failed, for example because of the receiver's certificate.
    Tls,
    /// The name of the receiver has no public address.
    RefusedAddress,
    /// The receiver redirects (3xx). Redirects are not followed.
    Redirect {
        /// The status.
        status: u16,
    },
    /// No connection was opened, or it ended before the answer.
    Connection,
    /// The receiver answered with any other status.
    Status {
        /// The status.
        status: u16,
    },
}

impl Outcome {
    /// Reads an answer. `retry_after` is the header `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3).
    /// Any other value counts as absent. `now` is the time to which a date is compared.
    #[must_use]
    pub fn of_answer(status: u16, retry_after: Option<&str>, now: Timestamp) -> Self {
        match status {
            200..=299 => Self::Delivered { status },
            410 => Self::Gone,
            429 | 502 | 503 | 504 => Self::Slow { status, retry_after: retry_after.and_then(|text| wait(text, now)) },
            300..=399 => Self::Failed(Failure::Redirect { status }),
            _ => Self::Failed(Failure::Status { status }),
        }
    }

    /// Returns the status of the answer, if there was one.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match *self {
            Self::Delivered { status }
            | Self::Slow { status, .. }
            | Self::Failed(Failure::Redirect { status } | Failure::Status { status }) => Some(status),
            Self::Gone => Some(410),
            Self::Failed(
                Failure::Timeout | Failure::Dns | Failure::Tls | Failure::RefusedAddress | Failure::Connection,
            ) => None,
        }
    }
}

fn wait(text: &str, now: Timestamp) -> Option<Duration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is certainly too long a wait.
        return Some(text.parse::<u64>().map_or(LONGEST_WAIT, Duration::from_secs).min(LONGEST_WAIT));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    // A date in the past means no wait.
    Some(date.duration_since(SystemTime::from(now)).unwrap_or_default().min(LONGEST_WAIT))
}

impl Failure {
    /// Returns the word for this failure in logs and answers.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::RefusedAddress => "refused_address",
            Self::Redirect { .. } => "redirect",
            Self::Connection => "connection",
            Self::Status { .. } => "status",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
