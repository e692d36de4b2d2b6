//! Decides which filters the list of a customer should have. Everything here is a pure function of the list.

use std::collections::BTreeMap;

use url::Url;

use crate::{
    bunq::calls::NotificationFilter,
    store::ForeignFilter,
    types::notification::{CategoryState, FilterCategory},
};

/// How many filters the bank takes for one category.
const PLACES: usize = 2;

/// How our own filters are recognised.
pub(super) struct Ours {
    /// The address of the customer's callbacks.
    pub(super) address: String,
    /// The beginning of every address of this deployment, also of those that an earlier key made.
    pub(super) prefix: String,
}

impl Ours {
    fn has(&self, filter: &NotificationFilter) -> bool {
        filter.target.starts_with(&self.prefix)
    }

    fn filter(&self, category: &FilterCategory) -> NotificationFilter {
        let (category, target) = (category.as_str().to_owned(), self.address.clone());
        NotificationFilter { category, target, verification: Vec::new() }
    }

    /// Returns a filter as it is compared. The bank may say of ours how it authenticates itself.
    fn comparable(&self, filter: &NotificationFilter) -> NotificationFilter {
        let verification = if self.has(filter) { Vec::new() } else { filter.verification.clone() };
        NotificationFilter { verification, ..filter.clone() }
    }

    /// Returns the filters of other applications.
    pub(super) fn foreign<'a>(&self, filters: &'a [NotificationFilter]) -> Vec<&'a NotificationFilter> {
        filters.iter().filter(|filter| !self.has(filter)).collect()
    }

    /// Returns whether a list has our filter of a category.
    pub(super) fn is_in(&self, filters: &[NotificationFilter], category: &FilterCategory) -> bool {
        filters.iter().any(|filter| filter.category == category.as_str() && filter.target == self.address)
    }
}

/// What the list should have.
pub(super) struct Plan {
    /// The whole list.
    pub(super) filters: Vec<NotificationFilter>,
    /// The categories for which it has a filter of ours, in the order in which they are wanted.
    pub(super) added: Vec<FilterCategory>,
    /// The categories for which there is no place.
    pub(super) full: Vec<FilterCategory>,
    /// Whether the list is already like this.
    pub(super) is_there: bool,
}

impl Plan {
    /// Makes the plan for a list. `restored` are filters of other applications that the bank has lost. `wanted` are our
    /// categories.
    pub(super) fn new(
        listed: &[NotificationFilter],
        restored: &[NotificationFilter],
        ours: &Ours,
        wanted: &[FilterCategory],
    ) -> Self {
        let mut filters: Vec<_> = ours.foreign(listed).into_iter().cloned().collect();
        for lost in restored {
            if !filters.contains(lost) && places_left(&filters, &lost.category) > 0 {
                filters.push(lost.clone());
            }
        }
        let (mut added, mut full) = (Vec::new(), Vec::new());
        for category in wanted {
            if places_left(&filters, category.as_str()) > 0 {
                filters.push(ours.filter(category));
                added.push(category.clone());
            } else {
                full.push(category.clone());
            }
        }
        let comparable = |filters: &[NotificationFilter]| {
            let mut filters: Vec<_> = filters.iter().map(|filter| ours.comparable(filter)).collect();
            filters.sort_unstable();
            filters
        };
        let is_there = comparable(&filters) == comparable(listed);
        Self { filters, added, full, is_there }
    }

    /// Returns the state of a category under this plan.
    pub(super) fn state_of(&self, category: &FilterCategory) -> CategoryState {
        if self.added.contains(category) {
            CategoryState::Ok
        } else if self.full.contains(category) {
            CategoryState::Full
        } else {
            CategoryState::Missing
        }
    }
}

fn places_left(filters: &[NotificationFilter], category: &str) -> usize {
    PLACES.saturating_sub(filters.iter().filter(|filter| filter.category == category).count())
}

/// Returns the filters of `sent` that `answered` lacks, each as often as it lacks it.
pub(super) fn missing_in(sent: &[&NotificationFilter], answered: &[NotificationFilter]) -> Vec<NotificationFilter> {
    let mut counts = BTreeMap::<&NotificationFilter, usize>::new();
    for filter in answered {
        *counts.entry(filter).or_default() += 1;
    }
    let mut is_missing = |filter: &&&NotificationFilter| match counts.get_mut(**filter) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        Some(_) | None => true,
    };
    sent.iter().filter(&mut is_missing).map(|filter| (*filter).clone()).collect()
}

/// Returns what is remembered of filters of other applications: category and host.
pub(super) fn remembered(filters: &[&NotificationFilter]) -> Vec<ForeignFilter> {
    let host = |target: &str| Url::parse(target).ok().and_then(|url| url.host_str().map(str::to_owned));
    let remember = |filter: &&NotificationFilter| ForeignFilter {
        category: filter.category.clone(),
        host: host(&filter.target).unwrap_or_default(),
    };
    filters.iter().map(remember).collect()
}
