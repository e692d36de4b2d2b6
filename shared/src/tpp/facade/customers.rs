//! Passes requests about customers, their connections and orders to their services.

use std::{collections::HashMap, sync::Arc};

use crate::{
    bunq::Call,
    store::{Connection, Cursor, OrderKind, OrderScope, SessionOwner, StoreError},
    tpp::{error::TppError, facade::tpp::Tpp, once::Started, order::Order},
    types::{
        deadline::Deadline,
        idempotency::{RequestHash, RequestName},
        ids::{MonetaryAccountId, UserId},
        order_reference::OrderReference,
        reference::Reference,
        workspace::Workspace,
    },
};

impl Tpp {
    /// Makes a call in an owner's session. If the bank says that the session is over, renews it and repeats the call,
    /// once, unless the bank may have executed the call.
    ///
    /// # Errors
    /// Returns [`TppError::Bank`] if the call fails, [`TppError::UnknownUser`], [`TppError::ConsentRevoked`] or
    /// [`TppError::ConsentExpired`] if the customer has no usable connection, and other variants if no session can be
    /// opened.
    pub async fn call<C: Call>(
        &self,
        owner: SessionOwner,
        call: &C,
        deadline: Deadline,
    ) -> Result<C::Output, TppError> {
        self.services().calls.call(owner, call, deadline).await
    }

    /// Returns a usable connection of a workspace.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the workspace has no such connection, [`TppError::ConsentRevoked`] or
    /// [`TppError::ConsentExpired`] if it is unusable, [`TppError::Store`] if it cannot be read.
    pub async fn connection(&self, workspace: &Workspace, user_id: UserId) -> Result<Arc<Connection>, TppError> {
        self.services().connections.get(workspace, user_id).await
    }

    /// Returns a connection of a workspace, usable or not.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the workspace has no such connection, [`TppError::Store`] if it cannot be
    /// read.
    pub async fn find_connection(&self, workspace: &Workspace, user_id: UserId) -> Result<Connection, TppError> {
        self.services().connections.find(workspace, user_id).await
    }

    /// Returns a page of a workspace's connections, newest first, and where the next page begins.
    ///
    /// # Errors
    /// Returns [`TppError::Store`] if the store cannot be read.
    pub async fn list_connections(
        &self,
        workspace: &Workspace,
        reference: Option<&Reference>,
        count: u8,
        after: Option<Cursor>,
    ) -> Result<(Vec<Connection>, Option<Cursor>), TppError> {
        self.services().connections.list(workspace, reference, count, after).await
    }

    /// Deletes a connection: erases tokens and the customer's data, ends its session at the bank. With a reference,
    /// deletes that reference, and the connection only if it was the last. Doing so twice is no error. A bank that does
    /// not answer does not stop the deletion.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the workspace never had the connection, [`TppError::Store`] if the store
    /// does not answer, or other writers changed the connection during every try.
    pub async fn delete_connection(
        &self,
        workspace: &Workspace,
        user_id: UserId,
        reference: Option<&Reference>,
        deadline: Deadline,
    ) -> Result<(), TppError> {
        self.services().deletions.delete(workspace, user_id, reference, deadline).await
    }

    /// Starts an order once. Retrying with the same key is always safe.
    ///
    /// # Errors
    /// Returns [`TppError::RequestInFlight`], [`TppError::Unsettled`], [`TppError::KeyReused`] or
    /// [`TppError::RefusedBefore`] if the key was used before, [`TppError::OutcomeUnknown`] if the bank does not say
    /// whether the order exists, and the errors of [`Self::call`].
    pub async fn start_once<O: Order>(
        &self,
        owner: SessionOwner,
        request: (&RequestName, &RequestHash),
        order: &O,
        deadline: Deadline,
    ) -> Result<Started, TppError> {
        self.services().orders.start_once(owner, request, order, deadline).await
    }

    /// Returns whether a request was begun under a name.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store cannot be read.
    pub async fn has_begun(&self, name: &RequestName) -> Result<bool, StoreError> {
        self.services().orders.has_begun(name).await
    }

    /// Returns the scope of a workspace's orders of one kind.
    ///
    /// # Errors
    /// Returns [`TppError::UnknownUser`] if the customer is not connected any more, and other variants if the consent
    /// has ended or the store does not answer.
    pub async fn order_scope(
        &self,
        owner: SessionOwner,
        workspace: &Workspace,
        kind: OrderKind,
        account: Option<MonetaryAccountId>,
    ) -> Result<OrderScope, TppError> {
        self.services().order_references.scope(owner, workspace, kind, account).await
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
        self.services().order_references.keep(scope, id, reference).await
    }

    /// Finds the bank's ids of the orders with a reference, newest first.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn find_orders_by_reference(
        &self,
        scope: &OrderScope,
        reference: &OrderReference,
    ) -> Result<Vec<u64>, StoreError> {
        self.services().order_references.find(scope, reference).await
    }

    /// Finds the references of these orders. An order without a reference is left out.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn order_references(
        &self,
        scope: &OrderScope,
        ids: &[u64],
    ) -> Result<HashMap<u64, OrderReference>, StoreError> {
        self.services().order_references.of(scope, ids).await
    }
}
