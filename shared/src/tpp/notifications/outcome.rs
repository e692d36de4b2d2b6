//! What a check found, as a state for the owner.

use std::time::Duration;

use crate::{
    store::{CheckedFilters, ForeignFilter, FoundCategory},
    types::{
        ids::UserId,
        notification::{CategoryState, FilterCategory, NotificationState},
    },
};

/// Between two checks of a connection: a day, and a part of two hours that differs between connections.
const DAY: Duration = Duration::from_secs(86_400);
const SPREAD_SECONDS: u64 = 7_200;
/// When another application replaces the filters, the next check is due earlier.
const SOON: Duration = Duration::from_secs(3_600);

/// Why a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The list is as it should be.
    Done,
    /// The list is not as it should be, and was not written.
    Due,
    /// The bank refuses reading or writing.
    Refused,
    /// The list is not as it should be, and has an element that cannot be repeated.
    Unreadable,
    /// The list was written as often as it may be, and was not as it should be after that.
    Overwritten,
}

/// What a check found.
pub(super) struct Outcome {
    pub(super) end: End,
    /// Each wanted category, and its state.
    pub(super) categories: Vec<(FilterCategory, CategoryState)>,
    /// The filters of other applications at the end. `None` if the list could not be read.
    pub(super) foreign: Option<Vec<ForeignFilter>>,
    /// Those that were there in between.
    pub(super) seen: Vec<ForeignFilter>,
}

impl Outcome {
    fn state(&self) -> NotificationState {
        let has = |state| self.categories.iter().any(|(_, one)| *one == state);
        let all = |state| self.categories.iter().all(|(_, one)| *one == state);
        match self.end {
            End::Refused => NotificationState::Refused,
            End::Unreadable => NotificationState::Unreadable,
            End::Overwritten => NotificationState::Overwritten,
            End::Done if self.categories.is_empty() => NotificationState::Off,
            End::Done if all(CategoryState::Ok) => NotificationState::Ok,
            End::Done | End::Due if has(CategoryState::Ok) => NotificationState::Partial,
            End::Due => NotificationState::Pending,
            End::Done if all(CategoryState::Full) => NotificationState::Full,
            End::Done => NotificationState::Refused,
        }
    }

    /// Returns what is stored of it.
    pub(super) fn stored(self, user_id: UserId) -> CheckedFilters {
        let state = self.state();
        let next = match self.end {
            End::Done | End::Refused | End::Unreadable => DAY + Duration::from_secs(spread(user_id)),
            End::Overwritten => SOON,
            End::Due => Duration::ZERO,
        };
        let found = self.categories.into_iter().map(|(category, state)| FoundCategory { category, state });
        CheckedFilters { state, found: found.collect(), foreign: self.foreign, seen: self.seen, next }
    }
}

/// Returns the part of the spread that belongs to a connection. Ids are random, so they are spread evenly.
fn spread(user_id: UserId) -> u64 {
    uuid::Uuid::from_bytes(user_id.to_bytes()).as_u64_pair().1 % SPREAD_SECONDS
}
