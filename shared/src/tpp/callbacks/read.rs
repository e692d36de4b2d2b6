//! The reads of a visit: what the bank's answer means for the hints of one object, and what ends the visit.

use std::time::Duration;

use serde_json::Value;

use super::{target::Numbered, visit::Visit};
use crate::{
    bunq::{BankError, Call, Envelope, Resource, Verified},
    store::{Information, ReadPart, SessionOwner},
    tpp::error::TppError,
    types::{hint::Source, ids::MonetaryAccountId},
};

/// No further event is added if less time is left.
pub(super) const ROOM: Duration = Duration::from_secs(2);

/// What the bank answered to a read.
pub(super) enum Answer {
    Shown(Verified),
    /// The bank has no such object, or not yet.
    Absent,
    /// The bank does not show the object to us.
    Refused,
    /// The bank fails on this object, or the answer cannot be read. Another object may be readable.
    Unreadable,
}

impl Visit<'_> {
    /// Reads one object of an account.
    ///
    /// # Errors
    /// Returns the errors of [`Self::read`].
    pub(super) async fn find<R>(&self, account: MonetaryAccountId, id: u64) -> Result<Answer, TppError>
    where
        R: Resource<Parent = MonetaryAccountId>,
    {
        match R::Id::try_from(id) {
            Ok(id) => self.read(&R::find(account, id)).await,
            Err(_) => Ok(Answer::Absent),
        }
    }

    /// Makes the read that these hints are for. If no callback has asked for it, it is counted as one without the
    /// customer. Returns `None` if the same information was read too often in the last 24 hours.
    ///
    /// # Errors
    /// Returns the errors of [`Self::read`]. The read is not counted then.
    pub(super) async fn read_for<C: Call<Output = Verified>>(
        &self,
        hints: &[Numbered],
        what: Information,
        call: &C,
    ) -> Result<Option<Answer>, TppError> {
        if hints.iter().any(|(_, hint)| hint.source != Source::Poll) {
            return self.read(call).await.map(Some);
        }
        let (connections, user_id) = (&self.callbacks.parts.connections, self.connection.user_id);
        let counted = match connections.count_unattended_read(user_id, what, ReadPart::First).await {
            Ok(counted) => counted,
            Err(TppError::TooManyUnattendedReads(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let answer = self.read(call).await;
        if let (Err(_), Some(at)) = (&answer, counted) {
            connections.forget_unattended_read(user_id, what, at).await;
        }
        answer.map(Some)
    }

    /// Makes a read in the customer's session. Waits for the bank's limit as long as there is time: a person's request
    /// goes first in any case, because nothing here takes a turn that is not free at once.
    ///
    /// # Errors
    /// Returns an error if no other read of this customer would succeed now.
    pub(super) async fn read<C: Call<Output = Verified>>(&self, call: &C) -> Result<Answer, TppError> {
        let owner = SessionOwner::Customer(self.connection.user_id);
        let error = match self.callbacks.calls.call_when_free(owner, call, self.deadline).await {
            Ok(answer) => return Ok(Answer::Shown(answer)),
            Err(TppError::Bank(error)) => error,
            Err(error) => return Err(error),
        };
        // Even after a new session: this says nothing about the object.
        if error.is_dead_session() {
            return Err(error.into());
        }
        match error {
            BankError::Refused(refusal) if refusal.status == 404 => Ok(Answer::Absent),
            BankError::Refused(ref refusal) if matches!(refusal.status, 400 | 403) => {
                tracing::warn!(%error, "callback: the bank does not show an object");
                Ok(Answer::Refused)
            }
            BankError::Refused(_)
            | BankError::Failed(_)
            | BankError::Foreign { .. }
            | BankError::Signature { .. }
            | BankError::Undecodable { .. }
            | BankError::Interrupted(_)
            | BankError::Timeout
            | BankError::TooLarge => {
                tracing::error!(%error, "callback: an object cannot be read");
                Ok(Answer::Unreadable)
            }
            BankError::Busy { .. }
            | BankError::RateLimited { .. }
            | BankError::Maintenance { .. }
            | BankError::Unreachable(_)
            | BankError::TooLate
            | BankError::Signing => Err(error.into()),
        }
    }
}

/// Returns how long to wait if a read failed only because the bank's limit or the time did not allow it, and `None`
/// after any other failure.
pub(super) const fn lack_of_turn(error: &TppError) -> Option<Duration> {
    match error {
        TppError::Bank(BankError::Busy { wait } | BankError::RateLimited { wait, .. })
        | TppError::Session { error: BankError::Busy { wait } | BankError::RateLimited { wait, .. }, .. } => {
            Some(*wait)
        }
        TppError::Bank(BankError::TooLate) | TppError::SessionPending => Some(Duration::ZERO),
        _ => None,
    }
}

/// Returns the objects of this kind in a page, or `None` if it cannot be read.
pub(super) fn all(page: &Verified, name: &'static str) -> Option<Vec<Value>> {
    Envelope::parse(&page.body).ok()?.all(name).ok()
}

/// Returns the only object of an answer.
pub(super) fn one(answer: &Verified) -> Option<Value> {
    Envelope::parse(&answer.body).ok()?.objects().next().cloned()
}
