//! What is left of a callback in the queue.

use serde_json::{Value, json};
use testkit::{JsonBody as _, TestApp, callback};

/// Returns a payment as bunq sends it, with personal data.
pub(crate) fn payment() -> Value {
    json!({
        "id": 71234, "monetary_account_id": 60101,
        "created": "2026-11-25 09:59:58.000000", "updated": "2026-11-25 09:59:58.123456",
        "amount": { "value": "-98712.34", "currency": "EUR" },
        "description": "Rent of November", "counterparty_alias": { "iban": "NL91ABNA0417164300", "display_name": "J. Jansen" },
    })
}

#[tokio::test]
async fn a_callback_becomes_a_hint_with_ids_words_and_times_only() {
    let app = TestApp::builder().with_callbacks().start().await;
    let user_id = app.connect("person").await;
    let address = app.callback_address(&user_id).await;

    let answer = app.call_back(&address, &callback("MUTATION", "Payment", &payment())).await;

    assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{answer:?}");
    let hints = app.hints().await;
    let [hint] = hints.as_slice() else { panic!("{hints:?}") };
    assert!(hint["received_at"].is_string(), "{hint}");
    let mut rest = hint.clone();
    rest.as_object_mut().unwrap().remove("received_at");
    let expected = json!({
        "v": 1, "user_id": user_id, "category": "MUTATION", "event_type": "MUTATION_CREATED", "object": "Payment",
        "object_id": 71234, "account_id": 60101, "updated": "2026-11-25T09:59:58.123456Z", "source": "bunq",
        "asked": 0, "not_before": null,
    });
    assert_eq!(rest, expected);
    assert!(hint.to_string().len() <= 1024);
}

#[tokio::test]
async fn any_body_is_a_hint_and_nothing_of_another_form_is_kept() {
    let app = TestApp::builder().with_callbacks().start().await;
    let user_id = app.connect("person").await;
    let address = app.callback_address(&user_id).await;
    let long = "A".repeat(65);
    let bodies = [
        "",
        "not JSON",
        "[]",
        "null",
        "{\"NotificationUrl\":17}",
        "{\"NotificationUrl\":{\"category\":\"J. Jansen\",\"object\":{\"Payment\":{\"id\":1},\"Draft\":{}}}}",
        "{\"NotificationUrl\":{\"event_type\":[],\"object\":{\"NL91 ABNA\":{\"id\":-1,\"updated\":\"yesterday\"}}}}",
        "{\"NotificationUrl\":{\"object\":{\"Payment\":{\"id\":9223372036854775808,\"monetary_account_id\":0}}}}",
        &format!("{{\"NotificationUrl\":{{\"category\":\"{long}\"}}}}"),
    ];
    for body in bodies {
        let request = app.request(reqwest::Method::POST, address.as_str()).body(body.to_owned());
        assert_eq!(app.send(request).await.status, 200, "{body}");
    }

    let hints = app.hints().await;

    assert_eq!(hints.len(), bodies.len());
    for hint in hints {
        for field in ["category", "event_type", "object_id", "account_id", "updated"] {
            assert_eq!(hint[field], Value::Null, "{hint}");
        }
        assert!(hint["object"].is_null() || hint["object"] == "Payment", "{hint}");
        assert_eq!(hint["user_id"], user_id.as_str());
    }
}

#[tokio::test]
async fn the_longest_words_make_a_hint_of_less_than_a_kilobyte() {
    let app = TestApp::builder().with_callbacks().start().await;
    let user_id = app.connect("person").await;
    let address = app.callback_address(&user_id).await;
    let word = "W".repeat(64);
    let object = json!({ "id": i64::MAX, "monetary_account_id": i64::MAX, "updated": "2026-11-25 09:59:58.123456" });
    let body =
        json!({ "NotificationUrl": { "category": word, "event_type": word, "object": { word.as_str(): object } } });

    assert_eq!(app.call_back(&address, &body).await.status, 200);

    let hint = &app.hints().await[0];
    assert_eq!((hint["category"].as_str(), hint["object"].as_str()), (Some(word.as_str()), Some(word.as_str())));
    assert_eq!((&hint["object_id"], &hint["account_id"]), (&json!(i64::MAX), &json!(i64::MAX)));
    assert!(hint.to_string().len() <= 1024, "{}", hint.to_string().len());
}

#[tokio::test]
async fn a_callback_that_bunq_repeats_within_five_minutes_is_one_hint_for_each_customer() {
    let app = TestApp::builder().with_callbacks().start().await;
    let body = callback("MUTATION", "Payment", &payment());
    for customer in ["person", "company"] {
        let address = app.callback_address(&app.connect(customer).await).await;
        for _ in 0..3 {
            assert_eq!(app.call_back(&address, &body).await.status, 200);
        }
    }

    assert_eq!(app.hints().await.len(), 2);
}

#[tokio::test]
async fn without_the_queue_bunq_is_asked_to_come_back() {
    let app = TestApp::builder().with_callbacks().start().await;
    let address = app.callback_address(&app.connect("person").await).await;
    let body = callback("MUTATION", "Payment", &payment());
    for fault in [json!({ "error": "InternalFailure" }), json!({ "drop": "before" })] {
        let mut fault = fault;
        (fault["target"], fault["times"]) = (json!("AmazonSQS.SendMessage"), json!(9));
        app.aws_fault(fault).await;
        app.call_back(&address, &body).await.problem(503, "store_unavailable");
        app.aws_recover().await;
    }
    assert_eq!(app.hints().await.len(), 0);

    assert_eq!(app.call_back(&address, &body).await.status, 200);
    assert_eq!(app.hints().await.len(), 1);
}

#[tokio::test]
async fn the_media_type_does_not_matter() {
    let app = TestApp::builder().with_callbacks().start().await;
    let address = app.callback_address(&app.connect("person").await).await;
    let request = app.request(reqwest::Method::POST, address.as_str()).json_body(&json!({}));

    let answer = app.send(request.header("Content-Type", "text/plain")).await;

    assert_eq!(answer.status, 200, "{answer:?}");
}
