//! What is known of the notification filters of a connection. It is stored in the connection, so it is erased with it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::types::notification::{CategoryState, FilterCategory, NotificationState};

/// For how long a category is not tried again that the bank has refused.
const REFUSED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// For how long a lost filter of another application is reported.
const LOST_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many filters of other applications are remembered, and how many lost ones.
const MOST_FOREIGN: usize = 100;
const MOST_LOST: usize = 20;

/// A category, and whether the bank reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundCategory {
    /// The category.
    pub category: FilterCategory,
    /// Its state when it was last checked.
    pub state: CategoryState,
}

/// A filter of another application of the customer: only what tells filters apart for a person. The address may be a
/// secret of the application.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ForeignFilter {
    /// The category, as the bank writes it.
    pub category: String,
    /// The host of the address.
    pub host: String,
}

/// A filter of another application that was there at an earlier check, and is there no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostFilter {
    /// The filter.
    pub filter: ForeignFilter,
    /// When this was noticed.
    pub noticed_at: Timestamp,
}

/// A category that the bank has refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RefusedCategory {
    category: FilterCategory,
    until: Timestamp,
}

/// The right to change the filters of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FilterLease {
    until: Timestamp,
}

/// What is known of the notification filters of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    /// Changes with each write, so that no writer overwrites what it has not read.
    pub(super) stamp: Uuid,
    /// Whether changes are to be reported.
    pub enabled: bool,
    /// The categories that the owner chose, or `None` for those of the deployment.
    pub categories: Option<Vec<FilterCategory>>,
    /// The state when it was last checked.
    pub state: NotificationState,
    /// The categories that were wanted at the last check.
    pub found: Vec<FoundCategory>,
    refused: Vec<RefusedCategory>,
    /// The filters of other applications at the last check.
    pub foreign: Vec<ForeignFilter>,
    /// Those that are lost.
    pub lost: Vec<LostFilter>,
    /// When the filters were last checked.
    pub checked_at: Option<Timestamp>,
    /// When they are checked next.
    pub due_at: Timestamp,
    lease: Option<FilterLease>,
}

/// The result of a check.
#[derive(Clone, Debug)]
pub struct CheckedFilters {
    /// The state as a whole.
    pub state: NotificationState,
    /// The state of each wanted category.
    pub found: Vec<FoundCategory>,
    /// The filters of other applications at the end of the check. `None` if they could not be read.
    pub foreign: Option<Vec<ForeignFilter>>,
    /// The filters of other applications that were there during the check.
    pub seen: Vec<ForeignFilter>,
    /// In how long the next check is due.
    pub next: Duration,
}

impl Notifications {
    /// Returns the record of a connection whose filters were never checked.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            stamp: Uuid::new_v4(),
            enabled: true,
            categories: None,
            state: NotificationState::Pending,
            found: Vec::new(),
            refused: Vec::new(),
            foreign: Vec::new(),
            lost: Vec::new(),
            checked_at: None,
            due_at: now,
            lease: None,
        }
    }

    /// Returns whether a check is due.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        (self.enabled || self.state != NotificationState::Off) && self.due_at <= now
    }

    /// Returns the state of a category at the last check.
    #[must_use]
    pub fn state_of(&self, category: &FilterCategory) -> CategoryState {
        let found = self.found.iter().find(|found| found.category == *category);
        found.map_or(CategoryState::Missing, |found| found.state)
    }

    /// Returns the categories that the bank has refused within the last day.
    pub fn refused(&self, now: Timestamp) -> impl Iterator<Item = &FilterCategory> {
        self.refused.iter().filter(move |refused| now < refused.until).map(|refused| &refused.category)
    }

    /// Sets what is to be reported. Refused categories are tried again.
    pub fn choose(&mut self, enabled: bool, categories: Option<Vec<FilterCategory>>, now: Timestamp) {
        (self.enabled, self.categories, self.due_at) = (enabled, categories, now);
        self.refused.clear();
    }

    /// Makes the next check due after this time, because one has failed.
    pub fn postpone(&mut self, wait: Duration, now: Timestamp) {
        self.due_at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    }

    /// Makes a check due: a new consent can have another list at the bank.
    pub(in crate::store::connections) fn after_consent(mut self, now: Timestamp) -> Self {
        (self.stamp, self.due_at) = (Uuid::new_v4(), now);
        self.refused.clear();
        self
    }

    /// Notes the result of a check.
    pub fn note(&mut self, checked: CheckedFilters, now: Timestamp) {
        let CheckedFilters { state, found, foreign, seen, next } = checked;
        if let Some(foreign) = foreign {
            self.note_foreign(foreign, &seen, now);
        }
        let until = now.checked_add(REFUSED_FOR).unwrap_or(Timestamp::MAX);
        self.refused.retain(|refused| now < refused.until);
        for FoundCategory { category, .. } in found.iter().filter(|found| found.state == CategoryState::Refused) {
            if !self.refused.iter().any(|refused| refused.category == *category) {
                self.refused.push(RefusedCategory { category: category.clone(), until });
            }
        }
        (self.state, self.found) = (state, found);
        (self.checked_at, self.due_at) = (Some(now), now.checked_add(next).unwrap_or(Timestamp::MAX));
    }

    fn note_foreign(&mut self, mut foreign: Vec<ForeignFilter>, seen: &[ForeignFilter], now: Timestamp) {
        let known = most_of(&self.foreign, seen);
        let lost = known.into_iter().filter_map(missing(&foreign));
        let lost = lost.map(|filter| LostFilter { filter, noticed_at: now });
        // One that is back was not lost.
        let is_kept =
            |lost: &LostFilter| !foreign.contains(&lost.filter) && now.duration_since(lost.noticed_at) < LOST_FOR;
        let mut all: Vec<_> = lost.chain(self.lost.iter().filter(|lost| is_kept(lost)).cloned()).collect();
        all.truncate(MOST_LOST);
        foreign.truncate(MOST_FOREIGN);
        (self.foreign, self.lost) = (foreign, all);
    }

    /// Returns whether a process holds the lease.
    pub(super) fn is_leased(&self, now: Timestamp) -> bool {
        self.lease.as_ref().is_some_and(|lease| now < lease.until)
    }

    /// Returns the record with a new lease, or without one.
    pub(super) fn leased(&self, until: Option<Timestamp>) -> Self {
        Self { stamp: Uuid::new_v4(), lease: until.map(|until| FilterLease { until }), ..self.clone() }
    }
}

/// Returns each filter as often as the list has it that has it more often.
fn most_of(one: &[ForeignFilter], other: &[ForeignFilter]) -> Vec<ForeignFilter> {
    let is_more = missing(one);
    let more = other.iter().cloned().filter_map(is_more);
    one.iter().cloned().chain(more).collect()
}

/// Returns a function that returns a filter unless `present` has it, as often as it has it.
fn missing(present: &[ForeignFilter]) -> impl FnMut(ForeignFilter) -> Option<ForeignFilter> {
    let mut left = present.to_vec();
    move |filter| match left.iter().position(|one| *one == filter) {
        Some(place) => {
            left.swap_remove(place);
            None
        }
        None => Some(filter),
    }
}
