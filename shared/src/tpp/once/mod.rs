//! Starts something at the bank once, however often it is asked for, and whatever dies in between.
//!
//! A try begins with a conditional write. If its outcome is known, it is kept and answered ever after. If it is not (no
//! answer, or a process that died), the next try asks the bank what there is before it sends anything, and sends under
//! the same request id, which the bank takes once: so even a lost store does not pay twice.

mod certainty;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use certainty::{Certainty, Depth, certainty};

use crate::{
    bunq::{
        BankError, Create, Created, LARGEST_PAGE, List, Neighbours, Onward, Page, PageStart, Refusal, Resource as _,
    },
    store::{Attempt, Begun, Earlier, Outcome, SessionOwner, Store, StoreError},
    telemetry::audit::{Fact, ObjectId, note},
    tpp::{
        calls::Calls,
        error::TppError,
        listed::{Likeness, Listed, read_listed},
        order::Order,
        record_keys::RecordKeys,
    },
    types::{
        deadline::Deadline,
        idempotency::{RequestHash, RequestName},
        sealing::SealingKeys,
    },
};

/// After its deadline a try may need this long to write down what became of it.
const LAST_WRITE: Duration = Duration::from_secs(10);
/// How long the bank may be at work on a call after we stopped waiting for it.
const GRACE: Duration = Duration::from_secs(30);
/// The bank's clock may be this far behind ours.
const SKEW: Duration = Duration::from_secs(120);
/// How long a repeated request waits for the one that is under way.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// The first pause between two looks at the record. Each pause is half as long again, up to a second.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// How many pages of the newest objects are looked through for a lost one.
const PAGES: u32 = 10;

/// What became of an order.
#[derive(Clone, Debug)]
pub struct Started {
    /// The id of the object at the bank.
    pub id: u64,
    /// The bank's answer.
    pub body: String,
    /// Whether an earlier try had the same answer.
    pub replayed: bool,
}

/// Starts orders.
pub(super) struct Orders {
    pub(super) store: Store,
    pub(super) calls: Arc<Calls>,
    pub(super) record_keys: Arc<RecordKeys>,
}

impl Orders {
    /// Starts an order once.
    ///
    /// # Errors
    /// [`TppError`]; whether trying again under the same key is safe: always.
    pub(super) async fn start_once<O: Order>(
        &self,
        owner: SessionOwner,
        (name, hash): (&RequestName, &RequestHash),
        order: &O,
        deadline: Deadline,
    ) -> Result<Started, TppError> {
        if let Some(account) = O::account_of(order.parent()) {
            note(Fact::Account(account));
        }
        let keys = self.record_keys.of(owner).await?;
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
            Ok(outcome) => self.store.finish_request(&keys, &attempt, outcome).await,
            Err((_, known)) => self.store.release_request(&attempt, *known, grace(*known)).await,
        };
        if let Err(error) = written {
            // The record stays as it was begun: the next try will ask the bank.
            tracing::error!(%error, "idempotency: an outcome could not be kept");
        }
        match result {
            Ok(outcome) => answer(outcome, false),
            Err((error, Earlier::NoEffect)) => Err(error),
            // The bank's own words are worth more than ours; unless they say that the request is known, which a caller
            // would take as a reason to send it under another key.
            Err((TppError::Bank(BankError::Refused(refusal)), Earlier::Unknown)) if !refusal.says_reused_id() => {
                Err(BankError::Refused(refusal).into())
            }
            Err((error, Earlier::Unknown)) => {
                tracing::warn!(%error, "idempotency: an outcome is not known");
                Err(TppError::OutcomeUnknown(GRACE))
            }
        }
    }

    /// Begins a request. If the same request is under way, waits up to five seconds for its outcome.
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
            let begun = self.store.begin_request(keys, request, patience).await?;
            match begun {
                Begun::InFlight(_) if until.wait(pause).await.is_ok() => {}
                begun => return Ok(begun),
            }
            pause = (pause * 3 / 2).min(Duration::from_secs(1));
        }
    }

    /// Whether anything was begun under a name.
    ///
    /// # Errors
    /// The store.
    pub(super) async fn has_begun(&self, name: &RequestName) -> Result<bool, StoreError> {
        self.store.has_begun(name).await
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
        let create = Create::<O::Resource> {
            parent: order.parent(),
            body: order.body(name, began_at),
            request_id: Some(name.bank_request_id().to_owned()),
        };
        let sent = self.calls.call(owner, &create, deadline).await;
        let error = match sent {
            Ok(Created { id, answer }) => {
                return Ok(Outcome::Created {
                    id: id.into(),
                    body: String::from_utf8_lossy(&answer.body).into_owned(),
                });
            }
            Err(error) => error,
        };
        match certainty(&error, attempt.earlier) {
            Certainty::Refused(refusal) => Ok(refused(refusal)),
            Certainty::NoEffect => Err((error, attempt.earlier)),
            Certainty::Unknown(depth) => match find(depth).await {
                Ok(Found::It(outcome)) => Ok(outcome),
                // Not there, or not there yet, or the bank does not say: the caller may ask again under the same key.
                Ok(Found::Nothing) => Err(unknown(error)),
                Ok(Found::Unclear) | Err(_) => Err(unknown(TppError::OutcomeUnknown(GRACE))),
            },
        }
    }

    /// Looks for what an earlier try may have started, among the newest objects.
    async fn find_started<O: Order>(
        &self,
        owner: SessionOwner,
        name: &RequestName,
        order: &O,
        (began_at, depth): (Timestamp, Depth),
        deadline: Deadline,
    ) -> Result<Found, TppError> {
        let since = began_at - SKEW;
        let wanted = order.wanted(name, began_at);
        let (mut from, mut alike, mut unclear) = (PageStart::Newest, Vec::new(), false);
        for _ in 0..PAGES {
            let page = Page { count: LARGEST_PAGE, from };
            let listed = self.calls.call(owner, &List::<O::Resource>::new(order.parent(), page), deadline).await?;
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
            let recent = |object: &Listed| object.created.is_none_or(|created| created >= since);
            let goes_on = depth == Depth::Deep || objects.iter().all(recent);
            let ids: Vec<u64> = objects.iter().map(|object| object.id).collect();
            match page.onward(&ids, Neighbours::of(&listed.body).older) {
                Onward::Older(older) if goes_on => from = PageStart::OlderThan(older),
                // It may be on a page that the bank does not lead to: nothing more is sent.
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

/// What became of an earlier try, as far as the bank's lists tell.
enum Found {
    /// This.
    It(Outcome),
    /// It took no effect.
    Nothing,
    /// There are objects that may be it. Nothing more is sent.
    Unclear,
}

impl Found {
    fn it(id: u64) -> Self {
        tracing::info!("idempotency: an earlier try had started it");
        let body = serde_json::json!({ "Response": [{ "Id": { "id": id } }] }).to_string();
        Self::It(Outcome::Created { id, body })
    }
}

/// How long the next try has to wait: the bank may still be at work on one whose outcome is not known.
const fn grace(known: Earlier) -> Duration {
    match known {
        Earlier::NoEffect => Duration::ZERO,
        Earlier::Unknown => GRACE,
    }
}

fn refused(refusal: &Refusal) -> Outcome {
    Outcome::Refused {
        status: refusal.status,
        texts: serde_json::to_string(&refusal.texts).unwrap_or_else(|_| "[]".to_owned()),
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
