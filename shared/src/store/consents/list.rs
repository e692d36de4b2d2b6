//! Lists consents, newest first, by indexes that hold their keys only.

use std::collections::HashMap;

use super::{
    cursor::{ConsentCursor, sortable},
    record::{Consent, consent_pk, listed, listed_reference},
};
use crate::{
    store::{
        error::StoreError,
        item::{Item, text},
        table::Store,
    },
    types::{reference::Reference, workspace::Workspace},
};

const BY_TIME: &str = "consents_by_time";
const BY_REFERENCE: &str = "consents_by_reference";

impl Store {
    /// Returns a page of the consents that API keys of a workspace requested, newest first, and the cursor of the next
    /// page, or `None` if this is the last. With a `reference`, lists only the consents for it. The page holds at most
    /// `count` consents and begins after the cursor `after`.
    ///
    /// The index lags behind the table by moments. A consent that has expired since then is left out, so a page can be
    /// shorter than `count` although more follow.
    pub async fn list_consents(
        &self,
        workspace: &Workspace,
        reference: Option<&Reference>,
        count: u8,
        after: Option<ConsentCursor>,
    ) -> Result<(Vec<Consent>, Option<ConsentCursor>), StoreError> {
        let (index, partition, value) = match reference {
            None => (BY_TIME, "listed", listed(workspace)),
            Some(reference) => (BY_REFERENCE, "listed_reference", listed_reference(workspace, reference)),
        };
        let start = after.map(|after| {
            HashMap::from([
                (partition.to_owned(), text(value.as_str())),
                ("listed_at".to_owned(), text(sortable(after.listed_at))),
                ("pk".to_owned(), text(consent_pk(after.consent_id))),
            ])
        });
        let page = self
            .client
            .query()
            .table_name(&self.ephemera)
            .index_name(index)
            .key_condition_expression("#partition = :value")
            .expression_attribute_names("#partition", partition)
            .expression_attribute_values(":value", text(value))
            .scan_index_forward(false)
            // One more than the page holds: it tells whether there is a next page.
            .limit(i32::from(count) + 1)
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let cursors = page.items().iter().map(cursor).collect::<Result<Vec<_>, _>>()?;
        let shown = cursors.get(..usize::from(count)).unwrap_or(&cursors);
        let next = if cursors.len() > shown.len() { shown.last().cloned() } else { None };
        let mut consents = Vec::with_capacity(shown.len());
        for cursor in shown {
            consents.extend(self.find_consent(cursor.consent_id).await?);
        }
        Ok((consents, next))
    }
}

/// Returns the cursor of an entry of either index.
fn cursor(key: &Item) -> Result<ConsentCursor, StoreError> {
    let read = |name: &str| key.get(name).and_then(|value| value.as_s().ok()).ok_or(StoreError::Undecodable);
    let id = read("pk")?.strip_prefix("CONSENT#").and_then(|id| id.parse().ok());
    let listed_at = read("listed_at")?.parse().ok();
    Ok(ConsentCursor {
        listed_at: listed_at.ok_or(StoreError::Undecodable)?,
        consent_id: id.ok_or(StoreError::Undecodable)?,
    })
}
