//! The versions of the bank's objects of which there are events: one event of each version, however often and in
//! whatever order its callbacks arrive, and however many processes read the object at the same time.
//!
//! The item of a version holds a hash of the object and times, and nothing else of it.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::EventObject;
use crate::{
    store::{
        connections::Connection,
        error::StoreError,
        item::from_item,
        page::attribute,
        table::Store,
        write::{Failed, MOST_WRITES, Write},
    },
    types::{
        bank_object::BankObject,
        event::EventId,
        ids::{MonetaryAccountId, UserId},
        secret::sha256,
    },
};

/// How long the version of an object is known after its event. It is longer than an object counts as new.
const KEPT: Duration = Duration::from_secs(40 * 86_400);
/// After how long the item that says since when an account has events is renewed. It is then kept for [`KEPT`] again.
const RENEWED_AFTER: Duration = Duration::from_secs(86_400);
/// How many times a transaction is tried while others write the same items.
const TRIES: usize = 8;
/// The longest pause between two tries, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 40;
/// How many versions one query returns.
const PAGE: i32 = 200;

/// The last version of an object of which there is an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenVersion {
    /// SHA-256 of the object, in hex.
    pub fingerprint: String,
    /// When the bank last changed it, in microseconds since 1970; 0 if the bank does not say.
    pub updated: i64,
}

/// A version of an object that the bank has shown.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// The kind of the object.
    pub kind: BankObject,
    /// The object.
    pub object: EventObject,
    /// SHA-256 of the object, in hex.
    pub fingerprint: String,
    /// Whether its event says that the object is new, unless there was an event of it before.
    pub is_new: bool,
}

/// How an attempt to add the event of a version ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The event was added.
    Now,
    /// There is an event of this version or of a newer one.
    Before,
    /// The connection was deleted.
    Gone,
}

#[derive(Serialize, Deserialize)]
struct StoredVersion {
    fingerprint: String,
    updated: i64,
    /// For DynamoDB's TTL, in seconds.
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredSince {
    since: Timestamp,
    /// For DynamoDB's TTL, in seconds.
    expires_at: i64,
}

impl NewVersion {
    fn updated(&self) -> i64 {
        self.object.updated_at.map_or(0, Timestamp::as_microsecond)
    }

    /// Returns the id of the event of this version. It is the same wherever and however often the version is read.
    fn event_id(&self, user_id: UserId) -> EventId {
        let place = place(self.kind, self.object.account_id, self.object.id);
        EventId::of_hash(sha256(format!("{user_id}|{place}|{}", self.fingerprint).as_bytes()))
    }
}

impl Store {
    /// Adds the event of a version to the outbox, once. `is_known` says whether the caller has found an event of an
    /// earlier version.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if others write the same items at every try.
    pub async fn tell_version(
        &self,
        connection: &Connection,
        version: &NewVersion,
        is_known: bool,
    ) -> Result<Told, StoreError> {
        let mut is_first = !is_known;
        for _ in 0..TRIES {
            let Err(failed) = self.transact(self.telling(connection, version, is_first)?).await else {
                return Ok(Told::Now);
            };
            let has_failed = |nth: usize| failed.reasons.get(nth).is_some_and(|reason| reason == Failed::CONDITION);
            if has_failed(2) {
                return Ok(Told::Gone);
            }
            if has_failed(0) && is_first {
                // Another process has added the event of a version meanwhile, perhaps of an earlier one.
                is_first = false;
            } else if has_failed(0) {
                return Ok(Told::Before);
            } else if failed.is_lost_race() {
                tokio::time::sleep(Duration::from_millis(rand::random_range(1..=LONGEST_PAUSE_MS))).await;
            } else {
                return Err(failed.error);
            }
        }
        Err(StoreError::Contended)
    }

    fn telling(&self, connection: &Connection, version: &NewVersion, is_first: bool) -> Result<Vec<Write>, StoreError> {
        let NewVersion { kind, object, fingerprint, is_new } = version;
        let (fingerprint, updated) = (fingerprint.clone(), version.updated());
        let stored = StoredVersion { fingerprint, updated, expires_at: self.in_seconds(KEPT) };
        let put = Write::put(&self.events, &partition(connection.user_id), &stored)?;
        let put = put.at(&place(*kind, object.account_id, object.id));
        let put = if is_first {
            put.only_if("attribute_not_exists(pk)")
        } else {
            let is_newer = "attribute_not_exists(pk) OR (updated <= :updated AND fingerprint <> :fingerprint)";
            put.only_if(is_newer).value(":updated", &updated)?.value(":fingerprint", &stored.fingerprint)?
        };
        let event = (kind.event(*is_new && is_first), version.event_id(connection.user_id));
        let announce = self.announce_version(connection, event, *object)?;
        // A connection that was deleted has no more events, and nothing of its objects is kept.
        let pk = Self::connection_pk(connection.user_id);
        Ok(vec![put, announce, Write::check(&self.connections, &pk, "attribute_exists(access_token)")])
    }

