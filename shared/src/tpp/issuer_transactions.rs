//! Watches the issuer transactions that workspaces created, because bunq sends no callback about them. A request
//! that reads one adds the event of its new status; a schedule reads those that can still be paid.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use rand::seq::SliceRandom as _;
use serde::Serialize;
use serde_json::Value;

use crate::{
    bunq::{
        Envelope, Neighbours, Onward, Page, PageStart, Resource as _, Verified,
        calls::{IssuerTransaction, IssuerTransactions},
    },
    store::{SessionOwner, ShownStatus, StoreError, Told},
    tpp::{calls::Calls, error::TppError, order::DEFAULT_LIFETIME, parts::Parts},
    types::{
        deadline::{Deadline, Priority},
        hint::{BankWord, bank_time},
        ids::IssuerTransactionId,
        schedule::BankTime,
        workspace::Workspace,
    },
};

/// The status of a transaction before it is paid or has ended. No later status is the same.
const FIRST: &str = "PENDING";
/// How many pages of the bank's list one run reads at most. A page has 200 transactions.
const MOST_PAGES: u32 = 10;
/// How many transactions without an event one run reads alone at most, because the list did not show them.
const MOST_UNTOLD: usize = 15;
/// How many with an event it reads alone at most.
const MOST_TOLD: usize = 5;
/// A run ends when less time is left.
const ROOM: Duration = Duration::from_secs(5);

/// What a run of the schedule did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WatchedTransactions {
    /// The transactions that are watched.
    pub watched: usize,
    /// Those whose status was read.
    pub read: usize,
    /// Those whose change has an event now.
    pub changed: usize,
}

/// Watches issuer transactions.
pub struct IssuerTransactionWatch {
    pub(super) parts: Arc<Parts>,
    pub(super) calls: Calls,
}

impl IssuerTransactionWatch {
    /// Watches a transaction that a workspace has created. Watching it again has no effect. A failure is logged only,
    /// because the transaction exists: then it has no events, unless its creation is repeated with the same key.
    pub async fn watch(&self, workspace: &Workspace, id: IssuerTransactionId, transaction: &IssuerTransaction) {
        let end = || self.parts.clock.now().checked_add(DEFAULT_LIFETIME).unwrap_or(Timestamp::MAX);
        let expiry = transaction.time_expiry.map_or_else(end, BankTime::timestamp);
        if let Err(error) = self.parts.store.watch_issuer_transaction(workspace, id, expiry).await {
            tracing::error!(%error, "event: an issuer transaction could not be watched");
        }
    }

    /// Adds the event of a status that the bank has shown, unless there is one. A failure is logged only: the next read
    /// adds the event.
    pub async fn note(&self, id: IssuerTransactionId, answer: &Verified) {
        let Some(shown) = shown_in(answer).first().and_then(status) else { return };
        if let Err(error) = self.tell(id, &shown).await {
            tracing::warn!(%error, "event: a change of an issuer transaction could not be kept");
        }
    }

    /// Reads the status of the transactions that are watched, and adds the events of those that have changed. Asks the
    /// bank nothing if none is watched. Takes no turn that a request could use: if none is free until the deadline, the
    /// next run continues.
    ///
    /// # Errors
    /// Returns [`TppError::Store`] if the store does not answer, and the errors of [`Calls::call`] if the bank fails.
    pub async fn check(&self, deadline: Deadline) -> Result<WatchedTransactions, TppError> {
        let watched = self.parts.store.watched_issuer_transactions().await?;
        let mut done = WatchedTransactions { watched: watched.len(), ..WatchedTransactions::default() };
        let mut missing: BTreeMap<_, _> = watched.iter().map(|watched| (watched.id, watched.is_told)).collect();
        let deadline = deadline.with_priority(Priority::Background);
        let list = self.read_list(&mut missing, &mut done, deadline).await;
        // Also if the list cannot be read.
        let each = match &list {
            Err(error) if error.is_busy() || matches!(error, TppError::Store(_)) => Ok(()),
            Err(_) | Ok(()) => self.read_each(missing, &mut done, deadline).await,
        };
        match list.and(each) {
            Err(error) if !error.is_busy() => Err(error),
            Err(_) | Ok(()) => Ok(done),
        }
    }

