//! Items with sealed values.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;

use super::place::{WalkPlace, WalkTable};
use crate::{store::item::Item, types::sealing::SealingKeys};

/// The attributes that hold sealed values, by the beginning of their item's primary key.
const SEALED: [(&str, WalkTable, &[&str]); 6] = [
    ("USER#", WalkTable::Connections, &["access_token", "display_name", "record_key"]),
    ("SESSION#", WalkTable::Ephemera, &["token"]),
    ("STATE#", WalkTable::Ephemera, &["access_token"]),
    ("UNCLAIMED#", WalkTable::Ephemera, &["access_token", "display_name", "session_token", "proof"]),
    ("IDEMPOTENCY#", WalkTable::Ephemera, &["request", "outcome"]),
    ("ORDER#", WalkTable::Ephemera, &["sealed", ORDERS]),
];
/// The one attribute that is a list of sealed values.
pub(super) const ORDERS: &str = "orders";

/// Returns the attributes of a table that can hold sealed values.
pub(super) fn attributes_of(table: WalkTable) -> BTreeSet<&'static str> {
    SEALED.iter().filter(|(_, place, _)| *place == table).flat_map(|(_, _, names)| names.iter().copied()).collect()
}

/// An item of which a key of the deployment other than the current one has sealed a value.
#[derive(Clone, Debug)]
pub struct SealedItem {
    pub(super) table: WalkTable,
    pub(super) pk: String,
    /// The attributes with such a value.
    pub(super) attributes: BTreeMap<&'static str, AttributeValue>,
}

impl SealedItem {
    /// Returns the item if a key other than `current` sealed a value in it.
    pub(super) fn new(table: WalkTable, pk: &str, mut item: Item, current: &str) -> Option<Self> {
        let (_, _, names) = SEALED.iter().find(|(start, place, _)| *place == table && pk.starts_with(start))?;
        let is_old = |value: &AttributeValue| key_ids(value).any(|id| id != current);
        let old = names.iter().filter_map(|name| Some((*name, item.remove(*name).filter(is_old)?)));
        let attributes: BTreeMap<_, _> = old.collect();
        (!attributes.is_empty()).then(|| Self { table, pk: pk.to_owned(), attributes })
    }

    /// Returns the ids of the deployment's keys that sealed the values.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<&str> {
        self.attributes.values().flat_map(key_ids).collect()
    }

    /// Returns where the walk continues after this item.
    #[must_use]
    pub fn place(&self) -> WalkPlace {
        WalkPlace { table: self.table, after: Some(self.pk.clone()) }
    }
}

/// Returns the ids of the deployment's keys that sealed a value, or the values of a list.
pub(in crate::store) fn key_ids(value: &AttributeValue) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        AttributeValue::S(sealed) => Box::new(SealingKeys::id_of(sealed).into_iter()),
        AttributeValue::L(list) => Box::new(list.iter().flat_map(key_ids)),
        _ => Box::new(std::iter::empty()),
    }
}
