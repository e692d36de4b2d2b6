//! Which bodies are valid. An answer lists every error at once, each with its position, and nothing reaches the bank.

use serde_json::{Value, json};

use crate::fixture::{connected, draft, inquiry};

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn a_refused_body_names_every_field_at_once_and_the_bank_hears_nothing() {
    let (app, user_id) = connected().await;
    let body = json!({
        "monetary_account_id": "abc",
        "amount": "1.234",
        "currency": "EURO",
        "receiver_type": "IBAN",
        "receiver_value": "NL00ABNA0417164300",
        "colour": "green",
        "schedule": { "time_start": "tomorrow", "recurrence_unit": "SOMETIMES", "recurrence_size": 0, "x": 1 },
        "attachment_ids": [1, "two", -3],
        "number_of_required_accepts": 2,
        "status": "ACCEPTED",
        "previous_updated_timestamp": "yesterday",
    });

    let answer = app.post(&format!("/user/{user_id}/draft-payment"), &body).await;

    let expected = [
        "/amount",
        "/attachment_ids/1",
        "/attachment_ids/2",
        "/colour",
        "/currency",
        "/description",
        "/monetary_account_id",
        "/number_of_required_accepts",
        "/previous_updated_timestamp",
        "/receiver_name",
        "/receiver_value",
        "/schedule/recurrence_size",
        "/schedule/recurrence_unit",
        "/schedule/time_start",
        "/schedule/x",
        "/status",
    ];
    assert_eq!(answer.places(), expected);
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn each_refusal_of_a_field_names_that_field_alone() {
    let (app, user_id) = connected().await;
    let long = |count: usize| json!("x".repeat(count));
    let cases = [
        ("amount", json!("0")),
        ("amount", json!("0.00")),
        ("amount", json!("-1.00")),
        ("amount", json!(12.345)),
        ("amount", json!("1,50")),
        ("amount", json!("１.00")),
        ("amount", json!(true)),
        ("amount", json!({ "value": "1.00" })),
        ("amount", Value::Null),
        ("currency", json!("eur")),
        ("currency", json!(978)),
        ("monetary_account_id", json!(0)),
        ("monetary_account_id", json!("01")),
        ("monetary_account_id", json!(-1)),
        ("monetary_account_id", json!(1.5)),
        ("receiver_type", json!("CARD")),
        ("receiver_value", json!("DE91ABNA0417164300")),
        ("receiver_value", json!("")),
        ("receiver_name", json!("  ")),
        ("receiver_name", long(141)),
        ("description", long(141)),
        ("description", json!(5)),
        ("description", json!("5.00\u{202e}00.9 EUR")),
        ("description", json!("Rent\nfor May")),
        ("description", json!("Rent\u{200b}")),
        ("receiver_name", json!("J.\u{2066} Jansen")),
        ("receiver_name", json!("J. Jansen\r\n")),
    ];
    for (field, value) in cases {
        let body = with(draft("x"), field, value.clone());

        let answer = app.post(&format!("/user/{user_id}/draft-payment"), &body).await;

        assert_eq!(answer.places(), [format!("/{field}")], "{value}");
    }
    assert_eq!(app.bank.total().await, 0);
}

#[tokio::test]
async fn a_receiver_is_checked_by_its_type() {
    let (app, user_id) = connected().await;
    for (kind, value) in [
        ("EMAIL", "not an address"),
        ("EMAIL", "A. Name <a@b.nl>"),
        ("EMAIL", "a\u{202e}b@example.nl"),
        ("EMAIL", "a\u{200b}@example.nl"),
        ("PHONE_NUMBER", "0612345678"),
        ("PHONE_NUMBER", "+31 6 12345678"),
        ("PHONE_NUMBER", "+0612345678"),
    ] {
        let body = with(with(inquiry("x"), "receiver_type", json!(kind)), "receiver_value", json!(value));

        let answer = app.post(&format!("/user/{user_id}/request-inquiry"), &body).await;

        assert_eq!(answer.places(), ["/receiver_value"], "{kind} {value}");
    }
}

#[tokio::test]
async fn what_is_not_a_json_object_or_says_a_field_twice_is_refused() {
    let (app, user_id) = connected().await;
    let twice = draft("x").to_string().replacen("{", "{\"amount\":\"9000.00\",", 1);
    for (body, pointer) in [("", "/amount"), ("[]", ""), ("{", ""), ("\"x\"", ""), (twice.as_str(), "/amount")] {
        let path = format!("/user/{user_id}/draft-payment");
        let request = app.request(reqwest::Method::POST, &path).bearer_auth(&app.api_key);

        let answer = app.send(request.header("content-type", "application/json").body(body.to_owned())).await;

        assert!(answer.places().contains(&pointer.to_owned()), "{body}: {answer:?}");
    }
    let request = app.request(reqwest::Method::POST, &format!("/user/{user_id}/draft-payment"));
    let answer = app.send(request.bearer_auth(&app.api_key).body(draft("x").to_string())).await;
    assert_eq!(answer.places(), ["Content-Type"]);
    let thrice = twice.replacen('{', "{\"amount\":\"1.00\",", 1);
    let request = app.request(reqwest::Method::POST, &format!("/user/{user_id}/draft-payment"));
    let request = request.bearer_auth(&app.api_key).header("content-type", "application/json");
    assert_eq!(app.send(request.body(thrice)).await.places(), ["/amount"], "a duplicate is reported once");
}

#[tokio::test]
async fn an_idempotency_key_that_cannot_be_is_refused() {
    let (app, user_id) = connected().await;
    for key in ["", &"x".repeat(256), "caf\u{e9}"] {
        let answer = app.post_once(&format!("/user/{user_id}/draft-payment"), key, &draft("x")).await;

        assert_eq!(answer.places(), ["Idempotency-Key"], "{key}");
    }
}

#[tokio::test]
async fn starting_needs_the_scope_payments_and_reading_does_not_give_it() {
    let (app, user_id) = connected().await;
    let (_, key) = app.create_api_key(&["accounts"]).await;
    for path in [format!("/user/{user_id}/draft-payment"), format!("/user/{user_id}/request-inquiry")] {
        let request = app.request(reqwest::Method::POST, &path).bearer_auth(&key);

        let answer = app.send(request.header("content-type", "application/json").body("{}")).await;

        answer.problem(403, "scope_missing");
    }
}

#[tokio::test]
async fn an_amount_reaches_the_bank_as_it_was_written() {
    let (app, user_id) = connected().await;
    for (written, sent) in [(json!("7"), "7.00"), (json!(8.5), "8.50"), (json!("0.01"), "0.01"), (json!(9), "9.00")] {
        let description = format!("as written {sent}");
        let body = with(draft(&description), "amount", written);

        let answer = app.post(&format!("/user/{user_id}/draft-payment"), &body).await;

        assert_eq!(answer.status, 201, "{answer:?}");
        let seen = app.get(answer.header("location")).await.json();
        assert_eq!(seen["Response"][0]["DraftPayment"]["entries"][0]["amount"]["value"], sent);
    }
}
