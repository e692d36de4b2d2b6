//! Callbacks that failed become hints. The bank tries each six times in five minutes, and keeps a record then. A record
//! names neither the account nor the kind of the object, so its hint becomes one for each account of the customer.

use std::collections::BTreeSet;

use crate::{
    bunq::{
        BankError, DecodeError, Onward, Page, PageStart,
        calls::{FailedCallback, ListFailedCallbacks},
    },
    store::{Connection, SessionOwner},
    telemetry::{Metric, count},
    tpp::{
        error::TppError,
        notifications::{pass::ROOM, service::NotificationFilters},
    },
    types::{
        bank_object::BankObject,
        deadline::Deadline,
        hint::{Hint, Source},
        ids::UserId,
    },
};

/// How many pages of the bank's list one run reads, from the newest. A page has 200 failures.
const MOST_PAGES: u32 = 10;
/// How many failed callbacks of one list become hints in one run, the oldest first.
const MOST_FAILURES: usize = 200;

/// What a failed callback was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// them there or with each connection, so both are read, and each list has its own place. Returns the number of
    /// hints that were sent.
    pub(super) async fn failures_of_provider(&self, deadline: Deadline) -> Result<u32, TppError> {
        let store = &self.parts.store;
        let until = store.find_provider_failures().await?;
        let failures = self.list_failures(SessionOwner::Tpp, until, deadline).await?;
        let mut handled = until;
        let sent = self.send_failures(&failures, None, &mut handled, deadline).await;
        if handled > until {
            store.keep_provider_failures(handled).await?;
        }
        sent
    }

    /// Lists the failed callbacks of a connection, and sends their hints. Returns the number of hints that were sent.
    pub(super) async fn failures_of_customer(
        &self,
        connection: &Connection,
        deadline: Deadline,
    ) -> Result<u32, TppError> {
        let user_id = connection.user_id;
        let until = connection.failures_until.unwrap_or_default();
        let failures = self.list_failures(SessionOwner::Customer(user_id), until, deadline).await?;
        let mut handled = until;
        let sent = self.send_failures(&failures, Some(user_id), &mut handled, deadline).await;
        if handled > until {
            self.parts.store.note_failures(user_id, handled).await?;
        }
        sent
    }

    /// Sends the hints of failed callbacks, and notes in `handled` the id of the last one that needs nothing more, also
    /// if it returns an error. `lister` is the customer whose list this is, or `None` if it is that of the TPP.
    async fn send_failures(
        &self,
        failures: &[FailedCallback],
        lister: Option<UserId>,
        handled: &mut u64,
        deadline: Deadline,
    ) -> Result<u32, TppError> {
        let (mut sent, mut known) = (0, BTreeSet::new());
        for failure in failures {
            let customer = match (lister, &failure.target) {
                (Some(user_id), None) => Some(user_id),
                // The list may have those of the customer's other applications.
                (Some(user_id), Some(_)) => self.customer_of(failure).await?.filter(|named| *named == user_id),
                (None, _) => self.customer_of(failure).await?,
            };
            let subject = Subject::of(failure);
            let object = match subject {
                Subject::Object(kind, id) => Some(Some((kind, id))),
                Subject::Consent => Some(None),
                Subject::Nothing => None,
            };
            if let (Some(user_id), Some(object)) = (customer, object)
                && known.insert((user_id, subject))
            {
                let hint = Hint::without_callback(user_id, Source::Failure, object, self.parts.clock.now());
                self.send_hint(&hint, &format!("failure|{}", failure.id), deadline).await?;
                sent += 1;
            }
            *handled = failure.id;
        }
        Ok(sent)
    }

    /// Returns the oldest failed callbacks of a list that are later than `until`, the oldest first.
    async fn list_failures(
        &self,
        owner: SessionOwner,
        until: u64,
        deadline: Deadline,
    ) -> Result<Vec<FailedCallback>, TppError> {
        let (mut page, mut failures, mut pages) = (Page::LARGEST, Vec::new(), 0);
        loop {
            let read = match self.calls.call_when_free(owner, &ListFailedCallbacks { page }, deadline).await {
                Ok(read) => read,
                // The bank does not show this list to us.
                Err(TppError::Bank(BankError::Refused(refusal)))
                    if pages == 0 && matches!(refusal.status, 403 | 404) =>
                {
                    break;
                }
                Err(error) => return Err(error),
            };
            pages += 1;
            let ids: Vec<_> = read.failures.iter().map(|failure| failure.id).collect();
            let onward = page.onward(&ids, read.older);
            failures.extend(read.failures.into_iter().filter(|failure| failure.id > until));
            page = match onward {
                Onward::Older(id) if ids.iter().all(|id| *id > until) => {
                    Page { from: PageStart::OlderThan(id), ..page }
                }
                Onward::Older(_) | Onward::End => break,
                // Older ones would be passed over.
                Onward::Repeats | Onward::Stuck => {
                    let reason = DecodeError::Missing("older page");
                    return Err(BankError::Undecodable { reason, response_id: None }.into());
                }
            };
            if pages >= MOST_PAGES {
                tracing::error!("notifications: more callbacks failed than are listed, and the oldest have no events");
                count(Metric::CallbacksUnmet);
                break;
            }
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

    /// Sends a hint, if there is time. `cause` names what it was made of.
    pub(super) async fn send_hint(&self, hint: &Hint, cause: &str, deadline: Deadline) -> Result<(), TppError> {
        if deadline.left() < ROOM / 2 {
            return Err(BankError::TooLate.into());
        }
        Ok(self.callbacks.queue()?.send(hint, cause.as_bytes()).await?)
    }
}
