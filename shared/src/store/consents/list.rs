//! Lists consents, newest first, by indexes that hold their keys only.

use super::record::{Consent, ConsentCursor, consent_pk, listed, listed_reference, sortable};
use crate::{
    store::{
        error::StoreError,
        item::Item,
        page::{Partition, attribute},
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
        let (index, key, value) = match reference {
            None => (BY_TIME, "listed", listed(workspace)),
            Some(reference) => (BY_REFERENCE, "listed_reference", listed_reference(workspace, reference)),
        };
        let partition = Partition { index, key, value, sort_key: "listed_at" };
        let after = after.map(|after| (sortable(after.time), consent_pk(after.id)));
        let (entries, has_more) = self.page(&self.ephemera, partition, after, count).await?;
        let shown = entries.iter().map(cursor).collect::<Result<Vec<_>, _>>()?;
        let mut consents = Vec::with_capacity(shown.len());
        for cursor in &shown {
            consents.extend(self.find_consent(cursor.id).await?);
        }
        Ok((consents, shown.last().copied().filter(|_| has_more)))
    }
}

/// Returns the cursor of an entry of either index.
fn cursor(entry: &Item) -> Result<ConsentCursor, StoreError> {
    let id = attribute(entry, "pk")?.strip_prefix("CONSENT#").and_then(|id| id.parse().ok());
    let time = attribute(entry, "listed_at")?.parse().map_err(|_| StoreError::Undecodable)?;
    Ok(ConsentCursor { time, id: id.ok_or(StoreError::Undecodable)? })
}
