//! Notification filters: the URLs that receive callbacks, for a user or for one account. A POST replaces all of them.

use url::Url;

use crate::api::gate::Caller;
use crate::api::listing::listing_in_pages;
use crate::api::resources::{monetary_account, user};
use crate::bank::Bank;
use crate::clock;
use crate::ledger::notification;
use crate::records::notification::{Moment, NotificationFilter, Subscriber};
use crate::settings::{CallbackTargets, FilterAnswer, Settings, UnknownCategories};
use crate::wire::answer::Answer;
use crate::wire::call::Call;
use crate::wire::fields::{Field, Fields, objects, optional_numbers, optional_texts, text};
use crate::wire::object::{Object, object};
use crate::wire::refusal::Refusal;
use crate::wire::web_address::is_loopback;

const FILTER: [Field; 5] = [
    text("category"),
    text("notification_target"),
    optional_numbers("all_user_id"),
    optional_numbers("all_monetary_account_id"),
    optional_texts("all_verification_type"),
];

/// The most URLs for one category.
const MOST_TARGETS: usize = 2;

/// The categories in the bank's documents.
const CATEGORIES: [&str; 28] = [
    "BILLING",
    "BUNQME_TAB",
    "CARD",
    "CARD_TOKENIZATION",
    "CARD_TRANSACTION_FAILED",
    "CARD_TRANSACTION_REFUND",
    "CARD_TRANSACTION_SUCCESSFUL",
    "CARD_TRANSACTION_UPDATED",
    "CHAT",
    "DRAFT_PAYMENT",
    "IDEAL",
    "MASTERCARD_IDENTITY_CHECK",
    "MONETARY_ACCOUNT_PROFILE",
    "MUTATION",
    "OAUTH",
    "PARTNER_USER_PROVISION",
    "PAYMENT",
    "PROMOTION",
    "REQUEST",
    "SCHEDULE_RESULT",
    "SCHEDULE_STATUS",
    "SHARE",
    "SOFORT",
    "SUPPORT",
    "TAB_RESULT",
    "USER_APPROVAL",
    "USER_INFORMATION_INQUIRY",
    "USER_ONBOARDING",
];

pub(crate) fn create(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let (subscriber, account_id) = in_path(bank, call, caller)?;
    let fields = Fields::read(call, &[objects("notification_filters", &FILTER)])?;
    let sent = fields.objects("notification_filters");
    for filter in &sent {
        check(&bank.settings, filter.text("category"), filter.text("notification_target"))?;
        let category = filter.text("category");
        if sent.iter().filter(|other| other.text("category") == category).count() > MOST_TARGETS {
            let words = format!("a category may have at most {MOST_TARGETS} URLs; {category} has more.");
            return Err(Refusal::unrecorded(400, words));
        }
    }
    let (now, first) = (bank.now(), bank.books.new_ids(sent.len().max(1) as u64));
    let filters = (first..).zip(&sent).map(|(id, filter)| NotificationFilter {
        id,
        created: now,
        subscriber: subscriber.clone(),
        account_id,
        category: filter.text("category").to_owned(),
        target: filter.text("notification_target").to_owned(),
        all_user_id: filter.numbers("all_user_id"),
        all_monetary_account_id: filter.numbers("all_monetary_account_id"),
        all_verification_type: filter.texts("all_verification_type").into_iter().map(str::to_owned).collect(),
    });
    notification::replace(bank, &subscriber, account_id, filters.collect());
    let answer = match bank.settings.notification_filter_answer {
        FilterAnswer::Id => Answer::id(first),
        FilterAnswer::List => {
            let filters = notification::filters_of(bank, &subscriber, account_id);
            Answer::response(filters.map(|filter| element(filter, &[], &[])).collect())
        }
    };
    if account_id.is_none() {
        notification::write_queued(bank, Moment::Write, &subscriber);
    }
    Ok(answer)
}

