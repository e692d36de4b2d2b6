//! What callers call the orders that they made.

use std::collections::HashMap;

use super::{Tpp, TppError};
use crate::{
    store::{OrderBook, OrderKind, SessionOwner},
    types::{ids::MonetaryAccountId, order_reference::OrderReference, sealing::SealingKeys, workspace::Workspace},
};

/// The orders of one kind, of one account or of the TPP itself, that one workspace made.
#[derive(Clone, Debug)]
pub struct Orders {
    keys: SealingKeys,
    owner: SessionOwner,
    workspace: Workspace,
    kind: OrderKind,
    account: Option<MonetaryAccountId>,
}

impl Orders {
    fn book(&self) -> OrderBook<'_> {
        let Self { keys, owner, workspace, kind, account } = self;
        OrderBook { keys, owner: *owner, workspace, kind: *kind, account: *account }
    }
}

impl Tpp {
    /// The orders of a session's owner.
    ///
    /// # Errors
    /// Returns [`TppError`] if the customer is not connected any more, or the store does not answer.
    pub async fn orders(
        &self,
        owner: SessionOwner,
        workspace: &Workspace,
        kind: OrderKind,
        account: Option<MonetaryAccountId>,
    ) -> Result<Orders, TppError> {
        let keys = self.record_keys(owner).await?;
        Ok(Orders { keys, owner, workspace: workspace.clone(), kind, account })
    }

    /// Keeps what an order is called. Doing so twice is no error.
    ///
    /// # Errors
    /// The store.
    pub async fn name_order(&self, orders: &Orders, id: u64, reference: &OrderReference) -> Result<(), TppError> {
        Ok(self.0.store.name_order(&orders.book(), id, reference).await?)
    }

    /// The bank's ids of the orders with a name, the newest first.
    ///
    /// # Errors
    /// The store.
    pub async fn find_orders(&self, orders: &Orders, reference: &OrderReference) -> Result<Vec<u64>, TppError> {
        Ok(self.0.store.find_orders(&orders.book(), reference).await?)
    }

    /// The names of these orders, as far as they have any.
    ///
    /// # Errors
    /// The store.
    pub async fn names_of_orders(
        &self,
        orders: &Orders,
        ids: &[u64],
    ) -> Result<HashMap<u64, OrderReference>, TppError> {
        Ok(self.0.store.names_of_orders(&orders.book(), ids).await?)
    }
}
