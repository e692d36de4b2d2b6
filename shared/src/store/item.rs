//! Items: how values become attributes and back. Every item has one string key, `pk`.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use super::error::StoreError;
use crate::types::secret::{Secret, SecretError};

pub(super) type Item = std::collections::HashMap<String, AttributeValue>;

/// A text of any content and length that is sealed like a secret.
pub(super) struct SealedText(pub(super) String);

impl Secret for SealedText {
    fn parse(text: String) -> Result<Self, SecretError> {
        Ok(Self(text))
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn to_item(value: &impl Serialize) -> Result<Item, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_item(value).map_err(|_| StoreError::Undecodable)
}

pub(super) fn to_attribute(value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value).map_err(|_| StoreError::Undecodable)
}

pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|_| StoreError::Undecodable)
}
