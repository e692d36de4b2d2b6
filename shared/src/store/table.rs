//! The client of the tables, and reads and writes that know no item but its key.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use super::{
    error::StoreError,
    item::{Item, from_item, text},
    page::Partition,
    write::{Failed, Write},
};
use crate::types::clock::Clock;

/// How many times a transaction is tried that meets another one, or a lack of capacity.
const TRIES: u32 = 6;
/// The longest pause before the second try, in milliseconds. Each later one is twice as long.
const LONGEST_PAUSE_MS: u64 = 40;

/// Access to the tables.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) client: Client,
    pub(super) connections: String,
    pub(super) ephemera: String,
    pub(super) events: String,
    pub(super) has_event_bus: bool,
    pub(super) clock: Clock,
}

impl Store {
    /// Returns a store that uses these tables: connections, ephemera and events. Sends no request.
    #[must_use]
    pub fn new(client: Client, [connections, ephemera, events]: [&str; 3], clock: Clock) -> Self {
        let (connections, ephemera, events) = (connections.to_owned(), ephemera.to_owned(), events.to_owned());
        Self { client, connections, ephemera, events, has_event_bus: false, clock }
    }

    /// Returns the store of a deployment with an event bus, which gets a delivery of each event.
    #[must_use]
    pub fn with_event_bus(self) -> Self {
        Self { has_event_bus: true, ..self }
    }

    /// Reads one item with a consistent read, which sees all earlier writes. Returns `None` if there is no such item.
    pub(super) async fn read<T: DeserializeOwned>(&self, table: &str, key: &str) -> Result<Option<T>, StoreError> {
        self.read_item(table, key).await?.map(from_item).transpose()
    }

    /// Like [`Self::read`], but returns the attributes as they are stored.
    pub(super) async fn read_item(&self, table: &str, key: &str) -> Result<Option<Item>, StoreError> {
        let answer = self.client.get_item().table_name(table).key("pk", text(key)).consistent_read(true).send().await?;
        Ok(answer.item)
    }

    /// Reads at most `count` entries of a partition, newest first, and whether more follow. Begins after the entry with
    /// this sort key and primary key.
    pub(super) async fn page(
        &self,
        table: &str,
        Partition { index, key, value, sort_key }: Partition,
        after: Option<(String, String)>,
        count: u8,
    ) -> Result<(Vec<Item>, bool), StoreError> {
        let start = after.map(|(sorted, pk)| {
            let parts = [(key, value.as_str()), (sort_key, &sorted), ("pk", &pk)];
            HashMap::from(parts.map(|(name, value)| (name.to_owned(), text(value))))
        });
        let query = self.client.query().table_name(table).index_name(index).set_exclusive_start_key(start);
        let page = query
            .key_condition_expression("#partition = :value")
            .expression_attribute_names("#partition", key)
            .expression_attribute_values(":value", text(value))
            .scan_index_forward(false)
            // One more than the page holds: it tells whether there is a next page.
            .limit(i32::from(count) + 1)
            .send()
            .await?;
        let mut entries = page.items.unwrap_or_default();
        let has_more = entries.len() > usize::from(count);
        entries.truncate(usize::from(count));
        Ok((entries, has_more))
    }

    /// Returns the current time in whole seconds. Texts of such times sort chronologically.
    pub(super) fn now_in_seconds(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// Returns the time after `duration` from now, in epoch seconds, the unit that DynamoDB's TTL needs.
    pub(super) fn in_seconds(&self, duration: Duration) -> i64 {
        self.clock.now().as_second().saturating_add_unsigned(duration.as_secs())
    }

    /// Sets `last_used_at` of an item of the Connections table to the current time, at most once per `every`: a busy
    /// item costs one write per period, not one per request. `last_used_at` is the value that the caller has read. Does
    /// nothing if the item lacks the attribute `alive`, as a deleted one does.
    pub(super) async fn touch_last_used(
        &self,
        key: &str,
        last_used_at: Option<Timestamp>,
        alive: &str,
        every: SignedDuration,
    ) -> Result<(), StoreError> {
        let now = self.now_in_seconds();
        let before = now.checked_sub(every).unwrap_or(Timestamp::MIN);
        if last_used_at.is_some_and(|last_used_at| last_used_at > before) {
            return Ok(());
        }
        let condition =
            format!("attribute_exists(#{alive}) AND (attribute_not_exists(last_used_at) OR last_used_at <= :before)");
        let touch = Write::update(&self.connections, key, "SET last_used_at = :now").only_if(condition);
        self.write(touch.name(alive).value(":now", &now)?.value(":before", &before)?).await.map(drop)
    }

    /// Performs a write. Returns `false`, and writes nothing, if its condition failed.
    pub(super) async fn write(&self, write: Write) -> Result<bool, StoreError> {
        write.send(&self.client).await
    }

    /// Performs all writes in one transaction, or none of them.
    pub(super) async fn transact(&self, writes: Vec<Write>) -> Result<(), Failed> {
        let writes = writes.into_iter().map(Write::in_transaction).collect::<Result<_, _>>()?;
        self.client.transact_write_items().set_transact_items(Some(writes)).send().await?;
        Ok(())
    }

    /// Like [`Self::transact`], but tries again while another transaction changes one of the items, or DynamoDB lacks
    /// capacity for one of them.
    pub(super) async fn transact_patiently(&self, writes: Vec<Write>) -> Result<(), Failed> {
        let mut tries = 1;
        loop {
            match self.transact(writes.clone()).await {
                Err(failed) if failed.is_passing() && tries < TRIES => {
                    let pause = rand::random_range(1..=LONGEST_PAUSE_MS << (tries - 1));
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    tries += 1;
                }
                ended => return ended,
            }
        }
    }

    /// Performs all writes in one transaction, which is tried again like [`Self::transact_patiently`]. Returns `false`,
    /// and writes nothing, if a condition failed.
    pub(super) async fn write_all_patiently(&self, writes: Vec<Write>) -> Result<bool, StoreError> {
        match self.transact_patiently(writes).await {
            Ok(()) => Ok(true),
            Err(failed) if failed.is_condition() => Ok(false),
            Err(failed) => Err(failed.error),
        }
    }

    /// Performs all writes in one transaction. Returns `false`, and writes nothing, if a condition failed or another
    /// writer was changing one of the items.
    pub(super) async fn write_all(&self, writes: Vec<Write>) -> Result<bool, StoreError> {
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(failed) if failed.is_lost_race() => Ok(false),
            Err(failed) => Err(failed.error),
        }
    }
}
