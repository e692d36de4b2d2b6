//! References that callers give to their orders: stored, and found.

use std::collections::HashMap;

use crate::{
    bunq::{Parent as _, Resource},
    store::{OrderScope, SessionOwner, StoreError},
    tpp::{error::TppError, once::Orders, order::Order},
    types::{order_reference::OrderReference, workspace::Workspace},
};

impl Orders {
    /// Returns the scope of a workspace's orders of one kind.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the customer is not connected any more, and other variants if the consent
    /// has ended or the store does not answer.
    pub async fn scope<O: Order>(
        &self,
        owner: SessionOwner,
        workspace: &Workspace,
        parent: <O::Resource as Resource>::Parent,
    ) -> Result<OrderScope, TppError> {
        let keys = self.parts.record_keys(&*self.parts.identities.get().await?, owner).await?;
        Ok(OrderScope { keys, owner, workspace: workspace.clone(), kind: O::KIND, account: parent.account() })
    }

    /// Stores the reference of an order. Storing it again has no effect.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn keep_reference(
        &self,
        scope: &OrderScope,
        id: u64,
        reference: &OrderReference,
    ) -> Result<(), StoreError> {
        self.parts.store.keep_order_reference(scope, id, reference).await
    }

    /// Finds the bank's ids of the orders with a reference, newest first.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn find_by_reference(
        &self,
        scope: &OrderScope,
        reference: &OrderReference,
    ) -> Result<Vec<u64>, StoreError> {
        self.parts.store.find_orders_by_reference(scope, reference).await
    }

    /// Finds the references of these orders. An order without a reference is left out.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn references(
        &self,
        scope: &OrderScope,
        ids: &[u64],
    ) -> Result<HashMap<u64, OrderReference>, StoreError> {
        self.parts.store.order_references(scope, ids).await
    }
}
