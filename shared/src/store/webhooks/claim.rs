//! Finds the deliveries that are due, and claims them. A claim is a lease: it moves the delivery to a time at which
//! another process may claim it, if this one has not written a result by then.

use std::time::Duration;

use jiff::Timestamp;

use super::delivery::{DELIVERIES, Delivery};
use crate::store::{error::StoreError, events::sortable, item::from_item, page::attribute, table::Store, write::Write};

/// How long a claim is valid. An attempt takes 15 seconds at most, and its result a few more.
const LEASE: Duration = Duration::from_secs(60);
/// How many deliveries one query returns.
const PAGE: i32 = 200;
/// How many deliveries one transaction moves: it writes each of them twice, and DynamoDB accepts 100 writes.
const MOVED: usize = 40;

/// A delivery at its place.
#[derive(Clone, Debug)]
pub struct Due {
    /// The delivery.
    pub delivery: Delivery,
    pub(super) place: String,
}

impl Due {
    /// Returns since when the delivery is due.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        let (milliseconds, _) = self.place.split_once('#')?;
        Timestamp::from_millisecond(milliseconds.parse().ok()?).ok()
    }
}

/// A delivery that this process is sending.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The delivery. Its attempts include the one that is being made.
    pub delivery: Delivery,
    /// The place of the item, which exists as long as the claim is valid and has no result.
    pub(super) place: String,
}

impl Store {
    /// Returns deliveries that are due, the earliest first: those after `after`, the last of the page before. Returns
    /// an empty page at the end.
    pub async fn due_deliveries(&self, after: Option<&Due>) -> Result<Vec<Due>, StoreError> {
        let first = after.map_or_else(|| "0".to_owned(), |due| format!("{}!", due.place));
        // What is due in this millisecond is found in the next one.
        let items = self.query_events(DELIVERIES, (first, sortable(self.clock.now())), PAGE).await?;
        let due = items.into_iter().map(|item| {
            let place = attribute(&item, "sk")?.to_owned();
            Ok(Due { delivery: from_item(item)?, place })
        });
        due.collect()
    }

    /// Claims a delivery. Returns `None` if another process has claimed it or written its result.
    ///
    /// The attempt is counted here, so that a delivery that ends the process whenever it is sent is given up, too.
    pub async fn claim_delivery(&self, due: &Due) -> Result<Option<Claimed>, StoreError> {
        let mut delivery = due.delivery.clone();
        delivery.attempts = delivery.attempts.saturating_add(1);
        let until = later(self.clock.now(), LEASE);
        let place = delivery.place(until);
        let writes = vec![self.take_delivery(&due.place), self.put_delivery(&delivery, until)?];
        Ok(self.write_all(writes).await?.then_some(Claimed { delivery, place }))
    }

    /// Moves deliveries to a later time, without an attempt. Those that another process has claimed stay.
    pub async fn postpone_deliveries(&self, due: &[Due], until: Timestamp) -> Result<(), StoreError> {
        for due in due.chunks(MOVED) {
            let mut writes = Vec::new();
            for Due { delivery, place } in due {
                writes.extend([self.take_delivery(place), self.put_delivery(delivery, until)?]);
            }
            if self.write_all(writes).await? || due.len() == 1 {
                continue;
            }
            // One of them was claimed. The others are moved one by one.
            for Due { delivery, place } in due {
                self.write_all(vec![self.take_delivery(place), self.put_delivery(delivery, until)?]).await?;
            }
        }
        Ok(())
    }

    /// Deletes a delivery whose endpoint is disabled or deleted.
    pub async fn drop_delivery(&self, due: &Due) -> Result<(), StoreError> {
        self.write(Write::delete(&self.events, DELIVERIES).at(&due.place)).await.map(drop)
    }

    /// Returns the write that deletes a delivery, on condition that it is still at this place.
    pub(super) fn take_delivery(&self, place: &str) -> Write {
        Write::delete(&self.events, DELIVERIES).at(place).only_if("attribute_exists(pk)")
    }
}

/// Returns the time `wait` after `now`.
fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
