//! What an error tells of an order: whether the bank may have executed it. Every error is named here, so that a new one
//! is decided on and does not mean "safe to send again" by default.

use crate::{
    bunq::{BankError, Refusal},
    store::Earlier,
    tpp::error::TppError,
};

/// How far back to look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// To when the first try began.
    Recent,
    /// As far as it goes: the bank knows the request, whenever it came.
    Deep,
}

/// What is known of an order after an error.
pub(super) enum Certainty<'a> {
    /// The bank said no, and would again.
    Refused(&'a Refusal),
    /// It took no effect.
    NoEffect,
    /// Nobody knows.
    Unknown(Depth),
}

/// What an error tells of an order, of which `earlier` is known.
pub(super) fn certainty(error: &TppError, earlier: Earlier) -> Certainty<'_> {
    match error {
        TppError::Bank(error) => at_bank(error, earlier),
        // All of these come before the bank is asked for the order.
        TppError::NotOnboarded
        | TppError::UnknownUser
        | TppError::ConsentRevoked
        | TppError::ConsentExpired
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
        | TppError::Session { .. }
        | TppError::Store(_)
        | TppError::Secrets(_)
        | TppError::Key(_)
        | TppError::Seal(_) => Certainty::NoEffect,
    }
}

fn at_bank(error: &BankError, earlier: Earlier) -> Certainty<'_> {
    match error {
        // The bank knows the request id: a try has reached it.
        BankError::Refused(refusal) if refusal.says_reused_id() => Certainty::Unknown(Depth::Deep),
        // About the session or our key, not about the order.
        error if error.is_dead_session() && error.certainly_not_executed() => Certainty::NoEffect,
        BankError::Refused(refusal) => refused(refusal, earlier),
        BankError::RateLimited { .. } | BankError::Unreachable(_) | BankError::TooLate | BankError::Signing => {
            Certainty::NoEffect
        }
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

fn refused(refusal: &Refusal, earlier: Earlier) -> Certainty<'_> {
    // Other refusals may pass: the next try is another one.
    if refusal.says_bad_signature() || !is_final(refusal) {
        return Certainty::NoEffect;
    }
    match earlier {
        Earlier::NoEffect => Certainty::Refused(refusal),
        // Perhaps this is how the bank refuses a request id that it knows: nobody has recorded its words.
        Earlier::Unknown => Certainty::Unknown(Depth::Deep),
    }
}

/// The bank would say the same again.
const fn is_final(refusal: &Refusal) -> bool {
    matches!(refusal.status, 400 | 403 | 404 | 490)
}
