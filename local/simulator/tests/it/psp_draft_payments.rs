//! Draft payments of payment service providers, from the view of their provider.

use bunq_simulator::{Options, PspDraftEnvelope, Settings};
use serde_json::{Value, json};

use crate::client::{Bank, Reply};
use crate::desk::{euros, with};
use crate::setup::{App, Provider, register};

pub(crate) const PATH: &str = "payment-service-provider-draft-payment";
/// The person's first two accounts, and the company's first one.
pub(crate) const PERSON: &str = "NL28BUNQ2091447310";
pub(crate) const PERSON_FIXED_COSTS: &str = "NL97BUNQ2091447329";
pub(crate) const COMPANY: &str = "NL72BUNQ2064118902";
const ELSEWHERE: &str = "NL91ABNA0417164300";

pub(crate) fn order(sender: &str, value: &str) -> Value {
    json!({
        "sender_iban": sender,
        "sender_name": "Sanne de Vries",
        "counterparty_iban": ELSEWHERE,
        "counterparty_name": "J. Jansen",
        "description": "Invoice 17",
        "amount": euros(value),
    })
}

/// Creates a draft from an account, and returns its id.
pub(crate) async fn create(provider: &Provider, sender: &str, value: &str) -> u64 {
    provider.post(PATH, order(sender, value)).await.ok().id()
}

pub(crate) async fn find(provider: &Provider, id: u64) -> Value {
    let reply = provider.get(&format!("{PATH}/{id}")).await.ok();
    reply.response(0)["PaymentServiceProviderDraftPayment"].clone()
}

pub(crate) async fn status(provider: &Provider, id: u64) -> String {
    find(provider, id).await["status"].as_str().unwrap().to_owned()
}

async fn put(provider: &Provider, id: u64, status: &str) -> Reply {
    provider.put(&format!("{PATH}/{id}"), json!({"status": status})).await
}

