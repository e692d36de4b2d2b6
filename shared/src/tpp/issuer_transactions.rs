//! Watches the issuer transactions that workspaces created, because bunq sends no callback about them. A request
//! that reads one adds the event of its new status; a schedule reads those that can still be paid.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
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
        cache::Trust,
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
        let object =
            Envelope::parse(&answer.body).ok().and_then(|envelope| envelope.all(IssuerTransactions::NAME).ok());
        let Some(shown) = object.as_deref().and_then(<[Value]>::first).and_then(status) else { return };
        if let Err(error) = self.tell(id, &shown).await {
            tracing::warn!(%error, "event: a change of an issuer transaction could not be kept");
        }
    }

    /// Reads the status of the transactions that are watched, and adds the events of those that have changed. Asks the
    /// bank nothing if none is watched. Takes no turn that a request could use.
    ///
    /// # Errors
    /// Returns [`TppError::Store`] if the store does not answer, and the errors of [`Calls::call`]. The next run
    /// continues.
    pub async fn check(&self, deadline: Deadline) -> Result<WatchedTransactions, TppError> {
        let watched = self.parts.store.watched_issuer_transactions().await?;
        let mut done = WatchedTransactions { watched: watched.len(), ..WatchedTransactions::default() };
        let Some(oldest) = watched.first().copied().map(u64::from) else { return Ok(done) };
        let deadline = deadline.with_priority(Priority::Background);
        let mut from = PageStart::Newest;
        for _ in 0..MOST_PAGES {
            if deadline.left() < ROOM {
                break;
            }
            let page = Page { from, ..Page::LARGEST };
            let call = IssuerTransactions::list((), page);
            let answer = self.calls.call(SessionOwner::Tpp, &call, deadline, Trust::Recent).await?;
            let objects =
                Envelope::parse(&answer.body).ok().and_then(|it| it.all::<Value>(IssuerTransactions::NAME).ok());
            let objects = objects.unwrap_or_default();
            let listed: Vec<u64> = objects.iter().filter_map(id).collect();
            for (object, id) in objects.iter().filter_map(|object| Some((object, id(object)?))) {
                let Ok(id) = IssuerTransactionId::try_from(id) else { continue };
                let Some(shown) = status(object).filter(|_| watched.binary_search(&id).is_ok()) else { continue };
                done.read += 1;
                done.changed += usize::from(self.tell(id, &shown).await? == Told::Now);
            }
            let older = Neighbours::read(&answer.body).and_then(|neighbours| neighbours.older);
            match page.onward(&listed, older) {
                Onward::Older(older) if listed.iter().all(|id| *id > oldest) => from = PageStart::OlderThan(older),
                Onward::Older(_) | Onward::Repeats | Onward::Stuck | Onward::End => break,
            }
        }
        Ok(done)
    }

    async fn tell(&self, id: IssuerTransactionId, shown: &ShownStatus) -> Result<Told, StoreError> {
        // An answer that was on its way for long may still say so after the transaction has ended.
        if shown.status.as_str() == FIRST {
            return Ok(Told::Before);
        }
        self.parts.store.tell_issuer_transaction(id, shown).await
    }
}

fn id(object: &Value) -> Option<u64> {
    object.get("id").and_then(Value::as_u64)
}

/// Returns the status in a transaction of the bank, or `None` if it is no word.
fn status(object: &Value) -> Option<ShownStatus> {
    let status = BankWord::of(object.get("status"))?;
    Some(ShownStatus { status, updated_at: object.get("updated").and_then(bank_time) })
}
