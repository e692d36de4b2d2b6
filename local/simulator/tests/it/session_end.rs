//! A client that ends its own session.

use bunq_simulator::Settings;
use serde_json::{Value, json};

use crate::client::{Bank, key};
use crate::setup::App;
use crate::signatures::server_key;

const AUTHORISATION: &str = "Insufficient authorisation.";
const ENDPOINT: &str = "DELETE session/{item-id}";

async fn sessions_of(bank: &Bank, owner: &str) -> Value {
    bank.overview("sessions_of").await[owner].clone()
}

#[tokio::test]
async fn a_deleted_session_is_over_whatever_id_was_in_the_path() {
    let app = App::new(Settings::default()).await;
    let company = app.connect("company").await;
    // The 0 that most clients send, an unknown id, and the id of another session.
    for id in ["0", "999999999", &company.id.to_string()] {
        let person = app.connect("person").await;
        assert_eq!(sessions_of(app.bank(), "person").await, 1);

        let reply = app.bank().call("DELETE", &format!("/v1/session/{id}")).token(&person.session).send().await.ok();

        assert_eq!(reply.text, "{\"Response\":[]}");
        assert_eq!(sessions_of(app.bank(), "person").await, 0);
        app.bank().get("/v1/user").token(&person.session).send().await.refused(401, AUTHORISATION);
    }
    app.bank().get("/v1/user").token(&company.session).send().await.ok();
    app.bank().get("/v1/user").token(&app.provider.session).send().await.ok();
}

#[tokio::test]
async fn the_answer_is_signed_for_the_installation_and_so_is_the_refusal_after_it() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let server_key = server_key(&app.provider).await;
    let delete = || app.bank().call("DELETE", "/v1/session/0").token(&person.session).signed(key(0));

    let reply = delete().header("X-Bunq-Client-Request-Id", "end").send().await.ok();
    let again = delete().header("X-Bunq-Language", "nl_NL").send().await;

    assert!(reply.is_signed_by(&server_key));
    assert_eq!(reply.header("X-Bunq-Client-Request-Id"), Some("end"));
    assert!(reply.header("X-Bunq-Client-Response-Id").is_some());
    again.refused(401, AUTHORISATION);
    assert_eq!(again.json()["Error"][0]["error_description_translated"], "Onvoldoende autorisatie.");
    assert!(again.is_signed_by(&server_key));
}

#[tokio::test]
async fn the_key_opens_another_session_afterwards() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    app.bank().call("DELETE", "/v1/session/0").token(&person.session).send().await.ok();

    let other = app.open(person.access_token).await;

    app.bank().get("/v1/user").token(&other.session).send().await.ok();
    assert_eq!(sessions_of(app.bank(), "person").await, 1);
}

#[tokio::test]
async fn a_session_is_ended_by_its_own_token_only_and_not_by_a_wrong_signature() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let delete = || app.bank().call("DELETE", "/v1/session/0");

    delete().send().await.refused(401, "Insufficient authentication.");
    delete().token(&app.provider.installation).send().await.refused(401, "Insufficient authentication.");
    delete().token(&"0".repeat(64)).send().await.refused(401, AUTHORISATION);
    let wrong = delete().token(&person.session).signed(key(1)).send().await;
    wrong.refused(400, "The request signature is invalid.");

    assert_eq!(sessions_of(app.bank(), "person").await, 1);
}

#[tokio::test]
async fn faults_and_the_list_of_calls_know_the_endpoint() {
    let app = App::new(Settings::default()).await;
    let person = app.connect("person").await;
    let order = |fault: Value| app.bank().switch("faults", fault);
    order(json!({"endpoint": ENDPOINT, "status": 500})).await;
    order(json!({"endpoint": ENDPOINT, "drop": "before", "nth": 2})).await;
    order(json!({"endpoint": "DELETE session/{id}", "status": 429, "act": true, "nth": 3})).await;
    app.bank().call("DELETE", "/_simulator/calls").send().await;
    let delete = || app.bank().call("DELETE", "/v1/session/0").token(&person.session);

    assert_eq!(delete().send().await.status, 500);
    assert_eq!(sessions_of(app.bank(), "person").await, 1);
    assert!(delete().try_send().await.is_err());
    assert_eq!(sessions_of(app.bank(), "person").await, 1);
    assert_eq!(delete().send().await.status, 429);
    assert_eq!(sessions_of(app.bank(), "person").await, 0);
    assert_eq!(delete().send().await.status, 401);

    let calls = app.bank().get("/_simulator/calls").send().await;
    assert_eq!(calls.json()["counts"], json!({ENDPOINT: 4}));
    let calls = calls.json()["calls"].as_array().unwrap().clone();
    let statuses: Vec<_> = calls.iter().map(|call| call["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(500), None, Some(429), Some(401)]);
    assert!(calls.iter().all(|call| call["endpoint"] == "session/{item-id}"));
}
