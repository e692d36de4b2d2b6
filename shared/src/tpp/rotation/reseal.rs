//! Seals again with the current key what older ones sealed, and counts what is left.

use std::time::Duration;

use tokio::task::JoinSet;

use super::{
    count::{count, count_endpoints},
    report::{ResealReport, RotationError},
    service::{RotatedSecret, SealingRotation},
};
use crate::{
    secrets::{DeliverySecret, SealingKeySecret as _, SealingSecret},
    store::{ResealProgress, Resealed, SealedItem, StoreError, WalkPlace},
    types::{deadline::Deadline, sealing::SealingKeys},
};

/// How many items are sealed again at the same time.
const AT_ONCE: usize = 16;
/// How much of its time a run leaves for the count of what is left.
const FOR_THE_COUNT: Duration = Duration::from_secs(10);

/// What a run did.
#[derive(Default)]
struct Tally {
    resealed: u64,
    unreadable: u64,
    changed: u64,
}

impl Tally {
    const fn done(&self) -> u64 {
        self.resealed + self.unreadable + self.changed
    }

    const fn skipped(&self) -> u64 {
        self.unreadable + self.changed
    }

    const fn note(&mut self, resealed: Resealed) {
        match resealed {
            Resealed::Done => self.resealed += 1,
            Resealed::Changed => self.changed += 1,
            Resealed::Unreadable => self.unreadable += 1,
        }
    }
}

impl SealingRotation {
    /// Seals again, with the current key, what other keys sealed: tokens, names, the own keys of connections, records
    /// and references. Stops after `most` items, or when its time is nearly over. The next run continues there. Another
    /// writer's change is never lost: an item that changes meanwhile is left to the next run.
    ///
    /// # Errors
    /// Returns [`RotationError::Tpp`] if there is no sealing key yet, or a store does not answer. What was sealed again
    /// stays so.
    pub async fn reseal(
        &self,
        which: RotatedSecret,
        most: Option<u64>,
        deadline: Deadline,
    ) -> Result<ResealReport, RotationError> {
        match which {
            RotatedSecret::Sealing => self.reseal_tables(most, deadline).await,
            RotatedSecret::Delivery => self.reseal_endpoints(most, deadline).await,
        }
    }

    /// Seals again the secrets of webhook endpoints. There are few of them, so each run begins at the first.
    async fn reseal_endpoints(&self, most: Option<u64>, deadline: Deadline) -> Result<ResealReport, RotationError> {
        let secret = self.secret::<DeliverySecret>().await?;
        let (keys, key) = (secret.keys()?, secret.sealing().current().to_owned());
        let store = &self.parts.store;
        let mut tally = Tally::default();
        for (workspace, _) in store.registered_workspaces().await?.0 {
            for endpoint in store.sealed_endpoints(&workspace, &key).await? {
                if has_time(&tally, most, deadline) {
                    tally.note(store.reseal_endpoint(&keys, &endpoint).await?);
                }
            }
            if !has_time(&tally, most, deadline) {
                break;
            }
        }
        let counted = count_endpoints(store, &key, deadline).await?;
        Ok(report(key, &tally, counted.items, counted.is_complete))
    }

    async fn reseal_tables(&self, most: Option<u64>, deadline: Deadline) -> Result<ResealReport, RotationError> {
        let secret = self.secret::<SealingSecret>().await?;
        let (keys, key) = (secret.keys()?, secret.current().to_owned());
        let store = &self.parts.store;
        let kept = store.find_reseal_progress().await?.filter(|kept| kept.key == key);
        let mut progress = kept.unwrap_or(ResealProgress { key: key.clone(), place: WalkPlace::START, skipped: 0 });
        let (mut tally, before) = (Tally::default(), progress.skipped);
        let mut reached_end = false;
        while !reached_end && has_time(&tally, most, deadline) {
            let page = store.sealed_page(&progress.place, &key).await?;
            let mut items = page.items.into_iter();
            let stopped = self.reseal_page(&keys, &mut items, &mut tally, most, deadline).await?;
            match (stopped, page.next) {
                (Some(place), _) => progress.place = place,
                (None, Some(place)) => progress.place = place,
                // The next walk begins again, for what was left out by this one.
                (None, None) => (progress.place, reached_end) = (WalkPlace::START, true),
            }
            progress.skipped = if reached_end { 0 } else { before + tally.skipped() };
            store.keep_reseal_progress(&progress).await?;
        }
        // At the end everything is counted again: a process that did not know the new key may have written meanwhile.
        let counted = count(store, &progress.place, &key, deadline).await?;
        Ok(report(key, &tally, counted.items + progress.skipped, counted.is_complete))
    }

    /// Seals the items of a page again. Returns where to continue if it stopped before the end of the page.
    async fn reseal_page(
        &self,
        keys: &SealingKeys,
        items: &mut impl Iterator<Item = SealedItem>,
        tally: &mut Tally,
        most: Option<u64>,
        deadline: Deadline,
    ) -> Result<Option<WalkPlace>, RotationError> {
        let mut items = items.peekable();
        while items.peek().is_some() {
            let left = most.map_or(u64::MAX, |most| most.saturating_sub(tally.done()));
            let some: Vec<_> = items.by_ref().take(AT_ONCE.min(usize::try_from(left).unwrap_or(AT_ONCE))).collect();
            let last = some.last().map(SealedItem::place);
            for resealed in self.reseal_some(keys, some).await {
                tally.note(resealed?);
            }
            if items.peek().is_some() && !has_time(tally, most, deadline) {
                return Ok(last);
            }
        }
        Ok(None)
    }

    async fn reseal_some(&self, keys: &SealingKeys, items: Vec<SealedItem>) -> Vec<Result<Resealed, StoreError>> {
        let mut work = JoinSet::new();
        for item in items {
            let (store, keys) = (self.parts.store.clone(), keys.clone());
            work.spawn(async move { store.reseal(&keys, &item).await });
        }
        let mut done = Vec::new();
        while let Some(ended) = work.join_next().await {
            // Work that panicked has confirmed nothing, so its item is left to the next run.
            done.push(ended.unwrap_or(Ok(Resealed::Changed)));
        }
        done
    }
}

fn report(current: String, tally: &Tally, left: u64, counted_all: bool) -> ResealReport {
    let (resealed, unreadable) = (tally.resealed, tally.unreadable);
    ResealReport { current, resealed, unreadable, left, counted_all, finished: left == 0 && counted_all }
}

fn has_time(tally: &Tally, most: Option<u64>, deadline: Deadline) -> bool {
    most.is_none_or(|most| tally.done() < most) && deadline.left() > FOR_THE_COUNT
}
