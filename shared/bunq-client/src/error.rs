//! What can go wrong between us and the bank, and what it means.

use std::{fmt, io, time::Duration};

use super::{
    envelope::DecodeError,
    refusal::{BankText, Refusal},
};

/// A call to the bank did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// 4xx: the bank understood and said no.
    #[error("bunq refused with status {}", .0.status)]
    Refused(Refusal),
    /// 429: too many calls; this one was not executed.
    #[error("bunq's rate limit")]
    RateLimited {
        /// How long bunq's text says to wait.
        wait: Duration,
        /// bunq's response id.
        response_id: Option<String>,
    },
    /// 491 or 503: the bank is in maintenance.
    #[error("bunq is in maintenance")]
    Maintenance {
        /// bunq's response id.
        response_id: Option<String>,
    },
    /// Any other status: the bank failed. Whether the call was executed is not known.
    #[error("bunq failed with status {}", .0.status)]
    Failed(Refusal),
    /// The answer is not bunq's: a redirect or a refusal without bunq's envelope, which something in between has sent.
    /// Whether bunq executed the call is not known.
    #[error("something other than bunq answered, with status {status}")]
    Foreign {
        /// The HTTP status.
        status: u16,
    },
    /// The answer's signature is missing or wrong: what it says is not to be believed.
    #[error("bunq's answer is not signed by bunq")]
    Signature {
        /// The HTTP status.
        status: u16,
        /// bunq's response id.
        response_id: Option<String>,
    },
    /// The answer is signed but not understood.
    #[error("bunq's answer is not understood: {reason}")]
    Undecodable {
        /// What is wrong with it.
        reason: DecodeError,
        /// bunq's response id.
        response_id: Option<String>,
    },
    /// No connection came about: the bank did not get the call.
    #[error("bunq cannot be reached: {}", NoConnection::of(.0))]
    Unreachable(#[source] reqwest::Error),
    /// The connection broke before the whole answer was here. Whether the call was executed is not known.
    #[error("the connection to bunq broke")]
    Interrupted(#[source] reqwest::Error),
    /// No answer in time. Whether the call was executed is not known.
    #[error("bunq did not answer in time")]
    Timeout,
    /// The caller's time was over before the call was begun.
    #[error("there was no time left to ask bunq")]
    TooLate,
    /// The answer is larger than anything bunq sends.
    #[error("bunq's answer is too large")]
    TooLarge,
    /// Our own key does not sign.
    #[error("the request could not be signed")]
    Signing,
}

/// Why no connection to the bank came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoConnection {
    /// DNS does not know the name.
    UnknownName,
    /// Nobody listens there.
    Refused,
    /// TLS did not come about, for instance by a certificate that is not trusted.
    Tls,
    /// Nobody answered in time.
    Timeout,
    /// Something else.
    Other,
}

impl NoConnection {
    /// Reads the causes of an error.
    #[must_use]
    pub fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let first: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
        let causes = std::iter::successors(first, |cause| cause.source());
        let told = causes.filter_map(|cause| match cause.downcast_ref::<io::Error>().map(innermost) {
            Some(io::ErrorKind::ConnectionRefused) => Some(Self::Refused),
            Some(io::ErrorKind::TimedOut) => Some(Self::Timeout),
            // What the TLS library does not accept, and an end in the middle of its handshake.
            Some(io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => Some(Self::Tls),
            // hyper has no type for it.
            _ if cause.to_string().starts_with("dns error") => Some(Self::UnknownName),
            _ => None,
        });
        told.last().unwrap_or(Self::Other)
    }
}

/// The kind of the error that others were made around, which is not among the causes.
fn innermost(error: &io::Error) -> io::ErrorKind {
    error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()).map_or_else(|| error.kind(), innermost)
}

impl fmt::Display for NoConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownName => "its host name is not known (DNS)",
            Self::Refused => "the connection was refused",
            Self::Tls => "no TLS connection came about; is its certificate trusted?",
            Self::Timeout => "it did not accept a connection in time",
            Self::Other => "no connection came about",
        })
    }
}

impl BankError {
    /// The session is over: a new one may help.
    #[must_use]
    pub fn is_dead_session(&self) -> bool {
        match self {
            Self::Refused(Refusal { status: 401, .. }) => true,
            Self::Refused(refusal) | Self::Failed(refusal) => refusal.says_dead_session() || refusal.says_bad_key(),
            _ => false,
        }
    }

    /// The bank does not know our installation, when asked with it or in a session that it once opened. A bank that was
    /// reset also has another key: it signs its refusals with that.
    #[must_use]
    pub fn is_unknown_installation(&self) -> bool {
        match self {
            Self::Signature { status: 400..=499, .. } => true,
            error => error.is_dead_session() && !error.is_bad_key(),
        }
    }

    /// The bank refuses the API key or access token itself.
    #[must_use]
    pub fn is_bad_key(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.says_bad_key())
    }

    /// The bank certainly did not execute the call.
    #[must_use]
    pub const fn certainly_not_executed(&self) -> bool {
        match self {
            Self::Refused(_) | Self::RateLimited { .. } | Self::Unreachable(_) | Self::TooLate | Self::Signing => true,
            Self::Maintenance { .. }
            | Self::Failed(_)
            | Self::Foreign { .. }
            | Self::Signature { .. }
            | Self::Undecodable { .. }
            | Self::Interrupted(_)
            | Self::Timeout
            | Self::TooLarge => false,
        }
    }

    /// Whether the bank, or the way to it, failed. What the bank refuses is not a failure.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        match self {
            Self::Failed(_)
            | Self::Foreign { .. }
            | Self::Signature { .. }
            | Self::Undecodable { .. }
            | Self::Unreachable(_)
            | Self::Interrupted(_)
            | Self::Timeout
            | Self::TooLarge => true,
            Self::Refused(_) | Self::RateLimited { .. } | Self::Maintenance { .. } | Self::TooLate | Self::Signing => {
                false
            }
        }
    }

    /// bunq's response id, where an answer had one.
    #[must_use]
    pub fn response_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) | Self::Failed(refusal) => refusal.response_id.as_deref(),
            Self::RateLimited { response_id, .. }
            | Self::Maintenance { response_id }
            | Self::Signature { response_id, .. }
            | Self::Undecodable { response_id, .. } => response_id.as_deref(),
            Self::Foreign { .. }
            | Self::Unreachable(_)
            | Self::Interrupted(_)
            | Self::Timeout
            | Self::TooLate
            | Self::TooLarge
            | Self::Signing => None,
        }
    }
}

/// How long a 429 says to wait: `You can do a maximum of 3 calls per 3 second to this endpoint.`
/// bunq sends no `Retry-After`; where the text does not say, three seconds, the window of nearly every endpoint.
pub(super) fn rate_limit_wait(texts: &[BankText]) -> Duration {
    let seconds = texts.iter().find_map(|text| {
        let (_, window) = text.error_description.split_once("calls per ")?;
        window.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_secs(seconds.unwrap_or(3).clamp(1, 3600))
}
