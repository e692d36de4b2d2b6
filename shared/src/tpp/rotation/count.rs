//! Counts what keys other than the current one seal.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    store::{SealedItem, Store, StoreError, WalkPlace},
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

    fn add(&mut self, item: &SealedItem) {
        self.items += 1;
        for key in item.keys() {
            *self.by_key.entry(key.to_owned()).or_default() += 1;
        }
    }
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
        page.items.iter().for_each(|item| count.add(item));
        next = page.next;
    }
    Ok(Count { is_complete: true, ..count })
}