    /// Reads the bank's list, from the newest transaction to the oldest that is watched. Removes those that it shows
    /// from `missing`.
    async fn read_list(
        &self,
        missing: &mut BTreeMap<IssuerTransactionId, bool>,
        done: &mut WatchedTransactions,
        deadline: Deadline,
    ) -> Result<(), TppError> {
        let Some(oldest) = missing.keys().next().copied().map(u64::from) else { return Ok(()) };
        let mut from = PageStart::Newest;
        for _ in 0..MOST_PAGES {
            if deadline.left() < ROOM {
                break;
            }
            let call = IssuerTransactions::list((), Page { from, ..Page::LARGEST });
            let answer = self.calls.call_when_free(SessionOwner::Tpp, &call, deadline).await?;
            let objects = shown_in(&answer);
            let listed: Vec<u64> = objects.iter().filter_map(id).collect();
            for (object, id) in objects.iter().filter_map(|object| Some((object, id(object)?))) {
                let Ok(id) = IssuerTransactionId::try_from(id) else { continue };
                let Some(shown) = status(object).filter(|_| missing.remove(&id).is_some()) else { continue };
                self.count_told(id, &shown, done).await?;
            }
            let older = Neighbours::read(&answer.body).and_then(|neighbours| neighbours.older);
            match (Page { from, ..Page::LARGEST }).onward(&listed, older) {
                Onward::Older(older) if listed.iter().all(|id| *id > oldest) => from = PageStart::OlderThan(older),
                Onward::Older(_) | Onward::Repeats | Onward::Stuck | Onward::End => break,
            }
        }
        Ok(())
    }

    /// Reads some of the transactions that the list has not shown, in any order, so that none is always left out.
    async fn read_each(
        &self,
        missing: BTreeMap<IssuerTransactionId, bool>,
        done: &mut WatchedTransactions,
        deadline: Deadline,
    ) -> Result<(), TppError> {
        let mut missing: Vec<_> = missing.into_iter().collect();
        missing.shuffle(&mut rand::rng());
        let (told, untold): (Vec<_>, Vec<_>) = missing.into_iter().partition(|(_, is_told)| *is_told);
        for (id, _) in untold.into_iter().take(MOST_UNTOLD).chain(told.into_iter().take(MOST_TOLD)) {
            if deadline.left() < ROOM {
                break;
            }
            let answer =
                match self.calls.call_when_free(SessionOwner::Tpp, &IssuerTransactions::find((), id), deadline).await {
                    Ok(answer) => answer,
                    Err(error @ TppError::Bank(_)) if !error.is_busy() => {
                        tracing::warn!(%error, "event: an issuer transaction cannot be read");
                        continue;
                    }
                    Err(error) => return Err(error),
                };
            if let Some(shown) = shown_in(&answer).first().and_then(status) {
                self.count_told(id, &shown, done).await?;
            }
        }
        Ok(())
    }

    /// Adds the event of a status, and counts it. An item that cannot be decoded or written keeps no other waiting.
    async fn count_told(
        &self,
        id: IssuerTransactionId,
        shown: &ShownStatus,
        done: &mut WatchedTransactions,
    ) -> Result<(), StoreError> {
        match self.tell(id, shown).await {
            Ok(told) => {
                done.read += 1;
                done.changed += usize::from(told == Told::Now);
                Ok(())
            }
            Err(error @ (StoreError::Unavailable(_) | StoreError::Misconfigured(_))) => Err(error),
            Err(error @ (StoreError::Undecodable | StoreError::Seal(_) | StoreError::Contended)) => {
                tracing::error!(%error, %id, "event: a change of an issuer transaction could not be kept");
                Ok(())
            }
        }
    }

    async fn tell(&self, id: IssuerTransactionId, shown: &ShownStatus) -> Result<Told, StoreError> {
        // An answer that was on its way for long may still say so after the transaction has ended.
        if shown.status.as_str() == FIRST {
            return Ok(Told::Before);
        }
        self.parts.store.tell_issuer_transaction(id, shown).await
    }
}

/// Returns the transactions in an answer: none if it cannot be read.
fn shown_in(answer: &Verified) -> Vec<Value> {
    let envelope = Envelope::parse(&answer.body).ok();
    envelope.and_then(|envelope| envelope.all(IssuerTransactions::NAME).ok()).unwrap_or_default()
}

fn id(object: &Value) -> Option<u64> {
    object.get("id").and_then(Value::as_u64)
}

/// Returns the status in a transaction of the bank, or `None` if it is no word.
fn status(object: &Value) -> Option<ShownStatus> {
    let status = BankWord::of(object.get("status"))?;
    Some(ShownStatus { status, updated_at: object.get("updated").and_then(bank_time) })
}
