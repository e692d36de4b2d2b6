//! Reads several items in one round trip.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::{
    error::StoreError,
    item::{Item, text},
    table::Store,
};

/// How many times the rest of a batch is read. DynamoDB leaves items out of a batch if it lacks capacity.
const TRIES: u32 = 4;
/// The longest pause before the second try, in milliseconds. Each later one is twice as long.
const LONGEST_PAUSE_MS: u64 = 50;

impl Store {
    /// Reads at most 100 items by their tables and keys, with consistent reads. Returns them by key, and leaves out
    /// keys without an item.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] also if DynamoDB leaves items out at every try.
    pub(super) async fn read_items(
        &self,
        keys: impl IntoIterator<Item = (&str, String)>,
    ) -> Result<HashMap<String, Item>, StoreError> {
        let mut wanted: HashMap<String, KeysAndAttributes> = HashMap::new();
        let mut by_table: HashMap<&str, Vec<_>> = HashMap::new();
        for (table, key) in keys {
            by_table.entry(table).or_default().push(HashMap::from([("pk".to_owned(), text(key))]));
        }
        for (table, keys) in by_table {
            let request = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            wanted.insert(table.to_owned(), request.map_err(|_| StoreError::Undecodable)?);
        }
        let mut found = HashMap::new();
        for tries in 0..TRIES {
            if tries > 0 && !wanted.is_empty() {
                let pause = rand::random_range(1..=LONGEST_PAUSE_MS << (tries - 1));
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            if wanted.is_empty() {
                return Ok(found);
            }
            let answer = self.client.batch_get_item().set_request_items(Some(wanted)).send().await?;
            for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                if let Some(Ok(pk)) = item.get("pk").map(|pk| pk.as_s().cloned()) {
                    found.insert(pk, item);
                }
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
        }
        Err(StoreError::Unavailable("unprocessed keys".to_owned()))
    }
}
