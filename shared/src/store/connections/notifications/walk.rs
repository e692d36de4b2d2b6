//! Walks over the connections, to find those whose filters are due to be checked.

use aws_sdk_dynamodb::types::Select;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Notifications;
use crate::{
    store::{
        error::StoreError,
        item::{Item, from_item, text},
        page::attribute,
        table::Store,
        write::Write,
    },
    types::ids::UserId,
};

/// The item that says how far the walk has come.
const PK: &str = "KEEPING_FILTERS";
/// How many items of the table a page is made from.
const PAGE: i32 = 200;

#[derive(Serialize, Deserialize)]
struct Place {
    /// The key after which the walk continues. `None` at the beginning of the table.
    after: Option<String>,
}

/// What a walk reads of a connection.
#[derive(Deserialize)]
struct Walked {
    revoked_at: Option<Timestamp>,
    notifications: Option<Notifications>,
}

/// A page of the walk.
#[derive(Clone, Debug)]
pub struct FilterWalk {
    /// The connections whose filters are due, in the order of their keys.
    pub due: Vec<UserId>,
    /// Where the next page begins, or `None` at the end of the table.
    pub next: Option<String>,
}

impl Store {
    /// Reads where the walk over the connections continues. Returns `None` at the beginning.
    pub async fn find_filter_place(&self) -> Result<Option<String>, StoreError> {
        let place: Option<Place> = self.read(&self.connections, PK).await?;
        Ok(place.and_then(|place| place.after))
    }

    /// Stores where the walk over the connections continues.
    pub async fn keep_filter_place(&self, after: Option<String>) -> Result<(), StoreError> {
        self.write(Write::put(&self.connections, PK, &Place { after })?).await.map(drop)
    }

    /// Returns the place of the walk after a connection.
    #[must_use]
    pub fn filter_place_after(user_id: UserId) -> String {
        super::user_pk(user_id)
    }

    /// Reads a page of the walk: those of the next 200 items of the table that are connections whose filters are due.
    /// The read is eventually consistent: what is missed is found by the next walk.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the table cannot be read.
    pub async fn filter_walk(&self, after: Option<&str>) -> Result<FilterWalk, StoreError> {
        let start = after.map(|after| Item::from([("pk".to_owned(), text(after))]));
        let page = self
            .client
            .scan()
            .table_name(&self.connections)
            .limit(PAGE)
            // What DynamoDB assumes with a projection. The permission of a role can require that it is said.
            .select(Select::SpecificAttributes)
            .set_exclusive_start_key(start)
            .projection_expression("pk, notifications, revoked_at")
            // A tombstone lacks `listed`.
            .filter_expression("begins_with(pk, :user) AND attribute_exists(listed)")
            .expression_attribute_values(":user", text("USER#"))
            .send()
            .await?;
        let next = page.last_evaluated_key.as_ref().map(|key| attribute(key, "pk").map(str::to_owned)).transpose()?;
        let (mut due, now) = (Vec::new(), self.clock.now());
        for item in page.items.unwrap_or_default() {
            let user_id: Option<UserId> = attribute(&item, "pk")?.strip_prefix("USER#").and_then(|id| id.parse().ok());
            let walked: Walked = from_item(item)?;
            let is_due = walked.notifications.as_ref().is_none_or(|notifications| notifications.is_due(now));
            due.extend(user_id.filter(|_| is_due && walked.revoked_at.is_none()));
        }
        Ok(FilterWalk { due, next })
    }
}
