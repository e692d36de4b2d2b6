//! References that callers give to their orders, kept for 400 days. One item maps an order's id to its reference,
//! another maps the reference to the order ids.
//!
//! The contents of these items are sealed and their keys are hashed. For a customer's orders, both use the key that the
//! connection holds: once the connection is deleted, nobody can read a reference or test a guess.

mod scope;

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};

use super::{
    condition::{cancellations, lost_race, succeeded},
    error::StoreError,
    item::{SealedText, WithKey, from_item, seconds, text, to_item},
    table::Store,
};
use crate::types::{order_reference::OrderReference, sealing::Place};

pub use scope::{OrderKind, OrderScope};

/// How long a reference is kept.
const RETENTION: Duration = Duration::from_secs(400 * 24 * 3600);
/// How many orders one reference finds at most. The oldest are dropped.
const MAX_ORDERS: usize = 100;
/// How many times a write is tried while others write to the same reference.
const TRIES: usize = 5;
/// The pause between two tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);
/// DynamoDB's reason code for a write whose condition failed.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// The item that maps an order's id to its reference.
#[derive(Serialize, Deserialize)]
struct IdItem {
    /// The sealed [`OrderReference`].
    sealed: String,
    expires_at: i64,
}

/// The item that maps a reference to order ids.
#[derive(Deserialize)]
struct ReferenceItem {
    /// Sealed order ids, oldest first.
    orders: Vec<String>,
}

impl Store {
    /// Stores the reference of an order for 400 days. An order that already has a reference keeps it, and nothing
    /// changes. If the reference already has 100 orders, the oldest is dropped.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if others wrote to the same reference at every try,
    /// [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request, and
    /// [`StoreError::Seal`] if the reference cannot be sealed.
    pub async fn keep_order_reference(
        &self,
        scope: &OrderScope,
        id: u64,
        reference: &OrderReference,
    ) -> Result<(), StoreError> {
        let (by_id, by_reference) = (scope.pk_of_id(id), scope.pk_of_reference(reference));
        let until = self.clock.now().checked_add(RETENTION).map_err(|_| StoreError::Undecodable)?;
        let item = IdItem {
            sealed: scope.keys.seal(Place { item: &by_id, attribute: "sealed" }, reference)?,
            expires_at: until.as_second(),
        };
        let put = Put::builder()
            .table_name(&self.ephemera)
            .set_item(Some(to_item(&WithKey { pk: &by_id, item: &item })?))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|_| StoreError::Undecodable)?;
        let order = scope.keys.seal(Place { item: &by_reference, attribute: "orders" }, &SealedText(id.to_string()))?;
        let update = Update::builder()
            .table_name(&self.ephemera)
            .key("pk", text(by_reference.as_str()))
            .update_expression("SET orders = list_append(if_not_exists(orders, :none), :one), expires_at = :until")
            .condition_expression("attribute_not_exists(orders) OR size(orders) < :most")
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":one", AttributeValue::L(vec![text(order)]))
            .expression_attribute_values(":until", seconds(until))
            .expression_attribute_values(":most", AttributeValue::N(MAX_ORDERS.to_string()))
            .build()
            .map_err(|_| StoreError::Undecodable)?;
        let writes =
            vec![TransactWriteItem::builder().put(put).build(), TransactWriteItem::builder().update(update).build()];
        for _ in 0..TRIES {
            let result = self.client.transact_write_items().set_transact_items(Some(writes.clone())).send().await;
            let Err(error) = result else { return Ok(()) };
            match cancellations(&error).as_slice() {
                // The order already has a reference.
                [put, _] if put == CONDITION_FAILED => return Ok(()),
                [_, update] if update == CONDITION_FAILED => self.drop_oldest_order(&by_reference).await?,
                [_, _] if lost_race(&error) => tokio::time::sleep(BETWEEN_TRIES).await,
                _ => return Err(error.into()),
            }
        }
        Err(StoreError::Contended)
    }

    /// Removes the oldest order from the item of a reference that has the maximum of orders. Does nothing if another
    /// writer has made room meanwhile.
    async fn drop_oldest_order(&self, by_reference: &str) -> Result<(), StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(by_reference))
            .update_expression("REMOVE orders[0]")
            .condition_expression("size(orders) >= :most")
            .expression_attribute_values(":most", AttributeValue::N(MAX_ORDERS.to_string()))
            .send()
            .await;
        succeeded(result).map(drop)
    }

    /// Returns the bank's ids of the orders with a reference, newest first, at most 100. Empty if there are none.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// [`StoreError::Undecodable`] if the item has an unexpected shape, and [`StoreError::Seal`] if an id cannot be
    /// opened with the scope's keys.
    pub async fn find_orders_by_reference(
        &self,
        scope: &OrderScope,
        reference: &OrderReference,
    ) -> Result<Vec<u64>, StoreError> {
        let pk = scope.pk_of_reference(reference);
        let Some(found) = self.read::<ReferenceItem>(&self.ephemera, &pk).await? else { return Ok(Vec::new()) };
        let mut ids = Vec::new();
        for sealed in found.orders.iter().rev() {
            let SealedText(id) = scope.keys.open(Place { item: &pk, attribute: "orders" }, sealed)?;
            ids.push(id.parse().map_err(|_| StoreError::Undecodable)?);
        }
        Ok(ids)
    }

    /// Returns the references of these orders by order id. An order without a reference is left out.
    ///
    /// # Errors
    /// Returns [`StoreError::Unavailable`] if DynamoDB fails, [`StoreError::Misconfigured`] if it rejects the request,
    /// [`StoreError::Undecodable`] if an item has an unexpected shape, and [`StoreError::Seal`] if a reference cannot
    /// be opened with the scope's keys.
    pub async fn order_references(
        &self,
        scope: &OrderScope,
        ids: &[u64],
    ) -> Result<HashMap<u64, OrderReference>, StoreError> {
        let keys: HashMap<String, u64> = ids.iter().map(|id| (scope.pk_of_id(*id), *id)).collect();
        let mut references = HashMap::new();
        let wanted: Vec<String> = keys.keys().cloned().collect();
        for batch in wanted.chunks(100) {
            for (pk, item) in self.read_all(&self.ephemera, batch).await? {
                let item: IdItem = from_item(item)?;
                let reference = scope.keys.open(Place { item: &pk, attribute: "sealed" }, &item.sealed)?;
                if let Some(id) = keys.get(&pk) {
                    references.insert(*id, reference);
                }
            }
        }
        Ok(references)
    }
}
