//! The hints of one customer: reads what they may concern, and adds the events of what is new.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    service::Callbacks,
    target::{Numbered, Plan},
    version::Shown,
};
use crate::{
    bunq::{
        BankError, Call, Envelope, Page, PageStart, Resource, Verified,
        calls::{BunqMeTabs, DraftPayments, FindUser, MasterCardActions, Payments, RequestInquiries, RequestResponses},
    },
    store::{Connection, SeenVersion, SessionOwner, Told},
    telemetry::{Metric, count},
    tpp::error::TppError,
    types::{bank_object::BankObject, cache::Trust, deadline::Deadline, hint::Hint, ids::MonetaryAccountId},
};

/// How many hints of an account are few. Few lead to a short page of its payments.
const FEW: usize = 3;
/// The number of payments in a short page.
const SHORT_PAGE: u8 = 10;
/// The shortest pause before a read that the bank's limit delays is tried again.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
/// No further event is added if less time is left.
const ROOM: Duration = Duration::from_secs(2);

/// How a hint ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// Everything is done that it gave a reason for.
    Done,
    /// The object does not have the change yet. This hint is to be handled later.
    Again(Hint),
    /// The object cannot be read now.
    Failed,
}

/// What the bank answered to a read.
enum Answer {
    Shown(Verified),
    /// The bank has no such object, or not yet.
    Absent,
    /// The bank does not show the object to us.
    Refused,
    /// The answer cannot be read. Another object may be readable.
    Unreadable,
}

/// The visit to one customer.
pub(super) struct Visit<'a> {
    pub(super) callbacks: &'a Callbacks,
    pub(super) connection: Connection,
    pub(super) deadline: Deadline,
}

