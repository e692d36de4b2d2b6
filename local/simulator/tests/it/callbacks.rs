//! Callbacks: what the bank sends to the targets of notification filters.

use bunq_simulator::{CallbackTargets, OauthCallbacks, Options, Settings};
use serde_json::{Value, json};

use crate::client::Bank;
use crate::desk::{Desk, MAIN};
use crate::receiver::{Behaviour, Receiver};
use crate::setup::Provider;

pub(crate) fn settings() -> Settings {
    Settings { callback_targets: CallbackTargets::Loopback, ..Settings::default() }
}

/// A connection with filters of these categories for a new receiver.
pub(crate) async fn subscribed(settings: Settings, categories: &[&str]) -> (Desk, Receiver) {
    let (desk, receiver) = (Desk::with(settings).await, Receiver::new().await);
    subscribe(&desk, &receiver, categories).await;
    (desk, receiver)
}

async fn subscribe(desk: &Desk, receiver: &Receiver, categories: &[&str]) {
    let path = format!("/v1/user/{}/notification-filter-url", desk.customer.id);
    desk.bank().post(&path, receiver.filters(categories)).token(&desk.customer.session).send().await.ok();
}

pub(crate) async fn arrive(bank: &Bank, count: u64) {
    bank.switch("payments", json!({"customer": "person", "count": count})).await;
}

/// Moves the clock of the bank to this many minutes from now, and a second more for each.
pub(crate) async fn minutes(bank: &Bank, minutes: i64) {
    bank.switch("settings", json!({"clock_offset_seconds": minutes * 61})).await;
}

pub(crate) async fn state(bank: &Bank) -> Value {
    bank.get("/_simulator/callbacks").send().await.ok().json()
}

