//! The issuer transactions that workspaces created, with the last status of which there is an event: one event of each
//! change, however often and by however many processes the bank's answer is read.
//!
//! The item of a transaction holds ids, times and the bank's word for the status, and nothing else of it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    record::{Event, EventTransaction},
    seen::Told,
};
use crate::{
    store::{
        error::StoreError,
        item::from_item,
        page::attribute,
        table::Store,
        write::{Failed, Write},
    },
    types::{
        event::{EventId, EventType},
        hint::BankWord,
        ids::IssuerTransactionId,
        secret::sha256,
        workspace::Workspace,
    },
};

/// The partition of all issuer transactions. They are few, because each is kept for [`WATCHED`] only.
const PARTITION: &str = "ISSUER_TRANSACTIONS";
/// How long after its expiry a transaction is still watched: the bank may need time to say how it ended.
const WATCHED: Duration = Duration::from_secs(86_400);
/// How many times a transaction is tried while others write the same items.
const TRIES: usize = 8;
/// The longest pause between two tries, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 40;
/// How many items one query returns.
const PAGE: i32 = 200;

/// The status of an issuer transaction that the bank has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownStatus {
    /// The bank's word, such as `ACCEPTED`.
    pub status: BankWord,
    /// When the bank last changed the transaction, if it says.
    pub updated_at: Option<Timestamp>,
}

/// An issuer transaction that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchedTransaction {
    /// bunq's id of it.
    pub id: IssuerTransactionId,
    /// Whether a status of it has an event. It may have a later one.
    pub is_told: bool,
}

#[derive(Serialize, Deserialize)]
struct Watched {
    workspace: Workspace,
    /// The status of the last event. `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<BankWord>,
    /// When the bank had changed the transaction then, in microseconds since 1970.
    updated: i64,
    /// Until when it is watched, in seconds since 1970. Also for DynamoDB's TTL.
    expires_at: i64,
}

impl ShownStatus {
    fn updated(&self) -> i64 {
        self.updated_at.map_or(0, Timestamp::as_microsecond)
    }

    /// Returns the id of the event of this status. It is the same wherever and however often the status is read.
    fn event_id(&self, id: IssuerTransactionId) -> EventId {
        let text = format!("{PARTITION}|{id}|{}|{}", self.updated(), self.status.as_str());
        EventId::of_hash(sha256(text.as_bytes()))
    }
}

impl Store {
    /// Watches an issuer transaction that a workspace has created and that can be paid until `expiry`. Watching it
    /// again has no effect.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn watch_issuer_transaction(
        &self,
        workspace: &Workspace,
        id: IssuerTransactionId,
        expiry: Timestamp,
    ) -> Result<(), StoreError> {
        let expires_at = expiry.as_second().saturating_add_unsigned(WATCHED.as_secs());
        let watched = Watched { workspace: workspace.clone(), told: None, updated: 0, expires_at };
        let put = Write::put(&self.events, PARTITION, &watched)?.at(&place(id));
        put.only_if("attribute_not_exists(pk)").send(&self.client).await?;
        Ok(())
    }

    /// Returns the issuer transactions that are watched now, the oldest first. One that cannot be decoded is logged and
    /// left out.
    ///
    /// # Errors
    /// Returns [`StoreError`] if DynamoDB does not answer.
    pub async fn watched_issuer_transactions(&self) -> Result<Vec<WatchedTransaction>, StoreError> {
        let now = self.clock.now().as_second();
        let (mut watched, mut first) = (Vec::new(), 0);
        loop {
            let range = (sortable(first), sortable(u64::MAX));
            let items = self.query_events(PARTITION, range, PAGE).await?;
            let is_last = items.len() < usize::try_from(PAGE).unwrap_or_default();
            for item in items {
                let id: u64 = attribute(&item, "sk")?.parse().map_err(|_| StoreError::Undecodable)?;
                first = id.saturating_add(1);
                match (IssuerTransactionId::try_from(id), from_item::<Watched>(item)) {
                    (Ok(id), Ok(Watched { told, expires_at, .. })) if expires_at > now => {
                        watched.push(WatchedTransaction { id, is_told: told.is_some() });
                    }
                    (Ok(_), Ok(_)) => {}
                    (Err(_), _) | (_, Err(_)) => tracing::error!(id, "event: a watched transaction cannot be decoded"),
                }
            }
            if is_last {
                return Ok(watched);
            }
        }
    }

    /// Adds the event of a status to the outbox of the workspace that created the transaction, once. Does nothing if no
    /// workspace of this deployment has created it.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if others write the same items at every try.
    pub async fn tell_issuer_transaction(
        &self,
        id: IssuerTransactionId,
        shown: &ShownStatus,
    ) -> Result<Told, StoreError> {
        let place = place(id);
        for _ in 0..TRIES {
            let mut items = self.query_events(PARTITION, (place.clone(), place.clone()), 1).await?;
            let Some(watched) = items.pop().map(from_item::<Watched>).transpose()? else { return Ok(Told::Gone) };
            if watched.told.as_ref() == Some(&shown.status) || watched.updated > shown.updated() {
                return Ok(Told::Before);
            }
            let update = Write::update(&self.events, PARTITION, "SET told = :told, updated = :updated").at(&place);
            let update = update.value(":told", &shown.status)?.value(":updated", &shown.updated())?;
            let update = match &watched.told {
                Some(before) => update.only_if("told = :before").value(":before", before)?,
                None => update.only_if("attribute_exists(pk) AND attribute_not_exists(told)"),
            };
            let event = Event {
                id: shown.event_id(id),
                issuer_transaction: Some(EventTransaction { id, updated_at: shown.updated_at }),
                ..self.event(EventType::IssuerTransactionUpdated)
            };
            let announce = self.announce_event(&watched.workspace, &event)?;
            let Err(failed) = self.transact(vec![update, announce]).await else { return Ok(Told::Now) };
            // Another process has told a status meanwhile: the next look says which.
            let is_lost = failed.is_lost_race() || failed.reasons.first().is_some_and(|it| it == Failed::CONDITION);
            if !is_lost {
                return Err(failed.error);
            }
            tokio::time::sleep(Duration::from_millis(rand::random_range(1..=LONGEST_PAUSE_MS))).await;
        }
        Err(StoreError::Contended)
    }
}

/// Returns the sort key of a transaction. The keys sort like the ids.
fn place(id: IssuerTransactionId) -> String {
    sortable(id.into())
}

fn sortable(id: u64) -> String {
    format!("{id:020}")
}
