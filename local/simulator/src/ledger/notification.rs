//! Stores notification filters, selects those that an event concerns, and counts the tries of callbacks.

use std::collections::HashSet;

use crate::bank::Bank;
use crate::clock;
use crate::records::books::{CredentialStatus, Owner};
use crate::records::notification::{
    Callback, FailedCallback, ForeignWrite, MOST_TRIES, Moment, NotificationFilter, Subscriber, TryFailure,
};
use crate::settings::{FilterSets, OauthCallbacks};

/// Seconds from one try to the next.
const BETWEEN_TRIES: u32 = 60;

/// The filters that a subscriber reads and replaces: those of the user, or those of one account.
pub(crate) fn filters_of<'a>(
    bank: &'a Bank,
    subscriber: &Subscriber,
    account_id: Option<u64>,
) -> impl Iterator<Item = &'a NotificationFilter> {
    let (now, validity) = (bank.now(), bank.settings.notification_filter_validity_seconds);
    let sets = bank.settings.notification_filter_sets;
    bank.books.notifications.filters.iter().filter(move |filter| {
        filter.account_id == account_id
            && in_set(sets, subscriber, &filter.subscriber)
            && filter.is_alive(now, validity)
    })
}

/// Replaces the filters that a subscriber reads with new ones.
pub(crate) fn replace(
    bank: &mut Bank,
    subscriber: &Subscriber,
    account_id: Option<u64>,
    filters: Vec<NotificationFilter>,
) {
    let sets = bank.settings.notification_filter_sets;
    let all = &mut bank.books.notifications.filters;
    all.retain(|filter| filter.account_id != account_id || !in_set(sets, subscriber, &filter.subscriber));
    all.extend(filters);
}

/// Lets an application that the simulator invents write its filter.
pub(crate) fn write_foreign(bank: &mut Bank, write: ForeignWrite) {
    let ForeignWrite { id, customer, category, target, all_verification_type, replaces } = write;
    let created = bank.now();
    // No consent has this id, so the filter sees all accounts of the customer.
    let subscriber = Subscriber { user_id: id + 1, customer: Some(customer) };
    let filter = NotificationFilter {
        id,
        created,
        subscriber: subscriber.clone(),
        account_id: None,
        category,
        target,
        all_user_id: Vec::new(),
        all_monetary_account_id: Vec::new(),
        all_verification_type,
    };
    if replaces {
        replace(bank, &subscriber, None, vec![filter]);
    } else {
        bank.books.notifications.filters.push(filter);
    }
}

/// Lets the first of the other applications write that wait for a call of this kind.
pub(crate) fn write_queued(bank: &mut Bank, moment: Moment, subscriber: &Subscriber) {
    let Some(customer) = &subscriber.customer else { return };
    if let Some(write) = bank.books.notifications.take_queued(moment, customer) {
        write_foreign(bank, write);
    }
}

/// Whether two subscribers share a set of filters.
fn in_set(sets: FilterSets, one: &Subscriber, other: &Subscriber) -> bool {
    match sets {
        FilterSets::Shared if one.customer.is_some() => one.customer == other.customer,
        FilterSets::Shared | FilterSets::Own => one.user_id == other.user_id,
    }
}

/// The filters that select an event of an account.
pub(crate) fn filters_for_event<'a>(
    bank: &'a Bank,
    category: &str,
    account_id: u64,
) -> impl Iterator<Item = &'a NotificationFilter> {
    let (now, validity) = (bank.now(), bank.settings.notification_filter_validity_seconds);
    bank.books.notifications.filters.iter().filter(move |filter| {
        filter.category == category
            && filter.account_id.is_none_or(|id| id == account_id)
            && filter.is_alive(now, validity)
            && sees(bank, &filter.subscriber, account_id)
    })
}

