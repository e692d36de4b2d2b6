//! Reads the events since a time.

use jiff::{SignedDuration, Timestamp};

use super::{
    feed::{Numbered, number},
    numbering::KEPT,
    record::{Event, TOLERANCE, feed},
};
use crate::{
    store::{
        error::StoreError,
        item::{Item, from_item, text},
        table::Store,
    },
    types::{event::EventNumber, workspace::Workspace},
};

/// How many events one query returns.
const PAGE: i32 = 500;

impl Store {
    /// Returns the events of a workspace that happened at `since` or later and have a number, the oldest number first.
    /// Returns `None` if there are more than `most`.
    pub async fn events_since(
        &self,
        workspace: &Workspace,
        since: Timestamp,
        most: usize,
    ) -> Result<Option<Vec<(EventNumber, Event)>>, StoreError> {
        let first = first_expiry(since);
        let (mut found, mut end) = (Vec::new(), self.last_number(workspace).await?.number);
        while end != EventNumber::default() {
            let items = self.events_down_from(workspace, end).await?;
            let Some(oldest) = items.last() else { break };
            end = number(oldest)?.minus(1);
            for item in items {
                let number = number(&item)?;
                let Numbered { event, expires_at } = from_item(item)?;
                // Those below it got their numbers even earlier.
                if expires_at < first {
                    end = EventNumber::default();
                    break;
                }
                if event.at >= since {
                    found.push((number, event));
                }
            }
            if found.len() > most {
                return Ok(None);
            }
        }
        found.reverse();
        Ok(Some(found))
    }

    /// Returns events from this number downwards, with a consistent read.
    async fn events_down_from(&self, workspace: &Workspace, end: EventNumber) -> Result<Vec<Item>, StoreError> {
        let query = self.client.query().table_name(&self.events).consistent_read(true).limit(PAGE);
        let query = query
            .scan_index_forward(false)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(feed(workspace)))
            .expression_attribute_values(":first", text(EventNumber::default().plus(1).sortable()))
            .expression_attribute_values(":last", text(end.sortable()));
        Ok(query.send().await?.items.unwrap_or_default())
    }
}

/// Returns when, in seconds, an event expires at the earliest that happened at `since` or later: it got its number at
/// that time, less the tolerance for clocks.
fn first_expiry(since: Timestamp) -> i64 {
    let numbered = since.saturating_sub(TOLERANCE + SignedDuration::from_secs(1)).unwrap_or(Timestamp::MIN);
    numbered.as_second().saturating_add_unsigned(KEPT.as_secs())
}