impl Visit<'_> {
    /// Handles the hints of the customer. Returns how each of them ended.
    ///
    /// # Errors
    /// Returns an error if all hints of the customer must be handled again later: what was done is done, and is not
    /// done a second time. [`TppError::UnknownUser`], [`TppError::ConsentRevoked`] and [`TppError::ConsentExpired`]
    /// mean that nothing is left to do.
    pub(super) async fn run(&self, hints: Vec<Numbered>) -> Result<Vec<(usize, End)>, TppError> {
        let Plan { payments, objects, consent, nothing } = Plan::of(hints);
        let mut ends = Vec::new();
        for (account, hints) in payments {
            self.payments(account, &hints, &mut ends).await?;
        }
        for ((kind, account, id), hints) in objects {
            self.object(kind, account, id, &hints, &mut ends).await?;
        }
        if !consent.is_empty() {
            // The bank refuses the session of a consent that has ended, and the connection is marked then.
            self.read(&FindUser { other: self.connection.granted_id }).await?;
        }
        nothing.iter().for_each(|_| count(Metric::CallbacksIgnored));
        ends.extend(consent.iter().chain(&nothing).map(|(number, _)| (*number, End::Done)));
        Ok(ends)
    }

    /// Reads the newest payments of an account, and those that the hints name beyond them.
    async fn payments(
        &self,
        account: MonetaryAccountId,
        hints: &[Numbered],
        ends: &mut Vec<(usize, End)>,
    ) -> Result<(), TppError> {
        const KIND: BankObject = BankObject::Payment;
        let user_id = self.connection.user_id;
        let store = &self.callbacks.parts.store;
        // Before the list: a payment that the list lacks is later than this.
        let since = store.account_watched_since(user_id, account).await?;
        let count = if hints.len() > FEW { Page::LARGEST.count } else { SHORT_PAGE };
        let list = self.read(&Payments::list(account, Page { count, from: PageStart::Newest })).await?;
        let listed = match &list {
            Answer::Shown(page) => all(page, Payments::NAME),
            Answer::Absent | Answer::Refused | Answer::Unreadable => None,
        };
        let listed = listed.unwrap_or_default();
        let mut shown: BTreeMap<_, _> = listed
            .iter()
            .filter_map(|payment| Shown::read(KIND, account, payment))
            .map(|payment| (payment.object.id, payment))
            .collect();
        let range = shown.keys().next().copied().zip(shown.keys().next_back().copied());
        let mut seen = match range {
            Some(range) => store.seen_versions(user_id, (KIND, account), range).await?,
            None => BTreeMap::new(),
        };
        let hinted: BTreeSet<_> = hints.iter().filter_map(|(_, hint)| hint.object_id).collect();
        let mut unreadable = BTreeSet::new();
        for id in hinted.iter().filter(|id| !shown.contains_key(id)).copied().collect::<Vec<_>>() {
            match self.find::<Payments>(account, id).await? {
                Answer::Shown(answer) => {
                    let payment = one(&answer).and_then(|payment| Shown::read(KIND, account, &payment));
                    match payment.filter(|payment| payment.object.id == id) {
                        Some(payment) => {
                            seen.extend(store.seen_versions(user_id, (KIND, account), (id, id)).await?);
                            shown.insert(id, payment);
                        }
                        None => drop(unreadable.insert(id)),
                    }
                }
                Answer::Unreadable => drop(unreadable.insert(id)),
                Answer::Absent | Answer::Refused => {}
            }
        }
        for (id, payment) in &shown {
            let since = (!hinted.contains(id)).then_some(since);
            self.tell(payment, seen.get(id), since).await?;
        }
        for (number, hint) in hints {
            let payment = hint.object_id.and_then(|id| shown.get(&id));
            let end = match (hint.object_id, payment) {
                (Some(id), None) if unreadable.contains(&id) => End::Failed,
                (Some(_), None) => again(hint, self.now()),
                (Some(_), Some(payment)) if !payment.has(hint.updated) => again(hint, self.now()),
                // The hint names no payment, so the page is all that it asks for.
                (None, _) if matches!(list, Answer::Unreadable) => End::Failed,
                (_, _) => End::Done,
            };
            ends.push((*number, end));
        }
        Ok(())
    }

    /// Reads one object.
    async fn object(
        &self,
        kind: BankObject,
        account: MonetaryAccountId,
        id: u64,
        hints: &[Numbered],
        ends: &mut Vec<(usize, End)>,
    ) -> Result<(), TppError> {
        let answer = match kind {
            BankObject::Payment => self.find::<Payments>(account, id).await?,
            BankObject::MasterCardAction => self.find::<MasterCardActions>(account, id).await?,
            BankObject::DraftPayment => self.find::<DraftPayments>(account, id).await?,
            BankObject::RequestInquiry => self.find::<RequestInquiries>(account, id).await?,
            BankObject::RequestResponse => self.find::<RequestResponses>(account, id).await?,
            BankObject::BunqMeTab => self.find::<BunqMeTabs>(account, id).await?,
        };
        let shown = match &answer {
            Answer::Shown(answer) => one(answer).and_then(|object| Shown::read(kind, account, &object)),
            Answer::Absent | Answer::Refused | Answer::Unreadable => None,
        };
        let shown = shown.filter(|shown| shown.object.id == id);
        if let Some(shown) = &shown {
            let store = &self.callbacks.parts.store;
            let seen = store.seen_versions(self.connection.user_id, (kind, account), (id, id)).await?;
            self.tell(shown, seen.get(&id), None).await?;
        }
        ends.extend(hints.iter().map(|(number, hint)| {
            let end = match (&answer, &shown) {
                (Answer::Shown(_), Some(shown)) if shown.has(hint.updated) => End::Done,
                (Answer::Shown(_), Some(_)) | (Answer::Absent, _) => again(hint, self.now()),
                (Answer::Shown(_), None) | (Answer::Unreadable, _) => End::Failed,
                (Answer::Refused, _) => End::Done,
            };
            (*number, end)
        }));
        Ok(())
    }

    /// Adds the event of an object's version, unless there is one.
    async fn tell(&self, shown: &Shown, seen: Option<&SeenVersion>, since: Option<Timestamp>) -> Result<(), TppError> {
        let Some(version) = shown.news(seen, (self.now(), since)) else { return Ok(()) };
        if self.deadline.left() < ROOM {
            return Err(BankError::TooLate.into());
        }
        match self.callbacks.parts.store.tell_version(&self.connection, &version, seen.is_some()).await? {
            Told::Now | Told::Before => Ok(()),
            Told::Gone => Err(TppError::UnknownUser),
        }
    }

    async fn find<R>(&self, account: MonetaryAccountId, id: u64) -> Result<Answer, TppError>
    where
        R: Resource<Parent = MonetaryAccountId>,
    {
        match R::Id::try_from(id) {
            Ok(id) => self.read(&R::find(account, id)).await,
            Err(_) => Ok(Answer::Absent),
        }
    }

    /// Makes a read in the customer's session. Waits for the bank's limit as long as there is time: a person's request
    /// goes first in any case, because nothing here takes a turn that is not free at once.
    async fn read<C: Call<Output = Verified>>(&self, call: &C) -> Result<Answer, TppError> {
        let owner = SessionOwner::Customer(self.connection.user_id);
        loop {
            match self.callbacks.calls.call(owner, call, self.deadline, Trust::Recent).await {
                Ok(answer) => return Ok(Answer::Shown(answer)),
                Err(TppError::Bank(BankError::Busy { wait })) if self.deadline.left() > wait + ROOM => {
                    tokio::time::sleep(wait.max(SHORTEST_WAIT)).await;
                }
                Err(TppError::Bank(BankError::Refused(refusal))) if refusal.status == 404 => return Ok(Answer::Absent),
                Err(TppError::Bank(error @ BankError::Refused(_))) => {
                    tracing::warn!(%error, "callback: the bank does not show an object");
                    return Ok(Answer::Refused);
                }
                Err(TppError::Bank(error @ (BankError::Undecodable { .. } | BankError::TooLarge))) => {
                    tracing::error!(%error, "callback: an object cannot be read");
                    return Ok(Answer::Unreadable);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.callbacks.parts.clock.now()
    }
}

fn again(hint: &Hint, now: Timestamp) -> End {
    hint.again(now).map_or(End::Done, End::Again)
}

/// Returns the objects of this kind in a page, or `None` if it cannot be read.
fn all(page: &Verified, name: &'static str) -> Option<Vec<Value>> {
    Envelope::parse(&page.body).ok()?.all(name).ok()
}

/// Returns the only object of an answer.
fn one(answer: &Verified) -> Option<Value> {
    Envelope::parse(&answer.body).ok()?.objects().next().cloned()
}
