//! What this process knows about its own address. The bank checks the address when a session is opened, and refuses a
//! revoked consent with the same text as an address that is not permitted. A session of the TPP's own that was opened
//! recently from this process proves the address.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// How long a session of the TPP's own proves the address. Lambda can move a process to another address.
const PROOF_LASTS: SignedDuration = SignedDuration::from_mins(5);

/// What is known about the address of this process.
#[derive(Debug, Default)]
pub(super) struct OwnAddress(Mutex<Known>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    proved_at: Option<Timestamp>,
    is_doubted: bool,
}

impl OwnAddress {
    /// Records that the bank has opened a session of the TPP's own for this process.
    pub(super) fn prove(&self, now: Timestamp) {
        self.change(|known| *known = Known { proved_at: Some(now), is_doubted: false });
    }

    /// Records that the bank has refused a token, and nothing proves the address. A proof precedes the next session.
    pub(super) fn doubt(&self) {
        self.change(|known| known.is_doubted = true);
    }

    /// Returns whether the bank certainly permits the address.
    pub(super) fn is_proved(&self, now: Timestamp) -> bool {
        let proved_at = self.change(|known| known.proved_at);
        proved_at.is_some_and(|proved_at| now.duration_since(proved_at) < PROOF_LASTS)
    }

    /// Returns whether a token was refused since the last proof.
    pub(super) fn is_doubted(&self) -> bool {
        self.change(|known| known.is_doubted)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
