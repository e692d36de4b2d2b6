//! Walks over the connections, some in each run: to find those whose filters are due to be checked, and those whose
//! changes are looked for.

use aws_sdk_dynamodb::types::Select;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

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

/// What a walk is made for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Walk {
    /// Filters are checked.
    Filters,
    /// Changes are looked for that no callback has reported.
    Watch,
}

impl Walk {
    /// The item that says how far the walk has come.
    const fn pk(self) -> &'static str {
        match self {
            Self::Filters => "KEEPING_FILTERS",
            Self::Watch => "WATCHING_CONNECTIONS",
        }
    }
}

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
        self.find_place(Walk::Filters).await
    }

    /// Stores where the walk over the connections continues.
    pub async fn keep_filter_place(&self, after: Option<String>) -> Result<(), StoreError> {
        self.keep_place(Walk::Filters, after).await
    }

    pub(super) async fn find_place(&self, walk: Walk) -> Result<Option<String>, StoreError> {
        let place: Option<Place> = self.read(&self.connections, walk.pk()).await?;
        Ok(place.and_then(|place| place.after))
    }

    pub(super) async fn keep_place(&self, walk: Walk, after: Option<String>) -> Result<(), StoreError> {
        self.write(Write::put(&self.connections, walk.pk(), &Place { after })?).await.map(drop)
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
        let (walked, next) = self.walk::<Walked>(after, "pk, notifications, revoked_at").await?;
        let now = self.clock.now();
        let is_due = |walked: &Walked| walked.notifications.as_ref().is_none_or(|record| record.is_due(now));
        let due = walked.into_iter().filter(|(_, walked)| walked.revoked_at.is_none() && is_due(walked));
        Ok(FilterWalk { due: due.map(|(user_id, _)| user_id).collect(), next })
    }

    /// Reads a page of a walk: these attributes of the connections among the next 200 items of the table, and where the
    /// next page begins.
    pub(super) async fn walk<T: DeserializeOwned>(
        &self,
        after: Option<&str>,
        attributes: &str,
    ) -> Result<(Vec<(UserId, T)>, Option<String>), StoreError> {
        let start = after.map(|after| Item::from([("pk".to_owned(), text(after))]));
        let page = self
            .client
            .scan()
            .table_name(&self.connections)
            .limit(PAGE)
            // What DynamoDB assumes with a projection. The permission of a role can require that it is said.
            .select(Select::SpecificAttributes)
            .set_exclusive_start_key(start)
            .projection_expression(attributes)
            // A tombstone lacks `listed`.
            .filter_expression("begins_with(pk, :user) AND attribute_exists(listed)")
            .expression_attribute_values(":user", text("USER#"))
            .send()
            .await?;
        let next = page.last_evaluated_key.as_ref().map(|key| attribute(key, "pk").map(str::to_owned)).transpose()?;
        let mut connections = Vec::new();
        for item in page.items.unwrap_or_default() {
            let user_id: Option<UserId> = attribute(&item, "pk")?.strip_prefix("USER#").and_then(|id| id.parse().ok());
            match (user_id, from_item(item)) {
                (Some(user_id), Ok(walked)) => connections.push((user_id, walked)),
                // No other connection must wait for this one.
                (Some(user_id), Err(error)) => tracing::error!(%error, %user_id, "connection: it cannot be read"),
                (None, _) => {}
            }
        }
        Ok((connections, next))
    }
}