/// Waits until the log has this many tries, all of them with an outcome, and returns it.
pub(crate) async fn tries(bank: &Bank, count: usize) -> Vec<Value> {
    loop {
        let log = state(bank).await["tries"].as_array().unwrap().clone();
        if log.len() >= count && log.iter().all(|entry| !entry["outcome"].is_null()) {
            return log;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_payment_is_a_mutation_and_a_payment_with_the_object_of_the_api() {
    let (desk, mut receiver) = subscribed(settings(), &["MUTATION", "PAYMENT"]).await;

    arrive(desk.bank(), 1).await;

    let mut arrived = [receiver.next().await, receiver.next().await];
    arrived.sort_by_key(|callback| callback.event_type());
    let payment = desk.list(&format!("{MAIN}/payment?count=1")).await.remove(0);
    for (callback, event_type) in arrived.iter().zip(["MUTATION_RECEIVED", "PAYMENT_RECEIVED"]) {
        let category = event_type.split('_').next().unwrap();
        let expected = json!({
            "target_url": receiver.url,
            "category": category,
            "event_type": event_type,
            "object": {"Payment": payment},
        });
        assert_eq!(callback.notification(), expected);
        assert_eq!(callback.headers["content-type"], "application/json");
        assert_eq!(callback.headers["x-simulator-source-ip"], "185.40.108.10");
        assert!(!callback.headers.contains_key("x-bunq-server-signature"));
    }
    assert_eq!(state(desk.bank()).await["failures"], 0);
}

#[tokio::test]
async fn drafts_and_requests_report_each_of_their_states() {
    let (desk, mut receiver) = subscribed(settings(), &["DRAFT_PAYMENT", "REQUEST", "MUTATION"]).await;
    let bank = desk.bank();

    let draft = desk.draft("12.00").await;
    assert_eq!(receiver.next_types(1).await, ["DRAFT_PAYMENT_CREATED"]);
    bank.switch("draft", json!({"draft": draft, "decision": "accept"})).await;
    assert_eq!(receiver.next_types(2).await, ["DRAFT_PAYMENT_ACCEPTED", "MUTATION_CREATED"]);
    desk.draft("1.00").await;
    assert_eq!(receiver.next_types(1).await, ["DRAFT_PAYMENT_CREATED"]);
    // Nobody calls the bank when a draft expires.
    bank.switch("settings", json!({"clock_offset_seconds": 2_592_001})).await;
    assert_eq!(receiver.next_types(1).await, ["DRAFT_PAYMENT_EXPIRED"]);
    let asked = json!({
        "amount_inquired": {"value": "5.00", "currency": "EUR"},
        "counterparty_alias": {"type": "EMAIL", "value": "sugardaddy@bunq.com"},
        "description": "Zakgeld",
        "allow_bunqme": false,
    });
    let session = desk.app.open(desk.customer.access_token.clone()).await.session;
    bank.post(&desk.path("60101/request-inquiry"), asked).token(&session).send().await.ok();
    let types = ["MUTATION_RECEIVED", "REQUEST_INQUIRY_ACCEPTED", "REQUEST_INQUIRY_CREATED"];
    assert_eq!(receiver.next_types(3).await, types);
    assert!(receiver.rest().is_empty());
}

#[tokio::test]
async fn a_consent_hears_only_of_the_accounts_that_it_may_see() {
    let (desk, mut receiver) = subscribed(settings(), &["MUTATION"]).await;
    let company = desk.app.connect("company").await;
    let path = format!("/v1/user/{}/notification-filter-url", company.id);
    let mut other = Receiver::new().await;
    desk.bank().post(&path, other.filters(&["MUTATION"])).token(&company.session).send().await.ok();

    arrive(desk.bank(), 1).await;
    receiver.next().await;
    desk.bank().switch("revoke", json!({"customer": "person"})).await;
    arrive(desk.bank(), 1).await;
    desk.bank().switch("payments", json!({"customer": "company"})).await;

    let heard = other.next().await.notification();
    assert_eq!(heard["object"]["Payment"]["monetary_account_id"], 60_201);
    assert!(receiver.rest().is_empty() && other.rest().is_empty());
}

#[tokio::test]
async fn a_filter_of_an_account_selects_only_that_account() {
    let (desk, mut receiver) = (Desk::with(settings()).await, Receiver::new().await);
    desk.post("60102/notification-filter-url", receiver.filters(&["MUTATION"])).await.ok();

    arrive(desk.bank(), 1).await;
    desk.bank().switch("payments", json!({"customer": "person", "account": 60_102})).await;

    assert_eq!(receiver.next().await.notification()["object"]["Payment"]["monetary_account_id"], 60_102);
    assert!(receiver.rest().is_empty());
}

#[tokio::test]
async fn a_setting_decides_who_hears_of_an_ended_connection() {
    for (receiver_of, count) in
        [(OauthCallbacks::Connection, [1, 0]), (OauthCallbacks::Provider, [0, 1]), (OauthCallbacks::Never, [0, 0])]
    {
        let settings = Settings { oauth_callbacks: receiver_of, ..settings() };
        let (desk, mut of_connection) = subscribed(settings, &["OAUTH"]).await;
        let mut of_provider = Receiver::new().await;
        let provider = &desk.app.provider;
        provider.post("notification-filter-url", of_provider.filters(&["OAUTH"])).await.ok();

        desk.bank().switch("revoke", json!({"customer": "person"})).await;

        tries(desk.bank(), count.iter().sum()).await;
        let heard = [of_connection.rest(), of_provider.rest()];
        assert_eq!(heard.each_ref().map(Vec::len), count, "{receiver_of:?}");
        for callback in heard.iter().flatten() {
            assert_eq!(callback.event_type(), "SIMULATOR_CONNECTION_ENDED");
            assert_eq!(callback.notification()["object"]["User"]["id"], 50_101);
        }
        assert_eq!(state(desk.bank()).await["waiting"], 0);
    }
}

#[tokio::test]
async fn callbacks_are_signed_if_a_setting_says_so() {
    let signed = Settings { callback_signature: true, ..settings() };
    let (desk, mut receiver) = subscribed(signed, &["MUTATION"]).await;
    let provider: &Provider = &desk.app.provider;
    let answer = desk.bank().get("/v1/installation").token(&provider.session).send().await.ok();
    let id = answer.response(0)["Installation"]["id"].as_u64().unwrap_or_else(|| answer.id());
    let path = format!("/v1/installation/{id}/server-public-key");
    let key = desk.bank().get(&path).token(&provider.session).send().await.ok().response(0);
    let key = key["ServerPublicKey"]["server_public_key"].as_str().unwrap().to_owned();

    arrive(desk.bank(), 1).await;

    let callback = receiver.next().await;
    let reply = crate::client::Reply { status: 200, headers: callback.headers, text: callback.text };
    assert!(reply.is_signed_by(&key));
}

#[tokio::test]
async fn a_restarted_bank_sends_the_callbacks_that_wait() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        || Options { state_file: Some(folder.path().join("state.json")), settings: settings(), ..Options::default() };
    let desk = Desk::at(Provider::at(Bank::start(options()).await).await.app().await).await;
    let mut receiver = Receiver::new().await;
    subscribe(&desk, &receiver, &["MUTATION"]).await;
    receiver.behave([Behaviour::Status(500)]);
    arrive(desk.bank(), 1).await;
    let first = receiver.next().await;
    tries(desk.bank(), 1).await;
    desk.app.provider.bank.simulator.stop().await;

    let again = Bank::start(options()).await;
    assert_eq!(state(&again).await["waiting"], 1);
    minutes(&again, 1).await;

    assert_eq!(receiver.next().await.text, first.text);
    arrive(&again, 1).await;
    assert_eq!(receiver.next_types(1).await, ["MUTATION_RECEIVED"]);
}
