//! Seals the values of an item again.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{item::SealedItem, place::WalkTable};
use crate::{
    store::{
        error::StoreError,
        item::{SealedText, text},
        table::Store,
        write::Write,
    },
    types::sealing::{Place, SealError, SealingKeys},
};

/// The result of [`Store::reseal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resealed {
    /// The current key seals the whole item now.
    Done,
    /// Another writer changed or deleted the item since it was read. Nothing was changed.
    Changed,
    /// A value does not open: its key is gone, or it was damaged. The others were sealed again, if nobody changed them.
    Unreadable,
}

/// Seals a value again, or the values of a list. What an item's own key sealed stays.
fn sealed_again(keys: &SealingKeys, place: Place<'_>, value: &AttributeValue) -> Result<AttributeValue, SealError> {
    match value {
        AttributeValue::S(sealed) if SealingKeys::id_of(sealed).is_some() => {
            let plain: SealedText = keys.open(place, sealed)?;
            Ok(text(keys.seal(place, &plain)?))
        }
        AttributeValue::L(list) => {
            let list = list.iter().map(|sealed| sealed_again(keys, place, sealed));
            Ok(AttributeValue::L(list.collect::<Result<_, _>>()?))
        }
        other => Ok(other.clone()),
    }
}

impl Store {
    /// Seals the values of an item again with the current key of `keys`. Changes nothing if one of them was changed
    /// since the item was read, so that the change of another writer is never lost.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store cannot be written.
    pub async fn reseal(&self, keys: &SealingKeys, item: &SealedItem) -> Result<Resealed, StoreError> {
        let SealedItem { table, pk, attributes } = item;
        let update = |expression: &str| Write::update(self.table_of(*table), pk, expression);
        self.reseal_values(keys, pk, attributes, update).await
    }

    /// Seals these attributes of an item again. `item` is the place for which they are sealed, and `update` makes the
    /// write of the item.
    pub(in crate::store) async fn reseal_values(
        &self,
        keys: &SealingKeys,
        item: &str,
        attributes: &BTreeMap<&'static str, AttributeValue>,
        update: impl FnOnce(&str) -> Write,
    ) -> Result<Resealed, StoreError> {
        let (mut sets, mut conditions) = (Vec::new(), Vec::new());
        let (mut values, mut names) = (Vec::new(), Vec::new());
        for (name, old) in attributes {
            let Ok(new) = sealed_again(keys, Place { item, attribute: name }, old) else { continue };
            names.push(name);
            sets.push(format!("#{name} = :new_{name}"));
            // Our own write passes, too: the SDK sends it again if the first answer is lost.
            conditions.push(format!("(#{name} = :old_{name} OR #{name} = :new_{name})"));
            values.extend([(format!(":old_{name}"), old.clone()), (format!(":new_{name}"), new)]);
        }
        let is_whole = names.len() == attributes.len();
        if names.is_empty() {
            return Ok(Resealed::Unreadable);
        }
        let update = update(&format!("SET {}", sets.join(", ")));
        let update = names.into_iter().fold(update.only_if(conditions.join(" AND ")), |update, name| update.name(name));
        let update = values.into_iter().fold(update, |update, (name, value)| update.attribute(&name, value));
        Ok(match (self.write(update).await?, is_whole) {
            (true, true) => Resealed::Done,
            (true, false) => Resealed::Unreadable,
            (false, _) => Resealed::Changed,
        })
    }

    pub(super) fn table_of(&self, table: WalkTable) -> &str {
        match table {
            WalkTable::Connections => &self.connections,
            WalkTable::Ephemera => &self.ephemera,
        }
    }
}
