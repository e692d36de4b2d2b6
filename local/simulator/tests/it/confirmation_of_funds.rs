//! Confirmation of funds.

use bunq_simulator::{FundsAnswer, FundsUnusable, Settings};
use serde_json::{Value, json};

use crate::client::Reply;
use crate::desk::{Desk, draft, elsewhere, entry, euros, with};
use crate::psp_draft_payments::{COMPANY, PERSON, PERSON_FIXED_COSTS};
use crate::setup::{App, Provider};

const PATH: &str = "confirmation-of-funds";

fn question(kind: &str, value: &str, amount: &str) -> Value {
    json!({"pointer_iban": {"type": kind, "value": value, "name": "A. Customer"}, "amount": euros(amount)})
}

async fn ask(provider: &Provider, kind: &str, value: &str, amount: &str) -> Reply {
    provider.post(PATH, question(kind, value, amount)).await
}

#[track_caller]
fn answer(reply: Reply) -> bool {
    let body = reply.ok().json();
    let sufficient = body["Response"][0]["ConfirmationOfFunds"]["has_sufficient_funds"].as_bool().unwrap();
    assert_eq!(body, json!({"Response": [{"ConfirmationOfFunds": {"has_sufficient_funds": sufficient}}]}));
    sufficient
}

#[tokio::test]
async fn the_balance_decides_to_the_cent() {
    let provider = Provider::new(Settings::default()).await;

    for (kind, value) in [("IBAN", PERSON), ("PHONE_NUMBER", "+31612345678"), ("EMAIL", "sanne@customers.example")] {
        assert!(answer(ask(&provider, kind, value, "1843.27").await), "{kind}");
        assert!(!answer(ask(&provider, kind, value, "1843.28").await), "{kind}");
    }
    assert!(answer(ask(&provider, "IBAN", COMPANY, "12849.90").await));
    assert!(!answer(ask(&provider, "IBAN", PERSON_FIXED_COSTS, "961.51").await));
    let nameless = json!({"pointer_iban": {"type": "IBAN", "value": PERSON}, "amount": euros("1.00")});
    assert!(answer(provider.post(PATH, nameless).await));
}

#[tokio::test]
async fn money_that_was_paid_is_not_confirmed_again() {
    let desk = Desk::new().await;
    let id = desk.post("60101/draft-payment", draft(json!([entry("1843.27")]))).await.ok().id();
    assert!(answer(ask(&desk.app.provider, "IBAN", PERSON, "0.01").await));

    desk.bank().switch("draft", json!({"draft": id, "decision": "accept"})).await;

    assert!(!answer(ask(&desk.app.provider, "IBAN", PERSON, "0.01").await));
}

#[tokio::test]
async fn a_setting_answers_with_an_id() {
    let settings = Settings { confirmation_of_funds_answer: FundsAnswer::Id, ..Settings::default() };
    let provider = Provider::new(settings).await;

    assert!(ask(&provider, "IBAN", PERSON, "1.00").await.ok().id() > 0);
    let unknown = ask(&provider, "IBAN", "NL63BUNQ2025000031", "1.00").await;
    unknown.refused_by_simulator(400, "no account of this bank");
}

#[tokio::test]
async fn unknown_accounts_and_wrong_fields_are_refused() {
    let settings = Settings { confirmation_of_funds_unusable: FundsUnusable::Insufficient, ..Settings::default() };
    let provider = Provider::new(settings).await;

    for (kind, value) in
        [("IBAN", "NL63BUNQ2025000031"), ("EMAIL", "nobody@example.com"), ("PHONE_NUMBER", "+31600000000")]
    {
        ask(&provider, kind, value, "1.00").await.refused_by_simulator(400, "no account of this bank");
    }
    for (kind, value, words) in [
        ("IBAN", "NL29BUNQ2091447310", "pointer_iban holds no IBAN"),
        ("EMAIL", "sanne", "pointer_iban holds no mail address"),
        ("PHONE_NUMBER", "0612345678", "pointer_iban holds no telephone number"),
        ("USER_ID", "50101", "must be of type IBAN, EMAIL or PHONE_NUMBER"),
    ] {
        ask(&provider, kind, value, "1.00").await.refused_by_simulator(400, words);
    }
    ask(&provider, "IBAN", PERSON, "0.00").await.refused_by_simulator(400, "amount must be decimal");
    let good = question("IBAN", PERSON, "1.00");
    for field in ["pointer_iban", "amount"] {
        let reply = provider.post(PATH, with(good.clone(), field, Value::Null)).await;
        reply.refused_by_simulator(400, &format!("\"{field}\" is required"));
    }
    let more = with(good, "description", json!("x"));
    provider.post(PATH, more).await.refused(400, "Superfluous field \"description\".");
}

#[tokio::test]
async fn a_setting_decides_about_closed_accounts_other_banks_and_other_currencies() {
    let app = App::new(Settings::default()).await;
    let customer = app.connect("person").await;
    app.bank().switch("settings", json!({"tpp_writes": "allow"})).await;
    let path = format!("/v1/user/{}/monetary-account-bank/60102", customer.id);
    let close = json!({"status": "CANCELLED", "sub_status": "REDEMPTION_VOLUNTARY"});
    app.bank().call("PUT", &path).json(close).token(&customer.session).send().await.ok();
    let dollars = json!({"value": "1.00", "currency": "USD"});
    let questions = [
        (question("IBAN", PERSON_FIXED_COSTS, "1.00"), "is closed"),
        (question("IBAN", elsewhere()["value"].as_str().unwrap(), "1.00"), "at another bank"),
        (question("IBAN", "NL39INGB0004471309", "1.00"), "at another bank"),
        (with(question("IBAN", PERSON, "1.00"), "amount", dollars), "another currency"),
    ];

    for (body, words) in &questions {
        app.provider.post(PATH, body.clone()).await.refused_by_simulator(400, words);
    }
    let change = json!({"confirmation_of_funds_unusable": FundsUnusable::Insufficient});
    app.bank().switch("settings", change).await;
    for (body, words) in questions {
        assert!(!answer(app.provider.post(PATH, body).await), "{words}");
    }
}

#[tokio::test]
async fn only_a_provider_asks_and_under_its_own_user() {
    let app = App::new(Settings::default()).await;
    let customer = app.connect("person").await;
    let body = question("IBAN", PERSON, "1.00");

    let own = format!("/v1/user/{}/{PATH}", customer.id);
    let reply = app.bank().post(&own, body.clone()).token(&customer.session).send().await;
    reply.refused_by_simulator(403, "only a payment service provider");
    let theirs = app.bank().post(&app.provider.path(PATH), body.clone()).token(&customer.session).send().await;
    assert_eq!(theirs.status, 404);
    assert_eq!(app.provider.get(PATH).await.status, 405);
    assert_eq!(app.bank().post(&own, body).token(&app.provider.session).send().await.status, 404);
}