/// Lists the filters. In the bank's examples, this call fills the lists of users and accounts, and POST does not.
pub(crate) fn list(bank: &mut Bank, call: &Call, caller: &Caller) -> Result<Answer, Refusal> {
    let (subscriber, account_id) = in_path(bank, call, caller)?;
    let granted = user::granted_in_path(bank, call, caller)?;
    let user_ids = [granted.as_ref().map_or(subscriber.user_id, |granted| granted.customer.id)];
    let accounts = granted
        .iter()
        .flat_map(|granted| granted.customer.accounts.iter().map(|account| account.id).filter(|id| granted.sees(*id)));
    let account_ids: Vec<u64> = accounts.filter(|id| account_id.is_none_or(|of| of == *id)).collect();
    let filters = notification::filters_of(bank, &subscriber, account_id);
    let elements = filters.map(|filter| (filter.id, element(filter, &user_ids, &account_ids)));
    let elements: Vec<_> = elements.collect();
    let answer = match bank.settings.notification_filter_page_size {
        None => Answer::response(elements.into_iter().map(|(_, element)| element).collect()),
        Some(size) => listing_in_pages(bank, call, elements, usize::try_from(size).unwrap_or(usize::MAX))?,
    };
    // Not between two pages: an application that writes there is seen, since ids only grow.
    if account_id.is_none() && call.query_value("older_id").is_none() {
        notification::write_queued(bank, Moment::Read, &subscriber);
    }
    Ok(answer)
}

/// The user in the path as a subscriber, and the account if the path names one.
fn in_path(bank: &Bank, call: &Call, caller: &Caller) -> Result<(Subscriber, Option<u64>), Refusal> {
    let subscriber = subscriber_in_path(bank, call, caller)?;
    let account_id = match call.ids.numbers.len() {
        0 | 1 => None,
        _ => Some(monetary_account::in_path(bank, call, caller)?.id),
    };
    Ok((subscriber, account_id))
}

/// The user in the path as a subscriber.
///
/// # Errors
///
/// When the id in the path does not belong to the session.
pub(crate) fn subscriber_in_path(bank: &Bank, call: &Call, caller: &Caller) -> Result<Subscriber, Refusal> {
    let granted = user::granted_in_path(bank, call, caller)?;
    let credential = bank.books.credential(caller.session()?.credential_id).ok_or(Refusal::SessionEnded)?;
    let customer = granted.map(|granted| granted.customer.name.clone());
    Ok(Subscriber { user_id: credential.owner.user_id(), customer })
}

/// Checks the category and the target of a filter.
///
/// # Errors
///
/// When the bank does not know the category, or refuses the target.
pub(crate) fn check(settings: &Settings, category: &str, target: &str) -> Result<(), Refusal> {
    if settings.unknown_categories == UnknownCategories::Refuse && !CATEGORIES.contains(&category) {
        return Err(Refusal::unrecorded(400, format!("there is no category \"{category}\".")));
    }
    let url = Url::parse(target).ok();
    let is_https = url.as_ref().is_some_and(|url| url.scheme() == "https");
    let is_allowed = match settings.callback_targets {
        CallbackTargets::Https => is_https,
        CallbackTargets::HttpsOn443 => {
            is_https && url.as_ref().is_some_and(|url| url.port_or_known_default() == Some(443))
        }
        CallbackTargets::Loopback => {
            is_https || url.as_ref().is_some_and(|url| url.scheme() == "http" && is_loopback(url))
        }
    };
    if is_allowed {
        Ok(())
    } else {
        Err(Refusal::unrecorded(400, "notification_target must be an https URL; see the setting callback_targets."))
    }
}

fn element(filter: &NotificationFilter, user_ids: &[u64], account_ids: &[u64]) -> Object {
    let filled = |own: &[u64], known: &[u64]| if own.is_empty() { known.to_vec() } else { own.to_vec() };
    let created = clock::text(filter.created);
    let fields = object! {
        "id": filter.id,
        "created": created,
        "updated": created,
        "category": filter.category,
        "notification_target": filter.target,
        "all_user_id": filled(&filter.all_user_id, user_ids),
        "all_monetary_account_id": filled(&filter.all_monetary_account_id, account_ids),
        "all_verification_type": filter.all_verification_type,
    };
    object! { "NotificationFilterUrl": fields }
}
