//! The feed: reads events in the order of their numbers.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_dynamodb::types::{Get, TransactGetItem};
use serde::Deserialize;

use super::record::{Event, LAST, feed};
use crate::{
    store::{
        error::StoreError,
        item::{Item, from_item, text},
        page::attribute,
        table::Store,
    },
    types::{
        event::{EventCursor, EventCursorError, EventNumber},
        workspace::Workspace,
    },
};

/// How many times a page is read while a transaction adds events to it.
const TRIES: usize = 16;
/// The pause between two tries, in which the transaction can end.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);
/// How many of the last numbers a transaction may still be adding: more than two batches, and as many items as DynamoDB
/// reads in a transaction.
const IN_FLIGHT: u64 = 100;

/// A page of events.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// The oldest first.
    pub events: Vec<Event>,
    /// Where the next page begins.
    pub next: EventCursor,
    /// Whether there are events after the page.
    pub has_more: bool,
    /// How many events between the cursor and the end of the page were erased before they were read.
    pub missed: u64,
}

/// An event as it is stored.
#[derive(Deserialize)]
pub(super) struct Numbered {
    pub(super) event: Event,
    pub(super) expires_at: i64,
}

/// The item with the last number.
#[derive(Clone, Copy, Default, Deserialize)]
pub(super) struct Last {
    pub(super) number: EventNumber,
    pub(super) feed: u32,
}

impl Store {
    /// Returns at most `count` events of a workspace, the oldest first: those after the cursor, or all that are kept.
    /// Sees every event whose change has ended before the call.
    ///
    /// Returns the inner error if the cursor was given by no feed of the workspace, or by one that was lost.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if other readers number events during every try.
    pub async fn read_events(
        &self,
        workspace: &Workspace,
        after: Option<EventCursor>,
        count: u8,
    ) -> Result<Result<EventPage, EventCursorError>, StoreError> {
        let is_whole = self.number_events(workspace).await?.is_whole;
        let start = after.unwrap_or_default();
        for _ in 0..TRIES {
            // Before the events: a number that is given later belongs to the next page.
            let last = self.last_number(workspace).await?;
            let is_of_feed = start.number == EventNumber::default() || start.feed == last.feed;
            if start.number > last.number || !is_of_feed {
                return Ok(Err(EventCursorError));
            }
            // One more than the page holds: it tells whether there is a next page.
            let mut items = self.events_between(workspace, start.number, last.number, i32::from(count) + 1).await?;
            let has_next = items.len() > usize::from(count);
            items.truncate(usize::from(count));
            let numbers = items.iter().map(number).collect::<Result<BTreeSet<_>, _>>()?;
            let end = numbers.last().copied().filter(|_| has_next).unwrap_or(last.number);
            if !self.are_erased(workspace, &absent(&numbers, start.number, last.number, end)).await? {
                tokio::time::sleep(BETWEEN_TRIES).await;
                continue;
            }
            let erased = end.since(start.number).saturating_sub(u64::try_from(numbers.len()).unwrap_or(u64::MAX));
            let events = items.into_iter().map(|item| Ok(from_item::<Numbered>(item)?.event));
            return Ok(Ok(EventPage {
                events: events.collect::<Result<_, StoreError>>()?,
                next: EventCursor { number: end, feed: last.feed },
                has_more: has_next || !is_whole,
                missed: after.map_or(0, |_| erased),
            }));
        }
        Err(StoreError::Contended)
    }

    /// Returns whether events that a query has not found were erased, and are not just being added: a query can see
    /// some writes of a transaction before others (DynamoDB Developer Guide, Transactions, Isolation levels).
    async fn are_erased(&self, workspace: &Workspace, numbers: &[EventNumber]) -> Result<bool, StoreError> {
        if numbers.is_empty() {
            return Ok(true);
        }
        let mut read = self.client.transact_get_items();
        for number in numbers {
            let key = [("pk", feed(workspace)), ("sk", number.sortable())];
            let key = Item::from(key.map(|(name, value)| (name.to_owned(), text(value))));
            let get = Get::builder().table_name(&self.events).set_key(Some(key)).build();
            let get = get.map_err(|_| StoreError::Undecodable)?;
            read = read.transact_items(TransactGetItem::builder().get(get).build());
        }
        match read.send().await {
            Ok(answer) => Ok(answer.responses().iter().all(|response| response.item().is_none())),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_transaction_canceled_exception()) => {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the last number that was given.
    pub(super) async fn last_number(&self, workspace: &Workspace) -> Result<Last, StoreError> {
        let read = self.client.get_item().table_name(&self.events).consistent_read(true);
        let answer = read.key("pk", text(feed(workspace))).key("sk", text(LAST)).send().await?;
        Ok(answer.item.map(from_item::<Last>).transpose()?.unwrap_or_default())
    }

    async fn events_between(
        &self,
        workspace: &Workspace,
        start: EventNumber,
        last: EventNumber,
        count: i32,
    ) -> Result<Vec<Item>, StoreError> {
        if start == last {
            return Ok(Vec::new());
        }
        self.query_events(&feed(workspace), (start.plus(1).sortable(), last.sortable()), count).await
    }

    /// Reads items with a consistent read, which sees all earlier writes, in the order of their sort keys.
    pub(in crate::store) async fn query_events(
        &self,
        pk: &str,
        (first, last): (String, String),
        count: i32,
    ) -> Result<Vec<Item>, StoreError> {
        let query = self.client.query().table_name(&self.events).consistent_read(true).limit(count);
        let query = query
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last));
        Ok(query.send().await?.items.unwrap_or_default())
    }
}

pub(super) fn number(item: &Item) -> Result<EventNumber, StoreError> {
    EventNumber::of_digits(attribute(item, "sk")?).ok_or(StoreError::Undecodable)
}

/// Returns the numbers after `start`, up to `end`, that a page lacks and that a transaction may still be adding.
fn absent(
    present: &BTreeSet<EventNumber>,
    start: EventNumber,
    last: EventNumber,
    end: EventNumber,
) -> Vec<EventNumber> {
    let first = start.max(last.minus(IN_FLIGHT));
    (1..=end.since(first)).map(|by| first.plus(by)).filter(|number| !present.contains(number)).collect()
}