    /// Returns the versions of an account's objects of a kind, from one id to another, by id. Reads consistently.
    pub async fn seen_versions(
        &self,
        user_id: UserId,
        (kind, account): (BankObject, MonetaryAccountId),
        (first, last): (u64, u64),
    ) -> Result<BTreeMap<u64, SeenVersion>, StoreError> {
        let end = place(kind, account, last);
        let (mut versions, mut start) = (BTreeMap::new(), first);
        loop {
            let range = (place(kind, account, start), end.clone());
            let items = self.query_events(&partition(user_id), range, PAGE).await?;
            let is_last = items.len() < usize::try_from(PAGE).unwrap_or_default();
            for item in items {
                let id = attribute(&item, "sk")?.rsplit_once('.').and_then(|(_, id)| id.parse().ok());
                let id: u64 = id.ok_or(StoreError::Undecodable)?;
                start = id.saturating_add(1);
                let StoredVersion { fingerprint, updated, .. } = from_item(item)?;
                versions.insert(id, SeenVersion { fingerprint, updated });
            }
            if is_last || start > last {
                return Ok(versions);
            }
        }
    }

    /// Returns since when the payments of an account have events even without a callback: since `now` of the first
    /// call of this function for the account. It is known as long as the account is read at least every 39 days.
    /// Returns `None` if the connection was deleted.
    ///
    /// # Errors
    /// Returns [`StoreError::Contended`] if others write the same items at every try.
    pub async fn account_watched_since(
        &self,
        connection: &Connection,
        account: MonetaryAccountId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let (pk, sk) = (partition(connection.user_id), format!("since#{account}"));
        for _ in 0..TRIES {
            let items = self.query_events(&pk, (sk.clone(), sk.clone()), 1).await?;
            let known = items.into_iter().next().map(from_item::<StoredSince>).transpose()?;
            let renewed = self.in_seconds(KEPT.saturating_sub(RENEWED_AFTER));
            if let Some(known) = known.as_ref().filter(|known| known.expires_at > renewed) {
                return Ok(Some(known.since));
            }
            let since = known.as_ref().map_or(now, |known| known.since);
            let put = Write::put(&self.events, &pk, &StoredSince { since, expires_at: self.in_seconds(KEPT) })?.at(&sk);
            let put = match known {
                Some(_) => put.only_if("since = :since").value(":since", &since)?,
                None => put.only_if("attribute_not_exists(pk)"),
            };
            // A connection that was deleted leaves nothing.
            let connected = Write::check(
                &self.connections,
                &Self::connection_pk(connection.user_id),
                "attribute_exists(access_token)",
            );
            let Err(failed) = self.transact(vec![put, connected]).await else { return Ok(Some(since)) };
            if failed.reasons.get(1).is_some_and(|reason| reason == Failed::CONDITION) {
                return Ok(None);
            }
            if !failed.is_lost_race() {
                return Err(failed.error);
            }
            tokio::time::sleep(Duration::from_millis(rand::random_range(1..=LONGEST_PAUSE_MS))).await;
        }
        Err(StoreError::Contended)
    }

    /// Deletes what is known of the versions of a customer's objects. What a failure leaves expires later.
    pub async fn forget_versions(&self, user_id: UserId) -> Result<(), StoreError> {
        let pk = partition(user_id);
        let page = i32::try_from(MOST_WRITES).unwrap_or(PAGE);
        loop {
            let items = self.query_events(&pk, ("A".to_owned(), "z".to_owned()), page).await?;
            let places: Vec<_> = items.iter().map(|item| attribute(item, "sk")).collect::<Result<_, _>>()?;
            if places.is_empty() {
                return Ok(());
            }
            let deletions = places.into_iter().map(|place| Write::delete(&self.events, &pk).at(place));
            self.transact(deletions.collect()).await.map_err(|failed| failed.error)?;
        }
    }
}

fn partition(user_id: UserId) -> String {
    format!("SEEN#{user_id}")
}

/// Returns the sort key of an object. The keys of one kind in one account sort like the ids.
fn place(kind: BankObject, account: MonetaryAccountId, id: u64) -> String {
    format!("{kind}#{account}.{id:019}")
}
