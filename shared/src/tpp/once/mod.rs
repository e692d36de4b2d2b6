//! Starts an order at the bank once, however often a caller sends it, and even if a process crashes in between.
//!
//! A try begins with a conditional write. If its outcome is known, it is stored and returned from then on. If it is
//! unknown (no answer, or a process that crashed), the next try first looks for an existing object at the bank. It
//! sends under the same request id, which the bank takes once. So even a lost store does not cause a second payment, if
//! the installation is the same: whether the bank remembers ids of an earlier one is not known.

mod certainty;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use certainty::{Certainty, Depth, certainty};

use crate::{
    bunq::{
        BankError, Created, LARGEST_PAGE, Neighbours, Onward, Page, PageStart, Parent as _, Refusal, Resource as _,
    },
    store::{Attempt, Begun, Earlier, Outcome, SessionOwner, StoreError},
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{
        calls::Calls,
        error::TppError,
        listed::{Likeness, Listed, read_listed},
        order::Order,
        parts::Parts,
    },
    types::{
        cache::Trust,
        deadline::Deadline,
        idempotency::{RequestHash, RequestName},
        sealing::SealingKeys,
    },
};

/// The time that a try may need after its deadline to store its outcome.
const LAST_WRITE: Duration = Duration::from_secs(10);
/// The time that the bank may still work on a call after we stopped waiting for it.
const GRACE: Duration = Duration::from_secs(30);
/// The bank's clock may be this far behind ours.
const SKEW: Duration = Duration::from_secs(120);
/// The time that a repeated request waits for the one that is in progress.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The first pause between two reads of the record. Each pause is half as long again, up to a second.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The number of pages of the newest objects in which a lost one is searched for.
const PAGES: u32 = 10;

/// The result of an order.
#[derive(Clone, Debug)]
pub struct Started {
    /// The id of the object at the bank.
    pub id: u64,
    /// The bank's answer.
    pub body: String,
    /// Whether an earlier try already had this answer.
    pub replayed: bool,
}

/// Starts orders.
pub struct Orders {
    pub(super) parts: Arc<Parts>,
    pub(super) calls: Calls,
}

impl Orders {
    /// Starts an order once. Retrying with the same key is always safe.
    ///
    /// # Errors
    /// Returns [`TppError::RequestInFlight`], [`TppError::Unsettled`], [`TppError::KeyReused`] or
    /// [`TppError::RefusedBefore`] if the key was used before, [`TppError::OutcomeUnknown`] if it is unknown whether
    /// the order exists, and the errors of [`Calls::call`].
    pub async fn start_once<O: Order>(
        &self,
        owner: SessionOwner,
        (name, hash): (&RequestName, &RequestHash),
        order: &O,
        deadline: Deadline,
    ) -> Result<Started, TppError> {
        if let Some(account) = order.parent().account() {
            note(Fact::Account(account));
        }
        let keys = self.parts.record_keys(&*self.parts.identities.for_sealing().await?, owner).await?;
        let attempt = match self.begin(&keys, (name, hash), deadline).await? {
            Begun::Attempt(attempt) => attempt,
            Begun::Finished(outcome) => return answer(outcome, true),
            // The first request may end at any moment.
            Begun::InFlight(left) => return Err(TppError::RequestInFlight(left.min(LONGEST_WAIT))),
            Begun::Unsettled(wait) => return Err(TppError::Unsettled(wait)),
            Begun::Mismatch => return Err(TppError::KeyReused),
        };
        let result = self.attempt(owner, name, order, &attempt, deadline).await;
        let written = match &result {
            Ok(outcome) => self.parts.store.finish_request(&keys, &attempt, outcome).await,
            Err((_, known)) => {
                let wait = match known {
                    Earlier::NoEffect => Duration::ZERO,
                    // The bank may still work on the call.
                    Earlier::Unknown => GRACE,
                };
                self.parts.store.release_request(&attempt, *known, wait).await
            }
        };
        if let Err(error) = written {
            // The record stays in progress, so the next try will ask the bank.
            tracing::error!(%error, "idempotency: an outcome could not be kept");
        }
        match result {
            Ok(outcome) => answer(outcome, false),
            Err((error, Earlier::NoEffect)) => Err(error),
            // The bank's own texts help the caller more than ours. The exception is a text that says that the request
            // is known: a caller could then send it under another key.
            Err((TppError::Bank(BankError::Refused(refusal)), Earlier::Unknown)) if !refusal.says_reused_id() => {
                Err(BankError::Refused(refusal).into())
            }
            Err((error, Earlier::Unknown)) => {
                tracing::warn!(%error, "idempotency: an outcome is not known");
                Err(TppError::OutcomeUnknown(GRACE))
            }
        }
    }

    /// Begins a request. If the same request is in progress, waits up to five seconds for its outcome.
    async fn begin(
        &self,
        keys: &SealingKeys,
        request: (&RequestName, &RequestHash),
        deadline: Deadline,
    ) -> Result<Begun, TppError> {
        let until = Deadline::after(LONGEST_WAIT).earlier(deadline);
        let mut pause = FIRST_PAUSE;
        loop {
            let patience = deadline.left() + LAST_WRITE;
            match self.parts.store.begin_request(keys, request, patience).await? {
                Begun::InFlight(_) if until.wait(pause).await.is_ok() => {}
                begun => return Ok(begun),
            }
            pause = (pause * 3 / 2).min(Duration::from_secs(1));
        }
    }

    /// Returns whether a request was begun under a name.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store cannot be read.
    pub async fn has_begun(&self, name: &RequestName) -> Result<bool, StoreError> {
        self.parts.store.has_begun(name).await
    }