/// The filters that select the end of a connection.
pub(crate) fn filters_for_ended_connection(bank: &Bank, user_api_key_id: u64) -> Vec<&NotificationFilter> {
    let receiver = match bank.settings.oauth_callbacks {
        OauthCallbacks::Never => None,
        OauthCallbacks::Connection => Some(user_api_key_id),
        OauthCallbacks::Provider => bank.books.user_api_key(user_api_key_id).map(|key| key.psp_user_id),
    };
    let (now, validity) = (bank.now(), bank.settings.notification_filter_validity_seconds);
    let filters = bank.books.notifications.filters.iter();
    let selecting = filters.filter(|filter| filter.category == "OAUTH" && Some(filter.subscriber.user_id) == receiver);
    selecting.filter(|filter| filter.is_alive(now, validity)).collect()
}

/// The consents that have an access token.
pub(crate) fn live_connections(bank: &Bank) -> impl Iterator<Item = u64> {
    let live = bank.books.credentials.iter().filter(|credential| credential.status != CredentialStatus::Revoked);
    live.filter_map(|credential| match credential.owner {
        Owner::Consent { user_api_key_id, .. } => Some(user_api_key_id),
        Owner::Psp { .. } | Owner::Customer { .. } => None,
    })
}

/// Whether a subscriber may see an account now. A consent sees what its access tokens see; the customer sees all.
fn sees(bank: &Bank, subscriber: &Subscriber, account_id: u64) -> bool {
    let holder = bank.customers.account(account_id).map(|(customer, _)| customer.name.as_str());
    if subscriber.customer.is_none() || subscriber.customer.as_deref() != holder {
        return false;
    }
    if bank.books.user_api_key(subscriber.user_id).is_none() {
        return true;
    }
    let live = bank.books.credentials.iter().filter(|credential| credential.status != CredentialStatus::Revoked);
    live.map(|credential| &credential.owner).any(|owner| match owner {
        Owner::Consent { user_api_key_id, account_ids } => {
            *user_api_key_id == subscriber.user_id && account_ids.contains(&account_id)
        }
        Owner::Psp { .. } | Owner::Customer { .. } => false,
    })
}

/// Notes the outcome of try number `tries` of a callback. After the last try that failed, the callback becomes a
/// failure record. The record of an invented subscriber is not kept, since no caller can read it.
pub(crate) fn tried(bank: &mut Bank, number: u64, tries: u32, outcome: Result<(), TryFailure>) {
    let now = bank.now();
    let notifications = &mut bank.books.notifications;
    match outcome {
        Ok(()) => drop(notifications.remove(number)),
        Err(_) if tries < MOST_TRIES => notifications.postpone(number, clock::after(now, BETWEEN_TRIES)),
        Err(failure) => {
            let Some(callback) = notifications.remove(number) else { return };
            if !is_invented(bank, &callback.subscriber) {
                let id = bank.books.new_id();
                bank.books.notifications.failures.push(FailedCallback { id, created: now, callback, failure });
            }
        }
    }
}

fn is_invented(bank: &Bank, subscriber: &Subscriber) -> bool {
    let Some(customer) = subscriber.customer.as_deref().and_then(|name| bank.customers.named(name)) else {
        return false;
    };
    subscriber.user_id != customer.id && bank.books.user_api_key(subscriber.user_id).is_none()
}

/// Removes the filters that select nothing any more: those that expired, and those of ended connections.
pub(crate) fn prune(bank: &mut Bank) {
    let (now, validity) = (bank.now(), bank.settings.notification_filter_validity_seconds);
    let live: HashSet<u64> = live_connections(bank).collect();
    let books = &mut bank.books;
    let ended = |id: u64| !live.contains(&id) && books.user_api_keys.iter().any(|key| key.id == id);
    books.notifications.filters.retain(|filter| filter.is_alive(now, validity) && !ended(filter.subscriber.user_id));
}

/// Sends failed callbacks again, with six new tries each. Their records end; a failure makes new ones.
pub(crate) fn retry(bank: &mut Bank, ids: &[u64]) {
    let now = bank.now();
    let notifications = &mut bank.books.notifications;
    let (again, kept): (Vec<FailedCallback>, _) =
        notifications.failures.drain(..).partition(|failed| ids.contains(&failed.id));
    notifications.failures = kept;
    for failed in again {
        notifications.add(Callback { tries: 0, due: now, ..failed.callback });
    }
}
