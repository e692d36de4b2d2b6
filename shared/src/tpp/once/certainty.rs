//! Decides from an error whether the bank may have executed an order. Every error is listed here, so that a new error
//! needs a decision and does not mean "safe to send again" by default.

use crate::{
    bunq::{BankError, Refusal},
    store::Earlier,
    tpp::error::TppError,
};

/// How far back to search.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// To the time when the first try began.
    Recent,
    /// To the end of the list: the bank knows the request, but not when it arrived.
    Deep,
}

/// What is known about an order after an error.
pub(super) enum Certainty<'a> {
    /// The bank refused the order, and would refuse it again.
    Refused(&'a Refusal),
    /// The order took no effect.
    NoEffect,
    /// It is unknown whether the order took effect.
    Unknown(Depth),
}

/// Decides what an error means for an order. `earlier` is what is known about its earlier tries.
pub(super) fn certainty(error: &TppError, earlier: Earlier) -> Certainty<'_> {
    match error {
        TppError::Bank(error) => at_bank(error, earlier),
        // All of these errors occur before the order is sent to the bank.
        TppError::NotOnboarded
        | TppError::UnknownUser
        | TppError::ConsentRevoked
        | TppError::ConsentExpired
        | TppError::TooManyUnattendedReads(_)
        | TppError::ConnectedElsewhere
        | TppError::TooManyReferences
        | TppError::IpNotPermitted { .. }
        | TppError::AccessRefused
        | TppError::Forgotten
        | TppError::RequestInFlight(_)
        | TppError::Unsettled(_)
        | TppError::RefusedBefore(_)
        | TppError::KeyReused
        | TppError::OutcomeUnknown(_)
        | TppError::SessionPending
        | TppError::InstallationChanged
        | TppError::Session { .. }
        | TppError::Store(_)
        | TppError::Secrets(_)
        | TppError::Queue(_)
        | TppError::Key(_)
        | TppError::Seal(_) => Certainty::NoEffect,
    }
}

fn at_bank(error: &BankError, earlier: Earlier) -> Certainty<'_> {
    match error {
        // The bank knows the request id, so a try has reached it.
        BankError::Refused(refusal) if refusal.says_reused_id() => Certainty::Unknown(Depth::Deep),
        // The error is about the session or our key, not about the order.
        error if error.is_dead_session() && error.certainly_not_executed() => Certainty::NoEffect,
        // Such a refusal may be temporary, and the next try is a new one.
        BankError::Refused(refusal)
            if refusal.says_bad_signature() || !matches!(refusal.status, 400 | 403 | 404 | 490) =>
        {
            Certainty::NoEffect
        }
        BankError::Refused(refusal) => match earlier {
            Earlier::NoEffect => Certainty::Refused(refusal),
            // The bank may refuse a known request id in this way. Its text for that is not recorded.
            Earlier::Unknown => Certainty::Unknown(Depth::Deep),
        },
        BankError::RateLimited { .. }
        | BankError::Busy { .. }
        | BankError::Unreachable(_)
        | BankError::TooLate
        | BankError::Signing => Certainty::NoEffect,
        BankError::Maintenance { .. }
        | BankError::Failed(_)
        | BankError::Foreign { .. }
        | BankError::Signature { .. }
        | BankError::Undecodable { .. }
        | BankError::Interrupted(_)
        | BankError::Timeout
        | BankError::TooLarge => Certainty::Unknown(Depth::Recent),
    }
}