    async fn attempt<O: Order>(
        &self,
        owner: SessionOwner,
        name: &RequestName,
        order: &O,
        attempt: &Attempt,
        deadline: Deadline,
    ) -> Result<Outcome, (TppError, Earlier)> {
        let began_at = attempt.began_at;
        let find = async |depth| self.find_started(owner, name, order, (began_at, depth), deadline).await;
        let unknown = |error| (error, Earlier::Unknown);
        if attempt.earlier == Earlier::Unknown {
            match find(Depth::Recent).await.map_err(unknown)? {
                Found::It(outcome) => return Ok(outcome),
                Found::Unclear => return Err(unknown(TppError::OutcomeUnknown(GRACE))),
                Found::Nothing => {}
            }
        }
        let create =
            O::Resource::create(order.parent(), &order.body(name, began_at)).with_request_id(name.bank_request_id());
        let error = match self.calls.call(owner, &create, deadline, Trust::Recent).await {
            Ok(Created { id, answer }) => {
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                return Ok(Outcome::Created { id: id.into(), body });
            }
            Err(error) => error,
        };
        match certainty(&error, attempt.earlier) {
            Certainty::Refused(Refusal { status, texts, .. }) => {
                let texts = serde_json::to_string(texts).unwrap_or_else(|_| "[]".to_owned());
                Ok(Outcome::Refused { status: *status, texts })
            }
            Certainty::NoEffect => Err((error, attempt.earlier)),
            Certainty::Unknown(depth) => match find(depth).await {
                Ok(Found::It(outcome)) => Ok(outcome),
                // The object does not exist, does not exist yet, or the bank does not answer. The caller may retry
                // under the same key.
                Ok(Found::Nothing) => Err(unknown(error)),
                Ok(Found::Unclear) | Err(_) => Err(unknown(TppError::OutcomeUnknown(GRACE))),
            },
        }
    }

    /// Looks for an object of an earlier try among the newest objects.
    async fn find_started<O: Order>(
        &self,
        owner: SessionOwner,
        name: &RequestName,
        order: &O,
        (began_at, depth): (Timestamp, Depth),
        deadline: Deadline,
    ) -> Result<Found, TppError> {
        let wanted = order.wanted(name, began_at);
        // Without a mark, an older object of the same terms could be taken for this one, unless the bank says that it
        // knows the request. Sending it again is safe: the bank takes a request id once.
        let skew = if wanted.is_marked() || depth == Depth::Deep { SKEW } else { Duration::ZERO };
        let since = began_at.checked_sub(skew).unwrap_or(Timestamp::MIN);
        let (mut from, mut alike, mut unclear) = (PageStart::Newest, Vec::new(), false);
        for _ in 0..PAGES {
            let page = Page { count: LARGEST_PAGE, from };
            let listed =
                self.calls.call(owner, &O::Resource::list(order.parent(), page), deadline, Trust::Recent).await?;
            let Ok(objects) = read_listed(&listed, O::Resource::NAME, &wanted) else { return Ok(Found::Unclear) };
            for object in &objects {
                let recent = object.created.map(|created| created >= since);
                match (object.likeness, recent) {
                    (Likeness::Mark, _) => return Ok(Found::it(object.id)),
                    (Likeness::Terms, Some(true)) => alike.push(object.id),
                    (Likeness::Terms, None) | (Likeness::Perhaps, None | Some(true)) => unclear = true,
                    (Likeness::Terms | Likeness::Perhaps, Some(false)) | (Likeness::None, _) => {}
                }
            }
            // Without the links, it is unknown whether there are older objects.
            let Some(neighbours) = Neighbours::read(&listed.body) else { return Ok(Found::Unclear) };
            let recent = |object: &Listed| object.created.is_none_or(|created| created >= since);
            let goes_on = depth == Depth::Deep || objects.iter().all(recent);
            let ids: Vec<u64> = objects.iter().map(|object| object.id).collect();
            match page.onward(&ids, neighbours.older) {
                Onward::Older(older) if goes_on => from = PageStart::OlderThan(older),
                // The object may be on a page that cannot be reached, so nothing more is sent.
                Onward::Repeats => return Ok(Found::Unclear),
                Onward::Stuck if goes_on => return Ok(Found::Unclear),
                Onward::Older(_) | Onward::Stuck | Onward::End => {
                    return Ok(match alike.as_slice() {
                        [id] if !unclear => Found::it(*id),
                        [] if !unclear => Found::Nothing,
                        _ => Found::Unclear,
                    });
                }
            }
        }
        Ok(Found::Unclear)
    }
}

/// The result of an earlier try, according to the bank's lists.
enum Found {
    /// The try created this object.
    It(Outcome),
    /// The try took no effect.
    Nothing,
    /// Some objects may be the one. Nothing more is sent.
    Unclear,
}

impl Found {
    fn it(id: u64) -> Self {
        tracing::info!("idempotency: an earlier try had started it");
        let body = serde_json::json!({ "Response": [{ "Id": { "id": id } }] }).to_string();
        Self::It(Outcome::Created { id, body })
    }
}

fn answer(outcome: Outcome, replayed: bool) -> Result<Started, TppError> {
    note(Fact::Replayed(replayed));
    match outcome {
        Outcome::Created { id, body } => {
            note(Fact::Object(ObjectId::Bank(id)));
            Ok(Started { id, body, replayed })
        }
        Outcome::Refused { status, texts } => {
            let texts = serde_json::from_str(&texts).unwrap_or_default();
            let refusal = Refusal { status, texts, response_id: None };
            Err(if replayed { TppError::RefusedBefore(refusal) } else { BankError::Refused(refusal).into() })
        }
    }
}
