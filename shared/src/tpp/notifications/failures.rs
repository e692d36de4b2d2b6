//! Callbacks that failed become hints. The bank tries each six times in five minutes, and keeps a record then. A record
//! names neither the account nor the kind of the object, so each account of the customer has a hint.

use std::collections::BTreeMap;

use crate::{
    bunq::{
        BankError, Envelope, Onward, Page, PageStart, Resource as _,
        account::{Account, AccountStatus},
        calls::{FailedCallback, ListFailedCallbacks, MonetaryAccounts},
    },
    store::{Connection, SessionOwner},
    tpp::{
        error::TppError,
        notifications::{
            news::ROOM,
            service::{NotificationFilters, is_busy},
        },
    },
    types::{
        bank_object::BankObject,
        cache::Trust,
        deadline::Deadline,
        hint::{Hint, Source},
        ids::{MonetaryAccountId, UserId},
    },
};

/// How many pages of the bank's list one run reads, from the newest.
const MOST_PAGES: u32 = 3;
/// How many failed callbacks of one list become hints in one run, the oldest first.
const MOST_FAILURES: usize = 50;
/// In how many accounts of a customer changes are looked for.
const MOST_ACCOUNTS: usize = 25;

/// What a failed callback was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    /// An object of an account, or the newest payments.
    Object(BankObject, Option<u64>),
    /// The consent.
    Consent,
    /// Something of which there are no events.
    Nothing,
}

impl Subject {
    fn of(failure: &FailedCallback) -> Self {
        let event = failure.event_type.as_deref().unwrap_or_default();
        let object = match failure.category.as_str() {
            // Each payment of a batch has a callback of its own, too. The number of the batch is no payment's id.
            "PAYMENT" if event.starts_with("PAYMENT_BATCH") => return Self::Object(BankObject::Payment, None),
            "MUTATION" | "PAYMENT" => return Self::Object(BankObject::Payment, failure.object_id),
            "OAUTH" => return Self::Consent,
            "DRAFT_PAYMENT" => BankObject::DraftPayment,
            "REQUEST" if event.starts_with("REQUEST_INQUIRY") => BankObject::RequestInquiry,
            "REQUEST" if event.starts_with("REQUEST_RESPONSE") => BankObject::RequestResponse,
            "BUNQME_TAB" => BankObject::BunqMeTab,
            category if category.starts_with("CARD_TRANSACTION_") => BankObject::MasterCardAction,
            _ => return Self::Nothing,
        };
        failure.object_id.map_or(Self::Nothing, |id| Self::Object(object, Some(id)))
    }
}

impl NotificationFilters {
    /// Lists the failed callbacks of the TPP itself, and sends their hints. It is not documented whether the bank lists
    /// them there or with each connection. Returns the number of hints that were sent.
    pub(super) async fn failures_of_provider(&self, deadline: Deadline) -> Result<u32, TppError> {
        let store = &self.parts.store;
        let until = store.find_provider_failures().await?;
        let failures = self.list_failures(SessionOwner::Tpp, until, deadline).await?;
        let Some(last) = failures.last().map(|failure| failure.id) else { return Ok(0) };
        let mut customers = BTreeMap::<_, Vec<_>>::new();
        for failure in failures {
            if let Some(user_id) = self.customer_of(&failure).await? {
                customers.entry(user_id).or_default().push(failure);
            }
        }
        let mut sent = 0;
        for (user_id, failures) in customers {
            let hints = async {
                let connection = self.parts.connections.usable(user_id).await?;
                let until = failures.last().map_or(0, |failure| failure.id);
                self.send_failures(&connection, failures, until, deadline).await
            };
            match hints.await {
                Ok(hints) => sent += hints,
                Err(TppError::UnknownUser | TppError::ConsentRevoked | TppError::ConsentExpired) => {}
                Err(error @ (TppError::Store(_) | TppError::Queue(_))) => return Err(error),
                Err(error) if is_busy(&error) => return Err(error),
                // The failures of others must not wait for this customer.
                Err(error) => tracing::warn!(%error, %user_id, "notifications: failed callbacks are not handled"),
            }
        }
        store.keep_provider_failures(last).await?;
        Ok(sent)
    }

    /// Lists the failed callbacks of a connection, and sends their hints. Returns the number of hints that were sent.
    pub(super) async fn failures_of_customer(
        &self,
        connection: &Connection,
        deadline: Deadline,
    ) -> Result<u32, TppError> {
        let owner = SessionOwner::Customer(connection.user_id);
        let until = connection.failures_until.unwrap_or_default();
        let listed = self.list_failures(owner, until, deadline).await?;
        let Some(last) = listed.last().map(|failure| failure.id) else { return Ok(0) };
        let mut failures = Vec::new();
        for failure in listed {
            // The list may have those of the customer's other applications.
            let is_ours = failure.target.is_none() || self.customer_of(&failure).await? == Some(connection.user_id);
            failures.extend(Some(failure).filter(|_| is_ours));
        }
        // Those of others are handled, too, so that they never fill the place of ours.
        self.send_failures(connection, failures, last, deadline).await
    }

