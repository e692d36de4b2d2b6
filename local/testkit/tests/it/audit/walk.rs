//! Sends every operation of the document. Each leaves one audit line, with the id of what it read or changed.

use serde_json::json;
use testkit::{Answer, Journey, Operation, TestApp, every_operation, in_order, logs};

use super::{draft, key_id, one};
use crate::operations::operations;

fn created_id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{answer:?}");
    let made = answer.json();
    let ours = made["consent_id"].as_str().or(made["id"].as_str());
    ours.map_or_else(|| made["Response"][0]["Id"]["id"].to_string(), str::to_owned)
}

/// Returns the id of the object that a path names, if it names one.
fn object<'a>(journey: &'a Journey, operation: &Operation<'_>) -> Option<&'a str> {
    let parameter = match operation.path.rsplit('/').next()? {
        // Our transaction is the payment of the bank.
        "{transaction_id}" if operation.path.contains("{monetary_account_id}") => "payment_id",
        "connection" | "notifications" => "user_id",
        "claim" => "consent_id",
        "rotate-secret" | "test" | "replay" => "endpoint_id",
        "redeliver" => "event_id",
        last => last.strip_prefix('{')?.strip_suffix('}')?,
    };
    // In a list of payments, the account's id is not the id of a payment.
    (operation.id() != "list_payments").then(|| journey.place(parameter))
}

#[tokio::test]
async fn every_operation_leaves_one_line_with_the_id_of_what_it_read_or_changed() {
    logs::capture();
    let mut journey = Journey::start().await;
    let key = key_id(&journey.app).await;

    for operation in in_order().into_iter().filter(|operation| operation.scope().is_some()) {
        journey.renew(&operation).await;
        let answer = journey.send(&operation).await;
        assert!(answer.status < 400, "{}: {answer:?}", operation.id());
        let line = one(&answer);
        let expected = [
            ("action", json!(operation.id())),
            ("outcome", json!("done")),
            ("api_key_id", key.clone()),
            ("workspace", json!("default")),
            ("source_ip", json!("127.0.0.1")),
            ("customer_present", json!(false)),
        ];
        for (name, value) in expected {
            assert_eq!(line[name], value, "{name} of {}: {line}", operation.id());
        }
        let created = (answer.status == 201).then(|| created_id(&answer));
        let object = created.as_deref().or_else(|| object(&journey, &operation));
        assert_eq!(line["object_id"].as_str(), object, "{}: {line}", operation.id());
        assert!(line["object_kind"].is_string(), "{}: {line}", operation.id());
        let replayed = operation.takes_idempotency_key().then_some(false);
        assert_eq!(line["replayed"].as_bool(), replayed, "{}: {line}", operation.id());
        for (place, field) in [
            ("user_id", "user_id"),
            ("monetary_account_id", "account_id"),
            ("credential_password_ip_id", "credential_password_ip_id"),
        ] {
            if operation.parameters("path").any(|(name, _)| name == place) {
                assert_eq!(line[field].as_str(), Some(journey.place(place)), "{}: {line}", operation.id());
            }
        }
        // The audit line includes the id that the caller sees in bunq's answer.
        let answered = answer.header("bunq-response-id");
        assert!(
            line["bunq_response_ids"].as_str().unwrap_or_default().contains(answered),
            "{}: {line}",
            operation.id()
        );
        if !operation.method().is_safe() {
            println!("{line}");
            assert!(object.is_some(), "{} changes something: what? {line}", operation.id());
        }
    }
}

#[tokio::test]
async fn the_account_that_an_order_names_is_in_its_line() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for path in ["draft-payment", "request-inquiry"] {
        let line = one(&app.post(&format!("/user/{user_id}/{path}"), &draft()).await);
        assert_eq!((&line["account_id"], &line["user_id"]), (&json!("60101"), &json!(user_id)), "{line}");
        for personal in ["Rent", "Jansen", "NL91", "5.00"] {
            assert!(!line.to_string().contains(personal), "{personal}: {line}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_given_again_is_marked_and_names_the_same_object() {
    let journey = Journey::start().await;
    for operation in every_operation().iter().filter(|operation| operation.takes_idempotency_key()) {
        let send = async || {
            let request = journey.request(operation).header("idempotency-key", operation.id());
            one(&journey.send_request(operation, request, &journey.body(operation)).await)
        };
        let (first, second) = (send().await, send().await);
        assert_eq!((&first["replayed"], &second["replayed"]), (&json!(false), &json!(true)), "{second}");
        assert_eq!(first["object_id"], second["object_id"], "{second}");
        assert_eq!(second["outcome"], "done", "{second}");
    }
}

#[tokio::test]
async fn pages_for_people_leave_none_and_every_other_operation_has_an_action_of_its_own() {
    let app = TestApp::start().await;
    let user_id = app.connect("person").await;
    for operation in operations(&user_id) {
        let request = app.request(operation.method.clone(), &operation.path).bearer_auth(&app.api_key);
        let answer = app.send(request).await;
        // Callbacks need no key. What they lead to has an audit line of its own.
        if operation.tag == "docs" || operation.tag == "hooks" {
            assert_eq!(super::audited(&answer).len(), 0, "{}", operation.id);
        } else {
            let line = one(&answer);
            assert_eq!(line["action"], operation.id.as_str(), "{line}");
        }
    }
}
