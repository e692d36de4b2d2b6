//! Who did what, to whose data, and how it ended: one line for each request.
//!
//! [`Trail`] follows a request from its arrival to its answer. The layer around all routes begins it and writes its
//! line, so no endpoint can forget to. What becomes known on the way is added with [`note`], from any floor.

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

/// The target of audit lines. No log level leaves them out.
pub(super) const TARGET: &str = "audit";
/// How many of the bank's answers a line names: a walk through all pages of a list has many.
const NAMED_ANSWERS: usize = 20;

tokio::task_local! {
    static CURRENT: Trail;
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused, by us or by the bank. Nothing was changed.
    Refused,
    /// It failed. Nothing was changed, as far as is known.
    Failed,
    /// It is not known whether it took effect.
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

/// What is known of a request so far. Clones are of the same request.
#[derive(Clone, Debug)]
pub struct Trail(Arc<Mutex<Record>>);

impl Trail {
    /// The trail of a request that has just arrived.
    #[must_use]
    pub fn new(request_id: String, action: Action) -> Self {
        Self(Arc::new(Mutex::new(Record {
            request_id,
            action,
            api_key: None,
            workspace: None,
            principal: None,
            source: None,
            customer: None,
            user: None,
            account: None,
            credential: None,
            object: None,
            replayed: None,
            bank_answers: Vec::new(),
            bank_calls: 0,
        })))
    }

    /// Runs `work`, in which [`note`] adds to this trail. Tasks that `work` spawns add nothing.
    pub fn follow<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.clone(), work)
    }

    /// Adds what has become known.
    pub fn note(&self, fact: Fact) {
        self.with(|record| record.note(fact));
    }

    /// The action, as far as it is known.
    #[must_use]
    pub fn action(&self) -> Action {
        self.with(|record| record.action)
    }

    /// Writes the line. `code` is the code of the problem that was answered.
    pub fn write(&self, outcome: Outcome, code: Option<&'static str>) {
        self.with(|record| record.write(outcome, code));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Record) -> T) -> T {
        // A panic elsewhere must not cost the line.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Adds to the trail of the request that is being handled. Outside of a request it does nothing.
pub fn note(fact: Fact) {
    let _ = CURRENT.try_with(|trail| trail.note(fact));
}

/// Writes a line of its own about something that was found while a request is handled, such as a consent that is gone.
/// Outside of a request it does nothing.
pub fn found(action: Action, user: UserId) {
    let _ = CURRENT.try_with(|trail| {
        let mut record = trail.with(|record| record.clone());
        record.action = action;
        record.user = Some(user);
        (record.object, record.replayed) = (None, None);
        record.write(Outcome::Done, None);
    });
}

impl Record {
    fn note(&mut self, fact: Fact) {
        match fact {
            Fact::Action(action) => self.action = action,
            Fact::ApiKey(id) => self.api_key = Some(id),
            Fact::Workspace(workspace) => self.workspace = Some(workspace),
            Fact::Principal(principal) => self.principal = Some(principal),
            Fact::Source(address) => self.source = Some(address),
            Fact::CustomerPresent(pseudonym) => self.customer = Some(pseudonym),
            Fact::User(id) => self.user = Some(id),
            Fact::Account(id) => self.account = Some(id),
            Fact::Credential(id) => self.credential = Some(id),
            Fact::Object(id) => self.object = Some(id),
            Fact::Replayed(replayed) => self.replayed = Some(replayed),
            Fact::BankAnswer(id) => {
                self.bank_calls += 1;
                if self.bank_answers.len() < NAMED_ANSWERS {
                    self.bank_answers.push(id);
                }
            }
        }
    }

    fn write(&self, outcome: Outcome, code: Option<&'static str>) {
        let kind = self.action.object();
        let ours = match kind {
            Some(ObjectKind::Connection) => self.user.map(|id| id.to_string()),
            Some(ObjectKind::Account) => self.account.map(|id| id.to_string()),
            Some(ObjectKind::CredentialPasswordIp) => self.credential.map(|id| id.to_string()),
            _ => None,
        };
        let object_id = self.object.map(|id| id.to_string()).or(ours);
        let answers = (!self.bank_answers.is_empty()).then(|| self.bank_answers.join(" "));
        tracing::info!(
            target: TARGET,
            action = self.action.as_str(),
            outcome = outcome.as_str(),
            code,
            replayed = self.replayed,
            request_id = self.request_id,
            api_key_id = self.api_key.map(tracing::field::display),
            workspace = self.workspace.as_ref().map(tracing::field::display),
            principal = self.principal.as_ref().map(tracing::field::display),
            user_id = self.user.map(tracing::field::display),
            account_id = self.account.map(tracing::field::display),
            credential_password_ip_id = self.credential.map(tracing::field::display),
            object_kind = kind.map(ObjectKind::as_str),
            object_id,
            bunq_response_ids = answers,
            bunq_answers = self.bank_calls,
            source_ip = self.source.map(tracing::field::display),
            customer_present = self.customer.is_some(),
            customer_ip_hash = self.customer.as_ref().and_then(Option::as_ref).map(tracing::field::display),
            "audit"
        );
    }
}
