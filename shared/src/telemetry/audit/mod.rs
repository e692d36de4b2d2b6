//! Audit lines: who did what, to whose data, with which outcome. One line for each request.
//!
//! A [`Trail`] collects the facts of a request from its arrival to its answer. The layer around all routes creates it
//! and writes its line, so no endpoint can forget to. Any module can add a fact with [`note`].

mod action;
mod fact;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

pub use action::{Action, Effect, ObjectKind};
pub use fact::{Fact, ObjectId, Principal};

use crate::types::{
    ids::{CredentialPasswordIpId, MonetaryAccountId, UserId},
    pseudonym::Pseudonym,
    workspace::Workspace,
};

/// The `tracing` target of audit lines. In JSON they are written at every log level.
pub(super) const TARGET: &str = "audit";
/// How many response ids of the bank a line contains at most. A request that reads all pages of a list has many.
const NAMED_ANSWERS: usize = 20;

tokio::task_local! {
    static CURRENT: Trail;
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The request succeeded.
    Done,
    /// This API or the bank refused the request. Nothing was changed.
    Refused,
    /// The request failed. Nothing is known to have changed.
    Failed,
    /// It is unknown whether the request took effect.
    Unknown,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

#[derive(Clone, Debug)]
struct Record {
    request_id: String,
    action: Action,
    facts: Facts,
}

#[derive(Clone, Debug, Default)]
struct Facts {
    api_key: Option<Uuid>,
    workspace: Option<Workspace>,
    principal: Option<Principal>,
    source: Option<IpAddr>,
    customer: Option<Option<Pseudonym>>,
    user: Option<UserId>,
    account: Option<MonetaryAccountId>,
    credential: Option<CredentialPasswordIpId>,
    object: Option<ObjectId>,
    replayed: Option<bool>,
    bank_answers: Vec<String>,
    bank_calls: u64,
}

/// The facts that are known of a request so far. Clones share them.
#[derive(Clone, Debug)]
pub struct Trail(Arc<Mutex<Record>>);

impl Trail {
    /// Returns the trail of a request that has just arrived.
    #[must_use]
    pub fn new(request_id: String, action: Action) -> Self {
        Self(Arc::new(Mutex::new(Record { request_id, action, facts: Facts::default() })))
    }

    /// Runs `work`. Calls of [`note`] in `work` add to this trail, but not calls in tasks that `work` spawns.
    pub fn follow<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.clone(), work)
    }

    /// Adds a fact. It replaces an earlier fact of the same kind, except that answers of the bank accumulate.
    pub fn note(&self, fact: Fact) {
        self.with(|record| record.note(fact));
    }

    /// Returns the action, as specific as it is known so far.
    #[must_use]
    pub fn action(&self) -> Action {
        self.with(|record| record.action)
    }

    /// Writes the audit line. `code` is the code of the problem in the answer, if there is one.
    pub fn write(&self, outcome: Outcome, code: Option<&'static str>) {
        self.with(|record| record.write(outcome, code));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Record) -> T) -> T {
        // A panic while the lock was held must not prevent the line.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Adds a fact to the trail of the current request. Does nothing outside of [`Trail::follow`].
pub fn note(fact: Fact) {
    let _ = CURRENT.try_with(|trail| trail.note(fact));
}

/// Writes an extra audit line about something that was found while a request is handled, such as a revoked consent. The
/// line has this action and customer, the outcome [`Outcome::Done`], and otherwise the facts of the current request,
/// without its object. The trail of the request does not change. Does nothing outside of [`Trail::follow`].
pub fn found(action: Action, user: UserId) {
    let _ = CURRENT.try_with(|trail| {
        let mut record = trail.with(|record| record.clone());
        record.action = action;
        record.facts.user = Some(user);
        (record.facts.object, record.facts.replayed) = (None, None);
        record.write(Outcome::Done, None);
    });
}

impl Record {
    fn note(&mut self, fact: Fact) {
        let facts = &mut self.facts;
        match fact {
            Fact::Action(action) => self.action = action,
            Fact::ApiKey(id) => facts.api_key = Some(id),
            Fact::Workspace(workspace) => facts.workspace = Some(workspace),
            Fact::Principal(principal) => facts.principal = Some(principal),
            Fact::Source(address) => facts.source = Some(address),
            Fact::CustomerPresent(pseudonym) => facts.customer = Some(pseudonym),
            Fact::User(id) => facts.user = Some(id),
            Fact::Account(id) => facts.account = Some(id),
            Fact::Credential(id) => facts.credential = Some(id),
            Fact::Object(id) => facts.object = Some(id),
            Fact::Replayed(replayed) => facts.replayed = Some(replayed),
            Fact::BankAnswer(id) => {
                facts.bank_calls += 1;
                if facts.bank_answers.len() < NAMED_ANSWERS {
                    facts.bank_answers.push(id);
                }
            }
        }
    }

    fn write(&self, outcome: Outcome, code: Option<&'static str>) {
        let (kind, facts) = (self.action.object(), &self.facts);
        let ours = match kind {
            Some(ObjectKind::Connection) => facts.user.map(|id| id.to_string()),
            Some(ObjectKind::Account) => facts.account.map(|id| id.to_string()),
            Some(ObjectKind::CredentialPasswordIp) => facts.credential.map(|id| id.to_string()),
            _ => None,
        };
        let object_id = facts.object.map(|id| id.to_string()).or(ours);
        let answers = (!facts.bank_answers.is_empty()).then(|| facts.bank_answers.join(" "));
        tracing::info!(
            target: TARGET,
            action = self.action.as_str(),
            outcome = outcome.as_str(),
            code,
            replayed = facts.replayed,
            request_id = self.request_id,
            api_key_id = facts.api_key.map(tracing::field::display),
            workspace = facts.workspace.as_ref().map(tracing::field::display),
            principal = facts.principal.as_ref().map(tracing::field::display),
            user_id = facts.user.map(tracing::field::display),
            account_id = facts.account.map(tracing::field::display),
            credential_password_ip_id = facts.credential.map(tracing::field::display),
            object_kind = kind.map(ObjectKind::as_str),
            object_id,
            bunq_response_ids = answers,
            bunq_answers = facts.bank_calls,
            source_ip = facts.source.map(tracing::field::display),
            customer_present = facts.customer.is_some(),
            customer_ip_hash = facts.customer.as_ref().and_then(Option::as_ref).map(tracing::field::display),
            "audit"
        );
    }
}
