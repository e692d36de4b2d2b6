//! Walks over both tables, one page of a scan at a time. DynamoDB leaves out what the current key sealed, so a page has
//! few items, or none.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::Select;

use super::{
    item::{ORDERS, SealedItem, attributes_of},
    place::WalkPlace,
};
use crate::store::{
    error::StoreError,
    item::{Item, text},
    page::attribute,
    table::Store,
};

/// A page of a walk.
#[derive(Clone, Debug)]
pub struct SealedPage {
    /// The items of which a key other than the current one sealed a value.
    pub items: Vec<SealedItem>,
    /// Where the next page begins, or `None` if this is the last one.
    pub next: Option<WalkPlace>,
}

impl Store {
    /// Reads the page of a walk that begins at `place`: the items of which a key of the deployment other than `current`
    /// sealed a value. Reads at most 1 MB of a table, with a consistent read.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the table cannot be read.
    pub async fn sealed_page(&self, place: &WalkPlace, current: &str) -> Result<SealedPage, StoreError> {
        let table = place.table;
        let names: Vec<_> = attributes_of(table).into_iter().collect();
        let filters = names.iter().map(|name| match *name {
            // DynamoDB cannot look at the beginnings of a list's elements.
            ORDERS => format!("attribute_exists(#{name})"),
            name => format!(
                "(attribute_exists(#{name}) AND NOT begins_with(#{name}, :current) AND NOT begins_with(#{name}, :own))"
            ),
        });
        let start = place.after.as_ref().map(|after| Item::from([("pk".to_owned(), text(after))]));
        let page = self
            .client
            .scan()
            .table_name(self.table_of(table))
            .consistent_read(true)
            // What DynamoDB assumes with a projection. The permission of the setup's role requires that it is said.
            .select(Select::SpecificAttributes)
            .set_exclusive_start_key(start)
            .projection_expression(names.iter().fold("pk".to_owned(), |list, name| format!("{list}, #{name}")))
            .filter_expression(filters.collect::<Vec<_>>().join(" OR "))
            .set_expression_attribute_names(Some(name_map(&names)))
            .expression_attribute_values(":current", text(format!("{current}.")))
            .expression_attribute_values(":own", text("@"))
            .send()
            .await?;
        let last = page.last_evaluated_key.as_ref().map(|key| attribute(key, "pk").map(str::to_owned)).transpose()?;
        let mut items = Vec::new();
        for item in page.items.unwrap_or_default() {
            let pk = attribute(&item, "pk")?.to_owned();
            items.extend(SealedItem::new(table, &pk, item, current));
        }
        Ok(SealedPage { items, next: WalkPlace::next(table, last) })
    }
}

fn name_map(names: &[&str]) -> HashMap<String, String> {
    names.iter().map(|name| (format!("#{name}"), (*name).to_owned())).collect()
}
