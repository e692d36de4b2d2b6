//! Writes, and how they ended.

use std::{collections::HashMap, fmt::Debug};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update},
};
use serde::Serialize;

use super::{
    error::StoreError,
    item::{Item, text, to_attribute, to_item},
};

/// How many writes DynamoDB accepts in one transaction.
pub(super) const MOST_WRITES: usize = 100;

/// The write of one item. Its expressions are DynamoDB's: `:name` stands for a value, and `#name` for an attribute
/// whose name is reserved.
#[derive(Clone)]
pub(super) struct Write {
    table: String,
    action: Action,
    condition: Option<String>,
    /// `None` rather than empty, because DynamoDB rejects an empty map.
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
}

#[derive(Clone)]
enum Action {
    Put(Item),
    Update {
        key: Item,
        expression: String,
    },
    Delete {
        key: Item,
    },
    /// Writes nothing, and is a part of a transaction only.
    Check {
        key: Item,
    },
}

impl Write {
    /// Stores an item in place of any other with its key. An absent value (`None`) is not written, because conditions
    /// test whether an attribute exists.
    pub(super) fn put(table: &str, pk: &str, item: &impl Serialize) -> Result<Self, StoreError> {
        let mut item = to_item(item)?;
        item.retain(|_, value| !value.is_null());
        item.insert("pk".to_owned(), text(pk));
        Ok(Self::put_item(table, item))
    }

    /// Like [`Self::put`], for attributes as they are stored.
    pub(super) fn put_item(table: &str, item: Item) -> Self {
        Self::new(table, Action::Put(item))
    }

    /// Changes attributes of an item, which it creates if there is none.
    pub(super) fn update(table: &str, pk: &str, expression: &str) -> Self {
        Self::new(table, Action::Update { key: key(pk), expression: expression.to_owned() })
    }

    /// Deletes an item. Deleting an item that does not exist is no error.
    pub(super) fn delete(table: &str, pk: &str) -> Self {
        Self::new(table, Action::Delete { key: key(pk) })
    }

    /// Checks the condition of an item, in a transaction that writes others.
    pub(super) fn check(table: &str, pk: &str, condition: &str) -> Self {
        Self::new(table, Action::Check { key: key(pk) }).only_if(condition)
    }

    /// Sets the sort key of the item, in a table that has one.
    pub(super) fn at(mut self, place: &str) -> Self {
        let (Action::Put(key) | Action::Update { key, .. } | Action::Delete { key } | Action::Check { key }) =
            &mut self.action;
        key.insert("sk".to_owned(), text(place));
        self
    }

    fn new(table: &str, action: Action) -> Self {
        Self { table: table.to_owned(), action, condition: None, names: None, values: None }
    }

    /// Sets the condition without which nothing is written.
    pub(super) fn only_if(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Adds another condition.
    pub(super) fn and_only_if(self, condition: &str) -> Self {
        let both = self.condition.as_ref().map(|one| format!("({one}) AND ({condition})"));
        self.only_if(both.unwrap_or_else(|| condition.to_owned()))
    }

    /// Lets `#name` stand for the attribute `name`.
    pub(super) fn name(mut self, name: &str) -> Self {
        self.names.get_or_insert_default().insert(format!("#{name}"), name.to_owned());
        self
    }

    /// Sets a value that the expressions use.
    pub(super) fn value(self, name: &str, value: &impl Serialize) -> Result<Self, StoreError> {
        Ok(self.attribute(name, to_attribute(value)?))
    }

    /// Like [`Self::value`], for an attribute that no type is serialized as.
    pub(super) fn attribute(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.get_or_insert_default().insert(name.to_owned(), value);
        self
    }

    /// Performs the write. Returns `false`, and writes nothing, if its condition failed.
    pub(super) async fn send(self, client: &Client) -> Result<bool, StoreError> {
        let Self { table, action, condition, names, values } = self;
        // The builders of the SDK have the same methods, but no trait.
        macro_rules! sent {
            ($builder:expr) => {{
                let builder = $builder.table_name(table).set_condition_expression(condition);
                let builder = builder.set_expression_attribute_names(names).set_expression_attribute_values(values);
                Ok(unless_condition_failed(builder.send().await)?.is_some())
            }};
        }
        match action {
            Action::Put(item) => sent!(client.put_item().set_item(Some(item))),
            Action::Update { key, expression } => {
                sent!(client.update_item().set_key(Some(key)).update_expression(expression))
            }
            Action::Delete { key } => sent!(client.delete_item().set_key(Some(key))),
            Action::Check { .. } => Err(StoreError::Undecodable),
        }
    }

    /// Returns the write as a part of a transaction.
    pub(super) fn in_transaction(self) -> Result<TransactWriteItem, StoreError> {
        let Self { table, action, condition, names, values } = self;
        macro_rules! built {
            ($builder:expr) => {{
                let builder = $builder.table_name(table).set_condition_expression(condition);
                let builder = builder.set_expression_attribute_names(names).set_expression_attribute_values(values);
                builder.build().map_err(|_| StoreError::Undecodable)?
            }};
        }
        let item = TransactWriteItem::builder();
        let item = match action {
            Action::Put(attributes) => item.put(built!(Put::builder().set_item(Some(attributes)))),
            Action::Update { key, expression } => {
                item.update(built!(Update::builder().set_key(Some(key)).update_expression(expression)))
            }
            Action::Delete { key } => item.delete(built!(Delete::builder().set_key(Some(key)))),
            Action::Check { key } => item.condition_check(built!(ConditionCheck::builder().set_key(Some(key)))),
        };
        Ok(item.build())
    }
}

fn key(pk: &str) -> Item {
    Item::from([("pk".to_owned(), text(pk))])
}

/// Returns what a write with a condition returned, or `None` if its condition failed.
pub(super) fn unless_condition_failed<T, E, R>(result: Result<T, SdkError<E, R>>) -> Result<Option<T>, StoreError>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
    R: Debug + 'static,
{
    match result {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Why a transaction failed.
pub(super) struct Failed {
    pub(super) error: StoreError,
    /// DynamoDB's reason code for each write, in order. Empty if DynamoDB did not cancel the transaction.
    pub(super) reasons: Vec<String>,
}

impl Failed {
    /// DynamoDB's reason code for a write whose condition failed.
    pub(super) const CONDITION: &str = "ConditionalCheckFailed";

    /// Returns whether a condition failed. A lack of capacity or a conflict with another transaction does not count.
    pub(super) fn is_condition(&self) -> bool {
        self.reasons.iter().any(|reason| reason == Self::CONDITION)
    }

    /// Returns whether no condition failed, but another transaction was changing one of the items, or DynamoDB lacked
    /// capacity for one of them. A later try may succeed.
    pub(super) fn is_passing(&self) -> bool {
        let is_passing = |reason: &String| {
            matches!(reason.as_str(), "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
        };
        !self.is_condition() && self.reasons.iter().any(is_passing)
    }

    /// Returns whether a condition failed, or another writer was changing one of the items.
    pub(super) fn is_lost_race(&self) -> bool {
        self.is_condition() || self.reasons.iter().any(|reason| reason == "TransactionConflict")
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self { error, reasons: Vec::new() }
    }
}

impl<R: Debug + 'static> From<SdkError<TransactWriteItemsError, R>> for Failed {
    fn from(error: SdkError<TransactWriteItemsError, R>) -> Self {
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
            _ => &[],
        };
        let reasons = reasons.iter().map(|reason| reason.code().unwrap_or_default().to_owned()).collect();
        Self { error: error.into(), reasons }
    }
}
