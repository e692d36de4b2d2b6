//! Notification filters and callbacks.

use serde_json::{Value, json};

use super::questions;
use crate::probe::{
    answer::Answer,
    ask::{Ask, Identity},
    finding::{Finding, Stop},
    receiver::Receiver,
    world::World,
};

questions! {
    Sandbox "filter-answer" ["notification_filter_answer"]
        "What does POST notification-filter-url answer?",
        "Set one filter of a new customer." => filter_answer;
    Sandbox "unknown-category" ["unknown_categories"]
        "Does the bank take a filter of an unknown category?",
        "Set a filter of the category PROBE_UNKNOWN." => unknown_category;
    Sandbox "callback-targets" ["callback_targets"]
        "Which addresses may a filter name?",
        "Set filters on http://127.0.0.1 and on https with port 8443." => callback_targets;
    Sandbox "categories" []
        "Which categories of the documents does the bank know?",
        "Set a filter of each, one after the other." => categories;
    Sandbox "provider-filters" []
        "May a payment service provider set filters of its own user?",
        "Set one filter as the provider." => provider_filters;
    Sandbox "filter-put" []
        "Is there a PUT notification-filter-url?",
        "Send one as a new customer." => filter_put;
    Sandbox "callback-headers" ["callback_signature"]
        "Has a callback a signature?",
        "Set a filter on the receiver of this machine, pay in, and read the headers of the callback; see --listen."
        => callback_headers;
}

const ROUTE: &str = "user/{}/notification-filter-url";
const TARGET: &str = "https://tpp.example/callbacks";
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

/// Returns a body with one filter.
pub(super) fn filter(category: &str, target: &str) -> Value {
    json!({ "notification_filters": [{ "category": category, "notification_target": target }] })
}

/// Replaces the filters of a user by one.
pub(super) async fn set(
    world: &mut World,
    session: &Identity,
    (category, target): (&str, &str),
    note: &'static str,
) -> Result<Answer, Stop> {
    let ask = Ask::post(ROUTE, &[&session.user], &filter(category, target)).by(session);
    world.send(ask.noting(note)).await
}

/// Removes all filters of a user.
pub(super) async fn clear(world: &mut World, session: &Identity) -> Result<(), Stop> {
    let body = json!({ "notification_filters": [] });
    world.send(Ask::post(ROUTE, &[&session.user], &body).by(session).noting("removes them")).await.map(drop)
}

async fn filter_answer(world: &mut World) -> Result<Finding, Stop> {
    let session = world.customer().await?.session;
    let answer = set(world, &session, ("MUTATION", TARGET), "").await?;
    clear(world, &session).await?;
    Ok(if answer.element("NotificationFilterUrl").is_some() {
        Finding::reading("notification_filter_answer", "list")
    } else if answer.new_id().is_some() {
        Finding::reading("notification_filter_answer", "id")
    } else {
        Finding::unclear("the answer is neither a list nor an id")
    })
}

async fn unknown_category(world: &mut World) -> Result<Finding, Stop> {
    let session = world.customer().await?.session;
    let answer = set(world, &session, ("PROBE_UNKNOWN", TARGET), "of an unknown category").await?;
    clear(world, &session).await?;
    Ok(Finding::of_success("unknown_categories", &answer, (json!("accept"), json!("refuse"))))
}

async fn callback_targets(world: &mut World) -> Result<Finding, Stop> {
    let session = world.customer().await?.session;
    let http = set(world, &session, ("MUTATION", "http://127.0.0.1/callbacks"), "on http and this machine").await?;
    let port = set(world, &session, ("MUTATION", "https://tpp.example:8443/callbacks"), "on port 8443").await?;
    clear(world, &session).await?;
    Ok(match (http.is_success(), port.is_success()) {
        (true, _) => Finding::reading("callback_targets", "loopback"),
        (false, true) => Finding::reading("callback_targets", "https"),
        (false, false) => Finding::reading("callback_targets", "https_on443"),
    })
}

async fn categories(world: &mut World) -> Result<Finding, Stop> {
    let session = world.customer().await?.session;
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for category in CATEGORIES {
        let answer = set(world, &session, (category, TARGET), category).await?;
        if answer.is_success() { &mut accepted } else { &mut refused }.push(category);
    }
    clear(world, &session).await?;
    Ok(Finding::default().fact("accepted", accepted).fact("refused", refused))
}

async fn provider_filters(world: &mut World) -> Result<Finding, Stop> {
    let session = world.provider().await?.session;
    let answer = set(world, &session, ("OAUTH", TARGET), "as the provider").await?;
    clear(world, &session).await?;
    Ok(Finding::default().fact("status", answer.status))
}

async fn filter_put(world: &mut World) -> Result<Finding, Stop> {
    let session = world.customer().await?.session;
    let answer = world.send(Ask::put(ROUTE, &[&session.user], &filter("MUTATION", TARGET)).by(&session)).await?;
    clear(world, &session).await?;
    Ok(Finding::default().fact("status", answer.status))
}

async fn callback_headers(world: &mut World) -> Result<Finding, Stop> {
    let callbacks = world.callbacks.clone().ok_or(Stop::Needs("it needs a receiver; see --listen"))?;
    let customer = world.customer().await?;
    let receiver = Receiver::start(&callbacks).await?;
    let url = receiver.url.clone();
    world.known.secret(&url);
    let answer = set(world, &customer.session, ("MUTATION", &url), "on the receiver").await?;
    if !answer.is_success() {
        return Ok(Finding::unclear("the bank refuses the address of the receiver"));
    }
    world.pay_in(&customer, "1.00").await?;
    let received = receiver.receive().await;
    clear(world, &customer.session).await?;
    let Some(callback) = received else {
        return Ok(Finding::unclear("no callback came in time"));
    };
    let is_signed = callback.headers.iter().any(|name| name == "x-bunq-server-signature");
    let finding = Finding::reading("callback_signature", is_signed);
    Ok(finding.fact("headers", callback.headers).fact("body", callback.body))
}