/// Decides a draft by the switch.
pub(crate) async fn decide(bank: &Bank, id: u64, decision: &str) -> (u16, Value) {
    let body = json!({"psp_draft_payment": id, "decision": decision});
    let reply = bank.post("/_simulator/psp-draft-payment", body).send().await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn a_new_draft_of_a_provider_waits_and_shows_seven_fields() {
    let provider = Provider::new(Settings::default()).await;

    let id = create(&provider, PERSON, "12.5").await;

    let made = find(&provider, id).await;
    let expected = json!({
        "id": id, "created": made["created"], "updated": made["created"], "sender_iban": PERSON,
        "receiver_iban": ELSEWHERE, "amount": euros("12.50"), "status": "PENDING",
    });
    assert_eq!(made, expected);
    assert_eq!(made["created"].as_str().unwrap().len(), 26);
    let kept = json!({
        "id": id, "account": 60_101, "status": "PENDING", "amount": "12.50", "description": "Invoice 17",
        "request_id": null, "payment": null,
    });
    assert_eq!(provider.bank.objects("psp_draft_payments").await, [kept]);
}

#[tokio::test]
async fn one_draft_of_a_provider_is_answered_in_an_array_or_as_an_object() {
    let provider = Provider::new(Settings::default()).await;
    let id = create(&provider, PERSON, "1.00").await;
    let array = provider.get(&format!("{PATH}/{id}")).await.ok().json();

    provider.bank.switch("settings", json!({"psp_draft_payment_envelope": PspDraftEnvelope::Object})).await;
    let object = provider.get(&format!("{PATH}/{id}")).await.ok().json();
    let list = provider.get(PATH).await.ok().json();

    assert_eq!(array["Response"].as_array().unwrap().len(), 1);
    assert_eq!(object["Response"]["PaymentServiceProviderDraftPayment"]["id"], id);
    assert_eq!(object["Response"], array["Response"][0]);
    assert_eq!(list["Response"], array["Response"]);
}

#[tokio::test]
async fn only_an_open_account_of_this_bank_can_be_the_sender() {
    let provider = Provider::new(Settings::default()).await;
    let app = provider.app().await;
    let customer = app.connect("person").await;
    app.bank().switch("settings", json!({"tpp_writes": "allow"})).await;
    let path = format!("/v1/user/{}/monetary-account-bank/60102", customer.id);
    let close = json!({"status": "CANCELLED", "sub_status": "REDEMPTION_VOLUNTARY"});
    app.bank().call("PUT", &path).json(close).token(&customer.session).send().await.ok();

    // At another bank; at another bank, but linked by the person; of no customer; closed; no IBAN; empty.
    let refused = [ELSEWHERE, "NL39INGB0004471309", "NL63BUNQ2025000031", PERSON_FIXED_COSTS, "NL00BUNQ2091447310", ""];
    for sender in refused {
        let reply = app.provider.post(PATH, order(sender, "1.00")).await;
        reply.refused_by_simulator(400, "sender_iban must be the IBAN of an open bunq account");
    }
    assert!(app.bank().objects("psp_draft_payments").await.is_empty());
}

#[tokio::test]
async fn unknown_missing_and_invalid_fields_of_a_provider_draft_are_refused() {
    let provider = Provider::new(Settings::default()).await;
    let post = |field: &str, value: Value| provider.post(PATH, with(order(PERSON, "1.00"), field, value));

    for field in ["merchant_reference", "url_redirect", "schedule"] {
        post(field, json!("7")).await.refused(400, &format!("Superfluous field \"{field}\"."));
    }
    for field in ["sender_iban", "counterparty_iban", "counterparty_name", "description", "amount"] {
        post(field, Value::Null).await.refused_by_simulator(400, &format!("\"{field}\" is required"));
    }
    for value in ["0.00", "-1.00", "1,00", "1.001"] {
        post("amount", euros(value)).await.refused_by_simulator(400, "amount must be decimal");
    }
    post("amount", json!({"value": "1.00", "currency": "USD"})).await.refused_by_simulator(400, "must be in EUR");
    post("amount", json!("1.00")).await.refused(400, "Invalid type for field \"amount\" (expected STRUCT).");
    post("counterparty_iban", json!("NL92ABNA0417164300")).await.refused_by_simulator(400, "holds no IBAN");
    post("counterparty_iban", json!(PERSON)).await.refused_by_simulator(400, "cannot pay itself");
    post("counterparty_name", json!("")).await.refused_by_simulator(400, "counterparty_name must not be empty");
    post("description", json!("x".repeat(141))).await.refused_by_simulator(400, "140 characters");
    post("status", json!("ACCEPTED")).await.refused_by_simulator(400, "must be PENDING");
    assert!(provider.bank.objects("psp_draft_payments").await.is_empty());

    post("sender_name", Value::Null).await.ok();
    post("status", json!("PENDING")).await.ok();
}

#[tokio::test]
async fn drafts_of_a_provider_are_its_own() {
    let app = App::new(Settings::default()).await;
    let (first, second) = (create(&app.provider, PERSON, "1.00").await, create(&app.provider, COMPANY, "2.00").await);
    let customer = app.connect("empty").await;
    let (_, other, other_id) =
        register(app.bank(), &app.provider.installation, "Other PISP", json!(["127.0.0.1"])).await;
    let as_other =
        |method: &str, rest: &str| app.bank().call(method, &format!("/v1/user/{other_id}/{PATH}{rest}")).token(&other);

    let list = app.provider.get(&format!("{PATH}?count=1")).await.ok().json();
    assert_eq!(list["Response"].as_array().unwrap().len(), 1);
    assert_eq!(list["Response"][0]["PaymentServiceProviderDraftPayment"]["id"], second);
    let older = format!("{}?count=1&older_id={second}", app.provider.path(PATH));
    assert_eq!(list["Pagination"]["older_url"], older);
    assert!(as_other("GET", "").send().await.ok().json()["Response"].as_array().unwrap().is_empty());
    let missing = format!("Payment service provider draft payment for id \"{first}\" not found.");
    as_other("GET", &format!("/{first}")).send().await.refused(404, &missing);
    let put = as_other("PUT", &format!("/{first}")).json(json!({"status": "CANCELLED"}));
    put.send().await.refused(404, &missing);
    assert_eq!(app.bank().get(&app.provider.path(PATH)).token(&other).send().await.status, 404);
    let own = format!("/v1/user/{}/{PATH}", customer.id);
    let post = app.bank().post(&own, order(PERSON, "1.00")).token(&customer.session).send().await;
    post.refused_by_simulator(403, "only a payment service provider");
    assert_eq!(status(&app.provider, first).await, "PENDING");
}

#[tokio::test]
async fn a_provider_ends_a_pending_draft_once() {
    let provider = Provider::new(Settings::default()).await;
    for end in ["CANCELLED", "REJECTED"] {
        let id = create(&provider, PERSON, "1.00").await;

        put(&provider, id, "ACCEPTED").await.refused_by_simulator(400, "must be CANCELLED or REJECTED");
        let path = format!("{PATH}/{id}");
        provider.put(&path, json!({})).await.refused_by_simulator(400, "\"status\" is required");
        let superfluous = provider.put(&path, json!({"status": end, "id": id})).await;
        superfluous.refused(400, "Superfluous field \"id\".");
        assert_eq!(put(&provider, id, end).await.ok().id(), id);

        let ended = find(&provider, id).await;
        assert_eq!(ended["status"], end);
        assert!(ended["updated"].as_str() > ended["created"].as_str());
        put(&provider, id, end).await.refused_by_simulator(400, end);
        assert_eq!(decide(&provider.bank, id, "accept").await.0, 409);
    }
    let id = create(&provider, PERSON, "1.00").await;
    let all = with(order(PERSON, "7.00"), "status", json!("CANCELLED"));
    provider.put(&format!("{PATH}/{id}"), all).await.ok();
    let ended = find(&provider, id).await;
    assert_eq!((&ended["status"], &ended["amount"]), (&json!("CANCELLED"), &euros("1.00")));
    assert!(provider.bank.objects("payments").await.is_empty());
}

#[tokio::test]
async fn a_draft_of_a_provider_that_is_not_decided_expires() {
    let settings = Settings { psp_draft_payment_validity_seconds: 900, ..Settings::default() };
    let provider = Provider::new(settings).await;
    let id = create(&provider, PERSON, "1.00").await;

    provider.bank.switch("settings", json!({"clock_offset_seconds": 898})).await;
    assert_eq!(status(&provider, id).await, "PENDING");
    provider.bank.switch("settings", json!({"clock_offset_seconds": 902})).await;

    let old = find(&provider, id).await;
    assert_eq!(old["status"], "EXPIRED");
    assert!(old["updated"].as_str() > old["created"].as_str());
    put(&provider, id, "CANCELLED").await.refused_by_simulator(400, "EXPIRED");
    assert_eq!(decide(&provider.bank, id, "accept").await.0, 409);
    assert!(provider.bank.objects("payments").await.is_empty());
}

#[tokio::test]
async fn a_switch_decides_one_draft_of_a_provider() {
    let provider = Provider::new(Settings::default()).await;
    let (accepted, rejected) = (create(&provider, PERSON, "1.00").await, create(&provider, PERSON, "2.00").await);

    let answer = json!({"psp_draft_payment": accepted, "status": "ACCEPTED"});
    assert_eq!(decide(&provider.bank, accepted, "accept").await, (200, answer));
    let answer = json!({"psp_draft_payment": rejected, "status": "REJECTED"});
    assert_eq!(decide(&provider.bank, rejected, "reject").await, (200, answer));

    let payments = provider.bank.objects("payments").await;
    assert_eq!(payments.len(), 1);
    assert_eq!((&payments[0]["account"], &payments[0]["amount"]), (&json!(60_101), &json!("-1.00")));
    assert_eq!(provider.bank.objects("psp_draft_payments").await[0]["payment"], payments[0]["id"]);
    put(&provider, accepted, "CANCELLED").await.refused_by_simulator(400, "ACCEPTED");
    for (id, decision, code) in [(accepted, "accept", 409), (rejected, "accept", 409), (1, "reject", 404)] {
        assert_eq!(decide(&provider.bank, id, decision).await.0, code, "{id} {decision}");
    }
    assert_eq!(decide(&provider.bank, rejected, "perhaps").await.0, 400);
}

#[tokio::test]
async fn a_request_id_makes_one_draft_of_a_provider() {
    let provider = Provider::new(Settings::default()).await;
    let create =
        || provider.call("POST", PATH).json(order(PERSON, "1.00")).header("X-Bunq-Client-Request-Id", "r-1").send();

    create().await.ok();
    create().await.refused_by_simulator(400, "used before");

    let kept = provider.bank.objects("psp_draft_payments").await;
    assert_eq!((kept.len(), &kept[0]["request_id"]), (1, &json!("r-1")));
}

#[tokio::test]
async fn drafts_of_a_provider_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bank.json");
    let options = || Options { state_file: Some(path.clone()), ..Options::default() };
    let provider = Provider::at(Bank::start(options()).await).await;
    let (waiting, paid) = (create(&provider, PERSON, "1.00").await, create(&provider, PERSON, "2.00").await);
    decide(&provider.bank, paid, "accept").await;
    let before = (find(&provider, waiting).await, find(&provider, paid).await);
    let Provider { bank, .. } = provider;
    bank.simulator.stop().await;

    let provider = Provider { bank: Bank::start(options()).await, ..provider };

    assert_eq!((find(&provider, waiting).await, find(&provider, paid).await), before);
    assert_eq!((&before.0["status"], &before.1["status"]), (&json!("PENDING"), &json!("ACCEPTED")));

    // The state file of a version without such drafts.
    let Provider { bank, .. } = provider;
    bank.simulator.stop().await;
    let mut file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert!(file["books"].as_object_mut().unwrap().remove("psp_draft_payments").is_some());
    std::fs::write(&path, file.to_string()).unwrap();
    let provider = Provider { bank: Bank::start(options()).await, ..provider };
    assert!(provider.get(PATH).await.ok().json()["Response"].as_array().unwrap().is_empty());
}
