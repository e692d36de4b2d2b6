//! Numbering: moves what is due from the outbox to the feed.

use std::{collections::HashSet, time::Duration};

use jiff::Timestamp;

use super::{
    feed::{Last, Numbered},
    record::{TOLERANCE, feed, outbox, sortable},
};
use crate::{
    store::{
        error::StoreError,
        item::{Item, from_item, text, to_attribute},
        page::attribute,
        table::Store,
        webhooks::WebhookEndpoint,
        write::{MOST_WRITES, Write},
    },
    types::{event::EventNumber, workspace::Workspace},
};

/// The sort key of the item with the last number.
pub(super) const LAST: &str = "last";
/// How many events are numbered in one transaction at most.
pub(super) const BATCH: i32 = 40;
/// How many batches one read numbers.
const BATCHES: usize = 5;
/// How many times a reader tries to number events that another reader numbers at the same time.
const TRIES: usize = 16;
/// The longest pause between two tries, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 40;
/// How long an event is kept after it was numbered.
pub(super) const KEPT: Duration = Duration::from_secs(30 * 86_400);

impl Store {
    /// Moves events of the outbox to the feed, numbers them, and adds their deliveries: more events than a page has, if
    /// few endpoints want them. Returns whether nothing that is due is left.
    pub async fn number_events(&self, workspace: &Workspace) -> Result<bool, StoreError> {
        let (mut batches, mut lost_races) = (0, 0);
        while batches < BATCHES {
            let due = sortable(self.clock.now().saturating_add(TOLERANCE).unwrap_or(Timestamp::MAX));
            let mut waiting = self.query_events(&outbox(workspace), ("0".to_owned(), due), BATCH).await?;
            if waiting.is_empty() {
                return Ok(true);
            }
            // After the events: an endpoint that is not found was created later than they happened.
            let endpoints = self.list_webhook_endpoints(workspace).await?;
            let last = self.last_number(workspace).await?;
            // Three writes for each event, one for each delivery, and one for the last number.
            waiting.truncate((MOST_WRITES - 1) / (3 + endpoints.len()));
            if self.write_all(self.numbering(workspace, last, waiting, &endpoints)?).await? {
                batches += 1;
            } else if lost_races < TRIES {
                lost_races += 1;
                tokio::time::sleep(Duration::from_millis(rand::random_range(1..=LONGEST_PAUSE_MS))).await;
            } else {
                return Err(StoreError::Contended);
            }
        }
        Ok(false)
    }

    /// Returns the writes that number these events of the outbox, from `last` on, on condition that no other reader
    /// has, and add their deliveries to these endpoints.
    fn numbering(
        &self,
        workspace: &Workspace,
        last: Last,
        waiting: Vec<Item>,
        endpoints: &[WebhookEndpoint],
    ) -> Result<Vec<Write>, StoreError> {
        let mut number = last.number;
        let (mut writes, mut logged) = (Vec::new(), HashSet::new());
        let expires_at = self.in_seconds(KEPT);
        for mut item in waiting {
            number = number.plus(1);
            let place = attribute(&item, "sk")?.to_owned();
            let Numbered { event, .. } = from_item(item.clone())?;
            // A transaction can write an item only once, and receivers know an event by its id.
            if logged.insert(event.id) {
                writes.push(self.begin_log(workspace, &event, number, expires_at)?);
                writes.extend(self.deliveries(endpoints, &event, number)?);
            }
            item.insert("pk".to_owned(), text(feed(workspace)));
            item.insert("sk".to_owned(), text(number.sortable()));
            item.insert("expires_at".to_owned(), to_attribute(&expires_at)?);
            let delete = Write::delete(&self.events, &outbox(workspace)).at(&place);
            writes.push(Write::put_item(&self.events, item).only_if("attribute_not_exists(pk)"));
            writes.push(delete.only_if("attribute_exists(pk)"));
        }
        let count = "SET #number = :next, #feed = if_not_exists(#feed, :feed)";
        let count = Write::update(&self.events, &feed(workspace), count).at(LAST).name("number").name("feed");
        let count = match last.number == EventNumber::default() {
            true => count.only_if("attribute_not_exists(#number)"),
            false => count.only_if("#number = :last").value(":last", &last.number)?,
        };
        writes.push(count.value(":next", &number)?.value(":feed", &rand::random::<u32>())?);
        Ok(writes)
    }
}
