//! Numbering: moves what is due from the outbox to the feed.

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use jiff::Timestamp;

use super::{
    feed::{Last, Numbered},
    record::{Event, LAST, TOLERANCE, feed, outbox, sortable},
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

/// An event of the outbox, with its item.
struct Waiting {
    place: String,
    event: Event,
    item: Item,
}

/// How the numbering of a workspace's events ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// Nothing that is due is left without a number.
    pub is_whole: bool,
    /// How many items cannot be read. They stay without a number.
    pub unreadable: u32,
}

impl Numbering {
    fn of(is_whole: bool, unreadable: &BTreeSet<String>) -> Self {
        Self { is_whole, unreadable: u32::try_from(unreadable.len()).unwrap_or(u32::MAX) }
    }
}

impl Store {
    /// Moves events of the outbox to the feed, numbers them, and adds their deliveries: more events than a page has, if
    /// few endpoints want them.
    pub async fn number_events(&self, workspace: &Workspace) -> Result<Numbering, StoreError> {
        let (mut batches, mut lost_races) = (0, 0);
        let (mut first, mut unreadable) = ("0".to_owned(), BTreeSet::new());
        while batches < BATCHES {
            let due = sortable(self.clock.now().saturating_add(TOLERANCE).unwrap_or(Timestamp::MAX));
            if first > due {
                return Ok(Numbering::of(true, &unreadable));
            }
            let items = self.query_events(&outbox(workspace), (first.clone(), due), BATCH).await?;
            let Some(last) = items.last() else {
                return Ok(Numbering::of(true, &unreadable));
            };
            let end = attribute(last, "sk")?.to_owned();
            let mut waiting = Vec::new();
            for item in items {
                let place = attribute(&item, "sk")?.to_owned();
                match from_item::<Numbered>(item.clone()) {
                    Ok(Numbered { event, .. }) => waiting.push(Waiting { place, event, item }),
                    Err(error) => {
                        if unreadable.insert(place) {
                            tracing::error!(%error, %workspace, "event: an item without a number is unreadable");
                        }
                    }
                }
            }
            if waiting.is_empty() {
                first = format!("{end}!");
                continue;
            }
            // After the events: an endpoint that is not found was created later than they happened.
            let (endpoints, _) = self.readable_webhook_endpoints(workspace).await?;
            let last = self.last_number(workspace).await?;
            // Three writes for each event, one for each delivery, and one for the last number.
            waiting.truncate((MOST_WRITES - 1) / (3 + endpoints.len() + usize::from(self.has_event_bus)));
            match self.transact(self.numbering(workspace, last, waiting, &endpoints)?).await {
                Ok(()) => batches += 1,
                Err(failed) if (failed.is_lost_race() || failed.is_passing()) && lost_races < TRIES => {
                    lost_races += 1;
                    tokio::time::sleep(Duration::from_millis(rand::random_range(1..=LONGEST_PAUSE_MS))).await;
                }
                Err(failed) if failed.is_lost_race() => return Err(StoreError::Contended),
                Err(failed) => return Err(failed.error),
            }
        }
        Ok(Numbering::of(false, &unreadable))
    }

    /// Returns the writes that number these events of the outbox, from `last` on, on condition that no other reader
    /// has, and add their deliveries to these endpoints.
    fn numbering(
        &self,
        workspace: &Workspace,
        last: Last,
        waiting: Vec<Waiting>,
        endpoints: &[WebhookEndpoint],
    ) -> Result<Vec<Write>, StoreError> {
        let mut number = last.number;
        let (mut writes, mut logged) = (Vec::new(), HashSet::new());
        let expires_at = self.in_seconds(KEPT);
        for Waiting { place, event, mut item } in waiting {
            number = number.plus(1);
            // A transaction can write an item only once, and receivers know an event by its id.
            if logged.insert(event.id) {
                writes.push(self.begin_log(workspace, &event, number, expires_at)?);
                writes.extend(self.deliveries(endpoints, &event, number)?);
                writes.extend(self.bus_delivery(workspace, &event, number)?);
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
