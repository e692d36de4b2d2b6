//! What callers call the orders that they made: found by the name, and named by the bank's id. For 400 days, which is
//! longer than anybody waits for an invoice.
//!
//! Their contents are sealed, and their keys are hashes. Of a customer's, both with the key that their connection holds,
//! so that nobody can read, or guess at, them once the connection is deleted.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};

use super::{
    SessionOwner,
    table::{Keyed, Store, StoreError, cancellations, lost_race, seconds, succeeded, text, to_item},
};
use crate::types::{
    ids::MonetaryAccountId,
    order_reference::OrderReference,
    sealing::{Place, SealingKeys},
    secret::{Secret, SecretError, sha256_hex},
    workspace::Workspace,
};

/// How long a name is kept.
const KEPT: Duration = Duration::from_secs(400 * 24 * 3600);
/// How many orders are found by one name: the newest.
const MOST: usize = 100;
/// How often a race for one name is run again.
const TRIES: usize = 5;
/// How long the winner of a race has to finish.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);
/// What DynamoDB says of a write whose condition did not hold.
const FAILED: &str = "ConditionalCheckFailed";

/// What is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// Somebody is asked for money.
    RequestInquiry,
    /// A payment waits for the customer's yes.
    DraftPayment,
    /// A payment by a customer of bunq who has not connected.
    IssuerTransaction,
}

impl OrderKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::RequestInquiry => "request-inquiry",
            Self::DraftPayment => "draft-payment",
            Self::IssuerTransaction => "issuer-transaction",
        }
    }
}

/// The orders of one kind, of one account or of the TPP itself, that one workspace made.
#[derive(Clone, Copy, Debug)]
pub struct OrderBook<'a> {
    /// The keys that seal them.
    pub keys: &'a SealingKeys,
    /// Whose they are.
    pub owner: SessionOwner,
    /// Who made them.
    pub workspace: &'a Workspace,
    /// What they are.
    pub kind: OrderKind,
    /// The account that they are of.
    pub account: Option<MonetaryAccountId>,
}

impl OrderBook<'_> {
    fn pk(&self, what: &str) -> String {
        let Self { owner, workspace, kind, account, .. } = self;
        let account = account.map(|account| account.to_string()).unwrap_or_default();
        let text = format!("{owner}/{workspace}/{}/{account}/{what}", kind.as_str());
        match owner {
            SessionOwner::Customer(_) => format!("ORDER#{}", self.keys.pseudonym(&text)),
            // The deployment's own key changes, and there is nobody to find out about.
            SessionOwner::Tpp => format!("ORDER#{}", sha256_hex(text.as_bytes())),
        }
    }

    fn pk_of_id(&self, id: u64) -> String {
        self.pk(&format!("id/{id}"))
    }

    fn pk_of_reference(&self, reference: &OrderReference) -> String {
        self.pk(&format!("reference/{}", reference.expose()))
    }
}

/// What the bank's id leads to.
#[derive(Serialize, Deserialize)]
struct Named {
    /// The sealed [`OrderReference`].
    sealed: String,
    expires_at: i64,
}

/// What a name leads to.
#[derive(Deserialize)]
struct Ordered {
    /// Sealed ids, the oldest first.
    orders: Vec<String>,
}

/// An id, sealed like a secret.
struct SealedId(String);

impl Secret for SealedId {
    fn parse(text: String) -> Result<Self, SecretError> {
        Ok(Self(text))
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

impl Store {
    /// Keeps what an order is called. Doing so twice is no error.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn name_order(
        &self,
        book: &OrderBook<'_>,
        id: u64,
        reference: &OrderReference,
    ) -> Result<(), StoreError> {
        let (by_id, by_reference) = (book.pk_of_id(id), book.pk_of_reference(reference));
        let until = self.clock.now().checked_add(KEPT).map_err(|_| StoreError::Undecodable)?;
        let named = Named {
            sealed: book.keys.seal(Place { item: &by_id, attribute: "sealed" }, reference)?,
            expires_at: until.as_second(),
        };
        let put = Put::builder()
            .table_name(&self.ephemera)
            .set_item(Some(to_item(&Keyed { pk: &by_id, item: &named })?))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|_| StoreError::Undecodable)?;
        let order = book.keys.seal(Place { item: &by_reference, attribute: "orders" }, &SealedId(id.to_string()))?;
        let update = Update::builder()
            .table_name(&self.ephemera)
            .key("pk", text(by_reference.as_str()))
            .update_expression("SET orders = list_append(if_not_exists(orders, :none), :one), expires_at = :until")
            .condition_expression("attribute_not_exists(orders) OR size(orders) < :most")
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":one", AttributeValue::L(vec![text(order)]))
            .expression_attribute_values(":until", seconds(until))
            .expression_attribute_values(":most", AttributeValue::N(MOST.to_string()))
            .build()
            .map_err(|_| StoreError::Undecodable)?;
        let writes =
            vec![TransactWriteItem::builder().put(put).build(), TransactWriteItem::builder().update(update).build()];
        for _ in 0..TRIES {
            let result = self.client.transact_write_items().set_transact_items(Some(writes.clone())).send().await;
            let Err(error) = result else { return Ok(()) };
            match cancellations(&error).as_slice() {
                // It has its name.
                [put, _] if put == FAILED => return Ok(()),
                [_, update] if update == FAILED => self.drop_oldest_order(&by_reference).await?,
                [_, _] if lost_race(&error) => tokio::time::sleep(BETWEEN_TRIES).await,
                _ => return Err(error.into()),
            }
        }
        Err(StoreError::Contended)
    }

    /// Makes room in a name that a hundred orders have.
    async fn drop_oldest_order(&self, by_reference: &str) -> Result<(), StoreError> {
        let result = self
            .client
            .update_item()
            .table_name(&self.ephemera)
            .key("pk", text(by_reference))
            .update_expression("REMOVE orders[0]")
            .condition_expression("size(orders) >= :most")
            .expression_attribute_values(":most", AttributeValue::N(MOST.to_string()))
            .send()
            .await;
        succeeded(result).map(drop)
    }

    /// The bank's ids of the orders with a name, the newest first.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer, or an item does not open.
    pub async fn find_orders(&self, book: &OrderBook<'_>, reference: &OrderReference) -> Result<Vec<u64>, StoreError> {
        let pk = book.pk_of_reference(reference);
        let Some(found) = self.read::<Ordered>(&self.ephemera, &pk).await? else { return Ok(Vec::new()) };
        let mut ids = Vec::new();
        for sealed in found.orders.iter().rev() {
            let SealedId(id) = book.keys.open(Place { item: &pk, attribute: "orders" }, sealed)?;
            ids.push(id.parse().map_err(|_| StoreError::Undecodable)?);
        }
        Ok(ids)
    }

    /// The names of these orders, as far as they have any.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer, or an item does not open.
    pub async fn names_of_orders(
        &self,
        book: &OrderBook<'_>,
        ids: &[u64],
    ) -> Result<HashMap<u64, OrderReference>, StoreError> {
        let keys: HashMap<String, u64> = ids.iter().map(|id| (book.pk_of_id(*id), *id)).collect();
        let mut names = HashMap::new();
        let wanted: Vec<String> = keys.keys().cloned().collect();
        for some in wanted.chunks(100) {
            for (pk, item) in self.read_all(&self.ephemera, some).await? {
                let named: Named = super::table::from_item(item)?;
                let name = book.keys.open(Place { item: &pk, attribute: "sealed" }, &named.sealed)?;
                if let Some(id) = keys.get(&pk) {
                    names.insert(*id, name);
                }
            }
        }
        Ok(names)
    }
}
