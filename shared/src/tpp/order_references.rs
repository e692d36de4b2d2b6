//! References that callers give to their orders.

use std::collections::HashMap;

use super::{Tpp, TppError};
use crate::{
    store::{OrderKind, OrderScope, SessionOwner, StoreError},
    types::{ids::MonetaryAccountId, order_reference::OrderReference, workspace::Workspace},
};

impl Tpp {
    /// The scope of a workspace's orders of one kind.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the customer is not connected any more, and other variants if the consent has
    /// ended or the store does not answer.
    pub async fn order_scope(
        &self,
        owner: SessionOwner,
        workspace: &Workspace,
        kind: OrderKind,
        account: Option<MonetaryAccountId>,
    ) -> Result<OrderScope, TppError> {
        let keys = self.record_keys(owner).await?;
        Ok(OrderScope { keys, owner, workspace: workspace.clone(), kind, account })
    }

    /// Stores the reference of an order. Storing it again has no effect.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn keep_order_reference(
        &self,
        scope: &OrderScope,
        id: u64,
        reference: &OrderReference,
    ) -> Result<(), StoreError> {
        self.0.store.keep_order_reference(scope, id, reference).await
    }

    /// The bank's ids of the orders with a reference, the newest first.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn find_orders_by_reference(
        &self,
        scope: &OrderScope,
        reference: &OrderReference,
    ) -> Result<Vec<u64>, StoreError> {
        self.0.store.find_orders_by_reference(scope, reference).await
    }

    /// The references of these orders, for those that have one.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn order_references(
        &self,
        scope: &OrderScope,
        ids: &[u64],
    ) -> Result<HashMap<u64, OrderReference>, StoreError> {
        self.0.store.order_references(scope, ids).await
    }
}
