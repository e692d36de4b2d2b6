//! Counts what keys other than the current one seal.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    store::{Store, StoreError, WalkPlace},
    types::deadline::Deadline,
};

/// How much of its time a count leaves for the answer.
const FOR_THE_ANSWER: Duration = Duration::from_secs(4);

/// How many items each key other than the current one seals.
pub(super) struct Count {
    by_key: BTreeMap<String, u64>,
    pub(super) items: u64,
    /// Whether the tables were read to their end.
    pub(super) is_complete: bool,
}

impl Count {
    pub(super) const fn nothing() -> Self {
        Self { by_key: BTreeMap::new(), items: 0, is_complete: true }
    }

    /// Returns how many items a key seals.
    pub(super) fn of(&self, key: &str) -> u64 {
        self.by_key.get(key).copied().unwrap_or(0)
    }

    pub(super) fn add<'a>(&mut self, keys: impl IntoIterator<Item = &'a str>) {
        self.items += 1;
        for key in keys {
            *self.by_key.entry(key.to_owned()).or_default() += 1;
        }
    }
}

/// Counts the endpoints of webhooks of which a key other than `current` sealed a secret. Stops when its time is nearly
/// over.
///
/// # Errors
/// Returns [`StoreError`] if the table cannot be read.
pub(super) async fn count_endpoints(store: &Store, current: &str, deadline: Deadline) -> Result<Count, StoreError> {
    let (workspaces, unreadable) = store.registered_workspaces().await?;
    let mut count = Count { is_complete: unreadable == 0, ..Count::nothing() };
    for (workspace, _) in workspaces {
        if deadline.left() < FOR_THE_ANSWER {
            return Ok(Count { is_complete: false, ..count });
        }
        let found = store.sealed_endpoints(&workspace, current).await?;
        found.iter().for_each(|endpoint| count.add(endpoint.keys()));
    }
    Ok(count)
}

/// Counts the items, from `start` to the end of the tables, of which a key other than `current` sealed a value. Stops
/// when its time is nearly over.
///
/// # Errors
/// Returns [`StoreError`] if a table cannot be read.
pub(super) async fn count(
    store: &Store,
    start: &WalkPlace,
    current: &str,
    deadline: Deadline,
) -> Result<Count, StoreError> {
    let mut count = Count { is_complete: false, ..Count::nothing() };
    let mut next = Some(start.clone());
    while let Some(place) = next {
        if deadline.left() < FOR_THE_ANSWER {
            return Ok(count);
        }
        let page = store.sealed_page(&place, current).await?;
        page.items.iter().for_each(|item| count.add(item.keys()));
        next = page.next;
    }
    Ok(Count { is_complete: true, ..count })
}
