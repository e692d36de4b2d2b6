//! What the two passes over the connections have in common: which error of one connection ends a run, and where the
//! next run begins.

use std::{mem, time::Duration};

use crate::{
    bunq::BankError,
    queue::QueueError,
    store::{Store, StoreError},
    tpp::error::TppError,
    types::{
        deadline::{Deadline, Priority},
        ids::UserId,
    },
};

/// No connection is begun if less time is left.
pub(super) const ROOM: Duration = Duration::from_secs(8);
/// How many pages of the table a run reads.
pub(super) const MOST_PAGES: u32 = 10;
/// The time at the end of a run in which its place is stored.
const FOR_PLACE: Duration = Duration::from_secs(2);

/// What an error with one connection means for the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// There is nothing to do for this connection.
    Nothing,
    /// Only this connection fails.
    One,
    /// There is no session of this customer for a moment, or its work takes too long.
    Later,
    /// The bank takes no call of any connection for a moment.
    Busy,
    /// Every connection would fail: the store, the queue or the secrets do not answer.
    All,
}

impl Reach {
    const fn of(error: &TppError) -> Self {
        match error {
            // It was deleted, or has ended, or the application has read as much as may be read.
            TppError::UnknownUser
            | TppError::ConsentRevoked
            | TppError::ConsentExpired
            | TppError::TooManyUnattendedReads(_)
            // There are no connections yet.
            | TppError::NotOnboarded => Self::Nothing,
            TppError::SessionPending
            | TppError::Bank(BankError::TooLate)
            | TppError::Session { error: BankError::TooLate | BankError::Busy { .. } | BankError::RateLimited { .. }, .. } => {
                Self::Later
            }
            error if error.is_busy() => Self::Busy,
            TppError::Store(StoreError::Unavailable(_))
            | TppError::Queue(QueueError::Unavailable(_) | QueueError::Misconfigured(_))
            | TppError::Secrets(_)
            | TppError::Key(_) => Self::All,
            // DynamoDB rejects the request about one item. If it rejects all, the pass cannot keep its place either.
            TppError::Store(
                StoreError::Misconfigured(_) | StoreError::Undecodable | StoreError::Seal(_) | StoreError::Contended,
            )
            | TppError::Queue(QueueError::Unwritable)
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
            | TppError::Session { .. }
            | TppError::InstallationChanged
            | TppError::Bank(_)
            | TppError::Seal(_) => Self::One,
        }
    }
}

/// One run of a pass over the connections.
#[derive(Debug)]
pub(super) struct Run {
    /// The key after which the next run begins, or `None` for the beginning of the table.
    pub(super) place: Option<String>,
    /// Connections that the bank was too busy for.
    pub(super) postponed: u32,
    /// Connections that failed.
    pub(super) failed: u32,
    has_begun: bool,
    error: Option<TppError>,
}

impl Run {
    /// Begins a run at the place where the one before ended.
    pub(super) const fn at(place: Option<String>) -> Self {
        Self { place, postponed: 0, failed: 0, has_begun: false, error: None }
    }

    /// Returns the deadline of the work in a run that ends at this time.
    pub(super) fn deadline(end: Deadline) -> Deadline {
        end.earlier(Deadline::after(end.left().saturating_sub(FOR_PLACE))).with_priority(Priority::Background)
    }

    /// Notes how the work on a connection ended. Returns whether the run goes on to the next one. If it does not, the
    /// next run begins with this connection. It begins after it if the bank was busy and this run began with it, too:
    /// no connection may stop the pass for ever.
    pub(super) fn goes_on_after(&mut self, user_id: UserId, worked: Result<(), TppError>) -> bool {
        let reach = match worked {
            Ok(()) => Reach::Nothing,
            Err(error) => self.note(error, Some(user_id)),
        };
        let is_first = !mem::replace(&mut self.has_begun, true);
        let (goes_on, moves_on) = match reach {
            Reach::Nothing | Reach::One | Reach::Later => (true, true),
            Reach::Busy => (false, is_first),
            Reach::All => (false, false),
        };
        if moves_on {
            self.place = Some(Store::filter_place_after(user_id));
        }
        goes_on
    }

    /// Notes an error with a connection, or with the TPP.
    pub(super) fn note(&mut self, error: TppError, user_id: Option<UserId>) -> Reach {
        let reach = Reach::of(&error);
        match reach {
            Reach::Nothing => {}
            Reach::One => {
                let user_id = user_id.map(|id| id.to_string());
                tracing::warn!(%error, user_id, "notifications: the work on a connection failed");
                self.failed += 1;
            }
            Reach::Later | Reach::Busy => self.postponed += 1,
            Reach::All => self.error = Some(error),
        }
        reach
    }

    /// Returns the error that ended the run.
    pub(super) fn ended(self) -> Result<(), TppError> {
        self.error.map_or(Ok(()), Err)
    }
}
