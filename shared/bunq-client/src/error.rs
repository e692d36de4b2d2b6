//! The errors of calls to the bank, and what they mean.

use std::{io, num::NonZeroU32, time::Duration};

use super::{
    envelope::DecodeError,
    limiter::RateLimit,
    refusal::{BAD_KEY, BankText, Refusal},
};

/// A call to the bank did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// 4xx: the bank understood the call and refused it.
    #[error("bunq refused with status {}", .0.status)]
    Refused(Refusal),
    /// 429: too many calls. This call was not executed.
    #[error("bunq's rate limit")]
    RateLimited {
        /// The time to wait, according to bunq's text.
        wait: Duration,
        /// The limit that bunq's text names, if it does.
        limit: Option<RateLimit>,
        /// bunq's response id.
        response_id: Option<String>,
    },
    /// The call was not sent, because the bank's limit allows it only after the deadline.
    #[error("bunq's limit allows the call only later")]
    Busy {
        /// The time to wait.
        wait: Duration,
    },
    /// 491 or 503: the bank is in maintenance.
    #[error("bunq is in maintenance")]
    Maintenance {
        /// bunq's response id.
        response_id: Option<String>,
    },
    /// Any other status: the bank failed. Whether it executed the call is unknown.
    #[error("bunq failed with status {}", .0.status)]
    Failed(Refusal),
    /// The answer is not bunq's: a redirect, or a refusal without bunq's envelope, which a proxy in between has sent.
    /// Whether bunq executed the call is unknown.
    #[error("something other than bunq answered, with status {status}")]
    Foreign {
        /// The HTTP status.
        status: u16,
    },
    /// The answer's signature is missing or wrong, so its content cannot be trusted.
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
        /// Why the answer is not understood.
        reason: DecodeError,
        /// bunq's response id.
        response_id: Option<String>,
    },
    /// No connection was opened, so the bank did not receive the call.
    #[error("bunq cannot be reached: {}", NoConnection::of(.0))]
    Unreachable(#[source] reqwest::Error),
    /// The connection broke before the whole answer arrived. Whether the bank executed the call is unknown.
    #[error("the connection to bunq broke")]
    Interrupted(#[source] reqwest::Error),
    /// The answer did not arrive in time. Whether the bank executed the call is unknown.
    #[error("bunq did not answer in time")]
    Timeout,
    /// The caller's deadline passed before the call was begun.
    #[error("there was no time left to ask bunq")]
    TooLate,
    /// The answer is larger than anything bunq sends.
    #[error("bunq's answer is too large")]
    TooLarge,
    /// Our own key failed to sign.
    #[error("the request could not be signed")]
    Signing,
}

/// Why no connection to the bank was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoConnection {
    /// DNS does not know the name.
    #[error("its host name is not known (DNS)")]
    UnknownName,
    /// No server listens at the address.
    #[error("the connection was refused")]
    Refused,
    /// The TLS handshake failed, for instance because of a certificate that is not trusted.
    #[error("no TLS connection came about; is its certificate trusted?")]
    Tls,
    /// No server answered in time.
    #[error("it did not accept a connection in time")]
    Timeout,
    /// Something else.
    #[error("no connection came about")]
    Other,
}

impl NoConnection {
    /// Finds the reason among the causes of an error.
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
            // The TLS library rejects the certificate, or the connection ends during the handshake.
            Some(io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => Some(Self::Tls),
            // hyper has no type for this error.
            _ if cause.to_string().starts_with("dns error") => Some(Self::UnknownName),
            _ => None,
        });
        told.last().unwrap_or(Self::Other)
    }
}

/// Returns the kind of the innermost wrapped error. [`Error::source`](std::error::Error::source) skips that error.
fn innermost(error: &io::Error) -> io::ErrorKind {
    error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()).map_or_else(|| error.kind(), innermost)
}

impl BankError {
    /// Returns the error of a request that could not be sent.
    pub(super) fn of_sending(error: reqwest::Error) -> Self {
        // URLs can contain secrets, as the token endpoint's URL does, and errors are logged.
        let error = error.without_url();
        if error.is_connect() { Self::Unreachable(error) } else { Self::Interrupted(error) }
    }

    /// Returns whether the session is over, so that a new session may help.
    #[must_use]
    pub fn is_dead_session(&self) -> bool {
        match self {
            Self::Refused(Refusal { status: 401, .. }) => true,
            Self::Refused(refusal) | Self::Failed(refusal) => refusal.says_dead_session() || refusal.says(BAD_KEY),
            _ => false,
        }
    }

    /// Returns whether this error means that the bank no longer knows our installation. The error can come from a call
    /// with the installation's token, or from a call in a session. After a reset of the sandbox, the bank signs with a
    /// new key, so this also holds for such an answer whose signature is invalid.
    #[must_use]
    pub fn is_unknown_installation(&self) -> bool {
        match self {
            Self::Signature { status: 400..=499, .. } => true,
            error => error.is_dead_session() && !error.is_bad_key(),
        }
    }

    /// Returns whether the bank refuses the API key or access token itself.
    #[must_use]
    pub fn is_bad_key(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.says(BAD_KEY))
    }

    /// Returns whether the bank certainly did not execute the call.
    #[must_use]
    pub const fn certainly_not_executed(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::RateLimited { .. }
            | Self::Busy { .. }
            | Self::Unreachable(_)
            | Self::TooLate
            | Self::Signing => true,
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

    /// Returns whether the bank, or the connection to it, failed. A refusal is not a failure.
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
            Self::Refused(_)
            | Self::RateLimited { .. }
            | Self::Busy { .. }
            | Self::Maintenance { .. }
            | Self::TooLate
            | Self::Signing => false,
        }
    }

    /// Returns bunq's response id, if an answer had one.
    #[must_use]
    pub fn response_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) | Self::Failed(refusal) => refusal.response_id.as_deref(),
            Self::RateLimited { response_id, .. }
            | Self::Maintenance { response_id }
            | Self::Signature { response_id, .. }
            | Self::Undecodable { response_id, .. } => response_id.as_deref(),
            Self::Busy { .. }
            | Self::Foreign { .. }
            | Self::Unreachable(_)
            | Self::Interrupted(_)
            | Self::Timeout
            | Self::TooLate
            | Self::TooLarge
            | Self::Signing => None,
        }
    }
}

/// The time to wait after a 429 that gives none: the window of nearly every endpoint.
const USUAL_WINDOW: Duration = Duration::from_secs(3);

/// Returns the limit that a 429 names: `You can do a maximum of 3 calls per 3 second to this endpoint.`
pub(super) fn rate_limit(texts: &[BankText]) -> Option<RateLimit> {
    texts.iter().find_map(|text| {
        let (before, after) = text.error_description.split_once("calls per ")?;
        let calls = before.split_whitespace().last()?.parse::<NonZeroU32>().ok()?;
        let seconds = after.split_whitespace().next()?.parse::<u64>().ok()?;
        Some(RateLimit { calls, window: Duration::from_secs(seconds.clamp(1, 3600)) })
    })
}

/// Returns the time to wait after a 429. bunq sends no `Retry-After`, so it is the window of the limit.
pub(super) fn rate_limit_wait(limit: Option<RateLimit>) -> Duration {
    limit.map_or(USUAL_WINDOW, |limit| limit.window)
}
