//! References that callers give to their orders, kept for 400 days. One item maps an order's id to its reference,
//! another maps the reference to the order ids.
//!
//! The contents of these items are sealed and their keys are hashed. For a customer's orders, both use the key that the
//! connection holds: once the connection is deleted, nobody can read a reference or test a guess.

mod scope;

use std::{collections::HashMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    error::StoreError,
    item::{SealedText, from_item},
    table::Store,
    write::{Failed, Write},
};
use crate::types::{order_reference::OrderReference, sealing::Place};

pub use scope::OrderScope;

/// How long a reference is kept.
const RETENTION: Duration = Duration::from_secs(400 * 24 * 3600);
/// How many orders one reference finds at most. The oldest are dropped.
const MAX_ORDERS: usize = 100;
/// How many times a write is tried while others write to the same reference.
const TRIES: usize = 5;
/// The pause between two tries.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

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
    /// Returns [`StoreError::Contended`] if others wrote to the same reference at every try, and [`StoreError::Seal`]
    /// if the reference cannot be sealed.
    pub async fn keep_order_reference(
        &self,
        scope: &OrderScope,
        id: u64,
        reference: &OrderReference,
    ) -> Result<(), StoreError> {
        let (by_id, by_reference) = (scope.pk_of_id(id), scope.pk_of_reference(reference));
        let item = IdItem {
            sealed: scope.keys.seal(Place { item: &by_id, attribute: "sealed" }, reference)?,
            expires_at: self.in_seconds(RETENTION),
        };
        let put = Write::put(&self.ephemera, &by_id, &item)?.only_if("attribute_not_exists(pk)");
        let order = scope.keys.seal(Place { item: &by_reference, attribute: "orders" }, &SealedText(id.to_string()))?;
        let expression = "SET orders = list_append(if_not_exists(orders, :none), :one), expires_at = :until";
        let update = Write::update(&self.ephemera, &by_reference, expression)
            .only_if("attribute_not_exists(orders) OR size(orders) < :most")
            .value(":none", &Vec::<String>::new())?
            .value(":one", &vec![order])?
            .value(":until", &item.expires_at)?
            .value(":most", &MAX_ORDERS)?;
        for _ in 0..TRIES {
            let Err(failed) = self.transact(vec![put.clone(), update.clone()]).await else { return Ok(()) };
            match failed.reasons.as_slice() {
                // The order already has a reference.
                [put, _] if put == Failed::CONDITION => return Ok(()),
                [_, update] if update == Failed::CONDITION => self.drop_oldest_order(&by_reference).await?,
                [_, _] if failed.is_lost_race() => tokio::time::sleep(BETWEEN_TRIES).await,
                _ => return Err(failed.error),
            }
        }
        Err(StoreError::Contended)
    }

    /// Removes the oldest order from the item of a reference that has the maximum of orders. Does nothing if another
    /// writer has made room meanwhile.
    async fn drop_oldest_order(&self, by_reference: &str) -> Result<(), StoreError> {
        let update = Write::update(&self.ephemera, by_reference, "REMOVE orders[0]");
        self.write(update.only_if("size(orders) >= :most").value(":most", &MAX_ORDERS)?).await.map(drop)
    }

    /// Returns the bank's ids of the orders with a reference, newest first, at most 100. Empty if there are none.
    ///
    /// # Errors
    /// Returns [`StoreError::Seal`] if an id cannot be opened with the scope's keys.
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
    /// Returns [`StoreError::Seal`] if a reference cannot be opened with the scope's keys.
    pub async fn order_references(
        &self,
        scope: &OrderScope,
        ids: &[u64],
    ) -> Result<HashMap<u64, OrderReference>, StoreError> {
        let keys: HashMap<String, u64> = ids.iter().map(|id| (scope.pk_of_id(*id), *id)).collect();
        let mut references = HashMap::new();
        let wanted: Vec<String> = keys.keys().cloned().collect();
        for batch in wanted.chunks(100) {
            for (pk, item) in self.read_items(batch.iter().map(|key| (&*self.ephemera, key.clone()))).await? {
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