    /// Sends the hints of failed callbacks that have not become hints yet, and notes that all up to this id are
    /// handled.
    async fn send_failures(
        &self,
        connection: &Connection,
        mut failures: Vec<FailedCallback>,
        until: u64,
        deadline: Deadline,
    ) -> Result<u32, TppError> {
        let (user_id, now) = (connection.user_id, self.parts.clock.now());
        let is_on = connection.notifications.as_ref().is_none_or(|record| record.enabled);
        failures.retain(|failure| is_on && failure.id > connection.failures_until.unwrap_or_default());
        let (mut objects, mut hints) = (Vec::new(), Vec::new());
        for failure in failures {
            match Subject::of(&failure) {
                Subject::Object(kind, id) => objects.push((failure.id, (kind, id))),
                Subject::Consent => hints.push((failure.id, None, None)),
                Subject::Nothing => {}
            }
        }
        if !objects.is_empty() {
            for account in self.accounts_of(user_id, deadline).await? {
                hints.extend(objects.iter().map(|(failure, object)| (*failure, Some(account), Some(*object))));
            }
        }
        let mut sent = 0;
        for (failure, account, object) in hints {
            let hint = Hint::without_callback(user_id, Source::Failure, account, object, now);
            let account = account.map(|account| account.to_string()).unwrap_or_default();
            self.send_hint(&hint, &format!("failure|{failure}|{account}"), deadline).await?;
            sent += 1;
        }
        self.parts.store.note_failures(user_id, until).await?;
        Ok(sent)
    }

    /// Returns the failed callbacks of a list that are later than `until`, the oldest first.
    async fn list_failures(
        &self,
        owner: SessionOwner,
        until: u64,
        deadline: Deadline,
    ) -> Result<Vec<FailedCallback>, TppError> {
        let (mut page, mut failures) = (Page::LARGEST, Vec::new());
        for _ in 0..MOST_PAGES {
            let read = match self.calls.call(owner, &ListFailedCallbacks { page }, deadline, Trust::Recent).await {
                Ok(read) => read,
                // The bank does not show this list to us.
                Err(TppError::Bank(BankError::Refused(refusal))) if matches!(refusal.status, 403 | 404) => break,
                Err(error) => return Err(error),
            };
            let ids: Vec<_> = read.failures.iter().map(|failure| failure.id).collect();
            let onward = page.onward(&ids, read.older);
            failures.extend(read.failures.into_iter().filter(|failure| failure.id > until));
            page = match onward {
                Onward::Older(id) if ids.iter().all(|id| *id > until) => {
                    Page { from: PageStart::OlderThan(id), ..page }
                }
                Onward::Older(_) | Onward::End | Onward::Repeats | Onward::Stuck => break,
            };
        }
        failures.sort_unstable_by_key(|failure| failure.id);
        failures.dedup_by_key(|failure| failure.id);
        failures.truncate(MOST_FAILURES);
        Ok(failures)
    }

    /// Returns the customer of a failed callback: its address names one, if it is ours.
    async fn customer_of(&self, failure: &FailedCallback) -> Result<Option<UserId>, TppError> {
        let beginning = self.callbacks.address_beginning();
        match failure.target.as_deref().and_then(|target| target.strip_prefix(beginning.as_str())) {
            Some(token) => self.callbacks.customer(token).await,
            None => Ok(None),
        }
    }

    /// Returns the accounts of a customer that can have changes.
    pub(super) async fn accounts_of(
        &self,
        user_id: UserId,
        deadline: Deadline,
    ) -> Result<Vec<MonetaryAccountId>, TppError> {
        let list = MonetaryAccounts::list((), Page::LARGEST);
        let answer = self.calls.call(SessionOwner::Customer(user_id), &list, deadline, Trust::Recent).await?;
        let unreadable = |reason| BankError::Undecodable { reason, response_id: answer.response_id.clone() };
        let envelope = Envelope::parse(&answer.body).map_err(unreadable)?;
        let accounts = envelope.elements().filter_map(|(kind, account)| {
            let account = Account::read(&serde_json::json!({ kind: account })).ok()?;
            let is_open = match account.status {
                AccountStatus::Active | AccountStatus::Blocked | AccountStatus::Other => true,
                AccountStatus::Cancelled | AccountStatus::PendingReopen => false,
            };
            MonetaryAccountId::try_from(account.id).ok().filter(|_| is_open && account.has_transactions)
        });
        Ok(accounts.take(MOST_ACCOUNTS).collect())
    }

    /// Sends a hint, if there is time. `cause` names what it was made of.
    pub(super) async fn send_hint(&self, hint: &Hint, cause: &str, deadline: Deadline) -> Result<(), TppError> {
        if deadline.left() < ROOM / 2 {
            return Err(BankError::TooLate.into());
        }
        Ok(self.callbacks.queue()?.send(hint, cause.as_bytes()).await?)
    }
}
