//! Callbacks that failed six times. The subscriber lists them, and may have them sent again.

use crate::api::gate::Caller;
use crate::api::listing::listing_of;
use crate::api::resources::notification_filter_url::subscriber_in_path;
use crate::bank::Bank;
use crate::clock;
use crate::ledger::notification;
use crate::records::notification::{FailedCallback, Subscriber};
use crate::settings::{FailureOwner, RetryAnswer};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Fields, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;

/// The most failures in one retry.
const MOST_RETRIED: usize = 100;

pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let failures = visible(bank, call, caller)?;
    listing_of(bank, call, failures.into_iter().map(|failed| (failed.id, failed)).collect(), |failed| {
        element(bank, failed)
    })
}

/// Sends failed callbacks again. The ids are one text, separated by commas.
pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::read(call, &[text("notification_filter_failed_ids")])?;
    let ids = fields.text("notification_filter_failed_ids").split(',').map(|id| id.trim().parse::<u64>());
    let ids: Vec<u64> = ids
        .collect::<Result<_, _>>()
        .map_err(|_| Refusal::unrecorded(400, "notification_filter_failed_ids must be ids, separated by commas."))?;
    if ids.len() > MOST_RETRIED {
        return Err(Refusal::unrecorded(400, format!("one call may name at most {MOST_RETRIED} ids.")));
    }
    let known = visible(bank, call, caller)?;
    if let Some(id) = ids.iter().find(|id| !known.iter().any(|failed| failed.id == **id)) {
        return Err(Refusal::NotFound { thing: "Notification filter failure", id: *id });
    }
    notification::retry(bank, &ids);
    Ok(match bank.settings.failed_callback_retry_answer {
        RetryAnswer::Empty => Answer::response(Vec::new()),
        RetryAnswer::Id => Answer::id(ids.first().copied().unwrap_or_default()),
    })
}

fn visible<'a>(bank: &'a Bank, call: &Call, caller: &Caller) -> Result<Vec<&'a FailedCallback>, Refusal> {
    let reader = subscriber_in_path(bank, call, caller)?;
    let failures = bank.books.notifications.failures.iter();
    Ok(failures.filter(|failed| owner(bank, &failed.callback.subscriber) == reader.user_id).collect())
}

/// The id of the user who lists the failures of a subscriber.
fn owner(bank: &Bank, subscriber: &Subscriber) -> u64 {
    let consent = bank.books.user_api_key(subscriber.user_id);
    match (bank.settings.failed_callback_owner, consent) {
        (FailureOwner::Provider, Some(key)) => key.psp_user_id,
        (FailureOwner::Provider, None) | (FailureOwner::Connection, _) => subscriber.user_id,
    }
}

fn element(bank: &Bank, failed: &FailedCallback) -> Object {
    let callback = &failed.callback;
    let mut filters = bank.books.notifications.filters.iter();
    let filter = filters.find(|filter| filter.id == callback.filter_id).map(|filter| {
        object! {
            "notification_delivery_method": "URL",
            "notification_target": filter.target,
            "category": filter.category,
        }
    });
    let subscriber = &callback.subscriber;
    let customer = subscriber.customer.as_deref().and_then(|name| bank.customers.named(name));
    let user_id = customer.map_or(subscriber.user_id, |customer| customer.id);
    let created = clock::text(failed.created);
    let fields = object! {
        "id": failed.id,
        "created": created,
        "updated": created,
        "notification_filters": filter.into_iter().collect::<Vec<_>>(),
        "category": callback.category,
        "event_type": callback.event_type,
        "object_id": callback.object_id,
        "exception_message": failed.failure.message,
        "response_code": failed.failure.status,
        "notification_target": callback.target,
        "user_id": user_id,
        "user_requested_id": (user_id != subscriber.user_id).then_some(subscriber.user_id),
    };
    object! { "NotificationFilterFailure": fields }
}
