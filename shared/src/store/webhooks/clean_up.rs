//! Cancels what waits for an endpoint that was disabled or deleted.
//!
//! The transaction that disables or deletes an endpoint also asks for a clean-up. The one that enables it again
//! withdraws the request. Each transaction that cancels deliveries has the request as its condition, so nothing is
//! cancelled that was added after the endpoint was enabled.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    claim::Due,
    delivery::KEPT,
    log::{DeliveryState, log_of},
};
use crate::{
    store::{
        error::StoreError,
        item::from_item,
        page::attribute,
        table::Store,
        write::{Failed, MOST_WRITES, Write},
    },
    types::{webhook::WebhookEndpointId, workspace::Workspace},
};

/// The key of all requests.
const CLEAN_UPS: &str = "CLEANUP";
/// How many requests one query returns.
const PAGE: i32 = 100;
/// How long deliveries are looked for. A transaction that numbers an event can have read the endpoint before the
/// request, and end after it: within the time limit of a function, which is a minute.
const LOOKED_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How many deliveries one transaction cancels: two writes for each, and one for the request.
const CANCELLED: usize = (MOST_WRITES - 1) / 2;

/// A request to cancel what waits for an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanUp {
    /// The workspace of the endpoint.
    pub workspace: Workspace,
    /// The endpoint.
    pub endpoint_id: WebhookEndpointId,
    asked_at: Timestamp,
    /// For DynamoDB's TTL, in seconds.
    expires_at: i64,
}

/// A page of requests.
#[derive(Clone, Debug)]
pub struct CleanUpPage {
    /// The requests.
    pub clean_ups: Vec<CleanUp>,
    /// How many items of the page cannot be read. They are left out.
    pub unreadable: u32,
    /// Where the next page begins. `None` if the page has no item, so that it is the last one.
    pub last: Option<String>,
}

impl CleanUp {
    /// Returns whether no delivery can be added any more, so that the clean-up ends when none is left.
    #[must_use]
    pub fn is_settled(&self, now: Timestamp) -> bool {
        self.asked_at.saturating_add(LOOKED_FOR).is_ok_and(|end| end <= now)
    }
}

impl Store {
    /// Returns the write that asks to cancel what waits for an endpoint.
    pub(super) fn ask_clean_up(&self, workspace: &Workspace, id: WebhookEndpointId) -> Result<Write, StoreError> {
        let (asked_at, expires_at) = (self.clock.now(), self.in_seconds(KEPT));
        self.put_clean_up(&CleanUp { workspace: workspace.clone(), endpoint_id: id, asked_at, expires_at })
    }

    /// Returns the write that withdraws the request.
    pub(super) fn withdraw_clean_up(&self, id: WebhookEndpointId) -> Write {
        Write::delete(&self.events, CLEAN_UPS).at(&id.to_string())
    }

    fn put_clean_up(&self, clean_up: &CleanUp) -> Result<Write, StoreError> {
        Ok(Write::put(&self.events, CLEAN_UPS, clean_up)?.at(&clean_up.endpoint_id.to_string()))
    }

    /// Returns requests of all workspaces: those after `after`, the end of the page before.
    pub async fn clean_ups(&self, after: Option<&str>) -> Result<CleanUpPage, StoreError> {
        let first = after.map_or_else(|| "we_".to_owned(), |after| format!("{after}!"));
        let items = self.query_events(CLEAN_UPS, (first, "we_~".to_owned()), PAGE).await?;
        let mut page = CleanUpPage { clean_ups: Vec::new(), unreadable: 0, last: None };
        for item in items {
            page.last = Some(attribute(&item, "sk")?.to_owned());
            match from_item(item) {
                Ok(clean_up) => page.clean_ups.push(clean_up),
                Err(error) => {
                    page.unreadable += 1;
                    tracing::error!(%error, "webhook: a clean-up is unreadable");
                }
            }
        }
        Ok(page)
    }

    /// Cancels deliveries, which their logs then say. Those that another process has taken stay as they are. Returns
    /// how many were cancelled, or `None` if the request was withdrawn.
    pub async fn cancel_deliveries(&self, clean_up: &CleanUp, waiting: &[Due]) -> Result<Option<u32>, StoreError> {
        let mut cancelled = 0;
        for together in waiting.chunks(CANCELLED) {
            match self.transact_patiently(self.cancelling(clean_up, together)?).await {
                Ok(()) => cancelled += u32::try_from(together.len()).unwrap_or(u32::MAX),
                Err(failed) if is_withdrawn(&failed) => return Ok(None),
                Err(failed) if failed.is_condition() => {
                    // Another process has taken one of them. The others are cancelled one by one.
                    for due in together {
                        match self.transact_patiently(self.cancelling(clean_up, std::slice::from_ref(due))?).await {
                            Ok(()) => cancelled += 1,
                            Err(failed) if is_withdrawn(&failed) => return Ok(None),
                            Err(failed) if failed.is_condition() => {}
                            Err(failed) => return Err(failed.error),
                        }
                    }
                }
                Err(failed) => return Err(failed.error),
            }
        }
        Ok(Some(cancelled))
    }

    /// Returns the writes that cancel deliveries, if the request is unchanged. The first write is that of the request.
    fn cancelling(&self, clean_up: &CleanUp, waiting: &[Due]) -> Result<Vec<Write>, StoreError> {
        let unchanged = self.put_clean_up(clean_up)?.only_if("asked_at = :seen");
        let (mut writes, mut logged) = (vec![unchanged.value(":seen", &clean_up.asked_at)?], HashSet::new());
        for Due { delivery, place } in waiting {
            writes.push(self.take_delivery(delivery, place));
            // A transaction can write an item only once, and an event can have several deliveries.
            if !logged.insert(delivery.event.id) {
                continue;
            }
            // An earlier attempt stays in the log.
            let set = "SET #state = :state, workspace = :workspace, attempts = :attempts, expires_at = :expires_at \
                       REMOVE next_at";
            let log = Write::update(&self.events, &log_of(delivery.event.id), set);
            let log = log.at(&delivery.endpoint_id.to_string()).name("state");
            let log = log.value(":state", &DeliveryState::Cancelled)?.value(":workspace", &delivery.workspace)?;
            let log = log.value(":attempts", &delivery.attempts)?;
            writes.push(log.value(":expires_at", &self.in_seconds(KEPT))?);
        }
        Ok(writes)
    }

    /// Ends a clean-up, unless the endpoint was enabled and disabled again.
    pub async fn end_clean_up(&self, clean_up: &CleanUp) -> Result<(), StoreError> {
        let end = self.withdraw_clean_up(clean_up.endpoint_id).only_if("asked_at = :seen");
        self.write(end.value(":seen", &clean_up.asked_at)?).await.map(drop)
    }
}

/// Returns whether the condition of the first write failed.
fn is_withdrawn(failed: &Failed) -> bool {
    failed.reasons.first().is_some_and(|reason| reason == Failed::CONDITION)
}
