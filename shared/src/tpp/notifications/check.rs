//! One check of a customer's list: reads it, writes it if something is missing, and reads it again.

use crate::{
    bunq::{
        BankError, DecodeError, Onward, Page, PageStart, RefusalKind,
        calls::{ListNotificationFilters, NotificationFilter, ReplaceNotificationFilters},
    },
    store::{ForeignFilter, SessionOwner},
    tpp::{
        calls::Calls,
        error::TppError,
        notifications::{
            outcome::{End, Outcome},
            plan::{Ours, Plan, missing_in, remembered},
        },
    },
    types::{
        deadline::Deadline,
        ids::UserId,
        notification::{CategoryState, FilterCategory},
    },
};

/// How many times the list is written while what was written does not last.
const MOST_WRITES: u8 = 3;

/// A list, with all its pages.
struct Listed {
    filters: Vec<NotificationFilter>,
    /// The number of elements that a write could not repeat.
    unreadable: usize,
}

/// A check of one customer's list.
pub(super) struct Check<'a> {
    pub(super) calls: &'a Calls,
    pub(super) user_id: UserId,
    pub(super) ours: Ours,
    /// Whether the list may be written.
    pub(super) repairs: bool,
    pub(super) deadline: Deadline,
}

/// Our categories while they are checked.
struct Wanted<'a> {
    all: &'a [FilterCategory],
    /// Those that the bank refuses.
    refused: Vec<FilterCategory>,
    /// How many are tried in one write. All, unless the bank has refused a write: it does not say which category it
    /// refuses, so they are added one by one.
    at_once: usize,
}

impl Wanted<'_> {
    fn tried(&self) -> Vec<FilterCategory> {
        let is_left = |category: &&FilterCategory| !self.refused.contains(category);
        self.all.iter().filter(is_left).take(self.at_once).cloned().collect()
    }

    fn are_all_tried(&self) -> bool {
        self.tried().len() + self.refused.len() >= self.all.len()
    }

    fn states(&self, state: impl Fn(&FilterCategory) -> CategoryState) -> Vec<(FilterCategory, CategoryState)> {
        let state_of = |category: &FilterCategory| match self.refused.contains(category) {
            true => CategoryState::Refused,
            false => state(category),
        };
        self.all.iter().map(|category| (category.clone(), state_of(category))).collect()
    }
}

impl Check<'_> {
    /// Makes the list have our filters of the `wanted` categories, and no others of ours. Those of other applications
    /// stay. `refused` are categories that are not tried. Without [`Self::repairs`], only finds what is missing.
    ///
    /// # Errors
    /// Returns [`TppError`] if a call fails. The list may have been written then.
    pub(super) async fn run(
        &self,
        wanted: &[FilterCategory],
        refused: Vec<FilterCategory>,
    ) -> Result<Outcome, TppError> {
        let refused = refused.into_iter().filter(|category| wanted.contains(category)).collect();
        let mut wanted = Wanted { all: wanted, refused, at_once: usize::MAX };
        let (mut restored, mut writes) = (Vec::new(), 0);
        let mut seen = Vec::<ForeignFilter>::new();
        loop {
            let Some(listed) = permitted(self.list().await)? else {
                let categories = wanted.states(|_| CategoryState::Refused);
                return Ok(Outcome { end: End::Refused, categories, foreign: None, seen });
            };
            let foreign = remembered(&self.ours.foreign(&listed.filters));
            let ended = |end, categories, seen| Outcome { end, categories, foreign: Some(foreign.clone()), seen };
            seen.extend(missing(&foreign, &seen));
            let plan = Plan::new(&listed.filters, &restored, &self.ours, &wanted.tried());
            if plan.is_there && wanted.are_all_tried() {
                let categories = wanted.states(|category| plan.state_of(category));
                return Ok(ended(End::Done, categories, seen));
            }
            if plan.is_there {
                (wanted.at_once, writes) = (wanted.at_once.saturating_add(1), 0);
                continue;
            }
            let state = |category: &FilterCategory| match self.ours.is_in(&listed.filters, category) {
                true => CategoryState::Ok,
                false => CategoryState::Missing,
            };
            if listed.unreadable > 0 {
                return Ok(ended(End::Unreadable, wanted.states(state), seen));
            }
            if !self.repairs {
                let state = |category: &FilterCategory| match (state(category), plan.state_of(category)) {
                    (CategoryState::Missing, CategoryState::Full) => CategoryState::Full,
                    (found, _) => found,
                };
                return Ok(ended(End::Due, wanted.states(state), seen));
            }
            if writes >= MOST_WRITES {
                return Ok(ended(End::Overwritten, wanted.states(state), seen));
            }
            let write = self.call(&ReplaceNotificationFilters { filters: plan.filters.clone() }).await;
            match permitted(write) {
                Ok(Some(answer)) => {
                    writes += 1;
                    let sent = self.ours.foreign(&plan.filters);
                    restored = answer.0.map(|answered| missing_in(&sent, &answered)).unwrap_or_default();
                }
                Ok(None) => return Ok(ended(End::Refused, wanted.states(|_| CategoryState::Refused), seen)),
                Err(TppError::Bank(BankError::Refused(refusal))) if matches!(refusal.status, 400 | 490) => {
                    match (plan.added.last(), wanted.at_once) {
                        // The bank refuses the filters of the others, or an empty list.
                        (None, _) => return Ok(ended(End::Refused, wanted.states(state), seen)),
                        (Some(_), usize::MAX) if plan.added.len() > 1 => wanted.at_once = 1,
                        (Some(category), _) => wanted.refused.push(category.clone()),
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads the whole list.
    async fn list(&self) -> Result<Listed, TppError> {
        let (mut filters, mut unreadable) = (Vec::new(), 0);
        let mut page = Page::LARGEST;
        loop {
            let read = self.call(&ListNotificationFilters { page }).await?;
            let onward = page.onward(&read.ids, read.older);
            unreadable += read.unreadable;
            filters.extend(read.filters);
            page = match onward {
                Onward::End => return Ok(Listed { filters, unreadable }),
                Onward::Older(id) => Page { from: PageStart::OlderThan(id), ..page },
                // A part of the list must never be written back as the whole list.
                Onward::Repeats | Onward::Stuck => {
                    let reason = DecodeError::Missing("older page");
                    return Err(BankError::Undecodable { reason, response_id: None }.into());
                }
            };
        }
    }

    async fn call<C: crate::bunq::Call>(&self, call: &C) -> Result<C::Output, TppError> {
        self.calls.call_when_free(SessionOwner::Customer(self.user_id), call, self.deadline).await
    }
}

/// Returns `None` if the bank does not permit a call.
fn permitted<T>(called: Result<T, TppError>) -> Result<Option<T>, TppError> {
    match called {
        Ok(answer) => Ok(Some(answer)),
        Err(TppError::Bank(BankError::Refused(refusal))) if refusal.kind() == RefusalKind::Forbidden => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the filters that `known` lacks, each as often as it lacks it.
fn missing(filters: &[ForeignFilter], known: &[ForeignFilter]) -> Vec<ForeignFilter> {
    let mut known = known.to_vec();
    let mut is_new = |filter: &&ForeignFilter| match known.iter().position(|one| one == *filter) {
        Some(place) => {
            known.swap_remove(place);
            false
        }
        None => true,
    };
    filters.iter().filter(&mut is_new).cloned().collect()
}
