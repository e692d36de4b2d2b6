//! Finds the deliveries that are due, and claims them. A claim is a lease: it moves the delivery to a time at which
//! another process may claim it, if this one has not written a result by then.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    delivery::{Delivery, deliveries},
    log::{DeliveryState, LastAttempt},
};
use crate::{
    store::{error::StoreError, events::sortable, item::from_item, page::attribute, table::Store},
    types::webhook::WebhookEndpointId,
};

/// How long a claim is valid. An attempt takes 15 seconds at most, and its result a few more.
const LEASE: Duration = Duration::from_secs(60);
/// How many deliveries one query returns.
const PAGE: i32 = 100;
/// Sorts after every delivery.
const END: &str = "~";

/// A delivery at its place.
#[derive(Clone, Debug)]
pub struct Due {
    /// The delivery.
    pub delivery: Delivery,
    pub(super) place: String,
}

impl Due {
    /// Returns since when, or from when on, the delivery is due.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        let (milliseconds, _) = self.place.split_once('#')?;
        Timestamp::from_millisecond(milliseconds.parse().ok()?).ok()
    }

    /// Returns whether a process is sending the delivery at `now`.
    #[must_use]
    pub fn is_being_sent(&self, now: Timestamp) -> bool {
        self.delivery.is_claimed && self.since().is_some_and(|due| due > now)
    }
}

/// A page of the deliveries to an endpoint.
#[derive(Clone, Debug)]
pub struct DuePage {
    /// The deliveries, the earliest first.
    pub due: Vec<Due>,
    /// How many items of the page cannot be read. They are left out.
    pub unreadable: u32,
    /// Where the next page begins. `None` if the page has no item, so that it is the last one.
    pub last: Option<String>,
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
    /// Returns deliveries to an endpoint that are due, the earliest first: those after `after`, the end of the page
    /// before.
    pub async fn due_deliveries(
        &self,
        endpoint_id: WebhookEndpointId,
        after: Option<&str>,
    ) -> Result<DuePage, StoreError> {
        self.deliveries_until(endpoint_id, after, &format!("{}{END}", sortable(self.clock.now()))).await
    }

    /// Returns deliveries to an endpoint, also those that are due later, in the same way.
    pub async fn all_deliveries(
        &self,
        endpoint_id: WebhookEndpointId,
        after: Option<&str>,
    ) -> Result<DuePage, StoreError> {
        self.deliveries_until(endpoint_id, after, END).await
    }

    async fn deliveries_until(
        &self,
        endpoint_id: WebhookEndpointId,
        after: Option<&str>,
        end: &str,
    ) -> Result<DuePage, StoreError> {
        let first = after.map_or_else(|| "0".to_owned(), |after| format!("{after}!"));
        if first.as_str() > end {
            return Ok(DuePage { due: Vec::new(), unreadable: 0, last: None });
        }
        let items = self.query_events(&deliveries(endpoint_id), (first, end.to_owned()), PAGE).await?;
        let mut page = DuePage { due: Vec::new(), unreadable: 0, last: None };
        for item in items {
            let place = attribute(&item, "sk")?.to_owned();
            page.last = Some(place.clone());
            match from_item(item) {
                Ok(delivery) => page.due.push(Due { delivery, place }),
                Err(error) => {
                    page.unreadable += 1;
                    tracing::error!(%error, %endpoint_id, "webhook: a delivery is unreadable");
                }
            }
        }
        Ok(page)
    }

    /// Claims a delivery. Returns `None` if another process has claimed it or written its result.
    ///
    /// The attempt is counted here, so that a delivery that ends the process whenever it is sent is given up, too.
    pub async fn claim_delivery(&self, due: &Due) -> Result<Option<Claimed>, StoreError> {
        let Delivery { attempts, .. } = due.delivery;
        let delivery = Delivery { attempts: attempts.saturating_add(1), is_claimed: true, ..due.delivery.clone() };
        let until = self.clock.now().checked_add(LEASE).unwrap_or(Timestamp::MAX);
        let place = delivery.place(until);
        let writes = vec![self.take_delivery(&delivery, &due.place), self.put_delivery(&delivery, until)?];
        Ok(self.write_all_patiently(writes).await?.then_some(Claimed { delivery, place }))
    }

    /// Gives up a delivery that has no attempt left, and logs why. Returns `false` if another process has claimed it or
    /// written its result.
    pub async fn give_up_delivery(&self, due: &Due, last: &LastAttempt) -> Result<bool, StoreError> {
        let log = self.log_attempt(&due.delivery, (DeliveryState::Failed, None), last)?;
        self.write_all_patiently(vec![self.take_delivery(&due.delivery, &due.place), log]).await
    }
}
