//! Issuer transactions from the view of their provider.

use bunq_simulator::{Options, Settings};
use serde_json::{Value, json};

use crate::client::Bank;
use crate::desk::{elsewhere, euros, with};
use crate::setup::{App, Provider};

pub(crate) const PATH: &str = "payment-service-provider-issuer-transaction";
pub(crate) const REDIRECT: &str = "https://app.example/paid?order=7";

pub(crate) fn transaction(value: &str) -> Value {
    json!({
        "counterparty_alias": elsewhere(),
        "amount": euros(value),
        "description": "Bestelling 7",
        "url_redirect": REDIRECT,
    })
}

/// Creates a transaction, and returns its id and its public UUID.
pub(crate) async fn create(provider: &Provider, body: Value) -> (u64, String) {
    let id = provider.post(PATH, body).await.ok().id();
    let uuid = find(provider, id).await["public_uuid"].as_str().unwrap().to_owned();
    (id, uuid)
}

pub(crate) async fn find(provider: &Provider, id: u64) -> Value {
    let reply = provider.get(&format!("{PATH}/{id}")).await.ok();
    reply.response(0)["PaymentServiceProviderIssuerTransaction"].clone()
}

async fn decide(provider: &Provider, body: Value) -> (u16, Value) {
    let reply = provider.bank.post("/_simulator/issuer-transaction", body).send().await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn a_new_transaction_waits_for_ten_minutes() {
    let provider = Provider::new(Settings::default()).await;

    let (id, uuid) = create(&provider, transaction("12.5")).await;

    let made = find(&provider, id).await;
    assert_eq!(made["id"], id);
    assert_eq!((&made["status"], &made["alias"]), (&json!("PENDING"), &Value::Null));
    assert_eq!((&made["amount"], &made["description"]), (&euros("12.50"), &json!("Bestelling 7")));
    assert_eq!(made["counterparty_alias"]["iban"], "NL91ABNA0417164300");
    assert_eq!(made["counterparty_alias"]["display_name"], "Piet Elders");
    assert_eq!(made["url_redirect"], REDIRECT);
    assert_eq!(made["updated"], made["created"]);
    assert!(uuid.len() == 36 && made["time_expiry"].as_str().unwrap().len() == 26);

    provider.bank.switch("settings", json!({"clock_offset_seconds": 598})).await;
    assert_eq!(find(&provider, id).await["status"], "PENDING");
    provider.bank.switch("settings", json!({"clock_offset_seconds": 602})).await;
    let old = find(&provider, id).await;
    assert_eq!((&old["status"], &old["updated"]), (&json!("EXPIRED"), &made["time_expiry"]));
    let late = provider.put(&format!("{PATH}/{id}"), json!({"status": "CANCELLED"})).await;
    late.refused_by_simulator(400, "EXPIRED");
    assert_eq!(decide(&provider, json!({"public_uuid": uuid, "decision": "accept"})).await.0, 409);
}

#[tokio::test]
async fn a_transaction_may_have_an_expiry_and_a_status_of_its_own() {
    let provider = Provider::new(Settings::default()).await;
    let body = with(transaction("1.00"), "time_expiry", json!("2099-12-31 23:59:59.000000"));

    let (id, _) = create(&provider, with(body, "status", json!("PENDING"))).await;

    assert_eq!(find(&provider, id).await["time_expiry"], "2099-12-31 23:59:59.000000");
    for (field, value, words) in [
        ("time_expiry", "2020-01-01 00:00:00.000000", "has passed"),
        ("time_expiry", "2099-12-31T23:59:59.000000", "like YYYY-MM-DD hh:mm:ss.ffffff"),
        ("time_expiry", "2099-12-31 23:59:59", "like YYYY-MM-DD hh:mm:ss.ffffff"),
        ("time_expiry", "2099-02-30 23:59:59.000000", "like YYYY-MM-DD hh:mm:ss.ffffff"),
        ("status", "ACCEPTED", "must be PENDING"),
        ("url_redirect", "http://app.example/paid", "https URL"),
        ("url_redirect", "javascript:alert(1)", "https URL"),
        ("url_redirect", "https://app.example/\r\nSet-Cookie: a=b", "https URL"),
        ("url_redirect", "", "https URL"),
    ] {
        let reply = provider.post(PATH, with(transaction("1.00"), field, json!(value))).await;
        reply.refused_by_simulator(400, words);
    }
    for url in ["http://localhost:3000/paid", "http://127.0.0.1:4000/paid?x=1#done"] {
        create(&provider, with(transaction("1.00"), "url_redirect", json!(url))).await;
    }
}

#[tokio::test]
async fn unknown_missing_and_mistyped_fields_are_named() {
    let provider = Provider::new(Settings::default()).await;
    let post = |field: &str, value: Value| provider.post(PATH, with(transaction("1.00"), field, value));

    post("merchant_reference", json!("7")).await.refused(400, "Superfluous field \"merchant_reference\".");
    post("alias", elsewhere()).await.refused(400, "Superfluous field \"alias\".");
    for field in ["counterparty_alias", "amount", "description", "url_redirect"] {
        post(field, Value::Null).await.refused_by_simulator(400, &format!("\"{field}\" is required"));
    }
    post("amount", json!("1.00")).await.refused(400, "Invalid type for field \"amount\" (expected STRUCT).");
    post("amount", euros("0.00")).await.refused_by_simulator(400, "amount must be decimal");
    post("counterparty_alias", with(elsewhere(), "value", json!("NL92ABNA0417164300")))
        .await
        .refused_by_simulator(400, "holds no IBAN");
    post("counterparty_alias", json!({"type": "EMAIL", "value": "piet@elders.example"}))
        .await
        .refused_by_simulator(400, "belongs to no customer");
    assert!(provider.bank.objects("issuer_transactions").await.is_empty());
}

#[tokio::test]
async fn transactions_are_listed_newest_first_and_to_their_maker_only() {
    let provider = Provider::new(Settings::default()).await;
    let (first, _) = create(&provider, transaction("1.00")).await;
    let (second, _) = create(&provider, transaction("2.00")).await;

    let list = provider.get(&format!("{PATH}?count=1")).await.ok().json();

    assert_eq!(list["Response"].as_array().unwrap().len(), 1);
    assert_eq!(list["Response"][0]["PaymentServiceProviderIssuerTransaction"]["id"], second);
    let older = format!("{}?count=1&older_id={second}", provider.path(PATH));
    assert_eq!(list["Pagination"]["older_url"], older);
    let missing = provider.get(&format!("{PATH}/{}", second + 1)).await;
    missing.refused(404, &format!("Payment service provider issuer transaction for id \"{}\" not found.", second + 1));
    let app = provider.app().await;
    let customer = app.connect("person").await;
    let own = format!("/v1/user/{}/{PATH}", customer.id);
    let post = app.bank().post(&own, transaction("1.00")).token(&customer.session).send().await;
    post.refused_by_simulator(403, "only a payment service provider");
    let one = app.bank().get(&app.provider.path(&format!("{PATH}/{first}"))).token(&customer.session).send().await;
    assert_eq!(one.status, 404);
}

#[tokio::test]
async fn a_waiting_transaction_is_cancelled_once() {
    let provider = Provider::new(Settings::default()).await;
    let (id, uuid) = create(&provider, transaction("1.00")).await;
    let one = format!("{PATH}/{id}");

    provider.put(&one, json!({"status": "ACCEPTED"})).await.refused_by_simulator(400, "must be CANCELLED");
    let more = provider.put(&one, json!({"status": "CANCELLED", "amount": euros("2.00")})).await;
    more.refused(400, "Superfluous field \"amount\".");
    assert_eq!(provider.put(&one, json!({"status": "CANCELLED"})).await.ok().id(), id);

    assert_eq!(find(&provider, id).await["status"], "CANCELLED");
    provider.put(&one, json!({"status": "CANCELLED"})).await.refused_by_simulator(400, "CANCELLED");
    assert_eq!(decide(&provider, json!({"public_uuid": uuid, "decision": "reject"})).await.0, 409);
}

#[tokio::test]
async fn a_request_id_makes_one_transaction() {
    let provider = Provider::new(Settings::default()).await;
    let create = || provider.call("POST", PATH).json(transaction("1.00")).header("X-Bunq-Client-Request-Id", "r-1");

    let id = create().send().await.ok().id();
    create().send().await.refused_by_simulator(400, "used before");

    let uuid = find(&provider, id).await["public_uuid"].clone();
    let expected = json!({
        "id": id, "public_uuid": uuid, "status": "PENDING", "amount": "1.00", "description": "Bestelling 7",
        "request_id": "r-1",
    });
    assert_eq!(provider.bank.objects("issuer_transactions").await, [expected]);
}

#[tokio::test]
async fn a_switch_pays_and_refuses() {
    let app = App::new(Settings::default()).await;
    let (paid, paid_uuid) = create(&app.provider, transaction("43.27")).await;
    let (refused, refused_uuid) = create(&app.provider, transaction("1.00")).await;
    let (dear, dear_uuid) = create(&app.provider, transaction("5000.00")).await;

    let accept = json!({"public_uuid": paid_uuid, "decision": "accept"});
    let accepted = decide(&app.provider, accept.clone()).await;
    let rejected = decide(&app.provider, json!({"public_uuid": refused_uuid, "decision": "reject"})).await;

    assert_eq!(accepted, (200, json!({"public_uuid": paid_uuid, "status": "ACCEPTED"})));
    assert_eq!(rejected, (200, json!({"public_uuid": refused_uuid, "status": "REJECTED"})));
    let made = find(&app.provider, paid).await;
    assert_eq!((&made["status"], &made["alias"]["display_name"]), (&json!("ACCEPTED"), &json!("Sanne de Vries")));
    let nobody = find(&app.provider, refused).await;
    assert_eq!((&nobody["status"], &nobody["alias"]), (&json!("REJECTED"), &Value::Null));
    let payments = app.bank().objects("payments").await;
    assert_eq!(payments.len(), 1);
    assert_eq!((&payments[0]["account"], &payments[0]["amount"]), (&json!(60_101), &json!("-43.27")));
    assert_eq!(payments[0]["description"], "Bestelling 7");
    for (body, status) in [
        (accept, 409),
        (json!({"public_uuid": dear_uuid, "decision": "accept"}), 409),
        (json!({"public_uuid": dear_uuid, "decision": "accept", "customer": "empty"}), 404),
        (json!({"public_uuid": dear_uuid, "decision": "accept", "customer": "nobody"}), 404),
        (json!({"public_uuid": "00000000-0000-4000-8000-000000000000", "decision": "accept"}), 404),
        (json!({"public_uuid": dear_uuid, "decision": "perhaps"}), 400),
    ] {
        assert_eq!(decide(&app.provider, body.clone()).await.0, status, "{body}");
    }
    assert_eq!(find(&app.provider, dear).await["status"], "PENDING");
    let body = json!({"public_uuid": dear_uuid, "decision": "accept", "customer": "company"});
    assert_eq!(decide(&app.provider, body).await.0, 200);
}

#[tokio::test]
async fn transactions_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { state_file: Some(directory.path().join("bank.json")), ..Options::default() };
    let provider = Provider::at(Bank::start(options()).await).await;
    let (waiting, _) = create(&provider, transaction("1.00")).await;
    let (paid, uuid) = create(&provider, transaction("2.00")).await;
    decide(&provider, json!({"public_uuid": uuid, "decision": "accept"})).await;
    let before = (find(&provider, waiting).await, find(&provider, paid).await);
    let Provider { bank, .. } = provider;
    bank.simulator.stop().await;

    let provider = Provider { bank: Bank::start(options()).await, ..provider };

    assert_eq!((find(&provider, waiting).await, find(&provider, paid).await), before);
}
